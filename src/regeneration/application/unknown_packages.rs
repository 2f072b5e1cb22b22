//! What becomes of packages that `.dhtconfig` lists and this release of the system does not know.
//!
//! `dhtl setup` records the packages of every platform, of which it can try one only. A name that is
//! wrong elsewhere must not keep everybody there from an environment.

use std::collections::BTreeSet;

use dhtl_tools::Invocation;
use dhtl_workflow::StepContext;

use crate::application::system_step::{Attempt, is_unknown_package};
use crate::application::{Application, Outcome};
use crate::failure::UvFailure;
use crate::plan::StepId;
use crate::platform_needs;
use crate::report::Shortfall;
use crate::system_packages::Privilege;

impl Application<'_> {
    /// Installs what `.dhtconfig` lists. Of names that the package manager does not know those are a
    /// shortfall that dhtl would have named itself; any other fails the run.
    pub(crate) fn install_configured(
        &self,
        install: &Invocation,
        context: &StepContext<'_>,
    ) -> Outcome {
        let completed = self.run(install, context)?;
        if completed.success() {
            return Ok(String::new());
        }
        let said = format!("{}{}", completed.stdout, completed.stderr);
        let manager = self.subject.package_manager;
        let Some(manager) = manager.filter(|_| is_unknown_package(&said)) else {
            return Err(UvFailure::of(&completed).into());
        };
        let known = platform_needs::of(self.subject, manager).into_iter();
        let known = known.map(|one| one.package).collect::<BTreeSet<_>>();
        let mut lacking = Vec::new();
        for name in &self.subject.spec.system_packages {
            let one = std::slice::from_ref(name);
            let command = manager.install(one, Privilege::current());
            if matches!(self.attempt(&command, context)?, Attempt::Succeeded) {
                continue;
            }
            if !known.contains(name) {
                return Err(UvFailure::of(&completed).into());
            }
            lacking.push(Shortfall {
                next: Some(format!(
                    "name it as this system does, under `platform_deps` in `.dhtconfig`: `{}`",
                    manager.name()
                )),
                ..Shortfall::new(
                    unknown(name),
                    "the package manager of this machine does not know it",
                )
            });
        }
        let detail = format!("all but {} installed", lacking.len());
        self.shortfalls.add(StepId::System, lacking)?;
        Ok(detail)
    }

    /// Whether the run went on without this package of `.dhtconfig`.
    pub(crate) fn went_without(&self, package: &str) -> bool {
        let what = unknown(package);
        self.shortfalls.all().iter().any(|one| one.what == what)
    }
}

fn unknown(package: &str) -> String {
    format!("system package `{package}`")
}
