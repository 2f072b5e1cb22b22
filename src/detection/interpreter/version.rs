//! Versions as tools other than packaging write them.

use std::str::FromStr as _;

use pep440_rs::{Version, VersionSpecifiers};

/// A plain version as specifiers: `3.11` accepts every `3.11.x`, `3.11.7` only itself.
///
/// None where the text is no version of `CPython`, such as `3.x`, `pypy3.9` or `${VERSION}`.
pub(super) fn to_specifiers(text: &str) -> Option<String> {
    let text = text.trim();
    // A build without the global lock, or of the development branch, is still that version.
    let text = text.strip_suffix("-dev").unwrap_or(text);
    let text = text.strip_suffix('t').unwrap_or(text);
    if !text.starts_with(['2', '3']) {
        return None;
    }
    let version = Version::from_str(text).ok()?;
    // A wildcard stands behind a release only.
    let is_release = !version.any_prerelease() && !version.is_post() && !version.is_local();
    match version.release() {
        [2 | 3] if is_release => Some(format!("=={version}.*")),
        [2 | 3, minor] if is_release && *minor < 100 => Some(format!("=={version}.*")),
        [2 | 3, _, _] => Some(format!("=={version}")),
        _ => None,
    }
}

/// The version of a hint, which names a minor version at least.
pub(super) fn to_hint(text: &str) -> Option<String> {
    to_specifiers(text).filter(|specifiers| {
        specifiers.contains('.') && specifiers != "==3.*" && specifiers != "==2.*"
    })
}

/// Specifiers in the notation of PEP 440, put right where older tools accepted less; none where
/// the text is nothing of the kind.
pub(super) fn checked(text: &str) -> Option<String> {
    let text: String = text.split_whitespace().collect();
    if VersionSpecifiers::from_str(&text).is_ok() {
        return Some(text);
    }
    let put_right = crate::declarations::requirement::put_right(&text);
    VersionSpecifiers::from_str(&put_right)
        .ok()
        .map(|_| put_right)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_version_accepts_what_it_does_not_say() {
        let check = |text, expected: Option<&str>| {
            assert_eq!(to_specifiers(text).as_deref(), expected, "{text}");
        };
        check("3", Some("==3.*"));
        check("3.10", Some("==3.10.*"));
        check(" 3.11.7 ", Some("==3.11.7"));
        check("3.14-dev", Some("==3.14.*"));
        check("3.13t", Some("==3.13.*"));
        check("3.13.0rc1", Some("==3.13.0rc1"));
        for text in [
            "",
            "3.x",
            "pypy3.9",
            "${VERSION}",
            "310",
            "latest",
            "3.11.7.1",
        ] {
            check(text, None);
        }
        assert_eq!(to_hint("3"), None);
        assert_eq!(checked(">=3.6.*, <4,").as_deref(), Some(">=3.6,<4"));
    }

    proptest! {
        #[test]
        fn what_is_understood_is_valid(text in "[0-9a-z.*-]{0,10}") {
            if let Some(specifiers) = to_specifiers(&text) {
                prop_assert!(VersionSpecifiers::from_str(&specifiers).is_ok(), "{specifiers}");
            }
        }
    }
}
