//! Stacks of Node.js, Bun and Deno: what a `package.json` or a `deno.json` describes.
//!
//! [`Packages`] reads every `package.json` that is a part of the project once; the other modules turn
//! one of them into a stack, each for one question: which versions, who installs, what is built, what
//! is started.

mod code;
mod deno;
mod entry;
mod kind;
mod lock;
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

use dhtl_project_model::stack::{ProjectType, Stack, Workspace};

use crate::sources::Sources;

pub(crate) use packages::Packages;

/// The stacks of a project that are written for it.
pub(crate) fn find(sources: &Sources<'_>) -> Vec<Stack> {
    let packages = Packages::of(sources);
    let mut stacks = Vec::new();
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
        }
        stacks.push(stack);
        stacks.extend(applications.stacks);
    }
    stacks.extend(deno::find(sources));
    stacks
}

/// What holds several of them together.
pub(crate) fn workspaces(sources: &Sources<'_>) -> Vec<Workspace> {
    let mut workspaces = monorepo::workspaces(sources, Packages::of(sources));
    workspaces.extend(deno::workspaces(sources));
    workspaces
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
