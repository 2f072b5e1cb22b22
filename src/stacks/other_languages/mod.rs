//! Go, Rust, Java and Kotlin, Ruby, PHP, .NET, Elixir, Swift, C and C++, Gleam, Zig,
//! Haskell, Crystal, Dart, COBOL, and scripts of a shell.
//!
//! Each language has a file or folder of its own. They share one pass over the paths of the project,
//! and read only files that it names.

mod built;
mod cpp;
mod dotnet;
mod draft;
mod elixir;
mod frameworks;
mod further;
mod go;
mod inventory;
mod java;
mod patterns;
mod php;
mod ports;
mod ruby;
mod rust;
mod settings;
mod shell;
#[cfg(test)]
mod shown;
mod swift;
mod tokens;
mod xml;

use dhtl_project_model::stack::{Stack, Workspace};

use self::inventory::Inventory;
use crate::sources::Sources;

type Finder = fn(&Sources<'_>, &Inventory<'_>) -> (Vec<Stack>, Vec<Workspace>);

const FINDERS: [Finder; 10] = [
    go::find,
    rust::find,
    java::find,
    ruby::find,
    php::find,
    dotnet::find,
    elixir::find,
    swift::find,
    cpp::find,
    further::find,
];

/// What is found in these languages.
#[derive(Debug, Default)]
pub(crate) struct Others {
    stacks: Vec<Stack>,
    workspaces: Vec<Workspace>,
}

impl Others {
    fn of<'s>(sources: &'s Sources<'_>) -> &'s Self {
        sources.others.get_or_init(|| Self::read(sources))
    }

    fn read(sources: &Sources<'_>) -> Self {
        let inventory = Inventory::of(sources.tree);
        let mut others = Self::default();
        for find in FINDERS {
            let (stacks, workspaces) = find(sources, &inventory);
            others.stacks.extend(stacks);
            others.workspaces.extend(workspaces);
        }
        if others.stacks.is_empty() {
            others.stacks.extend(shell::find(sources, &inventory));
        }
        others
    }
}

/// The stacks of these languages.
pub(crate) fn find(sources: &Sources<'_>) -> Vec<Stack> {
    Others::of(sources).stacks.clone()
}

/// What holds several of them together.
pub(crate) fn workspaces(sources: &Sources<'_>) -> Vec<Workspace> {
    Others::of(sources).workspaces.clone()
}
