//! Scripts of a shell, where there is nothing else to run.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{ProjectType, Stack, StackKind};

use super::draft::{command, found};
use super::inventory::{Inventory, ending};
use crate::places;
use crate::sources::Sources;

/// Scripts that start something, the most telling first.
const STARTS: [&str; 5] = ["start.sh", "run.sh", "main.sh", "start.bash", "run.bash"];

/// Files that show that a project is something else.
const OTHERS: [&str; 13] = [
    "package.json",
    "deno.json",
    "deno.jsonc",
    "index.html",
    "Staticfile",
    "pyproject.toml",
    "requirements.txt",
    "setup.py",
    "setup.cfg",
    "Pipfile",
    "main.py",
    "app.py",
    "environment.yml",
];

/// The scripts of a project that is nothing else: one that starts it, or the only one at its top.
pub(super) fn find(sources: &Sources<'_>, inventory: &Inventory<'_>) -> Option<Stack> {
    if sources.project.python.is_some() || OTHERS.iter().any(|name| sources.tree.contains(name)) {
        return None;
    }
    let mut top = inventory
        .shell
        .iter()
        .filter(|path| places::folder(path) == ".");
    let start = STARTS
        .iter()
        .find(|name| sources.tree.contains(name))
        .copied();
    let (path, purpose) = match (start, top.next(), top.next()) {
        (Some(start), _, _) => (start, ProjectType::App),
        (None, Some(only), None) => (*only, ProjectType::Cli),
        _ => return None,
    };
    let evidence = Evidence::file(path, "shell-script");
    let mut stack = Stack::new(
        ".",
        StackKind::Shell,
        evidence.clone(),
        found(purpose, &evidence),
    );
    let text = sources.text(path)?;
    let shell = shell(&text, path);
    stack.commands.start = command(format!("{shell} {path}"), &evidence);
    stack.application = Some(found(path.to_owned(), &evidence));
    Some(stack)
}

/// The shell that the first line names: `#!/usr/bin/env bash`.
fn shell<'t>(text: &'t str, path: &str) -> &'t str {
    let default = if ending(path) == "bash" { "bash" } else { "sh" };
    let Some(line) = text.lines().next().and_then(|line| line.strip_prefix("#!")) else {
        return default;
    };
    let mut words = line.split_whitespace().map(places::file_name);
    let first = words.next().filter(|first| *first != "env");
    let named = first.or_else(|| words.find(|word| !word.starts_with('-')));
    let known = ["bash", "sh", "zsh", "dash", "ksh", "fish"];
    named
        .filter(|named| known.contains(named))
        .unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;

    #[test]
    fn a_script_that_starts_something_is_an_application() {
        let files = [("start.sh", "#!/usr/bin/env -S bash\n"), ("other.sh", "")];
        insta::assert_snapshot!(shown(&files), @"
        . Shell App  []
          start: bash start.sh
          application start.sh start.sh (shell-script)
        ");
        insta::assert_snapshot!(shown(&[("tidy.sh", "#!/bin/zsh -e\n")]), @"
        . Shell Cli  []
          start: zsh tidy.sh
          application tidy.sh tidy.sh (shell-script)
        ");
    }

    #[test]
    fn beside_anything_else_scripts_are_tools() {
        assert_eq!(shown(&[("start.sh", ""), ("package.json", "{}")]), "");
        assert_eq!(shown(&[("a.sh", ""), ("b.sh", "")]), "");
        assert!(
            !shown(&[("start.sh", ""), ("Cargo.toml", "[package]\nname = 'x'\n")])
                .contains("Shell")
        );
    }
}
