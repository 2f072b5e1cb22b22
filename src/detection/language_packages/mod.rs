//! The folders whose packages the package managers of Node.js, Rust and Go install.
//!
//! The root counts with or without a lock, for Node.js; a folder below it counts when it has a lock
//! of its own, and when it is a part of the project: neither test data nor an example, nor somebody
//! else's code, nor a member of a workspace whose lock lies above it.

mod node;
mod workspace;

use std::collections::BTreeSet;

use dhtl_project_model::{Evidence, Language, LanguageManager, LanguagePackages, Problem};

use crate::paths;
use crate::tree::Tree;

/// What makes a folder one that may have such packages.
const MANIFESTS: [&str; 3] = ["package.json", "Cargo.toml", "go.mod"];

/// The folders of a project with such packages, ordered by path, and what could not be understood.
pub(crate) fn find(tree: &Tree) -> (Vec<LanguagePackages>, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut found = Vec::new();
    for file in &tree.files {
        let folder = paths::folder(&file.path);
        let name = paths::file_name(&file.path);
        if !MANIFESTS.contains(&name) || !is_part(&file.path) {
            continue;
        }
        let packages = match name {
            "package.json" => node::packages(tree, folder, &mut problems),
            "Cargo.toml" => locked(tree, folder, LanguageManager::Cargo),
            _ => locked(tree, folder, LanguageManager::Go),
        };
        found.extend(packages);
    }
    let members = members(tree, &found);
    found.retain(|packages| !members.contains(&packages.manifest));
    found.sort_by(|left, right| (&left.folder, left.manager).cmp(&(&right.folder, right.manager)));
    (found, problems)
}

/// A folder of cargo or go with its lock.
fn locked(tree: &Tree, folder: &str, manager: LanguageManager) -> Option<LanguagePackages> {
    let (manifest, lock, rule) = match manager {
        LanguageManager::Cargo => ("Cargo.toml", "Cargo.lock", "packages-cargo-lock"),
        _ => ("go.mod", "go.sum", "packages-go-sum"),
    };
    let lock = inside(folder, lock);
    tree.contains(&lock).then(|| LanguagePackages {
        folder: folder.to_owned(),
        manager,
        manifest: inside(folder, manifest),
        evidence: Evidence::file(&lock, rule),
        lock: Some(lock),
    })
}

/// The manifests of those whose packages a lock above them has.
fn members(tree: &Tree, found: &[LanguagePackages]) -> BTreeSet<String> {
    let mut members = BTreeSet::new();
    for top in found.iter().filter(|top| top.lock.is_some()) {
        let language = top.manager.language();
        let below = found.iter().filter(|packages| {
            packages.manager.language() == language
                && packages.folder != top.folder
                && relative(&packages.folder, &top.folder).is_some()
        });
        let mut below = below.peekable();
        if below.peek().is_none() {
            continue;
        }
        let patterns = match language {
            Language::Node => workspace::of_node(tree, &top.folder),
            Language::Rust => workspace::of_cargo(tree, &top.folder),
            // Every module of a workspace has a lock of its own.
            Language::Go | Language::Python => Vec::new(),
        };
        for packages in below {
            let is_member = relative(&packages.folder, &top.folder)
                .is_some_and(|folder| workspace::matches(&patterns, folder));
            if is_member {
                members.insert(packages.manifest.clone());
            }
        }
    }
    members
}

/// Whether a manifest at `path` is one of a part of the project.
fn is_part(path: &str) -> bool {
    const OTHERS: [&str; 22] = [
        "bench",
        "benchmark",
        "benchmarks",
        "cookbook",
        "demo",
        "demos",
        "doc",
        "docs",
        "documentation",
        "e2e",
        "example",
        "examples",
        "fixtures",
        "fuzz",
        "playground",
        "sample",
        "samples",
        "spec",
        "test",
        "testing",
        "tests",
        "tutorials",
    ];
    let is_other = |name: &str| {
        let name = name.to_ascii_lowercase();
        let mut words = name.split(['-', '_', '.']);
        name.starts_with('.') || words.any(|word| OTHERS.contains(&word))
    };
    let mut folders = path.split('/').rev().skip(1);
    !paths::is_foreign(path) && !folders.any(is_other)
}

/// A file in `folder`.
fn inside(folder: &str, name: &str) -> String {
    if folder == "." {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}

/// `folder` as seen from `top`; none where it is not below it.
fn relative<'path>(folder: &'path str, top: &str) -> Option<&'path str> {
    match top {
        "." => (folder != ".").then_some(folder),
        _ => folder.strip_prefix(top)?.strip_prefix('/'),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn shown(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let (found, problems) = find(&Tree::read(folder.path()).unwrap());
        let found = found.iter().map(|one| {
            let (folder, manager) = (&one.folder, one.manager);
            let lock = one.lock.as_deref().unwrap_or("no lock");
            format!("{folder}: {manager:?}, {lock}, {}", one.evidence)
        });
        let problems = problems.iter().map(|problem| problem.message.clone());
        found.chain(problems).collect::<Vec<_>>().join("\n")
    }

    const WITH_PACKAGES: &str = r#"{"dependencies": {"left-pad": "1"}}"#;

    #[test]
    fn every_lock_says_whose_it_is() {
        let files = [
            ("a/package.json", WITH_PACKAGES),
            ("a/package-lock.json", "{}"),
            ("b/package.json", WITH_PACKAGES),
            ("b/pnpm-lock.yaml", ""),
            ("c/package.json", WITH_PACKAGES),
            ("c/yarn.lock", "# yarn lockfile v1\n"),
            ("d/package.json", WITH_PACKAGES),
            ("d/yarn.lock", "__metadata:\n  version: 8\n"),
            ("e/package.json", WITH_PACKAGES),
            ("e/bun.lock", "{}"),
            ("f/Cargo.toml", ""),
            ("f/Cargo.lock", ""),
            ("g/go.mod", ""),
            ("g/go.sum", ""),
        ];
        insta::assert_snapshot!(shown(&files), @"
        a: Npm, a/package-lock.json, a/package-lock.json (packages-npm-lock)
        b: Pnpm, b/pnpm-lock.yaml, b/pnpm-lock.yaml (packages-pnpm-lock)
        c: YarnClassic, c/yarn.lock, c/yarn.lock (packages-yarn-lock)
        d: Yarn, d/yarn.lock, d/yarn.lock (packages-yarn-lock)
        e: Bun, e/bun.lock, e/bun.lock (packages-bun-lock)
        f: Cargo, f/Cargo.lock, f/Cargo.lock (packages-cargo-lock)
        g: Go, g/go.sum, g/go.sum (packages-go-sum)
        ");
    }

    #[test]
    fn without_a_lock_only_a_root_that_asks_for_packages_counts() {
        let manifest = r#"{"packageManager": "yarn@4.1.0", "devDependencies": {"x": "1"}}"#;
        let files = [
            ("package.json", manifest),
            ("ui/package.json", WITH_PACKAGES),
        ];
        insta::assert_snapshot!(shown(&files), @".: Yarn, no lock, package.json (packages-package-manager)");
        let files = [
            ("package.json", WITH_PACKAGES),
            ("Cargo.toml", ""),
            ("go.mod", ""),
        ];
        insta::assert_snapshot!(shown(&files), @".: Npm, no lock, package.json (packages-npm-default)");
        assert_eq!(shown(&[("package.json", r#"{"name": "x"}"#)]), "");
    }

    #[test]
    fn of_several_locks_the_one_of_the_named_manager_counts() {
        let manifest = r#"{"packageManager": "npm@10.2.0", "dependencies": {"x": "1"}}"#;
        let files = [
            ("package.json", manifest),
            ("package-lock.json", "{}"),
            ("yarn.lock", ""),
        ];
        insta::assert_snapshot!(shown(&files), @".: Npm, package-lock.json, package-lock.json (packages-npm-lock)");
    }

    #[test]
    fn what_is_no_part_of_the_project_is_left_out() {
        let mut files = Vec::new();
        for folder in [
            "docs",
            "examples/web",
            "tests/app",
            "ui-tests",
            "pkg/fixtures/app",
            "third_party/x",
            ".github/actions/x",
            "{{cookiecutter.name}}",
        ] {
            files.push((format!("{folder}/package.json"), WITH_PACKAGES));
            files.push((format!("{folder}/package-lock.json"), "{}"));
        }
        let files: Vec<_> = files
            .iter()
            .map(|(path, text)| (path.as_str(), *text))
            .collect();
        assert_eq!(shown(&files), "");
    }

    #[test]
    fn members_of_a_workspace_have_the_lock_of_its_root() {
        let root = r#"{"workspaces": {"packages": ["./packages/*"]}}"#;
        let files = [
            ("package.json", root),
            ("yarn.lock", ""),
            ("packages/a/package.json", WITH_PACKAGES),
            ("packages/a/package-lock.json", "{}"),
            ("other/package.json", WITH_PACKAGES),
            ("other/package-lock.json", "{}"),
            (
                "Cargo.toml",
                "[workspace]\nmembers = ['crates/*']\nexclude = ['crates/b']\n",
            ),
            ("Cargo.lock", ""),
            ("crates/a/Cargo.toml", ""),
            ("crates/a/Cargo.lock", ""),
            ("crates/b/Cargo.toml", ""),
            ("crates/b/Cargo.lock", ""),
        ];
        insta::assert_snapshot!(shown(&files), @"
        .: YarnClassic, yarn.lock, yarn.lock (packages-yarn-lock)
        .: Cargo, Cargo.lock, Cargo.lock (packages-cargo-lock)
        crates/b: Cargo, crates/b/Cargo.lock, crates/b/Cargo.lock (packages-cargo-lock)
        other: Npm, other/package-lock.json, other/package-lock.json (packages-npm-lock)
        ");
        let pnpm = [
            ("package.json", WITH_PACKAGES),
            ("pnpm-lock.yaml", ""),
            (
                "pnpm-workspace.yaml",
                "packages:\n- apps/**\n- '!apps/own'\n",
            ),
            ("apps/a/b/package.json", WITH_PACKAGES),
            ("apps/a/b/package-lock.json", "{}"),
            ("apps/own/package.json", WITH_PACKAGES),
            ("apps/own/package-lock.json", "{}"),
        ];
        insta::assert_snapshot!(shown(&pnpm), @"
        .: Pnpm, pnpm-lock.yaml, pnpm-lock.yaml (packages-pnpm-lock)
        apps/own: Npm, apps/own/package-lock.json, apps/own/package-lock.json (packages-npm-lock)
        ");
    }

    #[test]
    fn a_broken_manifest_is_a_problem() {
        let files = [("package.json", "{"), ("package-lock.json", "{}")];
        insta::assert_snapshot!(shown(&files), @"invalid JSON: EOF while parsing an object at line 1 column 1");
        // A file of another kind in its place must not end anything.
        assert_eq!(shown(&[("package.json", "[]")]), "");
    }
}
