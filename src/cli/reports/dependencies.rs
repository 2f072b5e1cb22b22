//! What `deps check` found.

use std::fmt;

use dhtl_detection::{DependencyCheck, Finding, FindingKind};
use dhtl_project_model::Evidence;
use dhtl_terminal::{Count, Mark, Report, bold, dim, one_line};
use serde::Serialize;

/// How many places of one finding are shown; JSON has all.
const PLACES: usize = 3;

/// The dependencies that do not fit.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct DependenciesReport(pub(crate) DependencyCheck);

impl Report for DependenciesReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let check = &self.0;
        for (kind, title) in [
            (
                FindingKind::Undeclared,
                "Undeclared: imported, but not declared",
            ),
            (
                FindingKind::Misplaced,
                "Misplaced: declared for the wrong part",
            ),
            (FindingKind::Unused, "Unused: declared, but not used"),
        ] {
            let of_kind = || check.findings.iter().filter(move |one| one.kind == kind);
            if of_kind().next().is_none() {
                continue;
            }
            writeln!(out, "{}", bold(title))?;
            for finding in of_kind() {
                render_finding(finding, out)?;
            }
            writeln!(out)?;
        }
        for problem in &check.unread {
            let (message, place) = (one_line(&problem.message), dim(&problem.evidence));
            writeln!(out, "{} not understood: {message} {place}", Mark::Attention)?;
        }
        if !check.ignored.is_empty() {
            writeln!(out, "Ignored: {}", check.ignored.join(", "))?;
        }
        let declared = Count::of(check.declared, "dependency", "dependencies");
        match check.findings.len() {
            0 => writeln!(out, "{} {declared} declared, nothing is amiss", Mark::Good),
            number => writeln!(
                out,
                "{} {declared} declared, {}",
                Mark::Bad,
                Count(number, "finding")
            ),
        }
    }
}

fn render_finding(finding: &Finding, out: &mut dyn fmt::Write) -> fmt::Result {
    write!(out, "{} {}", Mark::Bad, finding.name())?;
    if let Some(module) = finding
        .module
        .as_deref()
        .filter(|module| *module != finding.name())
    {
        write!(out, " (module `{module}`)")?;
    }
    if let Some(part) = finding.needed_by {
        write!(out, ", needed by {}", part.describe())?;
    }
    if finding.project != "." {
        write!(out, " in `{}`", one_line(&finding.project))?;
    }
    writeln!(out)?;
    render_places(&finding.evidence, "imported", out)?;
    render_places(&finding.declarations, "declared", out)?;
    writeln!(out, "    {}", one_line(&finding.remedy))
}

fn render_places(places: &[Evidence], verb: &str, out: &mut dyn fmt::Write) -> fmt::Result {
    for evidence in places.iter().take(PLACES) {
        writeln!(out, "    {}", dim(format!("{verb} at {evidence}")))?;
    }
    match places.len().saturating_sub(PLACES) {
        0 => Ok(()),
        more => writeln!(
            out,
            "    {}",
            dim(format!("and at {}", Count(more, "further place")))
        ),
    }
}
