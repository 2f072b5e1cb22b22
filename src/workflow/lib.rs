//! Steps with dependencies: what is already satisfied is left alone, what fails for a passing
//! reason is tried again, and what was done is written down, so that an interrupted run goes on.
//!
//! Knows nothing of Python or Docker.
//!
//! **Invariant:** a step's action runs only after everything it needs has ended well, at most once
//! per attempt, and the [`Journal`] claims a step done only when its action returned `Ok`.

mod attempt;
mod flow;
mod io_hint;
mod journal;
mod report;
mod run;
mod state_lock;
mod step;

#[cfg(test)]
mod journal_tests;
#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod run_tests;
#[cfg(test)]
mod story;

pub use flow::{Flow, FlowError};
pub use journal::{Event, Journal, JournalError};
pub use report::{FlowReport, StepReport};
pub use run::RunOptions;
pub use state_lock::{LockError, StateLock};
pub use step::{Check, Step, StepContext, StepFailure};
