//! `dhtl config validate`.

use clap::Args;
use dhtl_project_model::ExitCode;

use super::read;
use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::ConfigCheckReport;

/// Check `.dhtconfig`
#[derive(Debug, Args)]
pub(crate) struct ValidateArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &ValidateArgs) -> Result<ExitCode, Failure> {
    let file = read(context)?;
    let report = ConfigCheckReport::new(&file.path, &file.document);
    let exit_code = report.exit_code();
    answer(context, &report, exit_code)
}
