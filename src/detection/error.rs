//! The ways detection can fail; everything smaller is a [`Problem`](dhtl_project_model::Problem).

use std::io;
use std::path::PathBuf;

use dhtl_project_model::{Diagnostic, ExitCode};

use crate::interpreter::InterpreterError;

/// Why a folder could not be read as a project.
#[derive(Debug, thiserror::Error)]
pub enum DetectError {
    /// Neither the folder nor any above it looks like a project.
    #[error("no project in `{}` or in a folder above it", start.display())]
    NoProject {
        /// The folder the search began in.
        start: PathBuf,
    },
    /// A pipe or a device stands where rules for git belong, or something that is none.
    #[error("the rules for git in `{}` are {reason}", path.display())]
    Rules {
        /// What it is called.
        path: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The path is missing or something other than a folder.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// The path.
        path: PathBuf,
    },
    /// The folder is there, and the system does not let us list it.
    #[error("failed to read `{}`", path.display())]
    Unreadable {
        /// The path.
        path: PathBuf,
        /// What the system says.
        #[source]
        source: io::Error,
    },
    /// What the project says about its interpreter cannot be met.
    #[error(transparent)]
    Interpreter(#[from] InterpreterError),
}

impl Diagnostic for DetectError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::NotAFolder { .. } => ExitCode::Usage,
            _ => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::NoProject { .. } => {
                Some("name the folder of a project with `--root <folder>`".to_owned())
            }
            Self::Rules { path, .. } => Some(format!("remove them with `rm {}`", path.display())),
            Self::NotAFolder { .. } => Some("check the path, and name a folder".to_owned()),
            Self::Unreadable { path, .. } => Some(format!(
                "check who may read it with `ls -ld '{}'`",
                path.display()
            )),
            Self::Interpreter(error) => error.hint(),
        }
    }
}
