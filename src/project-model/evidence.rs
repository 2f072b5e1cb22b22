//! Why we think what we think.

use std::borrow::Cow;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The place and the rule that an inferred fact rests on.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
pub struct Evidence {
    /// The file or folder, relative to the project root, with `/` between its parts; `.` is the
    /// root itself.
    pub path: String,
    /// The line in the file, counted from 1; none where the file's existence is the evidence.
    pub line: Option<u32>,
    /// The rule that drew the conclusion, such as `pep621-dependencies`.
    pub rule: Cow<'static, str>,
}

impl Evidence {
    /// Evidence that is a line of a file.
    pub fn at(path: impl Into<String>, line: u32, rule: &'static str) -> Self {
        Self {
            path: path.into(),
            line: Some(line),
            rule: Cow::Borrowed(rule),
        }
    }

    /// Evidence that is a file or folder as a whole.
    pub fn file(path: impl Into<String>, rule: &'static str) -> Self {
        Self {
            path: path.into(),
            line: None,
            rule: Cow::Borrowed(rule),
        }
    }
}

impl fmt::Display for Evidence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A file may be called anything, and must not write lines of its own into a report.
        if self.path.contains(char::is_control) {
            write!(f, "{}", self.path.escape_debug())?;
        } else {
            f.write_str(&self.path)?;
        }
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, " ({})", self.rule)
    }
}

/// A fact and the place it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Found<T> {
    /// The fact.
    pub value: T,
    /// Where it comes from.
    pub evidence: Evidence,
}

/// Something in the project that could not be read or understood, and was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// What is wrong, in lower case and without a full stop.
    pub message: String,
    /// Where.
    pub evidence: Evidence,
}

/// Problems in the order of their places, none of them twice, and no more than a hundred of one file:
/// what is broken throughout is no better known by its ten-thousandth line.
#[must_use]
pub fn ordered_problems(mut problems: Vec<Problem>) -> Vec<Problem> {
    const MOST: usize = 100;
    problems.sort_by(|left, right| {
        (&left.evidence, &left.message).cmp(&(&right.evidence, &right.message))
    });
    problems.dedup();
    let mut of_file = 0;
    let mut last = String::new();
    let mut kept = Vec::with_capacity(problems.len());
    for mut problem in problems {
        if problem.evidence.path == last {
            of_file += 1;
        } else {
            last.clone_from(&problem.evidence.path);
            of_file = 1;
        }
        if of_file > MOST + 1 {
            continue;
        }
        if of_file == MOST + 1 {
            "there is more of this kind, which is not shown".clone_into(&mut problem.message);
        }
        kept.push(problem);
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn problems_of_one_file_are_limited() {
        let problem = |path: &str, line| Problem {
            message: "broken".to_owned(),
            evidence: Evidence::at(path, line, "x"),
        };
        let mut problems: Vec<_> = (1..=500)
            .rev()
            .map(|line| problem("go.work", line))
            .collect();
        problems.extend([problem("a", 1), problem("z", 1), problem("z", 1)]);
        let kept = ordered_problems(problems);
        assert_eq!(kept.len(), 103);
        assert_eq!(kept[0], problem("a", 1));
        assert_eq!(kept[100], problem("go.work", 100));
        assert_eq!(kept[101].evidence.line, Some(101));
        assert!(kept[101].message.contains("not shown"));
        assert_eq!(kept[102], problem("z", 1));
    }

    #[test]
    fn evidence_names_its_place_and_its_rule() {
        assert_eq!(
            Evidence::at("setup.cfg", 3, "setup-cfg").to_string(),
            "setup.cfg:3 (setup-cfg)"
        );
        assert_eq!(
            Evidence::file(".git", "root-git").to_string(),
            ".git (root-git)"
        );
    }
}
