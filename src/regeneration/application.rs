//! Carries out a plan, step by step.

use std::fs;
use std::path::PathBuf;
use std::str::FromStr as _;
use std::sync::{Mutex, OnceLock, PoisonError};

use dhtl_project_model::{Diagnostic as _, DistributionName, Platform, Strategy};
use dhtl_tools::{Completed, Invocation, Runner, SystemRunner};
use dhtl_workflow::{Check, Step, StepContext, StepFailure};

use crate::closure::{SearchPath, closure};
use crate::failure::UvFailure;
use crate::inference::{self, Inference};
use crate::installed::{self, Environment};
use crate::interpreters::{self, Choice, Interpreter};
use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::markers::MarkerEnvironment;
use crate::plan::{EXPORT, Plan, PlannedStep, RESOLUTION, StepId, base_locks, selection};
use crate::report::Shortfall;
use crate::resolution::Resolution;
use crate::state::{StateDir, write_whole};
use crate::subject::Subject;
use crate::uv::{Hashes, Staleness, UvCommands, VENV};
use crate::{Fallbacks, RegenerationError};

/// How often a distribution that cannot be built is left out before a run gives up.
const MOST_DROPPED: usize = 12;

/// A plan being carried out.
pub(crate) struct Application<'a> {
    /// The project.
    pub(crate) subject: &'a Subject,
    /// What is carried out.
    pub(crate) plan: &'a Plan,
    /// The state folder.
    pub(crate) state: &'a StateDir,
    /// The command lines of uv.
    pub(crate) uv: UvCommands<'a>,
    /// Runs them.
    pub(crate) runner: &'a SystemRunner,
    /// What may be tried when the best way does not work.
    pub(crate) fallbacks: Fallbacks,
    /// Whether the environment must be made anew: nobody can vouch for the one that is there.
    pub(crate) suspect: bool,
    /// Whether whatever is called `.venv` goes first.
    pub(crate) replace: bool,
    /// Whether the resolution in the state folder belongs to these inputs.
    pub(crate) resolution_is_current: bool,
    /// The interpreters that are on this machine.
    pub(crate) available: &'a [Interpreter],
    /// The program of an interpreter that was fetched.
    pub(crate) fetched: OnceLock<PathBuf>,
    /// What could not be had.
    pub(crate) shortfalls: Mutex<Vec<Shortfall>>,
}

/// What a step's action comes to.
type Outcome = Result<String, RegenerationError>;

impl<'a> Application<'a> {
    /// The steps of the plan, ready to run.
    pub(crate) fn steps(&'a self) -> Vec<Step<'a>> {
        self.plan
            .steps
            .iter()
            .map(|planned| self.step(planned))
            .collect()
    }

    fn step(&'a self, planned: &'a PlannedStep) -> Step<'a> {
        let step = Step::new(planned.id.as_str(), planned.title.clone())
            .needs(planned.needs.iter().map(|need| need.as_str()))
            .inputs(self.subject.inputs)
            .check(move || {
                if self.is_satisfied(planned.id) {
                    Check::Satisfied
                } else {
                    Check::Needed
                }
            })
            .run(move |context| self.act(planned, context).map_err(step_failure));
        if planned.network {
            step.network()
        } else {
            step
        }
    }

    fn is_satisfied(&self, id: StepId) -> bool {
        match id {
            StepId::System | StepId::Interpreter | StepId::Inference => false,
            StepId::Environment => !self.suspect && self.venv_is_accepted(),
            StepId::Resolution => {
                self.resolution_is_current && self.state.file(RESOLUTION).is_file()
            }
            StepId::Installation => self.installation_is_satisfied().unwrap_or(false),
            StepId::Project => self.read_environment().is_ok_and(|environment| {
                environment
                    .distributions
                    .iter()
                    .any(|distribution| distribution.editable)
            }),
        }
    }

    fn act(&self, planned: &PlannedStep, context: &StepContext<'_>) -> Outcome {
        match planned.id {
            StepId::System => {
                self.run_all(&planned.commands, context)?;
                Ok(String::new())
            }
            StepId::Interpreter => self.fetch_interpreter(planned, context),
            StepId::Environment => self.create_environment(context),
            StepId::Resolution => self.resolve(context),
            StepId::Installation => self.install(context),
            StepId::Project => self.install_project(planned, context),
            StepId::Inference => self.infer(planned, context),
        }
    }

    fn venv_is_accepted(&self) -> bool {
        let venv = self.plan.root.join(VENV);
        installed::interpreter(&venv).is_some_and(|(implementation, version)| {
            interpreters::accepts(&self.plan.spec.interpreter, &implementation, &version)
        })
    }

    fn fetch_interpreter(&self, planned: &PlannedStep, context: &StepContext<'_>) -> Outcome {
        let failed = |reason: String| RegenerationError::NoInterpreter {
            wanted: interpreters::wanted(&self.plan.spec.interpreter),
            evidence: evidence_of(self.subject),
            available: listed(self.available),
            reason,
        };
        let mut program = None;
        for command in &planned.commands {
            let completed = self.run(command, context)?;
            if !completed.success() {
                return Err(failed(UvFailure::of(&completed).to_string()));
            }
            program = Some(PathBuf::from(completed.stdout.trim()));
        }
        let program = program.filter(|program| program.is_file());
        let program = program.ok_or_else(|| failed("it named no program".to_owned()))?;
        let _ = self.fetched.set(program);
        Ok(String::new())
    }

    fn create_environment(&self, context: &StepContext<'_>) -> Outcome {
        let program = match (&self.plan.interpreter, self.fetched.get()) {
            (_, Some(program)) => program.clone(),
            (Choice::Present(interpreter), None) => interpreter.program.clone(),
            (Choice::Fetch(request), None) => PathBuf::from(request),
        };
        if self.replace {
            // uv clears nothing but environments.
            let venv = self.plan.root.join(VENV);
            match fs::remove_dir_all(&venv) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    return Err(RegenerationError::io("remove", venv)(error));
                }
                _ => {}
            }
        }
        self.run_to_success(&self.uv.venv(&program), context)?;
        Ok(String::new())
    }

    fn resolve(&self, context: &StepContext<'_>) -> Outcome {
        let resolution = Resolution {
            application: self,
            context,
        };
        let dropped = resolution.resolve(&self.plan.sources, &StateDir::relative(RESOLUTION))?;
        let count = dropped.len();
        self.add_shortfalls(dropped);
        Ok(if count == 0 {
            String::new()
        } else {
            format!("{count} sources left out")
        })
    }

    /// What the installation step has to bring about.
    pub(crate) fn locked_set(&self) -> Result<LockedSet, RegenerationError> {
        locked_set(
            self.subject,
            &base_locks(&self.plan.spec),
            &self.read_environment()?,
        )
    }

    fn installation_is_satisfied(&self) -> Result<bool, RegenerationError> {
        if self.plan.spec.strategy == Strategy::UvLock && !self.resolution_is_current {
            return Ok(false);
        }
        let mut locked_set = self.locked_set()?;
        for lock in inference::locks(self.subject) {
            locked_set.extend(self::locked_set(
                self.subject,
                &[lock],
                &self.read_environment()?,
            )?);
        }
        let environment = self.read_environment()?;
        Ok(crate::validation::set_differences(&environment, &locked_set).is_empty())
    }

    fn install(&self, context: &StepContext<'_>) -> Outcome {
        let mut dropped: Vec<DistributionName> = Vec::new();
        let mut staleness = Staleness::Refused;
        loop {
            let command = self.installation_command(&dropped, staleness)?;
            let completed = self.run(&command, context)?;
            if completed.success() {
                break;
            }
            let failure = self.tolerated(UvFailure::of(&completed), &dropped)?;
            context.output(&failure.to_string());
            if let Some(culprit) = failure.culprit() {
                self.add_shortfalls(vec![self.shortfall_of(&culprit, &failure)]);
                dropped.push(culprit);
            } else {
                self.add_shortfalls(vec![Shortfall {
                    what: "`uv.lock`".to_owned(),
                    why: failure.to_string(),
                    next: failure.hint(),
                    distribution: None,
                    essential: false,
                }]);
                staleness = Staleness::Accepted;
            }
        }
        if self.plan.spec.strategy == Strategy::UvLock {
            self.export(&dropped, context)?;
        }
        Ok(match self.read_environment()?.distributions.len() {
            1 => "1 distribution".to_owned(),
            count => format!("{count} distributions"),
        })
    }

    /// The failure itself, where the installation may be tried another way.
    fn tolerated(
        &self,
        failure: UvFailure,
        dropped: &[DistributionName],
    ) -> Result<UvFailure, RegenerationError> {
        let repeated = failure
            .culprit()
            .is_some_and(|culprit| dropped.contains(&culprit));
        let has_a_way = failure.culprit().is_some() || matches!(failure, UvFailure::StaleLock);
        if !has_a_way || repeated || dropped.len() == MOST_DROPPED {
            return Err(failure.into());
        }
        match self.fallbacks {
            Fallbacks::Allowed => Ok(failure),
            Fallbacks::Forbidden => Err(RegenerationError::Strict {
                what: failure.to_string(),
            }),
        }
    }

    fn installation_command(
        &self,
        dropped: &[DistributionName],
        staleness: Staleness,
    ) -> Result<Invocation, RegenerationError> {
        let spec = &self.plan.spec;
        match spec.strategy {
            Strategy::UvLock => {
                let mut selection = selection(spec, self.subject.python());
                selection.extend(
                    dropped
                        .iter()
                        .flat_map(|name| ["--no-install-package".to_owned(), name.to_string()]),
                );
                Ok(self.uv.sync(staleness, &selection))
            }
            Strategy::HashedRequirements if dropped.is_empty() => Ok(self.uv.pip_sync(
                &spec.requirements_files,
                self.hashes(&spec.requirements_files)?,
            )),
            Strategy::HashedRequirements => Err(RegenerationError::Strict {
                what: format!("`{}` is locked and could not be built", dropped[0]),
            }),
            _ => self.resolution_command(dropped),
        }
    }

    /// What cannot be built is taken out of the resolution itself, so that the next run, and the
    /// proof, do not ask for it again.
    fn resolution_command(
        &self,
        dropped: &[DistributionName],
    ) -> Result<Invocation, RegenerationError> {
        let path = self.state.file(RESOLUTION);
        let mut text = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
        if let Some(name) = dropped.last() {
            text = CompiledRequirements::parse(&text).without(&text, name);
            write_whole(&path, &text)?;
        }
        let files = [StateDir::relative(RESOLUTION)];
        Ok(self.uv.pip_sync(&files, self.hashes(&files)?))
    }

    /// Hashes are demanded wherever every entry has one; a repository or a folder has none.
    fn hashes(&self, files: &[String]) -> Result<Hashes, RegenerationError> {
        for file in files {
            let path = self.plan.root.join(file);
            let text = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
            if !CompiledRequirements::parse(&text).all_hashed() {
                return Ok(Hashes::WherePresent);
            }
        }
        Ok(Hashes::Required)
    }

    fn export(
        &self,
        dropped: &[DistributionName],
        context: &StepContext<'_>,
    ) -> Result<(), RegenerationError> {
        let mut selection = selection(&self.plan.spec, self.subject.python());
        selection.extend(
            dropped
                .iter()
                .flat_map(|name| ["--no-emit-package".to_owned(), name.to_string()]),
        );
        self.run_to_success(
            &self.uv.export(&selection, &StateDir::relative(EXPORT)),
            context,
        )?;
        Ok(())
    }

    fn install_project(&self, planned: &PlannedStep, context: &StepContext<'_>) -> Outcome {
        for command in &planned.commands {
            let completed = self.run(command, context)?;
            if completed.success() {
                continue;
            }
            let failure = UvFailure::of(&completed);
            if failure.culprit().is_none() && !matches!(failure, UvFailure::Other { .. }) {
                return Err(failure.into());
            }
            if self.fallbacks == Fallbacks::Forbidden {
                return Err(RegenerationError::Strict {
                    what: failure.to_string(),
                });
            }
            self.add_shortfalls(vec![Shortfall {
                what: "the project itself".to_owned(),
                why: failure.to_string(),
                next: failure.hint(),
                distribution: None,
                essential: true,
            }]);
            return Ok("it cannot be built; its requirements are installed".to_owned());
        }
        Ok(String::new())
    }

    fn infer(&self, planned: &PlannedStep, context: &StepContext<'_>) -> Outcome {
        let environment = self.read_environment()?;
        let search_path = SearchPath::of(&environment.site_packages);
        let closure = closure(&self.subject.python().imports, &search_path);
        let inference = Inference {
            application: self,
            context,
            closure: &closure,
        };
        let inferred = if self.subject.inference_is_committed {
            self.run_all(&planned.commands, context)?;
            Vec::new()
        } else {
            inference.run(&environment)?
        };
        Ok(inferred.join(", "))
    }

    /// Reads the environment as it is now.
    pub(crate) fn read_environment(&self) -> Result<Environment, RegenerationError> {
        let root = &self.plan.root;
        Environment::read(&root.join(VENV))?
            .ok_or_else(|| RegenerationError::NoEnvironment { root: root.clone() })
    }

    /// Runs a command and hands its output to the step.
    pub(crate) fn run(
        &self,
        invocation: &Invocation,
        context: &StepContext<'_>,
    ) -> Result<Completed, RegenerationError> {
        Ok(self.runner.run(invocation, &|line| context.output(line))?)
    }

    /// Runs a command that must succeed.
    pub(crate) fn run_to_success(
        &self,
        invocation: &Invocation,
        context: &StepContext<'_>,
    ) -> Result<Completed, RegenerationError> {
        let completed = self.run(invocation, context)?;
        if completed.success() {
            Ok(completed)
        } else {
            Err(UvFailure::of(&completed).into())
        }
    }

    fn run_all(
        &self,
        commands: &[Invocation],
        context: &StepContext<'_>,
    ) -> Result<(), RegenerationError> {
        commands
            .iter()
            .try_for_each(|command| self.run_to_success(command, context).map(|_| ()))
    }

    /// Notes what could not be had.
    pub(crate) fn add_shortfalls(&self, more: Vec<Shortfall>) {
        self.shortfalls
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(more);
    }

    fn shortfall_of(&self, culprit: &DistributionName, failure: &UvFailure) -> Shortfall {
        Shortfall {
            what: format!("`{culprit}`"),
            why: failure.to_string(),
            next: failure.hint(),
            distribution: Some(culprit.clone()),
            essential: is_essential(self.subject, culprit),
        }
    }
}

/// A distribution is optional when only extras and groups name it; what nobody names is needed by
/// something that is.
fn is_essential(subject: &Subject, name: &DistributionName) -> bool {
    use dhtl_project_model::Scope;
    let scopes = subject.python().declarations.iter().filter(|declaration| {
        declaration
            .requirements
            .iter()
            .any(|requirement| requirement.name.as_ref() == Some(name))
    });
    let mut optional = scopes
        .map(|declaration| declaration.scope != Scope::Runtime)
        .peekable();
    optional.peek().is_none() || !optional.all(|optional| optional)
}

/// Who asks for the interpreter, for messages.
fn evidence_of(subject: &Subject) -> String {
    let followed = &subject.spec.interpreter.request.followed;
    let hard = followed
        .iter()
        .filter(|constraint| !constraint.source.is_hint());
    let texts =
        hard.map(|constraint| format!("{} `{}`", constraint.evidence, constraint.specifiers));
    texts.collect::<Vec<_>>().join(", ")
}

fn listed(available: &[Interpreter]) -> String {
    let mut newest_first = available.iter().collect::<Vec<_>>();
    newest_first
        .sort_by_key(|one| std::cmp::Reverse(pep440_rs::Version::from_str(&one.version).ok()));
    let mut versions = newest_first
        .iter()
        .map(|interpreter| format!("{} ({})", interpreter.version, interpreter.origin.as_str()))
        .collect::<Vec<_>>();
    versions.dedup();
    if versions.is_empty() {
        "none".to_owned()
    } else {
        versions.join(", ")
    }
}

/// What the compiled files at `paths` ask for in `environment`.
pub(crate) fn locked_set(
    subject: &Subject,
    paths: &[String],
    environment: &Environment,
) -> Result<LockedSet, RegenerationError> {
    let markers = MarkerEnvironment::new(
        Platform::current(),
        &environment.implementation,
        &environment.python_version,
    );
    let mut locked_set = LockedSet::new();
    for path in paths {
        let file = subject.root().join(path);
        let text = fs::read_to_string(&file).map_err(RegenerationError::io("read", &file))?;
        locked_set.extend(CompiledRequirements::parse(&text).evaluate(path, &markers)?);
    }
    Ok(locked_set)
}

fn step_failure(error: RegenerationError) -> StepFailure {
    match &error {
        RegenerationError::Uv(failure) if failure.is_passing() => StepFailure::transient(error),
        _ => StepFailure::fatal(error),
    }
}
