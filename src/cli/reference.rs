//! The page `docs/commands.md`: what the command line says about itself, as Markdown.
//!
//! To write the page anew after a change of the command line:
//! `DHTL_UPDATE_DOCS=1 cargo test -p dhtl --bin dhtl command_reference`.

use std::fmt::Write as _;

use clap::{Arg, Command};

/// Commands and options that clap adds to everything.
const BUILT_IN: [&str; 2] = ["help", "version"];

/// The page about `root` and all commands below it.
fn page(mut root: Command) -> String {
    root.build();
    let mut page = String::from(
        "# Commands\n\n\
         <!-- Written by src/cli/reference.rs from the command line itself: change it there. -->\n\n",
    );
    for command in commands(&root) {
        let name = name(command);
        let about = about(command);
        let _ = writeln!(page, "- [`{name}`](#{}): {about}", name.replace(' ', "-"));
    }
    page.push_str("\n## Global options\n");
    let globals = root
        .get_arguments()
        .filter(|argument| argument.is_global_set());
    list(&mut page, "Every command takes these:", globals);
    for command in commands(&root) {
        describe(&mut page, command);
    }
    page
}

/// The commands that do something, in the order of the help.
fn commands(parent: &Command) -> Vec<&Command> {
    let visible = parent
        .get_subcommands()
        .filter(|command| !command.is_hide_set() && !BUILT_IN.contains(&command.get_name()));
    visible
        .flat_map(|command| {
            let below = commands(command);
            if below.is_empty() {
                vec![command]
            } else {
                below
            }
        })
        .collect()
}

fn describe(page: &mut String, command: &Command) {
    let (name, about) = (name(command), about(command));
    let usage = command.clone().render_usage().to_string();
    let usage = usage.strip_prefix("Usage: ").unwrap_or(&usage);
    let _ = write!(page, "\n## {name}\n\n{about}.\n\n```text\n{usage}\n```\n");
    let own = || {
        command.get_arguments().filter(|argument| {
            let is_built_in = BUILT_IN.contains(&argument.get_id().as_str());
            !is_built_in && !argument.is_global_set() && !argument.is_hide_set()
        })
    };
    list(
        page,
        "Arguments:",
        own().filter(|argument| argument.is_positional()),
    );
    list(
        page,
        "Options:",
        own().filter(|argument| !argument.is_positional()),
    );
}

fn list<'a>(page: &mut String, heading: &str, arguments: impl Iterator<Item = &'a Arg>) {
    for (index, argument) in arguments.enumerate() {
        if index == 0 {
            let _ = write!(page, "\n{heading}\n\n");
        }
        let help = argument
            .get_long_help()
            .or(argument.get_help())
            .map(ToString::to_string);
        let help = help.unwrap_or_default();
        let _ = writeln!(
            page,
            "- `{}`: {help}{}",
            spelled(argument),
            default(argument)
        );
        for value in values(argument) {
            let _ = writeln!(page, "  - {value}");
        }
    }
}

/// How an argument is typed: `-j, --jobs <N>`, `<URL>`, `[DIR]`.
fn spelled(argument: &Arg) -> String {
    if argument.is_positional() {
        return argument.to_string();
    }
    let short = argument
        .get_short()
        .map(|short| format!("-{short}, "))
        .unwrap_or_default();
    format!("{short}{argument}")
}

fn default(argument: &Arg) -> String {
    let values = argument.get_default_values();
    if values.is_empty() || !argument.get_action().takes_values() {
        return String::new();
    }
    let values = values
        .iter()
        .map(|value| value.to_string_lossy())
        .collect::<Vec<_>>();
    format!(" (default: `{}`)", values.join(" "))
}

/// The values that an argument is limited to.
fn values(argument: &Arg) -> Vec<String> {
    if !argument.get_action().takes_values() {
        return Vec::new();
    }
    let describe = |value: &clap::builder::PossibleValue| {
        let help = value
            .get_help()
            .map(|help| format!(": {help}"))
            .unwrap_or_default();
        format!("`{}`{help}", value.get_name())
    };
    let values = argument.get_possible_values();
    values
        .iter()
        .filter(|value| !value.is_hide_set())
        .map(describe)
        .collect()
}

fn name(command: &Command) -> String {
    command
        .get_bin_name()
        .unwrap_or(command.get_name())
        .to_owned()
}

fn about(command: &Command) -> String {
    let about = command.get_long_about().or(command.get_about());
    about.map(ToString::to_string).unwrap_or_default()
}

mod tests {
    use clap::{Args, CommandFactory as _, Parser, Subcommand, ValueEnum};
    use insta::assert_snapshot;

    use super::page;
    use crate::arguments::Cli;

    #[test]
    #[expect(
        clippy::disallowed_methods,
        reason = "a test has no context to read it from"
    )]
    fn command_reference_is_up_to_date() {
        let expected = page(Cli::command());
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
        if std::env::var_os("DHTL_UPDATE_DOCS").is_some_and(|value| value == "1") {
            std::fs::write(path, &expected).unwrap();
        }
        let actual = std::fs::read_to_string(path)
            .unwrap_or_default()
            .replace("\r\n", "\n");
        assert!(
            actual == expected,
            "docs/commands.md is out of date: write it anew with \
             `DHTL_UPDATE_DOCS=1 cargo test -p dhtl --bin dhtl command_reference`"
        );
    }

    #[derive(Debug, Parser)]
    #[command(name = "kitchen")]
    struct Kitchen {
        /// Say nothing
        #[arg(short, long, global = true)]
        quiet: bool,
        #[command(subcommand)]
        task: Task,
    }

    #[derive(Debug, Subcommand)]
    enum Task {
        /// Heat something
        Heat(Heat),
        /// Look after the pans
        #[command(subcommand)]
        Pan(Pan),
    }

    #[derive(Debug, Args)]
    struct Heat {
        /// The dish
        dish: String,
        /// What it is served on
        plate: Option<String>,
        /// How hot
        #[arg(short = 'p', long, value_enum, default_value_t = Power::Low)]
        power: Power,
        /// Not for everyone
        #[arg(long, hide = true)]
        secret: bool,
    }

    #[derive(Debug, Subcommand)]
    enum Pan {
        /// Wash one
        Wash,
    }

    #[derive(Debug, Clone, Copy, ValueEnum)]
    enum Power {
        /// Below boiling
        Low,
        High,
    }

    #[test]
    fn a_page_names_every_command_argument_and_value() {
        assert_snapshot!(page(Kitchen::command()), @r"
        # Commands

        <!-- Written by src/cli/reference.rs from the command line itself: change it there. -->

        - [`kitchen heat`](#kitchen-heat): Heat something
        - [`kitchen pan wash`](#kitchen-pan-wash): Wash one

        ## Global options

        Every command takes these:

        - `-q, --quiet`: Say nothing

        ## kitchen heat

        Heat something.

        ```text
        kitchen heat [OPTIONS] <DISH> [PLATE]
        ```

        Arguments:

        - `<DISH>`: The dish
        - `[PLATE]`: What it is served on

        Options:

        - `-p, --power <POWER>`: How hot (default: `low`)
          - `low`: Below boiling
          - `high`

        ## kitchen pan wash

        Wash one.

        ```text
        kitchen pan wash [OPTIONS]
        ```
        ");
    }
}
