//! From what an environment must be to the steps that make it so.

mod planner;

use std::path::{Path, PathBuf};

use dhtl_project_model::{Digest, EnvironmentSpec, PythonProject, Strategy};
use dhtl_tools::Invocation;
use serde::{Deserialize, Serialize};

use crate::application::system_step::SystemStep;
use crate::git::GitCommands;
use crate::interpreters::Choice;
use crate::plan::planner::Planner;
use crate::resolution::sources::{Source, as_argument, is_locked, sources};
use crate::state::StateDir;
use crate::system_packages::ProposedPackage;
use crate::uv::UvCommands;

/// The resolution of an unlocked project, in the state folder.
pub(crate) const RESOLUTION: &str = "requirements.lock";
/// The moment that this resolution was made as of.
pub(crate) const RESOLVED_AS_OF: &str = "resolved-as-of.txt";
/// What `uv.lock` asks for, as requirements, in the state folder.
pub(crate) const EXPORT: &str = "uv-export.lock";
/// The resolution of what is declared besides, in the state folder.
pub(crate) const SUPPLEMENT: &str = "supplement.lock";
/// The input of that resolution.
pub(crate) const SUPPLEMENT_INPUT: &str = "supplement.in";
/// The part of it that no lock of the project has.
pub(crate) const SUPPLEMENT_INSTALL: &str = "supplement-install.txt";
/// The versions that it must not change.
pub(crate) const SUPPLEMENT_CONSTRAINTS: &str = "supplement-constraints.txt";
/// The versions of other locks that it keeps where it can.
pub(crate) const SUPPLEMENT_PREFERENCES: &str = "supplement-preferences.txt";
/// The resolution of what the imports need and nothing declares, in the state folder.
pub(crate) const INFERENCE: &str = "inferred.lock";
/// The input of that resolution.
pub(crate) const INFERENCE_INPUT: &str = "inferred.in";
/// The part of it that no lock of the project has.
pub(crate) const INFERENCE_INSTALL: &str = "inferred-install.txt";
/// The versions that resolution must not change.
pub(crate) const INFERENCE_CONSTRAINTS: &str = "inferred-constraints.txt";
/// The same resolution after `dhtl setup`, to be committed.
pub(crate) const COMMITTED_INFERENCE: &str = ".dht/inferred.lock";

/// The steps that make an environment, with the commands they run.
#[derive(Debug, Clone, Serialize)]
pub struct Plan {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The machine it is for, where that is not the one that makes it.
    pub target: Option<PlannedTarget>,
    /// What the environment must be.
    pub spec: EnvironmentSpec,
    /// The interpreter it gets.
    pub interpreter: Choice,
    /// Why it gets this one, in words.
    pub interpreter_reason: String,
    /// The moment that an unlocked project is resolved as of, in the notation of RFC 3339.
    pub as_of: Option<String>,
    /// The steps, in order.
    pub steps: Vec<PlannedStep>,
    /// The system packages that are proposed because nobody listed any, and are missing.
    pub system_packages: Vec<ProposedPackage>,
    /// The platform-independent digest that the environment will have, where everything it is made
    /// of is pinned already.
    pub fingerprint: Option<Digest>,
    /// What is resolved together, for a project without a lock.
    pub(crate) sources: Vec<Source>,
    /// What is declared besides, and installed on top.
    pub(crate) supplements: Vec<Source>,
}

/// The machine that a plan is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedTarget {
    /// Its name, such as `ubuntu-22.04-x86_64`.
    pub name: String,
    /// Its package manager, as `.dhtconfig` calls it.
    pub package_manager: String,
}

/// A step of a plan.
#[derive(Debug, Clone, Serialize)]
pub struct PlannedStep {
    /// Which one it is.
    pub id: StepId,
    /// What it does, in the imperative.
    pub title: String,
    /// The steps that must have ended well before it.
    pub needs: Vec<StepId>,
    /// Whether it talks to other machines.
    pub network: bool,
    /// The commands it runs, in the root of the project, unless they turn out to be unnecessary.
    pub commands: Vec<Invocation>,
}

/// The steps there are, in the order of seed 001 section 2, phase 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StepId {
    /// Installs packages of the operating system.
    System,
    /// Fetches an interpreter.
    Interpreter,
    /// Makes the virtual environment.
    Environment,
    /// Checks out the submodules.
    Submodules,
    /// Fetches the files in Git LFS.
    LargeFiles,
    /// Resolves the requirements of an unlocked project.
    Resolution,
    /// Installs the locked distributions.
    Installation,
    /// Installs what is declared besides.
    Supplement,
    /// Installs the project itself.
    Project,
    /// Installs what imports need and nothing declares.
    Inference,
    /// Provides the required programs of other languages.
    Binaries,
    /// Installs the pinned tools that no lock brings.
    Tools,
    /// Installs the packages of other languages.
    LanguagePackages,
    /// Installs the git hooks.
    Hooks,
    /// Writes the files that no checkout brings.
    MissingFiles,
}

impl StepId {
    /// The id in journals and reports.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Interpreter => "interpreter",
            Self::Environment => "environment",
            Self::Submodules => "submodules",
            Self::LargeFiles => "large-files",
            Self::Resolution => "resolution",
            Self::Installation => "installation",
            Self::Supplement => "supplement",
            Self::Project => "project",
            Self::Inference => "inference",
            Self::Binaries => "binaries",
            Self::Tools => "tools",
            Self::LanguagePackages => "language-packages",
            Self::Hooks => "hooks",
            Self::MissingFiles => "missing-files",
        }
    }
}

/// What a plan is made from besides the spec.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts<'a> {
    /// The root of the project.
    pub(crate) root: &'a Path,
    /// Its Python side.
    pub(crate) python: &'a PythonProject,
    /// The uv to use.
    pub(crate) uv: &'a Path,
    /// What is done about system packages.
    pub(crate) system: &'a SystemStep,
    /// What is done about the checkout.
    pub(crate) git: &'a GitCommands,
    /// What is done about required binaries; none where nothing is lacking.
    pub(crate) binaries: Option<&'a [Invocation]>,
    /// What is done about pinned tools; none where nothing is lacking.
    pub(crate) tools: Option<&'a [Invocation]>,
    /// The moment that resolutions are made as of; none for now.
    pub(crate) as_of: Option<&'a str>,
    /// Whether [`COMMITTED_INFERENCE`] is there and to be followed.
    pub(crate) inference_is_committed: bool,
    /// What is declared besides, and to be installed on top; none where nothing may be.
    pub(crate) supplements: Option<&'a [Source]>,
}

/// The steps that make the environment of `spec` with the interpreter of `choice`.
pub(crate) fn plan(
    spec: EnvironmentSpec,
    (choice, interpreter_reason): (Choice, String),
    facts: &Facts<'_>,
) -> Plan {
    let planner = Planner {
        uv: UvCommands {
            platform: spec.platform,
            program: facts.uv,
            root: facts.root,
            as_of: facts.as_of,
        },
        facts,
    };
    let sources = if is_locked(spec.strategy) {
        Vec::new()
    } else {
        sources(&spec, facts.python)
    };
    let steps = [
        planner.system(),
        planner.interpreter(&choice),
        Some(planner.environment(&choice)),
        planner.submodules(),
        planner.large_files(),
        planner.resolution(&spec, &sources),
        Some(planner.installation(&spec)),
        planner.supplement(&spec),
        planner.project(&spec),
        Some(planner.inference()),
        planner.binaries(),
        planner.tools(),
        planner.hooks(),
    ];
    let mut steps = steps.into_iter().flatten().collect::<Vec<_>>();
    let present = steps.iter().map(|step| step.id).collect::<Vec<_>>();
    for step in &mut steps {
        if matches!(step.id, StepId::Resolution | StepId::Installation) {
            // What is resolved and built may be in there.
            step.needs.extend([StepId::Submodules, StepId::LargeFiles]);
        }
        step.needs.retain(|need| present.contains(need));
    }
    Plan {
        root: facts.root.to_owned(),
        target: None,
        spec,
        interpreter: choice,
        interpreter_reason,
        as_of: facts.as_of.map(str::to_owned),
        steps,
        fingerprint: None,
        system_packages: facts.system.proposed.clone(),
        sources,
        supplements: facts.supplements.unwrap_or_default().to_vec(),
    }
}

/// The compiled files that say what the installation step puts into the environment.
pub(crate) fn base_locks(spec: &EnvironmentSpec) -> Vec<String> {
    match spec.strategy {
        Strategy::UvLock => vec![StateDir::relative(EXPORT)],
        Strategy::HashedRequirements => spec.requirements_files.clone(),
        _ => vec![StateDir::relative(RESOLUTION)],
    }
}

/// Paths as uv takes them for paths.
pub(crate) fn arguments_of(paths: &[String]) -> Vec<String> {
    paths.iter().map(|path| as_argument(path)).collect()
}

/// The arguments that bring `sources` into one resolution.
pub(crate) fn arguments(sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .flat_map(|source| source.arguments.clone())
        .collect()
}

/// The options of `uv sync` and `uv export` that choose members, extras and groups.
pub(crate) fn selection(spec: &EnvironmentSpec, python: &PythonProject) -> Vec<String> {
    let mut selection = Vec::new();
    if python
        .sub_projects
        .iter()
        .any(|sub_project| sub_project.workspace_member)
    {
        selection.push("--all-packages".to_owned());
    }
    for (kind, names) in [("--extra", &spec.extras), ("--group", &spec.groups)] {
        selection.extend(
            names
                .iter()
                .flat_map(|name| [kind.to_owned(), name.clone()]),
        );
    }
    selection
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Evidence, InterpreterRequest, InterpreterSpec};

    use super::*;
    use crate::interpreters::{Interpreter, InterpreterOrigin};

    fn spec(strategy: Strategy) -> EnvironmentSpec {
        EnvironmentSpec {
            project: dhtl_project_model::DistributionName::new("api"),
            platform: "linux-x86_64".parse().unwrap(),
            interpreter: InterpreterSpec {
                exact: None,
                implementation: "cpython".to_owned(),
                request: InterpreterRequest::default(),
            },
            strategy,
            strategy_evidence: Evidence::file("pyproject.toml", "test"),
            requirements_files: Vec::new(),
            extras: vec!["cli".to_owned()],
            groups: vec!["dev".to_owned()],
            install_project: true,
            system_packages: Vec::new(),
            env_vars: Vec::new(),
        }
    }

    fn commands(spec: EnvironmentSpec, python: &PythonProject, choice: Choice) -> String {
        let facts = Facts {
            root: Path::new("/srv/api"),
            python,
            uv: Path::new("uv"),
            system: &SystemStep::default(),
            git: &GitCommands::default(),
            binaries: None,
            tools: None,
            as_of: None,
            inference_is_committed: false,
            supplements: None,
        };
        let plan = plan(spec, (choice, String::new()), &facts);
        let lines = plan.steps.iter().flat_map(|step| {
            step.commands
                .iter()
                .map(|command| format!("{}: {command}\n", step.id.as_str()))
        });
        lines
            .collect::<String>()
            .replace(".venv/Scripts/python.exe", ".venv/bin/python")
    }

    fn present() -> Choice {
        Choice::Present(Interpreter {
            program: "/usr/bin/python3.11".into(),
            version: "3.11.7".to_owned(),
            implementation: "cpython".to_owned(),
            origin: InterpreterOrigin::System,
        })
    }

    fn installable() -> PythonProject {
        PythonProject {
            installable: Some(Evidence::file("pyproject.toml", "test")),
            ..PythonProject::default()
        }
    }

    #[test]
    fn a_uv_lock_is_synced_as_it_is() {
        insta::assert_snapshot!(commands(spec(Strategy::UvLock), &installable(), present()), @r"
        environment: uv venv --clear --no-project --python /usr/bin/python3.11 .venv
        installation: uv sync --locked --python .venv/bin/python --extra cli --group dev
        installation: uv export --quiet --frozen --no-emit-local --no-header --format requirements-txt --output-file .dht/state/uv-export.lock --extra cli --group dev
        inference: uv pip compile --quiet --generate-hashes --no-header --only-binary :all: --python .venv/bin/python --constraint .dht/state/inferred-constraints.txt --output-file .dht/state/inferred.lock .dht/state/inferred.in
        inference: uv pip install --no-deps --python .venv/bin/python --require-hashes --requirements .dht/state/inferred-install.txt
        ");
    }

    #[test]
    fn an_unlocked_project_is_resolved_with_all_that_it_declares() {
        let fetch = Choice::Fetch(">=3.14".to_owned());
        insta::assert_snapshot!(commands(spec(Strategy::Pyproject), &installable(), fetch), @r"
        interpreter: uv python install '>=3.14'
        interpreter: uv python find --managed-python '>=3.14'
        environment: uv venv --clear --no-project --python '>=3.14' .venv
        resolution: uv pip compile --quiet --generate-hashes --no-header --python .venv/bin/python --output-file .dht/state/requirements.lock pyproject.toml --extra cli --group dev
        installation: uv pip sync --allow-empty-requirements --python .venv/bin/python --require-hashes .dht/state/requirements.lock
        project: uv pip install --no-deps --python .venv/bin/python --editable .
        inference: uv pip compile --quiet --generate-hashes --no-header --only-binary :all: --python .venv/bin/python --constraint .dht/state/inferred-constraints.txt --output-file .dht/state/inferred.lock .dht/state/inferred.in
        inference: uv pip install --no-deps --python .venv/bin/python --require-hashes --requirements .dht/state/inferred-install.txt
        ");
    }

    #[test]
    fn a_checkout_is_complete_before_anything_is_built_and_has_hooks_in_the_end() {
        let facts = Facts {
            root: Path::new("/srv/api"),
            python: &PythonProject::default(),
            uv: Path::new("uv"),
            system: &SystemStep::default(),
            git: &GitCommands {
                submodules: Some(Vec::new()),
                large_files: None,
                hooks: Some(Vec::new()),
            },
            binaries: None,
            tools: None,
            as_of: None,
            inference_is_committed: false,
            supplements: None,
        };
        let plan = plan(spec(Strategy::UvLock), (present(), String::new()), &facts);
        let needs = |id| {
            let step = plan.steps.iter().find(|step| step.id == id).unwrap();
            step.needs.clone()
        };
        let expected = [StepId::Environment, StepId::Submodules];
        assert_eq!(needs(StepId::Installation), expected);
        assert_eq!(needs(StepId::Hooks), [StepId::Inference]);
    }

    #[test]
    fn steps_need_only_steps_of_the_plan() {
        let facts = Facts {
            root: Path::new("/srv/api"),
            python: &PythonProject::default(),
            uv: Path::new("uv"),
            system: &SystemStep::default(),
            git: &GitCommands::default(),
            binaries: None,
            tools: None,
            as_of: None,
            inference_is_committed: false,
            supplements: None,
        };
        let plan = plan(
            spec(Strategy::HashedRequirements),
            (present(), String::new()),
            &facts,
        );
        let ids = plan.steps.iter().map(|step| step.id).collect::<Vec<_>>();
        for step in &plan.steps {
            assert!(
                step.needs.iter().all(|need| ids.contains(need)),
                "{:?}",
                step.id
            );
        }
        assert!(!ids.contains(&StepId::Resolution));
    }
}
