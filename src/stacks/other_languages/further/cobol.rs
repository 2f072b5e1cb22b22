//! COBOL: programs without a manifest, compiled with `GnuCOBOL`.
//!
//! Source: "Compiling" in the `GnuCOBOL` programmer's guide.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{ProjectType, Stack, StackKind};

use super::super::draft::{command, found};
use super::super::inventory::Inventory;
use crate::places;

/// The program of a project that is nothing else: `index` or `main`, or the only one.
pub(super) fn find(inventory: &Inventory<'_>) -> Option<Stack> {
    let programs = inventory.cobol.iter().copied();
    let programs = programs.filter(|path| matches!(places::folder(path), "." | "src"));
    let programs: Vec<&str> = programs.collect();
    let stem = |path: &str| {
        let name = places::file_name(path);
        name.rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_ascii_lowercase()
    };
    let named = ["index", "main", "app", "program"];
    let named = named
        .iter()
        .find_map(|name| programs.iter().find(|path| stem(path) == **name));
    let only = || match programs.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let path = *named.or_else(only)?;
    let evidence = Evidence::file(path, "cobol-program");
    let purpose = found(ProjectType::App, &evidence);
    let mut stack = Stack::new(".", StackKind::Cobol, evidence.clone(), purpose);
    let name = stem(path);
    let build = format!("mkdir -p bin && cobc -x -o bin/{name} {path}");
    stack.commands.build = command(build, &evidence);
    stack.commands.start = command(format!("./bin/{name}"), &evidence);
    stack.application = Some(found(path.to_owned(), &evidence));
    Some(stack)
}
