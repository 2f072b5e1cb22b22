//! Environment markers that can be joined, and stay short: a disjunction of clauses.

use std::fmt;

use super::clause::{Clause, Comparison};

/// A marker with more alternatives is widened to what they have in common, so that hostile locks
/// cannot make it grow without end.
const MOST_CLAUSES: usize = 32;

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
            let widest = self.clauses.drain(..).reduce(|left, right| left.hull(&right));
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
