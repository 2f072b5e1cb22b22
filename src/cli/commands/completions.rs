//! `dhtl completions`.

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;
use dhtl_project_model::ExitCode;

use super::regeneration::answer;
use crate::arguments::Cli;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::CompletionsReport;

/// Print the completion script of a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &CompletionsArgs) -> Result<ExitCode, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "dhtl", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    answer(context, &CompletionsReport { script }, ExitCode::Success)
}
