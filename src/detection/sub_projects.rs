//! Projects below the root, and the members of a uv workspace.

use dhtl_project_model::{Evidence, SubProject};
use ignore::gitignore::GitignoreBuilder;

use crate::formats::toml::TomlFile;
use crate::manifests::Manifests;
use crate::metadata;
use crate::paths;

/// The folders below the root that are projects of their own, ordered by path.
pub(crate) fn find(manifests: &Manifests<'_>) -> Vec<SubProject> {
    let workspace = manifests.pyproject(".");
    let mut sub_projects: Vec<SubProject> = metadata::project_folders(manifests)
        .into_iter()
        .filter(|(folder, _)| folder != ".")
        .map(|(folder, manifest)| SubProject {
            name: metadata::declared_name(manifests, &folder).map(|found| found.value),
            workspace_member: workspace.is_some_and(|file| is_workspace_member(file, &folder)),
            evidence: Evidence::file(manifest, "sub-project-manifest"),
            path: folder,
        })
        .collect();
    sub_projects.sort_by(|left, right| left.path.cmp(&right.path));
    sub_projects
}

/// Whether `[tool.uv.workspace]` of the `pyproject.toml` at a root lists `folder`, a path relative
/// to that root.
///
/// Source: "Using workspaces" in the documentation of uv; members and exclusions are globs in which
/// `*` stays within one folder.
pub(crate) fn is_workspace_member(root: &TomlFile, folder: &str) -> bool {
    let matches = |key| {
        root.get(&["tool", "uv", "workspace", key])
            .is_some_and(|globs| {
                globs
                    .texts()
                    .iter()
                    .any(|(glob, _)| glob_matches(glob, folder))
            })
    };
    matches("members") && !matches("exclude")
}

/// Whether a glob, anchored at the root, names `folder`.
pub(crate) fn glob_matches(glob: &str, folder: &str) -> bool {
    let Some(glob) = paths::join(".", glob) else {
        return false;
    };
    if glob.len() > paths::LONGEST_PATTERN {
        return false;
    }
    let mut builder = GitignoreBuilder::new("");
    if builder.add_line(None, &format!("/{glob}")).is_err() {
        return false;
    }
    builder
        .build()
        .is_ok_and(|globs| globs.matched(folder, true).is_ignore())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stays_within_one_folder() {
        assert!(glob_matches("packages/*", "packages/a"));
        assert!(glob_matches("./packages/a/", "packages/a"));
        assert!(glob_matches("libs/**/x", "libs/a/b/x"));
        assert!(!glob_matches("packages/*", "packages/a/b"));
        assert!(!glob_matches("packages/*", "other/packages/a"));
        assert!(!glob_matches("../x", "x"));
        assert!(!glob_matches(&"{".repeat(200_000), "x"));
    }
}
