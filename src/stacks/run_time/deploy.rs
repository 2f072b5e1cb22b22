//! How the chosen application is deployed.

use std::collections::BTreeMap;

use dhtl_project_model::stack::{DeployConfig, Stack, StackKind, Survey};

use super::choice::{Choice, is_built_into};
use crate::places;

/// The port of an application that names none, by what it is written for.
const fn default_port(kind: StackKind) -> u16 {
    match kind {
        StackKind::Node | StackKind::Bun | StackKind::Ruby => 3000,
        StackKind::Python | StackKind::Deno | StackKind::Php => 8000,
        StackKind::Static => 80,
        StackKind::Elixir => 4000,
        _ => 8080,
    }
}

/// The deployment of the chosen stack.
///
/// Where other stacks build something into its folder, such as the assets of a Django or Rails project,
/// they are built first. What brings the database up to date runs before the start: there is no other
/// place for it in this form. Where the root of a workspace starts it, the commands are those of the
/// root.
pub(super) fn config(survey: &Survey, choice: Choice) -> DeployConfig {
    let stack = &survey.stacks[choice.stack];
    let typed = choice
        .delegation
        .map_or(stack, |delegation| &survey.stacks[delegation.root]);
    let beside = survey.stacks.iter().enumerate().filter(|(index, other)| {
        *index != choice.stack
            && (other.folder == stack.folder || is_built_into(other, stack))
            && other.commands.build.is_some()
    });
    let mut builds: Vec<(&str, &str)> = Vec::new();
    for other in beside.map(|(_, other)| other).chain([typed]) {
        let found = [&other.commands.install, &other.commands.build];
        builds.extend(
            found
                .into_iter()
                .flatten()
                .map(|found| (folder_of(other), found.value.as_str())),
        );
    }
    if typed.commands.build.is_none() && choice.delegation.is_some() {
        let build = stack.commands.build.as_ref();
        builds.extend(build.map(|build| (folder_of(stack), build.value.as_str())));
    }
    let start = start(typed, stack);
    let port = [stack, typed].into_iter().find_map(|one| one.port.as_ref());
    let port = port.map_or_else(|| default_port(stack.kind), |port| port.value);
    let mut environment = environment(stack, port);
    if typed.port.is_some() {
        environment
            .entry("PORT".to_owned())
            .or_insert_with(|| port.to_string());
    }
    DeployConfig {
        kind: kind(stack.kind),
        build_command: joined(&builds),
        start_command: start,
        port,
        environment,
        install_path: DeployConfig::INSTALL_PATH.to_owned(),
    }
}

/// What brings the database up to date and starts `typed`, the stack itself or the root that starts it.
fn start(typed: &Stack, stack: &Stack) -> Option<String> {
    let start = typed.commands.start.as_ref()?;
    let migrates = [typed, stack].map(|one| (one, one.commands.migrate.as_ref()));
    let migrate = migrates
        .into_iter()
        .find_map(|(one, migrate)| Some((folder_of(one), migrate?.value.as_str())))
        .filter(|(_, migrate)| !does(&start.value, migrate));
    let commands: Vec<(&str, &str)> = migrate
        .into_iter()
        .chain([(folder_of(typed), start.value.as_str())])
        .collect();
    joined(&commands)
}

/// Whether a command does what another one does, which is told by its task: `rake db:migrate && …`.
fn does(command: &str, other: &str) -> bool {
    let mut words = other
        .split_whitespace()
        .filter(|word| !word.starts_with('-'));
    let task = words.next_back().unwrap_or(other);
    command.contains(other) || command.split_whitespace().any(|word| word == task)
}

/// The folder that the commands of a stack are typed in.
fn folder_of(stack: &Stack) -> &str {
    stack.commands.folder.as_deref().unwrap_or(&stack.folder)
}

/// Commands, each with its folder, as one command that is typed at the root.
fn joined(commands: &[(&str, &str)]) -> Option<String> {
    let groups: Vec<(&str, String)> = commands
        .chunk_by(|left, right| left.0 == right.0)
        .map(|group| {
            let texts: Vec<&str> = group.iter().map(|(_, command)| *command).collect();
            (group[0].0, texts.join(" && "))
        })
        .collect();
    match groups.as_slice() {
        [] => None,
        [(folder, command)] => Some(in_folder(folder, command)),
        several => {
            let each = several.iter().map(|(folder, command)| match *folder {
                "." => command.clone(),
                // The next one is typed at the root again.
                folder => format!("({})", in_folder(folder, command)),
            });
            Some(each.collect::<Vec<_>>().join(" && "))
        }
    }
}

fn in_folder(folder: &str, command: &str) -> String {
    // One that is typed further up begins with the way there.
    if let Some((up, rest)) = command
        .strip_prefix("cd ")
        .and_then(|command| command.split_once(" && "))
        && up.split('/').all(|part| part == "..")
        && let Some(above) = places::join(folder, up)
    {
        return in_folder(&above, rest);
    }
    match folder {
        "." => command.to_owned(),
        folder => format!("cd {} && {command}", shell_word(folder)),
    }
}

fn shell_word(path: &str) -> String {
    let is_plain = path
        .chars()
        .all(|one| one.is_ascii_alphanumeric() || "._-/+@".contains(one));
    if is_plain && !path.starts_with('-') {
        path.to_owned()
    } else {
        format!("'./{}'", path.replace('\'', r"'\''"))
    }
}

fn kind(kind: StackKind) -> String {
    // The names of JSON, which a test compares.
    match kind {
        StackKind::Node => "nodejs",
        StackKind::Python => "python",
        StackKind::Static => "static",
        StackKind::Go => "go",
        StackKind::Deno => "deno",
        StackKind::Bun => "bun",
        StackKind::Rust => "rust",
        StackKind::Java => "java",
        StackKind::Ruby => "ruby",
        StackKind::Php => "php",
        StackKind::Dotnet => "dotnet",
        StackKind::Elixir => "elixir",
        StackKind::Swift => "swift",
        StackKind::Scala => "scala",
        StackKind::Clojure => "clojure",
        StackKind::Gleam => "gleam",
        StackKind::Zig => "zig",
        StackKind::Haskell => "haskell",
        StackKind::Crystal => "crystal",
        StackKind::Dart => "dart",
        StackKind::Cobol => "cobol",
        StackKind::Cpp => "cpp",
        StackKind::Shell => "shell",
    }
    .to_owned()
}

/// What runtimes and frameworks want to be told in production.
fn environment(stack: &Stack, port: u16) -> BTreeMap<String, String> {
    let mut environment = BTreeMap::new();
    let mut set = |name: &str, value: &str| {
        environment.insert(name.to_owned(), value.to_owned());
    };
    let listens = stack.port.is_some();
    if listens {
        set("PORT", &port.to_string());
    }
    match stack.kind {
        StackKind::Node | StackKind::Bun => {
            set("NODE_ENV", "production");
            // It asks `adapter-auto` of SvelteKit for a server of Node.js.
            let mut frameworks = stack.frameworks.iter();
            if frameworks.any(|one| one.evidence.rule == "sveltekit-adapter-auto") {
                set("GCP_BUILDPACKS", "true");
            }
        }
        StackKind::Python => set("PYTHONUNBUFFERED", "1"),
        StackKind::Ruby => set("RACK_ENV", "production"),
        StackKind::Php => set("APP_ENV", "production"),
        StackKind::Elixir => set("MIX_ENV", "prod"),
        StackKind::Dotnet => set("ASPNETCORE_ENVIRONMENT", "Production"),
        _ => {}
    }
    let uses = |name: &str| stack.frameworks.iter().any(|found| found.value == name);
    if uses("rails") {
        set("RAILS_ENV", "production");
    }
    if uses("phoenix") {
        set("PHX_SERVER", "true");
    }
    if uses("gradio") {
        set("GRADIO_SERVER_NAME", "0.0.0.0");
        set("GRADIO_SERVER_PORT", &port.to_string());
    }
    if listens && stack.kind == StackKind::Dotnet {
        // Only .NET 8 and later know the one of the port alone.
        let version = stack.runtimes.first().map(|one| &one.version.value);
        let major = version.and_then(|version| version.split('.').next()?.parse::<u32>().ok());
        if major.is_some_and(|major| major < 8) {
            set("ASPNETCORE_URLS", &format!("http://0.0.0.0:{port}"));
        } else {
            set("ASPNETCORE_HTTP_PORTS", &port.to_string());
        }
    }
    // These listen on this machine alone unless they are told otherwise.
    if listens
        && ["nuxt", "astro", "sveltekit", "next"]
            .iter()
            .any(|name| uses(name))
    {
        let name = if uses("next") { "HOSTNAME" } else { "HOST" };
        set(name, "0.0.0.0");
    }
    environment
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_named_as_in_json() {
        for one in [
            StackKind::Node,
            StackKind::Python,
            StackKind::Static,
            StackKind::Go,
            StackKind::Deno,
            StackKind::Bun,
            StackKind::Rust,
            StackKind::Java,
            StackKind::Ruby,
            StackKind::Php,
            StackKind::Dotnet,
            StackKind::Elixir,
            StackKind::Swift,
            StackKind::Scala,
            StackKind::Clojure,
            StackKind::Gleam,
            StackKind::Zig,
            StackKind::Haskell,
            StackKind::Crystal,
            StackKind::Dart,
            StackKind::Cobol,
            StackKind::Cpp,
            StackKind::Shell,
        ] {
            assert_eq!(serde_json::to_value(one).unwrap(), kind(one));
        }
    }

    #[test]
    fn commands_are_typed_in_the_folder() {
        assert_eq!(in_folder(".", "a"), "a");
        assert_eq!(in_folder("web/app", "a"), "cd web/app && a");
        assert_eq!(in_folder("my app", "a"), "cd './my app' && a");
        assert_eq!(in_folder("-x", "a"), "cd './-x' && a");
        assert_eq!(in_folder("web/app", "cd .. && a"), "cd web && a");
        assert_eq!(in_folder("web/app", "cd ../.. && a"), "a");
        assert_eq!(in_folder(".", "cd .. && a"), "cd .. && a");
        assert_eq!(joined(&[]), None);
        assert_eq!(joined(&[("a", "x"), ("a", "y")]).unwrap(), "cd a && x && y");
        assert_eq!(
            joined(&[("a", "x"), (".", "y")]).unwrap(),
            "(cd a && x) && y"
        );
    }
}
