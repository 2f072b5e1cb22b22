//! What uv means when it fails: which requirement, why, and what to do about it.
//!
//! uv has no machine-readable errors, and the builds it runs say what they like, so messages are
//! recognised by their fixed parts; what is not recognised is passed on as it is.
//!
//! **Invariant:** everything here is pure but [`UvFailure::of`], which asks for the package manager
//! of the machine, and reads the log where the output was too long to be kept.

mod cause;
mod output;
mod recognition;
mod remedy;
mod rules;
#[cfg(test)]
mod tests;

use std::fmt;

use dhtl_project_model::{Diagnostic, DistributionName, ExitCode};
use dhtl_tools::{Completed, Environment};

pub use cause::Cause;

use crate::system_packages::{Capability, PackageManager};

/// A failure of uv, understood as far as possible.
#[derive(Debug, thiserror::Error)]
pub enum UvFailure {
    /// The package index does not answer.
    #[error("`{url}` does not answer{}", because(reason))]
    IndexUnreachable {
        /// What was asked for.
        url: String,
        /// The innermost reason.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk is full: {detail}")]
    DiskFull {
        /// What could not be written.
        detail: String,
    },
    /// A distribution could not be built from source, or its source could not be had.
    #[error("`{distribution}`{} {stage}: {}", for_whom(needed_by.as_ref()), told(diagnosis.as_deref(), reason))]
    Build {
        /// The distribution, with its version where uv names it.
        distribution: String,
        /// What asks for it, where the project itself does not.
        needed_by: Option<String>,
        /// How far it came.
        stage: Stage,
        /// The last meaningful line of the build.
        reason: String,
        /// The cause, where it is known.
        diagnosis: Option<Box<Diagnosis>>,
        /// The last meaningful lines of the build.
        last_lines: Vec<String>,
    },
    /// No set of versions satisfies everything.
    #[error("the requirements cannot be met: {explanation}")]
    NoSolution {
        /// uv's explanation.
        explanation: String,
        /// The cause, where a single one is known.
        diagnosis: Option<Box<Diagnosis>>,
    },
    /// A file is not the one that was locked.
    #[error("a downloaded file is not the one that was locked: {explanation}")]
    HashMismatch {
        /// uv's explanation.
        explanation: String,
    },
    /// `uv.lock` does not fit `pyproject.toml` any more.
    #[error("`uv.lock` is out of date: `pyproject.toml` was changed after it was written")]
    StaleLock,
    /// `pyproject.toml` is not what it must be.
    #[error("`{path}:{line}`: {reason}")]
    Manifest {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: String,
        /// What uv says about it.
        reason: String,
    },
    /// A repository that a requirement points to cannot be fetched.
    #[error("the git repository{} cannot be fetched: {}", named(repository), told(diagnosis.as_deref(), reason))]
    Git {
        /// Its address, where uv names it.
        repository: String,
        /// What git said.
        reason: String,
        /// The cause, where it is known.
        diagnosis: Option<Box<Diagnosis>>,
    },
    /// Anything else that uv said, builds without a name included.
    #[error("{summary}")]
    Other {
        /// What it comes to.
        summary: String,
        /// The cause, where it is known.
        diagnosis: Option<Box<Diagnosis>>,
        /// The last meaningful lines of the build, where it was one.
        last_lines: Vec<String>,
    },
}

/// What was being done with a distribution when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// Its sources were being fetched.
    Fetch,
    /// Its sources were being built.
    Build,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fetch => "could not be fetched",
            Self::Build => "could not be built from source",
        })
    }
}

/// A cause, and what to do about it on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// The cause.
    pub cause: Cause,
    /// The next command to type, in a sentence.
    pub next: String,
}

impl UvFailure {
    /// Understands a run that did not end well.
    pub(crate) fn of(completed: &Completed) -> Self {
        let manager = PackageManager::of(&Environment::capture());
        Self::on(completed, manager)
    }

    /// Understands a run on a machine with this package manager.
    fn on(completed: &Completed, manager: Option<PackageManager>) -> Self {
        let mut text = format!("{}\n{}", completed.stdout, completed.stderr);
        let is_whole = completed
            .stderr
            .lines()
            .any(|line| line.starts_with("error:"));
        if let Some(log) = completed.log.as_ref().filter(|_| !is_whole) {
            // Of a long output only the end is kept, and what failed stands at its beginning.
            let log = std::fs::read(log).unwrap_or_default();
            let head = output::head(&String::from_utf8_lossy(&log), &completed.command);
            text.insert_str(0, &head);
        }
        recognition::recognise(&text, manager)
            .unwrap_or_else(|| recognition::unknown(&completed.last_lines))
    }

    /// The distribution that stands in the way, where one does.
    pub(crate) fn culprit(&self) -> Option<DistributionName> {
        let Self::Build { distribution, .. } = self else {
            return None;
        };
        let name = distribution.split(['=', ' ', '@']).next()?;
        Some(DistributionName::new(name))
    }

    /// What uv complains about, to find who asked for it: a distribution or an address.
    pub(crate) fn mentions(&self, requirement: &str) -> bool {
        match requirement.split_once("://") {
            Some((_, rest)) => {
                let address = without_user(rest);
                let repository = address.split(['#', '@', ' ']).next().unwrap_or(address);
                self.to_string().contains(repository)
            }
            None => self.culprit().is_some_and(|culprit| {
                let end = requirement
                    .find(|character: char| {
                        !(character.is_ascii_alphanumeric() || "-_.".contains(character))
                    })
                    .unwrap_or(requirement.len());
                DistributionName::new(&requirement[..end]) == culprit
            }),
        }
    }

    /// Whether trying again in a moment may help.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::IndexUnreachable { .. })
    }

    /// The cause, where it is known.
    #[must_use]
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::IndexUnreachable { url, .. } => Some(Cause::HostUnreachable {
                host: recognition::host(url),
            }),
            Self::DiskFull { .. } => Some(Cause::DiskFull),
            _ => self.diagnosis().map(|diagnosis| diagnosis.cause.clone()),
        }
    }

    /// The last meaningful lines of the build, where it was one.
    #[must_use]
    pub fn last_lines(&self) -> &[String] {
        match self {
            Self::Build { last_lines, .. } | Self::Other { last_lines, .. } => last_lines,
            _ => &[],
        }
    }

    /// What the operating system would have to provide so that another try may succeed.
    pub(crate) fn system_needs(&self) -> Vec<&'static Capability> {
        let culprit = self.culprit();
        self.diagnosis().map_or_else(Vec::new, |diagnosis| {
            remedy::needs(&diagnosis.cause, culprit.as_ref())
        })
    }

    fn diagnosis(&self) -> Option<&Diagnosis> {
        match self {
            Self::Build { diagnosis, .. }
            | Self::NoSolution { diagnosis, .. }
            | Self::Git { diagnosis, .. }
            | Self::Other { diagnosis, .. } => diagnosis.as_deref(),
            _ => None,
        }
    }
}

/// An address without the user before its host, whose `@` is not that of a revision.
fn without_user(address: &str) -> &str {
    match address.split_once('@') {
        Some((user, rest)) if !user.contains(['/', ' ', '#']) => rest,
        _ => address,
    }
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

fn named(repository: &str) -> String {
    if repository.is_empty() {
        String::new()
    } else {
        format!(" `{repository}`")
    }
}

fn told(diagnosis: Option<&Diagnosis>, reason: &str) -> String {
    match diagnosis {
        Some(diagnosis) => diagnosis.cause.to_string(),
        None if reason.is_empty() => "its build does not say why".to_owned(),
        None => reason.to_owned(),
    }
}

fn for_whom(needed_by: Option<&String>) -> String {
    needed_by.map_or_else(String::new, |name| format!(", which `{name}` needs,"))
}

impl Diagnostic for UvFailure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::IndexUnreachable { .. } => ExitCode::Prerequisite,
            Self::DiskFull { .. }
            | Self::Build { .. }
            | Self::Git { .. }
            | Self::HashMismatch { .. }
            | Self::Other { .. } => ExitCode::External,
            Self::NoSolution { .. } | Self::StaleLock | Self::Manifest { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        if let Some(diagnosis) = self.diagnosis() {
            return Some(diagnosis.next.clone());
        }
        Some(match self {
            Self::IndexUnreachable { .. } => {
                "check the network and the proxy settings, or name another index with \
                 `UV_DEFAULT_INDEX=<url>`, then run the same command again"
                    .to_owned()
            }
            Self::DiskFull { .. } => {
                "free some space, for example with `uv cache prune`, then run \
                 the same command again"
                    .to_owned()
            }
            Self::Build { .. } => {
                "a missing compiler or header is the usual reason; see the whole \
                 build with `dhtl -v regenerate --force`"
                    .to_owned()
            }
            Self::NoSolution { .. } => {
                "see which file asks for what with `dhtl detect --explain`".to_owned()
            }
            Self::HashMismatch { .. } => {
                "somebody replaced the file after it was locked: find out who before you lock anew \
                 with `dhtl setup --relock`"
                    .to_owned()
            }
            Self::Manifest { path, line, .. } => format!("correct line {line} of `{path}`"),
            Self::StaleLock => "bring it up to date with `uv lock`".to_owned(),
            Self::Git { .. } => {
                "check with `git ls-remote` that you can reach the repository".to_owned()
            }
            Self::Other { .. } => {
                "see everything uv printed with `dhtl -v regenerate --force`".to_owned()
            }
        })
    }
}
