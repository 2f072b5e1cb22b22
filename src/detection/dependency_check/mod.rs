//! What a project imports, compared with what it declares: undeclared, misplaced and unused
//! dependencies, without an environment and without the network.
//!
//! `inventory` holds what is declared and `usage` what is imported; `imported` and `declared` are
//! the rules, one for each direction.
//!
//! **Invariant:** no finding rests on a guess. What the built-in table does not know may provide an
//! import or be used by one; that is never reason enough to complain.

mod affixes;
mod callers;
mod consumers;
mod declared;
mod elsewhere;
mod error;
mod finding;
mod hosts;
mod imported;
mod inline_script;
mod inventory;
mod lists;
mod mentions;
mod parsers;
mod places;
mod position;
mod remedy;
mod role;
#[cfg(test)]
mod rule_tests;
mod scene;
mod shipping;
#[cfg(test)]
mod tests;
mod tools;
mod usage;

use std::collections::HashSet;

use dhtl_project_model::{DistributionName, Problem, Project};

pub use error::DependencyCheckError;
pub use finding::{DependencyCheck, Finding, FindingKind, Part};

use crate::detect::detect_with_tree;
use crate::{DetectRequest, paths};
use lists::Lists;
use scene::{Scene, hides_declarations};

/// What to check.
#[derive(Debug, Clone)]
pub struct DependencyCheckRequest<'a> {
    /// The project.
    pub detect: DetectRequest<'a>,
    /// Distributions and modules that are no findings, whatever is wrong with them.
    pub ignored: &'a [String],
}

/// Compares what the project that `request` names imports with what it declares; runs and writes
/// nothing.
pub fn check_dependencies(
    request: &DependencyCheckRequest<'_>,
) -> Result<DependencyCheck, DependencyCheckError> {
    let (project, tree) = detect_with_tree(&request.detect)?;
    let Some(python) = &project.python else {
        return Err(DependencyCheckError::NoPython {
            root: project.root.to_string_lossy().into_owned(),
        });
    };
    if let Some(problem) = project.problems.iter().find(|problem| is_broken(problem)) {
        return Err(DependencyCheckError::broken(
            &problem.evidence,
            &problem.message,
        ));
    }
    let lists = Lists::read(&tree, python);
    let scene = Scene::new(&tree, &project, python, &lists);
    let mut findings = imported::check(&scene);
    let reported: HashSet<DistributionName> = findings
        .iter()
        .filter_map(|finding| finding.distribution.clone())
        .collect();
    // One name is one finding: what development lacks is not also unused elsewhere.
    findings.extend(declared::check(&scene).into_iter().filter(|finding| {
        let name = finding.distribution.as_ref();
        !name.is_some_and(|name| reported.contains(name))
    }));
    let (declared, used) = (scene.inventory.entries.len(), scene.usage.of_declared.len());
    Ok(finish(
        &project,
        request.ignored,
        findings,
        (declared, used),
    ))
}

/// Whether a manifest at the root cannot be read at all.
fn is_broken(problem: &Problem) -> bool {
    problem.evidence.rule == "toml-syntax" && paths::folder(&problem.evidence.path) == "."
}

fn finish(
    project: &Project,
    ignored: &[String],
    findings: Vec<Finding>,
    (declared, used): (usize, usize),
) -> DependencyCheck {
    let is_ignored = |finding: &Finding| {
        ignored.iter().any(|name| {
            finding.distribution.as_ref() == Some(&DistributionName::new(name))
                || finding.module.as_deref() == Some(name)
        })
    };
    let (left_out, mut findings): (Vec<Finding>, Vec<Finding>) =
        findings.into_iter().partition(is_ignored);
    findings.sort_by(|left, right| {
        (left.kind, left.name(), &left.project).cmp(&(right.kind, right.name(), &right.project))
    });
    let mut names: Vec<String> = left_out
        .iter()
        .map(|finding| finding.name().to_owned())
        .collect();
    names.sort();
    names.dedup();
    let unread = project
        .problems
        .iter()
        .filter(|problem| hides_declarations(&problem.evidence.path, &problem.evidence.rule))
        .cloned()
        .collect();
    DependencyCheck {
        root: project.root.clone(),
        declared,
        used,
        findings,
        ignored: names,
        unread,
    }
}
