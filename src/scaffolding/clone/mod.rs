//! Clones a repository with the user's own `gh` or `git`, and so with their credentials and settings.
//!
//! Submodules are not fetched here: which of them a project needs, and from where, is a decision
//! of its own. Neither are the files in Git LFS.

mod error;
#[cfg(test)]
mod tests;
mod through_gh;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use dhtl_tools::git::{self, CloneExtent};
use dhtl_tools::{Completed, Invocation, ToolError};

use crate::branch_name::BranchName;
use crate::destination::{Destination, Staging};
use crate::repository_url::{RepositoryUrl, RepositoryUrlError, Transport, github_host};
use crate::surroundings::Surroundings;
pub(crate) use error::failure;

pub use error::CloneError;

/// What to clone, and where.
pub struct CloneRequest<'a> {
    /// The address, as the user typed it: see [`RepositoryUrl`].
    pub url: &'a str,
    /// The branch or tag to check out; by default the one that the repository names.
    pub branch: Option<&'a BranchName>,
    /// How many commits of the history; by default all.
    pub depth: Option<NonZeroU32>,
    /// The new folder, relative to `parent`; by default it is called as the repository.
    pub destination: Option<&'a Path>,
    /// Where a folder with the default name is made.
    pub parent: &'a Path,
    /// The world around it.
    pub surroundings: Surroundings<'a>,
}

/// What was cloned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cloned {
    /// The new folder.
    pub folder: PathBuf,
    /// The address, without secrets.
    pub repository: String,
}

/// Clones a repository into a new folder, which appears whole or not at all.
///
/// A repository on GitHub is cloned through gh, whose login then counts; without gh, without its
/// login, and when GitHub answers gh no more requests, git does it as for every other repository.
pub fn clone(request: &CloneRequest<'_>) -> Result<Cloned, CloneError> {
    let host = github_host(request.surroundings.environment);
    let url = RepositoryUrl::resolve(request.url, request.parent, host)?;
    let destination = match request.destination {
        Some(folder) => Destination::named(request.parent, folder)?,
        None => Destination::default_name(request.parent, &url.folder_name(request.parent))?,
    };
    let staging = Staging::within(&destination.parent)?;
    // git shows this name while it works, so it is the one the user expects.
    let name = destination.folder.file_name().unwrap_or_default();
    let prepared = staging.path().join(name);

    let on_github = url
        .github(host)
        .filter(|repository| repository.transport == Transport::Http);
    let by_gh = match &on_github {
        Some(repository) => through_gh::clone(request, repository, &prepared, &destination)?,
        None => None,
    };
    if by_gh.is_none() {
        let completed = run_git(request, &url, &prepared)?;
        if !completed.success() {
            return Err(failure(&url, request.branch, completed, &destination));
        }
    }
    if request.surroundings.cancel.is_cancelled() {
        return Err(CloneError::Interrupted);
    }
    let folder = staging.publish(&prepared, &destination)?;
    Ok(Cloned {
        folder,
        repository: url.to_string(),
    })
}

fn run_git(
    request: &CloneRequest<'_>,
    url: &RepositoryUrl,
    prepared: &Path,
) -> Result<Completed, CloneError> {
    let argument = url.argument(request.parent);
    let Some(argument) = argument.to_str() else {
        let text = argument.display().to_string();
        return Err(RepositoryUrlError::Unrecognised { text }.into());
    };
    let extent = extent(request.branch, request.depth);
    // git gets an absolute folder, so that one which begins with `-` is no option.
    let mut invocation = git::clone(argument, prepared, extent, request.parent)?;
    for secret in url.secrets() {
        invocation = invocation.secret(secret);
    }
    run(request, invocation)
}

fn run(request: &CloneRequest<'_>, invocation: Invocation) -> Result<Completed, CloneError> {
    match request.surroundings.run(invocation) {
        Ok(completed) => Ok(completed),
        Err(ToolError::Cancelled) => Err(CloneError::Interrupted),
        Err(error) => Err(error.into()),
    }
}

/// How much is cloned, as git is told it.
pub(crate) fn extent(branch: Option<&BranchName>, depth: Option<NonZeroU32>) -> CloneExtent<'_> {
    CloneExtent {
        branch: branch.map(BranchName::as_str),
        depth,
    }
}
