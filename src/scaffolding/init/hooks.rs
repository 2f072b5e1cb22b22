//! What runs before every commit of a project that is there already.

use std::collections::BTreeMap;

use minijinja::Value;

use super::survey::{Checker, Survey};

/// Checks that every project passes with what it commits from now on; none changes a file.
///
/// Source: the entry points of the distribution `pre-commit-hooks`.
const BASIC: [&str; 3] = [
    "check-added-large-files",
    "check-case-conflict",
    "check-merge-conflict",
];

/// The hooks: the basic ones, and the checkers that the project has configured, each in an
/// environment of its own, so that they work in whatever way the project is installed.
pub(super) fn values(survey: &Survey<'_>) -> Vec<Value> {
    let basic = BASIC.map(|name| hook(name, name, "pre-commit-hooks".to_owned(), "text"));
    let checkers = survey.checkers();
    let configured = checkers.iter().map(|checker| {
        let (id, entry) = match checker {
            Checker::Ruff => ("ruff-check", "ruff check --force-exclude"),
            Checker::RuffFormat => ("ruff-format", "ruff format --force-exclude"),
            Checker::Black => ("black", "black"),
            Checker::Isort => ("isort", "isort --filter-files"),
            Checker::Flake8 => ("flake8", "flake8"),
        };
        let distribution = checker.distribution();
        let requirement = survey.declared(distribution);
        hook(
            id,
            entry,
            requirement.unwrap_or_else(|| distribution.to_owned()),
            "python",
        )
    });
    basic.into_iter().chain(configured).collect()
}

fn hook(id: &str, entry: &str, requirement: String, kind: &str) -> Value {
    Value::from(BTreeMap::from([
        ("id", Value::from(id)),
        ("entry", Value::from(entry)),
        ("language", Value::from("python")),
        ("additional_dependencies", Value::from(vec![requirement])),
        ("types", Value::from(vec![kind.to_owned()])),
    ]))
}
