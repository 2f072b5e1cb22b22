//! `[tool.poetry]` in `pyproject.toml`.
//!
//! Source: "Dependency specification" and "The pyproject.toml file" in the documentation of Poetry.

mod dependency;
pub(crate) mod versions;

use dhtl_project_model::{DeclarationFormat, DistributionName, Requirement, Scope};

use self::dependency::Dependency;
use super::Collected;
use crate::formats::toml::{Node, TomlFile};
use crate::manifests::Manifests;
use crate::paths;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        if let Some(poetry) = file.get(&["tool", "poetry"]) {
            read_poetry(file, poetry, collected);
        }
    }
}

fn read_poetry(file: &TomlFile, poetry: Node<'_>, collected: &mut Collected) {
    let format = DeclarationFormat::Poetry;
    let folder = paths::folder(&file.path);
    if let Some(table) = poetry.get("dependencies") {
        let dependencies = dependencies(folder, table, "poetry-dependencies", collected);
        declare_extras(file, poetry, &dependencies, collected);
        let requirements = required(dependencies);
        collected.declare(&file.path, format, Scope::Runtime, requirements);
    }
    if let Some(table) = poetry.get("dev-dependencies") {
        let found = dependencies(folder, table, "poetry-dev-dependencies", collected);
        collected.declare(
            &file.path,
            format,
            Scope::Group("dev".to_owned()),
            required(found),
        );
    }
    for (group, node) in poetry.get("group").map(Node::entries).unwrap_or_default() {
        if let Some(table) = node.get("dependencies") {
            let found = dependencies(folder, table, "poetry-group-dependencies", collected);
            // An optional dependency of a group is as much part of it as the others.
            let requirements = found
                .into_iter()
                .map(|dependency| dependency.requirement)
                .collect();
            let scope = Scope::Group(group.to_owned());
            collected.declare(&file.path, format, scope, requirements);
        }
    }
}

fn required(dependencies: Vec<Dependency>) -> Vec<Requirement> {
    let required = dependencies
        .into_iter()
        .filter(|dependency| !dependency.is_optional);
    required.map(|dependency| dependency.requirement).collect()
}

fn dependencies(
    folder: &str,
    table: Node<'_>,
    rule: &'static str,
    collected: &mut Collected,
) -> Vec<Dependency> {
    let mut dependencies = Vec::new();
    for (name, node) in table.entries() {
        // The interpreter is a constraint of its own.
        if name == "python" {
            continue;
        }
        let nodes = if node.is_array() {
            node.elements()
        } else {
            vec![node]
        };
        for node in nodes {
            match dependency::read(folder, name, node, rule) {
                Ok(dependency) => dependencies.push(dependency),
                Err(message) => collected.problem(message, node.evidence(rule)),
            }
        }
    }
    dependencies
}

fn declare_extras(
    file: &TomlFile,
    poetry: Node<'_>,
    dependencies: &[Dependency],
    collected: &mut Collected,
) {
    for (extra, node) in poetry.get("extras").map(Node::entries).unwrap_or_default() {
        let mut requirements = Vec::new();
        for (name, node) in node.texts() {
            let name = DistributionName::new(name);
            let of_name =
                |dependency: &&Dependency| dependency.requirement.name.as_ref() == Some(&name);
            let mut found = dependencies.iter().filter(of_name).peekable();
            if found.peek().is_none() {
                let message = format!("`{name}` of the extra `{extra}` is no dependency");
                collected.problem(message, node.evidence("poetry-extras"));
            }
            requirements.extend(found.map(|dependency| dependency.requirement.clone()));
        }
        let scope = Scope::Extra(extra.to_owned());
        collected.declare(&file.path, DeclarationFormat::Poetry, scope, requirements);
    }
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn every_kind_of_dependency_becomes_a_requirement() {
        let text = r#"
[tool.poetry.dependencies]
python = "^3.8"
flask = "^2.1"
click = { version = "~8.0.1", extras = ["x", "y"], markers = "os_name == 'nt'" }
old = { version = "*", python = "<3.9" }
redis = { version = "4.*", optional = true }
here = { path = "../lib", develop = true }
there = { git = "https://git.example/t.git", tag = "v1", subdirectory = "s" }
away = { url = "https://files.example/a.zip" }
win = { version = ">=1,<2", platform = "win32" }
many = [
    { version = "1.0", python = "<3.9" },
    { version = "^2.0", python = ">=3.9" },
]
odd = "what?"
[tool.poetry.extras]
cache = ["redis", "gone"]
[tool.poetry.dev-dependencies]
pytest = ">=7"
[tool.poetry.group.docs.dependencies]
sphinx = "7.1"
"#;
        let files = [("app/pyproject.toml", text), ("lib/setup.py", "")];
        insta::assert_snapshot!(declared(&files), @r#"
        app/pyproject.toml Poetry Runtime
          flask>=2.1,<3.0  [Index] app/pyproject.toml:4 (poetry-dependencies)
          click[x,y]>=8.0.1,<8.1.0 ; os_name == 'nt'  [Index] app/pyproject.toml:5 (poetry-dependencies)
          old ; python_version < "3.9"  [Index] app/pyproject.toml:6 (poetry-dependencies)
          lib  [Path, editable] app/pyproject.toml:8 (poetry-dependencies)
          there @ git+https://git.example/t.git@v1#subdirectory=s  [Vcs] app/pyproject.toml:9 (poetry-dependencies)
          away @ https://files.example/a.zip  [Url] app/pyproject.toml:10 (poetry-dependencies)
          win>=1,<2 ; sys_platform == "win32"  [Index] app/pyproject.toml:11 (poetry-dependencies)
          many==1.0 ; python_version < "3.9"  [Index] app/pyproject.toml:13 (poetry-dependencies)
          many>=2.0,<3.0 ; python_version >= "3.9"  [Index] app/pyproject.toml:14 (poetry-dependencies)
        app/pyproject.toml Poetry Extra("cache")
          redis==4.*  [Index] app/pyproject.toml:7 (poetry-dependencies)
        app/pyproject.toml Poetry Group("dev")
          pytest>=7  [Index] app/pyproject.toml:20 (poetry-dev-dependencies)
        app/pyproject.toml Poetry Group("docs")
          sphinx==7.1  [Index] app/pyproject.toml:22 (poetry-group-dependencies)
        problem: the version `what?` is not understood  app/pyproject.toml:16 (poetry-dependencies)
        problem: `gone` of the extra `cache` is no dependency  app/pyproject.toml:18 (poetry-extras)
        "#);
    }
}
