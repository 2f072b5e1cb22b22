//! A project that was made just now.

use std::fmt;
use std::path::PathBuf;

use dhtl_regeneration::Capture;
use dhtl_scaffolding::{Commit, NewRepository};
use dhtl_terminal::{Count, Mark, Report, dim};
use serde::Serialize;

use super::environment::render_problems;

/// A new project.
#[derive(Debug, Serialize)]
pub(crate) struct NewReport {
    /// Its name.
    pub(crate) name: String,
    /// The template it was made from.
    pub(crate) template: String,
    /// Its folder.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub(crate) folder: PathBuf,
    /// The files that were made from the template.
    pub(crate) files: Vec<String>,
    /// Its repository.
    #[serde(flatten)]
    pub(crate) repository: RepositoryReport,
    /// Its environment; none where none was wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) environment: Option<Capture>,
    /// The folder of the program uv, where it is not on `PATH`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) hidden_uv: Option<String>,
}

/// The repository of a new project.
#[derive(Debug, Serialize)]
pub(crate) struct RepositoryReport {
    /// What became of it; none where none was wanted.
    pub(crate) repository: Option<NewRepository>,
    /// What became of its first commit; none where there is no repository of the project's own.
    pub(crate) commit: Option<Commit>,
}

impl Report for NewReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        let folder = self.folder.display();
        let count = Count(self.files.len(), "file");
        let template = &self.template;
        writeln!(
            out,
            "{} {} made in {folder}: {template}, {count}",
            Mark::Good,
            self.name
        )?;
        if let Some(capture) = &self.environment {
            let validation = &capture.report.validation;
            let packages = Count(validation.packages, "distribution");
            let python = &validation.python_version;
            writeln!(
                out,
                "{} Python {python} environment created: {packages}",
                Mark::Good
            )?;
            let (lock, fingerprint) = (&capture.lock, validation.fingerprint);
            writeln!(
                out,
                "{} Locked in {lock}, recorded in .dhtconfig: {fingerprint}",
                Mark::Good
            )?;
            render_problems(&capture.report, out)?;
        }
        self.repository.render(out)?;
        if let Some(folder) = &self.hidden_uv {
            writeln!(
                out,
                "{} uv is not on PATH, and the hooks of the project need it there",
                Mark::Attention
            )?;
            writeln!(out, "    {}", dim(format!("add {folder} to PATH")))?;
        }
        let enter = self.folder.file_name().unwrap_or_default().display();
        let next = match &self.environment {
            Some(_) => "uv run pytest",
            None => "dhtl setup",
        };
        writeln!(
            out,
            "    {}",
            dim(format!("go on with `cd {enter}` and `{next}`"))
        )
    }
}

impl RepositoryReport {
    fn render(&self, out: &mut dyn fmt::Write) -> fmt::Result {
        match self.repository {
            Some(NewRepository::Within) => {
                let text = "Part of the repository around it: nothing was committed";
                writeln!(out, "{} {text}", Mark::Attention)?;
            }
            Some(NewRepository::NoGit) => {
                writeln!(
                    out,
                    "{} No repository: git was not found on PATH",
                    Mark::Attention
                )?;
            }
            Some(NewRepository::Initialised) | None => {}
        }
        match &self.commit {
            Some(Commit::Made) => writeln!(out, "{} First commit made", Mark::Good),
            Some(Commit::NoIdentity) => {
                writeln!(
                    out,
                    "{} No commit: git does not know who you are",
                    Mark::Attention
                )?;
                let next = "git config --global user.name 'Your Name', the same with user.email, then \
                            git add --all and git commit";
                writeln!(out, "    {}", dim(next))
            }
            Some(Commit::Refused(reason)) => {
                writeln!(out, "{} No commit: {reason}", Mark::Attention)
            }
            None => Ok(()),
        }
    }
}
