//! Which environment variables are missing, and how to set them.

use std::fmt;

use dhtl_regeneration::{EnvSetup, EnvVarStatus, SetIn};
use dhtl_terminal::{Mark, Report, dim};
use serde::Serialize;

use super::validation::render_env_file;

/// The environment variables of a project. Names only: a value is never shown.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct EnvSetupReport(pub(crate) EnvSetup);

impl Report for EnvSetupReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let setup = &self.0;
        if setup.variables.is_empty() {
            return writeln!(out, "The project reads no environment variables.");
        }
        let required = setup.missing(true).collect::<Vec<_>>();
        let optional = setup.missing(false).collect::<Vec<_>>();
        if required.is_empty() {
            let mark = Mark::Good;
            writeln!(out, "{mark} All required environment variables are set")?;
        }
        list("Missing, required:", &required, out)?;
        list("Not set, optional:", &optional, out)?;
        self.set_already(out)?;
        render_env_file(setup.env_file.as_ref(), out)?;
        match required.first().or(optional.first()) {
            Some(first) => self.instructions(&first.variable.name, out),
            None => Ok(()),
        }
    }
}

fn list(title: &str, variables: &[&EnvVarStatus], out: &mut dyn fmt::Write) -> fmt::Result {
    if variables.is_empty() {
        return Ok(());
    }
    let names = variables.iter().map(|one| one.variable.name.len());
    let width = names.max().unwrap_or_default();
    writeln!(out, "{title}")?;
    for one in variables {
        let name = &one.variable.name;
        writeln!(out, "  - {name:width$} {}", dim(&one.places))?;
    }
    Ok(())
}

impl EnvSetupReport {
    fn set_already(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let set = self.0.variables.iter().filter_map(|one| {
            let place = match one.set_in? {
                SetIn::Environment => "environment",
                SetIn::EnvFile => ".env",
            };
            Some(format!("{} ({place})", one.variable.name))
        });
        let set = set.collect::<Vec<_>>();
        if set.is_empty() {
            return Ok(());
        }
        writeln!(out, "Set: {}", set.join(", "))
    }

    /// How to set the variable `name`, and others like it.
    fn instructions(&self, name: &str, out: &mut dyn fmt::Write) -> fmt::Result {
        let setup = &self.0;
        writeln!(
            out,
            "\nSet them for the project in `.env`, a line for each:"
        )?;
        match (&setup.template, setup.env_file_exists) {
            (Some(template), false) => {
                writeln!(
                    out,
                    "  {}",
                    dim(format!("copy `{template}` to `.env` first"))
                )?;
            }
            (None, false) => {
                let first = "make it with `dhtl generate-env-template` and copy it to `.env` first";
                writeln!(out, "  {}", dim(first))?;
            }
            _ => {}
        }
        writeln!(out, "  {name}=value")?;
        writeln!(out, "For code that does not read `.env` itself:")?;
        writeln!(out, "  uv run --env-file .env <command>")?;
        writeln!(out, "Or set them for one shell:")?;
        writeln!(out, "  bash, zsh   export {name}='value'")?;
        writeln!(out, "  fish        set -gx {name} 'value'")?;
        writeln!(out, "  PowerShell  $env:{name} = 'value'")?;
        writeln!(out, "  cmd         set \"{name}=value\"")?;
        if !setup.env_file_ignored {
            writeln!(
                out,
                "{} No `.gitignore` names `.env`: add it, so that no secret is committed",
                Mark::Attention
            )?;
        }
        Ok(())
    }
}
