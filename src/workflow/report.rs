//! How a run ended.

use std::time::Duration;

use dhtl_project_model::{Diagnostic, StepOutcome};

/// How a run ended, step by step.
#[derive(Debug)]
pub struct FlowReport {
    /// Every step of the flow, in its order.
    pub steps: Vec<StepReport>,
    /// The first failure and the id of its step.
    pub failure: Option<(String, Box<dyn Diagnostic>)>,
    /// Whether the user stopped the run before it was through.
    pub interrupted: bool,
}

impl FlowReport {
    /// Whether every step is satisfied, done, or found that it does not apply.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.failure.is_none() && !self.interrupted
    }
}

/// How one step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepReport {
    /// The id, unique within the flow.
    pub id: String,
    /// What the step does.
    pub title: String,
    /// How it ended.
    pub outcome: StepOutcome,
    /// How long it took, checks and waiting included.
    pub elapsed: Duration,
    /// How often its action was started.
    pub attempts: u32,
}
