//! The versions that a lock which is led by another gives to what only it has.
//!
//! They are what the project was worked on with, so they are taken wherever they fit with the lock
//! that leads, and given up with a note where they do not.
//!
//! Source: seed 001 section 5, "Lock File Conflicts".

use std::collections::BTreeMap;
use std::fs;
use std::str::FromStr as _;

use dhtl_project_model::DistributionName;
use pep440_rs::Version;

use crate::RegenerationError;
use crate::application::Application;
use crate::lock_files::{led_of, read};
use crate::locked_set::{CompiledRequirements, LockedSet};
use crate::markers::MarkerEnvironment;
use crate::plan::SUPPLEMENT;
use crate::report::Shortfall;
use crate::state::{one_per_line, write_whole};
use crate::validation::same_version;

/// Versions to be preferred, by name, each with the lock it stands in.
#[derive(Debug, Default)]
pub(crate) struct Preferences(BTreeMap<DistributionName, (String, String)>);

impl Preferences {
    /// What the locks of the project say of distributions that `base` has not; the best of several
    /// locks counts.
    pub(crate) fn of(
        application: &Application<'_>,
        base: &LockedSet,
    ) -> Result<Self, RegenerationError> {
        let subject = application.subject;
        let locks = led_of(subject);
        let mut preferences = BTreeMap::new();
        if locks.is_empty() {
            return Ok(Self(preferences));
        }
        let environment = application.read_environment()?;
        let markers = [MarkerEnvironment::new(
            subject.spec.platform,
            &environment.implementation,
            &environment.python_version,
        )];
        for lock in locks {
            for (name, pin) in read(subject.root(), &lock, &markers) {
                if let Some(version) = pin.version
                    && !base.contains_key(&name)
                    && is_plain(&name, &version)
                {
                    let preference = (version, lock.path.clone());
                    preferences.entry(name).or_insert(preference);
                }
            }
        }
        Ok(Self(preferences))
    }

    /// The preferred versions as exact requirements, one in a line.
    ///
    /// uv keeps the versions that the file to be written has already, wherever it can.
    pub(crate) fn text(&self) -> String {
        let exact = self.0.iter();
        one_per_line(exact.map(|(name, (version, _))| format!("{name}=={version}")))
    }

    /// Puts the versions where the resolution of the supplement begins.
    pub(crate) fn lay_out(&self, application: &Application<'_>) -> Result<(), RegenerationError> {
        if self.0.is_empty() {
            return Ok(());
        }
        let draft = application.state.file(&format!("{SUPPLEMENT}.draft"));
        write_whole(&draft, self.text())
    }

    /// What was resolved to another version than the preferred one.
    pub(crate) fn given_up(&self, application: &Application<'_>) -> Vec<Shortfall> {
        let text = fs::read_to_string(application.state.file(SUPPLEMENT)).unwrap_or_default();
        let resolved = CompiledRequirements::parse(&text).requirements;
        let given_up = resolved.iter().filter_map(|requirement| {
            let (preferred, lock) = self.0.get(requirement.name.as_ref()?)?;
            let name = requirement.name.as_ref()?;
            let taken = requirement.exact_version()?;
            (!same_version(&taken, preferred)).then(|| {
                Shortfall::new(
                    format!("`{name}=={preferred}` of `{lock}`"),
                    format!("it does not go with what is locked or declared; {taken} is installed"),
                )
            })
        });
        given_up.collect()
    }
}

/// Whether nothing but a name and a version is handed to uv, whatever a lock says.
fn is_plain(name: &DistributionName, version: &str) -> bool {
    let mut characters = name.as_str().chars();
    let belongs = |one: char| one.is_ascii_alphanumeric() || one == '-';
    characters.all(belongs)
        && name
            .as_str()
            .starts_with(|first: char| first.is_ascii_alphanumeric())
        && Version::from_str(version).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_lock_smuggles_an_option_in() {
        let check = |name: &str, version: &str| is_plain(&DistributionName::new(name), version);
        assert!(check("Flask_Login", "1.0.post1+local"));
        assert!(!check("--index-url", "1.0"));
        assert!(!check("a;b", "1.0"));
        assert!(!check("a@b", "1.0"));
        assert!(!check("a", "1.0 --hash=sha256:aa"));
        assert!(!check("a", "1.0\nb==2"));
        assert!(!check("", "1.0"));
    }
}
