//! Conditions in code whose outcome is known from the interpreter and the platform alone.

use std::cmp::Ordering;

use crate::OperatingSystem;

/// A condition that type checkers decide without running anything.
///
/// Source: "Version and platform checking" of the specification of Python's type system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StaticTest {
    /// Nothing is known.
    Unknown,
    /// Always the same.
    Constant(bool),
    /// `sys.version_info >= (3, 8)`, or `sys.version_info[0] >= 3` with an index.
    Version {
        /// How the two compare.
        comparison: Comparison,
        /// What the version is compared with.
        release: Vec<u32>,
        /// The part of the version that is compared; none for all of it.
        index: Option<usize>,
    },
    /// `sys.platform == "win32"`, or `sys.platform.startswith("win")`.
    Platform {
        /// What is compared with.
        name: String,
        /// Whether the beginning is enough.
        prefix: bool,
    },
    /// `os.name == "nt"`.
    OsName(String),
    /// The opposite.
    Not(Box<Self>),
    /// All of them.
    All(Vec<Self>),
    /// At least one of them.
    Any(Vec<Self>),
}

/// An operator between two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
}

impl StaticTest {
    /// The opposite of this.
    #[must_use]
    pub fn negated(self) -> Self {
        match self {
            Self::Unknown => Self::Unknown,
            Self::Constant(value) => Self::Constant(!value),
            Self::Not(inner) => *inner,
            other => Self::Not(Box::new(other)),
        }
    }

    /// What comes out where `version` runs on `system`; none where that is not known.
    #[must_use]
    pub fn holds(&self, version: &[u32], system: OperatingSystem) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Constant(value) => Some(*value),
            Self::Version {
                comparison,
                release,
                index: None,
            } => Some(comparison.holds(version.cmp(release))),
            Self::Version {
                comparison,
                release,
                index: Some(index),
            } => Some(comparison.holds(version.get(*index)?.cmp(release.first()?))),
            Self::Platform { name, prefix } => {
                let platform = platform_of(system);
                Some(if *prefix {
                    platform.starts_with(name)
                } else {
                    platform == name
                })
            }
            Self::OsName(name) => Some(name == os_name_of(system)),
            Self::Not(inner) => inner.holds(version, system).map(|value| !value),
            Self::All(tests) => all(tests.iter().map(|test| test.holds(version, system))),
            Self::Any(tests) => all(tests
                .iter()
                .map(|test| test.holds(version, system).map(|value| !value)))
            .map(|value| !value),
        }
    }
}

impl Comparison {
    fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Less => ordering.is_lt(),
            Self::LessOrEqual => ordering.is_le(),
            Self::Greater => ordering.is_gt(),
            Self::GreaterOrEqual => ordering.is_ge(),
            Self::Equal => ordering.is_eq(),
            Self::NotEqual => ordering.is_ne(),
        }
    }
}

/// One that is false decides; otherwise all must be known.
fn all(outcomes: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut together = Some(true);
    for outcome in outcomes {
        match outcome {
            Some(false) => return Some(false),
            Some(true) => {}
            None => together = None,
        }
    }
    together
}

/// `sys.platform`.
const fn platform_of(system: OperatingSystem) -> &'static str {
    match system {
        OperatingSystem::Darwin => "darwin",
        OperatingSystem::Linux => "linux",
        OperatingSystem::Windows => "win32",
    }
}

/// `os.name`.
const fn os_name_of(system: OperatingSystem) -> &'static str {
    match system {
        OperatingSystem::Windows => "nt",
        OperatingSystem::Darwin | OperatingSystem::Linux => "posix",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(test: &StaticTest, expected: Option<bool>) {
        assert_eq!(test.holds(&[3, 11, 7], OperatingSystem::Linux), expected);
    }

    fn version(comparison: Comparison, release: &[u32], index: Option<usize>) -> StaticTest {
        StaticTest::Version {
            comparison,
            release: release.to_vec(),
            index,
        }
    }

    #[test]
    fn versions_compare_as_tuples() {
        check(
            &version(Comparison::GreaterOrEqual, &[3, 11], None),
            Some(true),
        );
        check(&version(Comparison::Greater, &[3], None), Some(true));
        check(&version(Comparison::Less, &[3], None), Some(false));
        check(&version(Comparison::Equal, &[2], Some(0)), Some(false));
        check(&version(Comparison::NotEqual, &[2], Some(0)), Some(true));
        check(
            &version(Comparison::LessOrEqual, &[10], Some(1)),
            Some(false),
        );
        check(&version(Comparison::Less, &[1], Some(9)), None);
    }

    #[test]
    fn platforms_compare_by_name() {
        let platform = |name: &str, prefix| StaticTest::Platform {
            name: name.to_owned(),
            prefix,
        };
        check(&platform("linux", false), Some(true));
        check(&platform("lin", false), Some(false));
        check(&platform("win", true), Some(false));
        check(&StaticTest::OsName("posix".to_owned()), Some(true));
    }

    #[test]
    fn what_is_unknown_only_matters_where_nothing_else_decides() {
        let unknown = || StaticTest::Unknown;
        let constant = StaticTest::Constant;
        check(
            &StaticTest::All(vec![unknown(), constant(false)]),
            Some(false),
        );
        check(&StaticTest::All(vec![unknown(), constant(true)]), None);
        check(
            &StaticTest::Any(vec![unknown(), constant(true)]),
            Some(true),
        );
        check(&StaticTest::Any(vec![unknown(), constant(false)]), None);
        check(&unknown().negated(), None);
        check(&StaticTest::OsName("nt".to_owned()).negated(), Some(true));
        check(
            &StaticTest::OsName("nt".to_owned()).negated().negated(),
            Some(false),
        );
    }
}
