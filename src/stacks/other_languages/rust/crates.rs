//! The crates of a project, and the workspaces that hold them together.
//!
//! Sources: "The Manifest Format", "Workspaces" and "Cargo Targets" in the Cargo book.

use std::collections::BTreeSet;

use dhtl_detection::formats::toml::{Node, TomlFile};
use dhtl_project_model::stack::{Workspace, WorkspaceTool};
use dhtl_project_model::{Evidence, Found};

use super::super::inventory::{Inventory, folders};
use super::super::patterns::Patterns;
use crate::places;
use crate::sources::Sources;

/// A `Cargo.toml`.
#[derive(Debug)]
pub(super) struct Crate {
    /// Its folder.
    pub(super) folder: String,
    /// Its path.
    pub(super) path: String,
    /// What stands in it.
    pub(super) manifest: TomlFile,
    /// The programs it makes, with what shows them.
    pub(super) binaries: Vec<Found<String>>,
    /// The one of them that is made of `src/main.rs`.
    pub(super) main_binary: Option<String>,
}

impl Crate {
    fn read(sources: &Sources<'_>, folder: &str) -> Option<Self> {
        let path = places::inside(folder, "Cargo.toml");
        let text = sources.text(&path)?;
        match TomlFile::parse(&path, text) {
            Ok(manifest) => {
                let mut found = Self {
                    folder: folder.to_owned(),
                    path,
                    manifest,
                    binaries: Vec::new(),
                    main_binary: None,
                };
                found.binaries = found.read_binaries(sources);
                found.main_binary = found.read_main_binary();
                Some(found)
            }
            Err(problem) => {
                sources.report(problem);
                None
            }
        }
    }

    /// Whether it is a package, and not only a workspace.
    pub(super) fn is_package(&self) -> bool {
        self.manifest.get(&["package"]).is_some()
    }

    /// The name it gives itself.
    pub(super) fn name(&self) -> Option<Found<String>> {
        let node = self.manifest.get(&["package", "name"])?;
        Some(Found {
            value: node.as_str()?.to_owned(),
            evidence: node.evidence("cargo-package-name"),
        })
    }

    /// Whether it has a library.
    pub(super) fn has_library(&self, sources: &Sources<'_>) -> bool {
        self.manifest.get(&["lib"]).is_some()
            || sources
                .tree
                .contains(&places::inside(&self.folder, "src/lib.rs"))
    }

    fn read_main_binary(&self) -> Option<String> {
        let listed = self.manifest.get(&["bin"]);
        let mut listed = listed.into_iter().flat_map(Node::elements);
        let listed = listed.find(|node| {
            let path = node.get("path").and_then(Node::as_str);
            path.is_some_and(|path| path.trim_start_matches("./") == "src/main.rs")
        });
        let name = listed.and_then(|node| node.get("name")?.as_str().map(str::to_owned));
        name.or_else(|| self.name().map(|name| name.value))
    }

    /// The features that are switched on unless somebody says otherwise, and what they switch on.
    fn default_features(&self) -> BTreeSet<&str> {
        let Some(features) = self.manifest.get(&["features"]) else {
            return BTreeSet::new();
        };
        let mut reached = BTreeSet::from(["default"]);
        let mut waiting = vec!["default"];
        while let Some(feature) = waiting.pop() {
            let parts = features.get(feature).map_or_else(Vec::new, Node::texts);
            for (part, _) in parts {
                let part = part.strip_prefix("dep:").unwrap_or(part);
                // `axum/macros` switches on axum as well; `axum?/macros` does not.
                let name = part.split('/').next().unwrap_or(part);
                if !name.ends_with('?') && reached.insert(name) {
                    waiting.push(name);
                }
            }
        }
        reached
    }

    /// The packages it is built with unless somebody asks for more, and where they stand.
    pub(super) fn dependencies(&self) -> Vec<(&str, Evidence)> {
        let features = self.default_features();
        let tables = self.manifest.get(&["dependencies"]).into_iter().chain(
            self.manifest
                .get(&["target"])
                .into_iter()
                .flat_map(Node::entries)
                .filter_map(|(_, target)| target.get("dependencies")),
        );
        let dependencies = tables.flat_map(Node::entries).filter_map(|(name, node)| {
            let is_optional = node.get("optional").and_then(Node::as_bool) == Some(true);
            if is_optional && !features.contains(name) {
                return None;
            }
            // `name = { package = "other" }` is the other one.
            let package = node.get("package").and_then(Node::as_str).unwrap_or(name);
            Some((package, node.evidence("cargo-dependency")))
        });
        dependencies.collect()
    }

    /// The programs: those that it lists, and those that lie where cargo looks for them.
    fn read_binaries(&self, sources: &Sources<'_>) -> Vec<Found<String>> {
        let mut binaries: Vec<Found<String>> = Vec::new();
        let default = self.default_features();
        let listed = self
            .manifest
            .get(&["bin"])
            .into_iter()
            .flat_map(Node::elements);
        let mut listed_paths = Vec::new();
        for node in listed {
            let path = node.get("path").and_then(Node::as_str);
            listed_paths.extend(path.map(|path| places::inside(&self.folder, path)));
            let required = node
                .get("required-features")
                .map_or_else(Vec::new, Node::texts);
            if required
                .iter()
                .any(|(feature, _)| !default.contains(feature))
            {
                continue;
            }
            if let Some(name) = node.get("name").and_then(Node::as_str) {
                binaries.push(Found {
                    value: name.to_owned(),
                    evidence: node.evidence("cargo-bin"),
                });
            }
        }
        let finds = self
            .manifest
            .get(&["package", "autobins"])
            .and_then(Node::as_bool);
        if !self.is_package() || finds == Some(false) {
            return binaries;
        }
        let mut add = |name: &str, path: &str| {
            let is_known = binaries.iter().any(|known| known.value == name);
            if !is_known && !listed_paths.iter().any(|listed| listed == path) {
                binaries.push(Found {
                    value: name.to_owned(),
                    evidence: Evidence::file(path, "cargo-bin-file"),
                });
            }
        };
        let main = places::inside(&self.folder, "src/main.rs");
        if sources.tree.contains(&main)
            && let Some(name) = self.name()
        {
            add(&name.value, &main);
        }
        let folder = places::inside(&self.folder, "src/bin");
        for file in sources.tree.below(&folder) {
            let inner = places::relative(&file.path, &folder).unwrap_or_default();
            let name = inner
                .strip_suffix("/main.rs")
                .or_else(|| inner.strip_suffix(".rs"));
            if let Some(name) = name.filter(|name| !name.contains('/')) {
                add(name, &file.path);
            }
        }
        binaries
    }
}

/// The members of a workspace and the packages that are none, the shallowest first; and the
/// workspaces.
pub(super) fn crates(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Crate>, Vec<Workspace>) {
    let mut crates: Vec<Crate> = Vec::new();
    let mut workspaces: Vec<Workspace> = Vec::new();
    let all = [inventory.cargo.as_slice(), &inventory.foreign_cargo].concat();
    for folder in folders(&all) {
        let path = places::inside(folder, "Cargo.toml");
        let is_member = workspaces
            .iter()
            .any(|workspace| workspace.members.iter().any(|member| member == folder));
        if !is_member && places::is_foreign(&path) {
            continue;
        }
        let is_task = matches!(
            places::file_name(folder),
            "xtask" | "xtasks" | "fuzz" | "testbench"
        );
        if is_task || (!is_member && places::is_documentation(&path)) {
            continue;
        }
        let Some(found) = Crate::read(sources, folder) else {
            continue;
        };
        workspaces.extend(workspace(&found, inventory));
        if found.is_package() {
            crates.push(found);
        }
    }
    (crates, workspaces)
}

fn workspace(top: &Crate, inventory: &Inventory<'_>) -> Option<Workspace> {
    let node = top.manifest.get(&["workspace"])?;
    let listed = |key: &str| -> Vec<&str> {
        let node = top.manifest.get(&["workspace", key]);
        let texts = node.into_iter().flat_map(Node::texts);
        texts.map(|(text, _)| text).collect()
    };
    // What it depends on by path is a member as well, listed or not.
    let shared = top.manifest.get(&["workspace", "dependencies"]);
    let own = top.manifest.get(&["dependencies"]);
    let tables = shared.into_iter().chain(own).flat_map(Node::entries);
    let paths = tables.filter_map(|(_, node)| node.get("path")?.as_str());
    let patterns = Patterns::new(
        listed("members").into_iter().chain(paths),
        listed("exclude"),
    );
    let named = |paths: &[&str]| -> Vec<String> {
        let members = paths.iter().filter_map(|path| {
            let folder = places::folder(path);
            let inner = places::relative(folder, &top.folder)?;
            patterns.name(inner).then(|| folder.to_owned())
        });
        members.collect()
    };
    let mut members = named(&inventory.cargo);
    if top.is_package() {
        members.push(top.folder.clone());
    }
    // Examples beside what they are examples of are none of it.
    if members.is_empty() {
        members = named(&inventory.foreign_cargo);
    }
    members.sort();
    let evidence = node
        .get("members")
        .unwrap_or(node)
        .evidence("cargo-workspace");
    (!members.is_empty()).then(|| Workspace {
        tool: WorkspaceTool::Cargo,
        folder: top.folder.clone(),
        members,
        evidence,
    })
}
