//! Resolves what an unlocked project asks for: all of it, or as much as fits together.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use dhtl_project_model::Diagnostic as _;
use dhtl_workflow::StepContext;

use crate::application::Application;
use crate::failure::UvFailure;
use crate::locked_set::CompiledRequirements;
use crate::plan::{RESOLVED_AS_OF, arguments};
use crate::report::Shortfall;
use crate::sources::Source;
use crate::state::write_whole;
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
    /// How often the resolver was asked so far.
    pub(crate) attempts: Cell<u32>,
}

/// After so many questions to the resolver, what does not fit is left out without looking for the
/// part of it that would.
const MOST_ATTEMPTS: u32 = 40;

impl Resolution<'_> {
    /// Writes the resolution of `sources` to `output`, whole or not at all, and returns what had to
    /// be left out.
    pub(crate) fn resolve(
        &self,
        sources: &[Source],
        output: &str,
    ) -> Result<Vec<Shortfall>, RegenerationError> {
        let draft = format!("{output}.draft");
        let mut dropped = Vec::new();
        match self.attempt(sources, &draft)? {
            Ok(()) => self.note_moment(self.uv.as_of)?,
            Err(failure) if self.fits_today(sources, &draft, &failure)? => {
                dropped.push(self.moment_left_out(&failure));
                self.note_moment(None)?;
            }
            Err(failure) => {
                dropped = self.largest_part(sources, &draft, failure)?;
                self.note_moment(self.uv.as_of)?;
            }
        }
        adopt(&self.application.plan.root, &draft, output)?;
        Ok(dropped)
    }

    /// Whether what does not fit together as of the past does with all that is released by now.
    fn fits_today(
        &self,
        sources: &[Source],
        draft: &str,
        failure: &UvFailure,
    ) -> Result<bool, RegenerationError> {
        let may_help = self.uv.as_of.is_some() && matches!(failure, UvFailure::NoSolution { .. });
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

    fn note_moment(&self, moment: Option<&str>) -> Result<(), RegenerationError> {
        let path = self.application.state.file(RESOLVED_AS_OF);
        write_whole(&path, moment.unwrap_or_default())
    }

    fn moment_left_out(&self, failure: &UvFailure) -> Shortfall {
        Shortfall {
            what: format!("the versions as of {}", self.uv.as_of.unwrap_or_default()),
            why: format!("the newest were taken: {failure}"),
            next: None,
            distribution: None,
            essential: false,
        }
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
                what: failure.to_string(),
            });
        }
        let (mut remaining, mut dropped) = (sources.to_vec(), Vec::new());
        let mut failure = failure;
        // Most failures name what is wrong; then nothing has to be searched for.
        while let Some(index) = to_blame(&remaining, &failure) {
            self.take_out(&mut remaining, index, &failure, &mut dropped);
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
            Ok(()) if !kept.is_empty() || sources.is_empty() => Ok(dropped),
            Ok(()) => Err(failure.into()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Takes what the failure complains about out of a source, or the whole source where it brings
    /// nothing else.
    fn take_out(
        &self,
        remaining: &mut Vec<Source>,
        index: usize,
        failure: &UvFailure,
        dropped: &mut Vec<Shortfall>,
    ) {
        let source = remaining.remove(index);
        let Some(rest) = source.without(|requirement| failure.mentions(requirement)) else {
            dropped.push(self.left_out(&source, failure));
            return;
        };
        let bad = source
            .brings
            .iter()
            .filter(|line| !rest.brings.contains(line));
        for line in bad {
            let label = format!("`{line}` of {}", source.origin);
            dropped.push(self.left_out(
                &Source {
                    label,
                    ..source.clone()
                },
                failure,
            ));
        }
        remaining.insert(index, rest);
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
        Shortfall {
            what: source.label.clone(),
            why: failure.to_string(),
            next: failure.hint(),
            distribution: None,
            essential: source.mandatory,
        }
    }

    /// One run of the resolver. What has nothing to do with the requirements ends the step.
    fn attempt(
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
        let command = self
            .uv
            .compile(&arguments(sources), Reach::ThisPlatform, draft);
        let completed = self.application.run(&command, self.context)?;
        if completed.success() {
            return Ok(Ok(()));
        }
        match UvFailure::of(&completed) {
            // An address that a requirement names is that requirement's affair, not the index's.
            failure if to_blame(sources, &failure).is_some() => Ok(Err(failure)),
            failure @ (UvFailure::IndexUnreachable { .. }
            | UvFailure::DiskFull { .. }
            | UvFailure::Manifest { .. }) => Err(failure.into()),
            failure => Ok(Err(failure)),
        }
    }
}

/// The source that brings what the failure complains about.
fn to_blame(sources: &[Source], failure: &UvFailure) -> Option<usize> {
    let is_named = |source: &Source| {
        source
            .brings
            .iter()
            .any(|requirement| failure.mentions(requirement))
    };
    sources.iter().position(is_named)
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
