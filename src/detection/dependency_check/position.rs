//! What part of its own project a file belongs to.

use dhtl_project_model::{FileClass, ImportSite};

use super::inventory::is_within;

/// The class that `site` has within the project in `folder`.
///
/// A project in a folder of examples is an example for the one around it; for itself, its packages
/// are packages.
pub(super) fn class_within(folder: &str, site: &ImportSite) -> FileClass {
    let is_by_folder = matches!(
        site.class,
        FileClass::Examples | FileClass::Docs | FileClass::Tests
    );
    if folder == "." || !is_by_folder || !is_within(&site.path, folder) {
        return site.class;
    }
    let below = site.path[folder.len()..].trim_start_matches('/');
    let (folders, file) = below.rsplit_once('/').unwrap_or(("", below));
    let is_for_development = folders.split('/').any(is_called_development)
        || file.starts_with("test_")
        || file.contains("_test.")
        || matches!(file, "conftest.py" | "tests.py" | "test.py" | "conf.py")
        || file.to_ascii_lowercase().ends_with(".ipynb");
    if is_for_development {
        site.class
    } else {
        FileClass::Package
    }
}

/// Whether the name of a folder speaks of documentation, examples or tests.
pub(super) fn is_called_development(name: &str) -> bool {
    name.split(['_', '-']).any(|word| {
        matches!(
            word,
            "doc" | "docs" | "example" | "examples" | "test" | "tests" | "testing"
        )
    })
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::Condition;

    use super::*;

    #[track_caller]
    fn check(path: &str, folder: &str, expected: FileClass) {
        let site = ImportSite {
            path: path.to_owned(),
            line: 1,
            condition: Condition::Always,
            class: FileClass::Examples,
            members: Vec::new(),
        };
        assert_eq!(class_within(folder, &site), expected, "{path}");
    }

    #[test]
    fn an_example_with_a_manifest_has_packages() {
        check("examples/a/a/db.py", "examples/a", FileClass::Package);
        check("examples/a/main.py", "examples/a", FileClass::Package);
        check("examples/a/tests/x.py", "examples/a", FileClass::Examples);
        check("examples/a/test_x.py", "examples/a", FileClass::Examples);
        check("examples/a/main.py", ".", FileClass::Examples);
        check("examples/b.py", "examples/a", FileClass::Examples);
    }
}
