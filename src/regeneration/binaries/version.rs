//! Versions of programs: what they print, and which of them will do.

/// Whether `actual` is the version `wanted`, or one of those that it stands for: `18` stands for every
/// 18.x, and `1.11.1` for `1.11.1.4`, which is the same program packed anew.
pub(super) fn accepts(wanted: &str, actual: &str) -> bool {
    let (wanted, actual) = (plain(wanted), plain(actual));
    actual
        .strip_prefix(wanted)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// The version in what a program prints about itself, such as `v20.1.0`, `rustc 1.70.0 (90c541806
/// 2023-05-31)` or `go version go1.22.1 linux/amd64`.
pub(super) fn in_output(text: &str) -> Option<String> {
    text.split_whitespace().find_map(|word| {
        let word = word.trim_matches(|character: char| !character.is_ascii_alphanumeric());
        let digits = word.trim_start_matches(|character: char| character.is_ascii_alphabetic());
        let end = digits
            .find(|character: char| !(character.is_ascii_digit() || character == '.'))
            .unwrap_or(digits.len());
        let version = digits[..end].trim_end_matches('.');
        let is_version =
            version.contains('.') && version.starts_with(|one: char| one.is_ascii_digit());
        is_version.then(|| version.to_owned())
    })
}

/// The same without the letter that some put before it.
pub(super) fn plain(version: &str) -> &str {
    version.trim().trim_start_matches(['v', 'V'])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_shorter_version_stands_for_all_that_begin_so() {
        for (wanted, actual) in [
            ("18", "18.17.0"),
            ("18.17", "18.17.0"),
            ("18.17.0", "18.17.0"),
            ("v18.17.0", "18.17.0"),
            ("1.11.1", "1.11.1.4"),
        ] {
            assert!(accepts(wanted, actual), "{wanted} {actual}");
        }
        for (wanted, actual) in [
            ("18", "180.0.0"),
            ("18.1", "18.17.0"),
            ("18.17.0", "18.17.1"),
            ("18.17.0", "18"),
        ] {
            assert!(!accepts(wanted, actual), "{wanted} {actual}");
        }
    }

    #[test]
    fn every_program_has_its_own_way_to_say_it() {
        for (text, version) in [
            ("v20.20.2\n", "20.20.2"),
            ("rustc 1.70.0 (90c541806 2023-05-31)", "1.70.0"),
            ("go version go1.22.1 linux/amd64", "1.22.1"),
            ("cmake version 3.28.1\n\nCMake suite", "3.28.1"),
            ("1.11.1.git.kitware.jobserver-1", "1.11.1"),
            ("deno 1.40.2 (release, x86_64)\nv8 12.1.285.6", "1.40.2"),
        ] {
            assert_eq!(in_output(text).as_deref(), Some(version), "{text}");
        }
        assert_eq!(in_output("unknown option 2\n"), None);
    }

    proptest! {
        #[test]
        fn whatever_is_printed_is_no_reason_to_panic(text: String) {
            if let Some(version) = in_output(&text) {
                prop_assert!(accepts(&version, &version));
            }
        }
    }
}
