//! Modules that are compiled from another language, so that no file of Python shows them.

use std::fs;

use toml_edit::{DocumentMut, Item};

use super::index::split;
use crate::tree::{Tree, TreeFile};

/// Manifests are short; a larger one is none.
const MAX_MANIFEST: u64 = 1 << 20;

/// The top-level modules that the project's Rust crates become: the library of every crate that
/// uses `pyo3`, and what `[tool.maturin]` calls it.
pub(super) fn modules(tree: &Tree) -> Vec<String> {
    tree.files
        .iter()
        .filter_map(|file| module_of(tree, file))
        .collect()
}

fn module_of(tree: &Tree, file: &TreeFile) -> Option<String> {
    let (_, name) = split(&file.path);
    if !matches!(name, "Cargo.toml" | "pyproject.toml") {
        return None;
    }
    // What cannot be read or parsed is reported where manifests are read for their own sake.
    let path = tree.root.join(&file.path);
    if fs::metadata(&path).ok()?.len() > MAX_MANIFEST {
        return None;
    }
    let text = fs::read_to_string(path).ok()?;
    if !text.contains(if name == "Cargo.toml" {
        "pyo3"
    } else {
        "maturin"
    }) {
        return None;
    }
    let manifest: DocumentMut = text.parse().ok()?;
    let text_at = |keys: &[&str]| {
        keys.iter()
            .try_fold(manifest.as_item(), |item: &Item, key| item.get(key))
            .and_then(Item::as_str)
    };
    let module = if name == "Cargo.toml" {
        text_at(&["lib", "name"])
            .or_else(|| text_at(&["package", "name"]))?
            .replace('-', "_")
    } else {
        text_at(&["tool", "maturin", "module-name"])?.to_owned()
    };
    module.split('.').next().map(str::to_owned)
}
