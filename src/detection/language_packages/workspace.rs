//! Which folders below a lock have it as theirs.
//!
//! Sources: "workspaces" in the documentation of npm, `pnpm-workspace.yaml` in that of pnpm,
//! "The `members` and `exclude` fields" in the Cargo book.

use ignore::gitignore::GitignoreBuilder;
use serde_json::Value;

use super::inside;
use crate::formats::toml::{Node, TomlFile};
use crate::formats::yaml;
use crate::tree::Tree;

/// The patterns of the members that the `package.json` or `pnpm-workspace.yaml` in `folder` lists.
pub(super) fn of_node(tree: &Tree, folder: &str) -> Vec<String> {
    let manifest = tree.text(&inside(folder, "package.json")).ok();
    let package = manifest.and_then(|text| serde_json::from_str::<Value>(&text).ok());
    let workspaces = package.as_ref().and_then(|package| {
        let workspaces = package.get("workspaces")?;
        workspaces.get("packages").unwrap_or(workspaces).as_array()
    });
    let listed = workspaces.into_iter().flatten().filter_map(Value::as_str);
    let mut patterns = listed.map(str::to_owned).collect::<Vec<_>>();
    let path = inside(folder, "pnpm-workspace.yaml");
    if tree.contains(&path)
        && let Ok(text) = tree.text(&path)
        && let Ok(Some(root)) = yaml::parse(&path, &text)
        && let Some(packages) = root.get("packages")
    {
        patterns.extend(
            packages
                .texts()
                .into_iter()
                .map(|(_, text)| text.to_owned()),
        );
    }
    patterns
}

/// The patterns of the members that the `Cargo.toml` in `folder` lists.
pub(super) fn of_cargo(tree: &Tree, folder: &str) -> Vec<String> {
    let path = inside(folder, "Cargo.toml");
    let Some(file) = tree
        .text(&path)
        .ok()
        .and_then(|text| TomlFile::parse(&path, text).ok())
    else {
        return Vec::new();
    };
    let listed = |key: &str| {
        let node = file.get(&["workspace", key]);
        let elements = node.into_iter().flat_map(Node::elements);
        elements
            .filter_map(|element| element.as_str().map(str::to_owned))
            .collect::<Vec<_>>()
    };
    let excluded = listed("exclude");
    let excluded = excluded.iter().map(|pattern| format!("!{pattern}"));
    let mut patterns = listed("members");
    patterns.extend(excluded);
    patterns
}

/// Whether `folder`, as seen from the lock, is one of those that `patterns` name. The last one that
/// names it decides, and one that begins with `!` takes it out.
pub(super) fn matches(patterns: &[String], folder: &str) -> bool {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        let (mark, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => ("!", pattern),
            None => ("", pattern.as_str()),
        };
        let pattern = pattern.trim_start_matches("./").trim_matches('/');
        if pattern.len() > crate::paths::LONGEST_PATTERN {
            continue;
        }
        // One that is no pattern names nothing.
        let _ = builder.add_line(None, &format!("{mark}/{pattern}"));
    }
    builder
        .build()
        .is_ok_and(|members| members.matched(folder, true).is_ignore())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn braces_without_end_name_nothing() {
        let deep = "{".repeat(200_000);
        assert!(matches(&[deep, "a".to_owned()], "a"));
    }

    proptest! {
        #[test]
        fn any_pattern_is_understood_or_passed_over(
            patterns in prop::collection::vec("[!./*?a-c\\[\\]{}]{0,8}", 0..4),
            folder in "[a-c]{1,2}(/[a-c]{1,2}){0,2}",
        ) {
            matches(&patterns, &folder);
            // A name is a pattern for itself, whatever stands before it.
            let with_itself = [patterns, vec![folder.clone()]].concat();
            prop_assert!(matches(&with_itself, &folder));
        }
    }
}
