//! `[tool.hatch]` in `pyproject.toml`, and `hatch.toml`.
//!
//! Source: "Environment configuration" in the documentation of Hatch.

use dhtl_project_model::{DeclarationFormat, Scope};

use super::Collected;
use crate::formats::toml::Node;
use crate::manifests::Manifests;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    let in_pyprojects = manifests
        .pyprojects
        .iter()
        .map(|file| (file, file.get(&["tool", "hatch", "envs"])));
    let in_hatch_tomls = manifests
        .hatch_tomls
        .iter()
        .map(|file| (file, file.get(&["envs"])));
    for (file, environments) in in_pyprojects.chain(in_hatch_tomls) {
        for (name, environment) in environments.map(Node::entries).unwrap_or_default() {
            let nodes: Vec<Node<'_>> = ["dependencies", "extra-dependencies"]
                .into_iter()
                .filter_map(|key| environment.get(key))
                .collect();
            if nodes.is_empty() {
                continue;
            }
            let requirements = nodes
                .into_iter()
                .flat_map(Node::texts)
                // `{root:uri}` and its like stand for what only Hatch knows.
                .filter(|(text, _)| !text.contains('{'))
                .filter_map(|(text, node)| {
                    collected.requirement(text, node.evidence("hatch-env-dependencies"))
                })
                .collect();
            let scope = Scope::Group(name.to_owned());
            collected.declare(&file.path, DeclarationFormat::Hatch, scope, requirements);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn environments_are_groups() {
        let pyproject = "\
[tool.hatch.envs.test]
dependencies = ['pytest', 'x @ {root:uri}/x']
extra-dependencies = ['coverage']
[tool.hatch.envs.empty]
features = ['a']
";
        let hatch = "[envs.docs]\ndependencies = ['mkdocs']\n";
        let files = [("pyproject.toml", pyproject), ("hatch.toml", hatch)];
        insta::assert_snapshot!(declared(&files), @r#"
        hatch.toml Hatch Group("docs")
          mkdocs  [Index] hatch.toml:2 (hatch-env-dependencies)
        pyproject.toml Hatch Group("test")
          pytest  [Index] pyproject.toml:2 (hatch-env-dependencies)
          coverage  [Index] pyproject.toml:3 (hatch-env-dependencies)
        "#);
    }
}
