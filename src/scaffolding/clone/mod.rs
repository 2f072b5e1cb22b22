//! Clones a repository with the user's own `git`, and so with their credentials and settings.
//!
//! Submodules are not fetched here: which of them a project needs, and from where, is a decision
//! of its own.

mod error;
#[cfg(test)]
mod tests;

use std::path::{Path, PathBuf};

use dhtl_project_model::CancelToken;
use dhtl_tools::{Completed, Runner, ToolError, git};

use crate::destination::{Destination, Staging};
use crate::repository_url::{RepositoryUrl, RepositoryUrlError};
use error::failure;

pub use error::CloneError;

/// What to clone, and where.
pub struct CloneRequest<'a> {
    /// The address, as the user typed it: see [`RepositoryUrl`].
    pub url: &'a str,
    /// The new folder, relative to `parent`; by default it is called as the repository.
    pub destination: Option<&'a Path>,
    /// Where a folder with the default name is made.
    pub parent: &'a Path,
    /// Runs git.
    pub runner: &'a dyn Runner,
    /// Whether somebody is there to answer the dialogs of a credential helper.
    pub interactive: bool,
    /// Stops it.
    pub cancel: &'a CancelToken,
    /// Is told every line that git prints, without secrets.
    pub output: &'a (dyn Fn(&str) + Sync),
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
pub fn clone(request: &CloneRequest<'_>) -> Result<Cloned, CloneError> {
    let url = RepositoryUrl::resolve(request.url, request.parent)?;
    let destination = match request.destination {
        Some(folder) => Destination::named(request.parent, folder)?,
        None => Destination::default_name(request.parent, &url.folder_name(request.parent))?,
    };
    let staging = Staging::within(&destination.parent)?;
    // git shows this name while it works, so it is the one the user expects.
    let name = destination.folder.file_name().unwrap_or_default();
    let prepared = staging.path().join(name);

    let completed = run_git(request, &url, &prepared)?;
    if !completed.success() {
        return Err(failure(&url, completed, &destination));
    }
    if request.cancel.is_cancelled() {
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
    if request.cancel.is_cancelled() {
        return Err(CloneError::Interrupted);
    }
    let argument = url.argument(request.parent);
    let Some(argument) = argument.to_str() else {
        let text = argument.display().to_string();
        return Err(RepositoryUrlError::Unrecognised { text }.into());
    };
    // git gets an absolute folder, so that one which begins with `-` is no option.
    let mut invocation = git::clone(argument, prepared, request.parent)?
        // ssh asks on the terminal even when git may not, and would wait for ever in the
        // background; with this it asks through a dialog, or not at all.
        .env("SSH_ASKPASS_REQUIRE", "force");
    if !request.interactive {
        invocation = invocation.env("GCM_INTERACTIVE", "never");
    }
    for secret in url.secrets() {
        invocation = invocation.secret(secret);
    }
    match request.runner.run(&invocation, request.output) {
        Ok(completed) => Ok(completed),
        Err(ToolError::Cancelled) => Err(CloneError::Interrupted),
        Err(error) => Err(error.into()),
    }
}
