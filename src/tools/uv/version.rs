//! Versions of uv.

use super::pinned::MINIMUM;

/// The first version that is not taken from `PATH`: it may have changed anything.
const TOO_NEW: Release = [1, 0, 0];

/// Major, minor and patch number.
type Release = [u64; 3];

/// Whether a `uv` of this version is used when it is on `PATH`.
pub(super) fn is_suitable(version: &str) -> bool {
    let (Some(release), Some(minimum)) = (release(version), release(MINIMUM)) else {
        return false;
    };
    (minimum..TOO_NEW).contains(&release)
}

/// The version in the output of `uv --version`, such as `uv 0.13.8 (x86_64-unknown-linux-gnu)`.
pub(super) fn in_output(stdout: &str) -> Option<String> {
    let version = stdout
        .trim()
        .strip_prefix("uv ")?
        .split_whitespace()
        .next()?;
    release(version).map(|_| version.to_owned())
}

fn release(version: &str) -> Option<Release> {
    let mut numbers = version.splitn(3, '.').map(|part| {
        // A pre-release such as `0.14.0rc1` counts as the version before which it comes.
        let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        part[..digits].parse().ok()
    });
    Some([numbers.next()??, numbers.next()??, numbers.next()??])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::PINNED;
    use super::*;

    #[test]
    fn the_version_is_read_from_the_output() {
        for (stdout, expected) in [
            ("uv 0.13.8\n", Some("0.13.8")),
            ("uv 0.13.8 (x86_64-unknown-linux-gnu)\r\n", Some("0.13.8")),
            ("uv 0.14.0rc1 (abc 2026-01-01)", Some("0.14.0rc1")),
            ("uv", None),
            ("uv is broken", None),
            ("pyenv: uv: command not found", None),
            ("", None),
        ] {
            assert_eq!(in_output(stdout).as_deref(), expected, "{stdout}");
        }
    }

    #[test]
    fn the_range_holds_the_pinned_version_and_excludes_the_rest() {
        for version in [PINNED, MINIMUM, "0.99.0"] {
            assert!(is_suitable(version), "{version}");
        }
        for version in ["0.12.99", "0.9.30", "1.0.0", "2.1.3", "", "0.13", "x"] {
            assert!(!is_suitable(version), "{version}");
        }
    }

    proptest! {
        #[test]
        fn any_output_is_fine(stdout in ".*") {
            let _ = in_output(&stdout);
            let prefixed = format!("x{stdout}");
            prop_assert!(in_output(&prefixed).is_none());
        }
    }
}
