//! Which requirements of a project contradict each other on the face of it.
//!
//! Many files of one project pin the same distribution to versions of different days. The resolver
//! finds that out one contradiction at a time; here all are found at once.

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr as _;

use dhtl_project_model::DistributionName;
use pep440_rs::{Operator, Version, VersionSpecifiers};

use crate::report::Shortfall;
use crate::resolution::sources::{Source, name_of};

/// The sources without the requirements that one before them contradicts, and what that left out.
///
/// Only what holds on every interpreter is compared: a marker may keep two pins apart.
pub(crate) fn agree(sources: &[Source]) -> (Vec<Source>, Vec<Shortfall>) {
    let mut accepted: BTreeMap<DistributionName, Vec<Claim<'_>>> = BTreeMap::new();
    let (mut agreeing, mut left_out) = (Vec::new(), Vec::new());
    for source in sources {
        let mut contradictions = Vec::new();
        for line in &source.brings {
            let Some(claim) = Claim::parse(line, &source.origin) else {
                continue;
            };
            let earlier = accepted
                .entry(DistributionName::new(name_of(line)))
                .or_default();
            match earlier.iter().find(|other| claim.contradicts(other)) {
                Some(other) => contradictions.push((line, other.clone())),
                None => earlier.push(claim),
            }
        }
        let is_bad =
            |requirement: &str| contradictions.iter().any(|(line, _)| *line == requirement);
        match contradictions.as_slice() {
            [] => agreeing.push(source.clone()),
            [first, ..] => {
                left_out.push(shortfall(source, first, contradictions.len()));
                agreeing.extend(source.without(is_bad));
            }
        }
    }
    (agreeing, left_out)
}

/// The distribution to give up so that the rest may fit together: of those that the resolver says are
/// required and cannot be had together one that the project does not import by itself, and of those
/// the one that the least important source asks for.
///
/// `explanation` is in the words of uv, which writes `you require name==version`.
pub(crate) fn to_give_up(
    sources: &[Source],
    explanation: &str,
    imported: &BTreeSet<DistributionName>,
) -> Option<DistributionName> {
    let required = explanation
        .match_indices("you require ")
        .flat_map(|(start, lead)| {
            let rest = &explanation[start + lead.len()..];
            let clause = rest.split(", we can conclude").next().unwrap_or(rest);
            let parts = clause.split(" and ");
            parts.map(|part| DistributionName::new(name_of(part.trim())))
        });
    let unimportance = |name: &DistributionName| {
        sources.iter().position(|source| {
            let mut lines = source.brings.iter();
            lines.any(|line| DistributionName::new(name_of(line)) == *name)
        })
    };
    required
        .filter_map(|name| Some((!imported.contains(&name), unimportance(&name)?, name)))
        .max()
        .map(|(_, _, name)| name)
}

/// What one requirement says about a version.
#[derive(Debug, Clone)]
struct Claim<'a> {
    specifiers: VersionSpecifiers,
    exact: Option<Version>,
    line: &'a str,
    origin: &'a str,
}

impl<'a> Claim<'a> {
    fn parse(line: &'a str, origin: &'a str) -> Option<Self> {
        if line.contains([';', '@']) {
            return None;
        }
        let rest = &line[name_of(line).len()..];
        let rest = match rest.split_once(']') {
            Some((_, specifiers)) => specifiers,
            None => rest,
        };
        let rest = rest.trim().trim_matches(['(', ')']);
        let specifiers = VersionSpecifiers::from_str(rest).ok()?;
        let exact = specifiers
            .iter()
            .find(|one| matches!(one.operator(), Operator::Equal | Operator::ExactEqual))
            .map(|one| one.version().clone());
        Some(Self {
            specifiers,
            exact,
            line,
            origin,
        })
    }

    fn contradicts(&self, other: &Self) -> bool {
        let refuses = |claim: &Self, version: &Option<Version>| {
            version
                .as_ref()
                .is_some_and(|version| !claim.specifiers.contains(version))
        };
        refuses(self, &other.exact) || refuses(other, &self.exact)
    }
}

fn shortfall(source: &Source, (line, other): &(&String, Claim<'_>), count: usize) -> Shortfall {
    let more = match count {
        1 => String::new(),
        count => format!(" and {} more", count - 1),
    };
    Shortfall::new(
        format!("`{line}`{more} of {}", source.origin),
        format!("it contradicts `{}` of {}", other.line, other.origin),
    )
    .essential(source.mandatory)
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::Evidence;

    use super::*;

    fn source(origin: &str, lines: &[&str]) -> Source {
        Source {
            label: origin.to_owned(),
            origin: origin.to_owned(),
            arguments: vec![origin.to_owned()],
            generated: None,
            mandatory: false,
            brings: lines.iter().map(|line| (*line).to_owned()).collect(),
            evidence: Evidence::file(origin, "test"),
        }
    }

    #[test]
    fn the_first_of_two_pins_holds() {
        let sources = [
            source("a.txt", &["x==1.0", "y>=2", "z[e] == 3", "w<2"]),
            source("b.txt", &["X==1.0.0", "y==1", "z>=4", "other"]),
            source("c.txt", &["x==2; python_version < '3'", "w>1.5", "y==3"]),
            source("d.txt", &["y==4"]),
        ];
        let (agreeing, left_out) = agree(&sources);
        let brings = agreeing.iter().map(|source| source.brings.join(", "));
        assert_eq!(
            brings.collect::<Vec<_>>(),
            [
                "x==1.0, y>=2, z[e] == 3, w<2",
                "X==1.0.0, other",
                "x==2; python_version < '3', w>1.5, y==3"
            ]
        );
        let texts = left_out
            .iter()
            .map(|one| format!("{}: {}", one.what, one.why));
        assert_eq!(
            texts.collect::<Vec<_>>(),
            [
                "`y==1` and 1 more of b.txt: it contradicts `y>=2` of a.txt",
                "`y==4` of d.txt: it contradicts `y==3` of c.txt"
            ]
        );
    }

    #[test]
    fn what_the_least_important_source_asks_for_is_given_up() {
        let sources = [
            source("a.txt", &["protobuf<4", "grpcio==1.0"]),
            source("b.txt", &["web3==6.19.0", "protobuf<4"]),
        ];
        let check = |explanation: &str, expected: Option<&str>| {
            let imported = ["grpcio"].map(DistributionName::new).into();
            let name = to_give_up(&sources, explanation, &imported);
            assert_eq!(name.as_ref().map(DistributionName::as_str), expected);
        };
        let explanation = "Because web3==6.19.0 depends on protobuf>=4.21.6 and you require \
            protobuf==3.20.3, we can conclude that your requirements and web3==6.19.0 are \
            incompatible. And because you require web3==6.19.0, we can conclude that your \
            requirements are unsatisfiable.";
        check(explanation, Some("web3"));
        check(
            "Because you require grpcio==1.0 and web3==6.19.0, we can",
            Some("web3"),
        );
        check(
            "Because you require protobuf<4 and grpcio==1.0, we can",
            Some("protobuf"),
        );
        check("Because there are no versions of x", None);
        check("you require ", None);
    }

    #[test]
    fn prefixes_are_no_pins_of_one_version() {
        let sources = [source("a", &["x==1.*"]), source("b", &["x==1.4"])];
        assert_eq!(agree(&sources).1, []);
    }
}
