//! `dhtl clone`.

use std::path::PathBuf;

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_scaffolding::CloneRequest;

use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Clone a repository and make its environment
#[derive(Debug, Args)]
pub(crate) struct CloneArgs {
    /// The repository: a URL, a path, or `owner/name` on GitHub
    url: String,
    /// The new folder; by default it is called as the repository
    dir: Option<PathBuf>,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &CloneArgs) -> Result<ExitCode, Failure> {
    let current_folder = context.current_folder()?;
    context.terminal.status("Cloning the repository.");
    let cloned = dhtl_scaffolding::clone(&CloneRequest {
        url: &args.url,
        destination: args.dir.as_deref(),
        parent: &current_folder,
        runner: &context.runner(),
        interactive: context.terminal.settings().interactive,
        cancel: &context.cancel,
        output: &|line| context.terminal.detail(line),
    })?;
    let place = Place {
        start: &cloned.folder,
        root: context.root.as_deref(),
    };
    let heading = format!("Repository cloned into {}", cloned.folder.display());
    args.regeneration.regenerate(context, place, Some(heading))
}
