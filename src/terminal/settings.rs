//! What the user wants to see, decided once per process.

use std::io::{self, IsTerminal as _};

/// The face of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs: one JSON document.
    Json,
}

/// How much stderr says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// What happens.
    #[default]
    Normal,
    /// What happens, and how.
    Verbose,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ColorChoice {
    /// On terminals that can show it, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Always, also into files and pipes.
    Always,
    /// Never.
    Never,
}

/// What the user wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settings {
    /// The face of the answer.
    pub format: Format,
    /// How much stderr says.
    pub verbosity: Verbosity,
    /// When to use colour.
    pub color: ColorChoice,
    /// Whether questions may be asked.
    pub interactive: bool,
    /// Whether stderr is a terminal and lines that move are wanted on it.
    pub live: bool,
}

/// Whether answers can be typed.
#[must_use]
pub fn stdin_is_terminal() -> bool {
    io::stdin().is_terminal()
}

/// Whether a person reads the answer.
#[must_use]
pub fn stdout_is_terminal() -> bool {
    io::stdout().is_terminal()
}

/// Whether a person reads the progress.
#[must_use]
pub fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}
