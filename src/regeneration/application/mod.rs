//! Carries out a plan, step by step.

pub(crate) mod git_steps;
pub(crate) mod inference;
pub(crate) mod installation;
pub(crate) mod language_packages_step;
pub(crate) mod missing_files_step;
mod preferences;
pub(crate) mod supplement;
pub(crate) mod system_step;
mod unknown_packages;

use std::cell::Cell;
use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use dhtl_project_model::{DistributionName, Strategy};
use dhtl_tools::{Completed, Invocation, Runner as _, SystemRunner};
use dhtl_workflow::{Check, Step, StepContext, StepFailure};

use crate::activation;
use crate::application::inference::Inference;
use crate::application::supplement::Supplement;
use crate::closure::{SearchPath, closure};
use crate::failure::UvFailure;
use crate::installed::{self, Environment};
use crate::interpreters::choice::{self, Fit};
use crate::interpreters::{Choice, Interpreter};
use crate::plan::{Plan, PlannedStep, RESOLUTION, RESOLVED_AS_OF, StepId};
use crate::resolution::Resolution;
use crate::resolution::remedies::Remedies;
use crate::resolution::sources::is_locked;
use crate::shortfalls::Shortfalls;
use crate::state::{StateDir, remove_whatever, write_whole};
use crate::subject::Subject;
use crate::uv::{UvCommands, VENV};
use crate::{Fallbacks, Inferring, RegenerationError, SystemConsent};

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
    /// The projects that the last complete run had installed in editable mode.
    pub(crate) projects: Vec<DistributionName>,
    /// Whether whatever is called `.venv` goes first: nobody can vouch for it.
    pub(crate) replace: bool,
    /// Whether the resolution in the state folder belongs to these inputs.
    pub(crate) resolution_is_current: bool,
    /// The interpreters that are on this machine.
    pub(crate) available: &'a [Interpreter],
    /// The program of an interpreter that was fetched.
    pub(crate) fetched: OnceLock<PathBuf>,
    /// What could not be had.
    pub(crate) shortfalls: Shortfalls,
    /// Whether what imports need and nothing declares is installed.
    pub(crate) inferring: Inferring,
    /// What may be done to the system.
    pub(crate) consent: SystemConsent,
    /// The environment variables and PATH.
    pub(crate) environment: &'a dhtl_tools::Environment,
    /// What was done so that builds succeed.
    pub(crate) remedies: Remedies,
}

/// What a step's action comes to.
pub(crate) type Outcome = Result<String, RegenerationError>;

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
            // Those that have to do with git are planned only where something is lacking.
            StepId::System
            | StepId::Interpreter
            | StepId::Submodules
            | StepId::LargeFiles
            | StepId::Supplement
            | StepId::Inference
            | StepId::LanguagePackages
            | StepId::MissingFiles
            | StepId::Hooks => false,
            StepId::Binaries => self.binaries_are_there(),
            StepId::Tools => self.tools_are_there(),
            StepId::Environment => !self.replace && self.venv_is_accepted(),
            StepId::Resolution => {
                self.resolution_is_current && self.state.file(RESOLUTION).is_file()
            }
            StepId::Installation => self.installation_is_satisfied().unwrap_or(false),
            StepId::Project => self.projects_are_installed(),
        }
    }

    /// The moment that the resolution in the state folder was made as of.
    ///
    /// It stands in a file beside the resolution, for a later run keeps what an earlier one resolved.
    pub(crate) fn as_of(&self) -> Option<String> {
        let text = fs::read_to_string(self.state.file(RESOLVED_AS_OF)).ok()?;
        Some(text.trim().to_owned()).filter(|moment| !moment.is_empty())
    }

    /// The moment that what is added to the project's own distributions is resolved as of: theirs, so
    /// that both see the same releases.
    pub(crate) fn moment_of_additions(&self) -> Option<String> {
        if is_locked(self.plan.spec.strategy) {
            self.plan.as_of.clone()
        } else {
            self.as_of()
        }
    }

    /// The projects that are installed in editable mode.
    pub(crate) fn editable(&self) -> Result<Vec<DistributionName>, RegenerationError> {
        let distributions = self.read_environment()?.distributions;
        let editable = distributions
            .into_iter()
            .filter(|distribution| distribution.editable);
        Ok(editable.map(|distribution| distribution.name).collect())
    }

    fn projects_are_installed(&self) -> bool {
        let steps = self.plan.steps.iter();
        let wanted = steps
            .filter(|step| step.id == StepId::Project)
            .map(|step| step.commands.len());
        let editable = self.read_environment().map_or(0, |environment| {
            environment
                .distributions
                .iter()
                .filter(|distribution| distribution.editable)
                .count()
        });
        editable >= wanted.sum() && self.projects.len() <= editable
    }

    fn act(&self, planned: &PlannedStep, context: &StepContext<'_>) -> Outcome {
        match planned.id {
            StepId::System => self.install_system_packages(&planned.commands, context),
            StepId::Interpreter => self.fetch_interpreter(planned, context),
            StepId::Environment => self.create_environment(context),
            StepId::Submodules => self.fetch_submodules(context),
            StepId::LargeFiles => self.fetch_large_files(context),
            StepId::Binaries => self.install_binaries(context),
            StepId::Tools => self.install_tools(context),
            StepId::LanguagePackages => self.install_language_packages(context),
            StepId::MissingFiles => self.write_missing_files(),
            StepId::Hooks => self.install_hooks(context),
            StepId::Resolution => self.resolve(context),
            StepId::Installation => self.install(context),
            StepId::Project => self.install_project(planned, context),
            StepId::Supplement => Supplement {
                application: self,
                context,
            }
            .run(),
            StepId::Inference => self.infer(context),
        }
    }

    fn venv_is_accepted(&self) -> bool {
        let venv = self.plan.root.join(VENV);
        installed::interpreter(&venv).is_some_and(|(implementation, version)| {
            let fit = choice::fit(&self.plan.spec.interpreter, &implementation, &version);
            fit == Some(Fit::Exact) || fit.is_some() && self.fallbacks == Fallbacks::Allowed
        })
    }

    fn create_environment(&self, context: &StepContext<'_>) -> Outcome {
        let program = match (&self.plan.interpreter, self.fetched.get()) {
            (_, Some(program)) => program.clone(),
            (Choice::Present(interpreter), None) => interpreter.program.clone(),
            (Choice::Fetch(request), None) => PathBuf::from(request),
        };
        if self.fetched.get().is_none() {
            self.shortfalls.clear(StepId::Environment)?;
        }
        if self.replace {
            // uv clears nothing but environments.
            remove_whatever(&self.plan.root.join(VENV))?;
        }
        self.run_to_success(&self.uv.venv(&program), context)?;
        activation::add_check(&self.plan.root.join(VENV))?;
        Ok(String::new())
    }

    fn resolve(&self, context: &StepContext<'_>) -> Outcome {
        let resolution = Resolution {
            application: self,
            context,
            uv: self.uv,
            constraints: None,
            attempts: Cell::new(0),
        };
        self.shortfalls.clear(StepId::Resolution)?;
        if self.plan.spec.strategy == Strategy::ForeignLock {
            return self.import_lock();
        }
        let resolved = resolution.resolve(&self.plan.sources, &StateDir::relative(RESOLUTION))?;
        let moment = resolved.as_of.unwrap_or_default();
        write_whole(&self.state.file(RESOLVED_AS_OF), &moment)?;
        let count = resolved.left_out.len();
        self.shortfalls.add(StepId::Resolution, resolved.left_out)?;
        Ok(if count == 0 {
            String::new()
        } else {
            format!("{count} left out")
        })
    }

    fn infer(&self, context: &StepContext<'_>) -> Outcome {
        let environment = self.read_environment()?;
        let search_path = SearchPath::of(&environment.site_packages);
        let closure = closure(&self.subject.python().imports, &search_path);
        let inference = Inference {
            application: self,
            context,
            closure: &closure,
        };
        Ok(inference.run(&environment)?.join(", "))
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
}

fn step_failure(error: RegenerationError) -> StepFailure {
    match &error {
        RegenerationError::Uv(failure) if failure.is_passing() => StepFailure::transient(error),
        _ => StepFailure::fatal(error),
    }
}
