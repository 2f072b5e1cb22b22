//! The templates of new projects.

use std::fmt;
use std::path::PathBuf;

use dhtl_scaffolding::{ListedTemplate, TemplateFile, TemplateOrigin};
use dhtl_terminal::{Count, Mark, Report, bold, dim};
use serde::Serialize;

/// All templates.
#[derive(Debug, Serialize)]
pub(crate) struct TemplatesReport {
    /// By name.
    pub(crate) templates: Vec<ListedTemplate>,
}

impl Report for TemplatesReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let names = self.templates.iter().map(|one| one.name.len());
        let width = names.max().unwrap_or_default();
        for one in &self.templates {
            write!(out, "{:width$}  {}", one.name, one.description)?;
            match &one.origin {
                TemplateOrigin::BuiltIn => writeln!(out)?,
                TemplateOrigin::User { folder } => writeln!(out, " {}", dim(folder.display()))?,
            }
        }
        Ok(())
    }
}

/// A template as it is.
#[derive(Debug, Serialize)]
pub(crate) struct TemplateReport {
    name: String,
    files: Vec<ShownFile>,
}

#[derive(Debug, Serialize)]
struct ShownFile {
    path: String,
    text: String,
}

impl TemplateReport {
    /// The files of the template called `name`; bytes that are no text are replaced.
    pub(crate) fn new(name: &str, files: Vec<TemplateFile>) -> Self {
        let shown = |file: TemplateFile| ShownFile {
            path: file.path,
            text: String::from_utf8_lossy(&file.bytes).into_owned(),
        };
        Self {
            name: name.to_owned(),
            files: files.into_iter().map(shown).collect(),
        }
    }
}

impl Report for TemplateReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        for (index, file) in self.files.iter().enumerate() {
            let gap = if index == 0 { "" } else { "\n" };
            writeln!(out, "{gap}{}", bold(format!("==> {}", file.path)))?;
            out.write_str(&file.text)?;
        }
        Ok(())
    }
}

/// A template that was copied.
#[derive(Debug, Serialize)]
pub(crate) struct EjectedReport {
    /// Its name.
    pub(crate) name: String,
    /// Where it is now.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub(crate) folder: PathBuf,
    /// Its files.
    pub(crate) files: Vec<String>,
    /// Whether `dhtl new --type` takes it from there.
    #[serde(skip)]
    pub(crate) found_by_name: bool,
}

impl Report for EjectedReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let folder = self.folder.display();
        let count = Count(self.files.len(), "file");
        writeln!(
            out,
            "{} {} copied to {folder}: {count}",
            Mark::Good,
            self.name
        )?;
        let next = if self.found_by_name {
            format!(
                "change it, and use it with `dhtl new <name> --type {}`",
                self.name
            )
        } else {
            format!("change it, and use it with `dhtl new <name> --template {folder}`")
        };
        writeln!(out, "    {}", dim(next))
    }
}
