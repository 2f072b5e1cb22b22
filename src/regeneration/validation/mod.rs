//! The proof: an environment held against what it must be.

mod judgement;

use std::fmt;
use std::path::PathBuf;

use dhtl_project_model::{Digest, DistributionName, EnvVar, ExitCode};
use serde::Serialize;

use crate::closure::Closure;
use crate::env_file::EnvFileReport;
use crate::files::{FileFinding, Found};
use crate::lock_conflicts::LockConflict;
use crate::uv::VENV;

pub(crate) use judgement::{Digests, Exhibits, same_version, set_differences, validate};

/// What the proof found.
#[derive(Debug, Clone, Serialize)]
pub struct Validation {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// What was looked at, in order.
    pub checks: Vec<Check>,
    /// Every exact difference, with its repair.
    pub differences: Vec<Difference>,
    /// How the imports of the project resolve.
    pub closure: Closure,
    /// The exact version of the interpreter.
    pub python_version: String,
    /// The implementation of the interpreter.
    pub implementation: String,
    /// How many distributions are installed.
    pub packages: usize,
    /// How many files these have by their `RECORD`s, bytecode left out.
    pub files: usize,
    /// The platform-independent digest.
    pub fingerprint: Digest,
    /// The digest of the installed set.
    pub venv_checksum: Digest,
    /// How the environment compares with what `.dhtconfig` recorded.
    pub verdict: Verdict,
    /// Environment variables that the project does not run without and that are not set.
    pub missing_env_vars: Vec<EnvVar>,
    /// How the names in `.env` compare with those that the project knows; none without a `.env`.
    pub env_file: Option<EnvFileReport>,
    /// What the locks of the project disagree on; none in a [`Report`](crate::Report), which has it
    /// itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lock_conflicts: Option<Vec<LockConflict>>,
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What: `Python version`, `Packages`.
    pub name: &'static str,
    /// Whether it is as it must be.
    pub passed: bool,
    /// What was found.
    pub detail: String,
}

/// How an environment compares with the recorded one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is the recorded one.
    Match,
    /// It differs.
    Drift,
    /// Nothing is recorded: there is no `.dhtconfig` with a fingerprint.
    Unrecorded,
}

/// An exact difference between what is and what must be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// What differs: a distribution, `python`, `fingerprint`, the path of a file.
    pub what: String,
    /// How it differs.
    pub kind: DifferenceKind,
    /// The distribution it concerns; of a file, the one that installed it.
    pub distribution: Option<DistributionName>,
    /// The file it concerns, relative to the root.
    pub file: Option<String>,
    /// What it must be; none where it must not be there.
    pub expected: Option<String>,
    /// What it is; none where it is not there.
    pub actual: Option<String>,
    /// The next command to type.
    pub repair: String,
}

/// How what is differs from what must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DifferenceKind {
    /// It is not there.
    Missing,
    /// It is there, and must not be.
    Extra,
    /// It is another.
    Modified,
}

impl Difference {
    /// A difference that concerns neither a distribution nor a file.
    pub(crate) fn new(
        what: impl Into<String>,
        expected: Option<String>,
        actual: Option<String>,
        repair: &str,
    ) -> Self {
        Self {
            what: what.into(),
            kind: match (&expected, &actual) {
                (Some(_), None) => DifferenceKind::Missing,
                (None, Some(_)) => DifferenceKind::Extra,
                _ => DifferenceKind::Modified,
            },
            distribution: None,
            file: None,
            expected,
            actual,
            repair: repair.to_owned(),
        }
    }
}

impl From<&FileFinding> for Difference {
    fn from(finding: &FileFinding) -> Self {
        let file = format!("{VENV}/{}", finding.path);
        Self {
            what: file.clone(),
            kind: match finding.found {
                Found::Modified => DifferenceKind::Modified,
                Found::Missing => DifferenceKind::Missing,
                Found::Extra => DifferenceKind::Extra,
            },
            distribution: finding.owners.first().cloned(),
            file: Some(file),
            expected: finding.expected.clone(),
            actual: finding.actual.clone(),
            repair: "dhtl validate-env --fix".to_owned(),
        }
    }
}

impl Validation {
    /// 0 when everything is as it must be, otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        let passed = self.checks.iter().all(|check| check.passed) && self.verdict != Verdict::Drift;
        if passed {
            ExitCode::Success
        } else {
            ExitCode::Findings
        }
    }

    /// Whether the check of this name was made and passed.
    #[must_use]
    pub fn passes(&self, name: &str) -> bool {
        self.checks
            .iter()
            .any(|check| check.name == name && check.passed)
    }

    /// Adds a check that failed, with the difference it names.
    pub(crate) fn note(&mut self, name: &'static str, detail: &str) {
        self.checks.push(Check {
            name,
            passed: false,
            detail: detail.to_owned(),
        });
        let what = format!("{}: {detail}", name.to_lowercase());
        self.differences
            .push(Difference::new(what, None, None, "dhtl regenerate"));
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            if let Some(distribution) = &self.distribution {
                write!(f, "{distribution}: ")?;
            }
            let is_installed = file.starts_with(VENV);
            return match self.kind {
                DifferenceKind::Extra if !is_installed => write!(f, "{file} is new"),
                DifferenceKind::Missing => write!(f, "{file} is missing"),
                DifferenceKind::Extra => write!(f, "{file} belongs to nothing installed"),
                DifferenceKind::Modified => write!(f, "{file} was modified"),
            };
        }
        match (&self.expected, &self.actual) {
            (Some(expected), Some(actual)) => {
                write!(f, "{}: {actual} instead of {expected}", self.what)
            }
            (Some(expected), None) => write!(f, "{}: missing, must be {expected}", self.what),
            (None, Some(actual)) => write!(f, "{}: {actual} is not asked for", self.what),
            (None, None) => f.write_str(&self.what),
        }
    }
}
