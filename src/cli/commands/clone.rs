//! `dhtl clone`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_scaffolding::CloneRequest;

use super::new_folder::{ExtentArgs, NewFolderArgs, regenerate, with_surroundings};
use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Clone a repository and make its environment
#[derive(Debug, Args)]
pub(crate) struct CloneArgs {
    /// The repository: a URL, a path, or `owner/name` on GitHub
    url: String,
    #[command(flatten)]
    place: NewFolderArgs,
    #[command(flatten)]
    extent: ExtentArgs,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &CloneArgs) -> Result<ExitCode, Failure> {
    let current_folder = context.current_folder()?;
    context.terminal.status("Cloning the repository.");
    let cloned = with_surroundings(context, |surroundings| {
        dhtl_scaffolding::clone(&CloneRequest {
            url: &args.url,
            branch: args.extent.branch.as_ref(),
            depth: args.extent.depth,
            destination: args.place.folder(),
            parent: &current_folder,
            surroundings,
        })
    })?;
    let place = Place {
        start: &cloned.folder,
        root: context.root.as_deref(),
    };
    let heading = format!("Repository cloned into {}", cloned.folder.display());
    regenerate(context, &args.regeneration, place, heading)
}
