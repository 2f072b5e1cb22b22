//! Every way a new project can fail to be made.

use dhtl_project_model::{Diagnostic, ExitCode};

use super::NameError;
use crate::{DestinationError, TemplateError};

/// Why a project was not made; nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum NewError {
    /// Its name is not accepted.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Its template cannot be used.
    #[error(transparent)]
    Template(#[from] TemplateError),
    /// Its folder cannot be made.
    #[error(transparent)]
    Destination(#[from] DestinationError),
}

impl Diagnostic for NewError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Name(error) => error.exit_code(),
            Self::Template(error) => error.exit_code(),
            Self::Destination(error) => error.exit_code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Name(error) => error.hint(),
            Self::Template(error) => error.hint(),
            Self::Destination(DestinationError::Exists { .. }) => Some(
                "name another folder with `--into`, or add to the project with `dhtl init`"
                    .to_owned(),
            ),
            Self::Destination(DestinationError::CurrentFolder { .. }) => Some(
                "run the command beside the folder, or name another one with `--into`".to_owned(),
            ),
            Self::Destination(error) => error.hint(),
        }
    }
}
