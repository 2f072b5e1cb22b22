//! `dhtl new`: a project that did not exist.
//!
//! **Invariant:** the folder appears whole or not at all, and [`Created::remove`] takes away all of
//! it, and nothing else.

mod create;
mod error;
mod first_commit;
mod license;
mod name;
mod project;

pub use create::{Created, NewRequest, create};
pub use error::NewError;
pub use first_commit::{Commit, NewRepository, author};
pub use license::License;
pub use name::{NameError, ProjectName};
pub(crate) use project::NEWEST;
pub use project::{Author, CiProvider, NewProject, PythonMinor};
