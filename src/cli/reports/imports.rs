//! Every import with its verdict, below the verdict on the environment.

use std::collections::BTreeMap;
use std::fmt;

use dhtl_regeneration::{ExplainedImport, ImportReport, Reason};
use dhtl_terminal::{Count, Report, dim};
use serde::Serialize;

use super::ValidationReport;

/// The verdict on an environment, and on every import of the project.
#[derive(Debug, Serialize)]
pub(crate) struct ImportsReport {
    #[serde(flatten)]
    pub(crate) validation: ValidationReport,
    pub(crate) imports: ImportReport,
}

impl Report for ImportsReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        self.validation.render(out)?;
        let imports = &self.imports;
        writeln!(
            out,
            "\n{}: {} found, {} missing, {} never reached here",
            Count(imports.statements.len(), "imported module"),
            imports.resolved,
            imports.missing,
            imports.unreachable
        )?;
        let mut by_reason = BTreeMap::<Reason, Vec<&ExplainedImport>>::new();
        for import in &imports.statements {
            if let Some(reason) = import.reason {
                by_reason.entry(reason).or_default().push(import);
            }
        }
        for (reason, missing) in by_reason {
            writeln!(out, "\n{}:", title(reason))?;
            for import in missing {
                let place = format!("{}:{}", import.path.escape_debug(), import.line);
                let why = dim(format!("{place}: {}", import.why.escape_debug()));
                writeln!(out, "  - import {} {why}", import.module)?;
            }
        }
        Ok(())
    }
}

const fn title(reason: Reason) -> &'static str {
    match reason {
        Reason::Python2 => "Of Python 2",
        Reason::OtherPython => "Of another version of Python",
        Reason::GeneratedOrSecret => "Made on each machine: generated, local or secret",
        Reason::OwnModule => "Of the project, off the import path",
        Reason::OtherPlatform => "Of another operating system",
        Reason::OtherVersion => "Not in the installed version, or made at run time",
        Reason::FailedToBuild => "Could not be installed",
        Reason::StubOnly => "Only described by a stub",
        Reason::Guarded => "Handled where it is missing",
        Reason::TypeChecking => "For type checkers",
        Reason::NotInstalled => "Known and not installed",
        Reason::Private => "Not from a package registry",
        Reason::Unknown => "Unknown",
    }
}
