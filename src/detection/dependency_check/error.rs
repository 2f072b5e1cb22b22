//! The ways in which a check of dependencies can fail.

use dhtl_project_model::{Diagnostic, Evidence, ExitCode};

use crate::DetectError;

/// Why the dependencies of a project could not be checked.
#[derive(Debug, thiserror::Error)]
pub enum DependencyCheckError {
    /// The project could not be read.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// The file that declares the dependencies is broken, so everything would look undeclared.
    #[error("`{place}` cannot be read: {message}")]
    BrokenManifest {
        /// The file and line.
        place: String,
        /// What is wrong with it.
        message: String,
    },
    /// The project has no Python code and no Python manifest.
    #[error("`{root}` holds no Python project")]
    NoPython {
        /// The root of the project.
        root: String,
    },
}

impl DependencyCheckError {
    /// The error of a manifest that is broken at `evidence`.
    pub(super) fn broken(evidence: &Evidence, message: &str) -> Self {
        let line = evidence
            .line
            .map(|line| format!(":{line}"))
            .unwrap_or_default();
        Self::BrokenManifest {
            place: format!("{}{line}", evidence.path),
            message: message.to_owned(),
        }
    }
}

impl Diagnostic for DependencyCheckError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Detect(error) => error.exit_code(),
            Self::BrokenManifest { .. } | Self::NoPython { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Detect(error) => error.hint(),
            Self::BrokenManifest { .. } => {
                Some("mend the file, then run `dhtl deps check` again".to_owned())
            }
            Self::NoPython { .. } => Some("see what there is with `dhtl detect`".to_owned()),
        }
    }
}
