//! A `.gitignore` for a project that has none.

use std::path::Path;

use crate::state::one_per_line;

/// The lines, each with the file or folder of the root that must not be there for it: what a project
/// has under that name is its own, and must not disappear from sight.
const LINES: [(&str, Option<&str>); 17] = [
    ("# Environments", None),
    (".venv/", None),
    (".env", Some(".env")),
    ("", None),
    ("# What Python, builds and tools leave behind", None),
    ("__pycache__/", None),
    ("*.py[co]", None),
    ("*.egg-info/", None),
    ("/build/", Some("build")),
    ("/dist/", Some("dist")),
    (".coverage", None),
    (".mypy_cache/", None),
    (".pytest_cache/", None),
    (".ruff_cache/", None),
    (".tox/", None),
    (".nox/", None),
    ("node_modules/", None),
];

/// The text of it, for the project at `root`.
pub(super) fn text(root: &Path) -> String {
    let is_free =
        |name: Option<&str>| name.is_none_or(|name| root.join(name).symlink_metadata().is_err());
    let lines = LINES.iter().filter(|(_, name)| is_free(*name));
    one_per_line(lines.map(|(line, _)| line))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_the_project_has_is_not_hidden() {
        let folder = tempfile::tempdir().unwrap();
        assert!(text(folder.path()).contains("\n.env\n"));
        assert!(text(folder.path()).contains("\n/build/\n"));
        fs::create_dir(folder.path().join("build")).unwrap();
        fs::write(folder.path().join(".env"), "").unwrap();
        let text = text(folder.path());
        assert!(
            !text.contains("build/") && !text.contains("\n.env\n"),
            "{text}"
        );
        assert!(text.contains("/dist/"));
    }
}
