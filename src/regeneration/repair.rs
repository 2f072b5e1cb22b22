//! `dhtl validate-env --fix`: repairs exactly what differs, and nothing more.
//!
//! **Invariants:** no lock and no other file of the project is written; nothing outside `.venv` is
//! removed.

mod checkout;
mod drift;
mod language_packages;
mod programs;
mod repairer;

use dhtl_project_model::ExitCode;
use serde::Serialize;

use crate::application::Application;
use crate::files::{self, FileCheck, misled};
use crate::ground::Ground;
use crate::installed::Environment;
use crate::proof::{self, Proof};
use crate::regenerate::regenerate_subject;
use crate::repair::drift::Drift;
use crate::repair::repairer::Repairer;
use crate::state::StateDir;
use crate::subject::{Locks, Subject};
use crate::uv::{UvCommands, VENV};
use crate::validate_env::{ValidateRequest, validate_env};
use crate::validation::Validation;
use crate::{RegenerationError, Request};

/// An environment after its repair.
#[derive(Debug, Clone, Serialize)]
pub struct Repaired {
    /// The proof, made anew after the repair.
    #[serde(flatten)]
    pub validation: Validation,
    /// What was done, in order.
    pub repaired: Vec<RepairAction>,
}

/// Something that was done to an environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepairAction {
    /// What was done.
    pub action: RepairKind,
    /// What it was done to: a distribution, a path relative to the root.
    pub what: String,
}

/// What was done to a part of an environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepairKind {
    /// A distribution was installed, in place of what there was of it.
    Installed,
    /// A distribution was taken out.
    Uninstalled,
    /// A file or folder was removed.
    Removed,
    /// What the checkout lacked was fetched.
    Fetched,
    /// The environment was made what it must be after the requirements changed.
    BroughtUpToDate,
    /// The whole environment was made anew.
    MadeAnew,
}

impl Repaired {
    /// 0 when everything is as it must be now, otherwise 1.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        self.validation.exit_code()
    }
}

/// Repairs the environment of a project, and proves it again.
///
/// An environment with another interpreter, or one that is not there any more, is made anew; so is
/// one that was made from other requirements brought up to date. One that dhtl did not make here is
/// left alone.
pub fn repair_env(request: &Request<'_>, depth: FileCheck) -> Result<Repaired, RegenerationError> {
    let environment = request.surroundings.environment;
    let read = || {
        Subject::read(request.start, request.root, environment, Locks::Follow)
            .map(|subject| subject.without_imports_of(request.skip_imports_of))
    };
    let mut subject = read()?;
    let state = StateDir::of(subject.root());
    let mut repaired = Vec::new();
    if state.is_ours() {
        repaired = checkout::complete(request, &subject, &state)?;
        if !repaired.is_empty() {
            // What was fetched may be part of the project.
            subject = read()?;
        }
        repaired.extend(repair(request, &subject, &state, depth)?);
        repaired.extend(programs::complete(request, &subject, &state, depth)?);
        repaired.extend(language_packages::complete(request, &subject, &state)?);
    }
    let validation = validate_env(&ValidateRequest {
        start: request.start,
        root: request.root,
        environment,
        files: FileCheck::Changed,
        skip_imports_of: request.skip_imports_of,
    })?;
    Ok(Repaired {
        validation,
        repaired,
    })
}

fn repair(
    request: &Request<'_>,
    subject: &Subject,
    state: &StateDir,
    depth: FileCheck,
) -> Result<Vec<RepairAction>, RegenerationError> {
    let proof = proof::of(subject, request.surroundings.environment, depth)?;
    let record = state
        .record()
        .filter(|record| record.inputs == subject.inputs);
    let venv = subject.root().join(VENV);
    let is_sound =
        |proof: &Proof| proof.validation.passes("Python version") && misled(&venv).is_none();
    let Some(proof) = proof.filter(is_sound) else {
        return regenerated(RepairKind::MadeAnew, request, subject);
    };
    let (Some(record), Some(locked_set)) = (record, &proof.locked_set) else {
        return regenerated(RepairKind::BroughtUpToDate, request, subject);
    };
    let missing = proof.missing_projects(&record.projects);
    let left_out = record.shortfalls.iter();
    let left_out = left_out
        .filter_map(|shortfall| shortfall.distribution.clone())
        .collect::<Vec<_>>();
    let drift = Drift::of(&proof.environment, &proof.files, locked_set, &missing)
        .without(&left_out, &proof.environment);
    if drift.is_none() {
        return Ok(Vec::new());
    }
    let ground = Ground::take(request, subject, state)?;
    let repairer = Repairer {
        subject,
        state,
        uv: UvCommands {
            platform: subject.spec.platform,
            program: &ground.uv,
            root: subject.root(),
            as_of: None,
        },
        runner: &ground.runner,
        notice: request.surroundings.notice,
        left_out: left_out.clone(),
    };
    repairer.run(drift, |round| {
        let Some(environment) = Environment::read(&subject.root().join(VENV))? else {
            return Ok(Drift::default());
        };
        let report = round.files(&environment)?;
        let missing = record
            .projects
            .iter()
            .filter(|name| environment.distribution(name).is_none())
            .cloned()
            .collect::<Vec<_>>();
        Ok(Drift::of(&environment, &report, locked_set, &missing).without(&left_out, &environment))
    })
}

fn regenerated(
    action: RepairKind,
    request: &Request<'_>,
    subject: &Subject,
) -> Result<Vec<RepairAction>, RegenerationError> {
    let inferring = StateDir::of(subject.root())
        .record()
        .map_or(request.inferring, |record| record.inferring);
    regenerate_subject(
        &Request {
            inferring,
            ..*request
        },
        subject,
    )?;
    Ok(vec![RepairAction {
        action,
        what: VENV.to_owned(),
    }])
}

/// Repairs the files of what is installed as locked, in the course of `regenerate`, which looks after
/// the rest.
pub(crate) fn repair_files(
    application: &Application<'_>,
    notice: &(dyn Fn(&str) + Sync),
) -> Result<(), RegenerationError> {
    let Application { subject, state, .. } = application;
    let drift = || {
        let Some(environment) = Environment::read(&subject.root().join(VENV))? else {
            return Ok(Drift::default());
        };
        let Some(locked_set) = proof::whole_set_of(subject, &environment)? else {
            return Ok(Drift::default());
        };
        let venv = subject.root().join(VENV);
        let report = files::check(&venv, &environment, state, FileCheck::Changed)?;
        Ok::<_, RegenerationError>(
            Drift::of(&environment, &report, &locked_set, &[]).of_files(&environment, &locked_set),
        )
    };
    let first = drift()?;
    if first.is_none() {
        return Ok(());
    }
    let left_out = application.shortfalls.all();
    let repairer = Repairer {
        subject,
        state,
        uv: application.uv,
        runner: application.runner,
        notice,
        left_out: left_out
            .into_iter()
            .filter_map(|shortfall| shortfall.distribution)
            .collect(),
    };
    repairer.run(first, |_| drift())?;
    Ok(())
}
