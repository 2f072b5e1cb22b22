//! What a command is made of: the packages of its module that it imports, and theirs.

use std::collections::{BTreeSet, VecDeque};

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::super::frameworks::Frameworks;
use super::super::{ports, tokens};
use super::commands::Command;
use super::frameworks::{CGO_PACKAGES, FRAMEWORKS, NET_HTTP};
use super::modules::Module;
use super::serve::{self, Serve};
use super::source::Source;
use crate::places;
use crate::sources::Sources;

/// The files that are read for one command at most: what a program is shows near its beginning.
const MOST: usize = 120;

/// What a command is made of.
#[derive(Debug, Default)]
pub(super) struct Reach {
    /// What it is built with.
    pub(super) frameworks: Frameworks,
    /// The port it listens on.
    pub(super) port: Option<Found<u16>>,
    /// What reads options of the command line.
    pub(super) options: Option<Evidence>,
    /// What shows pages: they are a part of the program.
    pub(super) pages: Option<Evidence>,
    /// Whether a server is started without saying where it listens.
    uses_default_port: bool,
    /// What answers programs beside or below the others.
    protocols: Frameworks,
    /// What needs a C compiler.
    pub(super) cgo: Option<Evidence>,
    /// The subcommand that makes it listen.
    serve: Option<Serve>,
}

/// What `command` of `module` is made of.
pub(super) fn of(sources: &Sources<'_>, module: &Module<'_>, command: &Command<'_>) -> Reach {
    let by_folder = &module.files;
    let mut reach = Reach::default();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut waiting: VecDeque<String> = VecDeque::from([command.folder.to_owned()]);
    seen.insert(command.folder.to_owned());
    let mut count = 0;
    while let Some(folder) = waiting.pop_front() {
        for path in by_folder.get(folder.as_str()).into_iter().flatten() {
            count += 1;
            if count > MOST {
                return reach.finished();
            }
            for imported in reach.add(sources, path) {
                let inner = module.name().and_then(|name| {
                    if imported == name {
                        return Some(module.folder.to_owned());
                    }
                    let inner = places::relative(&imported, name)?;
                    Some(places::inside(module.folder, inner))
                });
                if let Some(inner) = inner
                    && by_folder.contains_key(inner.as_str())
                    && seen.insert(inner.clone())
                {
                    waiting.push_back(inner);
                }
            }
        }
    }
    reach.finished()
}

impl Reach {
    /// The port: what the code says, or else what the framework does where nothing is said.
    pub(super) fn port(&self) -> Option<Found<u16>> {
        // One that is only read from settings may be anything.
        let listens_at_once = self.uses_default_port || self.frameworks.has("pocketbase");
        let default = || self.frameworks.port().filter(|_| listens_at_once);
        self.port.clone().or_else(default)
    }

    /// The subcommand that makes it listen.
    pub(super) fn serve(&self) -> Option<Found<String>> {
        serve::of_framework(&self.frameworks)
            .or_else(|| self.serve.as_ref().map(|serve| serve.name.clone()))
    }

    /// Whether it answers requests.
    pub(super) fn answers(&self) -> bool {
        let purpose = self.frameworks.purpose().map(|purpose| purpose.value);
        matches!(purpose, Some(ProjectType::Api | ProjectType::Web))
    }

    fn finished(mut self) -> Self {
        let protocols = std::mem::take(&mut self.protocols);
        self.frameworks.append(protocols);
        self
    }

    /// Adds what a file shows, and returns what it imports.
    fn add(&mut self, sources: &Sources<'_>, path: &str) -> Vec<String> {
        let Some(text) = sources.text(path) else {
            return Vec::new();
        };
        let Some(source) = Source::read(path, &text) else {
            return Vec::new();
        };
        let mut listens = false;
        for (line, import) in &source.imports {
            let evidence = || Evidence::at(path, *line, "go-import");
            if *import == "C"
                || CGO_PACKAGES
                    .iter()
                    .any(|package| is_within(import, package))
            {
                self.cgo.get_or_insert_with(evidence);
            }
            // An option of the command line, read deep inside, makes no command.
            if *import == "flag" && source.main.is_some() {
                self.options.get_or_insert_with(evidence);
            }
            let known = FRAMEWORKS
                .iter()
                .find(|known| is_within(import, known.package));
            // A client of other services imports the same.
            let is_client = known.is_some_and(|known| known.name == "grpc") && !serves_grpc(&text);
            if let Some(framework) = known.filter(|_| !is_client) {
                listens |= framework.purpose != ProjectType::Cli;
                let is_protocol = matches!(framework.name, "grpc" | "connect" | "gqlgen");
                let list = if is_protocol {
                    &mut self.protocols
                } else {
                    &mut self.frameworks
                };
                list.add(*framework, evidence());
            }
        }
        if let Some(line) =
            line_with(&text, &["http.ListenAndServe", "http.Serve("]).or_else(|| {
                line_with(&text, &["http.Server{"])
                    .filter(|_| line_with(&text, &[".ListenAndServe", ".Serve("]).is_some())
            })
        {
            listens = true;
            let evidence = Evidence::at(path, line, "go-net-http");
            self.protocols.add(NET_HTTP, evidence);
        }
        let is_of_server = source.main.is_some() || listens;
        self.uses_default_port |= is_of_server && text.contains(".Run()");
        if self.pages.is_none() {
            self.pages = embedded_pages(path, &text);
        }
        self.add_port(path, &text, listens);
        let found = serve::of_file(path, &text, &source);
        if let Some(found) = found
            && self
                .serve
                .as_ref()
                .is_none_or(|known| found.rank < known.rank)
        {
            self.serve = Some(found);
        }
        source
            .imports
            .iter()
            .map(|(_, import)| (*import).to_owned())
            .collect()
    }

    fn add_port(&mut self, path: &str, text: &str, listens: bool) {
        let is_settings = memchr::memmem::find(text.as_bytes(), b"PORT\"").is_some()
            || memchr::memmem::find(text.as_bytes(), b"\"port\"").is_some();
        if self.port.is_none() && (listens || is_settings) {
            self.port = ports::port(path, text, tokens::GO);
        }
    }
}

/// `//go:embed dist` and the like.
fn embedded_pages(path: &str, text: &str) -> Option<Evidence> {
    const NAMES: [&str; 8] = [
        "dist",
        "static",
        "public",
        "templates",
        "web",
        "ui",
        "html",
        "views",
    ];
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let embedded = content.strip_prefix("//go:embed ")?;
        let mut parts = embedded.split([' ', '/', '"', '.', ':']);
        let is_page = parts.any(|part| NAMES.contains(&part));
        is_page.then(|| Evidence::at(path, line, "go-embed"))
    })
}

/// Whether a file offers a service of gRPC, and does not only ask one.
fn serves_grpc(text: &str) -> bool {
    ["grpc.NewServer(", "grpc.ServiceRegistrar", "*grpc.Server"]
        .iter()
        .any(|part| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some())
}

/// Whether `import` is the package or one in it, of any major version.
fn is_within(import: &str, package: &str) -> bool {
    import
        .strip_prefix(package)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The first line that holds one of these, and is no comment.
fn line_with(text: &str, parts: &[&str]) -> Option<u32> {
    let has = |part: &&str| memchr::memmem::find(text.as_bytes(), part.as_bytes()).is_some();
    if !parts.iter().any(has) {
        return None;
    }
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let code = content.split("//").next().unwrap_or_default();
        parts.iter().any(|part| code.contains(part)).then_some(line)
    })
}
