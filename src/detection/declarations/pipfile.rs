//! `Pipfile`.
//!
//! Source: "Pipfile & Pipfile.lock" in the documentation of Pipenv.

use dhtl_project_model::{DeclarationFormat, Requirement, RequirementSource, Scope};

use super::Collected;
use super::requirement::{self, Direct, source_of_url};
use crate::formats::toml::Node;
use crate::manifests::Manifests;
use crate::paths;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.pipfiles {
        for (category, node) in file.root().entries() {
            let scope = match category {
                "packages" => Scope::Runtime,
                "dev-packages" => Scope::Group("dev".to_owned()),
                "requires" | "scripts" | "pipenv" | "source" | "build-system" => continue,
                // Any other table is a category of its own.
                _ if node.is_table() => Scope::Group(category.to_owned()),
                _ => continue,
            };
            let mut requirements = Vec::new();
            for (name, node) in node.entries() {
                match read_package(paths::folder(&file.path), name, node) {
                    Ok(requirement) => requirements.push(requirement),
                    Err(message) => collected.problem(message, node.evidence(RULE)),
                }
            }
            collected.declare(&file.path, DeclarationFormat::Pipfile, scope, requirements);
        }
    }
}

const RULE: &str = "pipfile-packages";

fn read_package(folder: &str, name: &str, node: Node<'_>) -> Result<Requirement, String> {
    let text = |key| node.get(key).and_then(Node::as_str);
    let evidence = node.evidence(RULE);
    let editable = node
        .get("editable")
        .and_then(Node::as_bool)
        .unwrap_or(false);
    let extras: Vec<&str> = node
        .get("extras")
        .map(Node::texts)
        .unwrap_or_default()
        .into_iter()
        .map(|(extra, _)| extra)
        .collect();
    let named = if extras.is_empty() {
        name.to_owned()
    } else {
        format!("{name}[{}]", extras.join(","))
    };
    if let Some(path) = text("path") {
        let target = paths::join(folder, path)
            .ok_or_else(|| format!("the path `{path}` is outside of the project"))?;
        let direct = Direct {
            name: Some(&named),
            target,
            source: RequirementSource::Path,
            editable,
        };
        return Ok(direct.into_requirement(evidence));
    }
    let vcs = ["git", "hg", "svn", "bzr"]
        .into_iter()
        .find_map(|vcs| Some((vcs, text(vcs)?)));
    let target = match vcs {
        Some((vcs, url)) => {
            let url = url.strip_prefix("git+").unwrap_or(url);
            let reference = text("ref").map(|reference| format!("@{reference}"));
            Some(format!("{vcs}+{url}{}", reference.unwrap_or_default()))
        }
        None => text("file").map(str::to_owned),
    };
    if let Some(target) = target {
        let source = source_of_url(&target);
        let direct = Direct {
            name: Some(&named),
            source,
            target,
            editable,
        };
        return Ok(direct.into_requirement(evidence));
    }
    let version = node.as_str().or_else(|| text("version")).unwrap_or("*");
    let version = if version == "*" { "" } else { version };
    let operator = if version.starts_with(|first: char| first.is_ascii_digit()) {
        "=="
    } else {
        ""
    };
    let marker = marker(node)
        .map(|marker| format!(" ; {marker}"))
        .unwrap_or_default();
    requirement::parse(&format!("{named}{operator}{version}{marker}"), evidence)
        .map_err(|problem| problem.message)
}

/// `markers`, and the keys that are named for a marker: `sys_platform = "== 'win32'"`.
fn marker(node: Node<'_>) -> Option<String> {
    const KEYS: [&str; 11] = [
        "os_name",
        "sys_platform",
        "platform_machine",
        "platform_python_implementation",
        "platform_release",
        "platform_system",
        "platform_version",
        "python_version",
        "python_full_version",
        "implementation_name",
        "implementation_version",
    ];
    let whole = node
        .get("markers")
        .and_then(Node::as_str)
        .map(str::to_owned);
    let keyed = KEYS.into_iter().filter_map(|key| {
        let condition = node.get(key)?.as_str()?;
        Some(format!("{key} {condition}"))
    });
    let parts: Vec<String> = whole.into_iter().chain(keyed).collect();
    (!parts.is_empty()).then(|| parts.join(" and "))
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn every_kind_of_package_becomes_a_requirement() {
        let text = r#"
[[source]]
url = "https://index.example/simple"
[packages]
flask = "*"
click = "==8.0"
bare = "1.0"
redis = { version = ">=4", extras = ["hiredis"], sys_platform = "== 'linux'" }
here = { path = ".", editable = true }
there = { git = "https://git.example/t.git", ref = "v1", editable = true }
odd = "=="
[dev-packages]
pytest = { version = "*", markers = "python_version >= '3.8'" }
[docs]
sphinx = "~=7.0"
[requires]
python_version = "3.11"
"#;
        insta::assert_snapshot!(declared(&[("Pipfile", text)]), @r#"
        Pipfile Pipfile Runtime
          flask  [Index] Pipfile:5 (pipfile-packages)
          click==8.0  [Index] Pipfile:6 (pipfile-packages)
          bare==1.0  [Index] Pipfile:7 (pipfile-packages)
          redis[hiredis]>=4 ; sys_platform == 'linux'  [Index] Pipfile:8 (pipfile-packages)
          .  [Path, editable] Pipfile:9 (pipfile-packages)
          there @ git+https://git.example/t.git@v1  [Vcs, editable] Pipfile:10 (pipfile-packages)
        Pipfile Pipfile Group("dev")
          pytest ; python_version >= '3.8'  [Index] Pipfile:13 (pipfile-packages)
        Pipfile Pipfile Group("docs")
          sphinx~=7.0  [Index] Pipfile:15 (pipfile-packages)
        problem: `odd==` is no requirement: Failed to parse version: Unexpected end of version specifier, expected version:  Pipfile:11 (pipfile-packages)
        "#);
    }
}
