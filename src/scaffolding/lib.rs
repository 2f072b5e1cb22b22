//! Brings a project into a new folder: [`clone()`] from a repository, [`fork()`] from one that is
//! forked first, [`extract`] from an archive, [`create`] from a template. [`plan_init`] says what a project lacks.
//!
//! **Invariant:** the folder appears whole or not at all; whatever goes wrong, nothing is left
//! behind, and nothing outside that folder is ever written.

mod archive;
mod archive_source;
mod branch_name;
mod clone;
mod destination;
mod fork;
mod gh_refusal;
#[cfg(test)]
#[cfg(unix)]
mod hostile;
mod init;
mod new;
mod repository_url;
mod surroundings;
mod templates;

pub use archive::{
    ArchiveError, ArchiveFormat, ExtractRequest, Extracted, Limits, LinkProblem, NameProblem,
    extract,
};
pub use archive_source::{
    ArchiveFile, ArchiveRequest, ArchiveSourceError, archive_address, obtain,
};
pub use branch_name::{BranchName, BranchNameError};
pub use clone::{CloneError, CloneRequest, Cloned, clone};
pub use destination::{DestinationError, check_new_folder};
pub use fork::{CloneState, ForkError, ForkRequest, Forked, fork};
pub use init::{Change, Existing, InitError, InitPlan, InitRequest, plan_init};
pub use new::{
    Author, CiProvider, Commit, Created, License, NameError, NewError, NewProject, NewRepository,
    NewRequest, ProjectName, PythonMinor, author, create,
};
pub use repository_url::{
    AccountName, GitHubNameError, RepositoryName, RepositoryUrl, RepositoryUrlError,
};
pub use surroundings::Surroundings;
pub use templates::{
    Catalogue, ListedTemplate, NewFile, Template, TemplateError, TemplateFile, TemplateOrigin,
    write_template,
};
