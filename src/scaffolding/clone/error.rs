//! Every way cloning can fail, told apart by what git says.

use dhtl_project_model::{Diagnostic, ExitCode};
use dhtl_tools::{Completed, ToolError};

use crate::branch_name::BranchName;
use crate::destination::{Destination, DestinationError};
use crate::repository_url::{RepositoryUrl, RepositoryUrlError};

/// Why a repository was not cloned; whatever it is, nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum CloneError {
    /// The address is not accepted.
    #[error(transparent)]
    Url(#[from] RepositoryUrlError),
    /// There is no such repository.
    #[error("there is no repository `{repository}`")]
    NotFound {
        /// The address, without secrets.
        repository: String,
    },
    /// There is no such repository on GitHub, as far as the login of gh can see.
    #[error("there is no repository `{repository}`, or the login of `gh` may not see it")]
    NotOnGitHub {
        /// The repository with its host.
        repository: String,
        /// The host.
        host: String,
    },
    /// There is no such branch or tag.
    #[error("`{repository}` has no branch or tag `{branch}`")]
    NoBranch {
        /// The address, without secrets.
        repository: String,
        /// The branch.
        branch: String,
    },
    /// The connection ended in the middle.
    #[error("the connection to `{host}` broke off")]
    CutOff {
        /// The host.
        host: String,
    },
    /// The host wants to know who asks, and git has no answer; a repository that is not there can
    /// look the same.
    #[error("`{repository}` is private or does not exist: git was not let in")]
    Authentication {
        /// The address, without secrets.
        repository: String,
        /// What to give to `ssh` to try the same, when keys are what counts.
        ssh: Option<String>,
    },
    /// SSH does not know the host, or knows another one by its name.
    #[error("ssh does not trust `{host}`: its key is unknown or has changed")]
    HostKey {
        /// The host.
        host: String,
        /// What to give to `ssh` to try the same.
        ssh: String,
    },
    /// The host does not answer.
    #[error("`{host}` cannot be reached")]
    Unreachable {
        /// The host.
        host: String,
    },
    /// git could not be run, or failed for another reason.
    #[error(transparent)]
    Git(#[from] ToolError),
    /// The new folder could not be made.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The user interrupted the command.
    #[error("cloning was interrupted")]
    Interrupted,
}

impl Diagnostic for CloneError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Url(error) => error.exit_code(),
            Self::Git(error) => error.exit_code(),
            Self::Destination(error) => error.exit_code(),
            Self::Interrupted => ExitCode::Interrupted,
            Self::NotFound { .. }
            | Self::NotOnGitHub { .. }
            | Self::NoBranch { .. }
            | Self::CutOff { .. }
            | Self::Authentication { .. }
            | Self::HostKey { .. }
            | Self::Unreachable { .. } => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Url(error) => return error.hint(),
            Self::Git(error) => return error.hint(),
            Self::Destination(error) => return error.hint(),
            Self::Interrupted => return None,
            Self::NotFound { repository } => {
                format!("check the address, for instance with `git ls-remote {repository}`")
            }
            Self::NotOnGitHub { host, .. } => format!(
                "check the address, and who you are there with `gh auth status --hostname {host}`"
            ),
            Self::NoBranch { repository, .. } => {
                format!("see what there is with `git ls-remote --heads --tags {repository}`")
            }
            Self::CutOff { .. } => "run the same command again; nothing was left behind".to_owned(),
            Self::Authentication { ssh: Some(ssh), .. } => {
                format!("check the address, and your key with `ssh -T {ssh}`")
            }
            Self::Authentication { repository, .. } => format!(
                "check the address, and let git ask for your password once with \
                 `git ls-remote {repository}`"
            ),
            Self::HostKey { ssh, .. } => {
                format!("look at its key and accept it once with `ssh -T {ssh}`")
            }
            Self::Unreachable { host } => format!(
                "check the name `{host}`, your network and your proxy settings, then run the same \
                 command again"
            ),
        })
    }
}

/// What the last words of git and ssh come to.
///
/// They are in English, because a runner asks for that. Lines that begin with `remote:` are the
/// words of the host and prove nothing.
pub(crate) fn failure(
    url: &RepositoryUrl,
    branch: Option<&BranchName>,
    completed: Completed,
    destination: &Destination,
) -> CloneError {
    let said = |needles: &[&str]| {
        completed
            .stderr
            .lines()
            .filter(|line| !line.trim_start().starts_with("remote:"))
            .any(|line| needles.iter().any(|needle| line.contains(needle)))
    };
    let repository = url.to_string();
    let host = url.host().unwrap_or_default().to_owned();
    if said(&["No space left on device", "Disk quota exceeded"]) {
        return DestinationError::DiskFull {
            path: destination.folder.clone(),
        }
        .into();
    }
    if let Some(branch) = branch.filter(|_| said(&["fatal: Remote branch "])) {
        let branch = branch.to_string();
        return CloneError::NoBranch { repository, branch };
    }
    if !host.is_empty() {
        if said(&["Host key verification failed"]) {
            let ssh = url.ssh_arguments().unwrap_or_else(|| host.clone());
            return CloneError::HostKey { host, ssh };
        }
        if said(UNREACHABLE) {
            return CloneError::Unreachable { host };
        }
        if said(CUT_OFF) {
            return CloneError::CutOff { host };
        }
        if said(NOT_LET_IN) {
            let ssh = url.ssh_arguments();
            return CloneError::Authentication { repository, ssh };
        }
    }
    if said(NOT_FOUND) {
        return CloneError::NotFound { repository };
    }
    match completed.require_success() {
        Err(error) => error.into(),
        // Only a failure is brought here.
        Ok(_) => CloneError::NotFound { repository },
    }
}

/// Said by curl, ssh and the name service when there is no way to the host.
const UNREACHABLE: &[&str] = &[
    "Could not resolve host",
    "Could not resolve proxy",
    "Failed to connect to",
    "Couldn't connect to server",
    "Connection refused",
    "Connection timed out",
    "Connection reset by peer",
    "Operation timed out",
    "Network is unreachable",
    "No route to host",
    "Temporary failure in name resolution",
];

/// Said by git and curl when the connection ends before the repository does.
const CUT_OFF: &[&str] = &[
    "early EOF",
    "unexpected disconnect",
    "transfer closed with outstanding read data remaining",
    "Empty reply from server",
    "Recv failure",
    "curl 18 ",
    "curl 56 ",
];

/// Said by git, curl and ssh when the host wants a password, token or key.
const NOT_LET_IN: &[&str] = &[
    "Authentication failed for",
    "could not read Username for",
    "could not read Password for",
    "terminal prompts disabled",
    "Permission denied (",
    "The requested URL returned error: 401",
    "The requested URL returned error: 403",
];

/// Said by git and by the hosts of repositories when there is none.
const NOT_FOUND: &[&str] = &[
    "does not exist",
    "does not appear to be a git repository",
    "ERROR: Repository not found",
    "' not found",
];
