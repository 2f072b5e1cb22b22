//! What a file asks for.

use dhtl_project_model::stack::Runtime;
use thiserror::Error;

use super::number::Number;
use super::range::{Partial, Range};
use super::releases::{Release, newest, newest_long_term, releases_of};

/// A request for a version, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(super) range: Range,
    /// The version as it is asked for, where it is one and not a range: `20`, `3.12.1`.
    pub(super) stated: Option<String>,
    /// Whether it moves on with time: `lts/*`, `latest`. What names a number is more telling.
    pub(super) is_moving: bool,
}

/// What is asked for is no version.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub(crate) enum RequestError {
    /// Nothing of the kind is known.
    #[error("`{text}` is neither a version nor a range")]
    NoVersion {
        /// What is asked for.
        text: String,
    },
    /// No line with long-term support has this name.
    #[error("no release with long-term support is called `{text}`")]
    NoLongTerm {
        /// What is asked for.
        text: String,
    },
}

/// Longer than any request.
const LONGEST: usize = 200;

impl Request {
    /// What `text` asks for, in the notation of the ecosystem of `runtime`.
    pub(crate) fn parse(runtime: Runtime, text: &str) -> Result<Self, RequestError> {
        let trimmed = text.trim().trim_matches(['"', '\'']).trim();
        let invalid = || RequestError::NoVersion {
            text: trimmed.chars().take(LONGEST).collect(),
        };
        if trimmed.len() > LONGEST {
            return Err(invalid());
        }
        let text = without_vendor(runtime, trimmed);
        if let Some(alias) = alias(runtime, text)? {
            return Ok(alias);
        }
        if let Some(partial) = Partial::parse(text)
            && let Some(number) = partial.number
        {
            let number = modern(runtime, number);
            return Ok(Self {
                range: Range::prefix(number),
                stated: Some(stated(runtime, text, partial, number)),
                is_moving: false,
            });
        }
        let range = Range::parse(runtime, text).ok_or_else(invalid)?;
        Ok(Self {
            range,
            stated: None,
            is_moving: false,
        })
    }

    /// Whether the release called `version` is one that is asked for.
    pub(crate) fn accepts(&self, version: &str) -> bool {
        Number::leading(version).is_some_and(|(number, _)| self.range.contains(&number))
    }

    /// Whether every version will do.
    pub(crate) fn is_any(&self) -> bool {
        self.range.is_any() && self.stated.is_none()
    }

    /// Whichever release there is.
    fn any() -> Self {
        Self {
            range: Range::any(),
            stated: None,
            is_moving: true,
        }
    }

    /// The line of `release`, by a name that moves on.
    fn moving(release: &'static Release) -> Self {
        Self {
            range: Number::parse(release.line).map_or_else(Range::any, Range::prefix),
            stated: Some(release.line.to_owned()),
            is_moving: true,
        }
    }

    /// A channel, such as `nightly`, that no release of the table is in.
    fn channel(text: &str) -> Self {
        Self {
            range: Range::default(),
            stated: Some(text.to_owned()),
            is_moving: false,
        }
    }
}

/// The request that a name stands for; none where `text` is no name.
///
/// Sources: the manuals of nvm, fnm, n, asdf, mise, rustup.
fn alias(runtime: Runtime, text: &str) -> Result<Option<Request>, RequestError> {
    let lower = text.to_ascii_lowercase();
    Ok(Some(match lower.as_str() {
        "" | "*" | "x" | "any" | "system" | "default" => Request::any(),
        "latest" | "current" | "node" | "stable" | "latest:" => {
            newest(runtime).map_or_else(Request::any, Request::moving)
        }
        "beta" | "nightly" | "canary" | "edge" | "rc" | "next" | "master" => {
            Request::channel(&lower)
        }
        "lts" | "lts/*" | "--lts" | "lts-*" | "lts/latest" | "lts-latest" => {
            newest_long_term(runtime, 0).map_or_else(Request::any, Request::moving)
        }
        _ if is_dated_channel(&lower) => Request::channel(&lower),
        _ => {
            if let Some(name) = long_term_name(&lower) {
                return long_term(runtime, name, text).map(Some);
            }
            let Some(release) = named(runtime, &lower) else {
                return Ok(None);
            };
            line(release)
        }
    }))
}

/// `nightly-2024-05-01` of rustup.
fn is_dated_channel(text: &str) -> bool {
    ["nightly-", "beta-", "main-snapshot", "swift-"]
        .iter()
        .any(|channel| text.starts_with(channel))
        && text.len() < 64
}

/// `iron` of `lts/iron` or `lts-iron`.
fn long_term_name(text: &str) -> Option<&str> {
    text.strip_prefix("lts/")
        .or_else(|| text.strip_prefix("lts-"))
}

/// The line with long-term support of this name, or the one so many before the newest.
fn long_term(runtime: Runtime, name: &str, text: &str) -> Result<Request, RequestError> {
    let unknown = || RequestError::NoLongTerm {
        text: text.to_owned(),
    };
    // `lts/-1` of nvm is the line before the newest.
    if let Some(back) = name.strip_prefix('-') {
        let back = back.parse().map_err(|_| unknown())?;
        return newest_long_term(runtime, back)
            .map(Request::moving)
            .ok_or_else(unknown);
    }
    named(runtime, name).map(line).ok_or_else(unknown)
}

fn named(runtime: Runtime, name: &str) -> Option<&'static Release> {
    releases_of(runtime)
        .iter()
        .find(|release| release.long_term == Some(name) && !name.is_empty())
}

fn line(release: &'static Release) -> Request {
    Request {
        is_moving: false,
        ..Request::moving(release)
    }
}

/// The version without who made it, and without the words of version managers: `17.0.9` of
/// `temurin-17.0.9+9`, `1.21` of `go1.21`, `20` of `prefix:20`.
fn without_vendor(runtime: Runtime, text: &str) -> &str {
    let text = text.strip_prefix("prefix:").unwrap_or(text);
    let text = text
        .strip_prefix("node-v")
        .or_else(|| text.strip_prefix("bun-v"))
        .unwrap_or(text);
    let begins_with_letter = text.starts_with(|first: char| first.is_ascii_alphabetic());
    match runtime {
        Runtime::Go => text.strip_prefix("go").unwrap_or(text),
        Runtime::Ruby => text.strip_prefix("ruby-").unwrap_or(text),
        Runtime::Python => text
            .strip_prefix("python-")
            .or_else(|| text.strip_prefix("cpython-"))
            .or_else(|| text.strip_prefix("cpython@"))
            .unwrap_or(text),
        Runtime::Erlang => text.strip_prefix("OTP-").unwrap_or(text),
        Runtime::Java if begins_with_letter => text
            .find(|first: char| first.is_ascii_digit())
            .map_or(text, |start| &text[start..]),
        _ => text,
    }
}

/// The number that a release goes by: Java 1.8 is Java 8.
fn modern(runtime: Runtime, number: Number) -> Number {
    match (runtime, number.parts()) {
        (Runtime::Java, [1, minor @ 5..=10, ..]) => {
            Number::parse(&minor.to_string()).unwrap_or(number)
        }
        _ => number,
    }
}

/// The version as precise as it is asked for. A pre-release stays what it is.
fn stated(runtime: Runtime, text: &str, partial: Partial, number: Number) -> String {
    let plain = text.trim_start_matches(['v', 'V', '=', ' ']);
    let is_prerelease = plain.contains("rc")
        || plain.contains("alpha")
        || plain.contains("beta")
        || plain.contains("-dev")
        || plain.contains("nightly");
    if is_prerelease && !partial.has_wildcard && runtime != Runtime::Java {
        plain.to_owned()
    } else {
        number.to_string()
    }
}
