//! Which modules the project's files make, by folder.

use std::collections::{HashMap, HashSet};

use crate::tree::{Tree, TreeFile};

/// What a dotted name can stand for in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// A folder without `__init__.py` that holds Python somewhere below (PEP 420), or one whose
    /// `__init__.py` only shares the name with other distributions.
    Namespace,
    /// A single file, compiled or not.
    Module,
    /// A folder with `__init__.py`.
    Package,
}

/// How far the project's files account for a dotted name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Match {
    /// Not at all.
    None,
    /// They have a namespace of that name.
    Namespace,
    /// They have the package, not all of the way to the module: it is generated, compiled, or a
    /// name in the package.
    Package,
    /// They have the very module.
    Module,
}

/// The project's modules.
#[derive(Debug, Default)]
pub(super) struct Index<'t> {
    /// Path without extension to kind; the root is the empty path.
    kinds: HashMap<&'t str, Kind>,
    /// Module name to the folders that have it.
    places: HashMap<&'t str, Vec<&'t str>>,
    /// Folders with files that pytest collects.
    test_folders: HashSet<&'t str>,
    /// Folders with such files in or below them.
    above_tests: HashSet<&'t str>,
    conftest_folders: HashSet<&'t str>,
    source_roots: Vec<String>,
    /// The names of the project's own distributions, as packages are written.
    own_packages: HashSet<String>,
}

impl<'t> Index<'t> {
    pub(super) fn new(tree: &'t Tree) -> Self {
        let mut index = Self::default();
        for file in &tree.files {
            index.add(file);
        }
        for path in index.kinds.keys().filter(|path| !path.is_empty()) {
            let (folder, name) = split(path);
            index.places.entry(name).or_default().push(folder);
        }
        for folders in index.places.values_mut() {
            folders.sort_unstable();
        }
        index
    }

    /// Makes the package at `path` a namespace: its `__init__.py` says that others share it.
    pub(super) fn share(&mut self, path: &str) {
        if let Some(kind) = self.kinds.get_mut(path) {
            *kind = Kind::Namespace;
        }
    }

    /// Names the project's own distributions: a package called as one is what the project ships.
    pub(super) fn set_own_names(&mut self, names: &[String]) {
        let as_package = |name: &String| name.to_lowercase().replace(['-', '.'], "_");
        self.own_packages = names.iter().map(as_package).collect();
    }

    /// Whether the package at `path` is called as a distribution of the project.
    pub(super) fn is_own_package(&self, path: &str) -> bool {
        self.is_package(path) && self.own_packages.contains(&split(path).1.to_lowercase())
    }

    /// The roots that configuration or the layout `src` names, the project's own root aside.
    pub(super) fn set_source_roots(&mut self, roots: Vec<String>) {
        self.source_roots = roots;
    }

    pub(super) fn is_below_source_root(&self, folder: &str) -> bool {
        self.source_roots.iter().any(|root| is_within(folder, root))
    }

    pub(super) fn kind(&self, path: &str) -> Option<Kind> {
        self.kinds.get(path).copied()
    }

    pub(super) fn is_package(&self, folder: &str) -> bool {
        self.kind(folder) == Some(Kind::Package)
    }

    pub(super) fn holds_test_files(&self, folder: &str) -> bool {
        self.test_folders.contains(folder)
    }

    pub(super) fn is_above_tests(&self, folder: &str) -> bool {
        self.above_tests.contains(folder)
    }

    pub(super) fn has_conftest(&self, folder: &str) -> bool {
        self.conftest_folders.contains(folder)
    }

    /// The folders that have a module, package or namespace called `name`, ordered.
    pub(super) fn places(&self, name: &str) -> &[&'t str] {
        self.places.get(name).map_or(&[], Vec::as_slice)
    }

    /// The names of the modules and packages in `folder`, ordered; namespaces only where a package
    /// is somewhere below.
    pub(super) fn modules_in(&self, folder: &str) -> Vec<String> {
        let mut modules: Vec<_> = self
            .kinds
            .iter()
            .filter(|(path, kind)| {
                !path.is_empty()
                    && split(path).0 == folder
                    && (**kind != Kind::Namespace || self.has_package_below(path))
            })
            .map(|(path, _)| split(path).1)
            .filter(|name| is_identifier(name))
            .map(str::to_owned)
            .collect();
        modules.sort_unstable();
        modules
    }

    /// How far the dotted `module` leads, starting from `folder`.
    pub(super) fn resolve(&self, folder: &str, module: &str) -> Match {
        let mut path = folder.to_owned();
        let mut reached = Match::None;
        for part in module.split('.') {
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(part);
            match self.kind(&path) {
                None if reached >= Match::Package => return Match::Package,
                None => return Match::None,
                Some(Kind::Namespace) if reached < Match::Package => reached = Match::Namespace,
                Some(_) => reached = Match::Module,
            }
        }
        reached
    }

    /// The folder that is on the import path when a file of `folder` is loaded as part of its
    /// package: the nearest one upwards without `__init__.py`.
    pub(super) fn base_of<'f>(&self, folder: &'f str) -> &'f str {
        let mut base = folder;
        while !base.is_empty() && self.is_package(base) {
            base = split(base).0;
        }
        base
    }

    /// The folder that the names of modules in `folder` count from: the deepest import root around
    /// it, or the folder its package lies in.
    pub(super) fn root_of<'f>(&'f self, folder: &'f str) -> &'f str {
        let base = self.base_of(folder);
        self.source_roots
            .iter()
            .map(String::as_str)
            .filter(|root| is_within(base, root))
            .max_by_key(|root| root.len())
            .unwrap_or(if self.is_package(folder) { base } else { "" })
    }

    fn has_package_below(&self, path: &str) -> bool {
        self.kinds.iter().any(|(other, kind)| {
            *kind == Kind::Package && other.len() > path.len() && is_within(other, path)
        })
    }

    fn add(&mut self, file: &'t TreeFile) {
        let (folder, name) = split(&file.path);
        let Some(stem) = module_stem(name) else {
            return;
        };
        if super::class::is_test_file(name) && super::source::has_extension(name, "py") {
            self.test_folders.insert(folder);
            let mut above = folder;
            while self.above_tests.insert(above) && !above.is_empty() {
                above = split(above).0;
            }
            if stem == "conftest" {
                self.conftest_folders.insert(folder);
            }
        }
        if stem == "__init__" {
            self.kinds.insert(folder, Kind::Package);
        } else {
            let path = &file.path[..file.path.len() - name.len() + stem.len()];
            let kind = self.kinds.entry(path).or_insert(Kind::Module);
            *kind = (*kind).max(Kind::Module);
        }
        let mut ancestor = folder;
        while !self.kinds.contains_key(ancestor) {
            self.kinds.insert(ancestor, Kind::Namespace);
            ancestor = split(ancestor).0;
        }
        if stem == "__init__" {
            let mut ancestor = split(folder).0;
            while !self.kinds.contains_key(ancestor) {
                self.kinds.insert(ancestor, Kind::Namespace);
                ancestor = split(ancestor).0;
            }
        }
    }
}

/// Folder and last part of `path`; the folder of a top-level name is empty.
pub(super) fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Whether `path` is `folder` or below it; everything is within the empty folder.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The name a file can be imported under: source, stub, Cython source or compiled extension.
fn module_stem(name: &str) -> Option<&str> {
    let (stem, extensions) = name.split_once('.')?;
    let last = extensions
        .rsplit_once('.')
        .map_or(extensions, |(_, last)| last);
    let importable = match last {
        // `settings.example.py` is nothing anybody can import.
        "py" | "pyi" | "pyx" | "pyw" => last.len() == extensions.len(),
        // `_speedups.cpython-313-x86_64-linux-gnu.so`
        "so" | "pyd" => true,
        _ => false,
    };
    importable.then_some(stem)
}

fn is_identifier(name: &str) -> bool {
    name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name
            .chars()
            .all(|character| character.is_alphanumeric() || character == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(paths: &[&str]) -> Tree {
        let files = paths
            .iter()
            .map(|path| TreeFile {
                path: (*path).to_owned(),
            })
            .collect();
        Tree {
            root: "/srv/project".into(),
            files,
            ..Tree::default()
        }
    }

    #[test]
    fn names_lead_as_far_as_files_go() {
        let tree = tree(&[
            "src/pkg/__init__.py",
            "src/pkg/core.py",
            "src/google/cloud/mine/__init__.py",
            "src/_fast.cpython-313-x86_64-linux-gnu.so",
        ]);
        let index = Index::new(&tree);
        for (module, expected) in [
            ("pkg", Match::Module),
            ("pkg.core", Match::Module),
            ("pkg._version", Match::Package),
            ("pkg.core.Thing", Match::Package),
            ("google", Match::Namespace),
            ("google.cloud", Match::Namespace),
            ("google.cloud.mine.api", Match::Package),
            ("google.cloud.storage", Match::None),
            ("_fast", Match::Module),
            ("requests", Match::None),
        ] {
            assert_eq!(index.resolve("src", module), expected, "{module}");
        }
        assert_eq!(index.modules_in("src"), ["_fast", "google", "pkg"]);
        assert_eq!(index.base_of("src/pkg"), "src");
        assert_eq!(index.places("pkg"), ["src"]);
    }

    #[test]
    fn a_folder_of_documents_is_no_module() {
        let tree = tree(&[
            "docs/conf.py",
            "docs/_ext/thing.py",
            "pkg.py",
            "settings.example.py",
        ]);
        let index = Index::new(&tree);
        assert_eq!(index.modules_in(""), ["pkg"]);
    }

    #[test]
    fn within_is_by_whole_names() {
        assert!(is_within("src/a", "src"));
        assert!(is_within("src", "src"));
        assert!(is_within("src", ""));
        assert!(!is_within("srcs", "src"));
    }
}
