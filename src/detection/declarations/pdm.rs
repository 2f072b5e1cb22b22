//! `[tool.pdm]` in `pyproject.toml`.
//!
//! Source: "Manage Dependencies" in the documentation of PDM.

use dhtl_project_model::{DeclarationFormat, Requirement, Scope};

use super::{Collected, requirements_txt};
use crate::formats::toml::Node;
use crate::manifests::Manifests;

const RULE: &str = "pdm-dev-dependencies";

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        let groups = file.get(&["tool", "pdm", "dev-dependencies"]);
        for (group, node) in groups.map(Node::entries).unwrap_or_default() {
            // Editable requirements stand here as `-e file:///${PROJECT_ROOT}/sub#egg=name`.
            let lines: Vec<(u32, String)> = node
                .texts()
                .into_iter()
                .map(|(text, node)| (node.line(), text.replace("/${PROJECT_ROOT}/", "./")))
                .collect();
            let read = requirements_txt::read_lines(manifests.tree, &file.path, lines);
            collected.problems.extend(read.problems);
            let requirements = read.requirements.into_iter().map(with_rule).collect();
            let scope = Scope::Group(group.to_owned());
            collected.declare(&file.path, DeclarationFormat::Pdm, scope, requirements);
        }
    }
}

fn with_rule(mut requirement: Requirement) -> Requirement {
    requirement.evidence.rule = RULE.into();
    requirement
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn editable_requirements_lead_into_the_project() {
        let text = "\
[tool.pdm.dev-dependencies]
test = ['pytest', '-e file:///${PROJECT_ROOT}/sub#egg=sub']
";
        let files = [("pyproject.toml", text), ("sub/setup.py", "")];
        insta::assert_snapshot!(declared(&files), @r#"
        pyproject.toml Pdm Group("test")
          pytest  [Index] pyproject.toml:2 (pdm-dev-dependencies)
          sub  [Path, editable] pyproject.toml:2 (pdm-dev-dependencies)
        "#);
    }
}
