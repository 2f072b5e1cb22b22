//! What a manifest says of the project it stands for: its name, and whether it can be installed.

use dhtl_project_model::{Evidence, Found};

use crate::formats::toml::{Node, TomlFile};
use crate::manifests::Manifests;
use crate::paths;

/// The folders that hold a project which can be installed, each with the manifest that says so.
pub(crate) fn project_folders(manifests: &Manifests<'_>) -> Vec<(String, String)> {
    let mut folders: Vec<(String, String)> = manifests
        .pyprojects
        .iter()
        .map(|file| file.path.as_str())
        .chain(manifests.setup_pys.iter().map(|file| file.path.as_str()))
        .chain(manifests.setup_cfgs.iter().map(|file| file.path.as_str()))
        .map(paths::folder)
        .filter_map(|folder| Some((folder.to_owned(), installable(manifests, folder)?.path)))
        .collect();
    folders.sort_unstable();
    folders.dedup();
    folders
}

/// Why the project in `folder` can be built and installed: a `pyproject.toml` with `[project]`,
/// `[tool.poetry]` or `[build-system]`, a `setup.py`, or a `setup.cfg` with metadata.
pub(crate) fn installable(manifests: &Manifests<'_>, folder: &str) -> Option<Evidence> {
    if let Some(file) = manifests.pyproject(folder)
        && let Some(node) = project_table(file)
    {
        return Some(node);
    }
    if let Some(file) = manifests.setup_py(folder)
        && let Some(line) = file.call_line
    {
        return Some(Evidence::at(&file.path, line, "installable-setup-py"));
    }
    let file = manifests.setup_cfg(folder)?;
    let name = file.entry("metadata", "name")?;
    Some(Evidence::at(&file.path, name.line, "installable-setup-cfg"))
}

/// The name that the manifests in `folder` give the project.
pub(crate) fn declared_name(manifests: &Manifests<'_>, folder: &str) -> Option<Found<String>> {
    let in_pyproject = manifests.pyproject(folder).and_then(|file| {
        [
            &["project", "name"][..],
            &["tool", "poetry", "name"],
            &["tool", "flit", "metadata", "module"],
        ]
        .into_iter()
        .filter_map(|keys| file.get(keys))
        .find_map(|node| {
            Some(Found {
                value: node.as_str()?.to_owned(),
                evidence: node.evidence("project-name"),
            })
        })
    });
    let in_setup_cfg = || {
        let file = manifests.setup_cfg(folder)?;
        let entry = file.entry("metadata", "name")?;
        Some(Found {
            value: entry.single()?.to_owned(),
            evidence: Evidence::at(&file.path, entry.line, "project-name"),
        })
    };
    let in_setup_py = || manifests.setup_py(folder)?.name.clone();
    in_pyproject.or_else(in_setup_cfg).or_else(in_setup_py)
}

fn project_table(file: &TomlFile) -> Option<Evidence> {
    let package = file.get(&["tool", "uv", "package"]).and_then(Node::as_bool);
    if package == Some(false) {
        return None;
    }
    let tables = [&["project"][..], &["tool", "poetry"], &["build-system"]];
    tables.into_iter().find_map(|keys| {
        let node = file.get(keys)?;
        // poetry's own switch for a project that only has an environment.
        let is_package = node
            .get("package-mode")
            .is_none_or(|mode| mode.as_bool() != Some(false));
        (node.is_table() && is_package).then(|| node.evidence("installable-pyproject"))
    })
}
