//! `[tool.flit.metadata]` in `pyproject.toml`, as flit had it before PEP 621.
//!
//! Source: "Old style metadata" in the documentation of Flit.

use dhtl_project_model::{DeclarationFormat, Scope};

use super::Collected;
use crate::formats::toml::Node;
use crate::manifests::Manifests;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        let Some(metadata) = file.get(&["tool", "flit", "metadata"]) else {
            continue;
        };
        let format = DeclarationFormat::Flit;
        if let Some(node) = metadata.get("requires") {
            let requirements = collected.texts(node, "flit-requires");
            collected.declare(&file.path, format, Scope::Runtime, requirements);
        }
        if let Some(node) = metadata.get("dev-requires") {
            let requirements = collected.texts(node, "flit-dev-requires");
            collected.declare(
                &file.path,
                format,
                Scope::Group("dev".to_owned()),
                requirements,
            );
        }
        for (extra, node) in metadata
            .get("requires-extra")
            .map(Node::entries)
            .unwrap_or_default()
        {
            let requirements = collected.texts(node, "flit-requires-extra");
            collected.declare(
                &file.path,
                format,
                Scope::Extra(extra.to_owned()),
                requirements,
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn old_metadata_is_read() {
        let text = "\
[tool.flit.metadata]
module = 'x'
requires = ['a']
dev-requires = ['b']
[tool.flit.metadata.requires-extra]
c = ['d']
";
        insta::assert_snapshot!(declared(&[("pyproject.toml", text)]), @r#"
        pyproject.toml Flit Runtime
          a  [Index] pyproject.toml:3 (flit-requires)
        pyproject.toml Flit Extra("c")
          d  [Index] pyproject.toml:6 (flit-requires-extra)
        pyproject.toml Flit Group("dev")
          b  [Index] pyproject.toml:4 (flit-dev-requires)
        "#);
    }
}
