//! What uv means when it fails.
//!
//! uv has no machine-readable errors, so its messages are recognised by their fixed parts; what is
//! not recognised is passed on as it is.

use dhtl_project_model::{Diagnostic, DistributionName, ExitCode};
use dhtl_tools::Completed;

/// A failure of uv, understood as far as possible.
#[derive(Debug, thiserror::Error)]
pub enum UvFailure {
    /// The package index does not answer.
    #[error("`{url}` does not answer{}", because(reason))]
    IndexUnreachable {
        /// What was asked for.
        url: String,
        /// The innermost reason.
        reason: String,
    },
    /// The disk is full.
    #[error("the disk is full: {detail}")]
    DiskFull {
        /// What could not be written.
        detail: String,
    },
    /// A distribution could not be built from source.
    #[error("`{distribution}` could not be built from source{}", because(reason))]
    Build {
        /// The distribution, with its version where uv names it.
        distribution: String,
        /// The last meaningful line of the build.
        reason: String,
    },
    /// No set of versions satisfies everything.
    #[error("the requirements cannot be met: {explanation}")]
    NoSolution {
        /// uv's explanation.
        explanation: String,
    },
    /// A file is not the one that was locked.
    #[error("a downloaded file is not the one that was locked: {explanation}")]
    HashMismatch {
        /// uv's explanation.
        explanation: String,
    },
    /// `uv.lock` does not fit `pyproject.toml` any more.
    #[error("`uv.lock` is out of date: `pyproject.toml` was changed after it was written")]
    StaleLock,
    /// `pyproject.toml` is not what it must be.
    #[error("`{path}:{line}`: {reason}")]
    Manifest {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: String,
        /// What uv says about it.
        reason: String,
    },
    /// A repository that a requirement points to cannot be fetched.
    #[error("a git repository cannot be fetched: {reason}")]
    Git {
        /// What git said.
        reason: String,
    },
    /// Anything else that uv said.
    #[error("uv failed: {summary}")]
    Other {
        /// Its own words, without the command line.
        summary: String,
    },
}

impl UvFailure {
    /// Understands a run that did not end well.
    pub(crate) fn of(completed: &Completed) -> Self {
        let text = format!("{}\n{}", completed.stdout, completed.stderr);
        Self::recognise(&text).unwrap_or_else(|| Self::Other {
            summary: summary(&completed.last_lines),
        })
    }

    /// The distribution that stands in the way, where one does.
    pub(crate) fn culprit(&self) -> Option<DistributionName> {
        let Self::Build { distribution, .. } = self else {
            return None;
        };
        let name = distribution.split(['=', ' ', '@']).next()?;
        Some(DistributionName::new(name))
    }

    /// What uv complains about, to find who asked for it: a distribution or an address.
    pub(crate) fn mentions(&self, requirement: &str) -> bool {
        let text = self.to_string();
        let address = requirement.split_once("://").map(|(_, rest)| rest);
        match address {
            Some(rest) => {
                let repository = rest.split(['#', '@', ' ']).next().unwrap_or(rest);
                text.contains(repository)
            }
            None => self.culprit().is_some_and(|culprit| {
                let end = requirement
                    .find(|character: char| {
                        !(character.is_ascii_alphanumeric() || "-_.".contains(character))
                    })
                    .unwrap_or(requirement.len());
                DistributionName::new(&requirement[..end]) == culprit
            }),
        }
    }

    /// Whether trying again in a moment may help.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Self::IndexUnreachable { .. })
    }

    fn recognise(text: &str) -> Option<Self> {
        let line_with = |part: &str| text.lines().find(|line| line.contains(part)).map(clean);
        if let Some(detail) = line_with("No space left on device") {
            return Some(Self::DiskFull { detail });
        }
        if text.contains("needs to be updated, but `--locked` was provided") {
            return Some(Self::StaleLock);
        }
        if let Some(line) = text.lines().find(|line| is_failed_build(line)) {
            return Some(Self::Build {
                distribution: quoted(line)?,
                reason: build_reason(text),
            });
        }
        if let Some(line) = line_with("TOML parse error at line ") {
            return Some(manifest(text, &line));
        }
        if text.contains("Git operation failed") {
            let reason = line_with("fatal:").unwrap_or_else(|| innermost_cause(text));
            return Some(Self::Git { reason });
        }
        if text.contains("Hash mismatch for") {
            let explanation = tail_from(text, "Hash mismatch for");
            return Some(Self::HashMismatch { explanation });
        }
        let transport = [
            "error sending request",
            "Request failed after",
            "dns error",
            "operation timed out",
        ];
        if transport.iter().any(|part| text.contains(part)) {
            let url = line_with("Failed to fetch").or_else(|| line_with("error sending request"));
            let url = url.and_then(|line| address(&line)).unwrap_or_default();
            return Some(Self::IndexUnreachable {
                url,
                reason: innermost_cause(text),
            });
        }
        if text.contains("No solution found when resolving") {
            return Some(Self::NoSolution {
                explanation: no_solution(text),
            });
        }
        None
    }
}

/// The first such line names what was asked for; those after it name what that needs to be built.
fn is_failed_build(line: &str) -> bool {
    [
        "Failed to build `",
        "Failed to download and build `",
        "Failed to prepare `",
    ]
    .iter()
    .any(|part| line.contains(part))
}

/// A line without the marks that uv draws before it.
fn clean(line: &str) -> String {
    let line = line
        .trim_start_matches(['×', '╰', '├', '│', '─', '▶', ' ', '╭'])
        .trim();
    line.strip_prefix("cause: ").unwrap_or(line).to_owned()
}

fn manifest(text: &str, line: &str) -> UvFailure {
    let after = |part: &str| line.split_once(part).map(|(_, rest)| rest);
    let number = after("line ")
        .and_then(|rest| rest.split(',').next())
        .unwrap_or("1");
    let path = text
        .lines()
        .find_map(|line| line.split_once("Failed to parse: "));
    let path = path.map_or("pyproject.toml", |(_, path)| path.trim().trim_matches('`'));
    // Below the place comes a picture of the line, and below that the reason.
    let below = text
        .lines()
        .skip_while(|line| !line.contains("TOML parse error"))
        .skip(1)
        .map(clean);
    let reason = below
        .skip_while(|line| line.is_empty() || line.contains('|') || line.starts_with('^'))
        .take_while(|line| !line.is_empty() && !line.starts_with('^'))
        .collect::<Vec<_>>()
        .join(" ");
    UvFailure::Manifest {
        path: path.to_owned(),
        line: number.to_owned(),
        reason: if reason.is_empty() {
            "it is no valid TOML".to_owned()
        } else {
            in_lower_case(&reason)
        },
    }
}

/// Messages join into a chain, so they begin in lower case.
fn in_lower_case(reason: &str) -> String {
    let mut characters = reason.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().chain(characters).collect()
    })
}

fn summary(lines: &[String]) -> String {
    let lines = lines.iter().map(|line| clean(line));
    let text = lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    text.strip_prefix("error: ").unwrap_or(&text).to_owned()
}

fn quoted(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('`')?;
    Some(rest.split('`').next()?.to_owned())
}

fn address(line: &str) -> Option<String> {
    let start = line.find("http")?;
    let end = line[start..]
        .find([' ', ')', '`'])
        .map_or(line.len(), |end| start + end);
    Some(line[start..end].to_owned())
}

fn tail_from(text: &str, part: &str) -> String {
    let lines = text
        .lines()
        .skip_while(|line| !line.contains(part))
        .map(clean);
    lines
        .filter(|line| !line.is_empty())
        .take(12)
        .collect::<Vec<_>>()
        .join("\n  ")
}

/// uv's reasoning as one paragraph, without the hints after it.
fn no_solution(text: &str) -> String {
    let lines = text
        .lines()
        .skip_while(|line| !line.contains("No solution found"))
        .skip(1);
    let reasoning = lines
        .map(clean)
        .take_while(|line| !line.is_empty() && !line.starts_with("hint:"))
        .collect::<Vec<_>>();
    reasoning.join(" ")
}

fn innermost_cause(text: &str) -> String {
    let mut causes = text
        .lines()
        .rev()
        .filter(|line| line.trim_start().starts_with("cause:"));
    causes.next().map(clean).unwrap_or_default()
}

/// The last line of the build's own output that says something.
fn build_reason(text: &str) -> String {
    const TELLING: [&str; 7] = [
        "fatal error:",
        "fatal:",
        "Error:",
        "error:",
        "Exception:",
        "not found",
        "cause:",
    ];
    let telling = |line: &&str| {
        let is_about_the_build = ["Failed to build", "Failed to download", "returned non-zero"];
        TELLING.iter().any(|part| line.contains(part))
            && !is_about_the_build.iter().any(|part| line.contains(part))
            && !line.trim_start().starts_with("hint:")
    };
    let mut lines = text.lines().filter(telling).collect::<Vec<_>>();
    // A missing header is the reason for everything the build says after it.
    if let Some(header) = lines.iter().position(|line| line.contains("fatal error:")) {
        lines.truncate(header + 1);
    }
    lines.last().map(|line| clean(line)).unwrap_or_default()
}

fn because(reason: &str) -> String {
    if reason.is_empty() {
        String::new()
    } else {
        format!(": {reason}")
    }
}

impl Diagnostic for UvFailure {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::IndexUnreachable { .. } => ExitCode::Prerequisite,
            Self::DiskFull { .. }
            | Self::Build { .. }
            | Self::Git { .. }
            | Self::HashMismatch { .. }
            | Self::Other { .. } => ExitCode::External,
            Self::NoSolution { .. } | Self::StaleLock | Self::Manifest { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::IndexUnreachable { .. } => Some(
                "check the network and the proxy settings, or name another index with \
                 `UV_DEFAULT_INDEX=<url>`, then run the same command again"
                    .into(),
            ),
            Self::DiskFull { .. } => {
                Some("free some space, for example with `uv cache prune`, then run the same command again".into())
            }
            Self::Build { .. } => Some(
                "a missing compiler or header is the usual reason; see the whole build with \
                 `dhtl -v regenerate --force`"
                    .into(),
            ),
            Self::NoSolution { .. } => {
                Some("see which file asks for what with `dhtl detect --explain`".into())
            }
            Self::HashMismatch { .. } => Some(
                "somebody replaced the file after it was locked: find out who before you lock anew \
                 with `dhtl setup --relock`"
                    .into(),
            ),
            Self::Manifest { path, line, .. } => Some(format!("correct line {line} of `{path}`")),
            Self::StaleLock => Some("bring it up to date with `uv lock`".into()),
            Self::Git { .. } => {
                Some("check with `git ls-remote` that you can reach the repository".into())
            }
            Self::Other { .. } => Some("see everything uv printed with `dhtl -v regenerate --force`".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn message(text: &str) -> String {
        UvFailure::recognise(text).unwrap().to_string()
    }

    #[test]
    fn a_failed_build_names_its_distribution_and_the_reason() {
        let text = "error: Failed to build `mysqlclient==2.2.7`\n  cause: The build backend returned an error\n\
            \x20     Exception: Can not find valid pkg-config name.\n\
            \x20     Specify MYSQLCLIENT_CFLAGS manually\n\nhint: Build failures usually\n";
        let failure = UvFailure::recognise(text).unwrap();
        assert_eq!(
            failure.culprit(),
            Some(DistributionName::new("mysqlclient"))
        );
        assert!(failure.mentions("MySQLclient>=2"));
        assert!(!failure.mentions("mysql>=2"));
        insta::assert_snapshot!(
            failure,
            @"`mysqlclient==2.2.7` could not be built from source: Exception: Can not find valid pkg-config name."
        );
    }

    #[test]
    fn what_was_asked_for_is_to_blame_not_what_it_needs_to_be_built() {
        let text = "error: Failed to download and build `pygobject==3.50.0`\n\
            \x20 cause: Failed to install requirements from `build-system.requires`\n\
            \x20 cause: Failed to build `pycairo==1.29.2`\n\
            \x20     ../meson.build:31:12: ERROR: Dependency \"cairo\" not found\n";
        let failure = UvFailure::recognise(text).unwrap();
        assert_eq!(failure.culprit(), Some(DistributionName::new("pygobject")));
    }

    #[test]
    fn a_manifest_that_cannot_be_read_has_its_place() {
        let text = "error: Failed to parse: pyproject.toml\n\
            \x20 cause: TOML parse error at line 4, column 17\n    |\n  4 | requires-python=\"three\"\n\
            \x20   |                 ^^^^^^^\n  Failed to parse version: Unexpected end:\n  three\n  ^^^^^\n";
        insta::assert_snapshot!(
            message(text),
            @"`pyproject.toml:4`: failed to parse version: Unexpected end: three"
        );
    }

    #[test]
    fn a_repository_that_cannot_be_fetched_is_found_in_the_requirement() {
        let text = "error: Failed to download and build `x @ git+https://git.example/a/b.git`\n\
            \x20 cause: Git operation failed\n  cause: process didn't exit successfully\n\
            \x20        fatal: unable to access 'https://git.example/a/b.git/': Could not resolve host\n";
        let failure = UvFailure::recognise(text).unwrap();
        assert!(failure.mentions("x @ git+https://git.example/a/b.git@4f2a"));
        insta::assert_snapshot!(
            failure,
            @"`x @ git+https://git.example/a/b.git` could not be built from source: fatal: unable to access 'https://git.example/a/b.git/': Could not resolve host"
        );
    }

    #[test]
    fn an_index_that_does_not_answer_is_worth_another_try() {
        let text = "error: Request failed after 3 retries in 10.7s\n\
            \x20 cause: Failed to fetch: http://index.example/simple/flask/\n\
            \x20 cause: client error (Connect)\n  cause: Connection refused (os error 111)\n";
        let failure = UvFailure::recognise(text).unwrap();
        assert!(failure.is_passing());
        assert_eq!(failure.exit_code(), ExitCode::Prerequisite);
        insta::assert_snapshot!(
            failure,
            @"`http://index.example/simple/flask/` does not answer: Connection refused (os error 111)"
        );
    }

    #[test]
    fn contradictions_are_told_in_the_words_of_the_resolver() {
        let text = "error: No solution found when resolving dependencies\n\
            \x20 cause: Because flask==3.0.0 depends on werkzeug>=3.0.0, we can conclude this.\n\
            \x20        And because you require werkzeug<2, they are unsatisfiable.\n\n\
            hint: something else\n";
        insta::assert_snapshot!(
            message(text),
            @"the requirements cannot be met: Because flask==3.0.0 depends on werkzeug>=3.0.0, we can conclude this. And because you require werkzeug<2, they are unsatisfiable."
        );
    }

    #[test]
    fn a_full_disk_and_a_stale_lock_are_recognised() {
        let full =
            "error: Failed to install: a.whl\n  cause: a: No space left on device (os error 28)\n";
        assert!(message(full).starts_with("the disk is full"));
        let stale =
            "error: The lockfile at `uv.lock` needs to be updated, but `--locked` was provided.\n";
        assert!(message(stale).starts_with("`uv.lock` is out of date"));
    }

    #[test]
    fn what_is_not_recognised_stays_as_it_is() {
        assert!(UvFailure::recognise("error: something new\n").is_none());
    }
}
