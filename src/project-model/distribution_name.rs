//! Names of distributions, compared the way package indexes compare them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The normalised name of a distribution: lower case, runs of `-`, `_` and `.` as one `-`.
///
/// Source: the name normalisation of PEP 503.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "String")]
pub struct DistributionName(String);

impl DistributionName {
    /// Normalises `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut normalised = String::with_capacity(name.len());
        let mut separated = false;
        // No name holds white space; what a file has around one is no part of it.
        for character in name.chars().filter(|character| !character.is_whitespace()) {
            if matches!(character, '-' | '_' | '.') {
                separated = true;
                continue;
            }
            if std::mem::take(&mut separated) {
                normalised.push('-');
            }
            normalised.push(character.to_ascii_lowercase());
        }
        Self(normalised)
    }

    /// The normalised text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for DistributionName {
    fn from(name: String) -> Self {
        Self::new(&name)
    }
}

impl fmt::Display for DistributionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_normalised_name_is_normal(name: String) {
            let normalised = DistributionName::new(&name);
            prop_assert_eq!(DistributionName::new(normalised.as_str()), normalised);
        }
    }

    #[test]
    fn spellings_of_one_name_are_equal() {
        for spelling in ["zope.interface", "Zope_Interface", "zope-.-interface"] {
            assert_eq!(DistributionName::new(spelling).as_str(), "zope-interface");
        }
    }
}
