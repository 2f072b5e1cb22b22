//! Addresses as text: what they name, and how they may be shown.

use crate::Redactor;

use super::HttpError;

/// Whether `text` is meant as the address of a file on the network.
#[must_use]
pub fn is_web_address(text: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| starts_with(text, scheme))
}

/// Fails unless `url` can be asked for.
pub(super) fn check(url: &str) -> Result<(), HttpError> {
    let refused = || {
        Err(HttpError::Address {
            url: shown(&url.escape_debug().to_string()),
        })
    };
    // A line break could end the request and begin another one.
    if !is_web_address(url) || !url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return refused();
    }
    if host(url).is_empty() {
        return refused();
    }
    Ok(())
}

/// The host with its port, without user and password.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or("", |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// Whether nobody on the way can change what comes from there.
pub(super) fn is_encrypted(url: &str) -> bool {
    starts_with(url, "https://")
}

/// Whether everybody on the way can read what comes from there.
pub(super) fn is_plain(url: &str) -> bool {
    starts_with(url, "http://")
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
}

/// The address without passwords, and without its query, which often is a key.
pub(super) fn shown(url: &str) -> String {
    let plain = match url.split_once('?') {
        Some((plain, _)) => format!("{plain}?***"),
        None => url.to_owned(),
    };
    Redactor::default().redact(&plain).into_owned()
}

/// The last part of the path of `url`, fit to be the name of a file.
pub(crate) fn file_name(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let plain = rest.split(['?', '#']).next().unwrap_or_default();
    let last = plain
        .split_once('/')
        .map_or("", |(_, path)| path)
        .rsplit('/')
        .next()
        .unwrap_or_default();
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.+".contains(&byte);
    let is_name = !last.is_empty()
        && last.len() <= 150
        && last.bytes().all(is_safe)
        && last
            .bytes()
            .next()
            .is_some_and(|byte| byte.is_ascii_alphanumeric());
    if is_name {
        last.to_owned()
    } else {
        "archive".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_last_part_is_the_name() {
        for (url, name) in [
            ("https://files.example/a/api-1.0.tar.gz", "api-1.0.tar.gz"),
            ("https://files.example/a/main.zip?token=x/y", "main.zip"),
            ("https://files.example/", "archive"),
            ("https://files.example", "archive"),
            ("https://files.example/..", "archive"),
            ("https://files.example/%2e%2e%2fx", "archive"),
            ("https://files.example/a\\b", "archive"),
        ] {
            assert_eq!(file_name(url), name, "{url}");
        }
    }

    #[test]
    fn what_is_secret_is_not_shown() {
        let shown = shown("https://ada:s3cret@files.example/a.zip?token=t0ken");
        assert!(
            !shown.contains("s3cret") && !shown.contains("t0ken"),
            "{shown}"
        );
    }

    #[test]
    fn only_addresses_of_the_web_are_asked() {
        for url in [
            "",
            "https://",
            "https:///a",
            "https://ada@/a",
            "ftp://files.example/a",
            "file:///a",
            "https://files.example/a b",
            "https://files.example/a\r\nHost: evil.example",
        ] {
            assert!(check(url).is_err(), "{url}");
        }
        check("HTTPS://files.example/a").unwrap();
    }

    proptest! {
        #[test]
        fn a_name_is_always_one_plain_name(url: String) {
            let name = file_name(&url);
            let mut components = std::path::Path::new(&name).components();
            prop_assert!(matches!(components.next(), Some(std::path::Component::Normal(_))));
            prop_assert!(components.next().is_none());
        }
    }
}
