//! Java, Kotlin, Scala and Clojure: Maven, Gradle, sbt, Leiningen and the command line of Clojure.

mod clojure;
mod frameworks;
mod gradle;
mod gradle_catalog;
mod gradle_commands;
mod gradle_scripts;
mod maven;
mod maven_packing;
mod sbt;
mod statements;
#[cfg(test)]
mod tests;

use dhtl_project_model::Found;
use dhtl_project_model::stack::{Stack, Workspace};

use super::inventory::Inventory;
use crate::places;
use crate::sources::Sources;

/// The stacks and workspaces of the languages of the JVM.
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
    let others = sbt::find(sources, inventory)
        .into_iter()
        .chain(clojure::find(sources, inventory));
    for stack in others {
        // Of two builds of one folder the one that makes a program of it is meant.
        let known = stacks
            .iter_mut()
            .find(|known: &&mut Stack| known.folder == stack.folder);
        match known {
            None => stacks.push(stack),
            Some(known)
                if !known.project_type.value.is_application()
                    && stack.project_type.value.is_application() =>
            {
                *known = stack;
            }
            Some(_) => {}
        }
    }
    (stacks, workspaces)
}

/// A file of the code below `folder` that starts a program, by its name and by what stands in it.
fn main_file(sources: &Sources<'_>, folder: &str) -> Option<String> {
    /// More than one of them is read where the first only has the name of one.
    const MOST: usize = 12;
    const NAMES: [&str; 8] = [
        "Application",
        "Main",
        "MainKt",
        "App",
        "Server",
        "Launcher",
        "Boot",
        "Bot",
    ];
    let files = sources.tree.below(folder).map(|file| file.path.as_str());
    let named = files.filter(|path| {
        let name = places::file_name(path);
        let stem = [".java", ".kt", ".scala", ".groovy"]
            .iter()
            .find_map(|ending| name.strip_suffix(ending));
        stem.is_some_and(|stem| {
            NAMES.iter().any(|end| stem.ends_with(end))
                || stem == "main"
                || stem.starts_with("Main")
                || stem.starts_with("Hello")
        }) && !path.split('/').any(|part| part == "test")
    });
    named
        .take(MOST)
        .find(|path| sources.text(path).is_some_and(|text| starts(&text)))
        .map(str::to_owned)
}

/// Whether a program begins in this text.
fn starts(text: &str) -> bool {
    const BEGINNINGS: [&str; 9] = [
        "static void main(",
        "static final void main(",
        "void main(",
        "fun main(",
        "def main(",
        "@main",
        "extends App",
        "extends IOApp",
        "ZIOAppDefault",
    ];
    text.lines().any(|line| {
        let code = line.split("//").next().unwrap_or_default();
        BEGINNINGS
            .iter()
            .any(|beginning| code.contains(beginning) && !code.trim_start().starts_with('*'))
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
