//! Answers about `.dhtconfig`.

use std::fmt;
use std::path::{Path, PathBuf};

use dhtl_project_model::ExitCode;
use dhtl_project_model::config::{
    Config, ConfigWarning, Document, FormatVersion, Severity, render,
};
use dhtl_terminal::{Mark, Report};
use serde::Serialize;

/// What the file says, as format 2.0.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct ConfigReport(pub(crate) Config);

impl Report for ConfigReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(&render(&self.0))
    }
}

/// What is odd about the file.
#[derive(Debug, Serialize)]
pub(crate) struct ConfigCheckReport {
    /// The file.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    path: PathBuf,
    /// The format it is written in.
    format: &'static str,
    /// Whether nothing keeps it from doing its job.
    valid: bool,
    /// What is odd.
    findings: Vec<Finding>,
}

#[derive(Debug, Serialize)]
struct Finding {
    line: u32,
    column: u32,
    key: String,
    severity: &'static str,
    message: String,
    hint: &'static str,
}

impl ConfigCheckReport {
    /// The findings about the file at `path`.
    pub(crate) fn new(path: &Path, document: &Document) -> Self {
        let findings = document
            .warnings()
            .iter()
            .map(Finding::new)
            .collect::<Vec<_>>();
        Self {
            path: path.to_owned(),
            format: match document.format() {
                FormatVersion::V1 => "1.0",
                FormatVersion::V2 => "2.0",
            },
            valid: findings.iter().all(|finding| finding.severity == "warning"),
            findings,
        }
    }

    /// 4 when the file cannot do its job.
    pub(crate) fn exit_code(&self) -> ExitCode {
        if self.valid {
            ExitCode::Success
        } else {
            ExitCode::Invalid
        }
    }
}

impl Finding {
    fn new(warning: &ConfigWarning) -> Self {
        Self {
            line: warning.line,
            column: warning.column,
            key: warning.key.clone(),
            severity: match warning.severity() {
                Severity::Warning => "warning",
                Severity::Problem => "problem",
            },
            message: warning.to_string(),
            hint: warning.hint(),
        }
    }
}

impl Report for ConfigCheckReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        for finding in &self.findings {
            let mark = if finding.severity == "problem" {
                Mark::Bad
            } else {
                Mark::Attention
            };
            writeln!(out, "{mark} {}\n    {}", finding.message, finding.hint)?;
        }
        if self.valid {
            writeln!(
                out,
                "{} {} is valid (format {})",
                Mark::Good,
                self.path.display(),
                self.format
            )?;
        }
        Ok(())
    }
}

/// A file in format 2.0.
#[derive(Debug, Serialize)]
pub(crate) struct MigrationReport {
    /// The file.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub(crate) path: PathBuf,
    /// Whether the new text differs.
    pub(crate) changed: bool,
    /// Whether it was written.
    pub(crate) written: bool,
    /// The new text.
    pub(crate) text: String,
}

impl Report for MigrationReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let path = self.path.display();
        match (self.changed, self.written) {
            (false, _) => writeln!(out, "{} {path} is in format 2.0 already", Mark::Good),
            (true, true) => writeln!(out, "{} {path} is in format 2.0 now", Mark::Good),
            (true, false) => out.write_str(&self.text),
        }
    }
}
