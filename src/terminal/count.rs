//! Numbers that agree with their nouns.

use std::fmt;

/// A number of things: `1 step`, `3 steps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count(pub usize, pub &'static str);

impl Count {
    /// A number of things whose plural is not the singular and an `s`: `1 entry`, `3 entries`.
    #[must_use]
    pub fn of(number: usize, singular: &'static str, plural: &'static str) -> impl fmt::Display {
        let noun = if number == 1 { singular } else { plural };
        fmt::from_fn(move |f| write!(f, "{number} {noun}"))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(number, noun) = self;
        write!(f, "{number} {noun}{}", if *number == 1 { "" } else { "s" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_agree_with_their_nouns() {
        let steps = [0, 1, 2].map(|number| Count(number, "step").to_string());
        assert_eq!(steps, ["0 steps", "1 step", "2 steps"]);
        let entries = [0, 1, 2].map(|number| Count::of(number, "entry", "entries").to_string());
        assert_eq!(entries, ["0 entries", "1 entry", "2 entries"]);
    }
}
