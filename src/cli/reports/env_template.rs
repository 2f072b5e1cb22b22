//! What became of the template of `.env`.

use std::fmt;

use dhtl_regeneration::EnvTemplate;
use dhtl_terminal::{Count, Mark, Report, dim};
use serde::Serialize;

/// A template, and what became of it.
#[derive(Debug, Serialize)]
pub(crate) struct EnvTemplateReport {
    /// What became of it.
    pub(crate) outcome: TemplateOutcome,
    /// The template.
    #[serde(flatten)]
    pub(crate) template: EnvTemplate,
}

/// What became of a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TemplateOutcome {
    /// It was written.
    Created,
    /// What it lacked was appended.
    Extended,
    /// It lacks something, and nobody agreed to append it.
    Incomplete,
    /// It lacked nothing.
    Complete,
    /// There is nothing to list, and it was not written.
    Nothing,
    /// It was asked for on stdout.
    Printed,
}

impl TemplateOutcome {
    /// Whether the file changes.
    pub(crate) fn is_written(self) -> bool {
        matches!(self, Self::Created | Self::Extended)
    }
}

impl Report for EnvTemplateReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let EnvTemplate {
            path,
            missing,
            variables,
            ..
        } = &self.template;
        let names = || missing.join(", ");
        let lacking = Count(missing.len(), "name");
        match self.outcome {
            TemplateOutcome::Printed => return out.write_str(&self.template.text),
            TemplateOutcome::Nothing => {
                return writeln!(
                    out,
                    "The project reads no environment variables: there is nothing to write."
                );
            }
            TemplateOutcome::Created => {
                let required = variables.iter().filter(|one| one.required).count();
                let count = Count(variables.len(), "variable");
                writeln!(out, "{} {path}: {count}, {required} required", Mark::Good)?;
                writeln!(out, "    {}", dim("copy it to `.env` and fill it in"))?;
            }
            TemplateOutcome::Extended => {
                writeln!(
                    out,
                    "{} {path}: {lacking} appended: {}",
                    Mark::Good,
                    names()
                )?;
            }
            TemplateOutcome::Complete => {
                let count = Count(variables.len(), "variable");
                writeln!(out, "{} {path} is complete: {count}", Mark::Good)?;
            }
            TemplateOutcome::Incomplete => {
                writeln!(out, "{} {path} lacks {lacking}: {}", Mark::Bad, names())?;
                let next = "append them with `dhtl generate-env-template --yes`";
                writeln!(out, "    {}", dim(next))?;
            }
        }
        if self.template.ignored {
            writeln!(
                out,
                "{} git ignores {path}: add `!{path}` to `.gitignore`, so that others get it",
                Mark::Attention
            )?;
        }
        Ok(())
    }
}
