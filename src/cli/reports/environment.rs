//! The environment that `regenerate`, `setup`, `clone` and `setup-from` leave behind.

use std::fmt;

use dhtl_project_model::{ExitCode, Strategy};
use dhtl_regeneration::{Capture, Check, Need, Report as Environment, Shortfall, Verdict};
use dhtl_terminal::{Count, Mark, Report, dim};
use serde::Serialize;

use super::lock_conflicts::render_lock_conflicts;
use super::validation::{render_checks, render_differences, render_env_vars};

/// The environment that a run left behind. The layout is that of seed 001 section 8.
#[derive(Debug, Serialize)]
pub(crate) struct EnvironmentReport {
    /// What happened before: a repository cloned, an archive unpacked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) heading: Option<String>,
    /// The environment.
    #[serde(flatten)]
    pub(crate) report: Environment,
}

impl Report for EnvironmentReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        if let Some(heading) = &self.heading {
            writeln!(out, "{} {heading}", Mark::Good)?;
        }
        render_environment(&self.report, out)
    }
}

/// What `setup` recorded.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct CaptureReport(pub(crate) Capture);

impl Report for CaptureReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let Capture {
            written,
            lock,
            report,
        } = &self.0;
        let python = &report.validation.python_version;
        writeln!(out, "{} Python {python} environment created", Mark::Good)?;
        writeln!(out, "{} Dependencies locked ({lock})", Mark::Good)?;
        let generated = if written.iter().any(|file| file == ".dhtconfig") {
            "generated"
        } else {
            "unchanged"
        };
        writeln!(out, "{} .dhtconfig {generated}", Mark::Good)?;
        let fingerprint = report.validation.fingerprint;
        writeln!(out, "{} Environment fingerprint: {fingerprint}", Mark::Good)?;
        render_imports(report, out)?;
        render_shortfalls(&report.shortfalls, out)?;
        render_lock_conflicts(&report.lock_conflicts, out)?;
        render_differences(&report.validation, out)?;
        render_env_vars(&report.validation.missing_env_vars, out)?;
        if !written.is_empty() {
            writeln!(
                out,
                "\nCommit what was written: git add {}",
                written.join(" ")
            )?;
        }
        Ok(())
    }
}

/// What is wrong with an environment, for reports that say the rest in their own words.
pub(super) fn render_problems(report: &Environment, out: &mut dyn fmt::Write) -> fmt::Result {
    render_imports(report, out)?;
    render_shortfalls(&report.shortfalls, out)?;
    render_differences(&report.validation, out)?;
    render_env_vars(&report.validation.missing_env_vars, out)
}

fn render_environment(report: &Environment, out: &mut dyn fmt::Write) -> fmt::Result {
    let validation = &report.validation;
    let origin = report
        .python_origin
        .map(|origin| format!(" from {origin}"))
        .unwrap_or_default();
    let reason = report
        .python_reason
        .as_ref()
        .map(|reason| format!(": {reason}"))
        .unwrap_or_default();
    writeln!(
        out,
        "{} Python {}{origin}{reason}",
        Mark::Good,
        validation.python_version
    )?;
    let system = report
        .system
        .as_ref()
        .map(|system| format!(", {system}"))
        .unwrap_or_default();
    writeln!(
        out,
        "{} Platform: {}{system} (detected)",
        Mark::Good,
        report.platform
    )?;
    if !report.system_packages.is_empty() {
        let packages = report.system_packages.join(", ");
        writeln!(out, "{} System packages installed: {packages}", Mark::Good)?;
    }
    let count = Count(validation.packages, "distribution");
    let restored = if report.unchanged {
        "unchanged"
    } else {
        "restored"
    };
    writeln!(
        out,
        "{} Python packages {restored} from {}: {count}",
        Mark::Good,
        source(report)
    )?;
    if !report.tools.is_empty() && validation.passes("Tools") {
        writeln!(
            out,
            "{} Development tools installed: {}",
            Mark::Good,
            report.tools.join(", ")
        )?;
    }
    if validation.passes("Hooks") && !lacks_hooks(report) {
        writeln!(out, "{} Git hooks configured", Mark::Good)?;
    }
    let of_languages = ["Node packages", "Rust packages", "Go packages"];
    let checks = validation.checks.iter();
    let is_there = |check: &&Check| check.passed && of_languages.contains(&check.name);
    render_checks(checks.filter(is_there), out)?;
    if !report.files_written.is_empty() {
        let files = report.files_written.join(", ");
        writeln!(out, "{} Files written: {files}", Mark::Good)?;
    }
    if !report.inferred.is_empty() {
        let names = report.inferred.join(", ");
        let why = match validation.verdict {
            Verdict::Unrecorded => "because the code imports them",
            Verdict::Match | Verdict::Drift => "as `.dhtconfig` records",
        };
        writeln!(out, "{} Added {why}: {names}", Mark::Attention)?;
    }
    render_imports(report, out)?;
    render_shortfalls(&report.shortfalls, out)?;
    render_lock_conflicts(&report.lock_conflicts, out)?;
    let failed = validation
        .checks
        .iter()
        .filter(|check| !check.passed && check.name != "Imports");
    render_checks(failed, out)?;
    render_differences(validation, out)?;
    render_verdict(report, out)?;
    render_env_vars(&validation.missing_env_vars, out)
}

fn lacks_hooks(report: &Environment) -> bool {
    let mut shortfalls = report.shortfalls.iter();
    shortfalls.any(|shortfall| shortfall.what.starts_with("git hook"))
}

fn source(report: &Environment) -> String {
    match report.strategy {
        Strategy::UvLock | Strategy::ForeignLock | Strategy::HashedRequirements => {
            report.locks.join(", ")
        }
        Strategy::Pyproject => resolved("pyproject.toml", report),
        Strategy::Requirements => resolved("requirements", report),
        Strategy::Setup => resolved("setup.py", report),
        Strategy::Inferred => resolved("imports", report),
    }
}

fn resolved(from: &str, report: &Environment) -> String {
    let day = report
        .as_of
        .as_ref()
        .and_then(|moment| moment.split('T').next());
    day.map_or_else(
        || format!("{from}, resolved"),
        |day| format!("{from}, resolved as of {day}"),
    )
}

fn render_imports(report: &Environment, out: &mut dyn fmt::Write) -> fmt::Result {
    let closure = &report.validation.closure;
    let required = closure.required().collect::<Vec<_>>();
    if required.is_empty() {
        let count = Count(closure.resolved, "third-party module");
        writeln!(
            out,
            "{} Imports: {count}, all resolve in the project's packages",
            Mark::Good
        )?;
    }
    for import in required {
        let place = import
            .evidence
            .first()
            .map(ToString::to_string)
            .unwrap_or_default();
        writeln!(
            out,
            "{} Import does not resolve: {} {}",
            Mark::Bad,
            import.module,
            dim(place)
        )?;
    }
    let elsewhere = closure
        .unresolved
        .iter()
        .filter(|import| import.need == Need::Development)
        .map(|import| import.module.as_str())
        .collect::<Vec<_>>();
    if !elsewhere.is_empty() {
        let count = Count(elsewhere.len(), "module");
        let names = elsewhere
            .iter()
            .take(MOST_NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(", ");
        let more = if elsewhere.len() > MOST_NAMED {
            ", …"
        } else {
            ""
        };
        writeln!(
            out,
            "{} Tests, docs or examples import {count} that did not resolve: {names}{more}",
            Mark::Attention
        )?;
    }
    Ok(())
}

/// How many modules are named that the project's packages do without.
const MOST_NAMED: usize = 5;

fn render_shortfalls(shortfalls: &[Shortfall], out: &mut dyn fmt::Write) -> fmt::Result {
    let mut shown: &[String] = &[];
    for shortfall in shortfalls {
        let mark = if shortfall.essential {
            Mark::Bad
        } else {
            Mark::Attention
        };
        writeln!(
            out,
            "{mark} Not as declared: {}: {}",
            shortfall.what, shortfall.why
        )?;
        // One build may be what several things are left out for.
        if shortfall.last_lines != shown {
            shown = &shortfall.last_lines;
            for line in shown {
                writeln!(out, "    {}", dim(format!("| {line}")))?;
            }
        }
        if let Some(next) = &shortfall.next {
            writeln!(out, "    {}", dim(next))?;
        }
    }
    Ok(())
}

fn render_verdict(report: &Environment, out: &mut dyn fmt::Write) -> fmt::Result {
    let fingerprint = report.validation.fingerprint;
    match report.validation.verdict {
        _ if report.exit_code() != ExitCode::Success
            && report.validation.verdict != Verdict::Drift =>
        {
            writeln!(out, "{} Environment is not whole: {fingerprint}", Mark::Bad)
        }
        Verdict::Match => {
            writeln!(
                out,
                "{} Environment validated: {fingerprint} {} MATCH",
                Mark::Good,
                Mark::Good
            )
        }
        Verdict::Drift => writeln!(
            out,
            "{} Environment differs from the recorded one",
            Mark::Bad
        ),
        Verdict::Unrecorded => {
            writeln!(out, "{} Environment validated: {fingerprint}", Mark::Good)?;
            writeln!(
                out,
                "    {}",
                dim("record it for everyone with `dhtl setup`")
            )
        }
    }
}
