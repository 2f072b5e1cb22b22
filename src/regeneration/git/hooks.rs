//! Which hooks are in place, and whose they are.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::config::Git;
use dhtl_project_model::{GitSetup, HookTool};

use super::checkout::GitCheckout;
use crate::state::read_regular;

/// The hooks that are to be there.
#[derive(Debug)]
pub(crate) struct Hooks {
    /// What installs them; none where only `.dhtconfig` asks for them.
    pub(crate) tool: Option<HookTool>,
    /// The hooks, each with its state.
    pub(crate) found: Vec<HookFinding>,
    /// `core.hooksPath`, where it leads to hooks that are not this tool's.
    pub(crate) elsewhere: Option<String>,
    /// The root of the project.
    pub(super) root: PathBuf,
    /// Where git looks for hooks.
    pub(crate) folder: PathBuf,
}

/// A hook that is to be there.
#[derive(Debug)]
pub(crate) struct HookFinding {
    /// Its name for git.
    pub(crate) name: String,
    /// Whether `.dhtconfig` asks for it.
    pub(crate) is_recorded: bool,
    /// Whether it is there.
    pub(crate) state: HookState,
}

/// Whether a hook is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HookState {
    /// It is there, and is what it must be.
    Installed,
    /// It is not there.
    Missing,
    /// It is there, and the environment that it runs is not.
    Stale,
    /// Somebody else's is there; the tool keeps it and runs both.
    Foreign,
    /// Somebody else's is there, and would be lost or would not run any more.
    Blocked,
    /// `core.hooksPath` leads elsewhere, and the user has set it.
    Elsewhere,
}

impl Hooks {
    /// The hooks of the first tool that the project has files for, and those that `.dhtconfig` asks
    /// for; one that it does not want is left out.
    pub(super) fn find(
        root: &Path,
        checkout: &GitCheckout,
        setup: &GitSetup,
        recorded: Option<&Git>,
    ) -> Self {
        let husky_is_active =
            checkout.hooks_path.is_some() && checkout.hooks.starts_with(root.join(".husky"));
        let manager = setup
            .hook_managers
            .iter()
            .find(|manager| !husky_is_active || manager.tool == HookTool::Husky)
            .or_else(|| setup.hook_managers.first());
        let tool = manager.map(|manager| manager.tool);
        let is_ours =
            checkout.hooks_path.is_none() || husky_is_active && tool == Some(HookTool::Husky);
        let place = Place {
            tool,
            folder: &checkout.hooks,
            is_ours,
        };
        let declared = manager.iter().flat_map(|manager| &manager.hooks);
        let names = names(declared.map(|hook| hook.value.as_str()), recorded);
        let found = names.into_iter().map(|(name, is_recorded)| HookFinding {
            state: place.state(&name),
            name,
            is_recorded,
        });
        let mut found = found.collect::<Vec<_>>();
        let is_blocked = |hook: &HookFinding| hook.state == HookState::Blocked;
        if tool != Some(HookTool::PreCommit) && found.iter().any(is_blocked) {
            // Only pre-commit can install some of its hooks without the others.
            let missing = found
                .iter_mut()
                .filter(|hook| hook.state == HookState::Missing);
            missing.for_each(|hook| hook.state = HookState::Blocked);
        }
        Self {
            tool,
            found,
            elsewhere: checkout.hooks_path.clone().filter(|_| !is_ours),
            root: root.to_owned(),
            folder: checkout.hooks.clone(),
        }
    }

    /// The names of those that a run has to install.
    pub(crate) fn to_install(&self) -> impl Iterator<Item = &str> {
        let wanted = self.found.iter().filter(|hook| {
            use HookState::{Foreign, Missing, Stale};
            matches!(hook.state, Missing | Stale | Foreign)
        });
        wanted.map(|hook| hook.name.as_str())
    }

    /// Whether there is something to do.
    pub(crate) fn is_needed(&self) -> bool {
        self.to_install().next().is_some()
    }
}

/// The declared names and those that `.dhtconfig` adds or takes away, with whether it asks for them.
fn names<'a>(
    declared: impl Iterator<Item = &'a str>,
    recorded: Option<&Git>,
) -> Vec<(String, bool)> {
    let recorded = recorded.and_then(|git| git.hooks).unwrap_or_default();
    let statement = |name: &str| match name {
        "pre-commit" => recorded.pre_commit,
        "commit-msg" => recorded.commit_msg,
        _ => None,
    };
    let mut names = declared
        .filter(|name| statement(name) != Some(false))
        .map(|name| (name.to_owned(), statement(name) == Some(true)))
        .collect::<Vec<_>>();
    for name in ["pre-commit", "commit-msg"] {
        if statement(name) == Some(true) && !names.iter().any(|(known, _)| known == name) {
            names.push((name.to_owned(), true));
        }
    }
    names
}

/// Where hooks are, and whose they must be.
struct Place<'a> {
    tool: Option<HookTool>,
    folder: &'a Path,
    is_ours: bool,
}

impl Place<'_> {
    fn state(&self, name: &str) -> HookState {
        if !self.is_ours {
            return HookState::Elsewhere;
        }
        let file = self.folder.join(name);
        let is_there = file.symlink_metadata().is_ok();
        match self.tool {
            // It has a folder of its own for hooks, which it names to git.
            Some(HookTool::Husky) if self.folder.ends_with("_") => if_there(is_there),
            Some(HookTool::Husky) if self.folder.ends_with(".husky") => {
                if_there(self.folder.join("_").is_dir())
            }
            Some(HookTool::Husky) if is_there => HookState::Blocked,
            Some(HookTool::Husky) => HookState::Missing,
            _ if !is_there => HookState::Missing,
            None => HookState::Installed,
            Some(tool) => self.state_of(&file, name, tool),
        }
    }

    fn state_of(&self, file: &Path, name: &str, tool: HookTool) -> HookState {
        let bytes = read_regular(file).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        let makers = match tool {
            HookTool::PreCommit => &["File generated by pre-commit", "File generated by prek"][..],
            HookTool::Lefthook | HookTool::Husky => &[tool.name()],
        };
        if !makers.iter().any(|maker| text.contains(maker)) {
            // lefthook would move it away for good, and pre-commit to where it goes on running,
            // unless another one is there already.
            let kept = self.folder.join(format!("{name}.legacy"));
            let has_place = tool == HookTool::PreCommit && kept.symlink_metadata().is_err();
            return if has_place {
                HookState::Foreign
            } else {
                HookState::Blocked
            };
        }
        if is_executable(file) && interpreter_is_there(&text) {
            HookState::Installed
        } else {
            HookState::Stale
        }
    }
}

fn if_there(is_there: bool) -> HookState {
    if is_there {
        HookState::Installed
    } else {
        HookState::Missing
    }
}

/// Whether the interpreter is there that pre-commit has written into the hook. Without it the hook
/// fails, unless another pre-commit is on `PATH` when git runs it.
fn interpreter_is_there(text: &str) -> bool {
    let mut lines = text.lines();
    let named = lines.find_map(|line| line.strip_prefix("INSTALL_PYTHON="));
    named.is_none_or(|path| {
        // As a shell quotes it: an apostrophe stands between quotes of the other kind.
        let path = path.trim().replace(r#"'"'"'"#, "\u{0}");
        let path = path.trim_matches(['\'', '"']).replace('\u{0}', "'");
        path.is_empty() || Path::new(&path).exists()
    })
}

/// Git passes over hooks that are not.
#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(file).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    fs::metadata(file).is_ok()
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::config::GitHooks;

    use super::*;

    fn state(tool: Option<HookTool>, files: &[(&str, &str)]) -> HookState {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let file = folder.path().join(name);
            fs::write(&file, text).unwrap();
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
            }
        }
        let place = Place {
            tool,
            folder: folder.path(),
            is_ours: true,
        };
        place.state("pre-commit")
    }

    #[test]
    fn a_hook_is_known_by_its_maker() {
        let own = "#!/bin/sh\n# File generated by pre-commit: https://pre-commit.example\n";
        let gone = format!("{own}INSTALL_PYTHON=/nowhere/at/all/python\n");
        let folder = tempfile::Builder::new().prefix("it's").tempdir().unwrap();
        let path = folder
            .path()
            .display()
            .to_string()
            .replace('\'', r#"'"'"'"#);
        let quoted = format!("{own}INSTALL_PYTHON='{path}'\n");
        let mine = "#!/bin/sh\nexit 0\n";
        let tool = Some(HookTool::PreCommit);
        assert_eq!(state(tool, &[]), HookState::Missing);
        assert_eq!(state(tool, &[("pre-commit", own)]), HookState::Installed);
        assert_eq!(
            state(tool, &[("pre-commit", &quoted)]),
            HookState::Installed
        );
        assert_eq!(state(tool, &[("pre-commit", &gone)]), HookState::Stale);
        assert_eq!(state(tool, &[("pre-commit", mine)]), HookState::Foreign);
        let two = [("pre-commit", mine), ("pre-commit.legacy", mine)];
        assert_eq!(state(tool, &two), HookState::Blocked);
        let two = [("pre-commit", own), ("pre-commit.legacy", mine)];
        assert_eq!(state(tool, &two), HookState::Installed);
        assert_eq!(state(None, &[("pre-commit", mine)]), HookState::Installed);
        for tool in [Some(HookTool::Husky), Some(HookTool::Lefthook)] {
            assert_eq!(state(tool, &[("pre-commit", mine)]), HookState::Blocked);
        }
        let own = "#!/bin/sh\nexec lefthook run pre-commit\n";
        let tool = Some(HookTool::Lefthook);
        assert_eq!(state(tool, &[("pre-commit", own)]), HookState::Installed);
    }

    #[test]
    fn the_config_adds_and_takes_away() {
        let recorded = |pre_commit, commit_msg| Git {
            hooks: Some(GitHooks {
                pre_commit,
                commit_msg,
            }),
            ..Git::default()
        };
        let of = |git: Option<&Git>| names(["pre-commit", "pre-push"].into_iter(), git);
        let name = |name: &str, is_recorded| (name.to_owned(), is_recorded);
        assert_eq!(
            of(None),
            [name("pre-commit", false), name("pre-push", false)]
        );
        assert_eq!(
            of(Some(&recorded(Some(true), Some(true)))),
            [
                name("pre-commit", true),
                name("pre-push", false),
                name("commit-msg", true)
            ]
        );
        assert_eq!(
            of(Some(&recorded(Some(false), Some(false)))),
            [name("pre-push", false)]
        );
    }
}
