//! The repository of a new project, and its first commit.

use std::path::Path;

use dhtl_tools::{Runner, ToolError, git, no_output};
use serde::Serialize;

use super::Author;

/// The repository of a new project.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewRepository {
    /// It was made just now, and has no commit yet.
    Initialised,
    /// The folder is within another repository, and becomes part of that.
    Within,
    /// There is no git on this machine.
    NoGit,
}

/// What became of the first commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "outcome", content = "reason")]
pub enum Commit {
    /// It is there.
    Made,
    /// It is not there, because nobody has said who commits.
    NoIdentity,
    /// It is not there, because git refused; in its last words.
    Refused(String),
}

impl NewRepository {
    /// Makes a repository of `folder`, unless it is within another one.
    pub fn prepare(folder: &Path, runner: &dyn Runner) -> Result<Self, ToolError> {
        let within = match runner.run(&git::inside_work_tree(folder), &no_output) {
            Ok(completed) => completed,
            Err(ToolError::NotFound { .. }) => return Ok(Self::NoGit),
            Err(error) => return Err(error),
        };
        if within.success() && within.stdout.trim() == "true" {
            return Ok(Self::Within);
        }
        runner
            .run(&git::init(folder), &no_output)?
            .require_success()?;
        Ok(Self::Initialised)
    }
}

impl Commit {
    /// Commits all that is in `folder`, a repository of its own that nobody has committed to.
    ///
    /// Hooks are not run: what they check has just been made. Everything else is as the user has
    /// configured it, signatures included.
    pub fn make(folder: &Path, runner: &dyn Runner) -> Result<Self, ToolError> {
        if !runner.run(&git::identity(folder), &no_output)?.success() {
            return Ok(Self::NoIdentity);
        }
        for step in [git::add_all(folder), git::first_commit(folder)] {
            let completed = runner.run(&step, &no_output)?;
            if !completed.success() {
                let reason = completed.last_lines.last().cloned().unwrap_or_default();
                return Ok(Self::Refused(reason));
            }
        }
        Ok(Self::Made)
    }
}

/// Who commits in `folder`, as git knows them; nobody where git is not there or does not know.
pub fn author(folder: &Path, runner: &dyn Runner) -> Option<Author> {
    let completed = runner.run(&git::identity(folder), &no_output).ok()?;
    // `Ada Lovelace <ada@mail.example> 1700000000 +0000`
    let line = completed
        .stdout
        .lines()
        .next()
        .filter(|_| completed.success())?;
    let (author, _) = line.rsplit_once('>')?;
    format!("{author}>").parse().ok()
}
