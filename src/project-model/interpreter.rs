//! Which Python a project asks for.

use serde::{Deserialize, Serialize};

use crate::Evidence;

/// Who asks for a Python version, the most binding first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterpreterSource {
    /// `python.version` in `.dhtconfig`.
    Config,
    /// `.python-version` or `.python-versions`.
    PythonVersionFile,
    /// `requires-python` of PEP 621, `python` of poetry, `python_requires` of setuptools.
    RequiresPython,
    /// `runtime.txt`.
    RuntimeTxt,
    /// `python_version` of a Pipfile, or `python` of an `environment.yml`.
    Manifest,
    /// The environments of tox and nox.
    ToxNox,
    /// A `FROM python:…` in a Dockerfile.
    Dockerfile,
    /// CI configuration.
    Ci,
    /// The `Programming Language :: Python :: 3.x` classifiers.
    Classifiers,
}

impl InterpreterSource {
    /// Whether the source only says what the project is tried with, not what it needs.
    #[must_use]
    pub fn is_hint(self) -> bool {
        matches!(
            self,
            Self::ToxNox | Self::Dockerfile | Self::Ci | Self::Classifiers
        )
    }
}

/// One statement about the Python version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterConstraint {
    /// Who says so.
    pub source: InterpreterSource,
    /// The accepted versions in the notation of PEP 440: `>=3.8,<4`, `==3.11.*`, `==3.11.7`. A hint
    /// names one version per constraint.
    pub specifiers: String,
    /// Where.
    pub evidence: Evidence,
}

/// What all statements come to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct InterpreterRequest {
    /// The accepted versions in the notation of PEP 440; empty accepts any.
    pub specifiers: String,
    /// The minor versions the project is known to be tried with, as `3.12`, newest first.
    pub preferred: Vec<String>,
    /// The constraints that were followed.
    pub followed: Vec<InterpreterConstraint>,
    /// The statements that were set aside because they contradict a more binding one.
    pub conflicts: Vec<InterpreterConflict>,
}

/// Two statements that no Python version meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterConflict {
    /// The one that was followed.
    pub kept: InterpreterConstraint,
    /// The one that was set aside.
    pub dropped: InterpreterConstraint,
}
