//! Every way `dhtl init` can fail.

use std::io;
use std::path::PathBuf;

use dhtl_project_model::{Diagnostic, ExitCode};

use crate::TemplateError;

/// Why nothing was added, or not all.
#[derive(Debug, thiserror::Error)]
pub enum InitError {
    /// A template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// A file that is to be written, or a folder around it, is a link: it could be anywhere.
    #[error("`{}` is a link, and what is behind it is not written to", path.display())]
    Linked {
        /// The link.
        path: PathBuf,
    },
    /// A file has changed since the plan was made.
    #[error("`{}` has changed since it was read", path.display())]
    Changed {
        /// The file.
        path: PathBuf,
    },
    /// A file cannot be read.
    #[error("failed to read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
    /// A file cannot be written.
    #[error("failed to write `{}`", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl Diagnostic for InitError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Template(error) => error.exit_code(),
            Self::Linked { .. } => ExitCode::Invalid,
            Self::Changed { .. } | Self::Read { .. } | Self::Write { .. } => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Template(error) => error.hint(),
            Self::Linked { path } => Some(format!(
                "replace it by what it leads to, or remove it with `rm {}`",
                path.display()
            )),
            Self::Changed { .. } => Some("run `dhtl init` again".to_owned()),
            Self::Read { .. } | Self::Write { .. } => None,
        }
    }
}
