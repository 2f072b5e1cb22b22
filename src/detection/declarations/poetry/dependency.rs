//! One entry of a table of dependencies of Poetry.

use dhtl_project_model::{Requirement, RequirementSource};

use super::versions;
use crate::declarations::requirement::{self, Direct};
use crate::formats::toml::Node;
use crate::paths;

/// A dependency and whether it is installed only with an extra.
#[derive(Debug)]
pub(super) struct Dependency {
    pub(super) requirement: Requirement,
    pub(super) is_optional: bool,
}

/// Reads an entry: a version, or a table; the error says what cannot be understood.
pub(super) fn read(
    folder: &str,
    name: &str,
    node: Node<'_>,
    rule: &'static str,
) -> Result<Dependency, String> {
    let text = |key| node.get(key).and_then(Node::as_str);
    let named = with_extras(name, node);
    let marker = marker(node)?;
    let evidence = node.evidence(rule);
    let requirement = if let Some(git) = text("git") {
        direct(
            &named,
            git_target(git, node),
            RequirementSource::Vcs,
            marker.as_deref(),
        )
        .into_requirement(evidence)
    } else if let Some(url) = text("url") {
        direct(
            &named,
            url.to_owned(),
            RequirementSource::Url,
            marker.as_deref(),
        )
        .into_requirement(evidence)
    } else if let Some(path) = text("path").or_else(|| text("file")) {
        let target = paths::join(folder, path)
            .ok_or_else(|| format!("the path `{path}` is outside of the project"))?;
        let editable = node.get("develop").and_then(Node::as_bool).unwrap_or(false);
        Direct {
            name: Some(&named),
            target,
            source: RequirementSource::Path,
            editable,
        }
        .into_requirement(evidence)
    } else {
        let version = node.as_str().or_else(|| text("version")).unwrap_or("*");
        let specifiers = versions::to_specifiers(version)?;
        let marker = marker
            .map(|marker| format!(" ; {marker}"))
            .unwrap_or_default();
        requirement::parse(&format!("{named}{specifiers}{marker}"), evidence)
            .map_err(|problem| problem.message)?
    };
    let is_optional = node
        .get("optional")
        .and_then(Node::as_bool)
        .unwrap_or(false);
    Ok(Dependency {
        requirement,
        is_optional,
    })
}

fn with_extras(name: &str, node: Node<'_>) -> String {
    let extras = node.get("extras").map(Node::texts).unwrap_or_default();
    if extras.is_empty() {
        return name.to_owned();
    }
    let extras: Vec<&str> = extras.into_iter().map(|(extra, _)| extra).collect();
    format!("{name}[{}]", extras.join(","))
}

fn direct<'a>(
    name: &'a str,
    target: String,
    source: RequirementSource,
    marker: Option<&str>,
) -> Direct<'a> {
    let target = match marker {
        Some(marker) => format!("{target} ; {marker}"),
        None => target,
    };
    Direct {
        name: Some(name),
        target,
        source,
        editable: false,
    }
}

fn git_target(git: &str, node: Node<'_>) -> String {
    let text = |key| node.get(key).and_then(Node::as_str);
    // `git@host:owner/name` is how ssh writes it; a URL has the scheme and slashes.
    let url = match git.split_once(':') {
        Some((host, path)) if !git.contains("://") => format!("ssh://{host}/{path}"),
        _ => git.to_owned(),
    };
    let revision = text("rev")
        .or_else(|| text("tag"))
        .or_else(|| text("branch"));
    let revision = revision
        .map(|revision| format!("@{revision}"))
        .unwrap_or_default();
    let subdirectory = text("subdirectory");
    let fragment = subdirectory
        .map(|folder| format!("#subdirectory={folder}"))
        .unwrap_or_default();
    format!("git+{url}{revision}{fragment}")
}

/// All conditions of a dependency as one marker.
fn marker(node: Node<'_>) -> Result<Option<String>, String> {
    let text = |key| node.get(key).and_then(Node::as_str);
    let mut parts = Vec::new();
    if let Some(python) = text("python") {
        parts.extend(versions::to_marker(python)?);
    }
    if let Some(platform) = text("platform") {
        parts.push(format!("sys_platform == \"{}\"", platform.replace('"', "")));
    }
    if let Some(markers) = text("markers") {
        let alone = parts.is_empty();
        parts.push(if alone || !markers.contains(" or ") {
            markers.to_owned()
        } else {
            format!("({markers})")
        });
    }
    Ok(if parts.is_empty() {
        None
    } else {
        Some(parts.join(" and "))
    })
}
