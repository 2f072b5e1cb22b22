//! The step that installs packages of the operating system.
//!
//! Those that `.dhtconfig` lists have to be there. Those that are only proposed make no run fail:
//! where they may not or cannot be installed, the run goes on and the report says what to type.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dhtl_project_model::{Diagnostic as _, DistributionName, ExitCode};
use dhtl_tools::{Environment, Invocation, Runner, SystemRunner};
use dhtl_workflow::StepContext;

use crate::application::{Application, Outcome};
use crate::report::Shortfall;
use crate::state::{StateDir, one_per_line, write_whole};
use crate::subject::Subject;
use crate::system_packages::{PackageManager, Privilege, ProposedPackage, Role};
use crate::uv::MISLEADING;
use crate::{RegenerationError, Request, Surroundings, SystemConsent};

/// What a run does about system packages.
#[derive(Debug, Default)]
pub(crate) struct SystemStep {
    /// The commands of the step, the installation last; none where nothing is to be installed.
    pub(crate) commands: Vec<Invocation>,
    /// The packages of `.dhtconfig` that they install.
    pub(crate) configured: Vec<String>,
    /// The names of all that is missing, whether it is to be installed or not.
    missing: Vec<String>,
    /// What is proposed and missing, whether it is to be installed or not.
    pub(crate) proposed: Vec<ProposedPackage>,
    /// The packages of `.dhtconfig` that are not installed because nobody agreed.
    pub(crate) shortfalls: Vec<Shortfall>,
    /// Why what is proposed is not installed, where that was decided.
    refusal: Option<&'static str>,
}

impl SystemStep {
    /// What would be done if the user agreed; nobody is asked.
    pub(crate) fn preview(subject: &Subject, request: &Request<'_>, runner: &dyn Runner) -> Self {
        let mut step = Self::missing(subject, request, runner);
        let packages = step.packages();
        if let Some(manager) = subject.package_manager
            && !packages.is_empty()
            && request.system != SystemConsent::Refused
        {
            step.commands = step.commands_for(manager, &packages);
        }
        step
    }

    /// What would be done on another machine, of which nobody knows what it has: everything that is
    /// listed or proposed is installed.
    pub(crate) fn elsewhere(subject: &Subject, request: &Request<'_>) -> Self {
        let is_listed = subject.proposed.is_empty();
        let mut step = Self {
            configured: match request.system {
                SystemConsent::Refused => Vec::new(),
                _ if is_listed => subject.spec.system_packages.clone(),
                _ => Vec::new(),
            },
            proposed: subject.proposed.clone(),
            ..Self::default()
        };
        let packages = step.packages();
        if let Some(manager) = subject.package_manager
            && !packages.is_empty()
            && request.system != SystemConsent::Refused
        {
            let privilege = Privilege::User;
            let refresh = manager.refresh_elsewhere(privilege);
            let install = step.installation(manager, &packages, privilege);
            step.commands = refresh.into_iter().chain([install]).collect();
        }
        step
    }

    /// What is done: the user is asked where that is needed.
    pub(crate) fn agreed(subject: &Subject, request: &Request<'_>, runner: &dyn Runner) -> Self {
        let mut step = Self::preview(subject, request, runner);
        if request.system == SystemConsent::Refused {
            step.refusal = Some("the system is left alone");
            return step;
        }
        let (Some(manager), Some(command)) = (subject.package_manager, step.commands.last()) else {
            return step;
        };
        let question = format!("Install system packages with `{command}`?");
        let agreed = request.system == SystemConsent::Granted
            || (request.surroundings.confirm)(&question) == Some(true);
        if agreed {
            return step;
        }
        step.commands = Vec::new();
        step.refusal = Some(NOBODY_AGREED);
        let packages = std::mem::take(&mut step.configured);
        if !packages.is_empty() {
            let command = manager.install(&packages, Privilege::current());
            step.shortfalls = vec![Shortfall {
                next: Some(format!(
                    "install them with `{command}`, or agree with `--yes`"
                )),
                ..Shortfall::new(
                    format!("system packages {}", packages.join(", ")),
                    NOBODY_AGREED.to_owned(),
                )
            }];
        }
        step
    }

    /// Whether another try may make up for shortfalls: somebody has installed something since the
    /// last one, or agrees to it now.
    pub(crate) fn may_help(subject: &Subject, request: &Request<'_>, state: &StateDir) -> bool {
        let Surroundings {
            environment,
            cancel,
            ..
        } = request.surroundings;
        let runner = SystemRunner::new(environment.without(&MISLEADING), cancel.clone());
        let step = Self::preview(subject, request, &runner);
        let agrees = request.system == SystemConsent::Granted && !step.commands.is_empty();
        agrees || step.differs(state)
    }

    /// The same for the step as it is carried out.
    pub(crate) fn may_help_now(&self, state: &StateDir) -> bool {
        !self.commands.is_empty() || self.differs(state)
    }

    /// Whether other packages are missing than when the last run ended.
    fn differs(&self, state: &StateDir) -> bool {
        let before = fs::read_to_string(state.file(MISSING)).unwrap_or_default();
        before.lines().ne(self.missing.iter().map(String::as_str))
    }

    /// Writes down which packages are still missing, for the next run.
    pub(crate) fn remember(&self, application: &Application<'_>) -> Result<(), RegenerationError> {
        let installed = application.remedies.installed();
        let is_there = |name: &&String| {
            installed.contains(*name)
                || !self.commands.is_empty()
                    && self.configured.contains(*name)
                    && !application.went_without(name)
        };
        let missing = self.missing.iter().filter(|name| !is_there(name));
        let text = one_per_line(missing.map(String::as_str));
        write_whole(&application.state.file(MISSING), &text)
    }

    /// What is not there of what `.dhtconfig` lists or else is proposed.
    fn missing(subject: &Subject, request: &Request<'_>, runner: &dyn Runner) -> Self {
        let Some(manager) = subject.package_manager else {
            return Self::default();
        };
        if subject.proposed.is_empty() {
            let configured = match request.system {
                SystemConsent::Refused => Vec::new(),
                _ => manager.missing(&subject.spec.system_packages, runner),
            };
            return Self {
                missing: configured.clone(),
                configured,
                ..Self::default()
            };
        }
        let wanted = subject
            .proposed
            .iter()
            .filter(|proposed| !is_on_path(proposed, request.surroundings.environment));
        let names = wanted
            .clone()
            .map(|proposed| proposed.package.clone())
            .collect::<Vec<_>>();
        let missing = manager.missing(&names, runner);
        Self {
            proposed: wanted
                .filter(|proposed| missing.contains(&proposed.package))
                .cloned()
                .collect(),
            missing,
            ..Self::default()
        }
    }

    fn packages(&self) -> Vec<String> {
        let proposed = self
            .proposed
            .iter()
            .map(|proposed| proposed.package.clone());
        self.configured.iter().cloned().chain(proposed).collect()
    }

    fn commands_for(&self, manager: PackageManager, packages: &[String]) -> Vec<Invocation> {
        let privilege = Privilege::current();
        let install = self.installation(manager, packages, privilege);
        manager
            .refresh(privilege)
            .into_iter()
            .chain([install])
            .collect()
    }

    fn installation(
        &self,
        manager: PackageManager,
        packages: &[String],
        privilege: Privilege,
    ) -> Invocation {
        if self.proposed.is_empty() {
            manager.install(packages, privilege)
        } else {
            manager.install_alone(packages, privilege)
        }
    }

    /// What is proposed and still missed when everything else is done, with the command to type.
    ///
    /// What a distribution would have been built with is not missed once the distribution is there:
    /// it came as a wheel, or found what it needed elsewhere.
    pub(crate) fn missed(
        &self,
        application: &Application<'_>,
    ) -> Result<Option<Shortfall>, RegenerationError> {
        let Some(manager) = application.subject.package_manager else {
            return Ok(None);
        };
        let installed = application.remedies.installed();
        let there = application.read_environment()?.distributions;
        let there = there
            .into_iter()
            .map(|distribution| distribution.name)
            .collect();
        let shortfalls = application.shortfalls.all();
        let some_failed = shortfalls.iter().any(|one| one.distribution.is_some());
        let missed = self
            .proposed
            .iter()
            .filter(|proposed| !installed.contains(&proposed.package))
            .filter(|proposed| is_missed(proposed, &there, some_failed))
            .collect::<Vec<_>>();
        Ok((!missed.is_empty()).then(|| self.shortfall(manager, &missed)))
    }

    fn shortfall(&self, manager: PackageManager, missed: &[&ProposedPackage]) -> Shortfall {
        let packages = missed
            .iter()
            .map(|proposed| proposed.package.clone())
            .collect::<Vec<_>>();
        let mut because = Vec::new();
        for reason in missed.iter().flat_map(|proposed| &proposed.because) {
            let reason = reason.to_string();
            if !because.contains(&reason) {
                because.push(reason);
            }
        }
        because.truncate(MOST_REASONS);
        let refusal = self.refusal.unwrap_or("they could not be installed");
        let mut next = format!(
            "install them with `{}`",
            manager.typed(&packages, Privilege::current())
        );
        if self.refusal == Some(NOBODY_AGREED) {
            next.push_str(", or agree with `--yes`");
        }
        if let Some(instruction) = manager.instruction(&packages).filter(|_| is_container()) {
            next.push_str("; in the image of this container: `");
            next.push_str(&instruction);
            next.push('`');
        }
        Shortfall {
            next: Some(next),
            ..Shortfall::new(
                format!("system packages {}", packages.join(", ")),
                format!("{refusal}; {}", because.join(", ")),
            )
        }
    }
}

/// The packages that were missing when the last run ended, in the state folder.
const MISSING: &str = "missing-system-packages.txt";

const NOBODY_AGREED: &str = "nobody agreed to install them";

/// A report names no more reasons than these.
const MOST_REASONS: usize = 5;

/// What package managers say when a name is none of theirs.
const UNKNOWN_PACKAGE: [&str; 8] = [
    "Unable to locate package",
    "has no installation candidate",
    "Unable to find a match",
    "No match for argument",
    "No package ",
    "no such package",
    "target not found",
    "No available formula",
];

impl Application<'_> {
    /// Carries out the step.
    pub(crate) fn install_system_packages(
        &self,
        commands: &[Invocation],
        context: &StepContext<'_>,
    ) -> Outcome {
        let Some((install, refreshing)) = commands.split_last() else {
            return Ok(String::new());
        };
        for refresh in refreshing {
            // Lists that cannot be read anew may still have what is asked for.
            self.attempt(refresh, context)?;
        }
        let proposed = &self.plan.system_packages;
        if proposed.is_empty() {
            return self.install_configured(install, context);
        }
        let names = proposed
            .iter()
            .map(|proposed| proposed.package.clone())
            .collect::<Vec<_>>();
        let said = match self.attempt(install, context)? {
            Attempt::Succeeded => {
                self.remedies.note_installed(names);
                return Ok(String::new());
            }
            Attempt::Failed(said) => said,
        };
        let manager = self.subject.package_manager;
        let Some(manager) = manager.filter(|_| is_unknown_package(&said)) else {
            return Ok("not installed".to_owned());
        };
        // One name that this release does not have keeps all the others out.
        let mut installed = Vec::new();
        for name in &names {
            let one = std::slice::from_ref(name);
            let command = manager.install_alone(one, Privilege::current());
            if matches!(self.attempt(&command, context)?, Attempt::Succeeded) {
                installed.push(name.clone());
            }
        }
        let detail = format!("{} of {} installed", installed.len(), names.len());
        self.remedies.note_installed(installed);
        Ok(detail)
    }

    /// Runs a command whose failure is no failure of the run.
    pub(crate) fn attempt(
        &self,
        command: &Invocation,
        context: &StepContext<'_>,
    ) -> Result<Attempt, RegenerationError> {
        match self.run(command, context) {
            Ok(completed) if completed.success() => Ok(Attempt::Succeeded),
            Ok(completed) => Ok(Attempt::Failed(completed.stdout + &completed.stderr)),
            Err(error) if error.exit_code() == ExitCode::Interrupted => Err(error),
            Err(error) => {
                let said = error.to_string();
                context.output(&said);
                Ok(Attempt::Failed(said))
            }
        }
    }
}

pub(crate) enum Attempt {
    Succeeded,
    /// With what the command said.
    Failed(String),
}

/// Whether a package manager says that it does not know a name.
pub(crate) fn is_unknown_package(said: &str) -> bool {
    UNKNOWN_PACKAGE.iter().any(|phrase| said.contains(phrase))
}

/// Whether all that the package is to provide are programs, and they are there: from wherever.
fn is_on_path(proposed: &ProposedPackage, environment: &Environment) -> bool {
    proposed.capabilities.iter().all(|capability| {
        let mut programs = capability.programs.iter();
        capability.is_program() && programs.any(|one| environment.find_program(one).is_some())
    })
}

fn is_missed(
    proposed: &ProposedPackage,
    there: &BTreeSet<DistributionName>,
    some_failed: bool,
) -> bool {
    proposed.because.iter().any(|reason| {
        let is_there = reason
            .distribution
            .as_ref()
            .is_some_and(|distribution| there.contains(distribution));
        match (reason.need, &reason.distribution) {
            (Role::Run, None) => true,
            (Role::Run, Some(_)) => is_there,
            (Role::Build, Some(_)) => !is_there,
            (Role::Build, None) => some_failed,
        }
    })
}

fn is_container() -> bool {
    ["/.dockerenv", "/run/.containerenv"]
        .iter()
        .any(|mark| Path::new(mark).exists())
}
