//! Why one way to get uv did not work.

use std::io;
use std::path::PathBuf;

use dhtl_project_model::{Digest, Platform};

use super::pinned::PINNED;
use crate::ToolError;
use crate::http::HttpError;

/// Why one way to get uv did not work.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("there is no `python3`, `python`, `pip3` or `pip` on PATH")]
    NoPip,
    #[error("{}", reasons.join("\n"))]
    Pip { reasons: Vec<String> },
    #[error("pip reported success and left no wheel of uv {PINNED} behind")]
    NoWheel,
    #[error("`{file}` has the digest {actual}, which is none of those that are known")]
    UnknownDigest { file: String, actual: Digest },
    #[error("`{file}` has the digest {actual}, but {expected} was published for it")]
    WrongDigest {
        file: String,
        expected: Digest,
        actual: Digest,
    },
    #[error("`{url}` holds no SHA-256 digest")]
    BadChecksumFile { url: String },
    #[error("there is no release archive for {0}")]
    NoArchive(Platform),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("`{entry}` is not in the archive")]
    NotInArchive { entry: String },
    #[error("the archive is damaged: {0}")]
    Damaged(String),
    #[error("{what} is larger than {limit} bytes")]
    TooLarge { what: String, limit: u64 },
    #[error("the fetched program does not run on this machine, or is not uv {PINNED}{}", said.as_ref().map(|version| format!(" but {version}")).unwrap_or_default())]
    WrongProgram { said: Option<String> },
    #[error("it takes many minutes, and you have not agreed to it")]
    NotAgreed,
    #[error(transparent)]
    Tool(ToolError),
    /// Our own folder cannot be written: no other way would fare better.
    #[error("cannot write `{}`: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

impl FetchError {
    /// The error that makes trying other ways pointless, or else itself.
    pub(super) fn fatal(self) -> Result<ToolError, Self> {
        match self {
            Self::Tool(ToolError::Cancelled) | Self::Http(HttpError::Cancelled) => {
                Ok(ToolError::Cancelled)
            }
            Self::Write { path, source } => Ok(ToolError::Home { path, source }),
            other => Err(other),
        }
    }

    /// For `map_err`: what was done to `path` failed.
    pub(super) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Write { path, source }
    }
}

impl From<ToolError> for FetchError {
    fn from(error: ToolError) -> Self {
        Self::Tool(error)
    }
}
