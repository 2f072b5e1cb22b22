//! Languages of which the manifest alone is read: Gleam, Zig, Haskell, Crystal, Dart and COBOL.

mod cobol;
mod crystal;
mod dart;
mod gleam;
mod haskell;
#[cfg(test)]
mod tests;
mod zig;

use dhtl_project_model::stack::{ProjectType, Runtime, RuntimeVersion, Stack, Workspace};
use dhtl_project_model::{Evidence, Found};

use super::draft::{self, found};
use super::frameworks::Frameworks;
use super::inventory::{Inventory, ending, folders};
use crate::places;
use crate::sources::Sources;
use crate::versions::Statement;

/// Manifests of other languages, at the root.
const OTHERS: [&str; 6] = [
    "Cargo.toml",
    "go.mod",
    "package.json",
    "pyproject.toml",
    "mix.exs",
    "pom.xml",
];

/// Finds a stack by the manifest at a path.
type Reader = fn(&Sources<'_>, &str, &str) -> Option<Stack>;

/// The stacks of these languages: one in a folder for each of them.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    const READERS: [(&str, Reader); 7] = [
        ("gleam.toml", gleam::read),
        ("build.zig", zig::read),
        ("package.yaml", haskell::read_hpack),
        ("stack.yaml", haskell::read_cabal),
        ("cabal.project", haskell::read_cabal),
        ("shard.yml", crystal::read),
        ("pubspec.yaml", dart::read),
    ];
    let has_main = OTHERS.iter().any(|name| sources.tree.contains(name));
    let mut stacks: Vec<Stack> = Vec::new();
    for folder in folders(&inventory.further) {
        for (name, read) in READERS {
            let path = places::inside(folder, name);
            if sources.tree.contains(&path) && !places::is_documentation(&path) {
                add(&mut stacks, read(sources, folder, &path));
            }
        }
        let is_cabal = |path: &&&str| ending(path) == "cabal" && places::folder(path) == folder;
        if let Some(path) = inventory.further.iter().find(is_cabal) {
            add(&mut stacks, haskell::read_cabal(sources, folder, path));
        }
    }
    // Below a project of another language they are tools of it, unless they answer requests.
    stacks.retain(|stack| {
        let is_tool = matches!(
            stack.project_type.value,
            ProjectType::App | ProjectType::Cli
        );
        let is_pages = stack.static_output.is_some() || stack.commands.start.is_none();
        stack.folder == "." || !has_main || !is_tool || is_pages
    });
    stacks.extend(cobol::find(inventory));
    (stacks, Vec::new())
}

/// Adds what is found, unless another manifest of its language in the folder was read before.
fn add(stacks: &mut Vec<Stack>, stack: Option<Stack>) {
    let Some(stack) = stack else {
        return;
    };
    let is_known = stacks
        .iter()
        .any(|known| known.folder == stack.folder && known.kind == stack.kind);
    if !is_known {
        stacks.push(stack);
    }
}

/// What something is: what its frameworks say where a program is made, or else a library.
fn purpose(
    program: Option<&Found<String>>,
    frameworks: &Frameworks,
    manifest: &str,
    rule: &'static str,
) -> Found<ProjectType> {
    match program {
        Some(program) => frameworks
            .purpose()
            .unwrap_or_else(|| found(ProjectType::App, &program.evidence)),
        None => found(ProjectType::Library, &Evidence::file(manifest, rule)),
    }
}

/// The version of which a manifest names the lowest that will do.
fn version(
    sources: &Sources<'_>,
    folder: &str,
    runtime: Runtime,
    exact: Option<Statement>,
    range: Option<Statement>,
) -> RuntimeVersion {
    let exact = exact.into_iter().collect();
    draft::runtime(sources, folder, runtime, exact, range.into_iter().collect())
}

/// Where an application answers requests, the port of its framework.
fn add_port(stack: &mut Stack, frameworks: &Frameworks) {
    if matches!(
        stack.project_type.value,
        ProjectType::Api | ProjectType::Web
    ) {
        stack.port = frameworks.port();
    }
}
