//! `dhtl templates`.

mod eject;
mod list;
mod show;

use clap::Subcommand;
use dhtl_project_model::ExitCode;

use crate::context::Context;
use crate::failure::Failure;

/// List, show and copy the templates of new projects.
#[derive(Debug, Subcommand)]
pub(crate) enum TemplatesCommand {
    /// List the templates that `dhtl new` knows
    List(list::ListArgs),
    /// Print the files of a template as they are
    Show(show::ShowArgs),
    /// Copy a template to where your own ones are, to change it
    Eject(eject::EjectArgs),
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &TemplatesCommand) -> Result<ExitCode, Failure> {
    match command {
        TemplatesCommand::List(args) => list::run(context, args),
        TemplatesCommand::Show(args) => show::run(context, args),
        TemplatesCommand::Eject(args) => eject::run(context, args),
    }
}
