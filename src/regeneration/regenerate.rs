//! `dhtl regenerate`: from a project to its environment, and the proof of it.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use dhtl_project_model::DistributionName;
use dhtl_tools::Environment;
use dhtl_workflow::{Event, Flow, FlowReport, Journal, RunOptions};

use crate::application::Application;
use crate::application::git_steps;
use crate::application::system_step::SystemStep;
use crate::files::{FileCheck, misled};
use crate::ground::Ground;
use crate::interpreters::Choice;
use crate::language_packages;
use crate::lock_conflicts;
use crate::missing_files::{self, MissingFiles};
use crate::os_release;
use crate::plan::{INFERENCE, Plan, SUPPLEMENT, StepId};
use crate::proof;
use crate::repair::repair_files;
use crate::report::{Report, Shortfall, StepSummary};
use crate::resolution::remedies::Remedies;
use crate::set_aside;
use crate::shortfalls::Shortfalls;
use crate::state::{Record, StateDir};
use crate::subject::{Locks, Subject};
use crate::uv::{UvCommands, VENV};
use crate::{Fallbacks, RegenerationError, Request, Surroundings};

/// Makes the environment of a project what it must be, and proves it.
///
/// A run that fails leaves nothing behind that was not there before; one that is interrupted or
/// killed is gone on with by the next.
pub fn regenerate(request: &Request<'_>) -> Result<Report, RegenerationError> {
    let environment = request.surroundings.environment;
    let read = || {
        Subject::read(request.start, request.root, environment, Locks::Follow)
            .map(|subject| subject.without_imports_of(request.skip_imports_of))
    };
    let subject = read()?;
    let report = regenerate_subject(request, &subject)?;
    if !git_steps::fetched_submodules(&report.steps) {
        return Ok(report);
    }
    // What they hold may be part of the project.
    let whole = read()?;
    if whole.project == subject.project {
        return Ok(report);
    }
    let request = Request {
        replace: false,
        ..*request
    };
    let again = regenerate_subject(&request, &whole)?;
    Ok(Report {
        files_written: missing_files::written(&report.steps),
        steps: report.steps.into_iter().chain(again.steps).collect(),
        unchanged: false,
        ..again
    })
}

/// Makes the environment of a project that was read already.
pub(crate) fn regenerate_subject(
    request: &Request<'_>,
    subject: &Subject,
) -> Result<Report, RegenerationError> {
    let state = StateDir::of(subject.root());
    if !request.replace
        && request.fallbacks == Fallbacks::Allowed
        && let Some(report) = unchanged(subject, &state, request)?
    {
        return Ok(report);
    }
    let before = Before::of(subject.root());
    let result = run(request, subject, &state);
    if let Err(error) = &result
        && !is_resumable(error)
    {
        before.restore(subject.root());
    }
    result
}

/// What was there before a run, so that a failed one can be cleared away.
#[derive(Debug, Clone, Copy)]
struct Before {
    had_state: bool,
    had_gitignore: bool,
    had_venv: bool,
}

impl Before {
    fn of(root: &Path) -> Self {
        Self {
            had_state: root.join(".dht/state").exists(),
            had_gitignore: root.join(".dht/.gitignore").exists(),
            had_venv: root.join(VENV).symlink_metadata().is_ok(),
        }
    }

    /// Clearing away is a courtesy: what stays behind is found and replaced by the next run.
    fn restore(self, root: &Path) {
        if !self.had_venv {
            let _ = fs::remove_dir_all(root.join(VENV));
        }
        if !self.had_state {
            let _ = fs::remove_dir_all(root.join(".dht/state"));
        }
        if !self.had_gitignore {
            let _ = fs::remove_file(root.join(".dht/.gitignore"));
        }
        // Only an empty folder goes: what is committed there stays.
        let _ = fs::remove_dir(root.join(".dht"));
    }
}

fn is_resumable(error: &RegenerationError) -> bool {
    use dhtl_project_model::{Diagnostic as _, ExitCode};
    error.exit_code() == ExitCode::Interrupted
}

/// The report of an environment that is as the last run left it; none where anything changed.
fn unchanged(
    subject: &Subject,
    state: &StateDir,
    request: &Request<'_>,
) -> Result<Option<Report>, RegenerationError> {
    let Some(record) = state
        .record()
        .filter(|record| record.inputs == subject.inputs)
    else {
        return Ok(None);
    };
    // Where a lock is missing, the index did not answer.
    let is_put_off = !subject.inference_is_committed && !state.file(INFERENCE).is_file()
        || !subject.supplements.is_empty() && !state.file(SUPPLEMENT).is_file();
    if is_put_off {
        return Ok(None);
    }
    if !record.shortfalls.is_empty() && SystemStep::may_help(subject, request, state) {
        return Ok(None);
    }
    if !git_steps::is_as_left(subject, state, request.surroundings.environment)
        || !language_packages::is_as_left(subject, state, request.surroundings.environment)
        || !MissingFiles::of(subject).is_none()
    {
        return Ok(None);
    }
    let Some(proof) = proof::of(
        subject,
        request.surroundings.environment,
        FileCheck::Changed,
    )?
    else {
        return Ok(None);
    };
    let is_same = (record.inferring == request.inferring || subject.inference_is_committed)
        && proof.missing_projects(&record.projects).is_empty()
        && proof.digests.venv_checksum == record.venv_checksum
        && proof
            .validation
            .checks
            .iter()
            .all(|check| check.passed || matches!(check.name, "Imports" | "Tools on PATH"));
    let imported = &proof.validation.closure.imported;
    let is_imported = |name: &String| imported.contains(&DistributionName::new(name));
    // New imports may need what the last run did not know of, and gone ones nothing any more.
    let is_same =
        is_same && (subject.inference_is_committed || proof.inferred.iter().all(is_imported));
    if !is_same || proof.validation.closure.unresolved != record.closure.unresolved {
        return Ok(None);
    }
    let mut report = report(subject, proof, record.shortfalls, Vec::new());
    report.as_of = record.as_of;
    report.unchanged = true;
    Ok(Some(report))
}

fn run(
    request: &Request<'_>,
    subject: &Subject,
    state: &StateDir,
) -> Result<Report, RegenerationError> {
    let ground = Ground::take(request, subject, state)?;
    let mut system = SystemStep::agreed(subject, request, &ground.probe);
    if let Some(shortfall) = system.shortfalls.first()
        && request.fallbacks == Fallbacks::Forbidden
    {
        return Err(RegenerationError::Strict {
            what: format!("{} are not installed", shortfall.what),
        });
    }
    let plan = ground.plan(request, subject, &system)?;
    if request.fallbacks == Fallbacks::Forbidden {
        lock_conflicts::refuse(subject, &plan.interpreter)?;
    }
    let mut journal = Journal::open(&state.journal())?;
    let mut application = application(request, subject, (&plan, state), &ground);
    application.replace =
        request.replace || !ground.was_ours || is_suspect(&journal) || is_broken(subject.root());
    let nothing_was_left_out = application.shortfalls.all().is_empty();
    application.resolution_is_current = !request.replace
        && is_current(&journal, subject)
        && (request.fallbacks == Fallbacks::Allowed || nothing_was_left_out)
        && (!system.may_help_now(state) || nothing_was_left_out);
    state.forget_record()?;
    if !plan.steps.iter().any(|step| step.id == StepId::Supplement) {
        // What an earlier run added is not asked for any more. There may be none.
        let _ = fs::remove_file(state.file(SUPPLEMENT));
    }
    application.forget_git()?;
    application.shortfalls.clear(StepId::Binaries)?;
    application.shortfalls.clear(StepId::Tools)?;
    application.shortfalls.clear(StepId::System)?;
    application
        .shortfalls
        .add(StepId::System, std::mem::take(&mut system.shortfalls))?;
    let notice = request.surroundings.notice;
    if application.resolution_is_current && !application.replace {
        // What cannot be repaired now may be in order when the steps are done.
        let _ = repair_files(&application, notice);
    }
    let flow_report = carry_out(&application, &mut journal, request)?;
    let steps = finished(flow_report)?;
    // What was installed from a cache is only as good as the cache.
    repair_files(&application, notice)?;
    system.remember(&application)?;
    application.remember_git()?;
    language_packages::remember(subject, state)?;
    let missed = system.missed(&application)?;
    application.shortfalls.add(StepId::System, missed)?;
    let mut packages = system.configured;
    packages.retain(|package| !application.went_without(package));
    packages.extend(application.remedies.installed());
    conclude(
        &application,
        steps,
        packages,
        request.surroundings.environment,
    )
}

/// The plan being carried out in an environment that is in order.
fn application<'a>(
    request: &Request<'a>,
    subject: &'a Subject,
    (plan, state): (&'a Plan, &'a StateDir),
    ground: &'a Ground,
) -> Application<'a> {
    let record = state.record();
    Application {
        subject,
        plan,
        state,
        uv: UvCommands {
            platform: subject.spec.platform,
            program: &ground.uv,
            root: subject.root(),
            as_of: plan.as_of.as_deref(),
        },
        runner: &ground.runner,
        fallbacks: request.fallbacks,
        replace: false,
        resolution_is_current: true,
        available: &ground.available,
        projects: record.map(|record| record.projects).unwrap_or_default(),
        fetched: OnceLock::new(),
        shortfalls: Shortfalls::load(state.file("shortfalls.json")),
        consent: request.system,
        environment: request.surroundings.environment,
        inferring: request.inferring,
        remedies: Remedies::default(),
    }
}

/// Carries out only the steps `wanted`, in an environment that is in order otherwise, and says what
/// could not be had after it.
pub(crate) fn carry_out_only(
    wanted: &[StepId],
    request: &Request<'_>,
    subject: &Subject,
    (state, record): (&StateDir, &Record),
    ground: &Ground,
) -> Result<Vec<StepSummary>, RegenerationError> {
    let mut plan = ground.plan(request, subject, &SystemStep::default())?;
    plan.steps.retain(|step| wanted.contains(&step.id));
    for step in &mut plan.steps {
        step.needs.retain(|need| wanted.contains(need));
    }
    let application = Application {
        inferring: record.inferring,
        ..application(request, subject, (&plan, state), ground)
    };
    for step in wanted {
        application.shortfalls.clear(*step)?;
    }
    let mut journal = Journal::open(&state.journal())?;
    let steps = finished(carry_out(&application, &mut journal, request)?)?;
    application.remember_git()?;
    language_packages::remember(subject, state)?;
    state.write_record(&Record {
        shortfalls: application.shortfalls.all(),
        ..record.clone()
    })?;
    Ok(steps)
}

fn carry_out(
    application: &Application<'_>,
    journal: &mut Journal,
    request: &Request<'_>,
) -> Result<FlowReport, RegenerationError> {
    let options = RunOptions {
        jobs: request.jobs,
        // uv has tried several times by itself already.
        retries: 1,
        first_delay: Duration::from_millis(500),
    };
    let Surroundings {
        progress, cancel, ..
    } = request.surroundings;
    Ok(Flow::new(application.steps())?.run(journal, &options, progress, cancel))
}

fn finished(flow_report: FlowReport) -> Result<Vec<StepSummary>, RegenerationError> {
    if flow_report.interrupted {
        return Err(RegenerationError::Interrupted);
    }
    match flow_report.failure {
        None => Ok(flow_report.steps.into_iter().map(Into::into).collect()),
        Some((_, error)) => Err(RegenerationError::Step(error)),
    }
}

/// The proof of what the steps left, and the record of it.
fn conclude(
    application: &Application<'_>,
    steps: Vec<StepSummary>,
    system_packages: Vec<String>,
    environment: &Environment,
) -> Result<Report, RegenerationError> {
    let Application { subject, state, .. } = application;
    let proof = proof::of(subject, environment, FileCheck::Changed)?.ok_or_else(|| {
        RegenerationError::NoEnvironment {
            root: subject.root().to_owned(),
        }
    })?;
    proof.configuration.remember(subject)?;
    let shortfalls = application.shortfalls.all();
    state.write_record(&Record {
        inputs: subject.inputs,
        venv_checksum: proof.digests.venv_checksum,
        fingerprint: proof.digests.fingerprint,
        closure: proof.validation.closure.clone(),
        projects: application.editable()?,
        shortfalls: shortfalls.clone(),
        as_of: application.as_of(),
        inferring: application.inferring,
    })?;
    let mut report = report(subject, proof, shortfalls, steps);
    report.system_packages = system_packages;
    report.as_of = application.as_of();
    let fetched = application.fetched.get();
    let taken_instead = application
        .available
        .iter()
        .find(|interpreter| Some(&interpreter.program) == fetched);
    report.python_origin = match (&application.plan.interpreter, taken_instead) {
        (Choice::Present(interpreter), _) | (Choice::Fetch(_), Some(interpreter)) => {
            Some(interpreter.origin.as_str())
        }
        (Choice::Fetch(_), None) => Some("uv"),
    };
    report.python_reason = Some(application.plan.interpreter_reason.clone());
    Ok(report)
}

fn report(
    subject: &Subject,
    mut proof: proof::Proof,
    mut shortfalls: Vec<Shortfall>,
    steps: Vec<StepSummary>,
) -> Report {
    shortfalls.extend(set_aside::shortfalls(subject));
    Report {
        root: subject.root().to_owned(),
        project: subject.project.name.value.clone(),
        platform: subject.spec.platform,
        system: os_release::system(),
        python_origin: None,
        python_reason: None,
        strategy: subject.spec.strategy,
        as_of: None,
        locks: proof.locks,
        inferred: proof.inferred,
        system_packages: Vec::new(),
        tools: subject
            .tools()
            .map(|(name, version)| format!("{name}=={version}"))
            .collect(),
        shortfalls,
        lock_conflicts: proof.validation.lock_conflicts.take().unwrap_or_default(),
        unchanged: false,
        files_written: missing_files::written(&steps),
        steps,
        validation: proof.validation,
    }
}

/// Whether the steps that fill the environment were begun and not ended: what is installed may be
/// half there, and nobody can vouch for it.
fn is_suspect(journal: &Journal) -> bool {
    [
        StepId::Environment,
        StepId::Installation,
        StepId::Supplement,
        StepId::Project,
        StepId::Inference,
    ]
    .into_iter()
    .filter_map(|id| journal.last_event(id.as_str()))
    .any(|event| matches!(event, Event::Started | Event::Failed | Event::Interrupted))
}

/// Whether `.venv` lost the settings that make it an environment, or leads elsewhere. Where it is not ours, the run has
/// ended before.
fn is_broken(root: &Path) -> bool {
    let venv = root.join(VENV);
    venv.exists() && (!venv.join("pyvenv.cfg").is_file() || misled(&venv).is_some())
}

fn is_current(journal: &Journal, subject: &Subject) -> bool {
    // What `uv.lock` asks for is written by the installation step.
    [StepId::Resolution, StepId::Installation]
        .into_iter()
        .any(|id| journal.is_done(id.as_str(), &subject.inputs))
}
