//! Brings a project into a new folder: [`clone()`] from a repository, [`extract`] from an archive.
//!
//! **Invariant:** the folder appears whole or not at all; whatever goes wrong, nothing is left
//! behind, and nothing outside that folder is ever written.

mod archive;
mod archive_source;
mod clone;
mod destination;
mod repository_url;

pub use archive::{
    ArchiveError, ArchiveFormat, ExtractRequest, Extracted, Limits, LinkProblem, NameProblem,
    extract,
};
pub use archive_source::{
    ArchiveFile, ArchiveRequest, ArchiveSourceError, archive_address, obtain,
};
pub use clone::{CloneError, CloneRequest, Cloned, clone};
pub use destination::{DestinationError, check_new_folder};
pub use repository_url::{RepositoryUrl, RepositoryUrlError};
