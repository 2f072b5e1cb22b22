//! Every way in which an archive cannot be had.

use dhtl_project_model::{Diagnostic, Digest, ExitCode};
use dhtl_tools::http::HttpError;

use crate::archive::ArchiveError;

/// Why there is no archive to unpack.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveSourceError {
    /// It could not be fetched.
    #[error(transparent)]
    Http(#[from] HttpError),
    /// It could not be read.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// It is another one.
    #[error("`{archive}` has the digest {actual}, not {expected}")]
    WrongDigest {
        /// The archive, without secrets.
        archive: String,
        /// The digest that was demanded.
        expected: Digest,
        /// The digest it has.
        actual: Digest,
    },
}

impl Diagnostic for ArchiveSourceError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Http(error) => error.exit_code(),
            Self::Archive(error) => error.exit_code(),
            Self::WrongDigest { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Http(error) => error.hint(),
            Self::Archive(error) => error.hint(),
            Self::WrongDigest { .. } => Some(
                "do not use this archive: fetch it again, and compare with the digest where it was \
                 published"
                    .to_owned(),
            ),
        }
    }
}
