//! `[tool.uv]` in `pyproject.toml`.
//!
//! Source: "Managing dependencies" in the documentation of uv. Constraints and overrides ask for
//! nothing to be installed, so they are no declarations.

use dhtl_project_model::{
    DeclarationFormat, DistributionName, Exclusion, Requirement, RequirementSource, Scope,
};

use super::Collected;
use super::requirement::Direct;
use crate::formats::toml::{Node, TomlFile};
use crate::manifests::Manifests;
use crate::{metadata, paths, sub_projects};

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pyprojects {
        if let Some(node) = file.get(&["tool", "uv", "dev-dependencies"]) {
            let sources = Sources::of(manifests, file);
            let requirements = sources.apply(collected.texts(node, "uv-dev-dependencies"));
            let scope = Scope::Group("dev".to_owned());
            collected.declare(&file.path, DeclarationFormat::Uv, scope, requirements);
        }
    }
}

/// The extras and groups of the root that `[tool.uv] conflicts` declares to exclude each other; those
/// of other members of a workspace are none of it.
pub(crate) fn exclusions(manifests: &Manifests<'_>) -> Vec<Exclusion> {
    let Some(file) = manifests.pyproject(".") else {
        return Vec::new();
    };
    let own =
        metadata::declared_name(manifests, ".").map(|found| DistributionName::new(&found.value));
    let sets = file.get(&["tool", "uv", "conflicts"]);
    let sets = sets.map(Node::elements).unwrap_or_default();
    let member = |node: &Node<'_>| {
        let text = |key| {
            node.get(key)
                .and_then(|node| node.as_str().map(str::to_owned))
        };
        let is_own = text("package").is_none_or(|name| Some(DistributionName::new(&name)) == own);
        let scope = text("extra")
            .map(Scope::Extra)
            .or_else(|| text("group").map(Scope::Group));
        scope.filter(|_| is_own)
    };
    sets.iter()
        .map(|set| Exclusion {
            members: set.elements().iter().filter_map(member).collect(),
            evidence: set.evidence("uv-conflicts"),
        })
        .filter(|exclusion| exclusion.members.len() > 1)
        .collect()
}

/// Where `[tool.uv.sources]` takes distributions from instead of an index.
pub(super) struct Sources<'a> {
    manifests: &'a Manifests<'a>,
    sources: Vec<Source<'a>>,
}

struct Source<'a> {
    name: DistributionName,
    /// The folder its paths are relative to.
    folder: &'a str,
    node: Node<'a>,
}

impl<'a> Sources<'a> {
    /// The sources that hold for a `pyproject.toml`: its own, then those of its workspace.
    pub(super) fn of(manifests: &'a Manifests<'a>, file: &'a TomlFile) -> Self {
        let folder = paths::folder(&file.path);
        let workspace = manifests
            .pyproject(".")
            .filter(|root| folder != "." && sub_projects::is_workspace_member(root, folder));
        let sources = std::iter::once(file)
            .chain(workspace)
            .filter_map(|file| Some((file, file.get(&["tool", "uv", "sources"])?)))
            .flat_map(|(file, table)| table.entries().into_iter().map(move |entry| (file, entry)))
            .map(|(file, (name, node))| Source {
                name: DistributionName::new(name),
                folder: paths::folder(&file.path),
                node,
            })
            .collect();
        Self { manifests, sources }
    }

    /// The requirements, those with a source of their own rewritten to it.
    pub(super) fn apply(&self, requirements: Vec<Requirement>) -> Vec<Requirement> {
        if self.sources.is_empty() {
            return requirements;
        }
        requirements
            .into_iter()
            .map(|requirement| self.apply_one(requirement))
            .collect()
    }

    fn apply_one(&self, requirement: Requirement) -> Requirement {
        let of_name = |source: &&Source<'_>| Some(&source.name) == requirement.name.as_ref();
        let direct = match self.sources.iter().find(of_name) {
            // A list holds one source per marker: which one applies is not known here.
            Some(source) if source.node.is_table() => self.direct(&requirement, source),
            _ => None,
        };
        direct.unwrap_or(requirement)
    }

    fn direct(&self, requirement: &Requirement, source: &Source<'_>) -> Option<Requirement> {
        let Source { folder, node, .. } = *source;
        let end = requirement
            .text
            .find([' ', '<', '>', '=', '!', '~', ';', '(', '@']);
        let name = Some(&requirement.text[..end.unwrap_or(requirement.text.len())]);
        let text = |key| node.get(key).and_then(Node::as_str);
        let editable = node
            .get("editable")
            .and_then(Node::as_bool)
            .unwrap_or(false);
        let direct = if let Some(git) = text("git") {
            let mut target = format!("git+{git}");
            if let Some(revision) = text("rev")
                .or_else(|| text("tag"))
                .or_else(|| text("branch"))
            {
                target = format!("{target}@{revision}");
            }
            if let Some(subdirectory) = text("subdirectory") {
                target = format!("{target}#subdirectory={subdirectory}");
            }
            Direct {
                name,
                target,
                source: RequirementSource::Vcs,
                editable: false,
            }
        } else if let Some(url) = text("url") {
            let target = url.to_owned();
            Direct {
                name,
                target,
                source: RequirementSource::Url,
                editable: false,
            }
        } else if let Some(path) = text("path") {
            let target = paths::join(folder, path)?;
            Direct {
                name,
                target,
                source: RequirementSource::Path,
                editable,
            }
        } else if node.get("workspace").and_then(Node::as_bool) == Some(true) {
            let (target, _) =
                metadata::project_folders(self.manifests)
                    .into_iter()
                    .find(|(folder, _)| {
                        let declared = metadata::declared_name(self.manifests, folder);
                        let declared = declared.map(|found| DistributionName::new(&found.value));
                        declared.is_some() && declared == requirement.name
                    })?;
            Direct {
                name,
                target,
                source: RequirementSource::Path,
                editable: true,
            }
        } else {
            return None;
        };
        let marker = requirement
            .text
            .split_once(';')
            .map(|(_, marker)| marker.trim());
        let direct = match (direct.source, marker) {
            (RequirementSource::Path, _) | (_, None) => direct,
            (_, Some(marker)) => Direct {
                target: format!("{} ; {marker}", direct.target),
                ..direct
            },
        };
        Some(direct.into_requirement(requirement.evidence.clone()))
    }
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn sources_take_the_place_of_the_index() {
        let root = "\
[project]
name = 'root'
dependencies = ['a>=1; os_name == \"nt\"', 'lib', 'member', 'plain']
[tool.uv]
dev-dependencies = ['z[x]>=2']
[tool.uv.sources]
a = { git = 'https://git.example/a', tag = 'v1' }
lib = { path = 'lib', editable = true }
member = { workspace = true }
z = { url = 'https://files.example/z.zip' }
[tool.uv.workspace]
members = ['packages/*']
";
        let member = "[project]\nname = 'member'\ndependencies = ['lib']\n";
        let files = [
            ("pyproject.toml", root),
            ("packages/m/pyproject.toml", member),
        ];
        insta::assert_snapshot!(declared(&files), @r#"
        packages/m/pyproject.toml Pep621 Runtime
          lib  [Path, editable] packages/m/pyproject.toml:3 (pep621-dependencies)
        pyproject.toml Pep621 Runtime
          a @ git+https://git.example/a@v1 ; os_name == "nt"  [Vcs] pyproject.toml:3 (pep621-dependencies)
          lib  [Path, editable] pyproject.toml:3 (pep621-dependencies)
          packages/m  [Path, editable] pyproject.toml:3 (pep621-dependencies)
          plain  [Index] pyproject.toml:3 (pep621-dependencies)
        pyproject.toml Uv Group("dev")
          z[x] @ https://files.example/z.zip  [Url] pyproject.toml:5 (uv-dev-dependencies)
        "#);
    }
}
