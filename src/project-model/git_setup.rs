//! What a git checkout of a project needs besides its files.

use serde::{Deserialize, Serialize};

use crate::{Evidence, Found};

/// Hooks, large files and submodules, as the files of the project declare them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GitSetup {
    /// What installs hooks, the most preferred first.
    pub hook_managers: Vec<HookManager>,
    /// The patterns of the files that are kept in Git LFS, in the order of the files that have them.
    pub lfs: Vec<Found<String>>,
    /// The files that these patterns match, relative to the root and ordered.
    pub lfs_files: Vec<String>,
    /// The submodules, ordered by path.
    pub submodules: Vec<Submodule>,
}

/// A program that installs git hooks, and the hooks that the project has for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HookManager {
    /// The program.
    pub tool: HookTool,
    /// The hooks under git's names, such as `pre-commit`, each with what asks for it.
    pub hooks: Vec<Found<String>>,
    /// What shows that the project uses the program.
    pub evidence: Evidence,
}

/// The programs that install hooks, in the order in which one is chosen: only one can have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HookTool {
    /// pre-commit, or prek in its place.
    PreCommit,
    /// lefthook.
    Lefthook,
    /// husky.
    Husky,
}

impl HookTool {
    /// Its name, which is that of the program as well.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreCommit => "pre-commit",
            Self::Lefthook => "lefthook",
            Self::Husky => "husky",
        }
    }
}

/// A repository inside the repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Submodule {
    /// Its folder, relative to the root.
    pub path: String,
    /// Where it comes from, without any password; none where nothing says it.
    pub url: Option<String>,
    /// Whether `update = none` keeps it out of the checkout.
    pub on_demand: bool,
    /// Whether its URL names a program that git would have to run, as `ext::` does.
    pub runs_program: bool,
    /// Where it is declared.
    pub evidence: Evidence,
}
