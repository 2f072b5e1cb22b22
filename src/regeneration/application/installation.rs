//! The installation steps: what is locked, and the project itself.

use std::cell::Cell;
use std::fs;
use std::path::Path;

use dhtl_project_model::{DistributionName, Scope, Strategy};
use dhtl_tools::Invocation;
use dhtl_workflow::StepContext;

use crate::application::inference;
use crate::application::{Application, Outcome};
use crate::failure::UvFailure;
use crate::installed::Environment;
use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::markers::MarkerEnvironment;
use crate::plan::{EXPORT, PlannedStep, RESOLUTION, StepId, arguments_of, base_locks, selection};
use crate::report::Shortfall;
use crate::resolution::Resolution;
use crate::resolution::sources::is_locked;
use crate::state::{StateDir, one_per_line, read_text, write_whole};
use crate::subject::Subject;
use crate::uv::{Hashes, Staleness};
use crate::validation::set_differences;
use crate::{Fallbacks, RegenerationError};

/// How often a distribution that cannot be built is left out before a run gives up.
pub(crate) const MOST_DROPPED: usize = 12;

/// What can be installed of a locked requirements file, in the state folder.
const PARTIAL_LOCK: &str = "requirements-part.lock";

impl Application<'_> {
    /// What the installation step has to bring about.
    pub(crate) fn locked_set(&self) -> Result<LockedSet, RegenerationError> {
        locked_set(
            self.subject,
            &base_locks(&self.plan.spec),
            &self.read_environment()?,
        )
    }

    fn has_projects(&self) -> Result<bool, RegenerationError> {
        let editable = self.editable()?;
        Ok(self.projects.iter().all(|name| editable.contains(name)))
    }

    /// In strict mode only what is committed may be there besides what is declared.
    fn inference_locks(&self) -> Vec<String> {
        if self.fallbacks == Fallbacks::Forbidden && !self.subject.inference_is_committed {
            return Vec::new();
        }
        inference::locks(self.subject)
    }

    /// Whether the environment holds what is locked, and nothing else.
    pub(crate) fn installation_is_satisfied(&self) -> Result<bool, RegenerationError> {
        let is_uv_lock = self.plan.spec.strategy == Strategy::UvLock;
        if is_uv_lock && self.fallbacks == Fallbacks::Forbidden {
            // Only uv knows whether its lock is up to date.
            return Ok(false);
        }
        if is_uv_lock && !(self.resolution_is_current && self.has_projects()?) {
            return Ok(false);
        }
        let environment = self.read_environment()?;
        let mut locked_set = LockedSet::new();
        for lock in self.inference_locks() {
            locked_set.extend(self::locked_set(self.subject, &[lock], &environment)?);
        }
        // Where both name one, the project's own lock decides.
        locked_set.extend(self.locked_set()?);
        Ok(set_differences(&environment, &locked_set).is_empty())
    }

    /// Installs what is locked; what cannot be built is left out and noted.
    pub(crate) fn install(&self, context: &StepContext<'_>) -> Outcome {
        let owner = self.owner_of_installed();
        if owner == StepId::Installation {
            self.shortfalls.clear(owner)?;
        }
        let mut dropped: Vec<DistributionName> = Vec::new();
        let mut staleness = Staleness::Refused;
        loop {
            let command = self.installation_command(&dropped, staleness)?;
            let completed = self.run(&command, context)?;
            if completed.success() {
                break;
            }
            let failure = UvFailure::of(&completed);
            if self.provide(&failure, context)?
                || self.resolve_to_wheels(&failure, &dropped, context)?
            {
                continue;
            }
            let failure = self.tolerated(failure, &dropped)?;
            context.output(&failure.to_string());
            if let Some(culprit) = failure.culprit() {
                self.shortfalls
                    .add(owner, [self.shortfall_of(&culprit, &failure)])?;
                dropped.push(culprit);
            } else {
                self.shortfalls.add(
                    owner,
                    [Shortfall::because_of("`uv.lock`".to_owned(), &failure)],
                )?;
                staleness = Staleness::Accepted;
            }
        }
        if self.plan.spec.strategy == Strategy::UvLock {
            self.export(&dropped, context)?;
        }
        Ok(match self.read_environment()?.distributions.len() {
            1 => "1 distribution".to_owned(),
            count => format!("{count} distributions"),
        })
    }

    /// Resolves again with wheels only for what cannot be built and nobody pins; returns whether that
    /// was possible.
    fn resolve_to_wheels(
        &self,
        failure: &UvFailure,
        dropped: &[DistributionName],
        context: &StepContext<'_>,
    ) -> Result<bool, RegenerationError> {
        let is_open = !is_locked(self.plan.spec.strategy) && self.fallbacks == Fallbacks::Allowed;
        if !is_open || !self.remedies.relax(failure, &self.plan.sources) {
            return Ok(false);
        }
        let path = self.state.file(RESOLUTION);
        let before = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
        let resolution = Resolution {
            application: self,
            context,
            uv: self.uv,
            constraints: None,
            attempts: Cell::new(0),
        };
        if !resolution.fits(&self.plan.sources)? {
            self.remedies.restrain();
            return Ok(false);
        }
        let text = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
        let is_dropped = |name: &DistributionName| dropped.contains(name);
        let text = CompiledRequirements::parse(&text).without_all(&text, is_dropped);
        write_whole(&path, &text)?;
        self.shortfalls
            .add(StepId::Resolution, self.remedies.shortfalls())?;
        Ok(text != before)
    }

    /// The step that has to run again before what could not be built is asked for again: it is taken
    /// out of a resolution for good, and out of a lock only for this installation.
    fn owner_of_installed(&self) -> StepId {
        match self.plan.spec.strategy {
            Strategy::UvLock | Strategy::HashedRequirements => StepId::Installation,
            _ => StepId::Resolution,
        }
    }

    /// The failure itself, where the installation may be tried another way.
    fn tolerated(
        &self,
        failure: UvFailure,
        dropped: &[DistributionName],
    ) -> Result<UvFailure, RegenerationError> {
        let repeated = failure
            .culprit()
            .is_some_and(|culprit| dropped.contains(&culprit));
        let has_a_way = failure.culprit().is_some() || matches!(failure, UvFailure::StaleLock);
        if !has_a_way || repeated || dropped.len() == MOST_DROPPED {
            return Err(failure.into());
        }
        match self.fallbacks {
            Fallbacks::Allowed => Ok(failure),
            Fallbacks::Forbidden => Err(RegenerationError::Strict {
                what: failure.to_string(),
            }),
        }
    }

    fn installation_command(
        &self,
        dropped: &[DistributionName],
        staleness: Staleness,
    ) -> Result<Invocation, RegenerationError> {
        let spec = &self.plan.spec;
        match spec.strategy {
            Strategy::UvLock => {
                let mut selection = selection(spec, self.subject.python());
                selection.extend(
                    dropped
                        .iter()
                        .flat_map(|name| ["--no-install-package".to_owned(), name.to_string()]),
                );
                Ok(self.uv.sync(staleness, &selection))
            }
            Strategy::HashedRequirements => {
                let files = self.locked_files(dropped)?;
                Ok(self
                    .uv
                    .pip_sync(&arguments_of(&files), self.hashes(&files)?))
            }
            _ => self.resolution_command(dropped),
        }
    }

    /// The files of a locked project, or what is left of them without what cannot be built. The proof
    /// still compares with the files themselves.
    fn locked_files(&self, dropped: &[DistributionName]) -> Result<Vec<String>, RegenerationError> {
        let files = &self.plan.spec.requirements_files;
        if dropped.is_empty() {
            return Ok(files.clone());
        }
        let mut rest = String::new();
        for file in files {
            let path = self.plan.root.join(file);
            let text = read_text(&path).map_err(RegenerationError::io("read", &path))?;
            let is_dropped = |name: &DistributionName| dropped.contains(name);
            let text = CompiledRequirements::parse(&text).without_all(&text, is_dropped);
            let folder = path.parent().unwrap_or(&self.plan.root);
            rest += &with_absolute_links(&text, folder);
        }
        write_whole(&self.state.file(PARTIAL_LOCK), &rest)?;
        Ok(vec![StateDir::relative(PARTIAL_LOCK)])
    }

    /// What cannot be built is taken out of the resolution itself, so that the next run, and the
    /// proof, do not ask for it again.
    fn resolution_command(
        &self,
        dropped: &[DistributionName],
    ) -> Result<Invocation, RegenerationError> {
        let path = self.state.file(RESOLUTION);
        let mut text = fs::read_to_string(&path).map_err(RegenerationError::io("read", &path))?;
        if let Some(name) = dropped.last() {
            text = CompiledRequirements::parse(&text).without(&text, name);
            write_whole(&path, &text)?;
        }
        let files = [StateDir::relative(RESOLUTION)];
        Ok(self.uv.pip_sync(&files, self.hashes(&files)?))
    }

    /// Hashes are demanded wherever every entry has one; a repository or a folder has none.
    fn hashes(&self, files: &[String]) -> Result<Hashes, RegenerationError> {
        for file in files {
            let path = self.plan.root.join(file);
            let text = read_text(&path).map_err(RegenerationError::io("read", &path))?;
            if !CompiledRequirements::parse(&text).all_hashed() {
                return Ok(Hashes::WherePresent);
            }
        }
        Ok(Hashes::Required)
    }

    fn export(
        &self,
        dropped: &[DistributionName],
        context: &StepContext<'_>,
    ) -> Result<(), RegenerationError> {
        let mut selection = selection(&self.plan.spec, self.subject.python());
        selection.extend(
            dropped
                .iter()
                .flat_map(|name| ["--no-emit-package".to_owned(), name.to_string()]),
        );
        self.run_to_success(
            &self.uv.export(&selection, StateDir::relative(EXPORT)),
            context,
        )?;
        Ok(())
    }

    /// Installs the project itself and those below it; one that cannot be built leaves its
    /// requirements installed.
    pub(crate) fn install_project(
        &self,
        planned: &PlannedStep,
        context: &StepContext<'_>,
    ) -> Outcome {
        self.shortfalls.clear(StepId::Project)?;
        let mut missing = 0;
        for command in &planned.commands {
            let mut completed = self.run(command, context)?;
            if !completed.success() && self.provide(&UvFailure::of(&completed), context)? {
                completed = self.run(command, context)?;
            }
            if completed.success() {
                continue;
            }
            let failure = UvFailure::of(&completed);
            if failure.culprit().is_none() && !matches!(failure, UvFailure::Other { .. }) {
                return Err(failure.into());
            }
            if self.fallbacks == Fallbacks::Forbidden {
                return Err(RegenerationError::Strict {
                    what: failure.to_string(),
                });
            }
            missing += 1;
            let folder = command
                .args
                .last()
                .map(|folder| folder.to_string_lossy().into_owned());
            let is_root = folder.as_deref() == Some(".");
            self.shortfalls.add(
                StepId::Project,
                [Shortfall::because_of(
                    match folder {
                        Some(folder) if !is_root => format!("the sub-project `{folder}` itself"),
                        _ => "the project itself".to_owned(),
                    },
                    &failure,
                )
                .essential(is_root)],
            )?;
        }
        Ok(match missing {
            0 => String::new(),
            count => format!("{count} of {} cannot be built", planned.commands.len()),
        })
    }

    fn shortfall_of(&self, culprit: &DistributionName, failure: &UvFailure) -> Shortfall {
        Shortfall::of_distribution(culprit, failure).essential(is_essential(self.subject, culprit))
    }
}

/// The text of a requirements file with the folders that `--find-links` names made absolute, so that
/// it says the same elsewhere.
///
/// Source: "Requirements File Format" in the documentation of pip.
fn with_absolute_links(text: &str, folder: &Path) -> String {
    let absolute = |line: &str| {
        let option = ["--find-links=", "--find-links ", "-f "]
            .into_iter()
            .find(|option| line.starts_with(option))?;
        let target = line[option.len()..].trim();
        let is_relative = !target.contains("://") && Path::new(target).is_relative();
        is_relative.then(|| format!("--find-links {}", folder.join(target).display()))
    };
    one_per_line(
        text.lines()
            .map(|line| absolute(line).unwrap_or_else(|| line.to_owned())),
    )
}

/// A distribution is optional when only extras and groups name it; what nobody names is needed by
/// something that is.
fn is_essential(subject: &Subject, name: &DistributionName) -> bool {
    let scopes = subject.python().declarations.iter().filter(|declaration| {
        declaration
            .requirements
            .iter()
            .any(|requirement| requirement.name.as_ref() == Some(name))
    });
    let mut optional = scopes
        .map(|declaration| declaration.scope != Scope::Runtime)
        .peekable();
    optional.peek().is_none() || !optional.all(|optional| optional)
}

/// What the compiled files at `paths` ask for in `environment`.
pub(crate) fn locked_set(
    subject: &Subject,
    paths: &[String],
    environment: &Environment,
) -> Result<LockedSet, RegenerationError> {
    let markers = MarkerEnvironment::new(
        subject.spec.platform,
        &environment.implementation,
        &environment.python_version,
    );
    let mut locked_set = LockedSet::new();
    for path in paths {
        let file = subject.root().join(path);
        let text = read_text(&file).map_err(RegenerationError::io("read", &file))?;
        locked_set.extend(CompiledRequirements::parse(&text).evaluate(path, &markers)?);
    }
    Ok(locked_set)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_to_folders_survive_a_move() {
        let text = "--find-links dist\n-f https://files.example/\nx==1 \\\n    --hash=sha256:aa\n";
        let moved = with_absolute_links(text, Path::new("/srv/api"));
        assert_eq!(
            moved,
            text.replace(
                "links dist",
                &format!("links {}", Path::new("/srv/api").join("dist").display())
            )
        );
    }
}
