//! `dhtl config migrate`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_project_model::config::migrate;

use super::read;
use crate::commands::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::MigrationReport;

/// Rewrite `.dhtconfig` in format 2.0
#[derive(Debug, Args)]
pub(crate) struct MigrateArgs {
    /// Print the new text and leave the file alone
    #[arg(short = 'n', long)]
    dry_run: bool,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &MigrateArgs) -> Result<ExitCode, Failure> {
    let file = read(context)?;
    let text = migrate(&file.document);
    let changed = text != file.document.text();
    if changed && !args.dry_run {
        dhtl_regeneration::write_file(&file.path, &text)?;
    }
    let report = MigrationReport {
        path: file.path,
        changed,
        written: changed && !args.dry_run,
        text,
    };
    answer(context, &report, ExitCode::Success)
}
