//! `dhtl config`.

mod migrate;
mod schema;
mod show;
mod validate;

use std::path::PathBuf;

use clap::Subcommand;
use dhtl_project_model::ExitCode;
use dhtl_project_model::config::{Document, FILE_NAME};

use crate::context::Context;
use crate::failure::Failure;

/// Show, check, migrate and describe `.dhtconfig`.
#[derive(Debug, Subcommand)]
pub(crate) enum ConfigCommand {
    /// Print what `.dhtconfig` says, as format 2.0
    Show(show::ShowArgs),
    /// Check `.dhtconfig`
    Validate(validate::ValidateArgs),
    /// Rewrite `.dhtconfig` in format 2.0
    Migrate(migrate::MigrateArgs),
    /// Print the JSON Schema of `.dhtconfig`
    Schema(schema::SchemaArgs),
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &ConfigCommand) -> Result<ExitCode, Failure> {
    match command {
        ConfigCommand::Show(args) => show::run(context, args),
        ConfigCommand::Validate(args) => validate::run(context, args),
        ConfigCommand::Migrate(args) => migrate::run(context, args),
        ConfigCommand::Schema(args) => schema::run(context, args),
    }
}

/// A configuration file and what it says.
struct ConfigFile {
    path: PathBuf,
    document: Document,
}

/// Reads the `.dhtconfig` of the project around the current folder.
fn read(context: &Context) -> Result<ConfigFile, Failure> {
    let start = context.current_folder()?;
    let root = match &context.root {
        Some(root) => root.clone(),
        None => dhtl_detection::find_root(&start).map_or(start, |(root, _)| root),
    };
    let path = root.join(FILE_NAME);
    let bytes = dhtl_regeneration::read_regular(&path).map_err(|error| {
        Failure::invalid(format!("failed to read `{}`: {error}", path.display()))
            .hinted("write one with `dhtl setup`")
    })?;
    let document = dhtl_regeneration::parse_document(&bytes)?;
    Ok(ConfigFile { path, document })
}
