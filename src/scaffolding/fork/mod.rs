//! Forks a repository on GitHub with the user's `gh`, and clones the fork.
//!
//! A fork that is there already is used; so is its clone, which is brought up to date without
//! touching what the user has done in it.

mod error;
mod existing;
mod remotes;
#[cfg(test)]
mod tests;

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use dhtl_tools::gh::{self, ForkOwner};
use dhtl_tools::{Completed, Invocation, ToolError};

use crate::branch_name::BranchName;
use crate::clone::{CloneError, extent, failure};
use crate::destination::{Destination, DestinationError, Staging};
use crate::gh_refusal::GhRefusal;
use crate::repository_url::{
    AccountName, GitHubRepository, RepositoryName, RepositoryUrl, github_host,
};
use crate::surroundings::Surroundings;
use remotes::Remotes;

pub use error::ForkError;

/// What to fork, and where its clone goes.
pub struct ForkRequest<'a> {
    /// The original, as the user typed it: a URL, or `owner/name`.
    pub url: &'a str,
    /// The organisation that is to own the fork; by default the user.
    pub organization: Option<&'a AccountName>,
    /// What the fork is called; by default as the original.
    pub fork_name: Option<&'a RepositoryName>,
    /// The branch or tag to check out; by default the default branch.
    pub branch: Option<&'a BranchName>,
    /// How many commits of the history; by default all.
    pub depth: Option<NonZeroU32>,
    /// The new folder, relative to `parent`; by default it is called as the fork.
    pub destination: Option<&'a Path>,
    /// Where a folder with the default name is made.
    pub parent: &'a Path,
    /// The world around it.
    pub surroundings: Surroundings<'a>,
}

/// A fork and its clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forked {
    /// The folder of the clone.
    pub folder: PathBuf,
    /// The fork, as in `ada/api`.
    pub fork: String,
    /// The original, as in `acme/api`.
    pub upstream: String,
    /// Whether the clone was there already.
    pub clone: CloneState,
    /// The branch that is checked out, when it tracks one of the fork.
    pub branch: Option<String>,
    /// The default branch of the original, as in `upstream/main`.
    pub upstream_branch: Option<String>,
    /// How many commits of that branch the one that is checked out lacks.
    pub behind: Option<u64>,
}

/// Where the clone of a fork comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloneState {
    /// It was made now.
    New,
    /// It was there, and what is new was fetched.
    Updated,
}

/// Forks a repository and clones the fork into a folder, which appears whole or not at all, with
/// the remotes `origin` and `upstream`.
pub fn fork(request: &ForkRequest<'_>) -> Result<Forked, ForkError> {
    let host = github_host(request.surroundings.environment);
    let url = RepositoryUrl::parse_on(request.url, host)?;
    let original = url.github(host).ok_or_else(|| ForkError::NotOnGitHub {
        address: url.to_string(),
        host: host.to_owned(),
    })?;
    let name = request
        .fork_name
        .map_or(original.name(), RepositoryName::as_str);
    let folder = request.destination.unwrap_or(Path::new(name));
    let destination = match Destination::named(request.parent, folder) {
        Err(DestinationError::Exists { path }) if existing::is_clone(request, &path, &original) => {
            return existing::update(request, &path, &original);
        }
        destination => destination?,
    };
    let staging = Staging::within(&destination.parent)?;
    let prepared = fork_into(request, &original, &staging, &destination)?;
    let remotes = Remotes::settle(request, &prepared, &original, host)?;
    if request.surroundings.cancel.is_cancelled() {
        return Err(ForkError::Interrupted);
    }
    let folder = staging.publish(&prepared, &destination)?;
    Ok(remotes.forked(folder, &original, CloneState::New))
}

/// Has gh fork and clone; returns the clone, in the hidden folder.
fn fork_into(
    request: &ForkRequest<'_>,
    original: &GitHubRepository,
    staging: &Staging,
    destination: &Destination,
) -> Result<PathBuf, ForkError> {
    let owner = ForkOwner {
        organization: request.organization.map(AccountName::as_str),
        name: request.fork_name.map(RepositoryName::as_str),
    };
    let extent = extent(request.branch, request.depth);
    let invocation = gh::repo_fork(&original.argument(), owner, extent, staging.path())?;
    let completed = run(request, invocation)?;
    if !completed.success() {
        return Err(refused(request, original, completed, destination));
    }
    if completed.stderr.contains("already exists") {
        (request.surroundings.notice)("The fork is there already, and is used.");
    }
    // Its name is gh's to choose: a second fork of the same name gets a number.
    let entries = std::fs::read_dir(staging.path())
        .map_err(|error| DestinationError::writing(staging.path(), error))?;
    let clone = entries
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.join(".git").exists());
    clone.ok_or_else(|| ForkError::NotTheFork {
        folder: destination.folder.clone(),
        repository: original.to_string(),
        problem: "`gh` left no clone behind".to_owned(),
    })
}

/// What the failure of gh comes to.
fn refused(
    request: &ForkRequest<'_>,
    original: &GitHubRepository,
    completed: Completed,
    destination: &Destination,
) -> ForkError {
    let host = original.host().to_owned();
    match GhRefusal::of(&completed) {
        GhRefusal::NotLoggedIn => ForkError::NotLoggedIn { host },
        GhRefusal::RateLimited => ForkError::RateLimited { host },
        GhRefusal::ServerTrouble => ForkError::ServerTrouble { host },
        GhRefusal::OwnRepository => ForkError::OwnRepository {
            repository: original.to_string(),
        },
        GhRefusal::NotFound => {
            let repository = original.argument();
            CloneError::NotOnGitHub { repository, host }.into()
        }
        GhRefusal::Unreachable => CloneError::Unreachable { host }.into(),
        GhRefusal::CutOff => CloneError::CutOff { host }.into(),
        GhRefusal::Other => {
            let url = original.url(original.transport);
            failure(&url, request.branch, completed, destination).into()
        }
    }
}

fn run(request: &ForkRequest<'_>, invocation: Invocation) -> Result<Completed, ForkError> {
    match request.surroundings.run(invocation) {
        Ok(completed) => Ok(completed),
        Err(ToolError::Cancelled) => Err(ForkError::Interrupted),
        Err(error) => Err(error.into()),
    }
}
