//! The ways in which a `.dhtconfig` cannot be read.

use crate::{Diagnostic, ExitCode};

use super::node::Position;

/// Why a `.dhtconfig` cannot be read; every place is a line and a column, counted from 1.
///
/// No message repeats a value of `env_template`, which could be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The text is no YAML, or uses a part of YAML that the file does without.
    #[error("`{path}:{line}:{column}`: {message}")]
    Syntax {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// What the parser stumbled over.
        message: String,
    },
    /// A value has the wrong shape: a list where text belongs.
    #[error("`{path}:{line}:{column}`: `{key}` must be {expected}, found {found}")]
    WrongType {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// The path of the key, such as `python.version`.
        key: String,
        /// What belongs there, with its article.
        expected: String,
        /// What is there, with its article.
        found: &'static str,
    },
    /// A value has the right shape and makes no sense.
    #[error("`{path}:{line}:{column}`: `{key}` {message}")]
    Invalid {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// The path of the key, such as `python.version`.
        key: String,
        /// What is wrong with it; the key comes before it.
        message: String,
        /// What to write instead.
        hint: String,
    },
    /// A key that exists in neither format, but nearly does.
    #[error("`{path}:{line}:{column}`: unknown key `{key}`")]
    MisspelledKey {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// The path of the key.
        key: String,
        /// The key that was probably meant.
        suggestion: String,
    },
    /// A key of one format in a file of the other.
    #[error("`{path}:{line}:{column}`: `{key}` does not exist in format {format}")]
    WrongFormat {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// The path of the key.
        key: String,
        /// The format the file says it has.
        format: &'static str,
        /// What to do about it.
        hint: String,
    },
    /// The file has a format that this dhtl does not know.
    #[error("`{path}:{line}:{column}`: format `{version}` is not supported")]
    UnsupportedVersion {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// The format it says it has.
        version: String,
    },
    /// The file does not say which format it has.
    #[error("`{path}:1:1`: the file does not say which format it has: `version` is missing")]
    MissingVersion {
        /// The file.
        path: String,
    },
    /// A key is there twice, so that one of its values would be lost.
    #[error(
        "`{path}:{line}:{column}`: `{key}` is there a second time; the first is on line {first_line}"
    )]
    DuplicateKey {
        /// The file.
        path: String,
        /// The line of the second one.
        line: u32,
        /// The column of the second one.
        column: u32,
        /// The key.
        key: String,
        /// The line of the first one.
        first_line: u32,
    },
    /// The file is far larger than any configuration.
    #[error("`{path}` is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: String,
        /// The most bytes that are read.
        limit: usize,
    },
    /// The file holds a list or a single value instead of keys.
    #[error(
        "`{path}:{line}:{column}`: the file must consist of keys and their values, found {found}"
    )]
    NotAMapping {
        /// The file.
        path: String,
        /// The line.
        line: u32,
        /// The column.
        column: u32,
        /// What is there, with its article.
        found: &'static str,
    },
}

impl ConfigError {
    /// A list of environment variables that holds something else than names.
    pub(super) fn names_only(path: String, position: Position, key: String) -> Self {
        Self::Invalid {
            path,
            line: position.line,
            column: position.column,
            key,
            message: "must hold names of environment variables only, never values".to_owned(),
            hint: "write one name to a line, such as `- DATABASE_URL`; values belong in `.env`, \
                   which is not committed; a secret that was committed must be replaced"
                .to_owned(),
        }
    }
}

impl Diagnostic for ConfigError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Invalid
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Syntax { .. } => "correct the line, then run `dhtl config validate`".to_owned(),
            Self::WrongType { .. } => "`dhtl config schema` prints what every key takes".to_owned(),
            Self::Invalid { hint, .. } | Self::WrongFormat { hint, .. } => hint.clone(),
            Self::MisspelledKey { suggestion, .. } => {
                format!("did you mean `{suggestion}`? a key of your own begins with `x-`")
            }
            Self::UnsupportedVersion { .. } => {
                "upgrade dhtl, or write `version: \"2.0\"` when the file is of that format"
                    .to_owned()
            }
            Self::MissingVersion { .. } => {
                "begin the file with `version: \"2.0\"`, or run `dhtl setup` to have one written"
                    .to_owned()
            }
            Self::DuplicateKey { .. } => "remove one of the two".to_owned(),
            Self::TooLarge { .. } => {
                "keep only what cannot be inferred in the file; `dhtl setup` writes a new one"
                    .to_owned()
            }
            Self::NotAMapping { .. } => "begin the file with `version: \"2.0\"`".to_owned(),
        })
    }
}
