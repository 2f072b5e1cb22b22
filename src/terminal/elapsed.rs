//! Durations for people.

use std::fmt;
use std::time::Duration;

/// A duration in two units at most: `350ms`, `1.2s`, `2m 05s`, `1h 02m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed(pub Duration);

impl fmt::Display for Elapsed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.0.as_secs();
        match seconds {
            0 => write!(f, "{}ms", self.0.as_millis()),
            1..60 => write!(f, "{seconds}.{}s", self.0.subsec_millis() / 100),
            60..3600 => write!(f, "{}m {:02}s", seconds / 60, seconds % 60),
            _ => write!(f, "{}h {:02}m", seconds / 3600, seconds / 60 % 60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_largest_units_are_shown() {
        let shown = |milliseconds| Elapsed(Duration::from_millis(milliseconds)).to_string();
        assert_eq!(shown(0), "0ms");
        assert_eq!(shown(999), "999ms");
        assert_eq!(shown(1_000), "1.0s");
        assert_eq!(shown(59_999), "59.9s");
        assert_eq!(shown(60_000), "1m 00s");
        assert_eq!(shown(3_599_999), "59m 59s");
        assert_eq!(shown(3_720_000), "1h 02m");
    }
}
