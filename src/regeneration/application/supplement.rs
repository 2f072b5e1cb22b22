//! Installs what the project declares besides what its lock or its manifest brings.
//!
//! It is resolved against the versions that are locked or resolved already, and changes none of
//! them: what a linter of tox needs must not decide what the project runs with.

use std::cell::Cell;
use std::fs;

use dhtl_project_model::Strategy;
use dhtl_workflow::StepContext;

use crate::RegenerationError;
use crate::application::inference::constraints;
use crate::application::installation::{MOST_DROPPED, locked_set};
use crate::application::preferences::Preferences;
use crate::application::{Application, Outcome};
use crate::failure::UvFailure;
use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::plan::{
    SUPPLEMENT, SUPPLEMENT_CONSTRAINTS, SUPPLEMENT_INPUT, SUPPLEMENT_INSTALL,
    SUPPLEMENT_PREFERENCES, StepId,
};
use crate::report::Shortfall;
use crate::resolution::Resolution;
use crate::resolution::sources::{Source, is_locked, written};
use crate::state::{StateDir, one_per_line, write_whole};
use crate::unmet::unmet;
use crate::uv::{Hashes, UvCommands};

/// The supplement step at work.
pub(crate) struct Supplement<'a> {
    /// The plan being carried out.
    pub(crate) application: &'a Application<'a>,
    /// The step it belongs to.
    pub(crate) context: &'a StepContext<'a>,
}

impl Supplement<'_> {
    /// Installs what can be, and returns how many distributions that were.
    pub(crate) fn run(&self) -> Outcome {
        let application = self.application;
        let base = application.locked_set()?;
        let is_locked = is_locked(application.plan.spec.strategy);
        let mut sources = application
            .plan
            .supplements
            .iter()
            .filter_map(|source| source.besides(&base, is_locked))
            .collect::<Vec<_>>();
        if application.plan.spec.strategy == Strategy::ForeignLock {
            sources.extend(self.completion(&base)?);
        }
        let state = application.state;
        let input = one_per_line(sources.iter().flat_map(|source| &source.brings));
        let preferences = if sources.is_empty() {
            Preferences::default()
        } else {
            Preferences::of(application, &base)?
        };
        let constraints = constraints(&base);
        let read = |name| fs::read_to_string(state.file(name)).ok();
        let is_current = read(SUPPLEMENT_INPUT).as_ref() == Some(&input)
            && read(SUPPLEMENT_CONSTRAINTS).as_ref() == Some(&constraints)
            && read(SUPPLEMENT_PREFERENCES).unwrap_or_default() == preferences.text()
            && state.file(SUPPLEMENT).is_file();
        if !is_current {
            application.shortfalls.clear(StepId::Supplement)?;
            // A run that is killed from here on leaves no lock, so that the next resolves again.
            let _ = fs::remove_file(state.file(SUPPLEMENT));
            write_whole(&state.file(SUPPLEMENT_INPUT), &input)?;
            write_whole(&state.file(SUPPLEMENT_CONSTRAINTS), &constraints)?;
            write_whole(&state.file(SUPPLEMENT_PREFERENCES), preferences.text())?;
            preferences.lay_out(application)?;
            match self.resolve(&sources) {
                Err(RegenerationError::Uv(failure)) if failure.is_passing() => {
                    self.put_off(&sources, &failure)?;
                    return Ok(String::new());
                }
                resolved => resolved?,
            }
            let given_up = preferences.given_up(application);
            application.shortfalls.add(StepId::Supplement, given_up)?;
        }
        self.install(&base)
    }

    /// What the lock or the manifest brings is there, so an index that does not answer now fails
    /// nothing; without the lock of the supplement the next run tries again.
    fn put_off(&self, sources: &[Source], failure: &UvFailure) -> Result<(), RegenerationError> {
        // There may be none.
        let _ = fs::remove_file(self.application.state.file(SUPPLEMENT));
        let labels = sources.iter().map(|source| source.label.as_str());
        let what = labels.collect::<Vec<_>>().join(", ");
        let shortfall = Shortfall::because_of(what, failure);
        self.application
            .shortfalls
            .add(StepId::Supplement, [shortfall])
    }

    /// What the distributions of the lock need on this interpreter and the lock has not.
    fn completion(&self, base: &LockedSet) -> Result<Option<Source>, RegenerationError> {
        let application = self.application;
        let mut environment = application.read_environment()?;
        // What an earlier run added does not speak for the lock.
        environment
            .distributions
            .retain(|one| one.editable || base.contains_key(&one.name));
        let label = format!(
            "what `{}` lacks",
            application.plan.spec.strategy_evidence.path
        );
        let evidence = application.plan.spec.strategy_evidence.clone();
        Ok(written(label, unmet(&environment), evidence))
    }

    fn resolve(&self, sources: &[Source]) -> Result<(), RegenerationError> {
        let application = self.application;
        let moment = application.moment_of_additions();
        let resolution = Resolution {
            application,
            context: self.context,
            uv: UvCommands {
                as_of: moment.as_deref(),
                ..application.uv
            },
            constraints: Some(SUPPLEMENT_CONSTRAINTS),
            attempts: Cell::new(0),
        };
        let output = StateDir::relative(SUPPLEMENT);
        let resolved = resolution.resolve(sources, &output)?;
        application
            .shortfalls
            .add(StepId::Supplement, resolved.left_out)
    }

    /// Installs what the lock of the supplement has and `base` has not; what cannot be built is
    /// taken out of it.
    fn install(&self, base: &LockedSet) -> Outcome {
        let application = self.application;
        let path = application.state.file(SUPPLEMENT);
        for _ in 0..=MOST_DROPPED {
            let text = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
            let compiled = CompiledRequirements::parse(&text);
            let own = compiled.without_all(&text, |name| base.contains_key(name));
            if own != text {
                write_whole(&path, &own)?;
            }
            if self.is_installed()? {
                let count = CompiledRequirements::parse(&own).requirements.len();
                return Ok(match count {
                    0 => String::new(),
                    1 => "1 distribution".to_owned(),
                    count => format!("{count} distributions"),
                });
            }
            write_whole(&application.state.file(SUPPLEMENT_INSTALL), &own)?;
            let file = StateDir::relative(SUPPLEMENT_INSTALL);
            let hashes = Hashes::of(&CompiledRequirements::parse(&own));
            let command = application.uv.pip_install(&file, hashes);
            let completed = application.run(&command, self.context)?;
            if !completed.success() {
                let failure = UvFailure::of(&completed);
                let Some(culprit) = failure.culprit() else {
                    return Err(failure.into());
                };
                application.shortfalls.add(
                    StepId::Supplement,
                    [Shortfall::of_distribution(&culprit, &failure)],
                )?;
                let rest = CompiledRequirements::parse(&own).without(&own, &culprit);
                if rest == own {
                    return Err(failure.into());
                }
                write_whole(&path, &rest)?;
            }
        }
        Ok(String::new())
    }

    fn is_installed(&self) -> Result<bool, RegenerationError> {
        let application = self.application;
        let environment = application.read_environment()?;
        let lock = [StateDir::relative(SUPPLEMENT)];
        let set = locked_set(application.subject, &lock, &environment)?;
        let mut entries = set.iter();
        Ok(entries.all(|(name, version)| environment.has(name, version.as_ref())))
    }
}
