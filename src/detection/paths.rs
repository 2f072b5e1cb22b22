//! Paths within a project: relative to its root, with `/` between their parts, `.` for the root.

/// A longer pattern of paths names nothing: those with braces in each other take stack to be read.
pub(crate) const LONGEST_PATTERN: usize = 1000;

/// The folder a file or folder is in.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// A file name without its last extension.
pub(crate) fn stem(path: &str) -> &str {
    let name = file_name(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// `relative` as seen from `folder`; none where it is absolute or leads out of the project.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    let relative = relative.replace('\\', "/");
    let has_drive = relative.as_bytes().get(1) == Some(&b':');
    if relative.starts_with(['/', '~']) || has_drive {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| *part != ".").collect();
    for part in relative.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(if parts.is_empty() {
        ".".to_owned()
    } else {
        parts.join("/")
    })
}

/// The folders around a file, the innermost first, ending with the root.
pub(crate) fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder(path)), |inner| {
        (*inner != ".").then(|| folder(inner))
    })
}

/// How many folders a path is below the root.
pub(crate) fn depth(path: &str) -> usize {
    if path == "." {
        0
    } else {
        path.split('/').count()
    }
}

/// Whether a manifest at `path` belongs to somebody else or to nobody: test data, vendored code,
/// or a template whose placeholders are still in it.
///
/// A project's tests often hold whole projects as their data. `tests/requirements.txt` is the
/// project's own; what lies deeper below a folder of tests is not.
pub(crate) fn is_foreign(path: &str) -> bool {
    const FOREIGN: [&str; 21] = [
        "fixture",
        "fixtures",
        "testdata",
        "test_data",
        "test-data",
        "snapshots",
        "__snapshots__",
        "golden",
        "_vendor",
        "vendor",
        "vendored",
        "_vendored",
        "third_party",
        "thirdparty",
        "3rdparty",
        "extern",
        "templates",
        "template",
        "cookiecutters",
        "skeleton",
        "boilerplate",
    ];
    let folders: Vec<&str> = path.split('/').rev().skip(1).collect();
    let data_below_tests = folders.iter().enumerate().any(|(levels_below, name)| {
        let is_tests = matches!(*name, "tests" | "test" | "testing");
        is_tests && (levels_below > 1 || (levels_below == 1 && folders[0] != "requirements"))
    });
    data_below_tests
        || folders.iter().any(|name| {
            FOREIGN.contains(&name.to_ascii_lowercase().as_str()) || name.contains(['{', '}'])
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn joined_paths_stay_inside() {
        let check = |folder, relative, expected: Option<&str>| {
            assert_eq!(
                join(folder, relative).as_deref(),
                expected,
                "{folder} {relative}"
            );
        };
        check("requirements", "../setup.py", Some("setup.py"));
        check("requirements", "..", Some("."));
        check(".", "./a//b", Some("a/b"));
        check("a/b", "..\\c.txt", Some("a/c.txt"));
        check(".", "../x", None);
        check(".", "/etc/passwd", None);
        check(".", "C:\\x", None);
    }

    #[test]
    fn folders_are_listed_from_the_inside() {
        assert_eq!(
            ancestors("a/b/c.txt").collect::<Vec<_>>(),
            ["a/b", "a", "."]
        );
        assert_eq!(ancestors("c.txt").collect::<Vec<_>>(), ["."]);
    }

    #[test]
    fn test_data_is_foreign_and_the_requirements_of_tests_are_not() {
        for path in [
            "tests/requirements.txt",
            "requirements/test/a.txt",
            "a/setup.py",
        ] {
            assert!(!is_foreign(path), "{path}");
        }
        assert!(!is_foreign("tests/requirements/py38.txt"));
        for path in [
            "tests/app/setup.py",
            "tests/a/b/requirements.txt",
            "x/fixtures/pyproject.toml",
            "{{cookiecutter.name}}/setup.py",
            "src/pip/_vendor/requirements.txt",
        ] {
            assert!(is_foreign(path), "{path}");
        }
    }

    proptest! {
        #[test]
        fn no_path_escapes(folder in "[a-c]{1,2}(/[a-c]){0,2}", relative in "[a./\\\\]{0,12}") {
            if let Some(path) = join(&folder, &relative) {
                prop_assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."));
            }
        }
    }
}
