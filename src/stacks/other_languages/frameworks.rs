//! What a dependency says about the program that uses it.

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

/// A framework, by the name of its package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Framework {
    /// The package.
    pub(super) package: &'static str,
    /// What it is called.
    pub(super) name: &'static str,
    /// What is made with it.
    pub(super) purpose: ProjectType,
    /// The port it listens on unless something else is said.
    pub(super) port: Option<u16>,
}

/// A row of a table of frameworks.
pub(super) const fn framework(
    package: &'static str,
    name: &'static str,
    purpose: ProjectType,
    port: Option<u16>,
) -> Framework {
    Framework {
        package,
        name,
        purpose,
        port,
    }
}

/// The frameworks that a program uses, and what shows it.
#[derive(Debug, Clone, Default)]
pub(super) struct Frameworks(Vec<(Framework, Evidence)>);

impl Frameworks {
    /// Adds one, unless it is there; of two packages of one framework the one that decides more
    /// counts.
    pub(super) fn add(&mut self, framework: Framework, evidence: Evidence) {
        let known = self
            .0
            .iter_mut()
            .find(|(known, _)| known.name == framework.name);
        match known {
            Some(known) if weight(framework.purpose) < weight(known.0.purpose) => {
                *known = (framework, evidence);
            }
            Some(_) => {}
            None => self.0.push((framework, evidence)),
        }
    }

    /// Adds the one of `table` that is the package called `package`.
    pub(super) fn add_package(&mut self, table: &[Framework], package: &str, evidence: Evidence) {
        if let Some(framework) = table.iter().find(|known| known.package == package) {
            self.add(*framework, evidence);
        }
    }

    /// Adds those of another list behind these.
    pub(super) fn append(&mut self, other: Self) {
        for (framework, evidence) in other.0 {
            self.add(framework, evidence);
        }
    }

    /// Whether one of this name is there.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known.name == name)
    }

    /// The evidence of the one of this name.
    pub(super) fn evidence(&self, name: &str) -> Option<&Evidence> {
        let found = self.0.iter().find(|(known, _)| known.name == name);
        found.map(|(_, evidence)| evidence)
    }

    /// Their names, the one that decides how the program is run first.
    pub(super) fn names(&self) -> Vec<Found<String>> {
        let named = self
            .sorted()
            .into_iter()
            .map(|(framework, evidence)| Found {
                value: framework.name.to_owned(),
                evidence: evidence.clone(),
            });
        named.collect()
    }

    /// What the program is, as the one that decides says.
    pub(super) fn purpose(&self) -> Option<Found<ProjectType>> {
        let (framework, evidence) = self.sorted().into_iter().next()?;
        Some(Found {
            value: framework.purpose,
            evidence: evidence.clone(),
        })
    }

    /// The port that the one that decides listens on.
    pub(super) fn port(&self) -> Option<Found<u16>> {
        self.sorted().into_iter().find_map(|(framework, evidence)| {
            Some(Found {
                value: framework.port?,
                evidence: evidence.clone(),
            })
        })
    }

    fn sorted(&self) -> Vec<&(Framework, Evidence)> {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort_by_key(|(framework, _)| weight(framework.purpose));
        sorted
    }
}

/// What answers requests decides over what reads a command line: a server has options as well.
const fn weight(purpose: ProjectType) -> u8 {
    match purpose {
        ProjectType::Web => 0,
        ProjectType::Api => 1,
        ProjectType::Static => 2,
        ProjectType::Bot => 3,
        ProjectType::Worker => 4,
        ProjectType::App => 5,
        ProjectType::Cli => 6,
        _ => 7,
    }
}
