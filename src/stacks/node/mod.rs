//! Stacks of Node.js, Bun and Deno: what a `package.json` or a `deno.json` describes.
//!
//! [`Packages`] reads every `package.json` that is a part of the project once; the other modules turn
//! one of them into a stack, each for one question: which versions, who installs, what is built, what
//! is started.

mod code;
mod compiled;
mod deno;
mod entry;
mod kind;
mod lock;
mod loose;
mod manager;
mod migrations;
mod monorepo;
mod moon;
mod nx;
mod package;
mod packages;
mod recipes;
mod runtimes;
mod scripts;
mod servers;
mod stack;
mod start;
#[cfg(test)]
mod tests;

use dhtl_project_model::Found;
use dhtl_project_model::stack::{ProjectType, Stack, Workspace};

use crate::places;
use crate::sources::Sources;

pub(crate) use packages::Packages;

/// The stacks of a project that are written for it.
pub(crate) fn find(sources: &Sources<'_>) -> Vec<Stack> {
    let packages = Packages::of(sources);
    let mut stacks: Vec<Stack> = Vec::new();
    let mut tasks = Vec::new();
    for package in &packages.list {
        let Some((mut stack, installer)) = stack::stack(sources, packages, package) else {
            continue;
        };
        let applications = nx::applications(sources, &installer, &stack);
        let default = applications
            .default
            .map(|index| &applications.stacks[index]);
        if let Some(default) = default.or(applications.own.as_ref())
            && !matches!(
                stack.project_type.value,
                ProjectType::Web | ProjectType::Bot
            )
        {
            adopt(&mut stack, default);
        } else if default.is_none()
            && applications.own.is_none()
            && !applications.stacks.is_empty()
            && !has_code(sources, &package.folder)
        {
            step_back(&mut stack);
        }
        stacks.push(stack);
        tasks.extend(applications.stacks);
    }
    for task in tasks {
        match stacks.iter_mut().find(|stack| stack.folder == task.folder) {
            // Its scripts say how it is built and started, and nothing else does.
            Some(stack) if stack.project_type.value == ProjectType::Library => {
                stack.commands.folder.clone_from(&task.commands.folder);
                stack.commands.dev.clone_from(&task.commands.dev);
                adopt(stack, &task);
            }
            Some(_) => {}
            None => stacks.push(task),
        }
    }
    stacks.extend(deno::find(sources));
    if stacks.is_empty() {
        stacks.extend(loose::find(sources));
    }
    stacks
}

/// The script that a command such as `npm run start` runs in `folder`, where it runs one.
pub(crate) fn script_behind(sources: &Sources<'_>, folder: &str, command: &str) -> Option<String> {
    let package = Packages::of(sources).get(folder)?;
    let name = scripts::named_in(command)?;
    scripts::resolved(package, name).map(str::to_owned)
}

/// What the package in `folder` is where something starts it, as far as its libraries tell.
pub(crate) fn type_when_started(sources: &Sources<'_>, folder: &str) -> Option<Found<ProjectType>> {
    let package = Packages::of(sources).get(folder)?;
    let (value, evidence) = servers::Written::of(sources, package).project_type()?;
    Some(Found { value, evidence })
}

/// Whether the package in `folder` has a script of this name.
pub(crate) fn has_script(sources: &Sources<'_>, folder: &str, name: &str) -> bool {
    let package = Packages::of(sources).get(folder);
    package.is_some_and(|package| package.script(name).is_some())
}

/// Whether a command that is typed in `folder` serves what is being worked on.
pub(crate) fn is_development(sources: &Sources<'_>, folder: &str, command: &str) -> bool {
    match script_behind(sources, folder, command) {
        Some(script) => scripts::is_development(&script),
        None => scripts::is_development(command),
    }
}

/// Whether a command that is typed in `folder` starts the server of a framework, which has nothing to
/// serve where a build leaves only files.
pub(crate) fn serves_pages(sources: &Sources<'_>, folder: &str, command: &str) -> bool {
    match script_behind(sources, folder, command) {
        Some(script) => start::serves_pages(&script),
        None => start::serves_pages(command),
    }
}

/// What holds several of them together.
pub(crate) fn workspaces(sources: &Sources<'_>) -> Vec<Workspace> {
    let mut workspaces = monorepo::workspaces(sources, Packages::of(sources));
    workspaces.extend(deno::workspaces(sources));
    workspaces
}

/// Whether an application can lie in a folder itself, and not only in those below.
fn has_code(sources: &Sources<'_>, folder: &str) -> bool {
    ["src", "app", "pages"].iter().any(|name| {
        let folder = places::inside(folder, name);
        sources.tree.below(&folder).next().is_some()
    })
}

/// The root of an Nx workspace has the packages of all its applications, and is none of them.
fn step_back(root: &mut Stack) {
    let is_scripted = root
        .commands
        .start
        .as_ref()
        .is_some_and(|start| start.evidence.rule == "package-json-scripts-start");
    if is_scripted {
        return;
    }
    root.project_type.value = ProjectType::Library;
    root.frameworks.clear();
    root.commands.start = None;
    root.static_output = None;
    root.index_fallback = false;
    root.port = None;
}

/// The root of an Nx workspace builds and starts its default project.
fn adopt(root: &mut Stack, default: &Stack) {
    if default.commands.start.is_none() && default.static_output.is_none() {
        return;
    }
    root.project_type = default.project_type.clone();
    root.commands.build.clone_from(&default.commands.build);
    root.commands.start.clone_from(&default.commands.start);
    root.static_output.clone_from(&default.static_output);
    root.index_fallback = default.index_fallback;
    if !default.frameworks.is_empty() {
        root.frameworks.clone_from(&default.frameworks);
    }
}
