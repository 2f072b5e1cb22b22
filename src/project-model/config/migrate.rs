//! The text of format 1.0, turned into 2.0 where it stands.

use super::document::{Document, FormatVersion};
use super::edit::{Edit, apply, line_start, next_line};
use super::node::{Content, Entry, Layout, Node};
use super::render::render;
use super::rewrite::{column, content_end, merged, removal};
use super::tree::{Lists, Tree};
use super::v1::is_only_packages;

/// The text of `document` in format 2.0; a document of that format comes back as it is.
///
/// What both formats share keeps its bytes. `tools` becomes `preferences`, `required_secrets`
/// becomes `env_template.required` in the same place, comments included; `python.system_packages`
/// goes, and comes back as `platform_deps.linux.apt` at the end.
#[must_use]
pub fn migrate(document: &Document) -> String {
    match document.format() {
        FormatVersion::V1 => in_place(document),
        FormatVersion::V2 => document.text().to_owned(),
    }
}

fn in_place(document: &Document) -> String {
    let (text, root, config) = (document.text(), document.root(), document.config());
    if matches!(
        &root.content,
        Content::Mapping {
            layout: Layout::Flow,
            ..
        }
    ) {
        return from_brackets(root, &Tree::from(config));
    }
    let entries = root.entries();
    let mut edits = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        match entry.key.text.as_str() {
            "version" => {
                edits.push(Edit {
                    range: entry.value.span.clone(),
                    text: "\"2.0\"".to_owned(),
                });
            }
            "tools" => edits.push(Edit {
                range: entry.key.span.clone(),
                text: "preferences".to_owned(),
            }),
            "required_secrets" if config.env_template.is_some() => {
                move_below(text, entry, &mut edits);
            }
            "required_secrets" => edits.push(removal(text, entries, index)),
            "python" if is_only_packages(root) => edits.push(removal(text, entries, index)),
            "python" => edits.extend(without_system_packages(text, &entry.value)),
            _ => {}
        }
    }
    let renamed = apply(text, edits);
    // What is left to do is to add the system packages under their new name. A property holds that
    // the renamed text is always valid; were it ever not, a fresh file still says all we know.
    Document::parse(&renamed, document.path())
        .map_or_else(|_| render(config), |document| document.rewrite(config))
}

/// Puts a list below `env_template.required`: its key gets a line more, its lines two blanks more.
fn move_below(text: &str, entry: &Entry, edits: &mut Vec<Edit>) {
    let indent = column(entry) + 2;
    let key = format!("env_template:\n{:indent$}required", "");
    edits.push(Edit {
        range: entry.key.span.clone(),
        text: key,
    });
    let end = content_end(text, &entry.value);
    let mut line = next_line(text, line_start(text, entry.key.span.start));
    while line < end {
        edits.push(Edit {
            range: line..line,
            text: "  ".to_owned(),
        });
        line = next_line(text, line);
    }
}

/// Removes `system_packages` from `python`.
fn without_system_packages(text: &str, python: &Node) -> Option<Edit> {
    let keys = python.entries();
    let packages = keys
        .iter()
        .position(|entry| entry.key.text == "system_packages")?;
    match &python.content {
        Content::Mapping {
            layout: Layout::Flow,
            ..
        } => {
            let rest = without(python, &["system_packages"]);
            Some(Edit {
                range: python.span.clone(),
                text: Tree::from(&rest).flow(),
            })
        }
        _ => Some(removal(text, keys, packages)),
    }
}

/// The whole file anew, for one that was written in `{}`.
fn from_brackets(root: &Node, config: &Tree) -> String {
    let gone = if is_only_packages(root) { "python" } else { "" };
    let mut root = without(root, &["required_secrets", gone]);
    if let Content::Mapping { entries, .. } = &mut root.content {
        for entry in entries {
            match entry.key.text.as_str() {
                "tools" => "preferences".clone_into(&mut entry.key.text),
                "python" => entry.value = without(&entry.value, &["system_packages"]),
                _ => {}
            }
        }
    }
    merged(&root, config, config)
        .entries()
        .iter()
        .map(|(name, value)| value.entry(name, 0, Lists::of(name)))
        .collect()
}

/// `node` without some of its keys.
fn without(node: &Node, keys: &[&str]) -> Node {
    let mut node = node.clone();
    if let Content::Mapping { entries, .. } = &mut node.content {
        entries.retain(|entry| !keys.contains(&entry.key.text.as_str()));
    }
    node
}
