//! The section `git` of `.dhtconfig`.

use dhtl_project_model::config::{Config, GitHooks};

use crate::git::{GitFindings, HookState, SubmoduleState};

/// Adds to `config` what the checkout needs and has. What somebody wrote there stays as it is.
///
/// What is not there is not recorded, even where files of the project declare it: nobody could say
/// that it works, and everyone's environment would differ from the record.
pub(super) fn record(config: &mut Config, findings: &GitFindings) {
    let before = config.git.clone().unwrap_or_default();
    let mut git = before.clone();
    let is_installed = |name: &str| {
        let mut hooks = findings.hooks.found.iter();
        hooks.any(|hook| hook.name == name && hook.state == HookState::Installed)
    };
    let mut hooks = git.hooks.unwrap_or_default();
    for (name, statement) in [
        ("pre-commit", &mut hooks.pre_commit),
        ("commit-msg", &mut hooks.commit_msg),
    ] {
        if is_installed(name) {
            statement.get_or_insert(true);
        }
    }
    git.hooks = git
        .hooks
        .map(|_| hooks)
        .or_else(|| (hooks != GitHooks::default()).then_some(hooks));
    let large_files = &findings.large_files;
    if large_files.is_wanted && !large_files.is_needed() {
        git.lfs.get_or_insert(true);
    }
    if git.submodules.is_empty() {
        let submodules = findings.submodules.0.iter();
        let there = submodules.filter(|submodule| submodule.state == SubmoduleState::CheckedOut);
        git.submodules = there.map(|submodule| submodule.path.clone()).collect();
    }
    if git != before {
        config.git = Some(git);
    }
}
