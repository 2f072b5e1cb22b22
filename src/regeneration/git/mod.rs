//! Hooks, large files and submodules of a checkout: what is asked for, and what is there.
//!
//! **Invariant:** files are read and nothing else; no program is started to find anything out, so
//! that a run with nothing to do notices a deleted hook at the price of a look.

mod checkout;
mod elsewhere;
mod hooks;
mod installer;
mod large_files;
mod ownership;
mod submodules;

use dhtl_project_model::config::{Document, Git};
use dhtl_tools::{Environment, Invocation, git};

use checkout::GitCheckout;
pub(crate) use checkout::{common_folder, git_folder, tracks};
pub(crate) use hooks::{HookState, Hooks};
use large_files::LargeFiles;
pub(crate) use ownership::is_own;
use submodules::Submodules;
pub(crate) use submodules::{SubmoduleFinding, SubmoduleState};

use crate::subject::Subject;

/// What a checkout needs, and how much of it is there.
#[derive(Debug)]
pub(crate) struct GitFindings {
    /// The hooks.
    pub(crate) hooks: Hooks,
    /// The files in Git LFS.
    pub(crate) large_files: LargeFiles,
    /// The submodules.
    pub(crate) submodules: Submodules,
}

impl GitFindings {
    /// What the project needs as a checkout; none where its root is not the top of one.
    pub(crate) fn of(subject: &Subject, environment: &Environment) -> Option<Self> {
        let checkout = GitCheckout::of(subject.root(), environment)?;
        let recorded = recorded(subject);
        let (root, setup) = (subject.root(), &subject.project.git);
        Some(Self {
            hooks: Hooks::find(root, &checkout, setup, recorded),
            large_files: LargeFiles::find(root, &checkout, setup, recorded),
            submodules: Submodules::find(root, &checkout, setup, recorded),
        })
    }

    /// Whether a run can do something about what is not there.
    ///
    /// What an earlier run could not fetch is tried again: nothing else tells when a host answers.
    pub(crate) fn can_be_mended(&self, environment: &Environment) -> bool {
        let has_git = environment.find_program("git").is_some();
        let has_lfs = || environment.find_program("git-lfs").is_some();
        has_git
            && (self.submodules.to_fetch().next().is_some()
                || self.large_files.is_needed() && has_lfs()
                || self.hooks.is_needed() && self.hooks.installer(environment).is_some())
    }
}

/// What is not there, whoever could do something about it: one line for each thing.
pub(crate) fn outstanding(findings: Option<&GitFindings>) -> Vec<String> {
    let Some(findings) = findings else {
        return Vec::new();
    };
    let hooks = findings.hooks.found.iter();
    let hooks = hooks
        .filter(|hook| hook.state != HookState::Installed)
        .map(|hook| format!("hook {} {:?}", hook.name, hook.state));
    let large_files = &findings.large_files;
    let pointers = large_files.pointers.len();
    let large_files = large_files
        .is_needed()
        .then(|| format!("large files {pointers} {}", large_files.has_filter));
    let submodules = findings.submodules.0.iter();
    let submodules = submodules
        .filter(|submodule| submodule.state != SubmoduleState::CheckedOut)
        .map(|submodule| format!("submodule {} {:?}", submodule.path, submodule.state));
    hooks.chain(large_files).chain(submodules).collect()
}

/// What the `.dhtconfig` of the project says about git.
fn recorded(subject: &Subject) -> Option<&Git> {
    subject
        .document
        .as_ref()
        .map(Document::config)?
        .git
        .as_ref()
}

/// The commands that complete a checkout; none of a kind where nothing of it is lacking.
#[derive(Debug, Default)]
pub(crate) struct GitCommands {
    /// For the submodules.
    pub(crate) submodules: Option<Vec<Invocation>>,
    /// For the large files.
    pub(crate) large_files: Option<Vec<Invocation>>,
    /// For the hooks, as far as it can be told before the environment is there.
    pub(crate) hooks: Option<Vec<Invocation>>,
}

impl GitCommands {
    /// What would be run for a checkout as it is now.
    pub(crate) fn of(subject: &Subject, environment: &Environment) -> Self {
        let Some(findings) = GitFindings::of(subject, environment) else {
            return Self::default();
        };
        let GitFindings {
            hooks,
            large_files,
            submodules,
        } = &findings;
        let root = subject.root();
        let lacks_submodules = submodules
            .0
            .iter()
            .any(|one| one.state != SubmoduleState::CheckedOut);
        let lacks_hooks = hooks
            .found
            .iter()
            .any(|hook| hook.state != HookState::Installed);
        Self {
            submodules: lacks_submodules.then(|| {
                let paths = submodules.to_fetch();
                paths
                    .filter_map(|(path, before)| git::submodule_update(path, before, root).ok())
                    .collect()
            }),
            large_files: large_files.is_needed().then(|| {
                let install = (!large_files.has_filter).then(|| git::lfs_install(root));
                let pull = (!large_files.pointers.is_empty()).then(|| git::lfs_pull(root));
                install.into_iter().chain(pull).collect()
            }),
            hooks: lacks_hooks.then(|| installer::expected(hooks, subject, environment)),
        }
    }
}
