//! The single steps of a plan, with the commands they run.

use std::path::PathBuf;

use dhtl_project_model::{EnvironmentSpec, Strategy};

use crate::interpreters::Choice;
use crate::plan::{
    EXPORT, Facts, INFERENCE, INFERENCE_CONSTRAINTS, INFERENCE_INPUT, INFERENCE_INSTALL,
    PlannedStep, RESOLUTION, SUPPLEMENT, SUPPLEMENT_CONSTRAINTS, SUPPLEMENT_INSTALL, StepId,
    arguments, arguments_of, selection,
};
use crate::resolution::sources::Source;
use crate::spec::sub_projects;
use crate::state::StateDir;
use crate::uv::{Hashes, Reach, Staleness, UvCommands};

/// Plans steps one by one.
pub(super) struct Planner<'a> {
    /// uv, as the steps call it.
    pub(super) uv: UvCommands<'a>,
    /// What is known besides the spec.
    pub(super) facts: &'a Facts<'a>,
}

impl Planner<'_> {
    pub(super) fn system(&self) -> Option<PlannedStep> {
        let commands = &self.facts.system.commands;
        (!commands.is_empty()).then(|| PlannedStep {
            id: StepId::System,
            title: "Install the system packages".to_owned(),
            needs: Vec::new(),
            network: true,
            commands: commands.clone(),
        })
    }

    pub(super) fn interpreter(&self, choice: &Choice) -> Option<PlannedStep> {
        let Choice::Fetch(request) = choice else {
            return None;
        };
        Some(PlannedStep {
            id: StepId::Interpreter,
            title: format!("Fetch Python {request}"),
            needs: Vec::new(),
            network: true,
            commands: vec![
                self.uv.python_install(request),
                self.uv.python_find(request),
            ],
        })
    }

    pub(super) fn environment(&self, choice: &Choice) -> PlannedStep {
        let (version, program) = match choice {
            Choice::Present(interpreter) => {
                (interpreter.version.as_str(), interpreter.program.clone())
            }
            Choice::Fetch(request) => (request.as_str(), PathBuf::from(request)),
        };
        PlannedStep {
            id: StepId::Environment,
            title: format!("Create the virtual environment with Python {version}"),
            needs: vec![StepId::Interpreter],
            network: false,
            commands: vec![self.uv.venv(&program)],
        }
    }

    pub(super) fn submodules(&self) -> Option<PlannedStep> {
        Some(PlannedStep {
            id: StepId::Submodules,
            title: "Check out the submodules".to_owned(),
            needs: vec![StepId::Environment],
            network: true,
            commands: self.facts.git.submodules.clone()?,
        })
    }

    pub(super) fn large_files(&self) -> Option<PlannedStep> {
        Some(PlannedStep {
            id: StepId::LargeFiles,
            title: "Fetch the large files".to_owned(),
            needs: vec![StepId::Environment, StepId::Submodules],
            network: true,
            commands: self.facts.git.large_files.clone()?,
        })
    }

    pub(super) fn binaries(&self) -> Option<PlannedStep> {
        Some(PlannedStep {
            id: StepId::Binaries,
            title: "Provide the required programs".to_owned(),
            // A distribution may bring one, and the wrappers go beside its scripts.
            needs: vec![StepId::System, StepId::Inference],
            network: true,
            commands: self.facts.binaries?.to_vec(),
        })
    }

    pub(super) fn tools(&self) -> Option<PlannedStep> {
        Some(PlannedStep {
            id: StepId::Tools,
            title: "Install the pinned tools".to_owned(),
            // Which of them the locks bring shows in the environment.
            needs: vec![StepId::Inference, StepId::Binaries],
            network: true,
            commands: self.facts.tools?.to_vec(),
        })
    }

    pub(super) fn hooks(&self) -> Option<PlannedStep> {
        Some(PlannedStep {
            id: StepId::Hooks,
            title: "Install the git hooks".to_owned(),
            // Whatever installs them may be in the environment.
            needs: vec![StepId::LargeFiles, StepId::Inference, StepId::Tools],
            network: false,
            commands: self.facts.git.hooks.clone()?,
        })
    }

    pub(super) fn resolution(
        &self,
        spec: &EnvironmentSpec,
        sources: &[Source],
    ) -> Option<PlannedStep> {
        if matches!(
            spec.strategy,
            Strategy::UvLock | Strategy::HashedRequirements
        ) {
            return None;
        }
        if spec.strategy == Strategy::ForeignLock {
            return Some(PlannedStep {
                id: StepId::Resolution,
                title: format!("Import {}", spec.strategy_evidence.path),
                needs: Vec::new(),
                network: false,
                commands: Vec::new(),
            });
        }
        let arguments = arguments(sources);
        Some(PlannedStep {
            id: StepId::Resolution,
            title: "Resolve the requirements".to_owned(),
            needs: vec![StepId::System, StepId::Environment],
            network: true,
            commands: vec![self.uv.compile(
                &arguments,
                Reach::ThisPlatform,
                &StateDir::relative(RESOLUTION),
            )],
        })
    }

    pub(super) fn installation(&self, spec: &EnvironmentSpec) -> PlannedStep {
        let commands = match spec.strategy {
            Strategy::UvLock => {
                let selection = selection(spec, self.facts.python);
                vec![
                    self.uv.sync(Staleness::Refused, &selection),
                    self.uv.export(&selection, StateDir::relative(EXPORT)),
                ]
            }
            Strategy::HashedRequirements => {
                vec![
                    self.uv
                        .pip_sync(&arguments_of(&spec.requirements_files), Hashes::Required),
                ]
            }
            _ => vec![
                self.uv
                    .pip_sync(&[StateDir::relative(RESOLUTION)], Hashes::Required),
            ],
        };
        PlannedStep {
            id: StepId::Installation,
            title: "Install the distributions".to_owned(),
            needs: vec![StepId::System, StepId::Environment, StepId::Resolution],
            network: true,
            commands,
        }
    }

    pub(super) fn supplement(&self, spec: &EnvironmentSpec) -> Option<PlannedStep> {
        let supplements = self.facts.supplements?;
        // The lock of another tool may lack what its distributions need on this interpreter.
        if supplements.is_empty() && spec.strategy != Strategy::ForeignLock {
            return None;
        }
        let mut inputs = arguments(supplements);
        let constraints = StateDir::relative(SUPPLEMENT_CONSTRAINTS);
        inputs.extend(["--constraint".to_owned(), constraints]);
        let lock = StateDir::relative(SUPPLEMENT);
        let install = StateDir::relative(SUPPLEMENT_INSTALL);
        Some(PlannedStep {
            id: StepId::Supplement,
            title: "Install what else is declared".to_owned(),
            needs: vec![StepId::Installation],
            network: true,
            commands: vec![
                self.uv.compile(&inputs, Reach::ThisPlatform, &lock),
                self.uv.pip_install(&install, Hashes::Required),
            ],
        })
    }

    pub(super) fn project(&self, spec: &EnvironmentSpec) -> Option<PlannedStep> {
        // `uv sync` installs the project by itself.
        let separate = spec.install_project && spec.strategy != Strategy::UvLock;
        let root = separate.then(|| ".".to_owned());
        let below =
            sub_projects(self.facts.python).map(|sub_project| format!("./{}", sub_project.path));
        let commands = root
            .into_iter()
            .chain(below)
            .map(|folder| self.uv.pip_install_project(&folder))
            .collect::<Vec<_>>();
        (!commands.is_empty()).then(|| PlannedStep {
            id: StepId::Project,
            title: "Install the project".to_owned(),
            needs: vec![StepId::Installation, StepId::Supplement],
            network: true,
            commands,
        })
    }

    pub(super) fn inference(&self) -> PlannedStep {
        let install = self
            .uv
            .pip_install(&StateDir::relative(INFERENCE_INSTALL), Hashes::Required);
        let commands = if self.facts.inference_is_committed {
            vec![install]
        } else {
            let lock = StateDir::relative(INFERENCE);
            let input = StateDir::relative(INFERENCE_INPUT);
            let constraints = StateDir::relative(INFERENCE_CONSTRAINTS);
            let reach = Reach::ThisPlatform;
            vec![
                self.uv.compile_inferred(&input, &constraints, reach, &lock),
                install,
            ]
        };
        PlannedStep {
            id: StepId::Inference,
            title: "Install what else is imported".to_owned(),
            needs: vec![StepId::Installation, StepId::Supplement, StepId::Project],
            network: true,
            commands,
        }
    }
}
