//! Carries out a repair.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use dhtl_project_model::{DistributionName, Strategy};
use dhtl_tools::{Invocation, Runner as _, SystemRunner};

use crate::RegenerationError;
use crate::application::inference;
use crate::application::installation::locked_set;
use crate::failure::UvFailure;
use crate::files::{self, FileCheck, FileReport};
use crate::installed::{Distribution, Environment};
use crate::locked_set::CompiledRequirements;
use crate::plan::{base_locks, selection};
use crate::repair::drift::{Drift, Stray};
use crate::repair::{RepairAction, RepairKind};
use crate::spec::sub_projects;
use crate::state::{StateDir, read_text, remove_whatever, write_whole};
use crate::subject::Subject;
use crate::uv::{Hashes, Members, UvCommands, VENV};

/// What is installed again, as requirements, in the state folder.
const REQUIREMENTS: &str = "repair.txt";
/// Taking one distribution out may take files of another with it, and only when all is installed can
/// be said what belongs to nobody: that is what a second and a third look are for.
const MOST_ROUNDS: usize = 4;

/// A repair at work.
pub(super) struct Repairer<'a> {
    /// The project.
    pub(super) subject: &'a Subject,
    /// The state folder.
    pub(super) state: &'a StateDir,
    /// The command lines of uv.
    pub(super) uv: UvCommands<'a>,
    /// Runs them.
    pub(super) runner: &'a SystemRunner,
    /// Receives what is done.
    pub(super) notice: &'a (dyn Fn(&str) + Sync),
    /// What could not be installed and is not tried again.
    pub(super) left_out: Vec<DistributionName>,
}

impl Repairer<'_> {
    /// Repairs, looks again with `look`, and goes on until nothing differs, or nothing gets better.
    pub(super) fn run(
        &self,
        first: Drift,
        look: impl Fn(&Self) -> Result<Drift, RegenerationError>,
    ) -> Result<Vec<RepairAction>, RegenerationError> {
        let mut actions = Vec::new();
        let mut drift = first;
        for _ in 0..MOST_ROUNDS {
            self.round(&drift, &mut actions)?;
            let rest = look(self)?;
            if rest.is_none() || rest == drift {
                break;
            }
            drift = rest;
        }
        Ok(actions)
    }

    /// The files as they are now.
    pub(super) fn files(&self, environment: &Environment) -> Result<FileReport, RegenerationError> {
        let venv = self.subject.root().join(VENV);
        files::check(&venv, environment, self.state, FileCheck::Changed)
    }

    fn round(
        &self,
        drift: &Drift,
        actions: &mut Vec<RepairAction>,
    ) -> Result<(), RegenerationError> {
        for obstacle in &drift.obstacles {
            remove_whatever(&obstacle.place)?;
        }
        let links = drift.strays.iter().filter(|stray| stray.place.is_symlink());
        for link in links {
            self.remove(link, actions)?;
        }
        self.uninstall(&drift.extra, actions)?;
        self.install(&drift.damaged, actions)?;
        self.install_projects(&drift.projects, actions)?;
        if !drift.changes_distributions() {
            for stray in &drift.strays {
                self.remove(stray, actions)?;
            }
        }
        Ok(())
    }

    fn uninstall(
        &self,
        names: &BTreeSet<DistributionName>,
        actions: &mut Vec<RepairAction>,
    ) -> Result<(), RegenerationError> {
        if names.is_empty() {
            return Ok(());
        }
        let Some(environment) = Environment::read(&self.subject.root().join(VENV))? else {
            return Ok(());
        };
        // uv needs a description and a `RECORD` to know what to take out.
        let is_whole = |name: &&DistributionName| {
            environment
                .distribution(name)
                .is_some_and(|distribution| !distribution.record.is_empty())
        };
        let (whole, broken): (Vec<_>, Vec<_>) = names.iter().partition(is_whole);
        if !whole.is_empty() {
            let names = whole.iter().map(ToString::to_string).collect::<Vec<_>>();
            self.succeed(&self.uv.pip_uninstall(&names))?;
        }
        for name in broken {
            remove_descriptions(&environment, name)?;
        }
        for name in names {
            self.done(RepairKind::Uninstalled, name.to_string(), actions);
        }
        Ok(())
    }

    fn install(
        &self,
        names: &BTreeSet<DistributionName>,
        actions: &mut Vec<RepairAction>,
    ) -> Result<(), RegenerationError> {
        let mut rest = names.clone();
        let Some(environment) = Environment::read(&self.subject.root().join(VENV))? else {
            return Ok(());
        };
        let base = base_locks(&self.subject.spec);
        if self.subject.spec.strategy == Strategy::UvLock {
            // uv knows more of its lock than can be said in requirements, such as which index.
            let set = locked_set(self.subject, &base, &environment)?;
            let locked = names
                .iter()
                .filter(|name| set.contains_key(name))
                .collect::<Vec<_>>();
            rest.retain(|name| !set.contains_key(name));
            self.sync(&locked, Members::Leave)?;
        }
        if !rest.is_empty() {
            let text = self.requirements(&rest, &base)?;
            write_whole(&self.state.file(REQUIREMENTS), &text)?;
            let hashes = Hashes::of(&CompiledRequirements::parse(&text));
            let names = rest.iter().map(ToString::to_string).collect::<Vec<_>>();
            let file = StateDir::relative(REQUIREMENTS);
            self.succeed(&self.uv.pip_reinstall(&file, &names, hashes))?;
        }
        for name in names {
            self.done(RepairKind::Installed, name.to_string(), actions);
        }
        Ok(())
    }

    fn sync(&self, names: &[&DistributionName], members: Members) -> Result<(), RegenerationError> {
        if names.is_empty() {
            return Ok(());
        }
        let mut selection = selection(&self.subject.spec, self.subject.python());
        for name in &self.left_out {
            selection.extend(["--no-install-package".to_owned(), name.to_string()]);
        }
        let names = names.iter().map(ToString::to_string).collect::<Vec<_>>();
        self.succeed(&self.uv.sync_again(&selection, &names, members))
    }

    /// The lines of the locks that ask for `names`; where several do, those of the project's own.
    fn requirements(
        &self,
        names: &BTreeSet<DistributionName>,
        base: &[String],
    ) -> Result<String, RegenerationError> {
        let mut wanted = names.clone();
        let mut requirements = String::new();
        for lock in base.iter().chain(&inference::locks(self.subject)) {
            let path = self.subject.root().join(lock);
            let text = read_text(&path).map_err(RegenerationError::io("read", &path))?;
            let compiled = CompiledRequirements::parse(&text);
            let nameless = |line: &str| line.starts_with("-e ") || line.starts_with(['.', '/']);
            let own = compiled.without_all(&text, |name| !wanted.contains(name));
            requirements.extend(
                own.lines()
                    .filter(|line| !nameless(line))
                    .flat_map(|line| [line, "\n"]),
            );
            for requirement in &compiled.requirements {
                if let Some(name) = &requirement.name {
                    wanted.remove(name);
                }
            }
        }
        Ok(requirements)
    }

    fn install_projects(
        &self,
        names: &BTreeSet<DistributionName>,
        actions: &mut Vec<RepairAction>,
    ) -> Result<(), RegenerationError> {
        if names.is_empty() {
            return Ok(());
        }
        if self.subject.spec.strategy == Strategy::UvLock {
            self.sync(&names.iter().collect::<Vec<_>>(), Members::Install)?;
        } else {
            for name in names {
                if let Some(folder) = self.folder_of(name) {
                    self.succeed(&self.uv.pip_reinstall_project(&folder))?;
                }
            }
        }
        for name in names {
            self.done(RepairKind::Installed, name.to_string(), actions);
        }
        Ok(())
    }

    /// The folder of a project, relative to the root.
    fn folder_of(&self, name: &DistributionName) -> Option<String> {
        let below = sub_projects(self.subject.python()).find(|sub_project| {
            sub_project
                .name
                .as_ref()
                .is_some_and(|own| DistributionName::new(own) == *name)
        });
        match below {
            Some(sub_project) => Some(format!("./{}", sub_project.path)),
            None => self.subject.spec.install_project.then(|| ".".to_owned()),
        }
    }

    /// Removes something, and the folders that are empty without it.
    fn remove(
        &self,
        stray: &Stray,
        actions: &mut Vec<RepairAction>,
    ) -> Result<(), RegenerationError> {
        if stray.place.symlink_metadata().is_err() {
            return Ok(());
        }
        remove_whatever(&stray.place)?;
        let venv = self.subject.root().join(VENV);
        let folders = stray.place.ancestors().skip(1);
        // The folders of the environment itself are never empty, but nothing must depend on that.
        let inner = folders.take_while(|folder| {
            folder
                .strip_prefix(&venv)
                .is_ok_and(|below| below.components().count() > OUTER_FOLDERS)
        });
        for folder in inner {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        let what = format!("{VENV}/{}", stray.path);
        self.done(RepairKind::Removed, what, actions);
        Ok(())
    }

    fn done(&self, action: RepairKind, what: String, actions: &mut Vec<RepairAction>) {
        (self.notice)(&format!("Repaired {what}."));
        let action = RepairAction { action, what };
        if !actions.contains(&action) {
            actions.push(action);
        }
    }

    fn succeed(&self, invocation: &Invocation) -> Result<(), RegenerationError> {
        let completed = self.runner.run(invocation, &|_| {})?;
        if completed.success() {
            Ok(())
        } else {
            Err(UvFailure::of(&completed).into())
        }
    }
}

/// `lib`, `python3.13`, `site-packages`.
const OUTER_FOLDERS: usize = 3;

/// Removes what is left of the descriptions of a distribution.
fn remove_descriptions(
    environment: &Environment,
    name: &DistributionName,
) -> Result<(), RegenerationError> {
    let folder = &environment.site_packages;
    for entry in fs::read_dir(folder)
        .map_err(RegenerationError::io("read", folder))?
        .flatten()
    {
        let place: &Path = &entry.path();
        if Distribution::broken(place).is_some_and(|distribution| distribution.name == *name) {
            remove_whatever(place)?;
        }
    }
    Ok(())
}
