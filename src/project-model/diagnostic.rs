//! What an error has to say beyond its message.

use crate::ExitCode;

/// An error that knows its exit code and the next command to type.
///
/// The message says what happened, where and why; the hint says what to do about it.
pub trait Diagnostic: std::error::Error + Send + Sync + 'static {
    /// The code the process ends with when nothing recovers from this error.
    fn exit_code(&self) -> ExitCode;

    /// What the user can do next: one sentence in lower case, commands in backticks.
    fn hint(&self) -> Option<String> {
        None
    }
}
