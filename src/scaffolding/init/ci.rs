//! What a service runs for a project that is there already.

use std::collections::BTreeMap;
use std::str::FromStr as _;

use minijinja::Value;
use pep440_rs::{Version, VersionSpecifiers};

use super::installation::Installation;
use super::survey::{Checker, Survey};
use crate::templates::Values;

/// The oldest Python that the services still have.
const OLDEST: u8 = 8;

/// What the workflow of a project refers to; none where there is nothing to run. Where the tests run
/// at least `coverage` percent of the lines, they pass.
pub(super) fn values(survey: &Survey<'_>, coverage: Option<u8>) -> Option<Values> {
    let runner = TestRunner::of(survey);
    let besides: &[&str] = match (runner, coverage) {
        (Some(TestRunner::Pytest), Some(_)) => &["pytest", "pytest-cov"],
        (Some(TestRunner::Pytest), None) => &["pytest"],
        (Some(TestRunner::Unittest), Some(_)) => &["coverage"],
        _ => &[],
    };
    let installation = Installation::of(survey, besides);
    let checks = checks(survey, &installation);
    let test = runner.map(|runner| runner.command(coverage));
    if checks.is_empty() && test.is_none() {
        return None;
    }
    let pythons = pythons(survey);
    let python = pythons.first().cloned().unwrap_or_default();
    Some(Values::from([
        ("install".to_owned(), Value::from(installation.commands)),
        ("checks".to_owned(), Value::from(checks)),
        ("test".to_owned(), Value::from(test.unwrap_or_default())),
        ("python".to_owned(), Value::from(python)),
        ("pythons".to_owned(), Value::from(pythons)),
        ("reports".to_owned(), Value::from(false)),
        ("validate".to_owned(), Value::from(true)),
    ]))
}

/// What `.dhtconfig` asks for and cannot be had.
pub(super) fn note(survey: &Survey<'_>, coverage: Option<u8>) -> Option<String> {
    let is_tox = TestRunner::of(survey) == Some(TestRunner::Tox);
    (is_tox && coverage.is_some()).then(|| {
        "`ci.coverage_threshold`, which is for the configuration of tox to enforce".to_owned()
    })
}

/// What runs the tests of a project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TestRunner {
    Pytest,
    Tox,
    Unittest,
}

impl TestRunner {
    fn of(survey: &Survey<'_>) -> Option<Self> {
        let pyproject = survey.text("pyproject.toml");
        let uses_pytest = survey.tests_import("pytest")
            || survey.has("pytest.ini")
            || pyproject.contains("[tool.pytest")
            || survey.text("setup.cfg").contains("[tool:pytest]")
            || survey.declared("pytest").is_some();
        let has_tests =
            survey.has("tests") || survey.has("test") || survey.tests_import("unittest");
        if uses_pytest && has_tests {
            Some(Self::Pytest)
        } else if survey.has("tox.ini") || pyproject.contains("[tool.tox") {
            Some(Self::Tox)
        } else if survey.tests_import("unittest") {
            Some(Self::Unittest)
        } else {
            None
        }
    }

    fn command(self, coverage: Option<u8>) -> String {
        // As modules: so the root is on the import path, as many a flat project expects.
        match (self, coverage) {
            (Self::Pytest, Some(percent)) => {
                format!("uv run --no-sync python -m pytest --cov --cov-fail-under={percent}")
            }
            (Self::Pytest, None) => "uv run --no-sync python -m pytest".to_owned(),
            (Self::Tox, _) => "uvx --with tox-uv tox run -e py".to_owned(),
            (Self::Unittest, Some(percent)) => format!(
                "uv run --no-sync python -m coverage run -m unittest && \
                 uv run --no-sync python -m coverage report --fail-under={percent}"
            ),
            (Self::Unittest, None) => "uv run --no-sync python -m unittest".to_owned(),
        }
    }
}

fn checks(survey: &Survey<'_>, installation: &Installation) -> Vec<Value> {
    let check = |checker: Checker| {
        let (name, arguments) = match checker {
            Checker::Ruff => ("Lint", "ruff check"),
            Checker::RuffFormat => ("Formatting", "ruff format --check"),
            Checker::Black => ("Formatting", "black --check ."),
            Checker::Isort => ("Order of imports", "isort --check ."),
            Checker::Flake8 => ("Lint", "flake8 --extend-exclude .venv"),
        };
        let run = if installation.has(checker.distribution()) {
            format!("uv run --no-sync {arguments}")
        } else {
            format!("uvx {arguments}")
        };
        Value::from(BTreeMap::from([("name", name.to_owned()), ("run", run)]))
    };
    survey.checkers().into_iter().map(check).collect()
}

/// The minor versions of Python that the project accepts, or else those it is known to be tried with.
fn pythons(survey: &Survey<'_>) -> Vec<String> {
    let request = &survey.python.interpreter;
    let minors = OLDEST..=crate::new::NEWEST;
    let specifiers = VersionSpecifiers::from_str(&request.specifiers).ok();
    if let Some(specifiers) = specifiers.filter(|specifiers| !specifiers.is_empty()) {
        // A patch may be the first or the last that is accepted.
        let is_accepted = |minor: &u8| {
            let mut patches = 0..40;
            patches.any(|patch| specifiers.contains(&Version::new([3, u64::from(*minor), patch])))
        };
        return minors
            .filter(is_accepted)
            .map(|minor| format!("3.{minor}"))
            .collect();
    }
    let is_known = |version: &&String| {
        let minor = version
            .strip_prefix("3.")
            .and_then(|minor| minor.parse().ok());
        minor.is_some_and(|minor: u8| minors.contains(&minor))
    };
    // The newest comes first there.
    request
        .preferred
        .iter()
        .filter(is_known)
        .rev()
        .cloned()
        .collect()
}
