//! Where an environment's interpreter, and a project's own files, find modules.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_detection::imports_table::{is_standard_library, last_minor_with};

use super::folders::{Folders, Reach};
use super::top;
use crate::state::read_regular;

/// Submodules that packages make when they run, so that no file shows them.
const MADE_AT_RUN_TIME: &[&str] = &[
    "gi.repository",
    "google.protobuf.pyext",
    "os.path",
    "pkg_resources.extern",
    "plumbum.cmd",
    "py.test",
    "pyexpat.errors",
    "pyexpat.model",
    "setuptools.extern",
    "six.moves",
    "xml.parsers.expat.errors",
    "xml.parsers.expat.model",
];

/// Modules of the standard library that are younger than the oldest Python it covers, with the
/// minor version of Python 3 that brought them.
const ADDED: &[(&str, u32)] = &[
    ("_zoneinfo", 9),
    ("annotationlib", 14),
    ("compression", 14),
    ("graphlib", 9),
    ("tomllib", 11),
    ("zoneinfo", 9),
];

/// The folders that the environment's interpreter imports from.
#[derive(Debug)]
pub(crate) struct SearchPath {
    /// Those of distributions.
    installed: Vec<PathBuf>,
    /// Top-level modules of projects that are installed from their source.
    redirected: Vec<Redirected>,
    /// That of the standard library, where it is known.
    standard_library: Option<PathBuf>,
    pub(super) folders: Folders,
}

/// A top-level module and where its source is, which may have another name there.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Redirected {
    module: String,
    folder: PathBuf,
    name: String,
}

impl SearchPath {
    /// The folder of the distributions and those that its `.pth` files add.
    pub(crate) fn of(site_packages: &Path) -> Self {
        let mut installed = vec![site_packages.to_owned()];
        let mut redirected = Vec::new();
        let entries = fs::read_dir(site_packages).into_iter().flatten().flatten();
        let mut files = entries.map(|entry| entry.path()).collect::<Vec<_>>();
        files.sort();
        let text_of = |path: &Path| {
            let bytes = read_regular(path).unwrap_or_default();
            String::from_utf8_lossy(&bytes).into_owned()
        };
        for file in files {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            if file.extension().is_some_and(|extension| extension == "pth") {
                installed.extend(pth_folders(site_packages, &text_of(&file)));
            } else if name.starts_with("__editable___") && name.ends_with("_finder.py") {
                redirected.extend(finder_modules(&text_of(&file)));
            }
        }
        Self {
            installed,
            redirected,
            standard_library: None,
            folders: Folders::default(),
        }
    }

    /// The same with the standard library of the interpreter that the environment in `venv`
    /// borrows.
    pub(super) fn with_standard_library(mut self, venv: &Path) -> Self {
        self.standard_library = standard_library(venv, self.installed.first());
        self
    }

    /// Whether `module` can be imported from a distribution.
    ///
    /// Below a regular package every name counts as there: packages make submodules at run time.
    /// Below a namespace package each part must exist.
    pub(super) fn provides(&self, module: &str) -> bool {
        self.installed(module) >= Reach::Partly
    }

    /// Whether `module` and, where it is a namespace package, one of the `members` taken from it
    /// can be imported.
    pub(super) fn provides_with(&self, module: &str, members: &[String]) -> bool {
        match self.installed(module) {
            Reach::Nothing => false,
            Reach::Namespace => {
                members.is_empty()
                    || members
                        .iter()
                        .any(|member| self.provides(&format!("{module}.{member}")))
            }
            Reach::Partly | Reach::Stub | Reach::Module => true,
        }
    }

    /// How far the installed distributions lead towards `module`.
    pub(super) fn installed(&self, module: &str) -> Reach {
        // Most look-ups end here, without a path being put together.
        let may_have = |folder: &&PathBuf| {
            let listing = self.folders.listing(folder);
            let top = top(module);
            listing.may_have(top) || listing.may_have(&format!("{top}-stubs"))
        };
        let on_path = self.installed.iter().filter(may_have);
        let redirected = self
            .redirected
            .iter()
            .filter(|redirected| redirected.module == top(module))
            .map(|redirected| {
                let below = &module[redirected.module.len()..];
                let there = format!("{}{below}", redirected.name);
                self.folders.reach(&redirected.folder, &there)
            });
        let found = on_path
            .map(|folder| self.folders.reach(folder, module))
            .chain(redirected)
            .max()
            .unwrap_or(Reach::Nothing);
        if found == Reach::Partly && is_made_at_run_time(module) {
            return Reach::Module;
        }
        if found == Reach::Nothing && top(module) == "distutils" {
            return self.distutils_of_setuptools(module);
        }
        found
    }

    /// Where setuptools is installed, it stands in for the `distutils` that Python 3.12 removed.
    ///
    /// Source: `_distutils_hack`, which the `distutils-precedence.pth` of setuptools loads.
    fn distutils_of_setuptools(&self, module: &str) -> Reach {
        if self.installed("_distutils_hack") == Reach::Module {
            self.installed(&format!("setuptools._{module}"))
        } else {
            Reach::Nothing
        }
    }

    /// Whether the standard library of Python 3.`minor` has `module`.
    pub(super) fn has_standard_library_module(&self, module: &str, minor: u32) -> bool {
        let name = top(module);
        if !is_standard_library(name) || was_removed(name, minor) {
            return false;
        }
        let added = ADDED.iter().find(|(added, _)| *added == name);
        if added.is_some_and(|(_, since)| minor < *since) {
            return false;
        }
        if !module.contains('.') || is_made_at_run_time(module) || name.starts_with("_typeshed") {
            return true;
        }
        let Some(folder) = &self.standard_library else {
            return true;
        };
        match self.folders.reach(folder, module) {
            Reach::Namespace | Reach::Stub | Reach::Module => true,
            Reach::Partly => false,
            // Distributions of Linux leave some of it out, and some of it is compiled in.
            Reach::Nothing => self.folders.reach(folder, name) == Reach::Nothing,
        }
    }
}

/// Whether Python 3.`minor` has no `module` of its standard library any more.
pub(super) fn was_removed(module: &str, minor: u32) -> bool {
    last_minor_with(module).is_some_and(|last| minor > u32::from(last))
}

fn is_made_at_run_time(module: &str) -> bool {
    MADE_AT_RUN_TIME.iter().any(|made| {
        module
            .strip_prefix(made)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    }) || module.contains(".six.moves")
}

/// The folder of the standard library: `home` of `pyvenv.cfg` names that of the interpreter
/// (PEP 405).
fn standard_library(venv: &Path, site_packages: Option<&PathBuf>) -> Option<PathBuf> {
    let settings = read_regular(&venv.join("pyvenv.cfg")).ok()?;
    let settings = String::from_utf8_lossy(&settings).into_owned();
    let home = settings.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "home").then(|| value.trim().to_owned())
    })?;
    let home = PathBuf::from(home);
    if cfg!(windows) {
        return Some(home.join("Lib")).filter(|folder| folder.is_dir());
    }
    let version = site_packages?.parent()?.file_name()?;
    Some(home.parent()?.join("lib").join(version)).filter(|folder| folder.is_dir())
}

/// The folders that a `.pth` file adds; lines that begin with `import` run code and add none.
///
/// Source: the documentation of Python's `site` module.
fn pth_folders(site_packages: &Path, text: &str) -> Vec<PathBuf> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("import"))
        .map(|line| site_packages.join(line))
        .filter(|folder| folder.is_dir())
        .collect()
}

/// The top-level modules that a finder written by setuptools redirects to their source by its
/// `MAPPING`.
///
/// Source: `setuptools.command.editable_wheel`, `_FINDER_TEMPLATE`.
fn finder_modules(text: &str) -> Vec<Redirected> {
    let mapping = text
        .lines()
        .filter_map(|line| line.strip_prefix("MAPPING"))
        .find_map(|rest| rest.split_once('='))
        .map(|(_, mapping)| mapping.trim());
    let strings = mapping.map(quoted).unwrap_or_default();
    let (pairs, _) = strings.as_chunks::<2>();
    pairs
        .iter()
        .filter(|[module, _]| !module.contains('.'))
        .filter_map(|[module, path]| {
            let path = Path::new(path);
            Some(Redirected {
                module: module.clone(),
                folder: path.parent()?.to_owned(),
                name: path.file_stem()?.to_str()?.to_owned(),
            })
        })
        .collect()
}

/// The string literals in `text`, as Python's `repr` writes them.
fn quoted(text: &str) -> Vec<String> {
    let mut strings = Vec::new();
    let mut characters = text.chars();
    while let Some(quote) = characters.find(|character| matches!(character, '\'' | '"')) {
        let mut string = String::new();
        while let Some(character) = characters.next() {
            match character {
                '\\' => string.extend(characters.next()),
                _ if character == quote => break,
                _ => string.push(character),
            }
        }
        strings.push(string);
    }
    strings
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::folders::tests::folder_with;
    use super::*;

    #[test]
    fn pth_files_and_finders_lead_to_sources() {
        let folder = folder_with(&[
            "site-packages/a/__init__.py",
            "src/b/__init__.py",
            "lib/c/__init__.py",
            "lib/d.py",
            "lib/e/__init__.py",
        ]);
        let root = folder.path();
        let site_packages = root.join("site-packages");
        fs::write(
            site_packages.join("x.pth"),
            "# why\nimport os; os.x()\n../src\n../gone\n",
        )
        .unwrap();
        let lib = root.join("lib").display().to_string().replace('\\', "\\\\");
        let mapping = format!(
            "MAPPING: dict[str, str] = {{'c': '{lib}/c', 'd': '{lib}/d', 'other': '{lib}/c'}}\n"
        );
        fs::write(site_packages.join("__editable___x_1_0_finder.py"), mapping).unwrap();
        let search_path = SearchPath::of(&site_packages);
        for module in ["a", "b", "c", "d", "other"] {
            assert_eq!(search_path.installed(module), Reach::Module, "{module}");
        }
        assert_eq!(search_path.installed("c.no"), Reach::Partly);
        assert_eq!(
            search_path.installed("e"),
            Reach::Nothing,
            "only what is mapped"
        );
    }

    #[test]
    fn submodules_that_no_file_shows_are_known() {
        let folder = folder_with(&["six.py", "pkg_resources/__init__.py"]);
        let search_path = SearchPath::of(folder.path());
        for (module, expected) in [
            ("six.moves", Reach::Module),
            ("six.moves.urllib.parse", Reach::Module),
            ("pkg_resources.extern.packaging", Reach::Module),
            ("six.other", Reach::Partly),
            ("gi.repository", Reach::Nothing),
        ] {
            assert_eq!(search_path.installed(module), expected, "{module}");
        }
    }

    #[test]
    fn setuptools_stands_in_for_distutils() {
        let files = [
            "setuptools/__init__.py",
            "setuptools/_distutils/__init__.py",
            "setuptools/_distutils/core.py",
            "_distutils_hack/__init__.py",
        ];
        let folder = folder_with(&files);
        let search_path = SearchPath::of(folder.path());
        assert_eq!(search_path.installed("distutils.core"), Reach::Module);
        assert_eq!(search_path.installed("distutils.gone"), Reach::Partly);
        let folder = folder_with(&files[..3]);
        let search_path = SearchPath::of(folder.path());
        assert_eq!(search_path.installed("distutils.core"), Reach::Nothing);
    }

    #[test]
    fn the_standard_library_depends_on_the_version() {
        let folder = folder_with(&[
            "base/bin/python",
            "base/lib/python3.11/xml/__init__.py",
            "base/lib/python3.11/xml/dom/__init__.py",
            "base/lib/python3.11/os.py",
            "venv/lib/python3.11/site-packages/x.py",
        ]);
        let venv = folder.path().join("venv");
        let home = folder.path().join("base").join("bin");
        fs::write(
            venv.join("pyvenv.cfg"),
            format!("home = {}\n", home.display()),
        )
        .unwrap();
        let search_path =
            SearchPath::of(&venv.join("lib/python3.11/site-packages")).with_standard_library(&venv);
        let has = |module, minor| search_path.has_standard_library_module(module, minor);
        assert!(has("sys", 11) && has("os", 11) && has("os.path", 11) && has("xml", 11));
        assert!(has("distutils.core", 11) && !has("distutils.core", 12));
        assert!(has("tomllib", 11) && !has("tomllib", 10));
        assert!(!has("requests", 11));
        if cfg!(unix) {
            assert!(has("xml.dom", 11) && !has("xml.no_such_module", 11));
        }
    }

    #[test]
    fn a_mapping_is_read_as_python_writes_it() {
        assert_eq!(
            quoted(r#"{'a': "it's", 'b\\c': ''}"#),
            ["a", "it's", "b\\c", ""]
        );
        assert_eq!(
            finder_modules("MAPPING = {'a.b': '/x/b', 'c': '/x/d'}\n"),
            [Redirected {
                module: "c".to_owned(),
                folder: "/x".into(),
                name: "d".to_owned(),
            }]
        );
        assert_eq!(finder_modules("MAPPING"), []);
    }

    proptest! {
        #[test]
        fn odd_finders_do_not_panic(text in "(MAPPING = )?[{}'\"\\\\a-z/: ,]{0,60}") {
            finder_modules(&text);
        }
    }
}
