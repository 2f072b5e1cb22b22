//! Which requirements a failed resolution speaks against.

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::{Diagnostic as _, DistributionName};

use crate::failure::{Cause, UvFailure};
use crate::report::Shortfall;
use crate::resolution::agreement::to_give_up;
use crate::resolution::sources::{Source, name_of};

/// Whether any source brings what the failure complains about.
pub(crate) fn is_to_blame(sources: &[Source], failure: &UvFailure) -> bool {
    let mut requirements = sources.iter().flat_map(|source| &source.brings);
    requirements.any(|requirement| is_bad(requirement, failure))
}

/// The requirements to leave out because of a failure, each once; none where it does not say.
pub(crate) fn bad_requirements(
    sources: &[Source],
    failure: &UvFailure,
    imported: &BTreeSet<DistributionName>,
) -> Option<BTreeSet<String>> {
    let given_up = match failure {
        UvFailure::NoSolution { explanation, .. } => to_give_up(sources, explanation, imported),
        _ => None,
    };
    let is_bad = |requirement: &&String| {
        is_bad(requirement, failure)
            || given_up.as_ref() == Some(&DistributionName::new(name_of(requirement)))
    };
    let requirements = sources.iter().flat_map(|source| &source.brings);
    let bad = requirements
        .filter(is_bad)
        .cloned()
        .collect::<BTreeSet<_>>();
    (!bad.is_empty()).then_some(bad)
}

/// Takes requirements out of every source that brings them, and reports each once.
pub(crate) fn take_out(
    sources: &mut Vec<Source>,
    bad: &BTreeSet<String>,
    failure: &UvFailure,
) -> Vec<Shortfall> {
    let mut origins: BTreeMap<&String, (Vec<&str>, bool)> = BTreeMap::new();
    for source in sources.iter() {
        for line in source.brings.iter().filter(|line| bad.contains(*line)) {
            let (places, essential) = origins.entry(line).or_default();
            places.push(&source.origin);
            *essential |= source.mandatory;
        }
    }
    let shortfalls = match failure.cause() {
        Some(Cause::HostUnreachable { host: Some(host) }) if origins.len() > 1 => {
            let names = origins.keys().map(|line| format!("`{}`", short(line)));
            let mut names = names.collect::<Vec<_>>();
            names.dedup();
            let shortfall = Shortfall {
                next: failure.hint(),
                ..Shortfall::new(
                    format!("{} from `{host}`", names.join(", ")),
                    format!("`{host}` cannot be reached"),
                )
                .essential(origins.values().any(|(_, essential)| *essential))
            };
            vec![shortfall]
        }
        _ => origins
            .into_iter()
            .map(|(line, (places, essential))| left_out(line, &places, essential, failure))
            .collect(),
    };
    let rest = sources.iter().filter_map(|source| {
        let is_touched = source.brings.iter().any(|line| bad.contains(line));
        if is_touched {
            source.without(|line| bad.contains(line))
        } else {
            Some(source.clone())
        }
    });
    *sources = rest.collect();
    shortfalls
}

fn left_out(line: &str, places: &[&str], essential: bool, failure: &UvFailure) -> Shortfall {
    let first = places.first().copied().unwrap_or_default();
    let more = match places.len() {
        0 | 1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    let is_not_built = matches!(failure, UvFailure::Build { .. } | UvFailure::Git { .. });
    let is_named = is_not_built && (line.contains(" @ ") || !line.contains("://"));
    Shortfall {
        distribution: is_named.then(|| DistributionName::new(name_of(line))),
        ..Shortfall::because_of(format!("`{line}` of {first}{more}"), failure)
    }
    .essential(essential)
}

/// What a requirement is called: its name, or the address of one without.
fn short(requirement: &str) -> &str {
    if requirement.contains(" @ ") || !requirement.contains("://") {
        name_of(requirement)
    } else {
        requirement
    }
}

/// Whether a requirement is what the failure complains about, or comes from a host that it says does
/// not answer: a host that does not answer once keeps every other requirement waiting, too.
fn is_bad(requirement: &str, failure: &UvFailure) -> bool {
    if failure.mentions(requirement) {
        return true;
    }
    let Some(Cause::HostUnreachable { host: Some(host) }) = failure.cause() else {
        return false;
    };
    requirement
        .split_once("://")
        .is_some_and(|(_, address)| address.split(['/', ':']).next() == Some(host.as_str()))
}
