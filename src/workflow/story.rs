//! What tests tell of a run.

use std::sync::Mutex;
use std::time::Duration;

use dhtl_project_model::{Diagnostic, ExitCode, Progress, StepOutcome, StepTitle};

use crate::FlowReport;

/// Writes down everything it is told, a line each, without times that were measured.
#[derive(Default)]
pub(crate) struct Story(Mutex<Vec<String>>);

impl Story {
    /// The lines so far.
    pub(crate) fn told(&self) -> String {
        self.0.lock().unwrap().join("\n") + "\n"
    }

    /// Adds a line.
    pub(crate) fn tell(&self, line: String) {
        self.0.lock().unwrap().push(line);
    }
}

impl Progress for Story {
    fn planned(&self, steps: &[StepTitle]) {
        let ids: Vec<&str> = steps.iter().map(|step| step.id.as_str()).collect();
        self.tell(format!("plan {}", ids.join(" ")));
    }

    fn started(&self, id: &str) {
        self.tell(format!("{id} started"));
    }

    fn output(&self, id: &str, line: &str) {
        self.tell(format!("{id} | {line}"));
    }

    fn retrying(&self, id: &str, reason: &str, delay: Duration) {
        self.tell(format!("{id} again in {delay:?}: {reason}"));
    }

    fn finished(&self, id: &str, outcome: &StepOutcome, _elapsed: Duration) {
        self.tell(format!("{id} {outcome:?}"));
    }
}

/// How a run ended, a line for each step.
pub(crate) fn ending(report: &FlowReport) -> String {
    let line = |step: &crate::StepReport| {
        format!(
            "{} {:?} attempts={}\n",
            step.id, step.outcome, step.attempts
        )
    };
    let failed = report.failure.as_ref().map_or("none", |(id, _)| id);
    let steps: String = report.steps.iter().map(line).collect();
    format!(
        "{steps}failure: {failed}, interrupted: {}\n",
        report.interrupted
    )
}

/// An error with a cause.
#[derive(Debug, thiserror::Error)]
#[error("the index is away")]
pub(crate) struct Away(#[from] std::io::Error);

impl Away {
    pub(crate) fn new() -> Self {
        Self(std::io::Error::other("no route"))
    }
}

impl Diagnostic for Away {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Prerequisite
    }
}
