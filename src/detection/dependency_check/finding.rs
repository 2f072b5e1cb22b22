//! What a check of dependencies answers.

use std::path::PathBuf;

use dhtl_project_model::{DistributionName, Evidence, Problem};
use serde::Serialize;

/// What the code of a project imports, compared with what the project declares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DependencyCheck {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// How many distributions are declared.
    pub declared: usize,
    /// How many distributions the code was found to use.
    pub used: usize,
    /// What does not fit, ordered by kind and name.
    pub findings: Vec<Finding>,
    /// The names that were to be ignored, and were findings otherwise.
    pub ignored: Vec<String>,
    /// What could not be understood, so that no finding rests on it.
    pub unread: Vec<Problem>,
}

/// One distribution or module that does not fit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// In what way.
    pub kind: FindingKind,
    /// The distribution; none for a module that the built-in table does not know.
    pub distribution: Option<DistributionName>,
    /// The imported module; none for a distribution that no code imports.
    pub module: Option<String>,
    /// The folder of the project it is a finding of; `.` is the root.
    pub project: String,
    /// The part of the project that needs it, where any does.
    pub needed_by: Option<Part>,
    /// The imports, or for what is unused the declarations.
    pub evidence: Vec<Evidence>,
    /// The declarations of what is misplaced.
    pub declarations: Vec<Evidence>,
    /// What to do about it: one sentence in lower case, commands in backticks.
    pub remedy: String,
}

impl Finding {
    /// The name it is shown and ignored under: the distribution, or else the module.
    #[must_use]
    pub fn name(&self) -> &str {
        self.distribution
            .as_ref()
            .map(DistributionName::as_str)
            .or(self.module.as_deref())
            .unwrap_or_default()
    }
}

/// In what way imports and declarations do not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindingKind {
    /// It is imported, and nothing declares it.
    Undeclared,
    /// It is declared for another part of the project than the one that imports it.
    Misplaced,
    /// It is declared, and nothing uses it.
    Unused,
}

/// A part of a project, as far as declarations tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// What is installed with the project.
    Runtime,
    /// Tests, documentation, examples and scripts.
    Development,
}

impl Part {
    /// The part in words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Runtime => "the project's packages",
            Self::Development => "tests, documentation, examples or scripts",
        }
    }
}
