//! The main packages of a module, and which of them is the application.

use dhtl_project_model::Evidence;

use super::super::built::Built;
use super::super::inventory::depth;
use super::modules::{Module, is_auxiliary};
use super::reach;
use super::source::Source;
use crate::places;
use crate::sources::Sources;

/// More folders than are looked into where none has a name that promises a command.
const MOST: usize = 300;

/// A main package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Command<'t> {
    /// Its folder.
    pub(super) folder: &'t str,
    /// The file and line of its function `main`.
    pub(super) evidence: Evidence,
}

impl Command<'_> {
    /// The last part of its folder.
    pub(super) fn name(&self) -> &str {
        places::file_name(self.folder)
    }

    /// Whether it answers requests, as its name says.
    fn is_server(&self) -> bool {
        const NAMES: [&str; 13] = [
            "api",
            "app",
            "backend",
            "grpc",
            "gateway",
            "http",
            "httpd",
            "main",
            "serve",
            "server",
            "service",
            "web",
            "webserver",
        ];
        const ENDINGS: [&str; 6] = ["server", "-api", "_api", "-service", "-web", "-app"];
        let name = self.name().to_ascii_lowercase();
        NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending))
    }

    /// Whether it takes its work from a queue or a schedule, as its name says.
    pub(super) fn is_worker(&self) -> bool {
        let name = self.name().to_ascii_lowercase();
        let mut words = name.split(['-', '_']);
        words.any(|word| {
            matches!(
                word,
                "worker" | "workers" | "scheduler" | "consumer" | "cron" | "cronjob" | "jobs"
            )
        })
    }

    /// Whether it serves the project itself or whoever operates it.
    fn is_side_program(&self) -> bool {
        let name = self.name().to_ascii_lowercase();
        let mut words = name.split(['-', '_']);
        is_auxiliary(self.folder)
            || words.any(|word| {
                matches!(
                    word,
                    "migrate"
                        | "migration"
                        | "migrations"
                        | "migrator"
                        | "seed"
                        | "seeder"
                        | "gen"
                        | "codegen"
                        | "generate"
                        | "docgen"
                        | "genswagger"
                        | "debug"
                )
            })
    }
}

/// What a module has to run.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Commands<'t> {
    /// The main packages, without those that serve the project itself.
    pub(super) all: Vec<Command<'t>>,
    /// The one that is meant where nobody says which.
    pub(super) application: Option<Command<'t>>,
    /// Whether a Dockerfile or a release says that it is.
    pub(super) is_told: bool,
}

impl Commands<'_> {
    /// Whether the command that is meant is offered beside a library in `top`, and not only a tool
    /// of it: it is the top itself, or kept where commands are, or answers requests.
    pub(super) fn is_application_of_library(&self, top: &str) -> bool {
        self.is_told
            || self.all.iter().any(|command| {
                let inner = places::relative(command.folder, top).unwrap_or_default();
                inner.is_empty()
                    || inner.starts_with("cmd/")
                    || inner == "cmd"
                    || command.is_server()
            })
    }
}

/// The main packages of a module.
pub(super) fn of<'t>(sources: &Sources<'_>, module: &Module<'t>) -> Commands<'t> {
    let (likely, others): (Vec<_>, Vec<_>) = module
        .files
        .iter()
        .partition(|(folder, files)| promises_command(module.folder, folder, files));
    let mut all: Vec<Command<'t>> = likely
        .into_iter()
        .filter_map(|(folder, files)| command(sources, folder, files))
        .collect();
    if all.is_empty() {
        let mut others = others;
        others.retain(|(folder, _)| {
            !is_internal(places::relative(folder, module.folder).unwrap_or_default())
        });
        others.sort_by_key(|(folder, _)| depth(folder));
        others.truncate(MOST);
        let found = others
            .into_iter()
            .filter_map(|(folder, files)| command(sources, folder, files));
        all.extend(found);
    }
    all.retain(|command| command.folder == module.folder || !command.is_side_program());
    let told = told(module, &module.docker, &all).or_else(|| match all.as_slice() {
        [_] => told(module, &module.release, &all),
        _ => None,
    });
    let is_told = told.is_some();
    let application = told.or_else(|| application(sources, module, &all)).cloned();
    Commands {
        all,
        application,
        is_told,
    }
}

/// The command that is built, where it is exactly one.
fn told<'c, 't>(
    module: &Module<'_>,
    built: &Built,
    all: &'c [Command<'t>],
) -> Option<&'c Command<'t>> {
    let packages = built.packages.iter();
    let mut folders: Vec<String> = packages
        .filter_map(|package| module.folder_of(&package.value))
        .collect();
    folders.sort();
    folders.dedup();
    let mut found = all
        .iter()
        .filter(|command| folders.iter().any(|folder| folder == command.folder));
    found.next().filter(|_| found.next().is_none())
}

/// Whether a folder is one where commands are kept.
fn promises_command(top: &str, folder: &str, files: &[&str]) -> bool {
    let relative = places::relative(folder, top).unwrap_or_default();
    relative.is_empty()
        || relative.starts_with("cmd/")
        || relative == "cmd"
        || (!is_internal(relative)
            && files
                .iter()
                .any(|path| places::file_name(path) == "main.go"))
}

/// Whether a folder is for the other packages of its module alone: what runs there helps to make them.
fn is_internal(relative: &str) -> bool {
    relative.split('/').any(|part| part == "internal")
}

/// The command in a folder: one of its files is of the package `main` and has the function.
fn command<'t>(sources: &Sources<'_>, folder: &'t str, files: &[&'t str]) -> Option<Command<'t>> {
    // The file that usually has it first.
    let is_other = |path: &&&str| places::file_name(path) != "main.go";
    let mut ordered: Vec<&&str> = files.iter().collect();
    ordered.sort_by_key(is_other);
    for path in ordered {
        let Some(text) = sources.text(path) else {
            continue;
        };
        let Some(source) = Source::read(path, &text) else {
            continue;
        };
        if source.package.is_some_and(|package| package != "main") {
            return None;
        }
        if let (Some("main"), Some(line)) = (source.package, source.main) {
            let evidence = Evidence::at(*path, line, "go-main-package");
            return Some(Command { folder, evidence });
        }
    }
    None
}

/// The command that is meant: the one at the top, or the only one, or the only server, or the one
/// that is released, or is called like the module, or is what the Makefile builds, or the only one
/// that answers requests.
fn application<'c, 't>(
    sources: &Sources<'_>,
    module: &Module<'_>,
    all: &'c [Command<'t>],
) -> Option<&'c Command<'t>> {
    if let Some(top) = all.iter().find(|command| command.folder == module.folder) {
        return Some(top);
    }
    let others: Vec<&Command<'t>> = all.iter().filter(|command| !command.is_worker()).collect();
    match others.as_slice() {
        [] if all.len() == 1 => return all.first(),
        [only] => return Some(only),
        _ => {}
    }
    let only = |matches: &dyn Fn(&Command<'_>) -> bool| {
        let mut found = all
            .iter()
            .filter(|command| !command.is_worker() && matches(command));
        found.next().filter(|_| found.next().is_none())
    };
    if others.iter().any(|command| command.is_server()) {
        let is_main = |command: &Command<'_>| {
            command.is_server() && Some(command.name()) == module.short_name()
        };
        return only(&|command| command.is_server())
            .or_else(|| only(&is_main))
            .or_else(|| told(module, &module.release, all));
    }
    told(module, &module.release, all)
        .or_else(|| only(&|command| Some(command.name()) == module.short_name()))
        .or_else(|| told(module, &Built::of_make(sources, module.folder), all))
        .or_else(|| {
            (others.len() <= MOST_COMPARED)
                .then(|| only(&|command| reach::of(sources, module, command).answers()))?
        })
}

/// More commands than are read to see which of them answers requests.
const MOST_COMPARED: usize = 8;
