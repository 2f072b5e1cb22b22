//! What is tried when a distribution cannot be built, before it is left out.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use dhtl_project_model::DistributionName;
use dhtl_workflow::StepContext;

use crate::application::Application;
use crate::application::system_step::Attempt;
use crate::failure::UvFailure;
use crate::report::Shortfall;
use crate::resolution::sources::{Source, name_of};
use crate::system_packages::Privilege;
use crate::{RegenerationError, SystemConsent};

/// What was done so that builds succeed.
#[derive(Debug, Default)]
pub(crate) struct Remedies {
    /// The system packages that were asked for, whatever came of it.
    asked_for: Mutex<BTreeSet<String>>,
    /// Those that were installed.
    installed: Mutex<Vec<String>>,
    /// The distributions whose newest version cannot be built, and of which a version with a wheel
    /// is taken.
    wheels_only: Mutex<Vec<Relaxed>>,
}

/// A distribution that is taken in another version than the newest.
#[derive(Debug, Clone)]
struct Relaxed {
    distribution: DistributionName,
    why: String,
    is_reported: bool,
}

impl Remedies {
    /// The system packages that were installed for a build.
    pub(crate) fn installed(&self) -> Vec<String> {
        lock(&self.installed).clone()
    }

    /// Adds to the system packages that were installed.
    pub(crate) fn note_installed(&self, packages: Vec<String>) {
        lock(&self.installed).extend(packages);
    }

    /// The options that keep uv to wheels where building did not work.
    pub(crate) fn options(&self) -> Vec<String> {
        let relaxed = lock(&self.wheels_only);
        let names = relaxed.iter().map(|one| one.distribution.to_string());
        names
            .flat_map(|name| ["--only-binary".to_owned(), name])
            .collect()
    }

    /// Whether a version with a wheel may be looked for instead of the one that `failure` says cannot
    /// be built: nobody pins it. From then on it is.
    pub(crate) fn relax(&self, failure: &UvFailure, sources: &[Source]) -> bool {
        let Some(culprit) = failure.culprit() else {
            return false;
        };
        let mut relaxed = lock(&self.wheels_only);
        let was_tried = relaxed.iter().any(|one| one.distribution == culprit);
        if was_tried || is_pinned(&culprit, sources) {
            return false;
        }
        relaxed.push(Relaxed {
            distribution: culprit,
            why: failure.to_string(),
            is_reported: false,
        });
        true
    }

    /// Takes back the last relaxation, which did not help.
    pub(crate) fn restrain(&self) {
        lock(&self.wheels_only).pop();
    }

    /// What was relaxed and not reported before, and why: a later resolution keeps to it, too.
    pub(crate) fn shortfalls(&self) -> Vec<Shortfall> {
        let mut relaxed = lock(&self.wheels_only);
        let news = relaxed.iter_mut().filter(|one| !one.is_reported);
        news.map(|one| {
            one.is_reported = true;
            Shortfall::new(
                format!("the newest `{}`", one.distribution),
                format!("{}; a version with a wheel was taken", one.why),
            )
        })
        .collect()
    }
}

impl Application<'_> {
    /// Installs the system packages that a build lacked, where the user agreed to that beforehand;
    /// returns whether another try may succeed.
    pub(crate) fn provide(
        &self,
        failure: &UvFailure,
        context: &StepContext<'_>,
    ) -> Result<bool, RegenerationError> {
        let agreed = self.consent == SystemConsent::Granted;
        let Some(manager) = self.subject.package_manager.filter(|_| agreed) else {
            return Ok(false);
        };
        let needs = failure.system_needs();
        let packages = needs.iter().flat_map(|need| need.packages(manager));
        let packages = packages
            .filter(|package| lock(&self.remedies.asked_for).insert((*package).clone()))
            .cloned()
            .collect::<Vec<_>>();
        let missing = manager.missing(&packages, self.runner);
        if missing.is_empty() {
            return Ok(false);
        }
        context.output(&format!("{failure}; installing {}", missing.join(", ")));
        if let Some(refresh) = manager.refresh(Privilege::current()) {
            // Lists that cannot be read anew may still have what is asked for.
            self.attempt(&refresh, context)?;
        }
        let command = manager.install_alone(&missing, Privilege::current());
        let is_installed = matches!(self.attempt(&command, context)?, Attempt::Succeeded);
        if is_installed {
            self.remedies.note_installed(missing);
        }
        Ok(is_installed)
    }
}

/// Whether any of `sources` asks for exactly one version, or for one file, of a distribution.
fn is_pinned(name: &DistributionName, sources: &[Source]) -> bool {
    let lines = sources.iter().flat_map(|source| &source.brings);
    let mut of_name = lines.filter(|line| DistributionName::new(name_of(line)) == *name);
    of_name.any(|line| line.contains('@') || line.contains("==") && !line.contains(".*"))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
