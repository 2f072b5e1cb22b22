//! Which folder is the root of the project.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::Evidence;

use crate::formats::toml::TomlFile;
use crate::sub_projects;
use crate::tree::slashed;

/// Files that make their folder a project, the most telling first.
const MANIFESTS: [&str; 10] = [
    ".dhtconfig",
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "environment.yml",
    "environment.yaml",
    "package.json",
    "Cargo.toml",
    "go.mod",
];

/// Folders that are part of a project even where they have requirements of their own.
const PARTS: [&str; 12] = [
    "doc",
    "docs",
    "test",
    "tests",
    "requirements",
    "example",
    "examples",
    "scripts",
    "tools",
    "ci",
    ".github",
    "benchmarks",
];

/// The project that `start` is in: the nearest folder, upwards, that holds a manifest or `.git`.
///
/// A member of a uv workspace belongs to the workspace, which holds its lock. Nothing at or above
/// the home folder counts unless `start` is that folder itself: a forgotten `package.json` or the
/// repository of somebody's dotfiles must not swallow every project below.
#[must_use]
pub fn find_root(start: &Path) -> Option<(PathBuf, Evidence)> {
    let home = std::env::home_dir().and_then(|home| real(&home));
    find_below(start, home.as_deref())
}

fn find_below(start: &Path, home: Option<&Path>) -> Option<(PathBuf, Evidence)> {
    let start = real(start)?;
    let candidates = || {
        start.ancestors().enumerate().take_while(|(steps, folder)| {
            *steps == 0 || (folder.parent().is_some() && Some(*folder) != home)
        })
    };
    let (steps, nearest, name) =
        candidates().find_map(|(steps, folder)| Some((steps, folder, telling_file(folder)?)))?;
    if name == "pyproject.toml" {
        let above = candidates().filter(|(above, _)| *above > steps);
        for (_, folder) in above {
            if has_member(folder, nearest) {
                let evidence = Evidence::file("pyproject.toml", "root-uv-workspace");
                return Some((folder.to_owned(), evidence));
            }
        }
    }
    Some((
        nearest.to_owned(),
        Evidence::file(name, "root-nearest-manifest"),
    ))
}

/// The file that makes `folder` a project.
fn telling_file(folder: &Path) -> Option<String> {
    for name in MANIFESTS {
        if folder.join(name).is_file() {
            return Some(name.to_owned());
        }
    }
    // In a linked work tree or a submodule it is a file.
    if folder.join(".git").exists() {
        return Some(".git".to_owned());
    }
    let is_part = folder
        .file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| PARTS.contains(&name));
    if is_part {
        return None;
    }
    let mut names: Vec<String> = fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| name.starts_with("requirements") && extension(name) == Some("txt"))
        .collect();
    names.sort_unstable();
    names.into_iter().next()
}

/// Files that make their folder a project of a language that is detected and not regenerated.
const FURTHER_MANIFESTS: [&str; 13] = [
    "build.gradle",
    "build.gradle.kts",
    "composer.json",
    "deno.json",
    "deno.jsonc",
    "Gemfile",
    "global.json",
    "mix.exs",
    "Package.swift",
    "pom.xml",
    "settings.gradle",
    "settings.gradle.kts",
    "Staticfile",
];

/// The outermost folder with a manifest of a further language between `start` and the root around it
/// that `find_root` names. A project of such a language within a repository has no other mark.
pub(crate) fn nested_root(start: &Path, outer: &Path) -> Option<(PathBuf, Evidence)> {
    let start = real(start)?;
    let outer = real(outer)?;
    if start == outer
        || FURTHER_MANIFESTS
            .iter()
            .any(|name| outer.join(name).is_file())
    {
        return None;
    }
    start
        .ancestors()
        .take_while(|folder| *folder != outer && folder.starts_with(&outer))
        .filter_map(|folder| {
            let name = FURTHER_MANIFESTS
                .iter()
                .find(|name| folder.join(name).is_file())?;
            let evidence = Evidence::file(*name, "root-nearest-manifest");
            Some((folder.to_owned(), evidence))
        })
        .last()
}

fn extension(name: &str) -> Option<&str> {
    Path::new(name).extension()?.to_str()
}

/// Whether the `pyproject.toml` of `folder` lists `member` in its `[tool.uv.workspace]`.
fn has_member(folder: &Path, member: &Path) -> bool {
    let Ok(text) = fs::read_to_string(folder.join("pyproject.toml")) else {
        return false;
    };
    let Ok(file) = TomlFile::parse("pyproject.toml", text) else {
        return false;
    };
    let relative = member.strip_prefix(folder).ok().and_then(slashed);
    relative.is_some_and(|relative| sub_projects::is_workspace_member(&file, &relative))
}

/// The path without symbolic links; without the prefix `\\?\` of Windows as well, which many
/// programs do not take.
fn real(path: &Path) -> Option<PathBuf> {
    let path = fs::canonicalize(path)
        .or_else(|_| std::path::absolute(path))
        .ok()?;
    Some(
        match path.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
            Some(plain) if plain.as_bytes().get(1) == Some(&b':') => PathBuf::from(plain),
            _ => path,
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(files: &[&str], start: &str, expected: Option<(&str, &str)>) {
        let home = tempfile::tempdir().unwrap();
        let home = real(home.path()).unwrap();
        fs::create_dir_all(home.join(start)).unwrap();
        for path in files {
            let (path, text) = path.split_once('=').unwrap_or((path, ""));
            let path = home.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text.replace('_', "\n")).unwrap();
        }
        let found = find_below(&home.join(start), Some(&home))
            .map(|(folder, evidence)| (folder.strip_prefix(&home).unwrap().to_owned(), evidence));
        let shown = found
            .as_ref()
            .map(|(folder, evidence)| (folder.to_str().unwrap(), evidence.path.as_str()));
        assert_eq!(shown, expected);
    }

    #[test]
    fn the_nearest_manifest_wins() {
        let files = ["a/.git/HEAD", "a/packages/b/setup.py"];
        check(
            &files,
            "a/packages/b/src",
            Some(("a/packages/b", "setup.py")),
        );
        check(&files, "a/packages", Some(("a", ".git")));
    }

    #[test]
    fn a_member_of_a_workspace_belongs_to_the_workspace() {
        let workspace = "a/pyproject.toml=[tool.uv.workspace]_members=['packages/*']";
        let files = [
            workspace,
            "a/packages/b/pyproject.toml",
            "a/c/pyproject.toml",
        ];
        check(&files, "a/packages/b", Some(("a", "pyproject.toml")));
        check(&files, "a/c", Some(("a/c", "pyproject.toml")));
    }

    #[test]
    fn requirements_of_a_part_do_not_make_it_a_project() {
        let files = [
            "a/pyproject.toml",
            "a/docs/requirements.txt",
            "a/api/requirements.txt",
        ];
        check(&files, "a/docs", Some(("a", "pyproject.toml")));
        check(&files, "a/api", Some(("a/api", "requirements.txt")));
    }

    #[test]
    fn the_home_folder_counts_only_when_it_is_named() {
        check(&["package.json", "a/x.py"], "a", None);
        check(&["package.json"], "", Some(("", "package.json")));
    }
}
