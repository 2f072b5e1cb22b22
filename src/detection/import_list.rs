//! Every import statement of a project, and which of its files git would ignore.

use std::path::Path;

use dhtl_project_model::ImportStatement;

use crate::git_ignore::{Ignoring, ignoring};
use crate::manifests::Manifests;
use crate::threads::divided;
use crate::tree::Tree;
use crate::{DetectError, code, layout};

/// The import statements of the project at `root`, by path and line; runs and writes nothing.
pub fn import_statements(root: &Path) -> Result<Vec<ImportStatement>, DetectError> {
    let tree = Tree::read(root)?;
    Ok(divided(&tree, || {
        let manifests = Manifests::read(&tree);
        let hints = layout::hints(&manifests);
        code::import_statements(&tree, &hints)
    }))
}

/// Whether a `.gitignore` of the project at `root` ignores the file `path`, which is relative to
/// it and need not exist: such a file is made on each machine anew.
#[must_use]
pub fn is_ignored(root: &Path, path: &str) -> bool {
    ignoring(root, path, Path::new("")) == Ignoring::Ignored
}

#[cfg(test)]
mod tests {
    use std::fs;

    use dhtl_project_model::Origin::{Own, StandardLibrary, ThirdParty};

    use super::*;

    #[test]
    fn the_nearest_gitignore_decides() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("pkg")).unwrap();
        fs::write(root.join(".gitignore"), "_version.py\n*_pb2.py\nbuild/\n").unwrap();
        fs::write(root.join("pkg/.gitignore"), "/local.py\n!kept_pb2.py\n").unwrap();
        for path in ["pkg/_version.py", "a_pb2.py", "pkg/local.py", "build/a.py"] {
            assert!(is_ignored(root, path), "{path}");
        }
        for path in [
            "pkg/version.py",
            "pkg/kept_pb2.py",
            "local.py",
            "pkg/deep/local.py",
        ] {
            assert!(!is_ignored(root, path), "{path}");
        }
    }

    #[test]
    fn statements_say_what_they_are() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir(root.join("pkg")).unwrap();
        fs::write(
            root.join("pyproject.toml"),
            "[project]\nname = \"pkg\"\nversion = \"1\"\n",
        )
        .unwrap();
        fs::write(
            root.join("pkg/__init__.py"),
            "from ._version import v\nimport os, yaml\n",
        )
        .unwrap();
        let found = import_statements(root)
            .unwrap()
            .into_iter()
            .map(|import| (import.module, import.line, import.origin))
            .collect::<Vec<_>>();
        let expected = [
            ("._version", 1, Own),
            ("os", 2, StandardLibrary),
            ("yaml", 2, ThirdParty),
        ];
        let expected = expected.map(|(module, line, origin)| (module.to_owned(), line, origin));
        assert_eq!(found, expected);
    }

    #[test]
    fn depth_is_survived() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let nots = "not ".repeat(15_000);
        let either = "x or (".repeat(4_000);
        let closed = ")".repeat(4_000);
        let mut nested = String::new();
        for level in 0..1_000 {
            nested.push_str(&" ".repeat(level));
            nested.push_str("if sys.platform == 'win32':\n");
        }
        nested.push_str(&" ".repeat(1_000));
        nested.push_str("return\nimport c\n");
        let text = format!(
            "if {nots}x:\n  import a\nif {either}sys.platform == 'win32'{closed}:\n  import b\n{nested}"
        );
        fs::write(root.join("a.py"), text).unwrap();
        let modules = import_statements(root)
            .unwrap()
            .into_iter()
            .map(|import| import.module)
            .collect::<Vec<_>>();
        assert_eq!(modules, ["a", "b", "c"]);
    }
}
