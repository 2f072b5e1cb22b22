//! `dhtl fork`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_scaffolding::{AccountName, CloneState, ForkRequest, Forked, RepositoryName};
use dhtl_terminal::Count;

use super::new_folder::{ExtentArgs, NewFolderArgs, regenerate, with_surroundings};
use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Fork a repository on GitHub, clone the fork and make its environment
#[derive(Debug, Args)]
pub(crate) struct ForkArgs {
    /// The original: a URL, or `owner/name`
    url: String,
    #[command(flatten)]
    place: NewFolderArgs,
    /// Fork into this organisation instead of your own account
    #[arg(long, value_name = "NAME")]
    org: Option<AccountName>,
    /// Call the fork so instead of like the original
    #[arg(long, value_name = "NAME")]
    fork_name: Option<RepositoryName>,
    #[command(flatten)]
    extent: ExtentArgs,
    #[command(flatten)]
    regeneration: RegenerationArgs,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &ForkArgs) -> Result<ExitCode, Failure> {
    let current_folder = context.current_folder()?;
    context.terminal.status("Forking the repository.");
    let forked = with_surroundings(context, |surroundings| {
        dhtl_scaffolding::fork(&ForkRequest {
            url: &args.url,
            organization: args.org.as_ref(),
            fork_name: args.fork_name.as_ref(),
            branch: args.extent.branch.as_ref(),
            depth: args.extent.depth,
            destination: args.place.folder(),
            parent: &current_folder,
            surroundings,
        })
    })?;
    if let Some(advice) = advice(&forked) {
        context.terminal.status(&advice);
    }
    let place = Place {
        start: &forked.folder,
        root: context.root.as_deref(),
    };
    regenerate(context, &args.regeneration, place, heading(&forked))
}

/// What there is now.
fn heading(forked: &Forked) -> String {
    let Forked { fork, upstream, .. } = forked;
    let folder = forked.folder.display();
    let done = match forked.clone {
        CloneState::New => {
            format!("Repository {upstream} forked as {fork} and cloned into {folder}")
        }
        CloneState::Updated => format!("Clone of {fork} in {folder} brought up to date"),
    };
    match (&forked.branch, &forked.upstream_branch) {
        (Some(branch), Some(default)) => {
            format!("{done}, on `{branch}`, with `{default}` of {upstream}")
        }
        (None, Some(default)) => format!("{done}, with `{default}` of {upstream}"),
        _ => done,
    }
}

/// How to catch up with the original.
fn advice(forked: &Forked) -> Option<String> {
    let behind = usize::try_from(forked.behind?).unwrap_or(usize::MAX);
    let default = forked.upstream_branch.as_ref()?;
    (behind > 0).then(|| {
        let count = Count(behind, "commit");
        format!("The fork lacks {count} of `{default}`: `git merge --ff-only {default}` adds them.")
    })
}
