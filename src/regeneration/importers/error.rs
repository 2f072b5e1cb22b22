//! The ways in which a foreign lock file cannot be imported.

use dhtl_project_model::{Diagnostic, ExitCode};

/// Why a foreign lock file cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{path}:{line}`: {fault}")]
pub(crate) struct ImportError {
    /// The lock file.
    pub(crate) path: String,
    /// The line, counted from 1.
    pub(crate) line: usize,
    /// What is wrong there.
    pub(crate) fault: Fault,
}

/// What is wrong in a lock file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// It is no TOML, or no JSON.
    #[error("{message}")]
    Syntax {
        /// What the parser says.
        message: String,
    },
    /// Something that must be there is not, or is of another type.
    #[error("`{key}` is missing or is not {expected}")]
    Missing {
        /// The key.
        key: &'static str,
        /// What must stand there.
        expected: &'static str,
    },
    /// No distribution can be called that (PEP 508).
    #[error("{} is not the name of a distribution", shown(name))]
    BadName {
        /// The name.
        name: String,
    },
    /// That is no exact version (PEP 440).
    #[error("{} is not a version of `{name}`", shown(version))]
    BadVersion {
        /// The distribution.
        name: String,
        /// The version.
        version: String,
    },
    /// That is no hash.
    #[error("{} is not a hash of `{name}`", shown(hash))]
    BadHash {
        /// The distribution.
        name: String,
        /// The hash.
        hash: String,
    },
    /// That is no address that may be handed to the installer.
    #[error("{} is not an address that `{name}` can be installed from", shown(url))]
    BadUrl {
        /// The distribution.
        name: String,
        /// The address.
        url: String,
    },
    /// That is no environment marker (PEP 508).
    #[error("{} is not a marker", shown(marker))]
    BadMarker {
        /// The marker.
        marker: String,
    },
    /// The format is newer than what is known.
    #[error("the lock format {} is not known", shown(version))]
    UnknownFormat {
        /// The version of the format.
        version: String,
    },
    /// The file is too large to be a lock.
    #[error("the file is larger than {limit} bytes")]
    TooLarge {
        /// The limit.
        limit: usize,
    },
    /// A distribution is locked with files for other platforms only.
    #[error(
        "`{name}` is locked for {} only, so the lock is not one for this machine",
        shown(tag)
    )]
    OtherPlatform {
        /// The distribution.
        name: String,
        /// The platform tag of one of its files.
        tag: String,
    },
    /// The conditions of the dependencies do not come to an end.
    #[error("the dependencies and their markers are too entangled to follow")]
    TooEntangled,
    /// The kind of lock is installed as it is.
    #[error("the lock is no foreign one and needs no import")]
    NotForeign,
}

impl Diagnostic for ImportError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Invalid
    }

    fn hint(&self) -> Option<String> {
        Some(match self.fault {
            Fault::UnknownFormat { .. } => {
                "lock again with an older release of the tool, or use uv: `dhtl setup --relock`"
                    .to_owned()
            }
            Fault::OtherPlatform { .. } => {
                "lock anew here with the tool that the lock belongs to, or for every platform: \
                 `dhtl setup --relock`"
                    .to_owned()
            }
            _ => "restore the file from git, or lock anew with the tool it belongs to".to_owned(),
        })
    }
}

/// What the file says, in backticks, cut short and with control characters escaped.
pub(super) fn shown(text: &str) -> String {
    let start: String = text.chars().take(80).collect();
    let more = if start.len() < text.len() { "…" } else { "" };
    let mut escaped = String::with_capacity(start.len());
    for character in start.chars() {
        if character.is_control() {
            escaped.extend(character.escape_default());
        } else {
            escaped.push(character);
        }
    }
    format!("`{escaped}{more}`")
}
