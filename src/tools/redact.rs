//! Takes secrets out of whatever is shown or kept.

use std::borrow::Cow;
use std::fmt;
use std::path::Path;

use crate::Environment;

/// What stands where a secret stood.
const MASK: &str = "***";

/// Values of variables are only taken for secrets from this length on: masking every `true` or
/// `1234` would make the output unreadable and protect nothing.
const SHORTEST_SECRET: usize = 8;

/// Replaces known secrets, and passwords in URLs.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Redactor {
    /// Longest first, so that a secret within a secret does not leave the rest behind.
    secrets: Vec<String>,
}

impl Redactor {
    /// Knows the values of all variables whose names sound secret.
    #[must_use]
    pub fn from_environment(environment: &Environment) -> Self {
        let values = environment
            .names()
            .filter(|name| sounds_secret(name))
            .filter_map(|name| {
                let value = environment.var(name)?;
                // `SECRETS_DIR=/srv/api` names a place, and masking it would mask half the log.
                let is_place = Path::new(value).is_absolute() && Path::new(value).exists();
                (!is_place).then_some(value)
            });
        // A private key spans lines, but output is redacted line by line.
        let lines = values.flat_map(str::lines).map(str::trim);
        Self::default().with(lines.filter(|line| line.len() >= SHORTEST_SECRET))
    }

    /// Also knows `secrets`, whatever their length; empty ones are ignored.
    #[must_use]
    pub fn with<I>(mut self, secrets: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<String>,
    {
        self.secrets.extend(
            secrets
                .into_iter()
                .map(Into::into)
                .filter(|text| !text.is_empty()),
        );
        self.secrets
            .sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        self.secrets.dedup();
        self
    }

    /// `text` without secrets.
    #[must_use]
    pub fn redact<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let mut redacted = Cow::Borrowed(text);
        for secret in &self.secrets {
            if redacted.contains(secret.as_str()) {
                redacted = Cow::Owned(redacted.replace(secret.as_str(), MASK));
            }
        }
        match without_passwords(&redacted) {
            Some(text) => Cow::Owned(text),
            None => redacted,
        }
    }
}

/// How many secrets it knows, and none of them.
impl fmt::Debug for Redactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redactor")
            .field("secrets", &self.secrets.len())
            .finish()
    }
}

/// Whether a variable of this name usually holds a secret.
pub(crate) fn sounds_secret(name: &str) -> bool {
    const MARKS: [&str; 9] = [
        "TOKEN",
        "PASSWORD",
        "PASSWD",
        "PASSPHRASE",
        "SECRET",
        "API_KEY",
        "APIKEY",
        "ACCESS_KEY",
        "PRIVATE_KEY",
    ];
    let name = name.to_ascii_uppercase();
    MARKS.iter().any(|mark| name.contains(mark))
}

/// The mask that stands for the value of a variable that sounds secret.
pub(crate) const fn mask() -> &'static str {
    MASK
}

/// `text` with the password of every `scheme://user:password@host` masked; nothing if there is none.
fn without_passwords(text: &str) -> Option<String> {
    let mut redacted = String::new();
    let mut copied = 0;
    let mut from = 0;
    while let Some(found) = text[from..].find("://") {
        let start = from + found + "://".len();
        let authority = &text[start..];
        let end = authority
            .find(|c: char| {
                c.is_whitespace() || matches!(c, '/' | '?' | '#' | '"' | '\'' | '<' | '>')
            })
            .unwrap_or(authority.len());
        from = start;
        // The host begins after the last `@`: a password may hold one, though it should not.
        let Some(at) = authority[..end].rfind('@') else {
            continue;
        };
        let masked = match authority[..at].find(':') {
            Some(colon) => start + colon + 1..start + at,
            // `https://TOKEN@host` is a secret; `ssh://git@host` is a plain user name.
            None if is_web(&text[..start]) => start..start + at,
            None => continue,
        };
        redacted.push_str(&text[copied..masked.start]);
        redacted.push_str(MASK);
        copied = masked.end;
        from = masked.end;
    }
    (copied > 0).then(|| redacted + &text[copied..])
}

fn is_web(before: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| {
        before.len() >= scheme.len()
            && before.is_char_boundary(before.len() - scheme.len())
            && before[before.len() - scheme.len()..].eq_ignore_ascii_case(scheme)
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(Redactor::default().redact(text), expected);
    }

    #[test]
    fn passwords_in_urls_are_masked() {
        check(
            "from https://ada:s3cret@git.example/x",
            "from https://ada:***@git.example/x",
        );
        check("https://:s3cret@git.example", "https://:***@git.example");
        check(
            "HTTPS://t0ken@git.example and",
            "HTTPS://***@git.example and",
        );
        check(
            "git+https://ada:a@b@git.example",
            "git+https://ada:***@git.example",
        );
        check("'postgres://u:p@db:5432/x'", "'postgres://u:***@db:5432/x'");
        check("http://u:p@a http://u:p@b", "http://u:***@a http://u:***@b");
    }

    #[test]
    fn addresses_without_a_password_stay() {
        for text in [
            "ssh://git@git.example/x",
            "https://git.example/@scope/name",
            "https://git.example/x?mail=a:b@c",
            "git@git.example:x/y",
            "://",
            "http://user:1 @x",
        ] {
            check(text, text);
        }
    }

    #[test]
    fn values_of_variables_that_sound_secret_are_masked() {
        let environment = Environment::from_vars([
            ("GITHUB_TOKEN", "ghp_0123456789"),
            ("DB_PASSWORD", "short"),
            ("deploy_private_key", "-----BEGIN-----\nline-one-of-it\n"),
            ("GREETING", "good morning"),
        ]);
        let redactor = Redactor::from_environment(&environment);
        assert_eq!(
            redactor.redact("ghp_0123456789, short, line-one-of-it, good morning"),
            "***, short, ***, good morning"
        );
    }

    #[test]
    fn a_variable_that_names_a_folder_is_no_secret() {
        let dir = tempfile::tempdir().unwrap();
        let environment = Environment::from_vars([("SECRETS_DIR", dir.path().as_os_str())]);
        let text = dir.path().display().to_string();
        assert_eq!(Redactor::from_environment(&environment).redact(&text), text);
    }

    #[test]
    fn the_longest_secret_goes_first() {
        let redactor = Redactor::default().with(["abc", "abcdef", ""]);
        assert_eq!(redactor.redact("abcdef abc"), "*** ***");
    }

    proptest! {
        #[test]
        fn no_registered_secret_survives(
            before in ".*",
            secret in "[a-zA-Z0-9/+]{8,40}",
            after in ".*",
        ) {
            let redactor = Redactor::default().with([secret.clone()]);
            let text = format!("{before}{secret}{after}");
            prop_assert!(!redactor.redact(&text).contains(&secret));
        }

        #[test]
        fn no_password_survives(password in "[a-z0-9:!$@]{1,20}", user in "[a-z]{0,8}") {
            let text = format!("x https://{user}:{password}@host.example/path");
            let expected = format!("x https://{user}:***@host.example/path");
            prop_assert_eq!(Redactor::default().redact(&text), expected);
        }

        #[test]
        fn any_text_is_fine(text in ".*") {
            let once = Redactor::default().redact(&text).into_owned();
            prop_assert_eq!(Redactor::default().redact(&once), once.as_str());
        }
    }
}
