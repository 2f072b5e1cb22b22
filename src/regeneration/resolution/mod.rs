//! Resolves what an unlocked project asks for: all of it, or as much as fits together.

pub(crate) mod agreement;
pub(crate) mod blame;
pub(crate) mod remedies;
pub(crate) mod sources;

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use dhtl_detection::imports_table::distribution_for;
use dhtl_project_model::LockKind;
use dhtl_workflow::StepContext;

use crate::application::Application;
use crate::failure::UvFailure;
use crate::locked_pins::locked_pins;
use crate::locked_set::CompiledRequirements;
use crate::plan::{RESOLUTION, arguments};
use crate::report::Shortfall;
use crate::resolution::agreement::agree;
use crate::resolution::blame::{bad_requirements, is_to_blame, take_out};
use crate::resolution::sources::Source;
use crate::spec::sub_projects;
use crate::state::{StateDir, one_per_line, write_whole};
use crate::uv::{Reach, UvCommands};
use crate::{Fallbacks, RegenerationError};

/// A resolution in the making.
pub(crate) struct Resolution<'a> {
    /// The plan being carried out.
    pub(crate) application: &'a Application<'a>,
    /// The step it belongs to.
    pub(crate) context: &'a StepContext<'a>,
    /// The command lines of uv.
    pub(crate) uv: UvCommands<'a>,
    /// The file in the state folder with the versions that must not change.
    pub(crate) constraints: Option<&'a str>,
    /// How often the resolver was asked so far.
    pub(crate) attempts: Cell<u32>,
}

/// The locks that a sub-project may have.
const LOCKS: [(&str, LockKind); 4] = [
    ("uv.lock", LockKind::Uv),
    ("poetry.lock", LockKind::Poetry),
    ("pdm.lock", LockKind::Pdm),
    ("Pipfile.lock", LockKind::Pipfile),
];

/// After so many questions to the resolver, what does not fit is left out without looking for the
/// part of it that would.
const MOST_ATTEMPTS: u32 = 40;

/// How a resolution went.
pub(crate) struct Resolved {
    /// What had to be left out.
    pub(crate) left_out: Vec<Shortfall>,
    /// The moment it was made as of; none for now.
    pub(crate) as_of: Option<String>,
}

impl Resolution<'_> {
    /// Writes the resolution of `sources` to `output`, whole or not at all.
    pub(crate) fn resolve(
        &self,
        sources: &[Source],
        output: &str,
    ) -> Result<Resolved, RegenerationError> {
        let draft = format!("{output}.draft");
        let as_of = self.uv.as_of.map(str::to_owned);
        if self.constraints.is_none() {
            self.prefer_locked(&draft)?;
        }
        let mut resolved = match self.attempt(sources, &draft)? {
            Ok(()) => Resolved {
                left_out: Vec::new(),
                as_of,
            },
            Err(failure) if self.fits_today(sources, &draft, &failure)? => Resolved {
                left_out: vec![self.moment_left_out(&failure)],
                as_of: None,
            },
            Err(failure) => Resolved {
                left_out: self.largest_part(sources, &draft, failure)?,
                as_of,
            },
        };
        resolved
            .left_out
            .extend(self.application.remedies.shortfalls());
        adopt(&self.application.plan.root, &draft, output)?;
        Ok(resolved)
    }

    /// uv keeps the versions that the file to be written has already, where it can: those that the
    /// locks of sub-projects name.
    fn prefer_locked(&self, draft: &str) -> Result<(), RegenerationError> {
        let Application { subject, plan, .. } = self.application;
        let path = plan.root.join(draft);
        let mut preferred = BTreeMap::new();
        for sub_project in sub_projects(subject.python()) {
            for (name, kind) in LOCKS {
                let lock = subject.root().join(&sub_project.path).join(name);
                let text = fs::read_to_string(lock).unwrap_or_default();
                preferred.extend(locked_pins(kind, &text));
            }
        }
        let exact = preferred.iter().filter_map(|(name, version)| {
            let version = version.as_ref()?;
            Some(format!("{name}=={version}"))
        });
        if preferred.is_empty() || path.exists() {
            return Ok(());
        }
        write_whole(&path, one_per_line(exact))
    }

    /// Makes the resolution of `sources` anew, where all of them fit together; otherwise leaves the
    /// one that is there.
    pub(crate) fn fits(&self, sources: &[Source]) -> Result<bool, RegenerationError> {
        let output = StateDir::relative(RESOLUTION);
        let draft = format!("{output}.draft");
        let root = &self.application.plan.root;
        // uv keeps the versions that the file to be written has already.
        fs::copy(root.join(&output), root.join(&draft))
            .map_err(RegenerationError::io("copy", root.join(&output)))?;
        let is_resolved = self.run(sources, &draft)?.is_ok();
        if is_resolved {
            adopt(root, &draft, &output)?;
        }
        Ok(is_resolved)
    }

    /// Whether what does not fit together as of the past does with all that is released by now.
    fn fits_today(
        &self,
        sources: &[Source],
        draft: &str,
        failure: &UvFailure,
    ) -> Result<bool, RegenerationError> {
        // What comes on top keeps to the moment of what it comes on top of.
        let may_help = self.uv.as_of.is_some()
            && self.constraints.is_none()
            && matches!(failure, UvFailure::NoSolution { .. });
        if !may_help || self.application.fallbacks == Fallbacks::Forbidden {
            return Ok(false);
        }
        let today = Self {
            uv: UvCommands {
                as_of: None,
                ..self.uv
            },
            attempts: self.attempts.clone(),
            ..*self
        };
        Ok(today.attempt(sources, draft)?.is_ok())
    }

    fn moment_left_out(&self, failure: &UvFailure) -> Shortfall {
        Shortfall::new(
            format!("the versions as of {}", self.uv.as_of.unwrap_or_default()),
            format!("the newest were taken: {failure}"),
        )
    }

    /// The mandatory sources, and of the others as many as fit: whole ones where possible, else
    /// parts of them down to single requirements.
    fn largest_part(
        &self,
        sources: &[Source],
        draft: &str,
        failure: UvFailure,
    ) -> Result<Vec<Shortfall>, RegenerationError> {
        if self.application.fallbacks == Fallbacks::Forbidden {
            return Err(RegenerationError::Strict {
                what: failure.to_string().trim_end_matches('.').to_owned(),
            });
        }
        let (mut remaining, mut dropped) = agree(sources);
        let mut failure = failure;
        if !dropped.is_empty() {
            match self.attempt(&remaining, draft)? {
                Ok(()) => return Ok(dropped),
                Err(next) => failure = next,
            }
        }
        let imports = self.application.subject.python().imports.iter();
        let imported = imports.filter_map(|import| distribution_for(&import.module));
        let imported = imported.collect::<BTreeSet<_>>();
        // Most failures name what is wrong; then nothing has to be searched for.
        while self.attempts.get() <= MOST_ATTEMPTS
            && let Some(bad) = bad_requirements(&remaining, &failure, &imported)
        {
            dropped.extend(take_out(&mut remaining, &bad, &failure));
            match self.attempt(&remaining, draft)? {
                Ok(()) => return Ok(dropped),
                Err(next) => failure = next,
            }
        }
        let (mandatory, optional): (Vec<Source>, Vec<Source>) =
            remaining.into_iter().partition(|source| source.mandatory);
        self.context.output(&failure.to_string());
        let mut kept = Vec::new();
        for batch in [mandatory, optional] {
            if !batch.is_empty() {
                self.add(&mut kept, &batch, draft, &mut dropped)?;
            }
        }
        // The last attempt may have been one that failed.
        match self.attempt(&kept, draft)? {
            Ok(()) => Ok(dropped),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Adds `batch` to `kept`, in halves where it does not fit as a whole.
    fn add(
        &self,
        kept: &mut Vec<Source>,
        batch: &[Source],
        draft: &str,
        dropped: &mut Vec<Shortfall>,
    ) -> Result<(), RegenerationError> {
        let together = kept.iter().chain(batch).cloned().collect::<Vec<_>>();
        let failure = match self.attempt(&together, draft)? {
            Ok(()) => {
                *kept = together;
                return Ok(());
            }
            Err(failure) => failure,
        };
        if self.attempts.get() > MOST_ATTEMPTS {
            // Every further look costs a resolution; what is left is not worth the wait.
            dropped.extend(batch.iter().map(|source| self.left_out(source, &failure)));
            return Ok(());
        }
        let [source] = batch else {
            let (first, second) = batch.split_at(batch.len() / 2);
            self.add(kept, first, draft, dropped)?;
            return self.add(kept, second, draft, dropped);
        };
        let Some(halves) = source.halves() else {
            dropped.push(self.left_out(source, &failure));
            return Ok(());
        };
        for half in halves {
            self.add(kept, &[half], draft, dropped)?;
        }
        Ok(())
    }

    fn left_out(&self, source: &Source, failure: &UvFailure) -> Shortfall {
        self.context
            .output(&format!("leaving out {}", source.label));
        Shortfall::because_of(source.label.clone(), failure).essential(source.mandatory)
    }

    /// Runs the resolver, again where what a build lacked could be had, or where a version that need
    /// not be built will do.
    fn attempt(
        &self,
        sources: &[Source],
        draft: &str,
    ) -> Result<Result<(), UvFailure>, RegenerationError> {
        let Application {
            remedies,
            fallbacks,
            ..
        } = self.application;
        let mut unrelaxed: Option<UvFailure> = None;
        loop {
            let Err(failure) = self.run(sources, draft)? else {
                return Ok(Ok(()));
            };
            if self.application.provide(&failure, self.context)? {
                continue;
            }
            if *fallbacks == Fallbacks::Allowed && remedies.relax(&failure, sources) {
                unrelaxed = Some(failure);
                continue;
            }
            let is_too_strict = matches!(failure, UvFailure::NoSolution { .. });
            return Ok(Err(match unrelaxed.filter(|_| is_too_strict) {
                Some(before) => {
                    remedies.restrain();
                    before
                }
                None => failure,
            }));
        }
    }

    /// One run of the resolver. What has nothing to do with the requirements ends the step.
    fn run(
        &self,
        sources: &[Source],
        draft: &str,
    ) -> Result<Result<(), UvFailure>, RegenerationError> {
        if sources.is_empty() {
            let path = self.application.plan.root.join(draft);
            write_whole(&path, "")?;
            return Ok(Ok(()));
        }
        self.attempts.set(self.attempts.get() + 1);
        let sources = &with_manifest(sources);
        for (name, text) in sources
            .iter()
            .filter_map(|source| source.generated.as_ref())
        {
            write_whole(&self.application.state.file(name), text)?;
        }
        let mut arguments = arguments(sources);
        arguments.extend(self.application.remedies.options());
        if let Some(constraints) = self.constraints {
            arguments.extend(["--constraint".to_owned(), StateDir::relative(constraints)]);
        }
        let command = self.uv.compile(&arguments, Reach::ThisPlatform, draft);
        let completed = self.application.run(&command, self.context)?;
        if completed.success() {
            return Ok(Ok(()));
        }
        match UvFailure::of(&completed) {
            // An address that a requirement names is that requirement's affair, not the index's.
            failure if is_to_blame(sources, &failure) => Ok(Err(failure)),
            failure @ (UvFailure::IndexUnreachable { .. }
            | UvFailure::DiskFull { .. }
            | UvFailure::Manifest { .. }) => Err(failure.into()),
            failure => Ok(Err(failure)),
        }
    }
}

/// Makes the draft of a resolution the resolution itself, without the project: that is installed by
/// a step of its own, and has no hash.
pub(crate) fn adopt(root: &Path, draft: &str, output: &str) -> Result<(), RegenerationError> {
    let draft = root.join(draft);
    let text = fs::read_to_string(&draft).map_err(RegenerationError::io("read", &draft))?;
    let text = CompiledRequirements::parse(&text).without_project(&text);
    write_whole(&root.join(output), &text)?;
    fs::remove_file(&draft).map_err(RegenerationError::io("remove", &draft))
}

/// Extras and groups mean something only beside their manifest; where a part of it stands for it,
/// what they bring is written out as well.
fn with_manifest(sources: &[Source]) -> Vec<Source> {
    let has_manifest = sources
        .iter()
        .any(|source| source.mandatory && source.generated.is_none() && !source.is_choice());
    let written_out = |source: &Source| match (has_manifest, source.is_choice()) {
        (false, true) => source.written_out(),
        _ => Some(source.clone()),
    };
    sources.iter().filter_map(written_out).collect()
}
