//! Command lines of gh, the program of GitHub.
//!
//! **Invariant:** as for [`git`](crate::git): options are constants, and no value begins with `-`.
//! gh hands what follows `--` on to git.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::time::Duration;

use crate::git::{CloneExtent, value};
use crate::{Invocation, ToolError};

/// The variable by which gh is told of another host than github.com.
pub const HOST_VARIABLE: &str = "GH_HOST";

/// Clones `repository`, as in `github.com/owner/name`, into `dir`, an absolute path.
///
/// gh lends its login to git, and adds the remote `upstream` to the clone of a fork. Fails when a
/// value is empty or would be read as an option.
pub fn repo_clone(
    repository: &str,
    dir: impl AsRef<OsStr>,
    extent: CloneExtent<'_>,
    cwd: impl AsRef<Path>,
) -> Result<Invocation, ToolError> {
    let repository = value("repository", repository.as_ref())?;
    let dir = value("folder", dir.as_ref())?;
    Ok(gh(cwd.as_ref())
        .args(["repo", "clone"])
        .args([repository, dir])
        .args(["--", "--progress"])
        .args(extent.options()?))
}

/// What a fork is called, and whose it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ForkOwner<'a> {
    /// The organisation that is to own it; by default the user.
    pub organization: Option<&'a str>,
    /// What it is called; by default as the original.
    pub name: Option<&'a str>,
}

/// Forks `repository`, as in `github.com/owner/name`, and clones the fork into a new folder below
/// `cwd` that is called as the fork.
///
/// A fork that is there already is used. Fails when a value is empty or would be read as an option.
pub fn repo_fork(
    repository: &str,
    owner: ForkOwner<'_>,
    extent: CloneExtent<'_>,
    cwd: impl AsRef<Path>,
) -> Result<Invocation, ToolError> {
    let repository = value("repository", repository.as_ref())?;
    let mut invocation = gh(cwd.as_ref()).args(["repo", "fork", "--clone"]);
    for (option, text, what) in [
        ("--org", owner.organization, "organisation"),
        ("--fork-name", owner.name, "name of the fork"),
    ] {
        if let Some(text) = text {
            invocation = invocation.arg(joined(option, value(what, text.as_ref())?));
        }
    }
    Ok(invocation
        .arg(repository)
        .args(["--", "--progress"])
        .args(extent.options()?))
}

/// gh with nobody to answer it, which speaks of nothing but its work.
fn gh(cwd: &Path) -> Invocation {
    Invocation::new("gh", cwd)
        .env("GH_PROMPT_DISABLED", "1")
        .env("GH_NO_UPDATE_NOTIFIER", "1")
        .env("GIT_TERMINAL_PROMPT", "0")
        // It prints every request, and what is printed decides what a failure means.
        .env_remove("GH_DEBUG")
        // The repository that is asked for is the one that was named.
        .env_remove("GH_REPO")
        .timeout(Duration::from_hours(2))
}

fn joined(option: &str, value: &OsStr) -> OsString {
    let mut joined = OsString::from(option);
    joined.push("=");
    joined.push(value);
    joined
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use dhtl_project_model::{Diagnostic as _, ExitCode};

    use super::*;

    #[test]
    fn values_cannot_be_options() {
        let extent = CloneExtent {
            branch: Some("release/1.0"),
            depth: NonZeroU32::new(1),
        };
        insta::assert_snapshot!(
            repo_clone("github.com/ada/api", "/srv/api", extent, "/srv").unwrap(),
            @"env -u GH_DEBUG -u GH_REPO GH_NO_UPDATE_NOTIFIER=1 GH_PROMPT_DISABLED=1 GIT_TERMINAL_PROMPT=0 gh repo clone github.com/ada/api /srv/api -- --progress --branch=release/1.0 --depth=1"
        );
        let owner = ForkOwner {
            organization: Some("acme"),
            name: Some("api2"),
        };
        insta::assert_snapshot!(
            repo_fork("github.com/ada/api", owner, CloneExtent::default(), "/srv").unwrap(),
            @"env -u GH_DEBUG -u GH_REPO GH_NO_UPDATE_NOTIFIER=1 GH_PROMPT_DISABLED=1 GIT_TERMINAL_PROMPT=0 gh repo fork --clone --org=acme --fork-name=api2 github.com/ada/api -- --progress"
        );
    }

    #[test]
    fn a_value_that_would_be_an_option_is_refused() {
        let owner = |text| ForkOwner {
            organization: Some(text),
            name: None,
        };
        let branch = CloneExtent {
            branch: Some("--upload-pack=x"),
            depth: None,
        };
        let none = CloneExtent::default();
        for refused in [
            repo_clone("--upstream", "/srv/api", none, "/srv"),
            repo_clone("ada/api", "-x", none, "/srv"),
            repo_clone("ada/api", "/srv/api", branch, "/srv"),
            repo_fork("-h", ForkOwner::default(), none, "/srv"),
            repo_fork("ada/api", owner("-x"), none, "/srv"),
            repo_fork("ada/api", owner(""), none, "/srv"),
        ] {
            assert_eq!(refused.unwrap_err().exit_code(), ExitCode::Usage);
        }
    }
}
