//! Who installs the hooks.

use std::path::{Path, PathBuf};

use dhtl_project_model::{DistributionName, HookTool, Platform};
use dhtl_tools::{Environment, Invocation, git};

use super::Hooks;
use super::elsewhere::program_of;
use crate::programs::script_file;
use crate::subject::Subject;

impl Hooks {
    /// The command that installs what is not there, where a program for it is: the environment's own
    /// is preferred, because everyone has the same.
    pub(crate) fn installer(&self, environment: &Environment) -> Option<Invocation> {
        let root = &self.root;
        let find =
            |name: &str| in_environment(root, name).or_else(|| environment.find_program(name));
        match self.tool? {
            HookTool::PreCommit => {
                let program = find("pre-commit").or_else(|| find("prek"))?;
                Some(self.pre_commit(program))
            }
            HookTool::Lefthook => find("lefthook").map_or_else(
                || npx(root, HookTool::Lefthook, environment),
                |program| Some(git::lefthook_install(program, root)),
            ),
            HookTool::Husky => npx(root, HookTool::Husky, environment),
        }
    }

    fn pre_commit(&self, program: PathBuf) -> Invocation {
        git::pre_commit_install(program, self.to_install(), &self.root)
    }
}

/// The commands that will install the hooks once the environment is there.
pub(super) fn expected(
    hooks: &Hooks,
    subject: &Subject,
    environment: &Environment,
) -> Vec<Invocation> {
    if !hooks.is_needed() {
        return Vec::new();
    }
    let name = DistributionName::new(HookTool::PreCommit.name());
    let declarations = subject.python().declarations.iter();
    let mut requirements = declarations.flat_map(|declaration| &declaration.requirements);
    let will_be_there = requirements.any(|requirement| requirement.name.as_ref() == Some(&name));
    if hooks.tool == Some(HookTool::PreCommit) && will_be_there {
        let program = subject.root().join(program(HookTool::PreCommit.name()));
        return vec![hooks.pre_commit(program)];
    }
    hooks.installer(environment).into_iter().collect()
}

/// A program of the project's `node_modules`, by way of `npx`.
fn npx(root: &Path, tool: HookTool, environment: &Environment) -> Option<Invocation> {
    let link = root.join("node_modules/.bin").join(tool.name());
    let npx = environment.find_program("npx")?;
    link.exists()
        .then(|| git::npx_install(npx, tool.name(), root))
}

fn in_environment(root: &Path, name: &str) -> Option<PathBuf> {
    let program = root.join(program(name));
    // What is kept apart has a wrapper, which is a script.
    let wrapper = program.with_file_name(script_file(name));
    [program, wrapper].into_iter().find(|place| place.is_file())
}

/// Where a program of the environment is, relative to the root.
fn program(name: &str) -> PathBuf {
    program_of(Platform::current(), name)
}
