//! `dhtl templates list`.

use clap::Args;
use dhtl_project_model::ExitCode;

use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::TemplatesReport;
use crate::templates::catalogue;

/// List the templates that `dhtl new` knows
#[derive(Debug, Args)]
pub(crate) struct ListArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &ListArgs) -> Result<ExitCode, Failure> {
    let templates = catalogue(&context.home()?).list();
    answer(context, &TemplatesReport { templates }, ExitCode::Success)
}
