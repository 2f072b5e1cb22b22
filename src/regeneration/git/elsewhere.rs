//! What completes a fresh clone on another machine.

use std::path::{Path, PathBuf};

use dhtl_project_model::{DistributionName, HookTool, OperatingSystem, Platform};
use dhtl_tools::{Environment, Invocation, git};

use super::{GitCommands, GitFindings, HookState, Hooks, SubmoduleState};
use crate::subject::Subject;
use crate::uv::VENV;

impl GitCommands {
    /// What would be run on a machine of `platform` for a clone that nobody has touched: what this
    /// checkout has already says nothing about it.
    pub(crate) fn elsewhere(subject: &Subject, environment: &Environment) -> Self {
        let Some(mut findings) = GitFindings::of(subject, environment) else {
            return Self::default();
        };
        for hook in &mut findings.hooks.found {
            hook.state = HookState::Missing;
        }
        for submodule in &mut findings.submodules.0 {
            if submodule.state == SubmoduleState::CheckedOut
                || submodule.state == SubmoduleState::Interrupted
            {
                submodule.state = SubmoduleState::Missing;
            }
        }
        let root = subject.root();
        let GitFindings {
            hooks,
            large_files,
            submodules,
        } = &findings;
        let updates = submodules
            .to_fetch()
            .filter_map(|(path, before)| git::submodule_update(path, before, root).ok())
            .collect::<Vec<_>>();
        Self {
            submodules: (!submodules.0.is_empty()).then_some(updates),
            large_files: large_files
                .is_wanted
                .then(|| vec![git::lfs_install(root), git::lfs_pull(root)]),
            hooks: (!hooks.found.is_empty()).then(|| installation(hooks, subject)),
        }
    }
}

/// The command that installs the hooks, with programs of the environment or of whatever `PATH` is
/// there.
fn installation(hooks: &Hooks, subject: &Subject) -> Vec<Invocation> {
    let root = &hooks.root;
    let Some(tool) = hooks.tool else {
        return Vec::new();
    };
    let name = DistributionName::new(tool.name());
    let mut declarations = subject.python().declarations.iter();
    let is_declared = declarations.any(|declaration| {
        let mut requirements = declaration.requirements.iter();
        requirements.any(|requirement| requirement.name.as_ref() == Some(&name))
    });
    let program = if is_declared {
        program_of(subject.spec.platform, tool.name())
    } else {
        PathBuf::from(tool.name())
    };
    vec![match tool {
        HookTool::PreCommit => git::pre_commit_install(program, hooks.to_install(), root),
        HookTool::Lefthook => git::lefthook_install(program, root),
        HookTool::Husky => git::npx_install(PathBuf::from("npx"), tool.name(), root),
    }]
}

/// Where a program of the environment is on `platform`, relative to the root.
pub(super) fn program_of(platform: Platform, name: &str) -> PathBuf {
    match platform.operating_system {
        OperatingSystem::Windows => Path::new(VENV).join(format!("Scripts/{name}.exe")),
        OperatingSystem::Darwin | OperatingSystem::Linux => Path::new(VENV).join("bin").join(name),
    }
}
