//! What runs a command line, and what comes of it.

use std::path::PathBuf;
use std::time::Duration;

use crate::{Invocation, ToolError};

/// Runs external programs.
pub trait Runner: Send + Sync {
    /// Runs `invocation` to its end, and hands every line it prints to `output`, without secrets.
    ///
    /// A program that reports a failure is no error here: see [`Completed::require_success`].
    /// Fails when it cannot be started, takes too long or is cancelled.
    fn run(
        &self,
        invocation: &Invocation,
        output: &(dyn Fn(&str) + Sync),
    ) -> Result<Completed, ToolError>;
}

/// Throws a line of output away: for callers of [`Runner::run`] that only want the result.
pub fn no_output(_line: &str) {}

/// A program that ran to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Completed {
    /// The command line, without secrets.
    pub command: String,
    /// Its exit code; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// All it wrote to stdout as it wrote it, up to 64 MiB; bytes that are not UTF-8 are replaced.
    pub stdout: String,
    /// Whether it wrote more to stdout than was kept.
    pub stdout_truncated: bool,
    /// The end of what it wrote to stderr, without secrets and control characters.
    pub stderr: String,
    /// The last lines it printed that say something, for an error message.
    pub last_lines: Vec<String>,
    /// Where everything it printed can be read.
    pub log: Option<PathBuf>,
    /// How long it ran.
    pub elapsed: Duration,
}

impl Completed {
    /// Whether it reported success.
    #[must_use]
    pub fn success(&self) -> bool {
        self.exit_code == Some(0)
    }

    /// Itself when it reported success; otherwise [`ToolError::Failed`] with its last words.
    pub fn require_success(self) -> Result<Self, ToolError> {
        if self.success() {
            return Ok(self);
        }
        Err(ToolError::Failed {
            command: self.command,
            exit_code: self.exit_code,
            last_lines: self.last_lines,
            log: self.log,
        })
    }
}
