//! What hints add to the stacks.

use std::collections::HashSet;

use dhtl_project_model::stack::{Process, ProjectType, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::hint::{Hint, Saying};
use super::needs::add_data;
use crate::node;
use crate::places;
use crate::sources::Sources;

/// What was told already: of two statements about the same the first is believed.
pub(super) struct Told<'a> {
    known: HashSet<(usize, &'static str)>,
    sources: &'a Sources<'a>,
}

/// Rules of files that say what is started in production.
const PLATFORMS: [&str; 9] = [
    "app-json",
    "app-yaml",
    "fly-toml",
    "heroku-yml",
    "nixpacks",
    "procfile",
    "railpack",
    "railway",
    "render-yaml",
];

/// Whether something was said by the file of a hosting platform.
pub(super) fn is_of_platform(evidence: &Evidence) -> bool {
    PLATFORMS.binary_search(&evidence.rule.as_ref()).is_ok()
}

impl<'a> Told<'a> {
    /// Nothing was told yet.
    pub(super) fn new(sources: &'a Sources<'a>) -> Self {
        Self {
            known: HashSet::new(),
            sources,
        }
    }

    /// Notes what is said on the stack that it is said about.
    pub(super) fn apply(&mut self, hint: Hint, stacks: &mut [Stack]) {
        let Hint {
            folder,
            mut saying,
            evidence,
        } = hint;
        let command = match &saying {
            Saying::Start(command) | Saying::Process(_, command) | Saying::Release(command) => {
                Some(command.as_str())
            }
            _ => None,
        };
        let Some(target) = target(&folder, command, stacks) else {
            return;
        };
        let is_elsewhere = stacks[target.stack].folder != target.folder;
        if is_elsewhere && command.is_some_and(|command| self.needs_package(&folder, command)) {
            return;
        }
        let index = target.stack;
        let stack = &mut stacks[index];
        match &mut saying {
            Saying::Start(command)
            | Saying::Process(_, command)
            | Saying::Release(command)
            | Saying::Build(command) => {
                let words = command
                    .get(target.skipped..)
                    .unwrap_or_default()
                    .trim_start();
                let typed = stack.commands.folder.as_deref().unwrap_or(&stack.folder);
                let words = of_built(stack, words);
                *command = as_typed(&target.folder, typed, &words);
            }
            _ => {}
        }
        let text = |value: String| {
            Some(Found {
                value,
                evidence: evidence.clone(),
            })
        };
        match saying {
            Saying::Start(command)
                if self.starts(stack, &evidence, &command) && self.is_first(index, "start") =>
            {
                stack.commands.start = text(command);
                // What is run is no library, whatever it looks like.
                if stack.project_type.value == ProjectType::Library
                    && matches!(stack.kind, StackKind::Node | StackKind::Bun)
                {
                    let started = node::type_when_started(self.sources, &stack.folder);
                    stack.project_type = started.unwrap_or(Found {
                        value: ProjectType::App,
                        evidence,
                    });
                }
            }
            Saying::Build(command) if self.is_first(index, "build") => {
                stack.commands.build = text(command);
            }
            // A path in a container means nothing outside of it.
            Saying::Release(command)
                if !command.starts_with('/') && self.is_first(index, "release") =>
            {
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

    /// Whether a command needs a `package.json` or a file that its folder does not have.
    fn needs_package(&self, folder: &str, command: &str) -> bool {
        let words: Vec<&str> = command.split_whitespace().collect();
        match words.as_slice() {
            _ if named_by_option(&words).is_some() => false,
            ["node" | "tsx" | "bun" | "python" | "python3", file, ..] if !file.starts_with('-') => {
                let path = places::join(folder, file);
                !path.is_some_and(|path| self.sources.tree.contains(&path))
            }
            ["npm" | "pnpm" | "yarn" | "npx" | "bun" | "next", ..] => true,
            _ => false,
        }
    }

    fn is_first(&mut self, index: usize, what: &'static str) -> bool {
        self.known.insert((index, what))
    }

    /// Whether what a file says about the start is more telling than what the code shows. A script of a
    /// `package.json` is what its author starts, so that only a file for production outweighs it.
    fn starts(&self, stack: &Stack, evidence: &Evidence, command: &str) -> bool {
        if evidence.rule != "dockerfile-cmd" {
            return true;
        }
        let is_scripted = !matches!(
            stack.kind,
            StackKind::Python | StackKind::Ruby | StackKind::Php
        );
        // A container can be for those who work on it, or for its tests.
        let is_for_work = || {
            let is_test = command
                .split([' ', ':', '/'])
                .any(|word| matches!(word, "test" | "tests" | "lint" | "pytest" | "jest"));
            is_test || node::is_development(self.sources, &stack.folder, command)
        };
        // A file of a usual name is a guess.
        let is_known = stack
            .commands
            .start
            .as_ref()
            .is_some_and(|start| start.evidence.rule != "usual-main-file");
        let is_node = matches!(stack.kind, StackKind::Node | StackKind::Bun);
        // Of pages, the scripts were asked before.
        if stack.static_output.is_some()
            && node::script_behind(self.sources, &stack.folder, command).is_some()
        {
            return false;
        }
        let has_nothing = || {
            stack.static_output.is_some()
                && node::serves_pages(self.sources, &stack.folder, command)
        };
        !(is_scripted && is_known) && !(is_node && (is_for_work() || has_nothing()))
    }
}

/// A command whose program is what the build leaves, which platforms find by its name alone.
fn of_built(stack: &Stack, command: &str) -> String {
    let program = command.split_whitespace().next().unwrap_or_default();
    let making = stack.commands.build.as_ref();
    let making = making.map_or("", |making| making.value.as_str());
    let result = making.split_whitespace().find(|word| {
        let folder = word
            .strip_suffix(program)
            .and_then(|word| word.strip_suffix('/'));
        folder.is_some_and(|folder| !folder.is_empty() && !program.contains('/'))
    });
    match result.filter(|_| !program.is_empty()) {
        Some(path) => format!("{path}{}", &command[program.len()..]),
        None => command.to_owned(),
    }
}

/// A command of `folder` as it is typed in another one.
fn as_typed(folder: &str, typed: &str, command: &str) -> String {
    if folder == typed {
        return command.to_owned();
    }
    if let Some(inner) = places::relative(folder, typed) {
        return format!("cd {inner} && {command}");
    }
    let way = places::relative(typed, folder).unwrap_or(typed);
    let up: Vec<&str> = way.split('/').map(|_| "..").collect();
    format!("cd {} && {command}", up.join("/"))
}

/// More processes than anything consists of; each is compared with all others.
const MOST_PROCESSES: usize = 500;

/// A process that a file names goes before one of that name that the code shows.
fn add_process(stack: &mut Stack, process: Process) {
    let rule = &process.evidence.rule;
    stack
        .processes
        .retain(|known| known.name != process.name || known.evidence.rule == *rule);
    if stack.processes.len() < MOST_PROCESSES
        && !stack
            .processes
            .iter()
            .any(|known| known.name == process.name)
    {
        stack.processes.push(process);
    }
}

/// Whether a port is what something listens on unless it is told another.
fn is_guess(port: Option<&Found<u16>>) -> bool {
    // The rules that read a port somewhere are named for it; the others know a framework.
    port.is_none_or(|port| {
        let rule = &port.evidence.rule;
        !rule.contains("port") || rule.contains("default")
    })
}

/// What a statement is about.
struct Target {
    /// Where in the list the stack is.
    stack: usize,
    /// The folder that the command is typed in, behind what is skipped of it.
    folder: String,
    /// The length of the `cd` that the command begins with.
    skipped: usize,
}

/// The stack that a statement about a folder is about: the one there, of several the one whose
/// language the command is of; where there is none, the one that the command names or the only one
/// below.
fn target(folder: &str, command: Option<&str>, stacks: &[Stack]) -> Option<Target> {
    let here: Vec<usize> = (0..stacks.len())
        .filter(|index| stacks[*index].folder == folder)
        .collect();
    let language = command.and_then(language_of);
    let at = |stack| Target {
        stack,
        folder: folder.to_owned(),
        skipped: 0,
    };
    if let Some(command) = command
        && let Some(named) = named_by(folder, command, stacks)
    {
        return Some(named);
    }
    match here.as_slice() {
        [] => {
            let mut below = (0..stacks.len())
                .filter(|index| places::relative(&stacks[*index].folder, folder).is_some())
                .filter(|index| stacks[*index].project_type.value.is_application())
                .filter(|index| {
                    language.is_none_or(|language| is_of(language, stacks[*index].kind))
                });
            let only = below.next().filter(|_| below.next().is_none());
            only.filter(|_| command.is_none() || language.is_some())
                .map(at)
        }
        [only] => Some(at(*only)),
        several => several
            .iter()
            .find(|index| language.is_some_and(|language| is_of(language, stacks[**index].kind)))
            .or_else(|| {
                several
                    .iter()
                    .find(|index| stacks[**index].project_type.value.is_application())
            })
            .or(several.first())
            .copied()
            .map(at),
    }
}

/// Node.js and Bun are started by the same programs.
fn is_of(language: StackKind, kind: StackKind) -> bool {
    let plain = |kind| match kind {
        StackKind::Bun => StackKind::Node,
        kind => kind,
    };
    plain(language) == plain(kind)
}

/// The stack below `folder` whose folder a command names: `cd api && …`, `npm start --prefix api`,
/// `gunicorn --chdir api …`.
fn named_by(folder: &str, command: &str, stacks: &[Stack]) -> Option<Target> {
    let find = |name: &str| {
        let inner = places::join(folder, name.trim_matches(['"', '\'']))?;
        let is_below = places::relative(&inner, folder).is_some();
        stacks
            .iter()
            .position(|stack| is_below && stack.folder == inner)
            .map(|stack| (stack, inner))
    };
    if let Some(rest) = command.strip_prefix("cd ") {
        let (name, _) = rest.split_once("&&").or_else(|| rest.split_once(';'))?;
        let (stack, inner) = find(name.trim())?;
        let skipped = "cd ".len() + name.len();
        let skipped = skipped + command[skipped..].find(|one| !matches!(one, '&' | ';'))?;
        return Some(Target {
            stack,
            folder: inner,
            skipped,
        });
    }
    let words: Vec<&str> = command.split_whitespace().collect();
    let (stack, _) = find(named_by_option(&words)?)?;
    Some(Target {
        stack,
        folder: folder.to_owned(),
        skipped: 0,
    })
}

/// The folder that an option of a command names.
fn named_by_option<'w>(words: &[&'w str]) -> Option<&'w str> {
    const OPTIONS: [&str; 7] = [
        "--prefix",
        "--chdir",
        "--app-dir",
        "--cwd",
        "--dir",
        "-C",
        "--pythonpath",
    ];
    words
        .iter()
        .enumerate()
        .find_map(|(index, word)| match word.split_once('=') {
            Some((option, value)) if OPTIONS.contains(&option) => Some(value),
            _ if OPTIONS.contains(word) => words.get(index + 1).copied(),
            _ => None,
        })
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
