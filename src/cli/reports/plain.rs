//! Answers that are a text as it is.

use std::fmt;

use dhtl_regeneration::FrozenTools;
use dhtl_terminal::Report;
use serde::Serialize;

/// The completion script of a shell.
#[derive(Debug, Serialize)]
pub(crate) struct CompletionsReport {
    /// The script.
    pub(crate) script: String,
}

impl Report for CompletionsReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(&self.script)
    }
}

/// The JSON Schema of `.dhtconfig`: JSON in both faces.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct SchemaReport(pub(crate) serde_json::Value);

impl Report for SchemaReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        writeln!(out, "{:#}", self.0)
    }
}

/// The text of `.dht/tools.lock`.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct FrozenToolsReport(pub(crate) FrozenTools);

impl Report for FrozenToolsReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        out.write_str(&self.0.text)
    }
}
