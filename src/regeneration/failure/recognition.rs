//! From what uv printed to what failed.

use dhtl_project_model::DistributionName;

use super::output::{Output, clean};
use super::remedy::{self, Circumstances};
use super::rules::{self, Sighting};
use super::{Cause, Diagnosis, Stage, UvFailure};
use crate::system_packages::PackageManager;

/// What failed, on a machine with this package manager; none where nothing known is to be seen.
pub(super) fn recognise(text: &str, manager: Option<PackageManager>) -> Option<UvFailure> {
    let line_with = |part: &str| text.lines().find(|line| line.contains(part)).map(clean);
    if let Some(detail) = line_with("No space left on device") {
        return Some(UvFailure::DiskFull { detail });
    }
    if text.contains("needs to be updated, but `--locked` was provided") {
        return Some(UvFailure::StaleLock);
    }
    let seen = Seen::new(text, manager);
    if let Some(distribution) = failed_build(&seen.output) {
        return Some(seen.build(distribution, build_reason(text)));
    }
    if text.contains("The build backend returned an error") {
        return Some(seen.unnamed_build(&build_reason(text)));
    }
    if let Some(line) = line_with("TOML parse error at line ") {
        return Some(manifest(text, &line));
    }
    if text.contains("Git operation failed") {
        let reason = line_with("fatal:").unwrap_or_else(|| innermost_cause(text));
        return Some(UvFailure::Git {
            repository: repository(text).unwrap_or_default(),
            reason,
            diagnosis: seen.diagnosis(None),
        });
    }
    if text.contains("Hash mismatch for") {
        let explanation = tail_from(text, "Hash mismatch for");
        return Some(UvFailure::HashMismatch { explanation });
    }
    let transport = [
        "error sending request",
        "Request failed after",
        "dns error",
        "operation timed out",
        "HTTP status server error",
    ];
    if transport.iter().any(|part| text.contains(part)) {
        let url = line_with("Failed to fetch").or_else(|| line_with("error sending request"));
        let url = url.and_then(|line| address(&line)).unwrap_or_default();
        return Some(UvFailure::IndexUnreachable {
            url,
            reason: innermost_cause(text),
        });
    }
    if text.contains("No solution found when resolving") {
        let diagnosis = seen.diagnosis(None);
        let explanation = match &diagnosis {
            // Then uv's reasoning is about a distribution that it was not allowed to see.
            Some(diagnosis) if matches!(diagnosis.cause, Cause::CredentialsNeeded { .. }) => {
                diagnosis.cause.to_string()
            }
            _ => no_solution(text),
        };
        return Some(UvFailure::NoSolution {
            explanation,
            diagnosis,
        });
    }
    let diagnosis = seen.diagnosis(None)?;
    Some(UvFailure::Other {
        summary: diagnosis.cause.to_string(),
        diagnosis: Some(diagnosis),
        last_lines: Vec::new(),
    })
}

/// What is not recognised, in its own words.
pub(super) fn unknown(last_lines: &[String]) -> UvFailure {
    let lines = last_lines.iter().map(|line| clean(line));
    let text = lines
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("; ");
    UvFailure::Other {
        summary: format!(
            "uv failed: {}",
            text.strip_prefix("error: ").unwrap_or(&text)
        ),
        diagnosis: None,
        last_lines: Vec::new(),
    }
}

/// The output, and what is to be seen in it.
struct Seen<'a> {
    output: Output<'a>,
    sighting: Option<Sighting>,
    manager: Option<PackageManager>,
    minor: Option<u8>,
}

impl<'a> Seen<'a> {
    fn new(text: &'a str, manager: Option<PackageManager>) -> Self {
        let output = Output::new(text);
        Self {
            sighting: unreachable_source(text).or_else(|| rules::diagnose(&output)),
            output,
            manager,
            minor: python_minor(text),
        }
    }

    fn build(&self, distribution: String, reason: String) -> UvFailure {
        // A project that is built where it stands is the user's own.
        let is_own = distribution.contains(" @ file:");
        let name = distribution.split(['=', ' ', '@']).next();
        let name = name.filter(|_| !is_own).map(DistributionName::new);
        let diagnosis = self.diagnosis(name);
        let is_fetching = diagnosis
            .as_ref()
            .is_some_and(|diagnosis| diagnosis.cause.is_about_fetching());
        // A build that ran may have fetched something, too.
        let mut lines = self.output.body().iter();
        let was_built = lines.any(|line| line.contains("cause: Call to `"));
        UvFailure::Build {
            stage: if is_fetching && !was_built {
                Stage::Fetch
            } else {
                Stage::Build
            },
            needed_by: needed_by(&self.output.advice()),
            diagnosis,
            last_lines: self.last_lines(),
            distribution,
            reason,
        }
    }

    /// uv does not name a project that only has a `setup.py`.
    fn unnamed_build(&self, reason: &str) -> UvFailure {
        let diagnosis = self.diagnosis(None);
        UvFailure::Other {
            summary: match &diagnosis {
                Some(diagnosis) => format!("it could not be built: {}", diagnosis.cause),
                None => format!("it could not be built: {reason}"),
            },
            diagnosis,
            last_lines: self.last_lines(),
        }
    }

    fn diagnosis(&self, distribution: Option<DistributionName>) -> Option<Box<Diagnosis>> {
        let cause = self.sighting.as_ref()?.cause.clone();
        let circumstances = Circumstances {
            distribution,
            manager: self.manager,
            minor: self.minor,
        };
        Some(Box::new(Diagnosis {
            next: remedy::next(&cause, &circumstances),
            cause,
        }))
    }

    fn last_lines(&self) -> Vec<String> {
        let decisive = self.sighting.as_ref().and_then(|sighting| sighting.line);
        self.output.last_lines(decisive)
    }
}

/// A source that could not even be downloaded: uv speaks of its build all the same.
fn unreachable_source(text: &str) -> Option<Sighting> {
    let (_, rest) = text.split_once("Failed to download and build `")?;
    let is_transport = ["dns error", "failed to lookup address information"]
        .iter()
        .any(|part| rest.contains(part));
    let host = host(rest).filter(|_| is_transport)?;
    Some(Sighting {
        cause: Cause::HostUnreachable { host: Some(host) },
        line: None,
    })
}

/// What could not be built. The first line that says so names what was asked for; those after it
/// name what that needs to be built.
fn failed_build(output: &Output<'_>) -> Option<String> {
    let body = output.body();
    let is_failed_build = |line: &&&str| {
        [
            "Failed to build `",
            "Failed to download and build `",
            "Failed to prepare `",
        ]
        .iter()
        .any(|part| line.contains(part))
    };
    if let Some(line) = body.iter().find(is_failed_build) {
        return quoted(line);
    }
    // Of a long output only the end is kept; then uv's advice still says what it was.
    if body.iter().any(|line| line.starts_with("error:")) {
        return None;
    }
    let advice = output.advice();
    let (_, rest) = advice.split_once("This error likely indicates that ")?;
    let spec = rest.split('`').skip(1).step_by(2).find(|part| {
        part.split_once('@').is_some_and(|(name, version)| {
            !name.is_empty() && version.starts_with(|first: char| first.is_ascii_digit())
        })
    })?;
    Some(spec.replacen('@', "==", 1))
}

/// What asks for the distribution: `a` (v1) was included because `b` (v2) depends on `a`.
fn needed_by(advice: &str) -> Option<String> {
    let (_, rest) = advice.split_once(" was included because `")?;
    Some(rest.split('`').next()?.to_owned())
}

/// The minor version of the Python 3 that the output speaks of.
fn python_minor(text: &str) -> Option<u8> {
    let marks = ["python3.", "Python 3.", "CPython 3."];
    marks.iter().find_map(|mark| {
        let (_, rest) = text.split_once(mark)?;
        let end = rest.find(|character: char| !character.is_ascii_digit())?;
        rest[..end].parse().ok()
    })
}

/// The host of an address.
pub(super) fn host(url: &str) -> Option<String> {
    let (_, rest) = url.split_once("://")?;
    let host = rest.split(['/', ' ']).next()?;
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    Some(host.to_owned()).filter(|host| !host.is_empty())
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

/// The repository that git was sent to when it failed, or the last that uv turned to.
fn repository(text: &str) -> Option<String> {
    let fetched = text.lines().find_map(|line| {
        let (_, rest) = line.split_once("git fetch ")?;
        let mut quoted = rest.split('\'').skip(1).step_by(2);
        quoted
            .find(|argument| argument.contains("://"))
            .map(str::to_owned)
    });
    fetched.or_else(|| {
        let updating = text
            .lines()
            .rev()
            .find_map(|line| line.trim().strip_prefix("Updating "))?;
        updating.split(' ').next().map(str::to_owned)
    })
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
        let is_about_the_build = [
            "Failed to build",
            "Failed to download",
            "returned non-zero",
            "The build backend returned an error",
            "Call to `",
        ];
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
