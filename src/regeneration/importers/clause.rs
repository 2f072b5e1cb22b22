//! A conjunction of marker comparisons, with the Python versions kept as one range.

use std::collections::BTreeSet;
use std::fmt;

/// A release of Python: major, minor, patch.
pub(super) type Release = [u32; 3];

/// A comparison that says nothing about the Python version, or nothing a range can hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Comparison {
    pub(super) variable: String,
    pub(super) operator: Operator,
    pub(super) value: String,
}

/// The operators of PEP 508. `Contains` is `in` with the variable on the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Operator {
    Equal,
    NotEqual,
    Less,
    AtLeast,
    Greater,
    AtMost,
    In,
    NotIn,
    Contains,
    ContainsNot,
}

impl Operator {
    pub(super) fn negated(self) -> Self {
        match self {
            Self::Equal => Self::NotEqual,
            Self::NotEqual => Self::Equal,
            Self::Less => Self::AtLeast,
            Self::AtLeast => Self::Less,
            Self::Greater => Self::AtMost,
            Self::AtMost => Self::Greater,
            Self::In => Self::NotIn,
            Self::NotIn => Self::In,
            Self::Contains => Self::ContainsNot,
            Self::ContainsNot => Self::Contains,
        }
    }
}

impl Comparison {
    pub(super) fn negated(&self) -> Self {
        Self {
            operator: self.operator.negated(),
            ..self.clone()
        }
    }

    /// Whether `self` holds wherever `other` does.
    fn follows_from(&self, other: &Self) -> bool {
        self == other
            || (self.variable == other.variable
                && self.operator == Operator::NotEqual
                && other.operator == Operator::Equal
                && self.value != other.value)
    }

    fn contradicts(&self, other: &Self) -> bool {
        self.variable == other.variable
            && (*self == other.negated()
                || (self.operator == Operator::Equal
                    && other.operator == Operator::Equal
                    && self.value != other.value))
    }
}

/// Comparisons that all must hold; none at all hold always.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Clause {
    /// The first release of Python that it holds for.
    pub(super) from: Option<Release>,
    /// The first release after that it does not hold for.
    pub(super) before: Option<Release>,
    pub(super) comparisons: BTreeSet<Comparison>,
}

impl Clause {
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Both; none where they exclude each other.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        let from = self.from.max(other.from);
        let before = earlier(self.before, other.before);
        if let (Some(from), Some(before)) = (from, before)
            && before <= from
        {
            return None;
        }
        let mut comparisons = self.comparisons.clone();
        for one in &other.comparisons {
            if comparisons.iter().any(|kept| kept.contradicts(one)) {
                return None;
            }
            if comparisons.iter().any(|kept| one.follows_from(kept)) {
                continue;
            }
            comparisons.retain(|kept| !kept.follows_from(one));
            comparisons.insert(one.clone());
        }
        Some(Self {
            from,
            before,
            comparisons,
        })
    }

    /// Whether `self` holds wherever `other` does.
    pub(super) fn absorbs(&self, other: &Self) -> bool {
        let starts = self.from <= other.from;
        let ends = match (self.before, other.before) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(others)) => own >= others,
        };
        starts
            && ends
            && self.comparisons.iter().all(|own| {
                other
                    .comparisons
                    .iter()
                    .any(|others| own.follows_from(others))
            })
    }

    /// One clause that says the same as both, where there is one.
    pub(super) fn merged(&self, other: &Self) -> Option<Self> {
        if self.comparisons == other.comparisons {
            let (low, high) = if self.from <= other.from {
                (self, other)
            } else {
                (other, self)
            };
            let touches = match (low.before, high.from) {
                (Some(before), Some(from)) => from <= before,
                _ => true,
            };
            return touches.then(|| self.hull(other));
        }
        if (self.from, self.before) != (other.from, other.before) {
            return None;
        }
        let mut own = self.comparisons.difference(&other.comparisons);
        let mut others = other.comparisons.difference(&self.comparisons);
        let (first, second) = (own.next()?, others.next()?);
        let complements = *first == second.negated();
        (complements && own.next().is_none() && others.next().is_none()).then(|| self.hull(other))
    }

    /// What both have in common: it holds wherever one of them does.
    pub(super) fn hull(&self, other: &Self) -> Self {
        let before = match (self.before, other.before) {
            (Some(own), Some(others)) => Some(own.max(others)),
            _ => None,
        };
        Self {
            from: self.from.min(other.from),
            before,
            comparisons: &self.comparisons & &other.comparisons,
        }
    }

    /// The clauses one of which holds wherever this one does not.
    pub(super) fn negated(&self) -> impl Iterator<Item = Self> {
        let below = self.from.map(|from| Self {
            before: Some(from),
            ..Self::default()
        });
        let above = self.before.map(|before| Self {
            from: Some(before),
            ..Self::default()
        });
        let comparisons = self.comparisons.iter().map(|one| Self {
            comparisons: BTreeSet::from([one.negated()]),
            ..Self::default()
        });
        below.into_iter().chain(above).chain(comparisons)
    }

    pub(super) fn len(&self) -> usize {
        usize::from(self.from.is_some())
            + usize::from(self.before.is_some())
            + self.comparisons.len()
    }
}

fn earlier(left: Option<Release>, right: Option<Release>) -> Option<Release> {
    match (left, right) {
        (Some(left), Some(right)) => Some(left.min(right)),
        (one, None) | (None, one) => one,
    }
}

impl fmt::Display for Clause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self
            .from
            .map(|from| format!("python_full_version >= '{}'", Shown(from)));
        let before = self
            .before
            .map(|before| format!("python_full_version < '{}'", Shown(before)));
        let comparisons = self.comparisons.iter().map(Comparison::to_string);
        let all: Vec<String> = from.into_iter().chain(before).chain(comparisons).collect();
        f.write_str(&all.join(" and "))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            variable, value, ..
        } = self;
        let operator = match self.operator {
            Operator::Equal => "==",
            Operator::NotEqual => "!=",
            Operator::Less => "<",
            Operator::AtLeast => ">=",
            Operator::Greater => ">",
            Operator::AtMost => "<=",
            Operator::In => "in",
            Operator::NotIn => "not in",
            Operator::Contains => return write!(f, "'{value}' in {variable}"),
            Operator::ContainsNot => return write!(f, "'{value}' not in {variable}"),
        };
        write!(f, "{variable} {operator} '{value}'")
    }
}

struct Shown(Release);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}")?;
        if patch > 0 {
            write!(f, ".{patch}")?;
        }
        Ok(())
    }
}
