//! The verdict of `validate-env`.

use std::fmt;

use dhtl_project_model::{EnvVar, ExitCode};
use dhtl_regeneration::{Check, Validation, Verdict};
use dhtl_terminal::{Mark, Report, dim};
use serde::Serialize;

/// The verdict on an environment. The layout is that of seed 001 section 8.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ValidationReport(pub(crate) Validation);

impl Report for ValidationReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let validation = &self.0;
        render_checks(validation.checks.iter(), out)?;
        for import in validation.closure.required() {
            let place = import
                .evidence
                .first()
                .map(ToString::to_string)
                .unwrap_or_default();
            writeln!(out, "  - import {} {}", import.module, dim(place))?;
        }
        render_differences(validation, out)?;
        writeln!(out)?;
        let fingerprint = validation.fingerprint;
        match (validation.exit_code(), validation.verdict) {
            (ExitCode::Success, Verdict::Match) => {
                writeln!(
                    out,
                    "Environment successfully regenerated! {fingerprint} {} MATCH",
                    Mark::Good
                )?;
            }
            (ExitCode::Success, _) => {
                writeln!(out, "Environment is as it must be: {fingerprint}")?;
                writeln!(out, "Record it for everyone with 'dhtl setup'.")?;
            }
            _ => writeln!(
                out,
                "Environment is not as it must be: repair it with 'dhtl regenerate'."
            )?,
        }
        render_env_vars(&validation.missing_env_vars, out)
    }
}

/// A line for every check.
pub(super) fn render_checks<'a>(
    checks: impl Iterator<Item = &'a Check>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    for check in checks {
        let mark = if check.passed { Mark::Good } else { Mark::Bad };
        writeln!(out, "{mark} {}: {}", check.name, check.detail)?;
    }
    Ok(())
}

/// A line for every exact difference, with its repair.
pub(super) fn render_differences(validation: &Validation, out: &mut dyn fmt::Write) -> fmt::Result {
    for difference in &validation.differences {
        let repair = dim(format!("repair: {}", difference.repair));
        writeln!(out, "  - {difference} {repair}")?;
    }
    Ok(())
}

/// The environment variables that the user still has to set.
pub(super) fn render_env_vars(missing: &[EnvVar], out: &mut dyn fmt::Write) -> fmt::Result {
    if missing.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nMissing environment variables:")?;
    for env_var in missing {
        writeln!(out, "  - {} (required)", env_var.name)?;
    }
    writeln!(
        out,
        "\nRun 'dhtl detect --explain' to see where they are read."
    )
}
