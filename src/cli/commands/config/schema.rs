//! `dhtl config schema`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_project_model::config::json_schema;

use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::SchemaReport;

/// Print the JSON Schema of `.dhtconfig`
#[derive(Debug, Args)]
pub(crate) struct SchemaArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &SchemaArgs) -> Result<ExitCode, Failure> {
    answer(context, &SchemaReport(json_schema()), ExitCode::Success)
}
