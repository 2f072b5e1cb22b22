//! The end of a command that did not succeed.

use std::error::Error;
use std::fmt;

use dhtl_project_model::{Diagnostic, ExitCode};
use dhtl_terminal::Terminal;

/// An error with its exit code and the next command to type.
#[derive(Debug)]
pub(crate) struct Failure {
    error: Box<dyn Error>,
    hint: Option<String>,
    exit_code: ExitCode,
}

impl Failure {
    /// The project or one of its files is not what it must be.
    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(message.into(), ExitCode::Invalid)
    }

    /// The command line means nothing.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(message.into(), ExitCode::Usage)
    }

    /// The operating system or a program refused.
    pub(crate) fn external(message: impl Into<String>) -> Self {
        Self::new(message.into(), ExitCode::External)
    }

    /// The user interrupted the command.
    pub(crate) fn interrupted(message: impl Into<String>) -> Self {
        Self::new(message.into(), ExitCode::Interrupted)
    }

    /// The answer could not be written.
    pub(crate) fn output(error: &std::io::Error) -> Self {
        Self::new(
            format!("the answer cannot be written: {error}"),
            ExitCode::External,
        )
    }

    fn new(message: String, exit_code: ExitCode) -> Self {
        Self {
            error: Box::new(Message(message)),
            hint: None,
            exit_code,
        }
    }

    /// Adds what to do about it.
    pub(crate) fn hinted(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Adds what to do about it to what is known already.
    pub(crate) fn hinted_besides(mut self, hint: &str) -> Self {
        self.hint = Some(match self.hint {
            Some(known) => format!("{known}; {hint}"),
            None => hint.to_owned(),
        });
        self
    }

    /// Tells the user, and says what the process ends with.
    pub(crate) fn report(&self, terminal: &Terminal) -> ExitCode {
        terminal.error(self.error.as_ref(), self.hint.as_deref());
        // The error is on stderr already, and stdout is what does not work.
        let _ = terminal.error_json(self.error.as_ref(), self.hint.as_deref(), self.exit_code);
        self.exit_code
    }
}

impl<D: Diagnostic> From<D> for Failure {
    fn from(diagnostic: D) -> Self {
        Self {
            hint: diagnostic.hint(),
            exit_code: diagnostic.exit_code(),
            error: Box::new(diagnostic),
        }
    }
}

/// An error that is only a message.
#[derive(Debug)]
struct Message(String);

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Error for Message {}
