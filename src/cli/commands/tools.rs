//! `dhtl tools`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_tools::tool_list;

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::ToolsReport;

/// List the programs that dhtl uses, with versions and places
#[derive(Debug, Args)]
pub(crate) struct ToolsArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &ToolsArgs) -> Result<ExitCode, Failure> {
    let tools = tool_list(&context.environment, &context.home()?, &context.runner());
    answer(context, &ToolsReport { tools }, ExitCode::Success)
}
