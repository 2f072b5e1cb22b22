//! Resolves what an unlocked project asks for: all of it, or as much as fits together.

use std::fs;
use std::path::Path;

use dhtl_project_model::Diagnostic as _;
use dhtl_workflow::StepContext;

use crate::application::Application;
use crate::failure::UvFailure;
use crate::locked_set::CompiledRequirements;
use crate::plan::arguments;
use crate::report::Shortfall;
use crate::sources::Source;
use crate::state::write_whole;
use crate::uv::Reach;
use crate::{Fallbacks, RegenerationError};

/// A resolution in the making.
pub(crate) struct Resolution<'a> {
    /// The plan being carried out.
    pub(crate) application: &'a Application<'a>,
    /// The step it belongs to.
    pub(crate) context: &'a StepContext<'a>,
}

impl Resolution<'_> {
    /// Writes the resolution of `sources` to `output`, whole or not at all, and returns what had to
    /// be left out.
    pub(crate) fn resolve(
        &self,
        sources: &[Source],
        output: &str,
    ) -> Result<Vec<Shortfall>, RegenerationError> {
        for (name, text) in sources
            .iter()
            .filter_map(|source| source.generated.as_ref())
        {
            write_whole(&self.application.state.file(name), text)?;
        }
        let draft = format!("{output}.draft");
        let dropped = match self.attempt(sources, &draft)? {
            Ok(()) => Vec::new(),
            Err(failure) => self.largest_part(sources, &draft, failure)?,
        };
        adopt(&self.application.plan.root, &draft, output)?;
        Ok(dropped)
    }

    /// The mandatory sources, and of the others as many as fit.
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
            let source = remaining.remove(index);
            dropped.push(self.left_out(&source, &failure));
            match self.attempt(&remaining, draft)? {
                Ok(()) => return Ok(dropped),
                Err(next) => failure = next,
            }
        }
        let (mut kept, optional): (Vec<Source>, Vec<Source>) =
            remaining.into_iter().partition(|source| source.mandatory);
        if optional.is_empty() {
            return Err(failure.into());
        }
        self.context.output(&failure.to_string());
        if let Err(failure) = self.attempt(&kept, draft)? {
            return Err(failure.into());
        }
        self.add(&mut kept, &optional, draft, &mut dropped)?;
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
        match (self.attempt(&together, draft)?, batch) {
            (Ok(()), _) => *kept = together,
            (Err(failure), [source]) => {
                dropped.push(self.left_out(source, &failure));
            }
            (Err(_), _) => {
                let (first, second) = batch.split_at(batch.len() / 2);
                self.add(kept, first, draft, dropped)?;
                self.add(kept, second, draft, dropped)?;
            }
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
            essential: false,
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
        let command = self
            .application
            .uv
            .compile(&arguments(sources), Reach::ThisPlatform, draft);
        let completed = self.application.run(&command, self.context)?;
        if completed.success() {
            return Ok(Ok(()));
        }
        match UvFailure::of(&completed) {
            // An address that a requirement names is that requirement's affair, not the index's.
            failure if to_blame(sources, &failure).is_some() => Ok(Err(failure)),
            failure @ (UvFailure::IndexUnreachable { .. } | UvFailure::DiskFull { .. }) => {
                Err(failure.into())
            }
            failure => Ok(Err(failure)),
        }
    }
}

/// The optional source that brings what the failure complains about.
fn to_blame(sources: &[Source], failure: &UvFailure) -> Option<usize> {
    sources.iter().position(|source| {
        !source.mandatory
            && source
                .brings
                .iter()
                .any(|requirement| failure.mentions(requirement))
    })
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
