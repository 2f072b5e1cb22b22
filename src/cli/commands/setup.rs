//! `dhtl setup`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{Refresh, SetupOptions, setup};

use super::regeneration::{Place, RegenerationArgs, answer};
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::CaptureReport;

/// Lock what is not locked and record the environment in `.dhtconfig`
#[derive(Debug, Args)]
pub(crate) struct SetupArgs {
    /// Lock anew, with the newest versions that are accepted
    #[arg(long)]
    relock: bool,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &SetupArgs) -> Result<ExitCode, Failure> {
    let start = context.current_folder()?;
    let place = Place {
        start: &start,
        root: context.root.as_deref(),
    };
    let refresh = if args.relock {
        Refresh::Upgrade
    } else {
        Refresh::Keep
    };
    let capture = args.regeneration.with_request(context, place, |request| {
        Ok(setup(request, SetupOptions { refresh })?)
    })?;
    let exit_code = capture.report.exit_code();
    answer(context, &CaptureReport(capture), exit_code)
}
