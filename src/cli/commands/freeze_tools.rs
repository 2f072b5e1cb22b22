//! `dhtl freeze-tools`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{Place, freeze_tools};

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::FrozenToolsReport;

/// Print the development tools in the form of `.dht/tools.lock`
#[derive(Debug, Args)]
pub(crate) struct FreezeToolsArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &FreezeToolsArgs) -> Result<ExitCode, Failure> {
    let tools = freeze_tools(Place {
        start: &context.current_folder()?,
        root: context.root.as_deref(),
        environment: &context.environment,
    })?;
    answer(context, &FrozenToolsReport(tools), ExitCode::Success)
}
