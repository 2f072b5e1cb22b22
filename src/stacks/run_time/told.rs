//! What hints add to the stacks.

use std::collections::HashSet;

use dhtl_project_model::stack::{Process, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::hint::{Hint, Saying};
use super::needs::add_data;
use crate::places;

/// What was told already: of two statements about the same the first is believed.
#[derive(Debug, Default)]
pub(super) struct Told {
    known: HashSet<(usize, &'static str)>,
}

impl Told {
    /// Notes what is said on the stack that it is said about.
    pub(super) fn apply(&mut self, hint: Hint, stacks: &mut [Stack]) {
        let command = match &hint.saying {
            Saying::Start(command) | Saying::Process(_, command) | Saying::Release(command) => {
                Some(command.as_str())
            }
            _ => None,
        };
        let Some(index) = stack_of(&hint.folder, command, stacks) else {
            return;
        };
        let Hint {
            saying, evidence, ..
        } = hint;
        let stack = &mut stacks[index];
        let text = |value: String| {
            Some(Found {
                value,
                evidence: evidence.clone(),
            })
        };
        match saying {
            Saying::Start(command) if starts(stack, &evidence) && self.is_first(index, "start") => {
                stack.commands.start = text(command);
            }
            Saying::Build(command) if self.is_first(index, "build") => {
                stack.commands.build = text(command);
            }
            Saying::Release(command) if self.is_first(index, "release") => {
                stack.commands.migrate = text(command);
            }
            Saying::Port(port) if self.is_first(index, "port") && is_guess(stack.port.as_ref()) => {
                stack.port = Some(Found {
                    value: port,
                    evidence,
                });
            }
            Saying::Health(path) if self.is_first(index, "health") => {
                stack.health_path = text(path);
            }
            Saying::Process(name, command) => add_process(
                stack,
                Process {
                    name,
                    command,
                    evidence,
                },
            ),
            Saying::Volume(path) => add_data(stack, &path, evidence),
            _ => {}
        }
    }

    fn is_first(&mut self, index: usize, what: &'static str) -> bool {
        self.known.insert((index, what))
    }
}

/// A process that a file names goes before one of that name that the code shows.
fn add_process(stack: &mut Stack, process: Process) {
    let rule = &process.evidence.rule;
    stack
        .processes
        .retain(|known| known.name != process.name || known.evidence.rule == *rule);
    if !stack
        .processes
        .iter()
        .any(|known| known.name == process.name)
    {
        stack.processes.push(process);
    }
}

/// Whether what a file says about the start is more telling than what the code shows. A script of a
/// `package.json` is what its author starts, so that only a file for production outweighs it.
fn starts(stack: &Stack, evidence: &Evidence) -> bool {
    if stack.commands.folder.is_some() {
        // Its commands are typed in another folder than the one that the file speaks of.
        return false;
    }
    let is_weak = evidence.rule == "dockerfile-cmd";
    let is_scripted = matches!(
        stack.kind,
        StackKind::Node | StackKind::Bun | StackKind::Deno
    ) || !matches!(
        stack.kind,
        StackKind::Python | StackKind::Ruby | StackKind::Php
    );
    !(is_weak && is_scripted && stack.commands.start.is_some())
}

/// Whether a port is what something listens on unless it is told another.
fn is_guess(port: Option<&Found<u16>>) -> bool {
    // The rules that read a port somewhere are named for it; the others know a framework.
    port.is_none_or(|port| {
        let rule = &port.evidence.rule;
        !rule.contains("port") || rule.contains("default")
    })
}

/// The stack that a statement about a folder is about: the one there, of several the one whose
/// language the command is of, and where there is none, the only one below.
fn stack_of(folder: &str, command: Option<&str>, stacks: &[Stack]) -> Option<usize> {
    let here: Vec<usize> = (0..stacks.len())
        .filter(|index| stacks[*index].folder == folder)
        .collect();
    let language = command.and_then(language_of);
    match here.as_slice() {
        [] => {
            let mut below = (0..stacks.len())
                .filter(|index| places::relative(&stacks[*index].folder, folder).is_some())
                .filter(|index| stacks[*index].project_type.value.is_application());
            // Its commands are typed elsewhere, so only what is no command holds.
            let only = below.next().filter(|_| below.next().is_none());
            only.filter(|_| command.is_none())
        }
        [only] => Some(*only),
        several => several
            .iter()
            .find(|index| language == Some(stacks[**index].kind))
            .or_else(|| {
                several
                    .iter()
                    .find(|index| stacks[**index].project_type.value.is_application())
            })
            .or(several.first())
            .copied(),
    }
}

/// The language that the program of a command belongs to.
fn language_of(command: &str) -> Option<StackKind> {
    let mut words = command
        .split_whitespace()
        .skip_while(|word| word.contains('=') || matches!(*word, "exec" | "env"));
    let program = words.next()?;
    Some(match program.rsplit('/').next()? {
        "python" | "python3" | "gunicorn" | "uvicorn" | "hypercorn" | "daphne" | "flask"
        | "celery" | "fastapi" | "streamlit" | "uwsgi" | "waitress-serve" | "granian" | "uv"
        | "poetry" | "pipenv" | "rq" | "chainlit" | "sanic" => StackKind::Python,
        "node" | "npm" | "yarn" | "pnpm" | "npx" | "next" => StackKind::Node,
        "bun" | "bunx" => StackKind::Bun,
        "deno" => StackKind::Deno,
        "bundle" | "ruby" | "rails" | "puma" | "rackup" | "bin" | "rake" => StackKind::Ruby,
        "java" => StackKind::Java,
        "php" | "vendor" | "heroku-php-apache2" | "heroku-php-nginx" => StackKind::Php,
        "mix" | "elixir" => StackKind::Elixir,
        "dotnet" => StackKind::Dotnet,
        "go" => StackKind::Go,
        "cargo" => StackKind::Rust,
        _ => return None,
    })
}
