//! The two remotes of a clone of a fork: set, fetched, and checked.

use std::path::{Path, PathBuf};

use dhtl_tools::Invocation;
use dhtl_tools::git::{self, Remote};

use super::{CloneState, ForkError, ForkRequest, Forked, run};
use crate::repository_url::{GitHubRepository, RepositoryUrl};

/// What the remotes of a clone are.
pub(super) struct Remotes {
    fork: GitHubRepository,
    branch: Option<String>,
    upstream_branch: Option<String>,
    behind: Option<u64>,
}

impl Remotes {
    /// Sees to it that `origin` is a fork and `upstream` the original, and that the default branch
    /// of the original is there to compare with.
    pub(super) fn settle(
        request: &ForkRequest<'_>,
        clone: &Path,
        original: &GitHubRepository,
        host: &str,
    ) -> Result<Self, ForkError> {
        let wrong = |problem: String| ForkError::NotTheFork {
            folder: clone
                .file_name()
                .map_or_else(|| clone.to_path_buf(), PathBuf::from),
            repository: original.to_string(),
            problem,
        };
        let fork = remote(request, clone, Remote::Origin, host)?
            .ok_or_else(|| wrong("it has no remote `origin` on GitHub".to_owned()))?;
        if fork.is(original) {
            return Err(ForkError::OwnRepository {
                repository: original.to_string(),
            });
        }
        match remote(request, clone, Remote::Upstream, host)? {
            Some(upstream) if upstream.is(original) => {}
            Some(upstream) => return Err(wrong(format!("its remote `upstream` is `{upstream}`"))),
            None => add_upstream(request, clone, original, &fork)?,
        }
        Ok(Self {
            upstream_branch: upstream_branch(request, clone, original)?,
            branch: answer(request, git::tracked_branch(clone))?
                .and_then(|branches| branches.lines().next().map(str::to_owned)),
            behind: answer(request, git::commits_behind_upstream(clone))?
                .and_then(|count| count.parse().ok()),
            fork,
        })
    }

    /// What came of it.
    pub(super) fn forked(
        self,
        folder: PathBuf,
        original: &GitHubRepository,
        clone: CloneState,
    ) -> Forked {
        Forked {
            folder,
            fork: self.fork.to_string(),
            upstream: original.to_string(),
            clone,
            branch: self.branch,
            upstream_branch: self.upstream_branch,
            behind: self.behind,
        }
    }
}

/// The repository that a remote is, when that is one on GitHub.
pub(super) fn remote(
    request: &ForkRequest<'_>,
    clone: &Path,
    which: Remote,
    host: &str,
) -> Result<Option<GitHubRepository>, ForkError> {
    let Some(url) = answer(request, git::remote_url(which, clone))? else {
        return Ok(None);
    };
    let url: Option<RepositoryUrl> = url.parse().ok();
    Ok(url.and_then(|url| url.github(host)))
}

fn add_upstream(
    request: &ForkRequest<'_>,
    clone: &Path,
    original: &GitHubRepository,
    fork: &GitHubRepository,
) -> Result<(), ForkError> {
    let url = original.url(fork.transport).argument(clone);
    let url = url.to_string_lossy();
    run(request, git::add_upstream(&url, clone)?)?.require_success()?;
    Ok(())
}

/// The default branch of `upstream`, which proves that it can be reached.
fn upstream_branch(
    request: &ForkRequest<'_>,
    clone: &Path,
    original: &GitHubRepository,
) -> Result<Option<String>, ForkError> {
    let login = original.host();
    run(request, git::fetch(Remote::Upstream, login, clone))?.require_success()?;
    let noted = run(
        request,
        git::note_default_branch(Remote::Upstream, login, clone),
    )?;
    if !noted.success() {
        // A repository without commits has no branch at all.
        return Ok(None);
    }
    answer(request, git::default_branch(Remote::Upstream, clone))
}

/// What a command printed; nothing when it fails or prints nothing.
fn answer(request: &ForkRequest<'_>, invocation: Invocation) -> Result<Option<String>, ForkError> {
    let completed = run(request, invocation)?;
    let text = completed.stdout.trim();
    Ok((completed.success() && !text.is_empty()).then(|| text.to_owned()))
}
