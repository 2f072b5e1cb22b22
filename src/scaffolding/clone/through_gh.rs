//! The way through gh, for repositories on GitHub.

use std::path::Path;

use dhtl_tools::gh;

use super::{CloneError, CloneRequest, extent, failure, run};
use crate::destination::Destination;
use crate::gh_refusal::GhRefusal;
use crate::repository_url::GitHubRepository;

/// A clone that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Done;

/// Has gh clone `repository` into `prepared`; nothing when git has to, which the user is told.
pub(super) fn clone(
    request: &CloneRequest<'_>,
    repository: &GitHubRepository,
    prepared: &Path,
    destination: &Destination,
) -> Result<Option<Done>, CloneError> {
    let instead = |why: String| {
        (request.surroundings.notice)(&format!("Cloning with git alone: {why}."));
        Ok(None)
    };
    if request
        .surroundings
        .environment
        .find_program("gh")
        .is_none()
    {
        return instead("`gh` is not installed".to_owned());
    }
    let extent = extent(request.branch, request.depth);
    let invocation = gh::repo_clone(&repository.argument(), prepared, extent, request.parent)?;
    let completed = run(request, invocation)?;
    if completed.success() {
        return Ok(Some(Done));
    }
    let host = repository.host();
    match GhRefusal::of(&completed) {
        GhRefusal::NotLoggedIn => instead(format!(
            "`gh` is not logged in to `{host}` (`gh auth login --hostname {host}` does that)"
        )),
        GhRefusal::RateLimited => {
            instead(format!("`{host}` answers `gh` no more requests for now"))
        }
        GhRefusal::ServerTrouble => instead(format!("`{host}` has trouble answering `gh`")),
        GhRefusal::NotFound => Err(CloneError::NotOnGitHub {
            repository: repository.argument(),
            host: host.to_owned(),
        }),
        GhRefusal::Unreachable => Err(CloneError::Unreachable {
            host: host.to_owned(),
        }),
        GhRefusal::CutOff => Err(CloneError::CutOff {
            host: host.to_owned(),
        }),
        GhRefusal::OwnRepository | GhRefusal::Other => {
            let url = repository.url(repository.transport);
            Err(failure(&url, request.branch, completed, destination))
        }
    }
}
