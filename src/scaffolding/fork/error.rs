//! Every way forking can fail.

use std::path::PathBuf;

use dhtl_project_model::{Diagnostic, ExitCode};
use dhtl_tools::ToolError;

use crate::clone::CloneError;
use crate::destination::DestinationError;
use crate::repository_url::RepositoryUrlError;

/// Why a repository was not forked, or the fork not cloned; whatever it is, no folder is left
/// behind. A fork that was made by then is still there, and is used the next time.
#[derive(Debug, thiserror::Error)]
pub enum ForkError {
    /// The address is not accepted.
    #[error(transparent)]
    Url(#[from] RepositoryUrlError),
    /// Only GitHub's repositories can be forked.
    #[error("`{address}` is not a repository on `{host}`, so it cannot be forked there")]
    NotOnGitHub {
        /// The address, without secrets.
        address: String,
        /// The host that gh is for.
        host: String,
    },
    /// gh has no login, or one that is no longer valid.
    #[error("`gh` is not logged in to `{host}`")]
    NotLoggedIn {
        /// The host.
        host: String,
    },
    /// GitHub has answered too many requests.
    #[error("`{host}` answers no more requests for now: its rate limit is reached")]
    RateLimited {
        /// The host.
        host: String,
    },
    /// GitHub has trouble.
    #[error("`{host}` has trouble answering")]
    ServerTrouble {
        /// The host.
        host: String,
    },
    /// The account owns the original.
    #[error("`{repository}` cannot be forked: it is the account's own, or its owner forbids it")]
    OwnRepository {
        /// The repository, with its owner.
        repository: String,
    },
    /// The clone is not what was asked for.
    #[error("the clone in `{}` is no fork of `{repository}`: {problem}", folder.display())]
    NotTheFork {
        /// The folder.
        folder: PathBuf,
        /// The repository, with its owner.
        repository: String,
        /// What is wrong.
        problem: String,
    },
    /// The fork could not be cloned.
    #[error(transparent)]
    Clone(#[from] CloneError),
    /// gh or git could not be run, or failed for another reason.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// The new folder could not be made.
    #[error(transparent)]
    Destination(#[from] DestinationError),
    /// The user interrupted the command.
    #[error("forking was interrupted")]
    Interrupted,
}

impl Diagnostic for ForkError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Url(error) => error.exit_code(),
            Self::Clone(error) => error.exit_code(),
            Self::Tool(error) => error.exit_code(),
            Self::Destination(error) => error.exit_code(),
            Self::Interrupted => ExitCode::Interrupted,
            Self::NotOnGitHub { .. } => ExitCode::Usage,
            Self::NotLoggedIn { .. } => ExitCode::Prerequisite,
            Self::RateLimited { .. }
            | Self::ServerTrouble { .. }
            | Self::OwnRepository { .. }
            | Self::NotTheFork { .. } => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Url(error) => return error.hint(),
            Self::Clone(error) => return error.hint(),
            Self::Destination(error) => return error.hint(),
            Self::Tool(ToolError::NotFound { program }) if program == "gh" => {
                let install = ToolError::NotFound {
                    program: program.clone(),
                };
                let install = install.hint().unwrap_or_default();
                format!("{install}; then log in with `gh auth login`")
            }
            Self::Tool(error) => return error.hint(),
            Self::NotOnGitHub { .. } => {
                "name it as in `dhtl fork owner/name`, or clone it with `dhtl clone <url>`"
                    .to_owned()
            }
            Self::NotLoggedIn { host } => {
                format!("log in with `gh auth login --hostname {host}`, or set `GH_TOKEN`")
            }
            Self::RateLimited { host } => format!(
                "see with `gh api --hostname {host} rate_limit` when it ends, then run the same \
                 command again"
            ),
            Self::ServerTrouble { .. } => "run the same command again in a few minutes".to_owned(),
            Self::OwnRepository { repository } => format!(
                "clone it with `dhtl clone {repository}`, or fork it into an organisation with \
                 `--org`"
            ),
            Self::NotTheFork { .. } => {
                "look at its remotes with `git remote -v`, or name another folder".to_owned()
            }
            Self::Interrupted => {
                "run the same command again; a fork that was made is used".to_owned()
            }
        })
    }
}
