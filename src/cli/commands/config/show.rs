//! `dhtl config show`.

use clap::Args;
use dhtl_project_model::ExitCode;

use super::read;
use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::ConfigReport;

/// Print what `.dhtconfig` says, as format 2.0
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &ShowArgs) -> Result<ExitCode, Failure> {
    let file = read(context)?;
    for warning in file.document.warnings() {
        context.terminal.warning(&warning.to_string());
    }
    answer(
        context,
        &ConfigReport(file.document.config().clone()),
        ExitCode::Success,
    )
}
