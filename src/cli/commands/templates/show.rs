//! `dhtl templates show`.

use clap::Args;
use dhtl_project_model::ExitCode;

use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::TemplateReport;
use crate::templates::catalogue;

/// Print the files of a template as they are
#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// The name of the template
    name: String,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ShowArgs) -> Result<ExitCode, Failure> {
    let files = catalogue(&context.home()?).ejected(&args.name)?;
    answer(
        context,
        &TemplateReport::new(&args.name, files),
        ExitCode::Success,
    )
}
