//! Rust: crates, workspaces and the programs in them.
//!
//! Sources: the Cargo book, the rustup book ("Overrides") and the manuals of the frameworks.

mod crates;
mod frameworks;
mod run;
#[cfg(test)]
mod tests;

use dhtl_detection::formats::toml::{Node, TomlFile};
use dhtl_project_model::stack::{
    ProjectType, Runtime, RuntimeVersion, Stack, StackKind, Workspace,
};
use dhtl_project_model::{Evidence, Found};

use self::crates::Crate;
use self::frameworks::FRAMEWORKS;
use super::built::Built;
use super::draft::{self, command, found};
use super::frameworks::Frameworks;
use super::inventory::{Inventory, ending};
use super::{ports, settings, tokens};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

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
    let code = code(sources, one, crates);
    let mut frameworks = Frameworks::default();
    for (package, evidence) in one.dependencies() {
        if !is_client(sources, package, &code) {
            frameworks.add_package(FRAMEWORKS, package, evidence);
        }
    }
    let pages = run::leptos(sources, one, top);
    if let Some(pages) = &pages {
        frameworks.add_package(FRAMEWORKS, "leptos_axum", pages.evidence.clone());
    }
    let built = Built::of_docker(sources, &one.folder);
    let binary = binary(one, &built);
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
    if value == ProjectType::Static {
        stack.commands.test = command("cargo test", &evidence);
        build_pages(&mut stack, &evidence);
        return stack;
    }
    let package = member(&mut stack, one, top);
    stack.commands.build = command(format!("cargo build --release{locked}{package}"), &evidence);
    stack.commands.test = command(format!("cargo test{package}"), &evidence);
    if let Some(binary) = &binary
        && value != ProjectType::Library
    {
        let listens = matches!(value, ProjectType::Api | ProjectType::Web);
        let told = built.arguments([binary.value.as_str()]);
        let serve = told.or_else(|| run::serve(sources, &frameworks, &code).filter(|_| listens));
        run_binary(&mut stack, sources, one, top, binary);
        if let (Some(start), Some(serve)) = (&mut stack.commands.start, &serve) {
            start.value = format!("{} {}", start.value, serve.value);
            start.evidence.clone_from(&serve.evidence);
        }
        if listens {
            stack.port = port(sources, one, &code)
                .or_else(|| pages.as_ref().and_then(run::Pages::port))
                .or_else(|| frameworks.port())
                .or_else(|| settings::port(sources, &[&one.folder, top]));
        }
        if pages.is_some() {
            run::with_leptos(&mut stack);
        }
        if let Some(evidence) = frameworks.evidence("shuttle") {
            run::with_shuttle(&mut stack, evidence);
        }
    }
    stack
}

/// Types what is typed for a member of a workspace at the top of it, where what is built is put, and
/// returns how the member is named there.
fn member(stack: &mut Stack, one: &Crate, top: &str) -> String {
    if one.folder == top {
        return String::new();
    }
    stack.commands.folder = Some(top.to_owned());
    one.name()
        .map_or_else(String::new, |name| format!(" --package {}", name.value))
}

/// Whether a package that servers and clients are made with is used by a client.
fn is_client(sources: &Sources<'_>, package: &str, code: &[&str]) -> bool {
    let marks: &[&str] = match package {
        "hyper" => &["hyper::server", "server::", "serve_connection"],
        "tonic" => &["Server::builder", "transport::Server", "_server::"],
        _ => return false,
    };
    !code.iter().any(|path| {
        let text = sources.text(path).unwrap_or_default();
        marks
            .iter()
            .any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some())
    })
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
    let category = one.manifest.get(&["package", "categories"]);
    let mut categories = category.into_iter().flat_map(Node::texts);
    let category = categories.find(|(text, _)| *text == "command-line-utilities");
    let decided = decided.filter(|purpose| purpose.value != ProjectType::Static);
    if let Some(decided) = decided.filter(|_| category.is_none()) {
        // A library with a client of its own is used by both.
        return decided;
    }
    match category {
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

/// The program that is run: the one that the manifest names, or a Dockerfile starts or builds, or
/// the one called like the package, or that of `src/main.rs`, or the only one, or the only one that
/// is called like a server. Of several others, `cargo run` asks which is meant.
fn binary(one: &Crate, built: &Built) -> Option<Found<String>> {
    const SERVERS: [&str; 6] = ["api", "app", "backend", "server", "service", "web"];
    let named = one.manifest.get(&["package", "default-run"]);
    let of_name = |name: &str| one.binaries.iter().find(|binary| binary.value == name);
    let only = |matches: &dyn Fn(&str) -> bool| {
        let mut found = one.binaries.iter().filter(|binary| matches(&binary.value));
        found.next().filter(|_| found.next().is_none())
    };
    let is_server = |name: &str| {
        let mut words = name.split(['-', '_']);
        words.any(|word| SERVERS.contains(&word))
    };
    named
        .and_then(Node::as_str)
        .and_then(of_name)
        .or_else(|| of_name(&built.start.as_ref()?.program))
        .or_else(|| only(&|name| built.names.iter().any(|built| built == name)))
        .or_else(|| of_name(&one.name()?.value))
        .or_else(|| of_name(one.main_binary.as_ref()?))
        .or_else(|| only(&|_| true))
        .or_else(|| only(&is_server))
        .cloned()
}

fn run_binary(
    stack: &mut Stack,
    sources: &Sources<'_>,
    one: &Crate,
    top: &str,
    binary: &Found<String>,
) {
    let name = &binary.value;
    let start = run::start(sources, top, name);
    stack.commands.start = command(start, &binary.evidence);
    let several = one.binaries.len() > 1;
    let only = if several {
        format!(" --bin {name}")
    } else {
        String::new()
    };
    let package = match (&stack.commands.folder, one.name()) {
        (Some(_), Some(package)) => format!(" --package {}", package.value),
        _ => String::new(),
    };
    stack.commands.dev = command(format!("cargo run{package}{only}"), &binary.evidence);
    if several && let Some(build) = &mut stack.commands.build {
        build.value.push_str(&only);
    }
    stack.application = Some(binary.clone());
}

/// Pages that run in a browser, built with trunk.
fn build_pages(stack: &mut Stack, evidence: &Evidence) {
    stack.commands.build = command("trunk build --release", evidence);
    stack.commands.dev = command("trunk serve", evidence);
    stack.index_fallback = true;
    stack.static_output = Some(found("dist".to_owned(), evidence));
}

/// The code of a crate, without that of crates within: where it begins first.
fn code<'t>(sources: &Sources<'t>, one: &Crate, crates: &[Crate]) -> Vec<&'t str> {
    const MOST: usize = 60;
    let folder = places::inside(&one.folder, "src");
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
        .below(&folder)
        .map(|file| file.path.as_str())
        .filter(|path| ending(path) == "rs" && !is_inner(path))
        .collect();
    files.sort_by_key(|path| (!path.ends_with("main.rs"), path.split('/').count(), *path));
    files.truncate(MOST);
    files
}

/// The port, as the code of the crate or `Rocket.toml` says.
fn port(sources: &Sources<'_>, one: &Crate, code: &[&str]) -> Option<Found<u16>> {
    if let Some(path) = draft::here(sources.tree, &one.folder, &["Rocket.toml"])
        && let Some(port) = port_of_rocket(sources, &path)
    {
        return Some(port);
    }
    code.iter().find_map(|path| {
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
