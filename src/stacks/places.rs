//! Paths within a project: relative to its root, with `/` between their parts, `.` for the root; and
//! which of them are a part of it.

/// The folder a file or folder is in.
pub(crate) fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or(".", |(folder, _)| folder)
}

/// The last part of a path.
pub(crate) fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// Whether a file holds Python code. Python itself knows no other spelling.
pub(crate) fn is_python(path: &str) -> bool {
    path.as_bytes().ends_with(b".py")
}

/// Whether a file is a notebook.
pub(crate) fn is_notebook(path: &str) -> bool {
    path.as_bytes().ends_with(b".ipynb")
}

/// A file in `folder`.
pub(crate) fn inside(folder: &str, name: &str) -> String {
    if folder == "." {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// `relative` as seen from `folder`; none where it is absolute or leads out of the project.
pub(crate) fn join(folder: &str, relative: &str) -> Option<String> {
    if relative.starts_with(['/', '~', '\\']) || relative.as_bytes().get(1) == Some(&b':') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| *part != ".").collect();
    for part in relative.split(['/', '\\']) {
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

/// `path` as seen from `top`; none where it is not below it.
pub(crate) fn relative<'path>(path: &'path str, top: &str) -> Option<&'path str> {
    match top {
        "." => (path != ".").then_some(path),
        _ => path.strip_prefix(top)?.strip_prefix('/'),
    }
}

/// What folders are called whose files are somebody else's or nobody's.
const WORDS: [&str; 34] = [
    "3rdparty",
    "bench",
    "benchmark",
    "benchmarks",
    "boilerplate",
    "cookbook",
    "cookiecutters",
    "e2e",
    "example",
    "examples",
    "extern",
    "fixture",
    "fixtures",
    "fuzz",
    "golden",
    "playground",
    "playgrounds",
    "sample",
    "samples",
    "skeleton",
    "snapshots",
    "spec",
    "specs",
    "template",
    "templates",
    "test",
    "testdata",
    "testing",
    "tests",
    "thirdparty",
    "tutorial",
    "tutorials",
    "vendor",
    "vendored",
];

/// Whether the file at `path` is somebody else's or nobody's: vendored code, test data, an example, a
/// template whose placeholders are still in it.
pub(crate) fn is_foreign(path: &str) -> bool {
    is_foreign_where(path, |name| {
        words(name).any(|word| {
            let lower = word.to_ascii_lowercase();
            WORDS.binary_search(&lower.as_str()).is_ok()
        })
    })
}

/// The same of what a workspace lists as its own: `packages/email-templates` is no template there.
pub(crate) fn is_foreign_member(path: &str) -> bool {
    is_foreign_where(path, |name| {
        let lower = name.to_ascii_lowercase();
        WORDS.binary_search(&lower.as_str()).is_ok()
    })
}

/// The words of a name: `ui_tests`, `Web.Tests`, `intTest`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(['-', '_', '.']).flat_map(|part| {
        let bytes = part.as_bytes();
        let begins = move |index: &usize| {
            bytes[*index].is_ascii_uppercase() && bytes[index - 1].is_ascii_lowercase()
        };
        let mut start = 0;
        (1..bytes.len())
            .filter(begins)
            .chain([bytes.len()])
            .map(move |end| &part[std::mem::replace(&mut start, end)..end])
    })
}

fn is_foreign_where(path: &str, is_word: impl Fn(&str) -> bool) -> bool {
    folders(path).any(|name| {
        name.starts_with('.')
            || name.contains(['{', '}'])
            || name.eq_ignore_ascii_case("third_party")
            || name == "remix.init"
            || is_word(name)
    })
}

/// Whether the file at `path` is about the project, not of it: its documentation, its demonstration.
pub(crate) fn is_documentation(path: &str) -> bool {
    folders(path).any(|name| {
        let lower = name.to_ascii_lowercase();
        matches!(
            lower.as_str(),
            "demo" | "demos" | "doc" | "docs" | "docsite" | "documentation" | "website"
        )
    })
}

fn folders(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').rev().skip(1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_no_part_of_a_project_is_known_by_its_folder() {
        for path in [
            "examples/web/package.json",
            "pkg/test-data/go.mod",
            "ui_tests/package.json",
            "third_party/x/package.json",
            ".github/actions/x/package.json",
            "{{name}}/package.json",
            "Vendor/x/package.json",
            "src/dockerTest/projects/x/pom.xml",
            "perf/MicroBenchmarks/x.csproj",
            "Web.Tests/Web.Tests.csproj",
        ] {
            assert!(is_foreign(path), "{path}");
        }
        for path in [
            "package.json",
            "apps/web/package.json",
            "latest/package.json",
            "contestApp/package.json",
        ] {
            assert!(!is_foreign(path), "{path}");
        }
        assert!(is_foreign("packages/email-templates/package.json"));
        assert!(!is_foreign_member("packages/email-templates/package.json"));
        assert!(is_foreign_member("examples/web/package.json"));
        assert!(WORDS.is_sorted());
        assert!(is_documentation("docs/package.json"));
        assert!(!is_documentation("apps/docsearch/package.json"));
    }

    #[test]
    fn joined_paths_stay_inside() {
        assert_eq!(join("a/b", "../c.js").as_deref(), Some("a/c.js"));
        assert_eq!(join(".", "./").as_deref(), Some("."));
        assert_eq!(join(".", "../x"), None);
        assert_eq!(join(".", "/x"), None);
        assert_eq!(join(".", "C:\\x"), None);
        assert_eq!(relative("a/b", "a"), Some("b"));
        assert_eq!(relative("ab", "a"), None);
    }

    proptest! {
        #[test]
        fn no_path_escapes(folder in "[a-c]{1,2}(/[a-c]){0,2}", path in "[a./\\\\]{0,12}") {
            if let Some(path) = join(&folder, &path) {
                prop_assert!(!path.starts_with('/') && !path.split('/').any(|part| part == ".."));
            }
        }
    }
}
