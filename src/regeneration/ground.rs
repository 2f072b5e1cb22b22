//! What a run has to itself while it lasts, and the plan it makes there.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::Strategy;
use dhtl_tools::uv::{self, CargoConsent, UvRequest};
use dhtl_tools::{Home, Runner, SystemRunner};
use dhtl_workflow::StateLock;

use crate::application::system_step::SystemStep;
use crate::as_of;
use crate::binaries;
use crate::git::GitCommands;
use crate::interpreters::choice::{self, Fit, Leaning, accepted_minors};
use crate::interpreters::pinned_wheels;
use crate::interpreters::wheel_support::WheelSupport;
use crate::interpreters::{self, Choice, Interpreter};
use crate::language_packages::{self, Whose};
use crate::lock_import;
use crate::missing_files;
use crate::plan::{Facts, Plan, PlannedTarget, plan};
use crate::proof::expected_fingerprint;
use crate::state::StateDir;
use crate::subject::{Locks, Subject};
use crate::system_packages::PackageManager;
use crate::target::{Machine, Target};
use crate::tools::{self, Machinery};
use crate::uv::{MISLEADING, UvCommands, VENV};
use crate::{Fallbacks, RegenerationError, Request, Surroundings, Versions};

/// The steps that [`regenerate`](crate::regenerate) would take; writes nothing, and asks the index only which wheels
/// there are of what is pinned.
pub fn preview(request: &Request<'_>) -> Result<Plan, RegenerationError> {
    let Surroundings {
        environment,
        home,
        cancel,
        ..
    } = request.surroundings;
    let subject = Subject::read(request.start, request.root, environment, Locks::Follow)?
        .without_imports_of(request.skip_imports_of);
    let runner = SystemRunner::new(environment.without(&MISLEADING), cancel.clone());
    let uv = uv::find(environment, home, &runner)?.map(|uv| uv.program);
    let system = SystemStep::preview(&subject, request, &runner);
    let git = GitCommands::of(&subject, environment);
    let tools = tools::commands(&subject, uv.as_deref(), Machinery::Here)?;
    let provider = (environment, uv.as_deref());
    let binaries = binaries::commands(&subject, provider, request.fallbacks, Some(&runner))?
        .filter(|commands| !commands.is_empty());
    let available = interpreters::available(environment, &runner);
    let as_of = as_of(request, &subject, &runner);
    let choice = match kept(&subject, request.fallbacks, &available) {
        Some(kept) => kept,
        None => choose(
            &subject,
            &available,
            as_of.as_deref(),
            uv.as_deref(),
            &runner,
        )?,
    };
    let uv = uv.as_deref().unwrap_or(Path::new("uv"));
    let facts = Facts {
        as_of: as_of.as_deref(),
        git: &git,
        binaries: binaries.as_deref(),
        tools: tools.as_deref(),
        ..facts(request, &subject, uv, &system)
    };
    let plan = plan(subject.spec.clone(), choice, &facts);
    let plan = language_packages::planned(plan, &subject, environment, Whose::Ours);
    let plan = missing_files::planned(plan, &subject);
    Ok(Plan {
        fingerprint: expected_fingerprint(&subject),
        ..plan
    })
}

/// The steps that [`regenerate`](crate::regenerate) would take on the machine `target`, for a fresh
/// clone; writes nothing, and neither looks at what this machine has installed nor asks the index.
///
/// uv finds or fetches the interpreter there: those of another machine are unknown.
pub fn preview_for(request: &Request<'_>, target: &Target) -> Result<Plan, RegenerationError> {
    if target.is_this_machine() {
        return preview(request);
    }
    let Surroundings {
        environment,
        cancel,
        ..
    } = request.surroundings;
    let machine = Machine::Elsewhere(target, environment);
    let subject = Subject::read_for(machine, request.start, request.root, Locks::Follow)?
        .without_imports_of(request.skip_imports_of);
    let runner = SystemRunner::new(environment.without(&MISLEADING), cancel.clone());
    lock_import::check_target(&subject)?;
    let system = SystemStep::elsewhere(&subject, request);
    let git = GitCommands::elsewhere(&subject, environment);
    let tools = tools::commands(&subject, None, Machinery::Elsewhere)?;
    let provider = (environment, None);
    let binaries = binaries::commands(&subject, provider, request.fallbacks, None)?;
    let as_of = as_of(request, &subject, &runner);
    let choice = Choice::Fetch(choice::fetch_request(&subject.spec.interpreter));
    let reason = "which ones another machine has is not known".to_owned();
    let facts = Facts {
        as_of: as_of.as_deref(),
        git: &git,
        binaries: binaries.as_deref(),
        tools: tools.as_deref(),
        ..facts(request, &subject, Path::new("uv"), &system)
    };
    let plan = plan(subject.spec.clone(), (choice, reason), &facts);
    let plan = language_packages::planned(plan, &subject, environment, Whose::Elsewhere);
    let plan = missing_files::planned(plan, &subject);
    let package_manager = subject.package_manager.map(PackageManager::name);
    Ok(Plan {
        target: package_manager.map(|package_manager| PlannedTarget {
            name: target.to_string(),
            package_manager: package_manager.to_owned(),
        }),
        fingerprint: expected_fingerprint(&subject),
        ..plan
    })
}

/// What a run has to itself while it lasts.
pub(crate) struct Ground {
    /// Asks questions that nobody wants to find in the log.
    pub(crate) probe: SystemRunner,
    /// Runs the steps.
    pub(crate) runner: SystemRunner,
    /// The program of uv.
    pub(crate) uv: PathBuf,
    /// The interpreters that are on this machine.
    pub(crate) available: Vec<Interpreter>,
    /// Whether the state folder was this project's before.
    pub(crate) was_ours: bool,
    /// Held until the run ends.
    _lock: StateLock,
}

impl Ground {
    /// Takes the lock of the project, and finds or fetches uv.
    pub(crate) fn take(
        request: &Request<'_>,
        subject: &Subject,
        state: &StateDir,
    ) -> Result<Self, RegenerationError> {
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
        state.create()?;
        let waiting = |holder: &str| notice(&format!("Waiting for {holder}."));
        let lock = StateLock::acquire(&state.lock(), cancel, &waiting)?;
        let was_ours = state.is_ours();
        if !was_ours {
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
        Ok(Self {
            probe,
            runner,
            uv: uv.program,
            available,
            was_ours,
            _lock: lock,
        })
    }

    /// The plan for this machine as it is now.
    pub(crate) fn plan(
        &self,
        request: &Request<'_>,
        subject: &Subject,
        system: &SystemStep,
    ) -> Result<Plan, RegenerationError> {
        let as_of = as_of(request, subject, &self.probe);
        let choice = match kept(subject, request.fallbacks, &self.available) {
            Some(kept) => kept,
            None => choose(
                subject,
                &self.available,
                as_of.as_deref(),
                Some(&self.uv),
                &self.runner,
            )?,
        };
        let git = GitCommands::of(subject, request.surroundings.environment);
        let tools = tools::commands(subject, Some(&self.uv), Machinery::Here)?;
        let provider = (request.surroundings.environment, Some(self.uv.as_path()));
        let binaries = binaries::commands(subject, provider, request.fallbacks, Some(&self.probe))?;
        let facts = Facts {
            as_of: as_of.as_deref(),
            git: &git,
            binaries: binaries.as_deref(),
            tools: tools.as_deref(),
            ..facts(request, subject, &self.uv, system)
        };
        let plan = plan(subject.spec.clone(), choice, &facts);
        let environment = request.surroundings.environment;
        let plan = language_packages::planned(plan, subject, environment, Whose::Ours);
        Ok(missing_files::planned(plan, subject))
    }
}

/// Chooses among the interpreters that are here, with what is known of the wheels of what is pinned.
fn choose(
    subject: &Subject,
    available: &[Interpreter],
    as_of: Option<&str>,
    uv: Option<&Path>,
    runner: &dyn Runner,
) -> Result<(Choice, String), RegenerationError> {
    let spec = &subject.spec.interpreter;
    let uv = uv.map(|program| UvCommands {
        platform: subject.spec.platform,
        program,
        root: subject.root(),
        as_of: None,
    });
    let is_open = accepted_minors(spec, available).len() > 1;
    let wheels = match (pinned_wheels::in_lock(subject), uv) {
        (Some(wheels), _) => wheels,
        (None, Some(uv)) if is_open && subject.spec.strategy == Strategy::UvLock => {
            pinned_wheels::in_uv_lock(subject, uv, runner)?
        }
        (None, Some(uv)) if is_open => pinned_wheels::of_pins(subject, uv, runner, available)?,
        _ => WheelSupport::default(),
    };
    let leaning = Leaning {
        wheels: &wheels,
        as_of,
        platform: subject.spec.platform,
    };
    Ok(choice::choose(spec, available, leaning))
}

/// Stands in until somebody has looked at the checkout.
static NO_COMMANDS: GitCommands = GitCommands {
    submodules: None,
    large_files: None,
    hooks: None,
};

fn facts<'a>(
    request: &Request<'_>,
    subject: &'a Subject,
    uv: &'a Path,
    system: &'a SystemStep,
) -> Facts<'a> {
    Facts {
        root: subject.root(),
        python: subject.python(),
        uv,
        system,
        git: &NO_COMMANDS,
        binaries: None,
        tools: None,
        as_of: None,
        inference_is_committed: subject.inference_is_committed,
        // Only what the lock or the manifest says is strictly asked for.
        supplements: match request.fallbacks {
            Fallbacks::Allowed if !subject.is_captured => Some(&subject.supplements),
            Fallbacks::Allowed | Fallbacks::Forbidden => None,
        },
    }
}

fn as_of(request: &Request<'_>, subject: &Subject, runner: &dyn Runner) -> Option<String> {
    (request.versions == Versions::OfLastCommit)
        .then(|| as_of::last_commit(subject.root(), runner))
        .flatten()
}

/// The interpreter of an environment that is there and accepted.
fn kept(
    subject: &Subject,
    fallbacks: Fallbacks,
    available: &[Interpreter],
) -> Option<(Choice, String)> {
    let spec = &subject.spec.interpreter;
    let (implementation, version) = crate::installed::interpreter(&subject.root().join(VENV))?;
    let fit = choice::fit(spec, &implementation, &version);
    let is_accepted = fit == Some(Fit::Exact) || fit.is_some() && fallbacks == Fallbacks::Allowed;
    let same = available.iter().find(|interpreter| {
        interpreter.implementation == implementation && interpreter.version == version
    });
    let same = same.filter(|_| is_accepted)?;
    Some((
        Choice::Present(same.clone()),
        "the environment has it already".to_owned(),
    ))
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
