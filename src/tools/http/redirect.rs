//! Where an answer of the kind "look elsewhere" leads.

use super::HttpError;
use super::address::{is_encrypted, shown};

/// How many addresses are followed; honest services need two or three.
pub(super) const LIMIT: usize = 5;

/// Whether an answer with this status leads elsewhere.
///
/// Source: RFC 9110, section 15.4; 300 and 304 lead nowhere by themselves.
pub(super) fn is_redirect(status: u16) -> bool {
    matches!(status, 301 | 302 | 303 | 307 | 308)
}

/// The address that `location`, from the answer of `current`, stands for.
///
/// Never from an encrypted address to one that is not. What names the same host keeps the user and
/// password of `current`, and nothing else does.
pub(super) fn follow(current: &str, location: &str) -> Result<String, HttpError> {
    let target = join(current, location);
    let is_safe_text = target.bytes().all(|byte| byte.is_ascii_graphic());
    let is_http = ["http://", "https://"].iter().any(|scheme| {
        let start = target.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    if !is_safe_text || !is_http {
        return Err(HttpError::Failed {
            url: shown(current),
            reason: "it leads to what is no address".to_owned(),
        });
    }
    if is_encrypted(current) && !is_encrypted(&target) {
        return Err(HttpError::Downgrade {
            url: shown(current),
            target: shown(&target),
        });
    }
    Ok(target)
}

/// `reference` as seen from `base`, as far as servers write it (RFC 3986, section 5.2).
fn join(base: &str, reference: &str) -> String {
    let reference = reference.split('#').next().unwrap_or_default();
    let scheme_end = reference.find(':');
    let path_start = reference.find(['/', '?']).unwrap_or(reference.len());
    if scheme_end.is_some_and(|end| end < path_start) {
        return reference.to_owned();
    }
    let (scheme, rest) = base.split_once("://").unwrap_or(("https", base));
    if reference.starts_with("//") {
        return format!("{scheme}:{reference}");
    }
    let authority_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at(authority_end);
    let path = path.split(['?', '#']).next().unwrap_or_default();
    if reference.starts_with('/') {
        return format!("{scheme}://{authority}{reference}");
    }
    if reference.is_empty() || reference.starts_with('?') {
        return format!("{scheme}://{authority}{path}{reference}");
    }
    let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
    format!("{scheme}://{authority}{folder}{reference}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(location: &str, expected: &str) {
        let current = "https://ada:pw@files.example/a/b.zip?x=1";
        assert_eq!(follow(current, location).unwrap(), expected, "{location}");
    }

    #[test]
    fn every_form_of_a_location_is_understood() {
        check("https://cdn.example/c.zip", "https://cdn.example/c.zip");
        check("//cdn.example/c.zip", "https://cdn.example/c.zip");
        check("/c.zip", "https://ada:pw@files.example/c.zip");
        check("c.zip#part", "https://ada:pw@files.example/a/c.zip");
        check("?y=a:b", "https://ada:pw@files.example/a/b.zip?y=a:b");
    }

    #[test]
    fn what_is_encrypted_stays_encrypted() {
        for location in ["http://files.example/c.zip", "HTTP://files.example/c.zip"] {
            let error = follow("https://files.example/b.zip", location).unwrap_err();
            assert!(matches!(error, HttpError::Downgrade { .. }), "{error}");
        }
        let upgraded = follow("http://files.example/b", "https://files.example/b").unwrap();
        assert_eq!(upgraded, "https://files.example/b");
    }

    #[test]
    fn other_schemes_are_no_addresses() {
        for location in [
            "file:///etc/passwd",
            "ftp://files.example/c",
            "javascript:1",
            "/a b",
        ] {
            let error = follow("http://files.example/b", location).unwrap_err();
            assert!(
                matches!(error, HttpError::Failed { .. }),
                "{location}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_location_never_panics_and_never_weakens(location: String) {
            if let Ok(target) = follow("https://files.example/a/b", &location) {
                prop_assert!(is_encrypted(&target), "{}", target);
            }
        }
    }
}
