//! Go: modules, workspaces and the commands in them.
//!
//! Sources: the Go Modules Reference, "Compile packages and dependencies" in the documentation of
//! the command go, `golang-standards/project-layout` for where commands are kept.

mod commands;
mod frameworks;
mod manifest;
mod modules;
mod reach;
mod serve;
mod source;
#[cfg(test)]
mod tests;

use dhtl_project_model::stack::{
    Process, ProjectType, Runtime, RuntimeVersion, Stack, StackKind, Workspace,
};
use dhtl_project_model::{Evidence, Found};

use self::commands::{Command, Commands};
use self::modules::{Module, Work};
use self::reach::Reach;
use super::draft::{self, command, found};
use super::inventory::Inventory;
use super::settings;
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

/// The stacks and workspaces of Go.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let works = modules::works(sources, inventory);
    let modules = modules::modules(sources, inventory, &works);
    let stacks = modules
        .iter()
        .flat_map(|module| stacks(sources, module, &works))
        .collect();
    (stacks, works.iter().map(Work::workspace).collect())
}

/// The stacks of a module: one, or one for every command where it is open which of them is meant.
fn stacks(sources: &Sources<'_>, module: &Module<'_>, works: &[Work]) -> Vec<Stack> {
    let commands = commands::of(sources, module);
    let has_top_package = module.files.contains_key(module.folder);
    // What a library has beside its `cmd` are tests and tools of its own.
    let is_library = has_top_package && !commands.is_application_of_library(module.folder);
    if let Some(application) = commands.application.as_ref().filter(|_| !is_library) {
        let mut stack = of_command(sources, module, works, application, module.folder);
        add_workers(&mut stack, sources, module, &commands, application);
        return vec![stack];
    }
    let mut stacks = Vec::new();
    if commands.all.is_empty() || has_top_package || is_library {
        // Without a module and without a command it is a file of Go among others.
        if module.path.is_none() && commands.all.is_empty() {
            return stacks;
        }
        if !module.files.is_empty() {
            stacks.push(library(sources, module, works));
        }
    }
    // Who builds one of them does so in its folder.
    for command in commands.all.iter().filter(|_| !is_library) {
        stacks.push(of_command(sources, module, works, command, command.folder));
    }
    stacks
}

/// What makes a folder one of Go.
fn module_evidence(module: &Module<'_>) -> Evidence {
    match (&module.path, module.files.values().flatten().next()) {
        (Some(path), _) => Evidence::file(path, "go-mod"),
        (None, Some(first)) => Evidence::file(*first, "go-files"),
        (None, None) => Evidence::file(module.folder, "go-files"),
    }
}

fn library(sources: &Sources<'_>, module: &Module<'_>, works: &[Work]) -> Stack {
    let evidence = module_evidence(module);
    let purpose = Found {
        value: ProjectType::Library,
        evidence: Evidence::file(evidence.path.clone(), "go-no-main-package"),
    };
    let mut stack = Stack::new(module.folder, StackKind::Go, evidence.clone(), purpose);
    complete(&mut stack, sources, module, works);
    stack.commands.build = command("go build ./...", &evidence);
    stack
}

/// The stack of a command: in the folder of its module where it is the only one that is meant, or
/// else in its own.
fn of_command(
    sources: &Sources<'_>,
    module: &Module<'_>,
    works: &[Work],
    main: &Command<'_>,
    folder: &str,
) -> Stack {
    let reach = reach::of(sources, module, main);
    let purpose = reach
        .frameworks
        .purpose()
        .unwrap_or_else(|| match &reach.options {
            _ if main.is_worker() => found(ProjectType::Worker, &main.evidence),
            Some(options) => found(ProjectType::Cli, options),
            None => found(ProjectType::App, &main.evidence),
        });
    let purpose = match &reach.pages {
        Some(evidence) if purpose.value == ProjectType::Api => found(ProjectType::Web, evidence),
        _ => draft::with_pages(sources.tree, module.folder, purpose),
    };
    let listens = matches!(purpose.value, ProjectType::Api | ProjectType::Web);
    let mut stack = Stack::new(folder, StackKind::Go, module_evidence(module), purpose);
    complete(&mut stack, sources, module, works);
    stack.frameworks = reach.frameworks.names();
    if listens {
        stack.port = reach
            .port()
            .or_else(|| settings::port(sources, &[module.folder]));
    }
    if folder != module.folder {
        let evidence = Evidence::file(main.folder, "go-command-folder");
        stack.name = Some(found(main.name().to_owned(), &evidence));
    }
    stack.application = Some(found(package_path(folder, main), &main.evidence));
    let target = target(module, main, folder);
    // A container says how the program is started that it builds.
    let told = module
        .docker
        .arguments([main.name()].into_iter().chain(module.short_name()));
    let serve = reach.serve().filter(|_| listens);
    let arguments = told.or(serve);
    add_commands(&mut stack, &target, main, &reach, arguments.as_ref());
    if let Some(output) = output(sources, module, main) {
        put_into(&mut stack, &output);
    }
    stack
}

/// Where a `Procfile` starts the program from: Heroku installs it into `bin`, which is searched.
fn output(sources: &Sources<'_>, module: &Module<'_>, main: &Command<'_>) -> Option<String> {
    let path = draft::here(sources.tree, module.folder, &["Procfile"])?;
    let text = sources.text(&path)?;
    text.lines().find_map(|line| {
        let (_, command) = line.split_once(':')?;
        let mut words = command.split_whitespace();
        let program = words.find(|word| !word.contains('='))?;
        let name = program.trim_start_matches("./");
        let name = name.strip_prefix("bin/").unwrap_or(name);
        let is_own = name == main.name() || Some(name) == module.short_name();
        is_own.then(|| format!("bin/{name}"))
    })
}

/// Puts the program there instead of into `out`.
fn put_into(stack: &mut Stack, output: &str) {
    let commands = &mut stack.commands;
    if let Some(build) = &mut commands.build {
        build.value = build.value.replacen(" -o out", &format!(" -o {output}"), 1);
    }
    if let Some(start) = &mut commands.start {
        start.value = start.value.replacen("./out", &format!("./{output}"), 1);
    }
}

/// The folder of a command as `go build` takes it; `.` at the top.
fn package_path(folder: &str, main: &Command<'_>) -> String {
    match places::relative(main.folder, folder) {
        Some(inner) => format!("./{inner}"),
        None => ".".to_owned(),
    }
}

/// What is built of a command, as `go build` takes it.
fn target(module: &Module<'_>, main: &Command<'_>, folder: &str) -> String {
    if module.path.is_some() {
        let package = package_path(folder, main);
        return if package == "." {
            String::new()
        } else {
            format!(" {package}")
        };
    }
    // Without a module there are no packages to name, only files.
    let files = module.files.get(main.folder).into_iter().flatten();
    let files = files.map(|path| format!(" {}", places::relative(path, folder).unwrap_or(path)));
    files.collect()
}

fn add_commands(
    stack: &mut Stack,
    target: &str,
    main: &Command<'_>,
    reach: &Reach,
    arguments: Option<&Found<String>>,
) {
    // Without a C compiler go leaves such packages out, and what needs them fails when it runs.
    let (prefix, evidence) = match &reach.cgo {
        Some(evidence) => ("CGO_ENABLED=1 ", evidence),
        None => ("", &main.evidence),
    };
    stack.commands.build = command(format!("{prefix}go build -o out{target}"), evidence);
    let run = if target.is_empty() { " ." } else { target };
    stack.commands.dev = command(format!("go run{run}"), &main.evidence);
    stack.commands.start = match arguments {
        Some(serve) => command(format!("./out {}", serve.value), &serve.evidence),
        None => command("./out", &main.evidence),
    };
}

/// The commands beside the application that take their work from a queue or a schedule.
fn add_workers(
    stack: &mut Stack,
    sources: &Sources<'_>,
    module: &Module<'_>,
    commands: &Commands<'_>,
    application: &Command<'_>,
) {
    let workers: Vec<&Command<'_>> = commands
        .all
        .iter()
        .filter(|command| command.is_worker() && *command != application)
        .collect();
    for worker in workers {
        let name = worker.name();
        let folder = places::relative(worker.folder, &stack.folder).unwrap_or(worker.folder);
        let output = output(sources, module, worker).unwrap_or_else(|| format!("out-{name}"));
        if let Some(build) = &mut stack.commands.build {
            build.value = format!("{} && go build -o {output} ./{folder}", build.value);
        }
        stack.processes.push(Process {
            name: name.to_owned(),
            command: format!("./{output}"),
            evidence: worker.evidence.clone(),
        });
    }
}

/// What a module says about everything in it.
fn complete(stack: &mut Stack, sources: &Sources<'_>, module: &Module<'_>, works: &[Work]) {
    stack.runtimes.push(version(sources, module, works));
    let Some(path) = &module.path else {
        return;
    };
    let evidence = Evidence::file(path, "go-mod");
    stack.name = module.manifest.module.as_ref().map(|name| Found {
        value: name.text.clone(),
        evidence: Evidence::at(path, name.line, "go-mod-module"),
    });
    let lock = places::inside(module.folder, "go.sum");
    let lock = sources.tree.contains(&lock).then_some(lock);
    stack.package_manager = Some(draft::manager("go modules", lock, &evidence));
    let vendor = places::inside(module.folder, "vendor/modules.txt");
    // What is vendored is built as it is, and nothing is downloaded.
    if !sources.tree.contains(&vendor) {
        stack.commands.install = command("go mod download", &evidence);
    }
    stack.commands.test = command("go test ./...", &evidence);
}

/// The version of Go. A workspace decides over its modules, and a toolchain over the version of the
/// language, which is only the lowest that will do.
///
/// Source: "Go Toolchains" in the documentation of Go.
fn version(sources: &Sources<'_>, module: &Module<'_>, works: &[Work]) -> RuntimeVersion {
    let work = works
        .iter()
        .find(|work| work.members.iter().any(|member| member == module.folder));
    let manifests = work
        .map(|work| {
            (
                &work.path,
                &work.manifest,
                ["go-work-toolchain", "go-work-go"],
            )
        })
        .into_iter()
        .chain(
            module
                .path
                .as_ref()
                .map(|path| (path, &module.manifest, ["go-mod-toolchain", "go-mod-go"])),
        );
    let mut strong = Vec::new();
    let mut lowest = Vec::new();
    for (path, manifest, [toolchain, go]) in manifests {
        let statement = |said: &manifest::Said, rule| Statement {
            text: said.text.clone(),
            evidence: Evidence::at(path, said.line, rule),
        };
        strong.extend(
            manifest
                .toolchain
                .as_ref()
                .map(|said| statement(said, toolchain)),
        );
        lowest.extend(manifest.go.as_ref().map(|said| statement(said, go)));
    }
    strong.extend(versions::nearest_version_file(
        sources,
        module.folder,
        ".go-version",
        "go-version-file",
    ));
    strong.extend(versions::of_tool_files(sources, module.folder, Runtime::Go));
    // The first of the strong ones decides; what another says is lower or agrees.
    let at_least_from = strong.len().max(1);
    let mut statements = strong;
    statements.extend(lowest);
    let texts: Vec<String> = statements
        .iter()
        .map(|statement| statement.text.clone())
        .collect();
    for statement in statements.iter_mut().skip(at_least_from) {
        let number = statement.text.trim_start_matches("go");
        statement.text = format!(">={number}");
    }
    let mut version = versions::resolve(sources, Runtime::Go, statements);
    for (statement, text) in version.statements.iter_mut().zip(texts) {
        statement.text = text;
    }
    version
}
