//! What part of a project a file belongs to, by its path.

use dhtl_project_model::FileClass;

use super::index::Index;
use super::test_data::is_test_data;

const TESTS: &[&str] = &[
    "tests",
    "testsuite",
    "test_suite",
    "unittests",
    "unit_tests",
    "integration_tests",
    "e2e",
];
const DOCS: &[&str] = &["docs", "doc", "documentation"];
const EXAMPLES: &[&str] = &[
    "asv_bench",
    "bench",
    "benchmark",
    "benchmarks",
    "demo",
    "demos",
    "example",
    "examples",
    "notebooks",
    "sample",
    "samples",
    "tutorial",
    "tutorials",
];
const SCRIPTS: &[&str] = &[
    "admin", "bin", "ci", "devtools", "hack", "release", "script", "scripts", "tasks", "tools",
    "utils",
];
/// Files that build, test or drive a project rather than being part of it.
const SCRIPT_FILES: &[&str] = &[
    "build.py",
    "ez_setup.py",
    "fabfile.py",
    "hatch_build.py",
    "manage.py",
    "noxfile.py",
    "pavement.py",
    "runtests.py",
    "setup.py",
    "tasks.py",
    "toxfile.py",
    "versioneer.py",
    "wscript",
    "dodo.py",
    "bootstrap.py",
];

/// The class of the Python file or notebook `path`.
///
/// A folder of tests, documentation or examples decides, the outermost first. Inside a package
/// only `tests` does: `django/test` and `botocore/docs` are shipped. What is left is a package
/// when it lies in one or below an import root that is declared, and a script otherwise.
pub(super) fn class_of(path: &str, index: &Index<'_>) -> FileClass {
    if is_test_data(path) {
        return FileClass::Data;
    }
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    if let Some(class) = by_folder(folder, index) {
        return class;
    }
    if is_test_file(file) {
        return FileClass::Tests;
    }
    if super::source::is_notebook(file) {
        return FileClass::Examples;
    }
    let in_package = index.is_package(folder);
    if !in_package && SCRIPT_FILES.contains(&file) {
        return FileClass::Scripts;
    }
    if in_package || folder.is_empty() || index.is_below_source_root(folder) {
        return FileClass::Package;
    }
    // A folder without `__init__.py` above a package is a namespace package.
    if index.is_package(folder.rsplit_once('/').map_or("", |(parent, _)| parent)) {
        return FileClass::Package;
    }
    FileClass::Scripts
}

/// Whether the root's module `name` drives the project rather than being part of it.
pub(super) fn is_script_module(name: &str) -> bool {
    name == "conftest"
        || SCRIPT_FILES
            .iter()
            .any(|file| file.strip_suffix(".py") == Some(name))
}

/// Whether pytest or unittest would collect or load `file` by its name.
pub(super) fn is_test_file(file: &str) -> bool {
    let stem = file.split('.').next().unwrap_or(file);
    matches!(stem, "conftest" | "tests" | "test")
        || stem.starts_with("test_")
        || stem.ends_with("_test")
}

fn by_folder(folder: &str, index: &Index<'_>) -> Option<FileClass> {
    let mut end = 0_usize;
    for name in folder.split('/') {
        let parent = &folder[..end.saturating_sub(1)];
        end += name.len() + 1;
        let path = &folder[..end - 1];
        if index.is_own_package(path) {
            // A project may be called `demo`.
            continue;
        }
        if TESTS.contains(&name) {
            return Some(FileClass::Tests);
        }
        if index.is_package(parent) && !parent.is_empty() {
            // Within a package a name alone says little: is it shipped code or tests of it?
            if name == "test" && index.is_above_tests(path) {
                return Some(FileClass::Tests);
            }
            if index.is_package(path) {
                continue;
            }
        }
        if matches!(name, "test" | "testing" | "t")
            && (!index.is_package(path) || index.is_above_tests(path))
        {
            return Some(FileClass::Tests);
        }
        if DOCS.contains(&name) {
            return Some(FileClass::Docs);
        }
        if EXAMPLES.contains(&name) {
            return Some(FileClass::Examples);
        }
        let is_scripts = SCRIPTS.contains(&name) && !index.is_package(path)
            || name.starts_with('.')
            || parent.is_empty() && matches!(name, "bin" | "script" | "scripts");
        if is_scripts {
            return Some(FileClass::Scripts);
        }
    }
    None
}
