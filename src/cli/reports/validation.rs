//! The verdict of `validate-env`.

use std::fmt;

use dhtl_project_model::{EnvVar, ExitCode};
use dhtl_regeneration::{Check, EnvFileReport, RepairAction, RepairKind, Validation, Verdict};
use dhtl_terminal::{Count, Mark, Report, dim};
use serde::Serialize;

use super::lock_conflicts::render_lock_conflicts;

/// The verdict on an environment. The layout is that of seed 001 section 8.
#[derive(Debug, Serialize)]
pub(crate) struct ValidationReport {
    #[serde(flatten)]
    pub(crate) validation: Validation,
    /// What was repaired before, where that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) repaired: Option<Vec<RepairAction>>,
}

impl Report for ValidationReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let validation = &self.validation;
        render_repairs(self.repaired.as_deref().unwrap_or_default(), out)?;
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
        render_lock_conflicts(
            validation.lock_conflicts.as_deref().unwrap_or_default(),
            out,
        )?;
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
        render_env_file(validation.env_file.as_ref(), out)?;
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
    let mut files = 0;
    for difference in &validation.differences {
        files += usize::from(difference.file.is_some());
        if difference.file.is_none() || files <= MOST_FILES {
            let repair = dim(format!("repair: {}", difference.repair));
            writeln!(out, "  - {difference} {repair}")?;
        }
    }
    if files > MOST_FILES {
        let more = Count(files - MOST_FILES, "more file");
        writeln!(out, "  - {more}: `dhtl validate-env --json` names all")?;
    }
    Ok(())
}

/// How many files are named in text.
const MOST_FILES: usize = 20;

fn render_repairs(repaired: &[RepairAction], out: &mut dyn fmt::Write) -> fmt::Result {
    for RepairAction { action, what } in repaired {
        let words = match action {
            RepairKind::Installed => "Installed again",
            RepairKind::Uninstalled => "Taken out",
            RepairKind::Removed => "Removed",
            RepairKind::Fetched => "Fetched",
            RepairKind::BroughtUpToDate => "Brought up to date",
            RepairKind::MadeAnew => "Made anew",
        };
        writeln!(out, "{} {words}: {what}", Mark::Good)?;
    }
    Ok(())
}

/// What is odd about the names in `.env`.
pub(super) fn render_env_file(
    env_file: Option<&EnvFileReport>,
    out: &mut dyn fmt::Write,
) -> fmt::Result {
    let Some(env_file) = env_file.filter(|env_file| !env_file.is_empty()) else {
        return Ok(());
    };
    writeln!(out)?;
    let kinds = [
        (
            &env_file.unknown,
            "`.env` sets what neither the code nor a template names:",
        ),
        (&env_file.missing, "The template sets what `.env` does not:"),
    ];
    for (names, title) in kinds {
        if names.is_empty() {
            continue;
        }
        writeln!(out, "{} {title}", Mark::Attention)?;
        for one in names {
            let place = dim(format!("{}:{}", one.path, one.line));
            writeln!(out, "  - {} {place}", one.name)?;
        }
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
    writeln!(out, "\nRun 'dhtl env-setup' for instructions.")
}
