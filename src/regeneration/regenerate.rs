//! `dhtl regenerate`: from a project to its environment, and the proof of it.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use dhtl_project_model::{DistributionName, Strategy};
use dhtl_tools::uv::{self, CargoConsent, UvRequest};
use dhtl_tools::{Environment, Home, Invocation, Runner, SystemRunner};
use dhtl_workflow::{Event, Flow, FlowReport, Journal, RunOptions, StateLock};

use crate::application::Application;
use crate::as_of;
use crate::interpreters::{self, Choice, Fit, Interpreter};
use crate::os_release;
use crate::plan::{Facts, Plan, StepId, plan};
use crate::proof;
use crate::report::{Report, Shortfall, StepSummary};
use crate::shortfalls::Shortfalls;
use crate::state::{Record, StateDir};
use crate::subject::{Locks, Subject};
use crate::system_packages::Privilege;
use crate::uv::{MISLEADING, UvCommands, VENV};
use crate::{Fallbacks, RegenerationError, Request, Surroundings, SystemConsent, Versions};

/// The steps that [`regenerate`] would take; writes nothing and fetches nothing.
pub fn preview(request: &Request<'_>) -> Result<Plan, RegenerationError> {
    let Surroundings {
        environment,
        home,
        cancel,
        ..
    } = request.surroundings;
    let subject = Subject::read(request.start, request.root, environment, Locks::Follow)?;
    let runner = SystemRunner::new(environment.without(&MISLEADING), cancel.clone());
    let uv = uv::find(environment, home, &runner)?.map(|uv| uv.program);
    let system = missing_system_packages(&subject, request.system, &runner);
    let choice = choose(
        &subject,
        request.fallbacks,
        &interpreters::available(environment, &runner),
    );
    let as_of = as_of(request, &subject, &runner);
    let uv = uv.as_deref().unwrap_or(Path::new("uv"));
    let facts = Facts {
        as_of: as_of.as_deref(),
        ..facts(&subject, uv, system.as_ref())
    };
    Ok(plan(subject.spec.clone(), choice, &facts))
}

/// Makes the environment of a project what it must be, and proves it.
///
/// A run that fails leaves nothing behind that was not there before; one that is interrupted or
/// killed is gone on with by the next.
pub fn regenerate(request: &Request<'_>) -> Result<Report, RegenerationError> {
    let environment = request.surroundings.environment;
    let subject = Subject::read(request.start, request.root, environment, Locks::Follow)?;
    regenerate_subject(request, &subject)
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
    let Some(proof) = proof::of(subject, request.surroundings.environment)? else {
        return Ok(None);
    };
    let is_same = proof::missing_projects(subject, &record.projects)?.is_empty()
        && proof.digests.venv_checksum == record.venv_checksum
        && proof
            .validation
            .checks
            .iter()
            .all(|check| check.passed || check.name == "Imports");
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
    let Surroundings {
        environment,
        home,
        cancel,
        notice,
        ..
    } = request.surroundings;
    let probe = SystemRunner::new(environment.without(&MISLEADING), cancel.clone());
    refuse_foreign_venv(subject.root(), request.replace, state)?;
    let available = interpreters::available(environment, &probe);
    let choice = choose(subject, request.fallbacks, &available);
    state.create()?;
    let waiting = |holder: &str| notice(&format!("Waiting for {holder}."));
    let lock = StateLock::acquire(&state.lock(), cancel, &waiting)?;
    let is_ours = state.is_ours();
    if !is_ours {
        state.take_over()?;
    }
    // The log is that of the last run. There may be none yet.
    let _ = fs::remove_file(state.log());
    let guard = lock
        .file()
        .map_err(RegenerationError::io("lock", state.lock()))?;
    let runner = SystemRunner::new(environment.without(&MISLEADING), cancel.clone())
        .with_log(state.log())
        .with_guard(guard);
    let uv = uv::ensure(
        &UvRequest::new(environment, home, &runner)
            .output(notice)
            .cargo_consent(cargo_consent(request, home, &probe)?)
            .cancel(cancel.clone()),
    )?;
    let system = consented_system_packages(request, subject, &probe);
    if let Some(shortfall) = system.shortfalls.first()
        && request.fallbacks == Fallbacks::Forbidden
    {
        return Err(RegenerationError::Strict {
            what: format!("{} are not installed", shortfall.what),
        });
    }
    let as_of = as_of(request, subject, &probe);
    let facts = Facts {
        as_of: as_of.as_deref(),
        ..facts(subject, &uv.program, system.command.as_ref())
    };
    let plan = plan(subject.spec.clone(), choice, &facts);
    let mut journal = Journal::open(&state.journal())?;
    let projects = state
        .record()
        .map(|record| record.projects)
        .unwrap_or_default();
    let shortfalls = Shortfalls::load(state.file("shortfalls.json"));
    let application = Application {
        subject,
        plan: &plan,
        state,
        uv: UvCommands {
            program: &uv.program,
            root: subject.root(),
            as_of: as_of.as_deref(),
        },
        runner: &runner,
        fallbacks: request.fallbacks,
        replace: request.replace || !is_ours || is_suspect(&journal) || is_broken(subject.root()),
        resolution_is_current: !request.replace
            && is_current(&journal, subject)
            && (request.fallbacks == Fallbacks::Allowed || shortfalls.all().is_empty()),
        available: &available,
        projects,
        fetched: OnceLock::new(),
        shortfalls,
    };
    state.forget_record()?;
    application.shortfalls.clear(StepId::System)?;
    application
        .shortfalls
        .add(StepId::System, system.shortfalls)?;
    let flow_report = carry_out(&application, &mut journal, request)?;
    let steps = finished(flow_report)?;
    conclude(&application, steps, system.packages, environment)
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
    let proof =
        proof::of(subject, environment)?.ok_or_else(|| RegenerationError::NoEnvironment {
            root: subject.root().to_owned(),
        })?;
    let shortfalls = application.shortfalls.all();
    state.write_record(&Record {
        inputs: subject.inputs,
        venv_checksum: proof.digests.venv_checksum,
        fingerprint: proof.digests.fingerprint,
        closure: proof.validation.closure.clone(),
        projects: application.editable()?,
        shortfalls: shortfalls.clone(),
        as_of: application.as_of(),
    })?;
    let mut report = report(subject, proof, shortfalls, steps);
    report.system_packages = system_packages;
    report.as_of = application.as_of();
    report.python_origin = match &application.plan.interpreter {
        Choice::Present(interpreter) => Some(interpreter.origin.as_str()),
        Choice::Fetch(_) => Some("uv"),
    };
    Ok(report)
}

fn report(
    subject: &Subject,
    proof: proof::Proof,
    mut shortfalls: Vec<Shortfall>,
    steps: Vec<StepSummary>,
) -> Report {
    shortfalls.extend(set_aside(subject));
    Report {
        root: subject.root().to_owned(),
        project: subject.project.name.value.clone(),
        platform: subject.spec.platform,
        system: os_release::system(),
        python_origin: None,
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
        unchanged: false,
        steps,
        validation: proof.validation,
    }
}

/// The statements about the interpreter that could not be followed.
fn set_aside(subject: &Subject) -> Vec<Shortfall> {
    let conflicts = subject.spec.interpreter.request.conflicts.iter();
    conflicts
        .map(|conflict| Shortfall {
            what: format!(
                "Python `{}` of {}",
                conflict.dropped.specifiers, conflict.dropped.evidence
            ),
            why: format!(
                "it contradicts `{}` of {}",
                conflict.kept.specifiers, conflict.kept.evidence
            ),
            next: Some("say which one holds with `python.version` in `.dhtconfig`".to_owned()),
            distribution: None,
            essential: false,
        })
        .collect()
}

fn facts<'a>(subject: &'a Subject, uv: &'a Path, system: Option<&'a Invocation>) -> Facts<'a> {
    Facts {
        root: subject.root(),
        python: subject.python(),
        uv,
        system,
        as_of: None,
        inference_is_committed: subject.inference_is_committed,
    }
}

fn as_of(request: &Request<'_>, subject: &Subject, runner: &dyn Runner) -> Option<String> {
    let is_locked = matches!(
        subject.spec.strategy,
        Strategy::UvLock | Strategy::ForeignLock | Strategy::HashedRequirements
    );
    let wanted = request.versions == Versions::OfLastCommit && !is_locked;
    wanted
        .then(|| as_of::last_commit(subject.root(), runner))
        .flatten()
}

/// Keeps the interpreter of an environment that is there and accepted.
fn choose(subject: &Subject, fallbacks: Fallbacks, available: &[Interpreter]) -> Choice {
    let spec = &subject.spec.interpreter;
    let current = crate::installed::interpreter(&subject.root().join(VENV));
    let kept = current.and_then(|(implementation, version)| {
        available
            .iter()
            .find(|interpreter| {
                interpreter.implementation == implementation && interpreter.version == version
            })
            .filter(|interpreter| {
                let fit =
                    interpreters::fit(spec, &interpreter.implementation, &interpreter.version);
                fit == Some(Fit::Exact) || fit.is_some() && fallbacks == Fallbacks::Allowed
            })
    });
    kept.map_or_else(
        || interpreters::choose(spec, available),
        |interpreter| Choice::Present(interpreter.clone()),
    )
}

/// Whether the steps that fill the environment were begun and not ended: what is installed may be
/// half there, and nobody can vouch for it.
fn is_suspect(journal: &Journal) -> bool {
    [
        StepId::Environment,
        StepId::Installation,
        StepId::Project,
        StepId::Inference,
    ]
    .into_iter()
    .filter_map(|id| journal.last_event(id.as_str()))
    .any(|event| matches!(event, Event::Started | Event::Failed | Event::Interrupted))
}

/// Whether `.venv` lost the settings that make it an environment. Where it is not ours, the run has
/// ended before.
fn is_broken(root: &Path) -> bool {
    let venv = root.join(VENV);
    venv.exists() && !venv.join("pyvenv.cfg").is_file()
}

fn is_current(journal: &Journal, subject: &Subject) -> bool {
    // What `uv.lock` asks for is written by the installation step.
    [StepId::Resolution, StepId::Installation]
        .into_iter()
        .any(|id| journal.is_done(id.as_str(), &subject.inputs))
}

fn refuse_foreign_venv(
    root: &Path,
    replace: bool,
    state: &StateDir,
) -> Result<(), RegenerationError> {
    let venv = root.join(VENV);
    let Ok(metadata) = venv.symlink_metadata() else {
        return Ok(());
    };
    // A link leads to an environment of somebody else, whatever it is.
    let is_folder = metadata.is_dir();
    // A run of ours that was killed leaves an environment without its settings.
    let is_environment = state.is_ours() || venv.join("pyvenv.cfg").is_file();
    let is_empty = fs::read_dir(&venv).is_ok_and(|mut entries| entries.next().is_none());
    if replace || is_folder && (is_environment || is_empty) {
        return Ok(());
    }
    Err(RegenerationError::ForeignEnvironment { path: venv })
}

/// cargo takes many minutes, so it is used only when the user agrees, and only asked for when
/// there is nothing better.
fn cargo_consent(
    request: &Request<'_>,
    home: &Home,
    runner: &dyn Runner,
) -> Result<CargoConsent, RegenerationError> {
    let Surroundings {
        environment,
        confirm,
        ..
    } = request.surroundings;
    let has_pip = ["python3", "python", "pip3", "pip"]
        .iter()
        .any(|program| environment.find_program(program).is_some());
    if has_pip
        || environment.find_program("cargo").is_none()
        || uv::find(environment, home, runner)?.is_some()
    {
        return Ok(CargoConsent::Refused);
    }
    Ok(
        match confirm(
            "No pip is here to fetch uv with. May cargo build it if its release cannot be downloaded?",
        ) {
            Some(true) => CargoConsent::Granted,
            _ => CargoConsent::Refused,
        },
    )
}

/// The system packages that a run installs.
struct System {
    command: Option<Invocation>,
    packages: Vec<String>,
    shortfalls: Vec<Shortfall>,
}

fn missing_packages(subject: &Subject, consent: SystemConsent, runner: &dyn Runner) -> Vec<String> {
    match subject.package_manager {
        Some(manager) if consent != SystemConsent::Refused => {
            manager.missing(&subject.spec.system_packages, runner)
        }
        _ => Vec::new(),
    }
}

fn missing_system_packages(
    subject: &Subject,
    consent: SystemConsent,
    runner: &dyn Runner,
) -> Option<Invocation> {
    let missing = missing_packages(subject, consent, runner);
    let manager = subject.package_manager.filter(|_| !missing.is_empty())?;
    Some(manager.install(&missing, Privilege::current()))
}

fn consented_system_packages(
    request: &Request<'_>,
    subject: &Subject,
    runner: &dyn Runner,
) -> System {
    let packages = missing_packages(subject, request.system, runner);
    let command = subject
        .package_manager
        .filter(|_| !packages.is_empty())
        .map(|manager| manager.install(&packages, Privilege::current()));
    let Some(command) = command else {
        return System {
            command: None,
            packages: Vec::new(),
            shortfalls: Vec::new(),
        };
    };
    let question = format!("Install system packages with `{command}`?");
    let agreed = request.system == SystemConsent::Granted
        || (request.surroundings.confirm)(&question) == Some(true);
    if agreed {
        return System {
            command: Some(command),
            packages,
            shortfalls: Vec::new(),
        };
    }
    let shortfall = Shortfall {
        what: format!("system packages {}", packages.join(", ")),
        why: "nobody agreed to install them".to_owned(),
        next: Some(format!(
            "install them with `{command}`, or agree with `--yes`"
        )),
        distribution: None,
        essential: false,
    };
    System {
        command: None,
        packages: Vec::new(),
        shortfalls: vec![shortfall],
    }
}
