//! What a new project is to be: one finished value.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use dhtl_tools::uv;
use minijinja::Value;

use super::{License, ProjectName};
use crate::templates::Values;

/// The oldest Python that the templates' code runs on, the oldest that is looked after upstream,
/// and the newest that is there; minor versions of Python 3.
const OLDEST: u8 = 10;
const OLDEST_SUPPORTED: u8 = 11;
pub(crate) const NEWEST: u8 = 14;

/// How much of a new project's code its tests have to run, in percent.
const COVERAGE: u8 = 80;

/// A new project.
#[derive(Debug, Clone)]
pub struct NewProject {
    /// Its name.
    pub name: ProjectName,
    /// What it is, in one line; may be empty.
    pub description: String,
    /// Who writes it.
    pub author: Option<Author>,
    /// Its licence.
    pub license: License,
    /// The Python it is written for, where the user names one.
    pub python: Option<PythonMinor>,
    /// The services that check it.
    pub ci: Vec<CiProvider>,
    /// The year of its copyright.
    pub year: i16,
}

/// Somebody who writes a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Author {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: Option<String>,
}

/// A service that runs checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum CiProvider {
    /// GitHub Actions.
    GitHub,
    /// GitLab CI.
    GitLab,
}

impl CiProvider {
    /// Its name in `.dhtconfig`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
        }
    }
}

/// A minor version of Python 3, with the patch where the user wants an exact one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PythonMinor {
    /// The 11 of 3.11.
    pub minor: u8,
    /// The 7 of 3.11.7.
    pub patch: Option<u8>,
}

/// Why a text names no Python for a new project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a version such as `3.{NEWEST}`, and not 3.{OLDEST} or newer")]
pub struct PythonMinorError;

impl FromStr for PythonMinor {
    type Err = PythonMinorError;

    fn from_str(text: &str) -> Result<Self, PythonMinorError> {
        let digits = |part: &str| {
            let plain = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            part.parse::<u8>()
                .ok()
                .filter(|_| plain)
                .ok_or(PythonMinorError)
        };
        let mut parts = text.split('.');
        let (Some("3"), Some(minor), patch, None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(PythonMinorError);
        };
        let minor = digits(minor)?;
        if minor < OLDEST {
            return Err(PythonMinorError);
        }
        let patch = patch.map(digits).transpose()?;
        Ok(Self { minor, patch })
    }
}

impl fmt::Display for PythonMinor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "3.{}", self.minor)?;
        self.patch.map_or(Ok(()), |patch| write!(f, ".{patch}"))
    }
}

/// Why a text names nobody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a name, or a name and an address: `Ada Lovelace <ada@mail.example>`")]
pub struct AuthorError;

impl FromStr for Author {
    type Err = AuthorError;

    fn from_str(text: &str) -> Result<Self, AuthorError> {
        let (name, email) = match text.split_once('<') {
            Some((name, rest)) => (name, Some(rest.strip_suffix('>').ok_or(AuthorError)?)),
            None => (text, None),
        };
        let name = name.trim();
        let is_address = |email: &str| {
            let mut parts = email.split('@');
            let sides = (parts.next(), parts.next(), parts.next());
            let plain =
                !email.contains(|c: char| c.is_whitespace() || c.is_control() || "<>,".contains(c));
            plain
                && matches!(sides, (Some(user), Some(host), None) if !user.is_empty() && !host.is_empty())
        };
        if name.is_empty() || name.contains(char::is_control) || name.contains(['<', '>']) {
            return Err(AuthorError);
        }
        if email.is_some_and(|email| !is_address(email)) {
            return Err(AuthorError);
        }
        Ok(Self {
            name: name.to_owned(),
            email: email.map(str::to_owned),
        })
    }
}

impl NewProject {
    /// What the files of a template can refer to. `kind` is the name of the template.
    pub(crate) fn values(&self, kind: &str) -> Values {
        let package = self.name.module();
        let text = |text: &str| Value::from(text);
        let author = self.author.as_ref();
        let email = author.and_then(|author| author.email.as_deref());
        let oldest = self.python.map_or(OLDEST_SUPPORTED, |python| python.minor);
        let ci: Vec<_> = self.ci.iter().map(|provider| provider.name()).collect();
        let pin = self.python.map(|python| python.to_string());
        BTreeMap::from([
            ("kind".to_owned(), text(kind)),
            ("name".to_owned(), text(self.name.as_str())),
            ("prefix".to_owned(), Value::from(package.to_uppercase())),
            ("package".to_owned(), Value::from(package)),
            ("description".to_owned(), text(&self.description)),
            (
                "author".to_owned(),
                text(author.map_or("", |author| &author.name)),
            ),
            ("email".to_owned(), text(email.unwrap_or_default())),
            (
                "license".to_owned(),
                text(self.license.identifier().unwrap_or_default()),
            ),
            ("year".to_owned(), Value::from(self.year)),
            ("python".to_owned(), Value::from(format!("3.{oldest}"))),
            ("pin".to_owned(), Value::from(pin.unwrap_or_default())),
            ("pythons".to_owned(), Value::from(pythons(oldest))),
            ("ci".to_owned(), Value::from(ci)),
            ("coverage".to_owned(), Value::from(COVERAGE)),
            ("validate".to_owned(), Value::from(true)),
            ("uv_build".to_owned(), Value::from(uv_build())),
        ])
    }
}

/// The versions from 3.`oldest` to the newest.
pub(crate) fn pythons(oldest: u8) -> Vec<String> {
    let newest = NEWEST.max(oldest);
    (oldest..=newest)
        .map(|minor| format!("3.{minor}"))
        .collect()
}

/// The versions of the build backend that go with the uv that dhtl works with: `>=0.13,<0.14`.
fn uv_build() -> String {
    let mut parts = uv::PINNED
        .split('.')
        .map(|part| part.parse::<u32>().unwrap_or(0));
    let (major, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    format!(">={major}.{minor},<{major}.{}", minor + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_python_is_a_version_that_the_templates_run_on() {
        for text in ["3.10", "3.11", "3.14", "3.11.7"] {
            assert_eq!(text.parse::<PythonMinor>().unwrap().to_string(), text);
        }
        for text in [
            "", "3", "2.7", "3.9", "3.x", "3.11.7.1", "3.11rc1", ">=3.11", "3.+11", "3.999",
        ] {
            assert!(text.parse::<PythonMinor>().is_err(), "{text}");
        }
    }

    #[test]
    fn an_author_has_a_name_and_maybe_an_address() {
        let ada: Author = "Ada <ada@mail.example>".parse().unwrap();
        assert_eq!(
            (ada.name.as_str(), ada.email.as_deref()),
            ("Ada", Some("ada@mail.example"))
        );
        assert_eq!("Ada".parse::<Author>().unwrap().email, None);
        for text in [
            "",
            " <ada@mail.example>",
            "Ada <ada>",
            "Ada <a@b",
            "A\nda",
            "A <a@b@c>",
            "A <@b>",
        ] {
            assert!(text.parse::<Author>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_backend_is_of_the_same_line_as_uv() {
        assert!(uv::PINNED.starts_with("0.13."), "look at the next line");
        assert_eq!(uv_build(), ">=0.13,<0.14");
    }

    #[test]
    fn the_matrix_ends_with_the_newest() {
        assert_eq!(pythons(13), ["3.13", "3.14"]);
        assert_eq!(pythons(15), ["3.15"]);
    }
}
