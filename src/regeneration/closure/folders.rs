//! What modules folders hold, each folder listed once.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// Lists folders, and remembers what was in them.
#[derive(Debug, Default)]
pub(super) struct Folders {
    listings: Mutex<HashMap<PathBuf, Arc<Listing>>>,
}

/// The modules and folders in a folder.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// Names of source files and extension modules.
    modules: HashSet<String>,
    /// Names of stubs.
    stubs: HashSet<String>,
    /// Names of folders.
    folders: HashSet<String>,
}

/// How far a folder leads towards a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Reach {
    /// Nowhere.
    Nothing,
    /// To a package or module on the way, which does not have the rest.
    Partly,
    /// To a folder that is a namespace package (PEP 420).
    Namespace,
    /// To a stub without the module it describes.
    Stub,
    /// To the module.
    Module,
}

impl Folders {
    /// What is in `folder`; nothing where it cannot be listed.
    pub(super) fn listing(&self, folder: &Path) -> Arc<Listing> {
        let listings = || self.listings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = listings().get(folder) {
            return Arc::clone(known);
        }
        let listing = Arc::new(Listing::read(folder));
        listings().insert(folder.to_owned(), Arc::clone(&listing));
        listing
    }

    /// How far `folder` leads towards the dotted `module`, in the way of Python's path finder: a
    /// regular package is preferred to a module, a module to a namespace package.
    ///
    /// The stubs of `module` in a folder `<package>-stubs` count as well (PEP 561).
    pub(super) fn reach(&self, folder: &Path, module: &str) -> Reach {
        let found = self.walk(folder, module, "");
        if found < Reach::Namespace {
            return found.max(self.walk(folder, module, "-stubs").min(Reach::Stub));
        }
        found
    }

    fn walk(&self, folder: &Path, module: &str, suffix: &str) -> Reach {
        let mut place = folder.to_owned();
        let mut reached = Reach::Nothing;
        let mut parts = module.split('.').peekable();
        let mut suffix = suffix;
        while let Some(part) = parts.next() {
            let name = format!("{part}{suffix}");
            suffix = "";
            let listing = self.listing(&place);
            let is_last = parts.peek().is_none();
            place.push(&name);
            let package = listing
                .folders
                .contains(&name)
                .then(|| self.listing(&place));
            let init = package.as_ref().map(|package| package.kind("__init__"));
            reached = match (init, listing.kind(&name)) {
                (Some(kind @ (Reach::Module | Reach::Stub)), _) => kind,
                (_, kind @ (Reach::Module | Reach::Stub)) if is_last => return kind,
                (_, Reach::Module | Reach::Stub) => return Reach::Partly,
                (Some(_), _) if reached == Reach::Nothing || reached == Reach::Namespace => {
                    Reach::Namespace
                }
                (Some(_), _) => Reach::Module,
                (None, _) if matches!(reached, Reach::Module | Reach::Stub) => {
                    return Reach::Partly;
                }
                (None, _) => return Reach::Nothing,
            };
        }
        reached
    }
}

impl Listing {
    fn read(folder: &Path) -> Self {
        let mut listing = Self::default();
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            let is_folder = match entry.file_type() {
                Ok(kind) if kind.is_symlink() => entry.path().is_dir(),
                Ok(kind) => kind.is_dir(),
                Err(_) => continue,
            };
            if is_folder {
                listing.folders.insert(name);
            } else {
                listing.add_file(&name);
            }
        }
        listing
    }

    fn add_file(&mut self, name: &str) {
        let Some((stem, extensions)) = name.split_once('.') else {
            return;
        };
        match extensions.rsplit('.').next() {
            // `settings.example.py` is nothing anybody can import.
            Some("py" | "pyc") if !extensions.contains('.') => self.modules.insert(stem.to_owned()),
            Some("pyi") if !extensions.contains('.') => self.stubs.insert(stem.to_owned()),
            // `_speedups.cpython-313-x86_64-linux-gnu.so`
            Some("so" | "pyd") => self.modules.insert(stem.to_owned()),
            _ => false,
        };
    }

    /// What file of this name there is.
    fn kind(&self, name: &str) -> Reach {
        if self.modules.contains(name) {
            Reach::Module
        } else if self.stubs.contains(name) {
            Reach::Stub
        } else {
            Reach::Nothing
        }
    }

    /// Whether there may be a module of this name.
    pub(super) fn may_have(&self, name: &str) -> bool {
        self.modules.contains(name) || self.folders.contains(name) || self.stubs.contains(name)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A folder with these files, all of them empty.
    pub(in crate::closure) fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "").unwrap();
        }
        folder
    }

    #[track_caller]
    fn check(files: &[&str], module: &str, expected: Reach) {
        let folder = folder_with(files);
        let folders = Folders::default();
        assert_eq!(folders.reach(folder.path(), module), expected, "{module}");
    }

    #[test]
    fn each_part_must_be_there() {
        let files = [
            "pkg/__init__.py",
            "pkg/sub/__init__.py",
            "pkg/sub/a.py",
            "one.py",
        ];
        check(&files, "pkg", Reach::Module);
        check(&files, "pkg.sub.a", Reach::Module);
        check(&files, "pkg.sub.b", Reach::Partly);
        check(&files, "pkg.other", Reach::Partly);
        check(&files, "one.other", Reach::Partly);
        check(&files, "absent", Reach::Nothing);
        check(&files, "absent.pkg", Reach::Nothing);
    }

    #[test]
    fn a_folder_without_init_is_a_namespace() {
        let files = ["google/cloud/storage/__init__.py", "google/data.txt"];
        check(&files, "google", Reach::Namespace);
        check(&files, "google.cloud", Reach::Namespace);
        check(&files, "google.cloud.storage", Reach::Module);
        check(&files, "google.cloud.vision", Reach::Nothing);
        check(
            &["pkg/__init__.py", "pkg/data/x.txt"],
            "pkg.data",
            Reach::Module,
        );
    }

    #[test]
    fn extension_modules_and_stubs_count() {
        check(&["_x.cpython-311-x86_64-linux-gnu.so"], "_x", Reach::Module);
        check(&["_x.pyd"], "_x", Reach::Module);
        check(
            &["p/__init__.py", "p/_c.abi3.so", "p/_c.pyi"],
            "p._c",
            Reach::Module,
        );
        check(&["p/__init__.py", "p/_c.pyi"], "p._c", Reach::Stub);
        check(
            &["yaml-stubs/__init__.pyi", "yaml-stubs/a.pyi"],
            "yaml.a",
            Reach::Stub,
        );
        check(&["settings.example.py"], "settings", Reach::Nothing);
    }

    #[test]
    fn a_package_hides_a_module_and_a_module_a_folder() {
        check(&["a.py", "a/__init__.py", "a/b.py"], "a.b", Reach::Module);
        check(&["a.py", "a/b.py"], "a.b", Reach::Partly);
        check(&["a.py", "a/b.py"], "a", Reach::Module);
    }
}
