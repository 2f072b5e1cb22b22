//! Which files are requirements files, and when what they list applies.
//!
//! Nothing in a repository says so, only names do.

use dhtl_project_model::{DeclarationFormat, Scope};

use super::{Collected, requirements_txt};
use crate::manifests::Manifests;
use crate::paths;
use crate::tree::Tree;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    let tree = manifests.tree;
    for file in &tree.files {
        let Some(scope) = scope(tree, &file.path) else {
            continue;
        };
        let read = requirements_txt::read(tree, &file.path);
        // Specifications in prose are called `requirements.txt`, too.
        if read.problems.len() > 4 && read.problems.len() > read.requirements.len() {
            let evidence = dhtl_project_model::Evidence::file(&file.path, "requirements-file");
            collected.problem(
                "most lines are no requirements, so the file is left out",
                evidence,
            );
            continue;
        }
        collected.problems.extend(read.problems);
        let format = DeclarationFormat::Requirements;
        collected.declare(&file.path, format, scope, read.requirements);
    }
}

/// When the requirements of a file apply; none where it is no requirements file.
fn scope(tree: &Tree, path: &str) -> Option<Scope> {
    // Constraints ask for nothing; the rest is for other programs than pip.
    const NOT_FOR_PIP: [&str; 17] = [
        "apt",
        "apk",
        "brew",
        "system",
        "os",
        "debian",
        "ubuntu",
        "yum",
        "dnf",
        "conda",
        "npm",
        "node",
        "r",
        "ansible",
        "galaxy",
        "constraints",
        "constraint",
    ];
    const PLAIN: [&str; 10] = [
        "base",
        "main",
        "common",
        "core",
        "default",
        "install",
        "runtime",
        "prod",
        "production",
        "python",
    ];
    let words = words(tree, path)?;
    if paths::is_foreign(path)
        || words
            .iter()
            .any(|word| NOT_FOR_PIP.contains(&word.as_str()))
    {
        return None;
    }
    if words.iter().all(|word| PLAIN.contains(&word.as_str())) {
        return Some(folder_scope(path));
    }
    Some(Scope::Group(words.join("-")))
}

/// What the name says beyond being requirements: `requirements/dev.txt` says `dev`.
fn words(tree: &Tree, path: &str) -> Option<Vec<String>> {
    let (stem, extension) = path.rsplit_once('.')?;
    let is_text = extension == "txt" || extension == "pip";
    // What pip-tools compiled from an `.in` is exact, and it is enough.
    let is_source = extension == "in" && !tree.contains(&format!("{stem}.txt"));
    if !is_text && !is_source {
        return None;
    }
    let is_word = |word: &str| matches!(word, "requirements" | "requirement" | "reqs" | "req");
    let stem = paths::file_name(stem).to_ascii_lowercase();
    let split = |text: &str| -> Vec<String> {
        text.split(['-', '_', '.', ' '])
            .filter(|word| !word.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let mut words = split(&stem);
    if words.iter().any(|word| is_word(word)) {
        words.retain(|word| !is_word(word));
        return Some(words);
    }
    // Folders between `requirements` and the file take part in its name.
    let folder = paths::folder(path).to_ascii_lowercase();
    let folders: Vec<&str> = folder.split('/').collect();
    let index = folders.iter().rposition(|name| is_word(name))?;
    // Deeper than this lies something else than lists of requirements.
    if folders.len() - index > 3 || extension == "pip" {
        return None;
    }
    let mut all: Vec<String> = folders[index + 1..]
        .iter()
        .flat_map(|name| split(name))
        .collect();
    all.append(&mut words);
    Some(all)
}

/// What a plain `requirements.txt` is for, by the folder it is in.
fn folder_scope(path: &str) -> Scope {
    const PARTS: [&str; 17] = [
        "doc",
        "docs",
        "documentation",
        "test",
        "tests",
        "example",
        "examples",
        "dev",
        "ci",
        ".github",
        ".circleci",
        "tools",
        "scripts",
        "benchmark",
        "benchmarks",
        "notebooks",
        "demo",
    ];
    let folders: Vec<&str> = paths::ancestors(path).collect();
    let part = folders
        .iter()
        .map(|folder| paths::file_name(folder))
        .find(|name| PARTS.contains(name));
    match part {
        Some(part) => Scope::Group(part.trim_start_matches('.').to_owned()),
        None => Scope::Runtime,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::TreeFile;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        let files =
            ["compiled/requirements.txt", "compiled/requirements.in"].map(|path| TreeFile {
                path: path.to_owned(),
            });
        let tree = Tree {
            files: files.into_iter().rev().collect(),
            ..Tree::default()
        };
        let shown = scope(&tree, path).map(|scope| match scope {
            Scope::Group(name) => name,
            _ => "RUNTIME".to_owned(),
        });
        assert_eq!(shown.as_deref(), expected, "{path}");
    }

    #[test]
    fn names_say_when_requirements_apply() {
        check("requirements.txt", Some("RUNTIME"));
        check("requirements/base.txt", Some("RUNTIME"));
        check("backend/requirements.txt", Some("RUNTIME"));
        check("python_requirements.txt", Some("RUNTIME"));
        check("requirements-dev.txt", Some("dev"));
        check("dev_requirements.txt", Some("dev"));
        check("test-requirements.txt", Some("test"));
        check("requirements/test.txt", Some("test"));
        check("requirements/extras/redis.txt", Some("extras-redis"));
        check("docs/requirements.txt", Some("docs"));
        check("requirements.in", Some("RUNTIME"));
        check("requirements-py38.pip", Some("py38"));
    }

    #[test]
    fn other_names_are_no_requirements_files() {
        check("compiled/requirements.in", None);
        check("apt_requirements.txt", None);
        check("constraints.txt", None);
        check("requirements/constraints.txt", None);
        check("notes.txt", None);
        check("requirements.md", None);
        check("tests/data/requirements.txt", None);
    }
}
