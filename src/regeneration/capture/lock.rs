//! Writes the lock of a project that has none.

use std::collections::BTreeSet;
use std::fs;

use dhtl_project_model::{DeclarationFormat, Strategy};
use dhtl_tools::{Runner as _, SystemRunner, no_output};

use crate::failure::UvFailure;
use crate::locked_set::CompiledRequirements;
use crate::plan::{RESOLUTION, arguments};
use crate::report::Shortfall;
use crate::resolution::adopt;
use crate::resolution::sources::{Source, sources};
use crate::state::{StateDir, read_text, write_whole};
use crate::subject::Subject;
use crate::uv::{Reach, Refresh, UvCommands};
use crate::{Fallbacks, RegenerationError};

/// The lock that is written where `uv lock` would not lock everything that is declared.
pub(super) const REQUIREMENTS_LOCK: &str = "requirements.lock";

/// Locks one project.
pub(super) struct Locker<'a> {
    /// The project.
    pub(super) subject: &'a Subject,
    /// The command lines of uv.
    pub(super) uv: UvCommands<'a>,
    /// Runs them.
    pub(super) runner: &'a SystemRunner,
    /// What may be tried when the best way does not work.
    pub(super) fallbacks: Fallbacks,
    /// Whether versions that are locked already stay.
    pub(super) refresh: Refresh,
    /// What the environment had to do without, and the lock must not ask for.
    pub(super) shortfalls: &'a [Shortfall],
}

impl Locker<'_> {
    /// Writes the lock where there is none; returns its path, and what was not done as it should.
    pub(super) fn lock(&self) -> Result<(String, Option<Shortfall>), RegenerationError> {
        let spec = &self.subject.spec;
        match (spec.strategy, spec.requirements_files.first()) {
            (Strategy::UvLock, _) => return Ok(("uv.lock".to_owned(), None)),
            (Strategy::HashedRequirements, Some(first)) => return Ok((first.clone(), None)),
            _ => {}
        }
        if !self.is_for_uv() {
            self.compile()?;
            return Ok((REQUIREMENTS_LOCK.to_owned(), None));
        }
        let completed = self.runner.run(&self.uv.lock(self.refresh), &no_output)?;
        if completed.success() {
            return Ok(("uv.lock".to_owned(), None));
        }
        let failure = UvFailure::of(&completed);
        if self.fallbacks == Fallbacks::Forbidden {
            return Err(RegenerationError::Strict {
                what: failure.to_string(),
            });
        }
        self.compile()?;
        let shortfall = Shortfall::new(
            "`uv.lock`".to_owned(),
            format!("{failure}; `{REQUIREMENTS_LOCK}` was written instead"),
        );
        Ok((REQUIREMENTS_LOCK.to_owned(), Some(shortfall)))
    }

    /// Whether `uv lock` would lock all of what the environment holds: it reads `[project]` and the
    /// dependency groups, and no other file.
    fn is_for_uv(&self) -> bool {
        let is_pep621 = self
            .subject
            .python()
            .declarations
            .iter()
            .any(|declaration| {
                declaration.format == DeclarationFormat::Pep621
                    && declaration.path == "pyproject.toml"
            });
        let is_read_by_uv = |source: &Source| {
            source.mandatory
                || source
                    .arguments
                    .iter()
                    .any(|argument| argument.starts_with("--"))
        };
        self.subject.spec.strategy == Strategy::Pyproject
            && self.shortfalls.is_empty()
            && is_pep621
            && self.sources().iter().all(is_read_by_uv)
    }

    /// What was resolved for the environment, without what was left out there.
    fn sources(&self) -> Vec<Source> {
        let mut sources = sources(&self.subject.spec, self.subject.python());
        sources.retain(|source| {
            !self
                .shortfalls
                .iter()
                .any(|shortfall| shortfall.what == source.label)
        });
        sources
    }

    /// A lock for every platform; where the requirements allow none, the one of this platform.
    fn compile(&self) -> Result<(), RegenerationError> {
        let root = self.subject.root();
        let before = read_text(&root.join(REQUIREMENTS_LOCK)).ok();
        let state = StateDir::of(root);
        let draft = StateDir::relative("lock.draft");
        let sources = self.sources();
        for (name, text) in sources
            .iter()
            .filter_map(|source| source.generated.as_ref())
        {
            write_whole(&state.file(name), text)?;
        }
        if self.refresh == Refresh::Keep {
            // uv keeps the versions that the file to be written has already. There may be none.
            let _ = fs::copy(root.join(REQUIREMENTS_LOCK), root.join(&draft));
        }
        let command = self
            .uv
            .compile(&arguments(&sources), Reach::EveryPlatform, &draft);
        let is_resolved =
            !sources.is_empty() && self.subject.spec.strategy != Strategy::ForeignLock;
        let is_universal = is_resolved && self.runner.run(&command, &no_output)?.success();
        if is_universal {
            adopt(root, &draft, REQUIREMENTS_LOCK)?;
        } else {
            self.copy(&state.file(RESOLUTION))?;
        }
        self.leave_out(before.as_deref())
    }

    fn copy(&self, resolution: &std::path::Path) -> Result<(), RegenerationError> {
        let text =
            fs::read_to_string(resolution).map_err(RegenerationError::io("read", resolution))?;
        write_whole(&self.subject.root().join(REQUIREMENTS_LOCK), &text)
    }

    /// Takes out what could not be built. A lock that asked for the same before stays as it was.
    fn leave_out(&self, before: Option<&str>) -> Result<(), RegenerationError> {
        let path = self.subject.root().join(REQUIREMENTS_LOCK);
        let mut text = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
        for name in self
            .shortfalls
            .iter()
            .filter_map(|one| one.distribution.as_ref())
        {
            text = CompiledRequirements::parse(&text).without(&text, name);
        }
        let asks_for = |text: &str| {
            let compiled = CompiledRequirements::parse(text);
            compiled
                .requirements
                .into_iter()
                .map(|one| one.text)
                .collect::<BTreeSet<_>>()
        };
        match before {
            Some(before) if asks_for(before) == asks_for(&text) => write_whole(&path, before),
            _ => write_whole(&path, &text),
        }
    }
}
