//! How a program of Rust is started, where cargo alone does not say.
//!
//! Sources: the manuals of cargo-leptos, Loco, Shuttle and clap, "Configuration" in the Cargo book.

use dhtl_detection::formats::toml::{Node, TomlFile};
use dhtl_project_model::stack::Stack;
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command};
use super::super::frameworks::Frameworks;
use super::super::ports;
use super::crates::Crate;
use crate::places;
use crate::sources::Sources;

/// What a program called `name` is started with, typed at the top of its workspace.
pub(super) fn start(sources: &Sources<'_>, top: &str, name: &str) -> String {
    let usual = || format!("./target/release/{name}");
    let Some(path) = draft::here(sources.tree, top, &[".cargo/config.toml", ".cargo/config"])
    else {
        return usual();
    };
    let file = sources
        .text(&path)
        .and_then(|text| TomlFile::parse(&path, text).ok());
    let target = file
        .as_ref()
        .and_then(|file| file.get(&["build", "target"]));
    let Some(target) = target.and_then(Node::as_str) else {
        return usual();
    };
    // What is no program of this machine is run by another one.
    let runner = file
        .as_ref()
        .and_then(|file| file.get(&["target", target, "runner"]));
    match runner.and_then(Node::as_str) {
        Some(runner) if target.starts_with("wasm32") => {
            format!("{runner} target/{target}/release/{name}.wasm")
        }
        _ => format!("./target/{target}/release/{name}"),
    }
}

/// The subcommand that makes a program listen: that of its framework, or a variant of an enum of
/// subcommands.
pub(super) fn serve(
    sources: &Sources<'_>,
    frameworks: &Frameworks,
    code: &[&str],
) -> Option<Found<String>> {
    if let Some(evidence) = frameworks.evidence("loco") {
        return Some(Found {
            value: "start".to_owned(),
            evidence: evidence.clone(),
        });
    }
    if !frameworks.has("clap") && !frameworks.has("structopt") {
        return None;
    }
    code.iter()
        .find_map(|path| subcommand(path, &sources.text(path)?))
}

/// `#[derive(Subcommand)] enum Command { Serve { … } }` is typed as `serve`.
fn subcommand(path: &str, text: &str) -> Option<Found<String>> {
    const NAMES: [&str; 5] = ["Serve", "Server", "Web", "Start", "Run"];
    memchr::memmem::find(text.as_bytes(), b"Subcommand")?;
    let mut sets = 0;
    let mut is_subcommand = false;
    let mut is_inside = false;
    let mut found: Vec<(usize, u32)> = Vec::new();
    for (line, content) in (1..).zip(text.lines()) {
        if content.trim_start().starts_with("#[derive(") {
            is_subcommand = content.contains("Subcommand");
            sets += usize::from(is_subcommand);
        } else if content.contains("enum ") {
            is_inside = is_subcommand;
        } else if content.starts_with('}') {
            (is_inside, is_subcommand) = (false, false);
        }
        let name = content.trim_start();
        let name = name.split([' ', ',', '(', '{']).next().unwrap_or(name);
        let place = NAMES.iter().position(|known| *known == name);
        found.extend(place.filter(|_| is_inside).map(|place| (place, line)));
    }
    // Of several sets of subcommands the second belongs to one of the first: `gateway start`.
    let usable = if sets > 1 { 3 } else { NAMES.len() };
    let (place, line) = found
        .into_iter()
        .min()
        .filter(|(place, _)| *place < usable)?;
    Some(Found {
        value: NAMES[place].to_ascii_lowercase(),
        evidence: Evidence::at(path, line, "clap-serve-command"),
    })
}

/// What `[package.metadata.leptos]` says: pages that are made by a server and go on in the browser.
pub(super) struct Pages {
    /// Where it stands.
    pub(super) evidence: Evidence,
    address: Option<Found<String>>,
}

impl Pages {
    /// The port of `site-addr`.
    pub(super) fn port(&self) -> Option<Found<u16>> {
        let address = self.address.as_ref()?;
        Some(Found {
            value: ports::usable(address.value.rsplit_once(':')?.1)?,
            evidence: address.evidence.clone(),
        })
    }
}

/// The settings of cargo-leptos for a crate that makes a program.
pub(super) fn leptos(sources: &Sources<'_>, one: &Crate, top: &str) -> Option<Pages> {
    let pages = |node: Node<'_>| Pages {
        evidence: node.evidence("cargo-leptos"),
        address: node.get("site-addr").and_then(|address| {
            Some(Found {
                value: address.as_str()?.to_owned(),
                evidence: address.evidence("cargo-leptos-address-port"),
            })
        }),
    };
    if let Some(node) = one.manifest.get(&["package", "metadata", "leptos"]) {
        return Some(pages(node));
    }
    if one.folder == top {
        return None;
    }
    let path = places::inside(top, "Cargo.toml");
    let file = TomlFile::parse(&path, sources.text(&path)?).ok()?;
    let listed = file.get(&["workspace", "metadata", "leptos"])?;
    let name = one.name()?.value;
    let project = listed.elements().into_iter().find(|project| {
        let package = project.get("bin-package").and_then(Node::as_str);
        package == Some(name.as_str())
    })?;
    Some(pages(project))
}

/// Builds the program and its pages together.
pub(super) fn with_leptos(stack: &mut Stack) {
    for (text, place) in [
        ("cargo leptos build --release", &mut stack.commands.build),
        ("cargo leptos watch", &mut stack.commands.dev),
    ] {
        if let Some(found) = place {
            text.clone_into(&mut found.value);
        }
    }
}

/// Starts what only Shuttle can start.
pub(super) fn with_shuttle(stack: &mut Stack, evidence: &Evidence) {
    stack.commands.start = command("shuttle run --release --external", evidence);
    stack.commands.dev = command("shuttle run", evidence);
}
