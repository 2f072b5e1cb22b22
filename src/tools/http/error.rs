//! Every way in which fetching a file can fail.

use std::io;
use std::path::PathBuf;

use dhtl_project_model::{Diagnostic, ExitCode};

/// Why a file did not come from the network; addresses are without passwords.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The text is no address that can be asked.
    #[error("`{url}` is not an `http://` or `https://` address")]
    Address {
        /// The text.
        url: String,
    },
    /// The server answered, and not with the file.
    #[error("cannot fetch `{url}`: the server answered {status}")]
    Status {
        /// The address.
        url: String,
        /// The number of RFC 9110, section 15.
        status: u16,
    },
    /// There was no answer, or it ended too early.
    #[error("cannot fetch `{url}`: {reason}")]
    Failed {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The server does not prove that it is who it should be.
    #[error("cannot fetch `{url}`: its certificate is not trusted: {reason}")]
    Untrusted {
        /// The address.
        url: String,
        /// Why.
        reason: String,
    },
    /// The server sends from one address to the next.
    #[error("cannot fetch `{url}`: it leads to more than {limit} other addresses")]
    TooManyRedirects {
        /// The address that was asked for.
        url: String,
        /// How many are followed.
        limit: usize,
    },
    /// The server sends to an address that everybody on the way could change.
    #[error("cannot fetch `{url}`: it leads to `{target}`, which is not encrypted")]
    Downgrade {
        /// The address that was asked for.
        url: String,
        /// Where it leads.
        target: String,
    },
    /// The certificates that the user names cannot be used.
    #[error("cannot read the certificates in `{}` (SSL_CERT_FILE): {reason}", path.display())]
    Certificates {
        /// The file.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// There is more of it than anybody can want.
    #[error("{what} is larger than {limit} bytes")]
    TooLarge {
        /// The address.
        what: String,
        /// The limit.
        limit: u64,
    },
    /// Another dhtl fetches the same file.
    #[error("another dhtl is fetching `{url}`")]
    Busy {
        /// The address.
        url: String,
    },
    /// What arrives cannot be kept.
    #[error("cannot write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The user stopped it.
    #[error("the download was interrupted")]
    Cancelled,
}

impl HttpError {
    /// For `map_err`: what was done to `path` failed.
    pub(super) fn write(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        move |source| Self::Write { path, source }
    }

    /// Whether the same request may well succeed in a moment.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Failed { .. } => true,
            // RFC 9110, section 15.6, and RFC 6585, section 4.
            Self::Status { status, .. } => matches!(status, 429 | 500 | 502 | 503 | 504),
            _ => false,
        }
    }
}

impl Diagnostic for HttpError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Address { .. } => ExitCode::Usage,
            Self::Certificates { .. } => ExitCode::Prerequisite,
            Self::Cancelled => ExitCode::Interrupted,
            _ => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Address { .. } => "write it as `https://host.example/project.tar.gz`",
            Self::Status {
                status: 401 | 403, ..
            } => "fetch it with a browser or with `curl`, and name the file instead",
            Self::Status { .. } => "check the address in a browser",
            Self::Failed { .. } => {
                "check the address, your network and your proxy settings, then run the same command \
                 again: it goes on where it stopped, when the server can"
            }
            Self::Cancelled => {
                "run the same command again: it goes on where it stopped, when the server can"
            }
            Self::TooManyRedirects { .. } | Self::Downgrade { .. } => {
                "ask whoever gave you the address for the one that it should lead to"
            }
            Self::Untrusted { .. } => {
                "check the address; name the certificates of your own network with \
                 `export SSL_CERT_FILE=…`"
            }
            Self::Certificates { .. } => "name another file with `export SSL_CERT_FILE=…`",
            Self::TooLarge { .. } => {
                "fetch it with `curl`, unpack it yourself, and run `dhtl regenerate` in its folder"
            }
            Self::Busy { .. } => "wait until it is done, then run the same command again",
            Self::Write { .. } => {
                "check its permissions and the free space, or name another folder with \
                 `export DHTL_HOME=…`"
            }
        };
        Some(hint.to_owned())
    }
}
