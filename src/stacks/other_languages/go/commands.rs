//! The main packages of a module, and which of them is the application.

use dhtl_project_model::Evidence;

use super::super::inventory::depth;
use super::modules::{Module, is_auxiliary};
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
}

impl Commands<'_> {
    /// Whether the command that is meant is offered beside a library in `top`, and not only a tool
    /// of it: it is the top itself, or kept where commands are, or answers requests.
    pub(super) fn is_application_of_library(&self, top: &str) -> bool {
        self.all.iter().any(|command| {
            let inner = places::relative(command.folder, top).unwrap_or_default();
            inner.is_empty() || inner.starts_with("cmd/") || inner == "cmd" || command.is_server()
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
        others.retain(|(folder, _)| !folder.split('/').any(|part| part == "internal"));
        others.sort_by_key(|(folder, _)| depth(folder));
        others.truncate(MOST);
        let found = others
            .into_iter()
            .filter_map(|(folder, files)| command(sources, folder, files));
        all.extend(found);
    }
    all.retain(|command| command.folder == module.folder || !command.is_side_program());
    let application = application(module, &all).cloned();
    Commands { all, application }
}

/// Whether a folder is one where commands are kept.
fn promises_command(top: &str, folder: &str, files: &[&str]) -> bool {
    let relative = places::relative(folder, top).unwrap_or_default();
    relative.is_empty()
        || relative.starts_with("cmd/")
        || relative == "cmd"
        || files
            .iter()
            .any(|path| places::file_name(path) == "main.go")
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
/// that is called like the module.
fn application<'c, 't>(module: &Module<'_>, all: &'c [Command<'t>]) -> Option<&'c Command<'t>> {
    if let Some(top) = all.iter().find(|command| command.folder == module.folder) {
        return Some(top);
    }
    let others: Vec<&Command<'t>> = all.iter().filter(|command| !command.is_worker()).collect();
    match others.as_slice() {
        [] if all.len() == 1 => return all.first(),
        [only] => return Some(only),
        _ => {}
    }
    let mut servers = others.iter().filter(|command| command.is_server());
    match (servers.next(), servers.next()) {
        (Some(server), None) => return Some(server),
        (Some(_), Some(_)) => return None,
        _ => {}
    }
    let mut named = others
        .iter()
        .filter(|command| Some(command.name()) == module.short_name());
    match (named.next(), named.next()) {
        (Some(named), None) => Some(named),
        _ => None,
    }
}
