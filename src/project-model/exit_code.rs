//! What the process tells its caller.

/// The exit codes of `dhtl`; scripts depend on them, so they never move.
///
/// Source: the conventions of the command line in the design; documented in `docs/exit-codes.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum ExitCode {
    /// The command did what it was asked to do.
    Success = 0,
    /// The command ran and the answer is no: drift was found, a check failed.
    Findings = 1,
    /// The command line was wrong.
    Usage = 2,
    /// A program or a service that is needed is missing.
    Prerequisite = 3,
    /// The project or its configuration is invalid.
    Invalid = 4,
    /// An external command failed.
    External = 5,
    /// The user interrupted the command.
    Interrupted = 130,
}

impl From<ExitCode> for std::process::ExitCode {
    fn from(exit_code: ExitCode) -> Self {
        Self::from(exit_code as u8)
    }
}
