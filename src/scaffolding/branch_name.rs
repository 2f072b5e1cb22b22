//! The name of a branch or tag, checked once, so that git can only take it for what it is.

use std::fmt;
use std::str::FromStr;

/// Longer names do not fit into a file system.
const LONGEST: usize = 200;

/// A branch or tag, as in `main` or `release/1.0`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BranchName(String);

/// Why a text is not the name of a branch.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` cannot be the name of a branch or tag: {problem}")]
pub struct BranchNameError {
    /// The text, without control characters.
    text: String,
    /// What is wrong with it.
    problem: &'static str,
}

impl BranchName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BranchName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for BranchName {
    type Err = BranchNameError;

    /// Source: `git check-ref-format(1)`, and its `--branch`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match problem(text) {
            None => Ok(Self(text.to_owned())),
            Some(problem) => Err(BranchNameError {
                text: text.escape_debug().take(LONGEST).collect(),
                problem,
            }),
        }
    }
}

fn problem(text: &str) -> Option<&'static str> {
    let forbidden = |character: char| {
        character.is_control() || character.is_whitespace() || "~^:?*[\\".contains(character)
    };
    let ending = |part: &str| {
        let lock = part.len().checked_sub(".lock".len());
        lock.and_then(|start| part.get(start..))
            .is_some_and(|ending| ending.eq_ignore_ascii_case(".lock"))
    };
    if text.is_empty() || text == "@" {
        Some("it is empty or `@`")
    } else if text.len() > LONGEST {
        Some("it is too long")
    } else if text.starts_with('-') {
        Some("it would be read as an option")
    } else if text.contains(forbidden) {
        Some("it has a space, a control character or one of `~^:?*[\\` in it")
    } else if text.contains("..") || text.contains("@{") {
        Some("it has `..` or `@{` in it")
    } else if text.split('/').any(str::is_empty) {
        Some("a part between its slashes is empty")
    } else if text
        .split('/')
        .any(|part| part.starts_with('.') || ending(part))
    {
        Some("a part of it begins with a dot or ends in `.lock`")
    } else if text.ends_with('.') {
        Some("it ends in a dot")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn usual_names_are_accepted() {
        for text in [
            "main",
            "release/1.0",
            "v3.1.3",
            "user@fix",
            "a-b_c+d",
            "ä/ö",
        ] {
            assert_eq!(text.parse::<BranchName>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn what_git_refuses_is_refused() {
        for text in [
            "",
            "@",
            "-b",
            "--upload-pack=x",
            "a b",
            "a\nb",
            "a..b",
            "a@{1}",
            "/a",
            "a/",
            "a//b",
            ".a",
            "a/.b",
            "a.lock",
            "a.LOCK/b",
            "a.",
            "a~1",
            "a^",
            "a:b",
            "a?",
            "a*",
            "a[b",
            "a\\b",
        ] {
            assert!(text.parse::<BranchName>().is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn an_accepted_name_is_no_option_and_no_path(text in "[-a-z./@{ ~\\\\\\n]{0,12}") {
            if let Ok(name) = text.parse::<BranchName>() {
                prop_assert!(!name.as_str().starts_with('-'));
                prop_assert!(!name.as_str().contains(".."));
                prop_assert!(!name.as_str().contains(char::is_control));
            }
        }
    }
}
