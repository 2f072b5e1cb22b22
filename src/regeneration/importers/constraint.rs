//! The version constraints of Poetry: `^1.2`, `~1.2`, `1.*`, `>=1,<2 || >=3`.

use std::str::FromStr as _;

use pep440_rs::{Version, VersionSpecifier};

use super::marker::Marker;
use super::marker_parser::{python_full_version, python_version};

/// A constraint on versions: one of the alternatives must hold, all clauses of it together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Constraint {
    alternatives: Vec<Vec<(String, String)>>,
}

impl Constraint {
    /// Reads a constraint. What is not understood constrains nothing: the lock, which was solved
    /// with it, is what counts, and constraints only tell several versions of one name apart.
    pub(super) fn new(text: &str) -> Self {
        let alternatives = text
            .split('|')
            .filter(|alternative| !alternative.trim().is_empty())
            .map(clauses)
            .collect();
        Self { alternatives }
    }

    /// Whether `version` meets it.
    pub(super) fn allows(&self, version: &str) -> bool {
        let Ok(version) = Version::from_str(version) else {
            return true;
        };
        let holds = |(operator, number): &(String, String)| {
            VersionSpecifier::from_str(&format!("{operator}{number}"))
                .map_or(true, |specifier| specifier.contains(&version))
        };
        self.alternatives.is_empty()
            || self
                .alternatives
                .iter()
                .any(|clauses| clauses.iter().all(holds))
    }

    /// The marker that it is as a constraint on the version of Python.
    ///
    /// `<=3.10` means 3.10.0, as for Poetry, not all of 3.10.
    pub(super) fn python_marker(&self) -> Marker {
        if self.alternatives.is_empty() {
            return Marker::always();
        }
        let mut any = Marker::never();
        for clauses in &self.alternatives {
            let mut all = Marker::always();
            for (operator, version) in clauses {
                let marker = match operator.as_str() {
                    "==" | "!=" | "~=" => python_version(operator, version)
                        .or_else(|| python_full_version(operator, version)),
                    _ => python_full_version(operator, version),
                };
                if let Some(marker) = marker {
                    all = all.and(&marker);
                }
            }
            any = any.or(&all);
        }
        any
    }
}

/// The clauses of one alternative, as operators and versions of PEP 440.
fn clauses(text: &str) -> Vec<(String, String)> {
    // `>= 1.0` is one clause, `>=1.0 <2` are two.
    let mut words: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match words.last_mut() {
            Some(last) if last.ends_with(['<', '>', '=', '~', '^', '!']) => last.push_str(word),
            _ => words.push(word.to_owned()),
        }
    }
    words.iter().flat_map(|word| clause(word)).collect()
}

fn clause(word: &str) -> Vec<(String, String)> {
    let start = word
        .find(|character: char| !"<>=~^!".contains(character))
        .unwrap_or(word.len());
    let (operator, version) = word.split_at(start);
    let version = version.trim_start_matches('v');
    let one = |operator: &str, version: &str| vec![(operator.to_owned(), version.to_owned())];
    if version == "*" || version.is_empty() {
        return Vec::new();
    }
    match operator {
        "^" => up_to(version, caret_position(version)),
        "~" => up_to(version, usize::from(version.contains('.'))),
        "" | "=" => one("==", version),
        "!=" | "==" | "===" | "~=" | "<=" | ">=" | "<" | ">" => one(operator, version),
        _ => Vec::new(),
    }
}

/// The part that `^` lets nothing change in: the first that is not 0, or the last there is.
fn caret_position(version: &str) -> usize {
    let parts: Vec<&str> = version.split('.').collect();
    parts
        .iter()
        .position(|part| !part.trim_start_matches('0').is_empty())
        .unwrap_or(parts.len() - 1)
}

/// From `version` to before the next value of the part at `position`.
fn up_to(version: &str, position: usize) -> Vec<(String, String)> {
    let Ok(parsed) = Version::from_str(version) else {
        return Vec::new();
    };
    let release = parsed.release();
    let next: Vec<String> = (0..=position)
        .map(|index| {
            let part = release.get(index).copied().unwrap_or(0);
            part.saturating_add(u64::from(index == position))
                .to_string()
        })
        .collect();
    vec![
        (">=".to_owned(), version.to_owned()),
        ("<".to_owned(), next.join(".")),
    ]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(constraint: &str, allowed: &[&str], refused: &[&str]) {
        let constraint = Constraint::new(constraint);
        for version in allowed {
            assert!(constraint.allows(version), "{version}");
        }
        for version in refused {
            assert!(!constraint.allows(version), "{version}");
        }
    }

    #[test]
    fn carets_and_tildes_are_ranges() {
        check("^1.2", &["1.2", "1.9"], &["1.1", "2.0"]);
        check("^0.2.3", &["0.2.9"], &["0.3", "0.2.2"]);
        check("^0.0", &["0.0.9"], &["0.1"]);
        check("~1.2.3", &["1.2.9"], &["1.3"]);
        check("~1", &["1.9"], &["2"]);
        check("1.*", &["1.9"], &["2"]);
        check(">= 1.0, <2.0 || >=3", &["1.5", "3.1"], &["2.5"]);
        check(">=1.0 <2.0", &["1.5"], &["2.5"]);
        check("*", &["0.1", "9"], &[]);
        check("2.0", &["2.0.0"], &["2.1"]);
    }

    #[test]
    fn a_constraint_on_python_is_a_marker() {
        for (constraint, marker) in [
            ("<3.10", "python_full_version < '3.10'"),
            ("<=3.10", "python_full_version < '3.10.1'"),
            (
                "^3.8",
                "python_full_version >= '3.8' and python_full_version < '4.0'",
            ),
            (
                "~3.9",
                "python_full_version >= '3.9' and python_full_version < '3.10'",
            ),
            (
                "3.9.*",
                "python_full_version >= '3.9' and python_full_version < '3.10'",
            ),
            (
                ">=2.7, !=3.0.*, !=3.1.*",
                "(python_full_version >= '2.7' and python_full_version < '3.0') or python_full_version >= '3.2'",
            ),
            ("*", ""),
        ] {
            assert_eq!(
                Constraint::new(constraint).python_marker().to_string(),
                marker
            );
        }
    }

    proptest! {
        #[test]
        fn odd_constraints_do_not_panic(text in "[<>=!~^*|, 0-9.a-z]{0,20}", version in "[0-9.]{1,5}") {
            let constraint = Constraint::new(&text);
            constraint.allows(&version);
            constraint.python_marker();
        }
    }
}
