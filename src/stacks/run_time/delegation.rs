//! The member of a workspace that the root starts.
//!
//! A root that is no server itself says with its start script, or with the file of a hosting platform
//! beside it, which of its members is meant: `turbo run start --filter=web`, `cd apps/web && npm start`,
//! `node packages/api/index.js`.
//!
//! Sources: the options of npm (`--workspace`, `--prefix`), pnpm (`--filter`, `-C`), yarn
//! (`workspace`), Bun (`--filter`, `--cwd`), Turborepo (`--filter`), Nx (`nx run project:target`) and
//! Lerna (`--scope`).

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Survey};

use crate::node;
use crate::places;
use crate::sources::Sources;

/// The root that starts one of its members, and that member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delegation {
    /// Where in the list the root is.
    pub(super) root: usize,
    /// Where in the list the member is.
    pub(super) member: usize,
}

/// What the root starts, where it is exactly one member.
pub(super) fn find(survey: &Survey, sources: &Sources<'_>) -> Option<Delegation> {
    let root = survey.stacks.iter().position(|stack| {
        stack.folder == "."
            && matches!(stack.kind, StackKind::Node | StackKind::Bun)
            && stack.project_type.value == ProjectType::App
            && stack.commands.start.is_some()
    })?;
    let start = survey.stacks[root].commands.start.as_ref()?;
    let command = node::script_behind(sources, ".", &start.value);
    let targets = targets(command.as_deref().unwrap_or(&start.value));
    let mut members: Vec<usize> = (0..survey.stacks.len())
        .filter(|index| *index != root)
        .filter(|index| {
            let stack = &survey.stacks[*index];
            targets.iter().any(|target| target.is(stack, sources))
        })
        .collect();
    // A file belongs to the innermost folder that it is in.
    if let [Target::File(_)] = targets.as_slice() {
        members.sort_by_key(|index| std::cmp::Reverse(survey.stacks[*index].folder.len()));
        members.truncate(1);
    }
    match members.as_slice() {
        [member] if survey.stacks[*member].project_type.value.is_application() => {
            let member = *member;
            Some(Delegation { root, member })
        }
        _ => None,
    }
}

/// Whom a command starts.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Target {
    /// The package of this name or in this folder.
    Named(String),
    /// Every package that has this script.
    AllWith(String),
    /// The package that this file is a part of.
    File(String),
}

impl Target {
    fn is(&self, stack: &Stack, sources: &Sources<'_>) -> bool {
        match self {
            Self::Named(name) => {
                let own = stack.name.as_ref().map(|name| name.value.as_str());
                let path = places::join(".", name);
                own == Some(name.as_str())
                    || path.as_deref() == Some(stack.folder.as_str())
                    || places::file_name(&stack.folder) == name
            }
            Self::AllWith(script) => node::has_script(sources, &stack.folder, script),
            Self::File(path) => places::relative(path, &stack.folder).is_some(),
        }
    }
}

/// Whom the last part of a command starts; what stands before it prepares.
fn targets(command: &str) -> Vec<Target> {
    let mut folder = None;
    let mut last = Vec::new();
    for part in command.split("&&") {
        let words: Vec<&str> = words(part).collect();
        match words.as_slice() {
            ["cd", to, ..] => folder = Some((*to).to_owned()),
            [] => {}
            _ => last = words,
        }
    }
    if let Some(folder) = folder {
        let file = places::join(&folder, "x");
        return file.map(Target::File).into_iter().collect();
    }
    let named = named(&last);
    if !named.is_empty() {
        return named;
    }
    of_program(&last).into_iter().collect()
}

/// The words of a command, without what sets variables and finds programs.
fn words(part: &str) -> impl Iterator<Item = &str> {
    part.split_whitespace()
        .skip_while(|word| {
            word.contains('=') || matches!(*word, "npx" | "bunx" | "exec" | "cross-env" | "env")
        })
        .map(|word| word.trim_matches(['"', '\'']))
}

/// Those that options name.
fn named(words: &[&str]) -> Vec<Target> {
    const OPTIONS: [&str; 11] = [
        "--filter",
        "-F",
        "--workspace",
        "-w",
        "--prefix",
        "-C",
        "--dir",
        "--cwd",
        "--scope",
        "--chdir",
        "--app-dir",
    ];
    let mut found = Vec::new();
    for (index, word) in words.iter().enumerate() {
        let value = match word.split_once('=') {
            Some((option, value)) if OPTIONS.contains(&option) => Some(value),
            _ if OPTIONS.contains(word) => words.get(index + 1).copied(),
            _ => None,
        };
        // `web...` is a package with all that it needs.
        let name = value.map(|value| value.trim_end_matches("...").trim_matches(['{', '}', '"']));
        found.extend(
            name.filter(|name| !name.is_empty() && !name.starts_with('!') && !name.contains('*'))
                .map(|name| Target::Named(name.to_owned())),
        );
    }
    found
}

fn of_program(words: &[&str]) -> Option<Target> {
    let plain: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !word.starts_with('-'))
        .collect();
    let is_for_all = ["-r", "--recursive", "--workspaces"]
        .iter()
        .any(|option| words.contains(option));
    if let (true, ["pnpm" | "npm", .., script]) = (is_for_all, plain.as_slice()) {
        return Some(Target::AllWith((*script).to_owned()));
    }
    Some(match plain.as_slice() {
        ["pnpm" | "yarn" | "npm" | "bun", "exec", rest @ ..] => return of_program(rest),
        ["pnpm" | "yarn", "turbo" | "nx" | "lerna", ..] => return of_program(&plain[1..]),
        ["yarn", "workspace", name, ..] => Target::Named((*name).to_owned()),
        ["turbo" | "lerna", "run", script, ..] | ["turbo", script, ..] => {
            Target::AllWith((*script).to_owned())
        }
        // `nx run shop:serve`, `nx serve shop`
        ["nx", _, name, ..] => Target::Named(name.split(':').next()?.to_owned()),
        [
            "node" | "tsx" | "ts-node" | "bun" | "python" | "python3",
            rest @ ..,
        ] => {
            let file = rest.iter().find(|word| word.contains('/'))?;
            Target::File(places::join(".", file)?)
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(command: &str, expected: &[Target]) {
        assert_eq!(targets(command), expected, "{command}");
    }

    #[test]
    fn whom_a_command_starts_is_known() {
        let named = |name: &str| Target::Named(name.to_owned());
        let all = |name: &str| Target::AllWith(name.to_owned());
        check("turbo run start --filter=@x/web", &[named("@x/web")]);
        check(
            "turbo run start --filter=a --filter b...",
            &[named("a"), named("b")],
        );
        check("npx turbo start", &[all("start")]);
        check("pnpm --filter web run start", &[named("web")]);
        check("pnpm -r run start", &[all("start")]);
        check("yarn workspace api start", &[named("api")]);
        check("npm start --prefix server", &[named("server")]);
        check(
            "cd apps/web && npm start",
            &[Target::File("apps/web/x".to_owned())],
        );
        check(
            "cd server/bin && ./run start",
            &[Target::File("server/bin/x".to_owned())],
        );
        check(
            "NODE_ENV=production node ./packages/api/index.js",
            &[Target::File("packages/api/index.js".to_owned())],
        );
        check(
            "prisma migrate deploy && nx run shop:serve:production",
            &[named("shop")],
        );
        check("nx serve shop", &[named("shop")]);
        check("lerna run start --scope=api", &[named("api")]);
        check("node index.js", &[]);
        check("next start", &[]);
        check("", &[]);
    }

    proptest! {
        #[test]
        fn odd_commands_never_panic(text in "(turbo|nx|run|cd|&&|--filter|=|\\.|/|node| |\\{|é)*") {
            targets(&text);
        }
    }
}
