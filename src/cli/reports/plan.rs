//! What `regenerate --dry-run` would do.

use std::fmt;

use dhtl_regeneration::{Choice, Plan, StepId};
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
        if let Some(target) = &plan.target {
            let manager = &target.package_manager;
            writeln!(out, "# For {}, with packages of {manager}", target.name)?;
        }
        let reason = &plan.interpreter_reason;
        match &plan.interpreter {
            Choice::Present(interpreter) => {
                let origin = interpreter.origin.as_str();
                writeln!(
                    out,
                    "# Python {} from {origin}: {reason}",
                    interpreter.version
                )?;
            }
            Choice::Fetch(request) => writeln!(out, "# Python {request}: {reason}")?,
        }
        writeln!(out, "# Distributions by {}", plan.spec.strategy_evidence)?;
        if let Some(fingerprint) = &plan.fingerprint {
            writeln!(out, "# Fingerprint {fingerprint}")?;
        }
        for step in &plan.steps {
            writeln!(
                out,
                "\n{} {}",
                bold(format!("# {}", step.title)),
                dim(format!("[{}]", step.id.as_str()))
            )?;
            if step.id == StepId::System {
                render_reasons(plan, out)?;
            }
            for command in &step.commands {
                match command.cwd.strip_prefix(&plan.root) {
                    Ok(folder) if !folder.as_os_str().is_empty() => {
                        let folder = folder.display().to_string().replace('\'', "'\\''");
                        writeln!(out, "(cd '{folder}' && {command})")?;
                    }
                    _ => writeln!(out, "{command}")?,
                }
            }
        }
        Ok(())
    }
}

/// Why each system package is proposed that nobody listed.
fn render_reasons(plan: &Plan, out: &mut dyn fmt::Write) -> fmt::Result {
    for proposed in &plan.system_packages {
        let because = proposed.because.iter().map(ToString::to_string);
        writeln!(
            out,
            "# {}: because {}",
            proposed.package,
            because.collect::<Vec<_>>().join(" and ")
        )?;
    }
    Ok(())
}
