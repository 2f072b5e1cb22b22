//! What the project says and an environment cannot follow.

use dhtl_project_model::Scope;
use dhtl_project_model::config::Document;

use crate::report::Shortfall;
use crate::resolution::sources::{is_locked, of_conda_alone};
use crate::spec;
use crate::subject::Subject;

/// What was set aside before anything was tried, and why.
pub(crate) fn shortfalls(subject: &Subject) -> Vec<Shortfall> {
    let mut shortfalls = interpreters(subject);
    shortfalls.extend(exclusions(subject));
    if !is_locked(subject.spec.strategy) {
        shortfalls.extend(conda(subject));
    }
    shortfalls
}

fn interpreters(subject: &Subject) -> Vec<Shortfall> {
    let conflicts = subject.spec.interpreter.request.conflicts.iter();
    conflicts
        .map(|conflict| Shortfall {
            next: Some("say which one holds with `python.version` in `.dhtconfig`".to_owned()),
            ..Shortfall::new(
                format!(
                    "Python `{}` of {}",
                    conflict.dropped.specifiers, conflict.dropped.evidence
                ),
                format!(
                    "it contradicts `{}` of {}",
                    conflict.kept.specifiers, conflict.kept.evidence
                ),
            )
        })
        .collect()
}

fn exclusions(subject: &Subject) -> Vec<Shortfall> {
    let config = subject.document.as_ref().map(Document::config);
    let left_out = spec::left_out(subject.python(), config);
    let named = |scope: &Scope| match scope {
        Scope::Extra(name) => format!("extra `{name}`"),
        Scope::Group(name) => format!("group `{name}`"),
        Scope::Runtime | Scope::Build => "the project".to_owned(),
    };
    left_out
        .iter()
        .map(|one| {
            let why = format!("{} excludes it by {}", named(&one.by), one.evidence);
            Shortfall::new(named(&one.scope), why)
        })
        .collect()
}

fn conda(subject: &Subject) -> Vec<Shortfall> {
    of_conda_alone(subject.python())
        .map(|requirement| {
            let what = format!("`{}` of {}", requirement.text, requirement.evidence);
            Shortfall::new(
                what,
                "no distribution of this name is known on Python's index",
            )
        })
        .collect()
}
