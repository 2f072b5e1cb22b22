//! The interpreter step: fetches one, or takes the nearest that is here.

use std::path::PathBuf;
use std::str::FromStr as _;

use dhtl_project_model::Diagnostic as _;
use dhtl_workflow::StepContext;

use crate::application::{Application, Outcome};
use crate::failure::UvFailure;
use crate::interpreters::Interpreter;
use crate::interpreters::choice;
use crate::plan::{PlannedStep, StepId};
use crate::report::Shortfall;
use crate::subject::Subject;
use crate::{Fallbacks, RegenerationError};

impl Application<'_> {
    /// Fetches the interpreter of the plan.
    pub(crate) fn fetch_interpreter(
        &self,
        planned: &PlannedStep,
        context: &StepContext<'_>,
    ) -> Outcome {
        let failed = |reason: String| RegenerationError::NoInterpreter {
            wanted: choice::wanted(&self.plan.spec.interpreter),
            evidence: evidence_of(self.subject),
            available: listed(self.available),
            reason,
        };
        self.shortfalls.clear(StepId::Environment)?;
        let mut program = None;
        for command in &planned.commands {
            let completed = self.run(command, context)?;
            if !completed.success() {
                return self.take_nearest(failed(UvFailure::of(&completed).to_string()));
            }
            program = Some(PathBuf::from(completed.stdout.trim()));
        }
        let program = program.filter(|program| program.is_file());
        let program = program.ok_or_else(|| failed("it named no program".to_owned()))?;
        // uv may name a link that a later release takes over.
        let _ = self.fetched.set(program.canonicalize().unwrap_or(program));
        Ok(String::new())
    }

    /// Another patch release of the same line, where the one that is asked for cannot be had.
    fn take_nearest(&self, failure: RegenerationError) -> Outcome {
        let spec = &self.plan.spec.interpreter;
        let Some(nearest) = choice::nearest(spec, self.available) else {
            return Err(failure);
        };
        if self.fallbacks == Fallbacks::Forbidden {
            return Err(failure);
        }
        let _ = self.fetched.set(nearest.program.clone());
        self.shortfalls.add(
            StepId::Environment,
            [Shortfall {
                next: failure.hint(),
                ..Shortfall::new(
                    format!("Python `{}`", spec.request.specifiers),
                    format!("it cannot be had here; {} is used instead", nearest.version),
                )
            }],
        )?;
        Ok(format!("{} instead", nearest.version))
    }
}

/// Who asks for the interpreter, for messages.
fn evidence_of(subject: &Subject) -> String {
    let followed = &subject.spec.interpreter.request.followed;
    let hard = followed
        .iter()
        .filter(|constraint| !constraint.source.is_hint());
    let texts =
        hard.map(|constraint| format!("{} `{}`", constraint.evidence, constraint.specifiers));
    texts.collect::<Vec<_>>().join(", ")
}

fn listed(available: &[Interpreter]) -> String {
    let mut newest_first = available.iter().collect::<Vec<_>>();
    newest_first
        .sort_by_key(|one| std::cmp::Reverse(pep440_rs::Version::from_str(&one.version).ok()));
    let mut versions = newest_first
        .iter()
        .map(|interpreter| format!("{} ({})", interpreter.version, interpreter.origin.as_str()))
        .collect::<Vec<_>>();
    versions.dedup();
    if versions.is_empty() {
        "none".to_owned()
    } else {
        versions.join(", ")
    }
}
