//! Files that a project is worked on with and that no checkout brings: `.env` and `.gitignore`.
//!
//! Source: seed 000 section 4, steps 7 and 8.
//!
//! **Invariants:** nothing that is there is changed, but for a line that is added to the
//! `info/exclude` of the repository; no link is followed; no value is printed, and none comes from
//! the environment of the user, which goes on to be in force.

mod env_source;
mod gitignore;
mod repository;
mod writing;

use std::path::Path;

use dhtl_detection::Ignoring;

pub(crate) use env_source::template_of;

use env_source::EnvSource;
use repository::Repository;

use crate::RegenerationError;
use crate::plan::{Plan, PlannedStep, StepId};
use crate::report::StepSummary;
use crate::subject::Subject;

/// The file that a project's variables are set in.
pub(crate) const ENV_FILE: &str = ".env";
const GITIGNORE: &str = ".gitignore";
/// What the file with the rules of one clone alone is called in reports.
const EXCLUDE: &str = ".git/info/exclude";

/// What is missing and can be written.
#[derive(Debug, Default)]
pub(crate) struct MissingFiles {
    /// The text of the `.gitignore`, where there is none in a repository.
    gitignore: Option<String>,
    /// The repository whose `info/exclude` has to name `.env`, because nothing else does.
    exclude: Option<Repository>,
    /// Where `.env` comes from.
    env: Option<EnvSource>,
}

impl MissingFiles {
    /// What is missing in a project.
    pub(crate) fn of(subject: &Subject) -> Self {
        let root = subject.root();
        let repository = Repository::around(root);
        let needs_gitignore = repository.as_ref().is_some_and(|one| one.top == root)
            && is_absent(&root.join(GITIGNORE));
        let mut missing = Self {
            gitignore: needs_gitignore.then(|| gitignore::text(root)),
            ..Self::default()
        };
        let Some(source) = EnvSource::of(subject).filter(|_| is_absent(&root.join(ENV_FILE)))
        else {
            return missing;
        };
        let Some(repository) = repository else {
            missing.env = Some(source);
            return missing;
        };
        match repository.ignoring(ENV_FILE) {
            // Whoever deleted a file that is committed wants it gone.
            _ if repository.tracks(ENV_FILE) => {}
            Ignoring::Kept => {}
            Ignoring::Ignored => missing.env = Some(source),
            Ignoring::Unmentioned if needs_gitignore => missing.env = Some(source),
            // Rather no file than one that would be committed.
            Ignoring::Unmentioned if !repository.can_exclude() => {}
            Ignoring::Unmentioned => {
                missing.env = Some(source);
                missing.exclude = Some(repository);
            }
        }
        missing
    }

    /// Whether there is nothing to write.
    pub(crate) fn is_none(&self) -> bool {
        self.gitignore.is_none() && self.env.is_none()
    }

    /// Writes what is missing, what keeps `.env` out of commits before it, and says which files.
    /// Temporary files are in `scratch`, a folder on the same disk.
    pub(crate) fn write(
        &self,
        root: &Path,
        scratch: &Path,
    ) -> Result<Vec<&'static str>, RegenerationError> {
        let mut written = Vec::new();
        if let Some(text) = &self.gitignore {
            writing::write_new(
                &root.join(GITIGNORE),
                text,
                writing::Access::Everyone,
                scratch,
            )?;
            written.push(GITIGNORE);
        }
        if let Some(repository) = &self.exclude {
            repository.exclude(ENV_FILE)?;
            written.push(EXCLUDE);
        }
        if let Some(source) = &self.env {
            let content = source.content(root)?;
            writing::write_new(
                &root.join(ENV_FILE),
                content,
                writing::Access::Owner,
                scratch,
            )?;
            written.push(ENV_FILE);
        }
        Ok(written)
    }

    /// What is written, in words.
    fn title(&self) -> String {
        let env = self.env.as_ref().map(|source| match source {
            EnvSource::Template(template) => format!("`{ENV_FILE}` from `{template}`"),
            EnvSource::Names(_) => format!("`{ENV_FILE}` with the names in `.dhtconfig`"),
        });
        let gitignore = self.gitignore.as_ref().map(|_| format!("`{GITIGNORE}`"));
        let exclude = self
            .exclude
            .as_ref()
            .map(|_| format!("a line of `{EXCLUDE}`"));
        let files = gitignore.into_iter().chain(exclude).chain(env);
        format!("Write {}", files.collect::<Vec<_>>().join(", "))
    }
}

/// The plan with a last step that writes what is missing.
pub(crate) fn planned(mut plan: Plan, subject: &Subject) -> Plan {
    let missing = MissingFiles::of(subject);
    if !missing.is_none() {
        plan.steps.push(PlannedStep {
            id: StepId::MissingFiles,
            title: missing.title(),
            needs: plan.steps.iter().map(|step| step.id).collect(),
            network: false,
            commands: Vec::new(),
        });
    }
    plan
}

/// The files that a run has written.
pub(crate) fn written(steps: &[StepSummary]) -> Vec<String> {
    let mut steps = steps
        .iter()
        .filter(|step| step.id == StepId::MissingFiles.as_str());
    let details = steps.find(|step| step.outcome == "done" && !step.detail.is_empty());
    details.map_or_else(Vec::new, |step| {
        step.detail.split(", ").map(str::to_owned).collect()
    })
}

/// Those of the files that a run has written that are for everyone.
pub(crate) fn to_commit(written: &[String]) -> Vec<String> {
    let mut files = written.iter();
    files
        .find(|file| *file == GITIGNORE)
        .cloned()
        .into_iter()
        .collect()
}

/// Whether nothing at all has the name, not even a link that leads nowhere.
fn is_absent(path: &Path) -> bool {
    path.symlink_metadata()
        .is_err_and(|error| error.kind() == std::io::ErrorKind::NotFound)
}
