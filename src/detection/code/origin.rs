//! Whose a module is, seen from the file that imports it.
//!
//! In this order, the first that applies:
//!
//! 1. relative imports are the project's own;
//! 2. a name of the standard library is that, unless the project has the very submodule below a
//!    package of its own;
//! 3. what an import root holds is own: everywhere for the roots of the project, within its folder
//!    for a project inside its tests or examples;
//! 4. what a file puts on `sys.path` is own for it, and what a `conftest.py` does for all beside
//!    and below it;
//! 5. what lies on the path a file would be run with: its folder, the folder its package lies in,
//!    and the same for every `conftest.py` above it. A name that distributions are known by is
//!    only own here when the file does find a module of that name, not just a folder of tests;
//! 6. what a vendored tree beside it holds;
//! 7. the modules of the project's own distributions and crates, built or generated;
//! 8. a name that no distribution is known by, when the project has such a module anywhere;
//! 9. everything else is a third party's.

use std::collections::{HashMap, HashSet};

use dhtl_project_model::{DistributionName, FileClass, Origin};

use super::index::{Index, Kind, Match, is_within, split};
use crate::imports_table::{is_standard_library, known_prefix, top_level};

/// Folders of other people's packages, kept within a package of the project.
const VENDORED: &[&str] = &[
    "_vendor",
    "_vendored",
    "vendor",
    "vendored",
    "third_party",
    "thirdparty",
    "_third_party",
    "3rdparty",
    "extern",
    "_extern",
    "externals",
    "vendored_packages",
    "lib",
    "libs",
];

/// A folder whose modules are own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Root {
    /// The folder; the project's root is the empty path.
    pub(super) path: String,
    /// Where its modules are visible; the empty path is everywhere.
    pub(super) scope: String,
}

/// Everything that decides about origins.
#[derive(Debug)]
pub(super) struct Origins<'a> {
    pub(super) index: &'a Index<'a>,
    roots: HashMap<&'a str, &'a str>,
    own_names: HashSet<DistributionName>,
    /// Top-level modules that are compiled.
    native: &'a [String],
    /// What files put on `sys.path`: folder to the files, or folders of a `conftest.py`, it holds for.
    search_paths: HashMap<&'a str, Vec<&'a str>>,
}

/// The file an import stands in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    pub(super) path: &'a str,
    pub(super) class: FileClass,
}

impl<'a> Origins<'a> {
    pub(super) fn new(
        index: &'a Index<'a>,
        roots: &'a [Root],
        own_names: &[String],
        native: &'a [String],
        search_paths: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Self {
        let mut by_folder: HashMap<&str, Vec<&str>> = HashMap::new();
        for (folder, file) in search_paths {
            let (parent, name) = split(file);
            by_folder
                .entry(folder)
                .or_default()
                .push(if name == "conftest.py" { parent } else { file });
        }
        Self {
            index,
            roots: roots
                .iter()
                .map(|root| (root.path.as_str(), root.scope.as_str()))
                .collect(),
            own_names: own_names
                .iter()
                .map(|name| DistributionName::new(name))
                .collect(),
            native,
            search_paths: by_folder,
        }
    }

    /// Whose the absolute `module` is for `site`.
    pub(super) fn of(&self, module: &str, site: Site<'_>) -> Origin {
        let name = top_level(module);
        if is_standard_library(name) {
            // Whether the file could reach a folder is asked first: it takes no look into it.
            let is_shadowed = module.contains('.')
                && self.index.places(name).iter().any(|folder| {
                    self.is_on_path(folder, site)
                        && self.index.is_package(&under(folder, name))
                        && self.index.resolve(folder, module) == Match::Module
                });
            return if is_shadowed {
                Origin::Own
            } else {
                Origin::StandardLibrary
            };
        }
        let places = self.index.places(name);
        if places.iter().any(|folder| self.holds(folder, module, site))
            || self.is_own_distribution(module)
        {
            return Origin::Own;
        }
        if known_prefix(module).is_none()
            && places
                .iter()
                .any(|folder| self.is_likely(folder, module, site))
        {
            return Origin::Own;
        }
        Origin::ThirdParty
    }

    /// Which of `members`, taken `from module`, are submodules of a namespace of the project.
    ///
    /// Empty unless the project has `module` as a namespace only: in a package of its own, every
    /// member is its own.
    pub(super) fn own_members(
        &self,
        module: &str,
        members: &[String],
        site: Site<'_>,
    ) -> Vec<String> {
        let places = self.index.places(top_level(module));
        let own = |member: &String| {
            let submodule = format!("{module}.{member}");
            places.iter().any(|folder| {
                self.index.resolve(folder, module) == Match::Namespace
                    && self.index.resolve(folder, &submodule) >= Match::Namespace
                    && (self.is_on_path(folder, site) || self.is_visible_root(folder, site))
            })
        };
        members
            .iter()
            .filter(|member| own(member))
            .cloned()
            .collect()
    }

    /// Rules 3 to 6.
    fn holds(&self, folder: &str, module: &str, site: Site<'_>) -> bool {
        let (file_folder, _) = split(site.path);
        // These take no look into the folder, and nearly all folders fail at them.
        let is_visible = self.is_visible_root(folder, site) || self.is_search_path(folder, site);
        let is_on_path = !is_visible && self.is_on_path(folder, site);
        let is_vendored = !is_visible && is_vendored_for(folder, file_folder);
        if !(is_visible || is_on_path || is_vendored) {
            return false;
        }
        let reached = self.index.resolve(folder, module);
        if reached < Match::Package
            && !(reached == Match::Namespace && known_prefix(module).is_none())
        {
            return false;
        }
        // A file that is called like the package it needs does not mean itself.
        if !module.contains('.') && self.is_module_of(site.path, folder, module) {
            return false;
        }
        is_visible
            || is_on_path
                && (known_prefix(module).is_none() || self.is_meant(folder, module, reached, site))
            || is_vendored
                && self.index.kind(&under(folder, top_level(module))) != Some(Kind::Namespace)
    }

    /// Whether `module`, by which a distribution is known too, is one the file can really mean:
    /// not a folder that holds tests or examples of that distribution, such as its own.
    fn is_meant(&self, folder: &str, module: &str, reached: Match, site: Site<'_>) -> bool {
        let path = under(folder, top_level(module));
        match self.index.kind(&path) {
            Some(Kind::Package)
                if self.index.holds_test_files(&path)
                    || site.class != FileClass::Package && is_within(site.path, &path) =>
            {
                module.contains('.') && reached == Match::Module
            }
            Some(Kind::Package | Kind::Module) => true,
            Some(Kind::Namespace) | None => reached == Match::Module,
        }
    }

    /// Rule 8: some file of the project is called so, and nothing else in the world is.
    fn is_likely(&self, folder: &str, module: &str, site: Site<'_>) -> bool {
        let reached = self.index.resolve(folder, module);
        let is_itself = self.is_module_of(site.path, folder, module);
        !is_itself
            && (reached == Match::Module || reached == Match::Package && module.contains('.'))
    }

    fn is_visible_root(&self, folder: &str, site: Site<'_>) -> bool {
        self.roots
            .get(folder)
            .is_some_and(|scope| is_within(site.path, scope))
    }

    fn is_search_path(&self, folder: &str, site: Site<'_>) -> bool {
        self.search_paths
            .get(folder)
            .is_some_and(|scopes| scopes.iter().any(|scope| is_within(site.path, scope)))
    }

    /// Whether `folder` would be on the import path when `site` runs, as a script or under pytest.
    fn is_on_path(&self, folder: &str, site: Site<'_>) -> bool {
        let (file_folder, _) = split(site.path);
        if !is_within(file_folder, folder) {
            return false;
        }
        let runs_alone = site.class != FileClass::Package || !self.index.is_package(file_folder);
        if folder == file_folder && runs_alone || folder == self.index.base_of(file_folder) {
            return true;
        }
        // pytest's `rootdir/conftest.py`: the folder the `conftest.py` is imported from.
        let mut above = file_folder;
        loop {
            if self.index.has_conftest(above) && self.index.base_of(above) == folder {
                return true;
            }
            if above.is_empty() {
                return false;
            }
            above = split(above).0;
        }
    }

    fn is_module_of(&self, path: &str, folder: &str, module: &str) -> bool {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        self.index.kind(stem) == Some(Kind::Module)
            && stem == under(folder, &module.replace('.', "/"))
    }

    fn is_own_distribution(&self, module: &str) -> bool {
        self.native.iter().any(|native| native == top_level(module))
            || self
                .own_names
                .contains(&DistributionName::new(top_level(module)))
            || known_prefix(module)
                .is_some_and(|(_, name)| self.own_names.contains(&DistributionName::new(name)))
    }
}

/// `folder/name`, where the root has no name.
fn under(folder: &str, name: &str) -> String {
    if folder.is_empty() {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// Whether `folder` is a vendored tree in or beside a package that `file_folder` belongs to.
fn is_vendored_for(folder: &str, file_folder: &str) -> bool {
    let (parent, name) = split(folder);
    VENDORED.contains(&name) && !parent.is_empty() && is_within(file_folder, parent)
}
