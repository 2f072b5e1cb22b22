//! Environment markers that can be joined, and stay short: a disjunction of clauses.

use std::fmt;

use super::clause::{Clause, Comparison};

/// A marker with more alternatives is widened to what they have in common, so that hostile locks
/// cannot make it grow without end.
const MOST_CLAUSES: usize = 16;

/// The conditions under which a distribution is needed: one of the clauses must hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    clauses: Vec<Clause>,
}

impl Marker {
    /// It always holds.
    pub(super) fn always() -> Self {
        Self::from(Clause::default())
    }

    /// It never holds.
    pub(super) fn never() -> Self {
        Self {
            clauses: Vec::new(),
        }
    }

    pub(super) fn is_always(&self) -> bool {
        self.clauses.iter().any(Clause::is_empty)
    }

    pub(super) fn is_never(&self) -> bool {
        self.clauses.is_empty()
    }

    /// The number of its alternatives.
    pub(super) fn len(&self) -> usize {
        self.clauses.len()
    }

    /// Where both hold.
    #[must_use]
    pub(super) fn and(&self, other: &Self) -> Self {
        let mut both = Self::never();
        for own in &self.clauses {
            for others in &other.clauses {
                if let Some(clause) = own.and(others) {
                    both.insert(clause);
                }
            }
        }
        both.sorted()
    }

    /// Where one of them holds.
    #[must_use]
    pub(super) fn or(&self, other: &Self) -> Self {
        let mut either = self.clone();
        for clause in &other.clauses {
            either.insert(clause.clone());
        }
        either.sorted()
    }

    /// Where it does not hold.
    #[must_use]
    pub(super) fn negated(&self) -> Self {
        self.clauses.iter().fold(Self::always(), |so_far, clause| {
            let mut not = Self::never();
            for one in clause.negated() {
                not.insert(one);
            }
            so_far.and(&not)
        })
    }

    fn insert(&mut self, mut clause: Clause) {
        loop {
            if self.clauses.iter().any(|kept| kept.absorbs(&clause)) {
                return;
            }
            self.clauses.retain(|kept| !clause.absorbs(kept));
            let merged = self
                .clauses
                .iter()
                .enumerate()
                .find_map(|(index, kept)| Some((index, kept.merged(&clause)?)));
            let Some((index, merged)) = merged else {
                break;
            };
            self.clauses.swap_remove(index);
            clause = merged;
        }
        self.clauses.push(clause);
        if self.clauses.len() > MOST_CLAUSES {
            let widest = self
                .clauses
                .drain(..)
                .reduce(|left, right| left.hull(&right));
            self.clauses.extend(widest);
        }
    }

    fn sorted(mut self) -> Self {
        self.clauses.sort();
        self
    }
}

impl From<Clause> for Marker {
    fn from(clause: Clause) -> Self {
        Self {
            clauses: vec![clause],
        }
    }
}

impl From<Comparison> for Marker {
    fn from(comparison: Comparison) -> Self {
        Self::from(Clause {
            comparisons: [comparison].into(),
            ..Clause::default()
        })
    }
}

/// The text of PEP 508; empty where it always holds.
impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_always() {
            return Ok(());
        }
        for (index, clause) in self.clauses.iter().enumerate() {
            if index > 0 {
                f.write_str(" or ")?;
            }
            if self.clauses.len() > 1 && clause.len() > 1 {
                write!(f, "({clause})")?;
            } else {
                write!(f, "{clause}")?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::marker_parser::{Extras, parse};
    use super::*;
    use crate::markers::MarkerEnvironment;

    #[track_caller]
    fn check(marker: &str, expected: &str) {
        let parsed = parse(marker, Extras::None).map(|marker| marker.to_string());
        assert_eq!(parsed.as_deref(), Some(expected), "{marker}");
    }

    #[test]
    fn markers_are_kept_short() {
        check(
            "python_version >= '3.8' and python_version >= '3.10'",
            "python_full_version >= '3.10'",
        );
        check("python_version < '3.9' or python_version >= '3.9'", "");
        check(
            "python_version == '3.9' or python_version == '3.10'",
            "python_full_version >= '3.9' and python_full_version < '3.11'",
        );
        check(
            "os_name == 'nt' or os_name == 'nt' and sys_platform == 'win32'",
            "os_name == 'nt'",
        );
        check("os_name == 'nt' and os_name != 'posix'", "os_name == 'nt'");
        check("os_name == 'nt' or os_name != 'nt'", "");
        check("'linux' in sys_platform", "'linux' in sys_platform");
        check(
            "python_version in '3.8 3.9'",
            "python_full_version >= '3.8' and python_full_version < '3.10'",
        );
        check(
            "python_implementation == \"CPython\"",
            "platform_python_implementation == 'CPython'",
        );
        check("extra != 'a' and os.name == 'nt'", "os_name == 'nt'");
    }

    #[test]
    fn what_cannot_hold_is_never_needed() {
        for marker in [
            "extra == 'a'",
            "python_version < '3.8' and python_version >= '3.8'",
            "os_name == 'nt' and os_name == 'posix'",
            "os_name == 'nt' and os_name != 'nt'",
        ] {
            assert!(parse(marker, Extras::None).unwrap().is_never(), "{marker}");
        }
        assert!(
            parse("extra == 'A.b'", Extras::One("a-b"))
                .unwrap()
                .is_always()
        );
    }

    #[test]
    fn what_is_no_marker_is_refused() {
        let deep = format!("{}os_name == 'nt'{}", "(".repeat(200), ")".repeat(200));
        for marker in [
            "os_name",
            "os_name == 'a' b",
            "'a' == 'b'",
            "os_name ~= 'a'",
            "color == 'a'",
            "os_name == 'a#b'",
            "os_name == 'a --hash=b'",
            "os_name == 'é'",
            "(os_name == 'a'",
            &deep,
        ] {
            assert_eq!(parse(marker, Extras::None), None, "{marker}");
        }
    }

    fn markers() -> impl Strategy<Value = String> {
        let comparison = prop_oneof![
            "python_version (<|<=|>|>=|==|!=) '3\\.(8|9|10|11|12)'",
            "python_full_version (<|<=|>|>=|==|!=) '3\\.(9|10|11)\\.[0-2]'",
            "sys_platform (==|!=) '(linux|win32|darwin)'",
            "platform_machine (==|!=|in|not in) '(x86_64|arm64)'",
            "'(li|win)' (in|not in) sys_platform",
        ];
        comparison.prop_recursive(3, 8, 2, |inner| {
            (inner.clone(), "and|or", inner)
                .prop_map(|(left, word, right)| format!("({left}) {word} ({right})"))
        })
    }

    fn comparisons(marker: &str) -> usize {
        1 + marker.matches(") and (").count() + marker.matches(") or (").count()
    }

    proptest! {
        #[test]
        fn joined_markers_hold_where_their_parts_do(left in markers(), right in markers()) {
            let read = |text: &str| parse(text, Extras::None).unwrap();
            let (one, other) = (read(&left), read(&right));
            for (platform, version) in [
                ("linux-x86_64", "3.11.1"), ("darwin-arm64", "3.9.2"),
                ("windows-x86_64", "3.10.0"), ("linux-arm64", "3.8.18"), ("linux-x86_64", "3.12.0"),
            ] {
                let environment = MarkerEnvironment::new(platform.parse().unwrap(), "cpython", version);
                let holds = |text: &str| environment.satisfies(text).unwrap();
                let written = |marker: &Marker| !marker.is_never() && holds(&marker.to_string());
                // One of many alternatives may be widened: then it holds elsewhere, too, never less.
                let is_exact = comparisons(&left) + comparisons(&right) <= 4;
                let agree = |marker: &Marker, expected: bool| {
                    written(marker) == expected || (!is_exact && !expected)
                };
                prop_assert!(agree(&one, holds(&left)));
                prop_assert!(agree(&one.and(&other), holds(&left) && holds(&right)));
                prop_assert!(agree(&one.or(&other), holds(&left) || holds(&right)));
                if is_exact {
                    prop_assert_eq!(written(&one.negated()), !holds(&left));
                }
            }
        }

        #[test]
        fn odd_markers_do_not_panic(marker in "[a-z_ <>=!~()'\"0-9.é]{0,40}") {
            let _ = parse(&marker, Extras::All);
        }
    }
}
