//! Version constraints of Poetry in the notation of PEP 440.
//!
//! Source: "Version constraints" in the documentation of Poetry.

use std::cmp::Ordering;
use std::str::FromStr as _;

use pep440_rs::{Operator, Version, VersionSpecifier, VersionSpecifiers};

/// A constraint as specifiers: `^1.2` becomes `>=1.2,<2.0`, and any version is empty.
///
/// A choice (`||`) has no counterpart in PEP 440. It becomes the range from the lowest to the
/// highest alternative, less the minor or major versions between them that no alternative accepts.
/// The error says what cannot be understood.
pub(crate) fn to_specifiers(constraint: &str) -> Result<String, String> {
    let mut alternatives = Vec::new();
    for alternative in constraint.split("||").flat_map(|part| part.split(" | ")) {
        alternatives.push(conjunction(alternative)?);
    }
    match alternatives.as_slice() {
        [only] => Ok(only.join(",")),
        _ => Ok(choice(&alternatives)),
    }
}

/// A constraint on the interpreter as a marker; none where any version will do.
pub(super) fn to_marker(constraint: &str) -> Result<Option<String>, String> {
    let mut alternatives = Vec::new();
    for alternative in constraint.split("||").flat_map(|part| part.split(" | ")) {
        let comparisons: Vec<String> = conjunction(alternative)?
            .iter()
            .map(|specifier| comparison(specifier))
            .collect();
        if comparisons.is_empty() {
            return Ok(None);
        }
        alternatives.push(comparisons.join(" and "));
    }
    match alternatives.len() {
        0 | 1 => Ok(alternatives.pop()),
        _ => Ok(Some(format!("({})", alternatives.join(" or ")))),
    }
}

fn comparison(specifier: &str) -> String {
    let split = specifier
        .find(|character: char| !"<>=!~".contains(character))
        .unwrap_or(0);
    let (operator, version) = specifier.split_at(split);
    let bare = version.trim_end_matches(".*");
    let variable = if bare.matches('.').count() >= 2 {
        "python_full_version"
    } else {
        "python_version"
    };
    format!("{variable} {operator} \"{bare}\"")
}

/// The specifiers of one alternative: parts that all hold, separated by commas or spaces.
fn conjunction(text: &str) -> Result<Vec<String>, String> {
    let mut specifiers = Vec::new();
    let mut operator = String::new();
    for part in text
        .split([',', ' '])
        .map(str::trim)
        .filter(|part| !part.is_empty())
    {
        // `>= 1.0` has a space that separates nothing.
        if part.chars().all(|character| "^~<>=!".contains(character)) {
            part.clone_into(&mut operator);
            continue;
        }
        specifiers.extend(single(&format!("{}{part}", std::mem::take(&mut operator)))?);
    }
    if operator.is_empty() {
        Ok(specifiers)
    } else {
        Err(format!("the version `{text}` is not understood"))
    }
}

fn single(part: &str) -> Result<Vec<String>, String> {
    let not_understood = || format!("the version `{part}` is not understood");
    if matches!(part, "*" | "x" | "X") {
        return Ok(Vec::new());
    }
    if let Some(version) = part.strip_prefix('^') {
        let version = Version::from_str(version).map_err(|_| not_understood())?;
        return Ok(vec![
            format!(">={version}"),
            format!("<{}", caret_bound(&version)),
        ]);
    }
    if let Some(version) = part.strip_prefix('~').filter(|rest| !rest.starts_with('=')) {
        let version = Version::from_str(version).map_err(|_| not_understood())?;
        return Ok(vec![
            format!(">={version}"),
            format!("<{}", tilde_bound(&version)),
        ]);
    }
    let specifier = if part.starts_with(['<', '>', '=', '!', '~']) {
        let (operator, version) = part.split_at(
            part.find(|character| !"<>=!~".contains(character))
                .unwrap_or(0),
        );
        let operator = if operator == "=" { "==" } else { operator };
        format!("{operator}{version}")
    } else {
        format!("=={part}")
    };
    let specifier = specifier.replace(".x", ".*");
    VersionSpecifier::from_str(&specifier).map_err(|_| not_understood())?;
    Ok(vec![specifier])
}

/// The first version that `^` excludes: the leftmost part that is not zero goes up by one.
fn caret_bound(version: &Version) -> String {
    let release = version.release();
    let leading = release
        .iter()
        .position(|part| *part != 0)
        .unwrap_or(release.len() - 1);
    bound(release, leading)
}

/// The first version that `~` excludes: the minor part goes up, or the major one if it is alone.
fn tilde_bound(version: &Version) -> String {
    bound(version.release(), usize::from(version.release().len() > 1))
}

fn bound(release: &[u64], raised: usize) -> String {
    let parts = release
        .iter()
        .enumerate()
        .map(|(index, part)| match index.cmp(&raised) {
            Ordering::Less => *part,
            Ordering::Equal => part.saturating_add(1),
            Ordering::Greater => 0,
        });
    let mut parts: Vec<String> = parts.map(|part| part.to_string()).collect();
    if parts.len() == 1 {
        parts.push("0".to_owned());
    }
    parts.join(".")
}

/// The range that covers all alternatives, less what lies between them.
fn choice(alternatives: &[Vec<String>]) -> String {
    let parsed: Vec<VersionSpecifiers> = alternatives
        .iter()
        .filter_map(|alternative| VersionSpecifiers::from_str(&alternative.join(",")).ok())
        .collect();
    let bounds = |operators: &[Operator]| -> Option<Vec<VersionSpecifier>> {
        let bound_of = |specifiers: &VersionSpecifiers| {
            specifiers
                .iter()
                .find(|specifier| operators.contains(specifier.operator()))
                .cloned()
        };
        parsed.iter().map(bound_of).collect()
    };
    let exact = [Operator::Equal, Operator::EqualStar];
    let lowest = bounds(
        &[
            &[Operator::GreaterThanEqual, Operator::GreaterThan],
            &exact[..],
        ]
        .concat(),
    )
    .and_then(|bounds| {
        bounds
            .into_iter()
            .min_by(|a, b| a.version().cmp(b.version()))
    });
    let highest = bounds(&[&[Operator::LessThan, Operator::LessThanEqual], &exact[..]].concat())
        .and_then(|bounds| {
            bounds
                .into_iter()
                .max_by(|a, b| a.version().cmp(b.version()))
        });
    let mut parts = Vec::new();
    parts.extend(lowest.as_ref().map(|lowest| match lowest.operator() {
        Operator::GreaterThan => format!(">{}", lowest.version()),
        _ => format!(">={}", lowest.version()),
    }));
    let gaps = gaps(&parsed, lowest.as_ref(), highest.as_ref());
    parts.extend(highest.map(|highest| match highest.operator() {
        Operator::LessThan => format!("<{}", highest.version()),
        Operator::EqualStar => format!(
            "<{}",
            bound(
                highest.version().release(),
                highest.version().release().len() - 1
            )
        ),
        _ => format!("<={}", highest.version()),
    }));
    parts.extend(gaps);
    parts.join(",")
}

/// The minor versions between two bounds of which no alternative accepts anything, as exclusions.
fn gaps(
    alternatives: &[VersionSpecifiers],
    lowest: Option<&VersionSpecifier>,
    highest: Option<&VersionSpecifier>,
) -> Vec<String> {
    // Beyond these nobody's choice goes; a hostile one must not make the list endless.
    const MAJORS: u64 = 12;
    const MINORS: u64 = 30;
    let accepted = |major: u64, minor: u64| {
        (0..=20).any(|patch| {
            let version = Version::new([major, minor, patch]);
            alternatives
                .iter()
                .any(|alternative| alternative.contains(&version))
        })
    };
    let within = |major: u64, minor: u64| {
        let first = Version::new([major, minor]);
        let last = Version::new([major, minor, 9999]);
        lowest.is_none_or(|lowest| *lowest.version() <= last)
            && highest.is_none_or(|highest| first < *highest.version())
    };
    let mut gaps = Vec::new();
    for major in 0..=MAJORS {
        let minors: Vec<u64> = (0..=MINORS).filter(|minor| within(major, *minor)).collect();
        let refused: Vec<u64> = minors
            .iter()
            .copied()
            .filter(|minor| !accepted(major, *minor))
            .collect();
        if refused.len() == minors.len() && minors.len() > usize::try_from(MINORS).unwrap_or(0) {
            gaps.push(format!("!={major}.*"));
        } else if refused.len() < 12 {
            gaps.extend(refused.iter().map(|minor| format!("!={major}.{minor}.*")));
        }
    }
    gaps
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(constraint: &str, expected: &str) {
        assert_eq!(
            to_specifiers(constraint).as_deref(),
            Ok(expected),
            "{constraint}"
        );
    }

    #[test]
    fn carets_follow_the_table_of_the_documentation() {
        check("^1.2.3", ">=1.2.3,<2.0.0");
        check("^1.2", ">=1.2,<2.0");
        check("^1", ">=1,<2.0");
        check("^0.2.3", ">=0.2.3,<0.3.0");
        check("^0.0.3", ">=0.0.3,<0.0.4");
        check("^0.0", ">=0.0,<0.1");
        check("^0", ">=0,<1.0");
    }

    #[test]
    fn tildes_wildcards_and_lists_follow_it_as_well() {
        check("~1.2.3", ">=1.2.3,<1.3.0");
        check("~1.2", ">=1.2,<1.3");
        check("~1", ">=1,<2.0");
        check("*", "");
        check("1.*", "==1.*");
        check("1.2.*", "==1.2.*");
        check("1.2.x", "==1.2.*");
        check("1.2.3", "==1.2.3");
        check("=1.2.3", "==1.2.3");
        check(">= 1.2, < 1.5", ">=1.2,<1.5");
        check(">=1 <2 !=1.5", ">=1,<2,!=1.5");
        check("~=1.4.2", "~=1.4.2");
        check("^1.0b1", ">=1.0b1,<2.0");
    }

    #[test]
    fn a_choice_covers_its_alternatives_and_leaves_the_gaps_out() {
        check(
            "~2.7 || ^3.5",
            ">=2.7,<4.0,!=3.0.*,!=3.1.*,!=3.2.*,!=3.3.*,!=3.4.*",
        );
        check("^1.0 || ^2.0", ">=1.0,<3.0");
        check("^1.0 || ^3.0", ">=1.0,<4.0,!=2.*");
    }

    #[test]
    fn the_interpreter_becomes_a_marker() {
        let marker = |constraint| to_marker(constraint).unwrap().unwrap_or_default();
        assert_eq!(
            marker("^3.8"),
            "python_version >= \"3.8\" and python_version < \"4.0\""
        );
        assert_eq!(marker("<3.8.1"), "python_full_version < \"3.8.1\"");
        assert_eq!(marker("3.9.*"), "python_version == \"3.9\"");
        assert_eq!(marker("*"), "");
        assert_eq!(
            marker("<3 || >=3.9"),
            "(python_version < \"3\" or python_version >= \"3.9\")"
        );
    }

    #[test]
    fn what_is_no_version_is_an_error() {
        assert_eq!(
            to_specifiers("what?"),
            Err("the version `what?` is not understood".to_owned())
        );
        assert!(to_specifiers("^").is_err());
    }

    proptest! {
        #[test]
        fn whatever_is_understood_is_valid(text in "[\\^~<>=!]{0,2}[0-9x*.]{0,6}( ?(,|\\|\\|) ?[\\^~<>=!]{0,2}[0-9x*.]{0,6}){0,2}") {
            if let Ok(specifiers) = to_specifiers(&text) {
                prop_assert!(VersionSpecifiers::from_str(&specifiers).is_ok(), "{text} -> {specifiers}");
            }
        }
    }
}
