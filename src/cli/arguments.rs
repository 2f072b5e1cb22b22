//! The command line as types.

use std::ffi::OsStr;
use std::path::PathBuf;

use clap::{Args, Parser, ValueEnum};
use dhtl_project_model::ExitCode;
use dhtl_terminal::{ColorChoice, Format, Settings, Terminal};

use crate::commands::Command;

/// Any repository, from just cloned to working and proven the same, in one command
#[derive(Debug, Parser)]
#[command(name = "dhtl", version, propagate_version = true, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done, 1 the answer is no, 2 wrong usage, 3 something needed \
    is missing, 4 invalid project or configuration, 5 an external command failed, 130 interrupted."
)]
pub(crate) struct Cli {
    #[command(flatten)]
    pub(crate) globals: Globals,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Options that every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a flag of the command line"
)]
pub(crate) struct Globals {
    /// Print one JSON document on stdout instead of text
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Say nothing on stderr but errors
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Show what the programs print that dhtl runs
    #[arg(short, long, global = true)]
    pub(crate) verbose: bool,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t = When::Auto, value_name = "WHEN")]
    pub(crate) color: When,
    /// Never ask a question; `CI=true` in the environment implies it
    #[arg(long, global = true)]
    pub(crate) no_input: bool,
    /// Take this folder as the root of the project instead of searching for it
    #[arg(long, global = true, value_name = "DIR")]
    pub(crate) root: Option<PathBuf>,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On terminals, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl From<When> for ColorChoice {
    fn from(when: When) -> Self {
        match when {
            When::Auto => Self::Auto,
            When::Always => Self::Always,
            When::Never => Self::Never,
        }
    }
}

impl Cli {
    /// What was typed. Help, versions and mistakes are printed here, as JSON where that was asked
    /// for.
    pub(crate) fn parse_or_explain() -> Result<Self, ExitCode> {
        Self::try_parse().map_err(|error| {
            if !error.use_stderr() {
                // Whoever closed the pipe does not want the rest.
                let _ = error.print();
                return ExitCode::Success;
            }
            let wants_json = std::env::args_os().any(|argument| argument == OsStr::new("--json"));
            if wants_json {
                let settings = Settings {
                    format: Format::Json,
                    ..Settings::default()
                };
                let message = UsageError(first_paragraph(&error.to_string()));
                let hint = Some("see `dhtl --help`");
                let _ = Terminal::new(settings).error_json(&message, hint, ExitCode::Usage);
            }
            let _ = error.print();
            ExitCode::Usage
        })
    }
}

/// What is wrong, without the usage and the tips below it.
fn first_paragraph(message: &str) -> String {
    let lines = message
        .lines()
        .take_while(|line| !line.trim().is_empty())
        .map(str::trim);
    let text = lines.collect::<Vec<_>>().join(" ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}

/// A command line that means nothing.
#[derive(Debug)]
struct UsageError(String);

impl std::fmt::Display for UsageError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "wrong usage: {}", self.0)
    }
}

impl std::error::Error for UsageError {}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory as _};

    use super::*;

    #[test]
    fn every_option_is_described_in_the_house_style() {
        let mut root = Cli::command();
        root.build();
        let problems = walk(&root);
        assert_eq!(problems, [""; 0]);
    }

    fn walk(command: &Command) -> Vec<String> {
        let own = command
            .get_arguments()
            .map(|argument| (argument.get_id().to_string(), argument.get_help()))
            .chain([(String::new(), command.get_about())])
            .filter(|(_, help)| !help.is_some_and(|help| is_tidy(&help.to_string())))
            .map(|(id, _)| format!("{} {id}", command.get_name()))
            .collect::<Vec<_>>();
        let below = command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
            .flat_map(walk);
        own.into_iter().chain(below).collect()
    }

    fn is_tidy(help: &str) -> bool {
        help.starts_with(char::is_uppercase) && !help.ends_with('.') && !help.contains('\n')
    }
}
