//! The programs of `dhtl tools`.

use std::fmt;

use dhtl_terminal::{Mark, Report, dim};
use dhtl_tools::{ToolInUse, ToolOrigin};
use serde::Serialize;

/// The programs that dhtl works with.
#[derive(Debug, Serialize)]
pub(crate) struct ToolsReport {
    /// The programs.
    pub(crate) tools: Vec<ToolInUse>,
}

impl Report for ToolsReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let width = self
            .tools
            .iter()
            .map(|tool| tool.name.len())
            .max()
            .unwrap_or_default();
        for tool in &self.tools {
            let (mark, place) = match (&tool.origin, &tool.path) {
                (ToolOrigin::Missing, _) | (_, None) => (Mark::Attention, "not here".to_owned()),
                (ToolOrigin::Managed, Some(path)) => {
                    (Mark::Good, format!("{} (managed)", path.display()))
                }
                (ToolOrigin::Path, Some(path)) => (Mark::Good, path.display().to_string()),
            };
            let version = tool.version.as_deref().unwrap_or("-");
            let name = &tool.name;
            writeln!(
                out,
                "{mark} {name:width$}  {version:10} {place} {}",
                dim(tool.purpose)
            )?;
        }
        Ok(())
    }
}
