//! `dhtl verify-environment`: is what is installed what a digest says?

use std::path::{Path, PathBuf};

use dhtl_project_model::config::{Document, FILE_NAME};
use dhtl_project_model::{Diagnostic, Digest, ExitCode, Platform};
use serde::Serialize;

use crate::RegenerationError;
use crate::application::inference;
use crate::checksum::venv_checksum;
use crate::installed::Environment;
use crate::place::Place;
use crate::plan::base_locks;
use crate::proof::whole_set;
use crate::state::StateDir;
use crate::subject::{Locks, Subject};
use crate::validation::{Difference, set_differences};

/// What is installed, held against a digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// Whether the digests are equal.
    pub matches: bool,
    /// What the digest must be.
    pub expected: Digest,
    /// Who says so.
    pub expected_from: ExpectedFrom,
    /// What the digest is.
    pub actual: Digest,
    /// The platform that `.dhtconfig` was recorded on, where that is another one: what is installed
    /// differs from platform to platform.
    pub recorded_on: Option<Platform>,
    /// Whether what is installed is what the last `dhtl regenerate` left here; none where none was
    /// completed.
    pub unchanged_since_regenerate: Option<bool>,
    /// The distributions that differ from the lock; none where no lock can be read.
    pub differences: Option<Vec<Difference>>,
}

/// Where the digest to compare with comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExpectedFrom {
    /// The user named it.
    CommandLine,
    /// `validation.venv_checksum` of `.dhtconfig`.
    Config,
}

impl Verification {
    /// 0 when the digests are equal, otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        if self.matches {
            ExitCode::Success
        } else {
            ExitCode::Findings
        }
    }
}

/// Why there is nothing to compare.
#[derive(Debug, thiserror::Error)]
pub enum VerificationError {
    /// The project, its configuration or its environment cannot be read.
    #[error(transparent)]
    Project(#[from] RegenerationError),
    /// Nobody says what the digest must be.
    #[error("there is no digest to compare with: `{}` records no `validation.venv_checksum`", path.display())]
    NothingRecorded {
        /// The configuration file.
        path: PathBuf,
    },
    /// What `.dhtconfig` says is no digest.
    #[error("`{FILE_NAME}:{line}`: `validation.venv_checksum`: {message}")]
    BadRecord {
        /// The line.
        line: u32,
        /// What is wrong.
        message: String,
    },
}

impl Diagnostic for VerificationError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Project(error) => error.exit_code(),
            Self::NothingRecorded { .. } => ExitCode::Usage,
            Self::BadRecord { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Project(error) => error.hint(),
            Self::NothingRecorded { .. } => Some(
                "name one with `dhtl verify-environment --checksum sha256:<digits>`, or record one \
                 with `dhtl setup`"
                    .to_owned(),
            ),
            Self::BadRecord { .. } => Some("record a new one with `dhtl setup`".to_owned()),
        }
    }
}

/// Computes the digest of what is installed at `place` and compares it with `checksum`, or else with
/// the recorded one. Reads files only.
///
/// Source: seed 001 section 2, "Restore Exact Dependencies".
pub fn verify_environment(
    place: Place<'_>,
    checksum: Option<Digest>,
) -> Result<Verification, VerificationError> {
    let root = place.project_root();
    let environment = Place::installed(&root)?;
    let document = Place::document(&root)?;
    let (expected, expected_from) = match checksum {
        Some(checksum) => (checksum, ExpectedFrom::CommandLine),
        None => (recorded(&root, document.as_ref())?, ExpectedFrom::Config),
    };
    let actual = venv_checksum(&environment);
    let matches = actual == expected;
    let differences = if matches {
        Some(Vec::new())
    } else {
        differences(place, &root, &environment)
    };
    let record = StateDir::of(&root).record();
    Ok(Verification {
        matches,
        expected,
        expected_from,
        actual,
        recorded_on: document.as_ref().and_then(other_platform),
        unchanged_since_regenerate: record.map(|record| record.venv_checksum == actual),
        differences,
        root,
    })
}

fn recorded(root: &Path, document: Option<&Document>) -> Result<Digest, VerificationError> {
    let text = document.and_then(|document| {
        let validation = document.config().validation.as_ref()?;
        Some((document, validation.venv_checksum.as_ref()?))
    });
    let Some((document, text)) = text else {
        return Err(VerificationError::NothingRecorded {
            path: root.join(FILE_NAME),
        });
    };
    text.parse().map_err(|error| VerificationError::BadRecord {
        line: document.line_of("validation.venv_checksum").unwrap_or(1),
        message: format!("{error}"),
    })
}

fn other_platform(document: &Document) -> Option<Platform> {
    let platform = document.config().fingerprint.as_ref()?.platform?;
    (platform != Platform::current()).then_some(platform)
}

/// What differs from the lock. The digests differ whatever becomes of this: a lock that cannot be
/// read only means that nobody can say where.
fn differences(
    place: Place<'_>,
    root: &Path,
    environment: &Environment,
) -> Option<Vec<Difference>> {
    let subject = Subject::read(root, Some(root), place.environment, Locks::Follow).ok()?;
    let (base, inferred) = (base_locks(&subject.spec), inference::locks(&subject));
    let locked_set = whole_set(&subject, &base, &inferred, environment).ok()??;
    Some(set_differences(environment, &locked_set))
}
