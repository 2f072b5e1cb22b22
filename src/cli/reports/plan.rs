//! What `regenerate --dry-run` would do.

use std::fmt;

use dhtl_regeneration::{Choice, Plan};
use dhtl_terminal::{Report, bold, dim};
use serde::Serialize;

/// The steps that would be taken, with their commands.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct PlanReport(pub(crate) Plan);

impl Report for PlanReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let plan = &self.0;
        writeln!(out, "# In {}", plan.root.display())?;
        if let Choice::Present(interpreter) = &plan.interpreter {
            let origin = interpreter.origin.as_str();
            writeln!(out, "# Python {} from {origin}", interpreter.version)?;
        }
        writeln!(out, "# Distributions by {}", plan.spec.strategy_evidence)?;
        for step in &plan.steps {
            writeln!(
                out,
                "\n{} {}",
                bold(format!("# {}", step.title)),
                dim(format!("[{}]", step.id.as_str()))
            )?;
            for command in &step.commands {
                writeln!(out, "{command}")?;
            }
        }
        Ok(())
    }
}
