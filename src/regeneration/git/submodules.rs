//! Which submodules are checked out.

use std::fs;
use std::path::Path;

use dhtl_project_model::config::Git;
use dhtl_project_model::{GitSetup, Submodule};
use dhtl_tools::git::SubmoduleCheckout;

use super::checkout::{GitCheckout, git_folder};

/// The submodules that are to be there, ordered by path.
#[derive(Debug)]
pub(crate) struct Submodules(pub(crate) Vec<SubmoduleFinding>);

/// A submodule that is to be there.
#[derive(Debug)]
pub(crate) struct SubmoduleFinding {
    /// Its folder, relative to the root.
    pub(crate) path: String,
    /// Whether `.dhtconfig` lists it.
    pub(crate) is_recorded: bool,
    /// Whether it is there.
    pub(crate) state: SubmoduleState,
}

/// How much of a submodule is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SubmoduleState {
    /// It is checked out.
    CheckedOut,
    /// It is not.
    Missing,
    /// Its checkout was begun and not ended.
    Interrupted,
    /// It is not, and its URL names a program that git would run.
    Refused,
    /// Git knows no submodule there, or something else is in its place.
    Unknown,
}

impl Submodules {
    /// Those that `.dhtconfig` lists, or else all that are not on demand and that git knows.
    pub(super) fn find(
        root: &Path,
        checkout: &GitCheckout,
        setup: &GitSetup,
        recorded: Option<&Git>,
    ) -> Self {
        let listed = recorded.map_or(&[][..], |git| &git.submodules);
        let finding = |path: &str, declared: Option<&Submodule>, is_recorded| SubmoduleFinding {
            path: path.to_owned(),
            is_recorded,
            state: state(root, checkout, path, declared),
        };
        if listed.is_empty() {
            let all = setup.submodules.iter().filter(|one| !one.on_demand);
            let found = all.map(|one| finding(&one.path, Some(one), false));
            return Self(
                found
                    .filter(|one| one.state != SubmoduleState::Unknown)
                    .collect(),
            );
        }
        let found = listed.iter().map(|path| {
            let path = path.trim_end_matches('/');
            let declared = setup.submodules.iter().find(|one| one.path == path);
            finding(path, declared, true)
        });
        Self(found.collect())
    }

    /// What a run does about those that it can fetch, each with its folder.
    pub(crate) fn to_fetch(&self) -> impl Iterator<Item = (&str, SubmoduleCheckout)> {
        self.0
            .iter()
            .filter_map(|one| Some((one.path.as_str(), one.state.before_checkout()?)))
    }
}

impl SubmoduleState {
    /// What a checkout finds; none where there is none to make.
    pub(crate) fn before_checkout(self) -> Option<SubmoduleCheckout> {
        match self {
            Self::Missing => Some(SubmoduleCheckout::None),
            Self::Interrupted => Some(SubmoduleCheckout::Interrupted),
            Self::CheckedOut | Self::Refused | Self::Unknown => None,
        }
    }
}

fn state(
    root: &Path,
    checkout: &GitCheckout,
    path: &str,
    declared: Option<&Submodule>,
) -> SubmoduleState {
    let folder = root.join(path);
    let own = git_folder(&folder);
    // The index is written when everything else is in its place.
    if own.as_ref().is_some_and(|own| own.join("index").is_file()) {
        return SubmoduleState::CheckedOut;
    }
    let is_free = match fs::read_dir(&folder) {
        Ok(mut entries) => entries.next().is_none(),
        Err(_) => folder.symlink_metadata().is_err(),
    };
    // Git leaves an empty folder where a submodule belongs.
    let is_known = || folder.is_dir() || checkout.tracks(path);
    match declared {
        Some(declared) if declared.runs_program => SubmoduleState::Refused,
        Some(_) if own.is_some() => SubmoduleState::Interrupted,
        Some(_) if is_free && is_known() => SubmoduleState::Missing,
        _ => SubmoduleState::Unknown,
    }
}
