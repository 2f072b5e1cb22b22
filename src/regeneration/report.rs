//! What a run left behind, as data for every front end.

use std::path::PathBuf;

use dhtl_project_model::{
    Diagnostic as _, DistributionName, ExitCode, Platform, StepOutcome, Strategy,
};
use dhtl_workflow::StepReport;
use serde::{Deserialize, Serialize};

use crate::failure::{Cause, UvFailure};
use crate::lock_conflicts::LockConflict;
use crate::validation::Validation;

/// The environment that a run left behind.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The name of the project.
    pub project: String,
    /// The platform.
    pub platform: Platform,
    /// What the operating system calls itself, such as `ubuntu-22.04`.
    pub system: Option<String>,
    /// Who provides the interpreter, where this run found it out.
    pub python_origin: Option<&'static str>,
    /// Why it is this interpreter, in words, where this run chose it.
    pub python_reason: Option<String>,
    /// Where the set of distributions came from.
    pub strategy: Strategy,
    /// The moment that an unlocked project was resolved as of, in the notation of RFC 3339.
    pub as_of: Option<String>,
    /// The files that say what is installed, relative to the root.
    pub locks: Vec<String>,
    /// The distributions that were added because imports need them and nothing declares them.
    pub inferred: Vec<String>,
    /// The system packages that this run installed.
    pub system_packages: Vec<String>,
    /// The development tools that `.dhtconfig` pins, as `name==version`.
    pub tools: Vec<String>,
    /// What was asked for and is not there.
    pub shortfalls: Vec<Shortfall>,
    /// What the locks of the project disagree on.
    pub lock_conflicts: Vec<LockConflict>,
    /// The files that this run wrote because the project is worked on with them and had none,
    /// relative to the root.
    pub files_written: Vec<String>,
    /// Whether there was nothing to do.
    pub unchanged: bool,
    /// What was done.
    pub steps: Vec<StepSummary>,
    /// The proof.
    pub validation: Validation,
}

/// Something that was asked for and is not there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortfall {
    /// What: ``extra `mysql` ``.
    pub what: String,
    /// Why, in lower case.
    pub why: String,
    /// What the user can do.
    pub next: Option<String>,
    /// The distribution that is not installed, where it is one.
    pub distribution: Option<DistributionName>,
    /// Whether the project is not whole without it.
    pub essential: bool,
    /// The cause, where it is a known one.
    #[serde(default)]
    pub cause: Option<Cause>,
    /// The last meaningful lines of the build that failed, where it was one.
    #[serde(default)]
    pub last_lines: Vec<String>,
}

impl Shortfall {
    /// Something that is not as it was asked for, with the reason; the project is whole without it.
    pub(crate) fn new(what: impl Into<String>, why: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            why: why.into(),
            next: None,
            distribution: None,
            essential: false,
            cause: None,
            last_lines: Vec::new(),
        }
    }

    /// What a failure of uv keeps from being there.
    pub(crate) fn because_of(what: impl Into<String>, failure: &UvFailure) -> Self {
        Self {
            next: failure.hint(),
            cause: failure.cause(),
            last_lines: failure.last_lines().to_vec(),
            ..Self::new(what, failure.to_string())
        }
    }

    /// A distribution that the project does without.
    pub(crate) fn of_distribution(distribution: &DistributionName, failure: &UvFailure) -> Self {
        Self {
            distribution: Some(distribution.clone()),
            ..Self::because_of(format!("`{distribution}`"), failure)
        }
    }

    /// The same as something that the project is not whole without, or not.
    pub(crate) fn essential(self, essential: bool) -> Self {
        Self { essential, ..self }
    }
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StepSummary {
    /// Its id.
    pub id: String,
    /// `satisfied`, `done`, `skipped`, `failed` or `interrupted`.
    pub outcome: &'static str,
    /// What came of it, or why it was skipped or failed.
    pub detail: String,
    /// How long it took, in seconds.
    pub seconds: f64,
}

impl Report {
    /// 0 when the environment is whole and as recorded, otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.shortfalls.iter().any(|shortfall| shortfall.essential) {
            return ExitCode::Findings;
        }
        self.validation.exit_code()
    }
}

impl From<StepReport> for StepSummary {
    fn from(report: StepReport) -> Self {
        let (outcome, detail) = match report.outcome {
            StepOutcome::Satisfied => ("satisfied", String::new()),
            StepOutcome::Done(detail) => ("done", detail),
            StepOutcome::Skipped(detail) => ("skipped", detail),
            StepOutcome::Failed(detail) => ("failed", detail),
            StepOutcome::Interrupted => ("interrupted", String::new()),
        };
        Self {
            id: report.id,
            outcome,
            detail,
            seconds: report.elapsed.as_secs_f64(),
        }
    }
}
