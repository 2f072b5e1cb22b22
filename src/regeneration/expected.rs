//! The distributions that an environment is made from, as far as they are known before anything is
//! resolved.

use std::collections::BTreeSet;

use dhtl_project_model::{DistributionName, EnvironmentSpec, Project};

use crate::lock_files::{leading, read};
use crate::locked_pins::locked_pins;
use crate::locks::{marker_environments, may_apply};
use crate::resolution::sources::{Source, is_locked, name_of, sources};
use crate::state::read_text;

/// What is locked or declared to be resolved, by name, on whatever platform.
pub(crate) fn names(project: &Project, spec: &EnvironmentSpec) -> BTreeSet<DistributionName> {
    let Some(python) = &project.python else {
        return BTreeSet::new();
    };
    if !is_locked(spec.strategy) {
        let resolved = sources(spec, python);
        return names_of(&resolved).collect();
    }
    let is_followed = |path: &String| {
        *path == spec.strategy_evidence.path || spec.requirements_files.contains(path)
    };
    let followed = python.locks.iter().filter(|lock| is_followed(&lock.path));
    followed
        .flat_map(|lock| {
            let text = read_text(&project.root.join(&lock.path)).unwrap_or_default();
            locked_pins(lock.kind, &text).into_keys()
        })
        .collect()
}

/// The distributions that `sources` are known to bring.
pub(crate) fn names_of(sources: &[Source]) -> impl Iterator<Item = DistributionName> {
    let lines = sources.iter().flat_map(|source| &source.brings);
    lines.map(|line| DistributionName::new(name_of(line)))
}

/// Those of `all` whose markers let them be there on the platform of `spec`, with `supplements` on
/// top. Costs more than [`names`], for a lock has to be followed.
pub(crate) fn names_on_platform(
    project: &Project,
    spec: &EnvironmentSpec,
    supplements: &[Source],
    all: &BTreeSet<DistributionName>,
) -> BTreeSet<DistributionName> {
    let Some(python) = &project.python else {
        return BTreeSet::new();
    };
    let markers = marker_environments(&spec.interpreter, spec.platform);
    let applicable = |sources: &[Source]| {
        let lines = sources.iter().flat_map(|source| &source.brings);
        let lines = lines.filter(|line| may_apply(line, &markers));
        lines
            .map(|line| DistributionName::new(name_of(line)))
            .collect::<BTreeSet<_>>()
    };
    let mut names = applicable(supplements);
    if !is_locked(spec.strategy) {
        names.extend(applicable(&sources(spec, python)));
        return names;
    }
    let locks = leading(spec, python);
    let locked = locks
        .iter()
        .flat_map(|lock| read(&project.root, lock, &markers).into_keys())
        .collect::<BTreeSet<_>>();
    // A lock that cannot be followed here may still be followed by its tool.
    names.extend(if locked.is_empty() {
        all.clone()
    } else {
        locked
    });
    names
}
