//! The numbers of a version, without what follows them.

use std::cmp::Ordering;
use std::fmt;

/// The numbers of a version: `20`, `3.12.1`. What is not said counts as zero when two are compared.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Number {
    parts: [u32; MOST],
    length: usize,
}

/// More parts than any runtime has: Erlang and vendors of Java have five.
const MOST: usize = 5;

impl Number {
    /// The number at the beginning of `text`, and the rest of it; none where it does not begin with a
    /// digit, or has more or larger parts than any release.
    pub(crate) fn leading(text: &str) -> Option<(Self, &str)> {
        let mut number = Self {
            parts: [0; MOST],
            length: 0,
        };
        let mut rest = text;
        loop {
            let end = rest
                .find(|character: char| !character.is_ascii_digit())
                .unwrap_or(rest.len());
            *number.parts.get_mut(number.length)? = rest[..end].parse().ok()?;
            number.length += 1;
            rest = &rest[end..];
            match rest.strip_prefix('.') {
                Some(next) if next.starts_with(|next: char| next.is_ascii_digit()) => rest = next,
                _ => return Some((number, rest)),
            }
        }
    }

    /// The number that `text` is as a whole.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (number, rest) = Self::leading(text)?;
        rest.is_empty().then_some(number)
    }

    /// Its parts, as far as they are said.
    pub(crate) fn parts(&self) -> &[u32] {
        &self.parts[..self.length]
    }

    /// The first `length` parts.
    pub(crate) fn prefix(&self, length: usize) -> Self {
        let length = length.clamp(1, self.length);
        let mut parts = self.parts;
        parts[length..].fill(0);
        Self { parts, length }
    }

    /// The first number that does not begin with the first `length` parts of this one.
    pub(crate) fn after_prefix(&self, length: usize) -> Self {
        let mut next = self.prefix(length);
        let last = &mut next.parts[next.length - 1];
        *last = last.saturating_add(1);
        next
    }

    /// Whether this one begins with all parts of `prefix`.
    pub(crate) fn starts_with(&self, prefix: &Self) -> bool {
        self.parts().starts_with(prefix.parts())
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts.cmp(&other.parts)
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Number {
    fn eq(&self, other: &Self) -> bool {
        self.parts == other.parts
    }
}

impl Eq for Number {}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, part) in self.parts().iter().enumerate() {
            if index > 0 {
                f.write_str(".")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_not_said_is_zero() {
        assert_eq!(Number::parse("20"), Number::parse("20.0.0"));
        assert!(Number::parse("3.9") < Number::parse("3.10"));
        assert_eq!(Number::parse("3.x"), None);
        assert_eq!(Number::parse("99999999999"), None);
        assert_eq!(Number::parse("1.2.3.4.5.6"), None);
    }

    #[test]
    fn a_prefix_ends_before_the_next_one() {
        let number = Number::parse("1.2.3").unwrap();
        assert_eq!(number.prefix(2).to_string(), "1.2");
        assert_eq!(number.after_prefix(2).to_string(), "1.3");
        assert_eq!(number.after_prefix(9).to_string(), "1.2.4");
    }

    proptest! {
        #[test]
        fn a_number_is_one_again(parts in prop::collection::vec(any::<u32>(), 1..=MOST)) {
            let text = parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(".");
            let number = Number::parse(&text).unwrap();
            prop_assert_eq!(number.to_string(), text);
            prop_assert!(number.after_prefix(1) >= number || parts[0] == u32::MAX);
        }

        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(text: String) {
            let _ = Number::leading(&text);
        }
    }
}
