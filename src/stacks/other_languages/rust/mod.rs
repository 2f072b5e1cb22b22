//! Rust: crates, workspaces and the programs in them.
//!
//! Sources: the Cargo book, the rustup book ("Overrides") and the manuals of the frameworks.

mod crates;
#[cfg(test)]
mod tests;

use dhtl_detection::formats::toml::{Node, TomlFile};
use dhtl_project_model::stack::{
    ProjectType, Runtime, RuntimeVersion, Stack, StackKind, Workspace,
};
use dhtl_project_model::{Evidence, Found};

use self::crates::Crate;
use super::draft::{self, command, found};
use super::frameworks::{Framework, Frameworks, framework};
use super::inventory::{Inventory, ending};
use super::{ports, tokens};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("axum", "axum", ProjectType::Api, None),
    framework("actix-web", "actix-web", ProjectType::Api, None),
    framework("rocket", "rocket", ProjectType::Api, Some(8000)),
    framework("warp", "warp", ProjectType::Api, None),
    framework("poem", "poem", ProjectType::Api, None),
    framework("salvo", "salvo", ProjectType::Api, None),
    framework("tide", "tide", ProjectType::Api, None),
    framework("loco-rs", "loco", ProjectType::Web, Some(5150)),
    framework("leptos_axum", "leptos", ProjectType::Web, Some(3000)),
    framework("leptos_actix", "leptos", ProjectType::Web, Some(3000)),
    framework("leptos", "leptos", ProjectType::Static, None),
    framework("yew", "yew", ProjectType::Static, None),
    framework("sycamore", "sycamore", ProjectType::Static, None),
    framework("dioxus", "dioxus", ProjectType::App, None),
    framework("tonic", "tonic", ProjectType::Api, None),
    framework("hyper", "hyper", ProjectType::Api, None),
    framework("serenity", "serenity", ProjectType::Bot, None),
    framework("teloxide", "teloxide", ProjectType::Bot, None),
    framework("tauri", "tauri", ProjectType::App, None),
    framework("bevy", "bevy", ProjectType::App, None),
    framework("eframe", "egui", ProjectType::App, None),
    framework("iced", "iced", ProjectType::App, None),
    framework("gtk4", "gtk", ProjectType::App, None),
    framework("slint", "slint", ProjectType::App, None),
    framework("apalis", "apalis", ProjectType::Worker, None),
    framework("clap", "clap", ProjectType::Cli, None),
    framework("structopt", "structopt", ProjectType::Cli, None),
    framework("argh", "argh", ProjectType::Cli, None),
    framework("lexopt", "lexopt", ProjectType::Cli, None),
    framework("pico-args", "pico-args", ProjectType::Cli, None),
    framework("ratatui", "ratatui", ProjectType::Cli, None),
];

/// The stacks and workspaces of Rust.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let (crates, workspaces) = crates::crates(sources, inventory);
    let stacks = crates
        .iter()
        .map(|one| {
            let top = workspaces.iter().find_map(|workspace| {
                let is_member = workspace.members.contains(&one.folder);
                is_member.then_some(workspace.folder.as_str())
            });
            stack(sources, one, top.unwrap_or(&one.folder), &crates)
        })
        .collect();
    (stacks, workspaces)
}

fn stack(sources: &Sources<'_>, one: &Crate, top: &str, crates: &[Crate]) -> Stack {
    let evidence = Evidence::file(&one.path, "cargo-package");
    let mut frameworks = Frameworks::default();
    for (package, evidence) in one.dependencies() {
        frameworks.add_package(FRAMEWORKS, package, evidence);
    }
    let binary = binary(one);
    let purpose = purpose(sources, one, binary.as_ref(), &frameworks);
    let purpose = draft::with_pages(sources.tree, &one.folder, purpose);
    let value = purpose.value;
    let mut stack = Stack::new(
        one.folder.as_str(),
        StackKind::Rust,
        evidence.clone(),
        purpose,
    );
    stack.name = one.name();
    stack.frameworks = frameworks.names();
    stack.runtimes.push(version(sources, one, top));
    let lock = draft::here(sources.tree, top, &["Cargo.lock"]);
    let locked = if lock.is_some() { " --locked" } else { "" };
    stack.package_manager = Some(draft::manager("cargo", lock, &evidence));
    stack.commands.install = command(format!("cargo fetch{locked}"), &evidence);
    stack.commands.build = command(format!("cargo build --release{locked}"), &evidence);
    stack.commands.test = command("cargo test", &evidence);
    if value == ProjectType::Static {
        build_pages(&mut stack, &evidence);
    } else if let Some(binary) = &binary
        && value != ProjectType::Library
    {
        run_binary(&mut stack, sources, one, top, binary);
        if matches!(value, ProjectType::Api | ProjectType::Web) {
            stack.port = port(sources, one, crates).or_else(|| frameworks.port());
        }
    }
    stack
}

/// What it is: a library where it makes no program.
fn purpose(
    sources: &Sources<'_>,
    one: &Crate,
    binary: Option<&Found<String>>,
    frameworks: &Frameworks,
) -> Found<ProjectType> {
    let path = &one.path;
    let pages = draft::here(sources.tree, &one.folder, &["Trunk.toml", "index.html"]);
    let decided = frameworks.purpose();
    if let (Some(page), Some(ProjectType::Static)) =
        (pages, decided.as_ref().map(|purpose| purpose.value))
    {
        return found(ProjectType::Static, &Evidence::file(page, "trunk-page"));
    }
    // Where it is open which of several programs is run, they are programs all the same.
    let Some(binary) = binary.or(one.binaries.first()) else {
        return found(ProjectType::Library, &Evidence::file(path, "cargo-no-bin"));
    };
    if let Some(decided) = decided.filter(|purpose| purpose.value != ProjectType::Static) {
        // A library with a client of its own is used by both.
        return decided;
    }
    let category = one.manifest.get(&["package", "categories"]);
    let mut categories = category.into_iter().flat_map(Node::texts);
    match categories.find(|(text, _)| *text == "command-line-utilities") {
        Some((_, node)) => found(ProjectType::Cli, &node.evidence("cargo-category")),
        None if one.has_library(sources) && is_only_beside(binary) => {
            found(ProjectType::Library, &Evidence::file(path, "cargo-lib"))
        }
        None => found(ProjectType::App, &binary.evidence),
    }
}

/// Whether a program is one of `src/bin`, which beside a library are its tools.
fn is_only_beside(binary: &Found<String>) -> bool {
    binary.evidence.path.contains("src/bin/")
}

/// The program that is run: the one that the manifest names, or the one called like the package, or
/// the only one. Of several others, `cargo run` asks which is meant.
fn binary(one: &Crate) -> Option<Found<String>> {
    let named = one
        .manifest
        .get(&["package", "default-run"])
        .and_then(Node::as_str);
    let name = one.name();
    let name = named.or(name.as_ref().map(|name| name.value.as_str()));
    let chosen = one
        .binaries
        .iter()
        .find(|binary| Some(binary.value.as_str()) == name);
    let only = || match one.binaries.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    chosen.or_else(only).cloned()
}

fn run_binary(
    stack: &mut Stack,
    sources: &Sources<'_>,
    one: &Crate,
    top: &str,
    binary: &Found<String>,
) {
    let name = &binary.value;
    // A workspace has one folder for what it builds, at its top.
    let steps = places::relative(&one.folder, top).map_or(0, |inner| inner.split('/').count());
    let up = if steps == 0 {
        "./".to_owned()
    } else {
        "../".repeat(steps)
    };
    let target = target(sources, top);
    stack.commands.start = command(
        format!("{up}target/{target}release/{name}"),
        &binary.evidence,
    );
    let several = one.binaries.len() > 1;
    let only = if several {
        format!(" --bin {name}")
    } else {
        String::new()
    };
    stack.commands.dev = command(format!("cargo run{only}"), &binary.evidence);
    if several && let Some(build) = &mut stack.commands.build {
        build.value.push_str(&only);
    }
    stack.application = Some(binary.clone());
}

/// The folder of the platform that is built for, where `.cargo/config.toml` names one.
fn target(sources: &Sources<'_>, top: &str) -> String {
    let read = || {
        let path = draft::here(sources.tree, top, &[".cargo/config.toml", ".cargo/config"])?;
        let file = TomlFile::parse(&path, sources.text(&path)?).ok()?;
        let target = file.get(&["build", "target"])?.as_str()?;
        Some(format!("{target}/"))
    };
    read().unwrap_or_default()
}

/// Pages that run in a browser, built with trunk.
fn build_pages(stack: &mut Stack, evidence: &Evidence) {
    stack.commands.build = command("trunk build --release", evidence);
    stack.commands.dev = command("trunk serve", evidence);
    stack.index_fallback = true;
    stack.static_output = Some(found("dist".to_owned(), evidence));
}

/// The port, as the code of the crate or `Rocket.toml` says.
fn port(sources: &Sources<'_>, one: &Crate, crates: &[Crate]) -> Option<Found<u16>> {
    const MOST: usize = 60;
    if let Some(path) = draft::here(sources.tree, &one.folder, &["Rocket.toml"])
        && let Some(port) = port_of_rocket(sources, &path)
    {
        return Some(port);
    }
    let code = places::inside(&one.folder, "src");
    let inner: Vec<&str> = crates
        .iter()
        .map(|other| other.folder.as_str())
        .filter(|other| places::relative(other, &one.folder).is_some())
        .collect();
    let is_inner = |path: &str| {
        let mut inner = inner.iter();
        inner.any(|folder| places::relative(path, folder).is_some())
    };
    let mut files: Vec<&str> = sources
        .tree
        .below(&code)
        .map(|file| file.path.as_str())
        .filter(|path| ending(path) == "rs" && !is_inner(path))
        .collect();
    files.sort_by_key(|path| (!path.ends_with("main.rs"), path.split('/').count(), *path));
    files.into_iter().take(MOST).find_map(|path| {
        let text = sources.text(path)?;
        ports::port(path, &text, tokens::RUST)
    })
}

/// `port` of `Rocket.toml`.
fn port_of_rocket(sources: &Sources<'_>, path: &str) -> Option<Found<u16>> {
    let text = sources.text(path)?;
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let (key, value) = content.split_once('=')?;
        let port = (key.trim() == "port").then(|| value.trim().parse().ok())??;
        Some(Found {
            value: port,
            evidence: Evidence::at(path, line, "rocket-toml-port"),
        })
    })
}

/// The version of Rust. `rust-version` is the lowest that will do.
fn version(sources: &Sources<'_>, one: &Crate, top: &str) -> RuntimeVersion {
    let own = draft::nearest(
        sources.tree,
        &one.folder,
        &["rust-toolchain.toml", "rust-toolchain"],
    );
    let own = own.and_then(|path| toolchain(sources, &path));
    let mut lowest = one.manifest.get(&["package", "rust-version"]);
    let inherited;
    if lowest.is_some_and(|node| node.as_str().is_none()) {
        inherited = workspace_manifest(sources, top);
        lowest = inherited
            .as_ref()
            .and_then(|file| file.get(&["workspace", "package", "rust-version"]));
    }
    let lowest = lowest.and_then(|node| {
        let text = node.as_str()?;
        Some(Statement {
            text: format!(">={text}"),
            evidence: node.evidence("cargo-rust-version"),
        })
    });
    let mut version = draft::runtime(
        sources,
        &one.folder,
        Runtime::Rust,
        own.into_iter().collect(),
        lowest.into_iter().collect(),
    );
    draft::as_written(&mut version, "cargo-rust-version", |text| {
        text.trim_start_matches(">=").to_owned()
    });
    version
}

fn workspace_manifest(sources: &Sources<'_>, top: &str) -> Option<TomlFile> {
    let path = places::inside(top, "Cargo.toml");
    // It was reported where its own turn came.
    TomlFile::parse(&path, sources.text(&path)?).ok()
}

/// What a `rust-toolchain` or `rust-toolchain.toml` asks for: TOML, or a line of the old form.
fn toolchain(sources: &Sources<'_>, path: &str) -> Option<Statement> {
    let text = sources.text(path)?;
    if ending(path) != "toml" && !text.contains("[toolchain]") {
        return versions::version_file(sources, path, "rust-toolchain");
    }
    match TomlFile::parse(path, text) {
        Ok(file) => {
            let channel = file.get(&["toolchain", "channel"])?;
            Some(Statement {
                text: channel.as_str()?.to_owned(),
                evidence: channel.evidence("rust-toolchain"),
            })
        }
        Err(problem) => {
            sources.report(problem);
            None
        }
    }
}
