//! Files that tests read rather than run.

/// Folders below tests whose Python is input: cases, fixtures, whole projects.
const DATA: &[&str] = &[
    "cases",
    "data",
    "fixture",
    "fixtures",
    "golden",
    "resources",
    "sample_projects",
    "samples",
    "snapshots",
    "test-data",
    "test_data",
    "testdata",
];

/// Whether `path` is test data, or a template whose placeholders are still in its path.
///
/// Such files are read like others, but what is wrong with them is no problem of the project, and
/// what they import is not needed.
pub(super) fn is_test_data(path: &str) -> bool {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders);
    let mut in_tests = false;
    for folder in folders.split('/') {
        if in_tests && DATA.contains(&folder)
            || matches!(folder, "testdata" | "test-data" | "test_data")
        {
            return true;
        }
        in_tests |= matches!(
            folder,
            "spec" | "specs" | "test" | "testing" | "tests" | "testsuite"
        );
    }
    path.contains(['{', '}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_is_told_from_tests() {
        for path in [
            "tests/data/a.py",
            "pkg/tests/fixtures/p/setup.py",
            "testdata/x.py",
            "python/spec/fixtures/setup_files/a.py",
            "{{name}}/a.py",
        ] {
            assert!(is_test_data(path), "{path}");
        }
        for path in [
            "tests/test_data.py",
            "pkg/data/a.py",
            "data.py",
            "fixtures/tests/a.py",
        ] {
            assert!(!is_test_data(path), "{path}");
        }
    }
}
