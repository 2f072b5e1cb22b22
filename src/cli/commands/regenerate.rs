//! `dhtl regenerate`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::Target;

use super::container;
use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Make the environment of a project
#[derive(Debug, Args)]
pub(crate) struct RegenerateArgs {
    /// Print the exact commands that would run, and stop
    #[arg(short = 'n', long)]
    dry_run: bool,
    /// Print the commands for another machine, such as `darwin-arm64`, `windows-x86_64` or
    /// `ubuntu-22.04`
    #[arg(long, value_name = "MACHINE", requires = "dry_run")]
    platform: Option<Target>,
    /// Make the environment in a container, whose image brings the interpreter
    #[arg(long, conflicts_with = "platform")]
    container: bool,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &RegenerateArgs) -> Result<ExitCode, Failure> {
    let start = context.current_folder()?;
    let place = Place {
        start: &start,
        root: context.root.as_deref(),
    };
    let regeneration = &args.regeneration;
    match (args.dry_run, args.container) {
        (true, true) => container::preview(context, place, regeneration),
        (true, false) => regeneration.preview(context, place, args.platform.as_ref()),
        (false, true) => container::regenerate(context, place, regeneration),
        (false, false) => regeneration.regenerate(context, place, None),
    }
}
