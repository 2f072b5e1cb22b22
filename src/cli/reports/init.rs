//! What a project lacked.

use std::fmt;

use dhtl_scaffolding::InitPlan;
use dhtl_terminal::{Mark, Report, dim};
use serde::Serialize;

/// What a project lacked, and what became of that.
#[derive(Debug, Serialize)]
pub(crate) struct InitReport {
    /// What became of it.
    pub(crate) outcome: InitOutcome,
    /// What it lacked.
    #[serde(flatten)]
    pub(crate) plan: InitPlan,
}

/// What became of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InitOutcome {
    /// There is nothing to add.
    Nothing,
    /// It was only asked for.
    Shown,
    /// It was added.
    Added,
    /// The user did not agree.
    Refused,
}

impl Report for InitReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let changes = &self.plan.changes;
        match self.outcome {
            InitOutcome::Shown => {
                // As it is, so that `git apply` can read it.
                for change in changes {
                    out.write_str(&change.diff())?;
                }
                return Ok(());
            }
            InitOutcome::Nothing => {
                writeln!(out, "{} Nothing is missing", Mark::Good)?;
            }
            InitOutcome::Refused => {
                writeln!(out, "{} Nothing was written", Mark::Attention)?;
            }
            InitOutcome::Added => {
                for change in changes {
                    let what = if change.before.is_some() {
                        "added to"
                    } else {
                        "new"
                    };
                    let why = dim(format!("{what}: {}", change.why));
                    writeln!(out, "{} {} {why}", Mark::Good, change.path)?;
                }
            }
        }
        for note in &self.plan.notes {
            writeln!(out, "{} Left alone: {note}", Mark::Attention)?;
        }
        if self.outcome == InitOutcome::Added {
            let next = "look at it with `git diff`, then record the environment with `dhtl setup`";
            writeln!(out, "    {}", dim(next))?;
        }
        Ok(())
    }
}
