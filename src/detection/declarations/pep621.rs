//! `[project]` in `pyproject.toml`.
//!
//! Source: PEP 621, and "Configuring setuptools using pyproject.toml files" for what is dynamic.

use dhtl_project_model::{DeclarationFormat, Requirement, Scope};

use super::{Collected, requirements_txt, uv};
use crate::formats::toml::{Node, TomlFile};
use crate::manifests::Manifests;
use crate::paths;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        if let Some(project) = file.get(&["project"]) {
            read_project(manifests, file, project, collected);
        }
    }
}

fn read_project(
    manifests: &Manifests<'_>,
    file: &TomlFile,
    project: Node<'_>,
    collected: &mut Collected,
) {
    let format = DeclarationFormat::Pep621;
    let sources = uv::Sources::of(manifests, file);
    if let Some(node) = project.get("dependencies") {
        let requirements = sources.apply(collected.texts(node, "pep621-dependencies"));
        collected.declare(&file.path, format, Scope::Runtime, requirements);
    } else if is_dynamic(project, "dependencies") {
        let node = file.get(&["tool", "setuptools", "dynamic", "dependencies"]);
        if let Some(requirements) =
            node.and_then(|node| from_files(manifests, file, node, collected))
        {
            collected.declare(&file.path, format, Scope::Runtime, requirements);
        }
    }
    let extras = project
        .get("optional-dependencies")
        .map(Node::entries)
        .unwrap_or_default();
    for (extra, node) in extras {
        let requirements = sources.apply(collected.texts(node, "pep621-optional-dependencies"));
        collected.declare(
            &file.path,
            format,
            Scope::Extra(extra.to_owned()),
            requirements,
        );
    }
    if is_dynamic(project, "optional-dependencies") {
        let node = file.get(&["tool", "setuptools", "dynamic", "optional-dependencies"]);
        for (extra, node) in node.map(Node::entries).unwrap_or_default() {
            if let Some(requirements) = from_files(manifests, file, node, collected) {
                collected.declare(
                    &file.path,
                    format,
                    Scope::Extra(extra.to_owned()),
                    requirements,
                );
            }
        }
    }
}

fn is_dynamic(project: Node<'_>, field: &str) -> bool {
    let dynamic = project.get("dynamic").map(Node::texts).unwrap_or_default();
    dynamic.iter().any(|(name, _)| *name == field)
}

/// The requirements in the files that `{ file = [...] }` of `[tool.setuptools.dynamic]` names.
fn from_files(
    manifests: &Manifests<'_>,
    file: &TomlFile,
    node: Node<'_>,
    collected: &mut Collected,
) -> Option<Vec<Requirement>> {
    let mut requirements = Vec::new();
    for (name, node) in node.get("file")?.texts() {
        let path = paths::join(paths::folder(&file.path), name);
        match path.filter(|path| manifests.tree.contains(path)) {
            Some(path) => {
                let read = requirements_txt::read(manifests.tree, &path);
                requirements.extend(read.requirements);
                collected.problems.extend(read.problems);
            }
            None => collected.problem(
                format!("the file `{name}` is missing"),
                node.evidence("pep621-dynamic"),
            ),
        }
    }
    Some(requirements)
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn static_and_dynamic_dependencies_are_read() {
        let fixed = "\
[project]
dependencies = [
    'flask>=2',
    'not a requirement',
]
[project.optional-dependencies]
dev = ['pytest']
";
        let dynamic = "\
[project]
dynamic = ['dependencies', 'optional-dependencies']
[tool.setuptools.dynamic]
dependencies = { file = ['deps.txt', 'gone.txt'] }
optional-dependencies.x = { file = 'deps.txt' }
";
        let files = [
            ("pyproject.toml", fixed),
            ("sub/pyproject.toml", dynamic),
            ("sub/deps.txt", "attrs\n"),
        ];
        insta::assert_snapshot!(declared(&files), @r#"
        pyproject.toml Pep621 Runtime
          flask>=2  [Index] pyproject.toml:3 (pep621-dependencies)
        pyproject.toml Pep621 Extra("dev")
          pytest  [Index] pyproject.toml:7 (pep621-optional-dependencies)
        sub/pyproject.toml Pep621 Runtime
          attrs  [Index] sub/deps.txt:1 (requirements-file)
        sub/pyproject.toml Pep621 Extra("x")
          attrs  [Index] sub/deps.txt:1 (requirements-file)
        problem: `not a requirement` is no requirement: expected a version, a URL or a marker, found `a requirement`  pyproject.toml:4 (pep621-dependencies)
        problem: the file `gone.txt` is missing  sub/pyproject.toml:4 (pep621-dynamic)
        "#);
    }
}
