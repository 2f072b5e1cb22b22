//! Java and Kotlin: Maven and Gradle.

mod frameworks;
mod gradle;
mod gradle_scripts;
mod maven;
mod statements;
#[cfg(test)]
mod tests;

use dhtl_project_model::Found;
use dhtl_project_model::stack::{Stack, Workspace};

use super::inventory::Inventory;
use crate::places;
use crate::sources::Sources;

/// The stacks and workspaces of Java and Kotlin.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let (mut stacks, mut workspaces) = maven::find(sources, inventory);
    let (others, more) = gradle::find(sources, inventory);
    for stack in others {
        // Of two builds of one folder the one of Maven says more about it.
        if !stacks
            .iter()
            .any(|known: &Stack| known.folder == stack.folder)
        {
            stacks.push(stack);
        }
    }
    workspaces.extend(more);
    (stacks, workspaces)
}

/// Whether a file of the code is called like one that starts a program.
fn has_main_file(sources: &Sources<'_>, folder: &str) -> bool {
    let code = places::inside(folder, "src/main");
    sources.tree.below(&code).any(|file| {
        let name = places::file_name(&file.path);
        let stem = name
            .strip_suffix(".java")
            .or_else(|| name.strip_suffix(".kt"));
        stem.is_some_and(|stem| {
            ["Application", "Main", "MainKt", "App"]
                .iter()
                .any(|end| stem.ends_with(end))
        })
    })
}

/// Whether there is any code of a language of the JVM.
fn has_code(sources: &Sources<'_>, folder: &str) -> bool {
    sources.tree.below(folder).any(|file| {
        let ending = file.path.rsplit_once('.').map_or("", |(_, ending)| ending);
        matches!(ending, "java" | "kt" | "groovy" | "scala")
    })
}

/// How the wrapper at `path` is called from `folder`; `program` where there is none.
fn wrapper_command(path: Option<&str>, folder: &str, name: &str, program: &str) -> String {
    let Some(path) = path else {
        return program.to_owned();
    };
    let top = places::folder(path);
    match places::relative(folder, top) {
        Some(inner) => format!("{}{name}", "../".repeat(inner.split('/').count())),
        None => format!("./{name}"),
    }
}

/// The version that a wrapper fetches: what stands between `prefix` and `-bin.zip` in its address.
fn wrapper_version(
    sources: &Sources<'_>,
    path: &str,
    prefix: &str,
    rule: &'static str,
) -> Option<Found<String>> {
    let address = statements::property(sources, path, "distributionUrl", rule)?;
    let (_, rest) = address.text.rsplit_once(prefix)?;
    let version = rest
        .strip_suffix(".zip")
        .unwrap_or(rest)
        .trim_end_matches("-bin")
        .trim_end_matches("-all");
    (!version.is_empty()).then(|| Found {
        value: version.to_owned(),
        evidence: address.evidence,
    })
}
