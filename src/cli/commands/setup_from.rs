//! `dhtl setup-from`.

use std::path::PathBuf;

use clap::Args;
use dhtl_detection::DetectRequest;
use dhtl_project_model::ExitCode;
use dhtl_scaffolding::{ExtractRequest, Limits, extract};
use dhtl_terminal::Count;

use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Unpack an archive of a project and make its environment
#[derive(Debug, Args)]
pub(crate) struct SetupFromArgs {
    /// The archive: `.tar.gz`, `.tar.xz`, `.tar.zst`, `.tar` or `.zip`
    archive: PathBuf,
    /// The new folder; by default it is called as the archive's top folder
    dir: Option<PathBuf>,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &SetupFromArgs) -> Result<ExitCode, Failure> {
    let current_folder = context.current_folder()?;
    context.terminal.status("Unpacking the archive.");
    let extracted = extract(&ExtractRequest {
        archive: &args.archive,
        destination: args.dir.as_deref(),
        parent: &current_folder,
        limits: Limits::default(),
        cancel: &context.cancel,
        output: &|line| context.terminal.status(line),
    })?;
    let entries = usize::try_from(extracted.entries).unwrap_or(usize::MAX);
    let count = Count::of(entries, "entry", "entries");
    let heading = format!(
        "Archive unpacked into {} ({count})",
        extracted.folder.display()
    );
    // What surrounds the new folder has nothing to do with it.
    let root = context.root.as_deref().unwrap_or(&extracted.folder);
    if let Err(error) = dhtl_detection::detect(&DetectRequest {
        start: &extracted.folder,
        root: Some(root),
        config_python: None,
    }) {
        // It was made for a project, and there is none.
        let _ = std::fs::remove_dir_all(&extracted.folder);
        return Err(error.into());
    }
    let place = Place {
        start: &extracted.folder,
        root: Some(root),
    };
    args.regeneration.regenerate(context, place, Some(heading))
}
