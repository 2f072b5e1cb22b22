//! `dhtl templates eject`.

use std::path::PathBuf;

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_scaffolding::write_template;

use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::EjectedReport;
use crate::templates::{catalogue, user_folder};

/// Copy a template to where your own ones are, to change it
#[derive(Debug, Args)]
pub(crate) struct EjectArgs {
    /// The name of the template
    name: String,
    /// The folder to make, by default one that `dhtl new --type` finds by its name
    #[arg(long, value_name = "DIR")]
    into: Option<PathBuf>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &EjectArgs) -> Result<ExitCode, Failure> {
    let home = context.home()?;
    let files = catalogue(&home).ejected(&args.name)?;
    let folder = match &args.into {
        Some(folder) => context.current_folder()?.join(folder),
        None => user_folder(&home).join(&args.name),
    };
    let folder = write_template(&folder, &files)?;
    let report = EjectedReport {
        name: args.name.clone(),
        folder,
        files: files.into_iter().map(|file| file.path).collect(),
        found_by_name: args.into.is_none(),
    };
    answer(context, &report, ExitCode::Success)
}
