//! What is odd about a `.dhtconfig` that can be read.

use std::fmt;

/// Something odd about a file that can be read all the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigWarning {
    /// The file.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// The column, counted from 1.
    pub column: u32,
    /// The path of the key, such as `validation.venv_checksum`.
    pub key: String,
    /// What is odd about it.
    pub kind: ConfigWarningKind,
}

/// What is odd about a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigWarningKind {
    /// No format knows the key; it is kept and has no effect.
    UnknownKey,
    /// The Python version leaves its last number open.
    InexactPython,
    /// The digest is none, so nothing can be compared with it.
    MalformedDigest,
}

/// How much an oddity matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth saying; the file works as it is meant to.
    Warning,
    /// A part of the file cannot do its job: `dhtl config validate` says no.
    Problem,
}

impl ConfigWarning {
    /// How much it matters.
    #[must_use]
    pub fn severity(&self) -> Severity {
        match self.kind {
            ConfigWarningKind::UnknownKey | ConfigWarningKind::InexactPython => Severity::Warning,
            ConfigWarningKind::MalformedDigest => Severity::Problem,
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self.kind {
            ConfigWarningKind::UnknownKey => {
                "a key of your own begins with `x-`; `dhtl config schema` prints those that exist"
            }
            ConfigWarningKind::InexactPython => {
                "name the exact version, such as `3.11.7`, so that every machine gets the same"
            }
            ConfigWarningKind::MalformedDigest => "run `dhtl setup` to have it written anew",
        }
    }
}

impl fmt::Display for ConfigWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            path,
            line,
            column,
            key,
            kind,
        } = self;
        write!(f, "`{path}:{line}:{column}`: ")?;
        match kind {
            ConfigWarningKind::UnknownKey => write!(f, "unknown key `{key}` has no effect"),
            ConfigWarningKind::InexactPython => write!(f, "`{key}` is not an exact version"),
            ConfigWarningKind::MalformedDigest => {
                write!(
                    f,
                    "`{key}` is not a digest of the form `sha256:<64 hexadecimal digits>`"
                )
            }
        }
    }
}
