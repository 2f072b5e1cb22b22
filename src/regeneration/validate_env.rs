//! `dhtl validate-env`: is the environment what it must be?

use std::path::Path;

use dhtl_tools::Environment;

use crate::RegenerationError;
use crate::closure::CodePart;
use crate::files::FileCheck;
use crate::proof;
use crate::state::StateDir;
use crate::subject::{Locks, Subject};
use crate::validation::Validation;

/// What to judge.
#[derive(Debug, Clone, Copy)]
pub struct ValidateRequest<'a> {
    /// The folder the search for the project begins in.
    pub start: &'a Path,
    /// The root, where the user names it.
    pub root: Option<&'a Path>,
    /// The environment variables and PATH.
    pub environment: &'a Environment,
    /// How thoroughly files are checked.
    pub files: FileCheck,
    /// The parts of the project whose imports need not resolve.
    pub skip_imports_of: &'a [CodePart],
}

/// Judges the environment of a project. Reads files only: it starts no program, and
/// writes nothing but the stamp that saves it from reading unchanged files again.
pub fn validate_env(request: &ValidateRequest<'_>) -> Result<Validation, RegenerationError> {
    let subject = Subject::read(
        request.start,
        request.root,
        request.environment,
        Locks::Follow,
    )?
    .without_imports_of(request.skip_imports_of);
    let state = StateDir::of(subject.root());
    let proof = proof::of(&subject, request.environment, request.files)?;
    let proof = proof.ok_or_else(|| RegenerationError::NoEnvironment {
        root: subject.root().to_owned(),
    })?;
    if state.is_ours() {
        proof.configuration.remember(&subject)?;
    }
    let record = state.record();
    let missing_projects = record
        .as_ref()
        .map(|record| proof.missing_projects(&record.projects))
        .unwrap_or_default();
    let mut validation = proof.validation;
    match record {
        None => validation.note(
            "Last run",
            "no run of `dhtl regenerate` was completed since",
        ),
        Some(record) if record.inputs != subject.inputs => {
            validation.note("Requirements", "changed since the environment was made");
        }
        Some(record) => {
            for name in missing_projects {
                validation.note("Project", &format!("`{name}` itself is not installed"));
            }
            for shortfall in record
                .shortfalls
                .iter()
                .filter(|shortfall| shortfall.essential)
            {
                validation.note("As declared", &format!("{} is missing", shortfall.what));
            }
        }
    }
    Ok(validation)
}
