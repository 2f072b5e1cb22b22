//! Every installed file against what the `RECORD` of its distribution says of it.
//!
//! **Invariants:** nothing is written but stamps in the state folder; no link is followed, so
//! nothing outside the environment is read.

mod claims;
mod finding;
mod hashing;
mod judgement;
mod listing;
mod open_folder;
mod outline;
mod own;
mod recollection;
mod stamp;
mod strays;
mod tree;
mod ways;

use std::path::{Component, Path};

use serde::Serialize;

pub(crate) use finding::{FileFinding, Found};
pub(crate) use own::is_own_script;
pub(crate) use recollection::{Inspection, inspect};
pub(crate) use tree::scripts_folder;
pub(crate) use ways::misled;

use crate::RegenerationError;
use crate::files::claims::Claims;
use crate::files::judgement::Judge;
use crate::files::stamp::Stamp;
use crate::files::tree::Tree;
use crate::installed::Environment;
use crate::programs::Register;
use crate::state::StateDir;

/// How thoroughly files are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum FileCheck {
    /// A file that was right when it was last read is not read again while its size, its times and
    /// its number are the same.
    Changed,
    /// Every file is read.
    Full,
}

/// What the check of the files found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct FileReport {
    /// How many files the distributions say they have.
    pub(crate) files: usize,
    /// What is not as it was installed, by path.
    pub(crate) findings: Vec<FileFinding>,
}

impl FileReport {
    /// How many findings are of this kind.
    pub(crate) fn count(&self, found: Found) -> usize {
        self.findings
            .iter()
            .filter(|finding| finding.found == found)
            .count()
    }
}

/// Checks the files of `environment`, which is in the folder `venv`.
///
/// Fails only when the folder of the distributions cannot be placed: what cannot be read is a finding.
pub(crate) fn check(
    venv: &Path,
    environment: &Environment,
    state: &StateDir,
    depth: FileCheck,
) -> Result<FileReport, RegenerationError> {
    let Some(base) = base(venv, &environment.site_packages) else {
        return Err(RegenerationError::ForeignEnvironment {
            path: environment.site_packages.clone(),
        });
    };
    if let Some(link) = misled(venv) {
        return Ok(FileReport {
            files: 0,
            findings: vec![link],
        });
    }
    let tree = Tree::read(venv, &base);
    let broken = strays::broken(environment, &tree, &base);
    let claims = Claims::of(environment.distributions.iter().chain(&broken), &base);
    let undescribed = strays::undescribed(environment, &broken);
    let stamp = Stamp::load(state, venv);
    let judge = Judge {
        venv,
        tree: &tree,
        stamp: &stamp,
        depth,
    };
    let (mut findings, fresh) = judge.judge(&claims, state);
    findings.extend(strays::without_core_files(
        environment,
        &broken,
        &tree,
        &base,
    ));
    // What starts a program from elsewhere is judged with that program.
    let wrappers = Register::load(state);
    let strays = strays::strays(&tree, &claims, &undescribed, &base);
    findings.extend(strays.into_iter().filter(|stray| {
        let (folder, name) = stray.path.rsplit_once('/').unwrap_or_default();
        folder != tree::scripts_folder() || !wrappers.has(name)
    }));
    findings.sort_by(|a, b| a.path.cmp(&b.path));
    findings.dedup_by(|a, b| a.path == b.path);
    if let Some(fresh) = fresh {
        stamp.replace(state, fresh);
    }
    Ok(FileReport {
        files: claims.len(),
        findings,
    })
}

/// The folder of the distributions relative to the environment's, with `/` between its parts.
fn base(venv: &Path, site_packages: &Path) -> Option<String> {
    let relative = site_packages.strip_prefix(venv).ok()?;
    let parts = relative.components().map(|component| match component {
        Component::Normal(part) => part.to_str(),
        _ => None,
    });
    Some(parts.collect::<Option<Vec<_>>>()?.join("/"))
}

#[cfg(test)]
mod tests;
