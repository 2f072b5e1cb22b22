//! A clone of the fork that is there already.

use std::path::Path;

use dhtl_tools::git::{self, Remote};

use super::remotes::{Remotes, remote};
use super::{CloneState, ForkError, ForkRequest, Forked, run};
use crate::clone::failure;
use crate::destination::Destination;
use crate::repository_url::{AccountName, GitHubRepository, github_host};

/// Whether `folder` is a clone of a fork of `original`: its remotes say so.
pub(super) fn is_clone(
    request: &ForkRequest<'_>,
    folder: &Path,
    original: &GitHubRepository,
) -> bool {
    // Without it git would look for a repository further up.
    if !folder.join(".git").exists() {
        return false;
    }
    let host = github_host(request.surroundings.environment);
    let find = |which| remote(request, folder, which, host).ok().flatten();
    let (origin, upstream) = (find(Remote::Origin), find(Remote::Upstream));
    let is_fork = origin.is_some_and(|origin| {
        let wanted = request.organization.map(AccountName::as_str);
        !origin.is(original)
            && origin.host() == original.host()
            && wanted.is_none_or(|wanted| origin.owner().eq_ignore_ascii_case(wanted))
    });
    is_fork && upstream.is_some_and(|upstream| upstream.is(original))
}

/// Fetches what is new on both sides; what is checked out moves on only where nothing of the user's
/// stands against it.
pub(super) fn update(
    request: &ForkRequest<'_>,
    folder: &Path,
    original: &GitHubRepository,
) -> Result<Forked, ForkError> {
    let host = github_host(request.surroundings.environment);
    (request.surroundings.notice)(
        "A clone of the fork is there already, and is brought up to date.",
    );
    if request.branch.is_some() || request.depth.is_some() {
        (request.surroundings.notice)(
            "`--branch` and `--depth` are for new clones, and change nothing here.",
        );
    }
    let login = original.host();
    let completed = run(request, git::fetch(Remote::Origin, login, folder))?;
    if !completed.success() {
        let destination = Destination {
            parent: request.parent.to_path_buf(),
            folder: folder.to_path_buf(),
        };
        let url = original.url(original.transport);
        return Err(failure(&url, None, completed, &destination).into());
    }
    let remotes = Remotes::settle(request, folder, original, host)?;
    let moved = run(request, git::fast_forward(folder))?;
    if !moved.success() {
        (request.surroundings.notice)(
            "What is checked out was left as it is: `git status` says how it differs from its branch.",
        );
    }
    Ok(remotes.forked(folder.to_path_buf(), original, CloneState::Updated))
}
