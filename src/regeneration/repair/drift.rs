//! What has to be done to an environment, decided from what was found.

use std::collections::BTreeSet;
use std::path::PathBuf;

use dhtl_project_model::DistributionName;

use crate::files::{FileFinding, FileReport, Found};
use crate::installed::Environment;
use crate::locked_set::LockedSet;
use crate::validation::{DifferenceKind, same_version, set_differences};

/// What has to be done to an environment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Drift {
    /// What stands in the way: links, and folders where files must be.
    pub(super) obstacles: Vec<Stray>,
    /// The distributions to take out.
    pub(super) extra: BTreeSet<DistributionName>,
    /// The locked distributions to install, in place of what there is of them.
    pub(super) damaged: BTreeSet<DistributionName>,
    /// The projects to install in editable mode, in place of what there is of them.
    pub(super) projects: BTreeSet<DistributionName>,
    /// What nobody installed.
    pub(super) strays: Vec<Stray>,
}

/// Something to be removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stray {
    /// Its path relative to the environment's folder.
    pub(super) path: String,
    /// Where it is.
    pub(super) place: PathBuf,
}

impl Drift {
    /// What has to be done to `environment` so that it holds `locked_set`, the projects of which
    /// `missing_projects` are not installed, and all files of these.
    pub(super) fn of(
        environment: &Environment,
        report: &FileReport,
        locked_set: &LockedSet,
        missing_projects: &[DistributionName],
    ) -> Self {
        let mut drift = Self::default();
        drift.projects.extend(missing_projects.iter().cloned());
        for difference in set_differences(environment, locked_set) {
            let Some(name) = difference.distribution else {
                continue;
            };
            match difference.kind {
                DifferenceKind::Extra => drift.extra.insert(name),
                DifferenceKind::Missing | DifferenceKind::Modified => drift.damaged.insert(name),
            };
        }
        for finding in &report.findings {
            if finding.found == Found::Extra {
                drift.strays.push(Stray::from(finding));
                continue;
            }
            let is_around = environment.site_packages.starts_with(&finding.place);
            if is_obstacle(finding) && !is_around {
                drift.obstacles.push(Stray::from(finding));
            }
            for owner in &finding.owners {
                let installed = environment.distribution(owner);
                let is_editable = installed.is_some_and(|distribution| distribution.editable);
                if is_editable {
                    drift.projects.insert(owner.clone());
                } else if locked_set.contains_key(owner) {
                    drift.damaged.insert(owner.clone());
                } else {
                    drift.extra.insert(owner.clone());
                }
            }
        }
        drift
    }

    /// Only what concerns files of what is installed as locked.
    pub(super) fn of_files(mut self, environment: &Environment, locked_set: &LockedSet) -> Self {
        self.extra.clear();
        self.damaged.retain(|name| {
            let locked = locked_set.get(name).and_then(Option::as_ref);
            environment.distribution(name).is_some_and(|distribution| {
                locked.is_none_or(|version| same_version(version, &distribution.version))
            })
        });
        self
    }

    /// Without installing what could not be installed when the environment was made.
    pub(super) fn without(
        mut self,
        left_out: &[DistributionName],
        environment: &Environment,
    ) -> Self {
        self.damaged
            .retain(|name| !left_out.contains(name) || environment.distribution(name).is_some());
        self
    }

    /// Whether there is nothing to do.
    pub(super) fn is_none(&self) -> bool {
        *self == Self::default()
    }

    /// Whether anything is installed or taken out, which changes what belongs to nobody.
    pub(super) fn changes_distributions(&self) -> bool {
        !(self.extra.is_empty() && self.damaged.is_empty() && self.projects.is_empty())
    }
}

impl From<&FileFinding> for Stray {
    fn from(finding: &FileFinding) -> Self {
        Self {
            path: finding.path.clone(),
            place: finding.place.clone(),
        }
    }
}

/// An installer would write through a link, and cannot write where a folder is.
fn is_obstacle(finding: &FileFinding) -> bool {
    finding.found == Found::Modified
        && finding
            .place
            .symlink_metadata()
            .is_ok_and(|metadata| !metadata.is_file())
}
