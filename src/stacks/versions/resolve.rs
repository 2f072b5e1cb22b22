//! From everything that is said about a runtime to one version of it.

use dhtl_project_model::stack::{Runtime, RuntimeVersion, VersionStatement};
use dhtl_project_model::{Evidence, Found, Problem};

use super::number::Number;
use super::releases::{Release, default_of, newest_matching, preferred, releases_of};
use super::request::Request;
use crate::sources::Sources;

/// What a file says about a version, as it is written there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statement {
    /// What it says.
    pub(crate) text: String,
    /// Where.
    pub(crate) evidence: Evidence,
}

/// The version that `statements` come to, the most binding of them first.
///
/// The first one that names a version decides. Ranges narrow it as long as a known release is left,
/// aliases that move on with time (`lts/*`, `latest`) give way to what names a number, and of what a
/// range leaves the maintained default is taken where it will do. A statement that is no version, or
/// that contradicts a more binding one, is a problem and is passed over.
pub(crate) fn resolve(
    sources: &Sources<'_>,
    runtime: Runtime,
    statements: Vec<Statement>,
) -> RuntimeVersion {
    let (version, problems) = decide(runtime, statements);
    for problem in problems {
        sources.report(problem);
    }
    version
}

/// Whether one of `statements` names a version, and not only a range or what moves on with time.
pub(crate) fn names_version(runtime: Runtime, statements: &[Statement]) -> bool {
    statements.iter().any(|statement| {
        Request::parse(runtime, &statement.text)
            .is_ok_and(|request| request.stated.is_some() && !request.is_moving)
    })
}

fn decide(runtime: Runtime, statements: Vec<Statement>) -> (RuntimeVersion, Vec<Problem>) {
    let mut problems = Vec::new();
    let mut read = Vec::new();
    let mut listed = Vec::new();
    for Statement { text, evidence } in statements {
        let request = Request::parse(runtime, &text);
        listed.push(VersionStatement {
            text,
            accepts: request
                .as_ref()
                .ok()
                .and_then(|request| accepts(runtime, request)),
            evidence: evidence.clone(),
        });
        match request {
            Ok(request) => read.push((request, evidence)),
            Err(error) => problems.push(Problem {
                message: error.to_string(),
                evidence,
            }),
        }
    }
    // Among equals the order stays what it was.
    read.sort_by_key(|(request, _)| request.is_moving);
    let chosen = choose(runtime, read, &mut problems);
    let is_default = chosen.is_none();
    let version = chosen.unwrap_or_else(|| Found {
        value: default_of(runtime).to_owned(),
        evidence: Evidence::file(".", "runtime-default"),
    });
    let version = RuntimeVersion {
        runtime,
        version,
        is_default,
        statements: listed,
    };
    (version, problems)
}

/// The newest release that a request accepts; none where the table has none.
fn accepts(runtime: Runtime, request: &Request) -> Option<String> {
    if let Some(stated) = &request.stated {
        let number = Number::parse(stated)?;
        let line = line_of(runtime, &number)?;
        let newest = Number::parse(line.newest)?;
        if request.accepts(line.newest) {
            return newest_matching(runtime, request).map(|release| release.newest.to_owned());
        }
        return (number <= newest).then(|| stated.clone());
    }
    newest_matching(runtime, request).map(|release| release.newest.to_owned())
}

/// The line that a version is of.
fn line_of(runtime: Runtime, number: &Number) -> Option<&'static Release> {
    releases_of(runtime).iter().find(|release| {
        Number::parse(release.line)
            .is_some_and(|line| number.starts_with(&line) || line.starts_with(number))
    })
}

fn choose(
    runtime: Runtime,
    read: Vec<(Request, Evidence)>,
    problems: &mut Vec<Problem>,
) -> Option<Found<String>> {
    let mut candidates: Vec<&'static Release> = releases_of(runtime).iter().collect();
    let mut followed: Vec<(Request, Evidence)> = Vec::new();
    let mut exact: Option<Found<String>> = None;
    for (request, evidence) in read {
        if request.is_any() {
            continue;
        }
        let contradicted = match (&exact, &request.stated) {
            (Some(exact), _) => !request_meets(runtime, &request, &exact.value),
            (None, Some(stated)) => followed
                .iter()
                .any(|(before, _)| !request_meets(runtime, before, stated)),
            (None, None) => !candidates
                .iter()
                .any(|release| request.accepts(release.newest)),
        };
        if contradicted && !followed.is_empty() {
            if !request.is_moving {
                problems.push(contradiction(&followed, &evidence));
            }
            continue;
        }
        if exact.is_none() {
            match &request.stated {
                Some(stated) => {
                    exact = Some(Found {
                        value: stated.clone(),
                        evidence: evidence.clone(),
                    });
                }
                None => candidates.retain(|release| request.accepts(release.newest)),
            }
        }
        followed.push((request, evidence));
    }
    if exact.is_some() {
        return exact;
    }
    let (request, evidence) = followed.into_iter().next()?;
    let value = match preferred(runtime, candidates.into_iter()) {
        Some(release) => release.line.to_owned(),
        // Between two releases of one line, or newer than the table.
        None => request.range.lowest()?.to_string(),
    };
    Some(Found { value, evidence })
}

/// Whether `stated`, which may leave its end open, can be a version that `request` accepts.
fn request_meets(runtime: Runtime, request: &Request, stated: &str) -> bool {
    let Some(number) = Number::parse(stated) else {
        // A channel or a pre-release is compared with nothing.
        return true;
    };
    if request.accepts(stated) {
        return true;
    }
    if let Some(other) = request.stated.as_deref().and_then(Number::parse) {
        return other.starts_with(&number) || number.starts_with(&other);
    }
    let newest = line_of(runtime, &number).and_then(|line| Number::parse(line.newest));
    newest.is_some_and(|newest| newest.starts_with(&number) && request.range.contains(&newest))
}

fn contradiction(followed: &[(Request, Evidence)], evidence: &Evidence) -> Problem {
    let before = followed
        .first()
        .map_or_else(String::new, |(_, before)| before.to_string());
    Problem {
        message: format!("contradicts {before}, which is more binding"),
        evidence: evidence.clone(),
    }
}
