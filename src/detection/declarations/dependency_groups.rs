//! `[dependency-groups]` in `pyproject.toml`.
//!
//! Source: PEP 735.

use std::collections::HashSet;

use dhtl_project_model::{DeclarationFormat, DistributionName, Requirement, Scope};

use super::{Collected, uv};
use crate::formats::toml::Node;
use crate::manifests::Manifests;

const RULE: &str = "pep735-dependency-groups";

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        let Some(table) = file.get(&["dependency-groups"]) else {
            continue;
        };
        let groups = table.entries();
        let sources = uv::Sources::of(manifests, file);
        for (name, _) in &groups {
            let mut expansion = Expansion {
                groups: &groups,
                open: Vec::new(),
                done: HashSet::new(),
                collected,
            };
            let requirements = sources.apply(expansion.expand(name));
            let scope = Scope::Group((*name).to_owned());
            collected.declare(
                &file.path,
                DeclarationFormat::DependencyGroups,
                scope,
                requirements,
            );
        }
    }
}

struct Expansion<'a, 'b> {
    groups: &'a [(&'b str, Node<'b>)],
    /// The groups that are being expanded, the outermost first.
    open: Vec<DistributionName>,
    /// The groups that were expanded already: a second time adds nothing, and groups that include
    /// each other many times over must come to an end.
    done: HashSet<DistributionName>,
    collected: &'a mut Collected,
}

impl Expansion<'_, '_> {
    /// The requirements of a group, with those of the groups it includes in their place.
    fn expand(&mut self, name: &str) -> Vec<Requirement> {
        // The names of groups are compared like the names of distributions.
        let name = DistributionName::new(name);
        let group = self
            .groups
            .iter()
            .find(|(group, _)| DistributionName::new(group) == name);
        let Some((_, node)) = group else {
            return Vec::new();
        };
        let is_outermost = self.open.is_empty();
        self.open.push(name);
        let mut requirements = Vec::new();
        for element in node.elements() {
            let evidence = element.evidence(RULE);
            if let Some(text) = element.as_str() {
                requirements.extend(match super::requirement::parse(text, evidence) {
                    Ok(requirement) => Some(requirement),
                    // The group that holds the line reports it, not each that includes it.
                    Err(problem) => {
                        if is_outermost {
                            self.collected.problems.push(problem);
                        }
                        None
                    }
                });
            } else if let Some(included) = element.get("include-group").and_then(Node::as_str) {
                requirements.extend(self.include(included, element, is_outermost));
            } else if is_outermost {
                self.collected
                    .problem("neither a requirement nor an `include-group`", evidence);
            }
        }
        self.done.extend(self.open.pop());
        requirements
    }

    fn include(&mut self, included: &str, node: Node<'_>, is_outermost: bool) -> Vec<Requirement> {
        let name = DistributionName::new(included);
        let message = if self.open.contains(&name) {
            format!("the group `{included}` includes itself")
        } else if !self
            .groups
            .iter()
            .any(|(group, _)| DistributionName::new(group) == name)
        {
            format!("the included group `{included}` is missing")
        } else if self.done.contains(&name) {
            return Vec::new();
        } else {
            return self.expand(included);
        };
        if is_outermost || self.open.first() == Some(&name) {
            self.collected.problem(message, node.evidence(RULE));
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use crate::declarations::tests::declared;

    #[test]
    fn groups_that_multiply_come_to_an_end() {
        let mut text = "[dependency-groups]\ng0 = ['x']\n".to_owned();
        for level in 1..40 {
            let include = format!("{{include-group = 'g{}'}}", level - 1);
            writeln!(text, "g{level} = [{include}, {include}, {include}]").unwrap();
        }
        let shown = declared(&[("pyproject.toml", &text)]);
        assert_eq!(shown.matches("  x  ").count(), 40);
    }

    #[test]
    fn included_groups_stand_in_their_place_and_cycles_end() {
        let text = "\
[dependency-groups]
Test = ['pytest']
dev = ['ruff', {include-group = 'test'}, {include-group = 'gone'}, 7]
a = ['x', {include-group = 'b'}]
b = [{include-group = 'a'}, 'y']
";
        insta::assert_snapshot!(declared(&[("pyproject.toml", text)]), @r#"
        pyproject.toml DependencyGroups Group("Test")
          pytest  [Index] pyproject.toml:2 (pep735-dependency-groups)
        pyproject.toml DependencyGroups Group("a")
          x  [Index] pyproject.toml:4 (pep735-dependency-groups)
          y  [Index] pyproject.toml:5 (pep735-dependency-groups)
        pyproject.toml DependencyGroups Group("b")
          x  [Index] pyproject.toml:4 (pep735-dependency-groups)
          y  [Index] pyproject.toml:5 (pep735-dependency-groups)
        pyproject.toml DependencyGroups Group("dev")
          ruff  [Index] pyproject.toml:3 (pep735-dependency-groups)
          pytest  [Index] pyproject.toml:2 (pep735-dependency-groups)
        problem: the included group `gone` is missing  pyproject.toml:3 (pep735-dependency-groups)
        problem: neither a requirement nor an `include-group`  pyproject.toml:3 (pep735-dependency-groups)
        problem: the group `a` includes itself  pyproject.toml:5 (pep735-dependency-groups)
        problem: the group `b` includes itself  pyproject.toml:4 (pep735-dependency-groups)
        "#);
    }
}
