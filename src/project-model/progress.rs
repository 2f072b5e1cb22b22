//! How long work tells a front end what it is doing.

use std::time::Duration;

/// A step, as it is announced before anything runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepTitle {
    /// The id, unique within the flow, such as `venv`.
    pub id: String,
    /// What the step does, in the imperative: `Create the virtual environment`.
    pub title: String,
}

/// How a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StepOutcome {
    /// Its check said that there was nothing to do.
    Satisfied,
    /// It ran and did its work; the text says what came of it, and may be empty.
    Done(String),
    /// It did not run, for the reason given.
    Skipped(String),
    /// It ran and failed, for the reason given.
    Failed(String),
    /// It was stopped by the user.
    Interrupted,
}

/// Receives what happens while steps run.
///
/// Steps may run at the same time, so calls can come from several threads.
pub trait Progress: Sync {
    /// The steps that will run, in order.
    fn planned(&self, steps: &[StepTitle]);
    /// A step begins.
    fn started(&self, id: &str);
    /// A step, or the program it runs, printed a line.
    fn output(&self, id: &str, line: &str);
    /// A step failed for a passing reason and is tried again after `delay`.
    fn retrying(&self, id: &str, reason: &str, delay: Duration);
    /// A step ended, `elapsed` after it began.
    fn finished(&self, id: &str, outcome: &StepOutcome, elapsed: Duration);
}

/// Tells nobody.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {
    fn planned(&self, _steps: &[StepTitle]) {}
    fn started(&self, _id: &str) {}
    fn output(&self, _id: &str, _line: &str) {}
    fn retrying(&self, _id: &str, _reason: &str, _delay: Duration) {}
    fn finished(&self, _id: &str, _outcome: &StepOutcome, _elapsed: Duration) {}
}
