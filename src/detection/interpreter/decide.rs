//! From many statements about the interpreter to one request.

use std::cmp::Reverse;
use std::str::FromStr as _;

use dhtl_project_model::{
    Diagnostic, Evidence, ExitCode, InterpreterConflict, InterpreterConstraint, InterpreterRequest,
    InterpreterSource,
};
use pep440_rs::{Version, VersionSpecifiers};

/// Why no interpreter can be decided on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InterpreterError {
    /// A statement accepts no version on its own.
    #[error("no Python version meets `{specifiers}`, which {evidence} asks for")]
    Impossible {
        /// What is asked for.
        specifiers: String,
        /// Where.
        evidence: Evidence,
    },
    /// A statement is not in the notation of PEP 440.
    #[error("`{specifiers}`, which {evidence} asks for, is no Python version")]
    Invalid {
        /// What is asked for.
        specifiers: String,
        /// Where.
        evidence: Evidence,
    },
    /// `.dhtconfig` asks for what the project itself rules out.
    #[error(
        "`{}` of {} contradicts `{}` of {}",
        config.specifiers, config.evidence, required.specifiers, required.evidence
    )]
    Contradiction {
        /// What `.dhtconfig` says.
        config: Box<InterpreterConstraint>,
        /// What the project requires.
        required: Box<InterpreterConstraint>,
    },
}

impl Diagnostic for InterpreterError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Invalid
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Impossible { evidence, .. } => {
                format!(
                    "correct the versions in `{}`, such as `>=3.11,<3.13`",
                    evidence.path
                )
            }
            Self::Invalid { evidence, .. } => {
                format!(
                    "write a version in `{}`, such as `3.12` or `>=3.11`",
                    evidence.path
                )
            }
            Self::Contradiction { config, required } => {
                format!(
                    "change one of `{}` and `{}`",
                    config.evidence.path, required.evidence.path
                )
            }
        })
    }
}

/// What `constraints` come to.
///
/// Statements are followed from the most binding one on: `.dhtconfig`, what the project requires,
/// then the others in the order of [`InterpreterSource`]. One that no version can meet together
/// with those already followed is set aside and recorded as a conflict, except that `.dhtconfig`
/// must not contradict what the project requires. Hints never conflict: those that are accepted
/// say which versions the project is tried with.
///
/// Whether any version meets a set of statements is found by trying: every patch release from 0 to
/// 40 of 2.7 and of 3.0 to 3.30, and the versions that the statements name.
pub fn decide(
    constraints: &[InterpreterConstraint],
) -> Result<InterpreterRequest, InterpreterError> {
    let parsed = parse(constraints)?;
    let mut accepted = candidates(&parsed);
    let mut followed: Vec<&Statement<'_>> = Vec::new();
    let mut conflicts = Vec::new();
    for statement in parsed
        .iter()
        .filter(|statement| !statement.constraint.source.is_hint())
    {
        let alone = candidates(std::slice::from_ref(statement));
        if !alone
            .iter()
            .any(|version| statement.specifiers.contains(version))
        {
            return Err(InterpreterError::Impossible {
                specifiers: statement.constraint.specifiers.clone(),
                evidence: statement.constraint.evidence.clone(),
            });
        }
        let narrowed: Vec<Version> = accepted
            .iter()
            .filter(|version| statement.specifiers.contains(version))
            .cloned()
            .collect();
        if narrowed.is_empty() {
            let kept = contradicted(&followed, statement).clone();
            conflicts.push(conflict(kept, statement.constraint)?);
        } else {
            accepted = narrowed;
            followed.push(statement);
        }
    }
    let (preferred, hints) = preferred(&parsed, &accepted);
    followed.sort_by_key(|statement| statement.constraint.source);
    let followed = followed.into_iter().map(|statement| statement.constraint);
    let followed: Vec<InterpreterConstraint> = followed.chain(hints).cloned().collect();
    let specifiers = joined(
        followed
            .iter()
            .filter(|constraint| !constraint.source.is_hint()),
    );
    Ok(InterpreterRequest {
        specifiers,
        preferred,
        followed,
        conflicts,
    })
}

/// More clauses than this are no statement about Python.
const MOST_CLAUSES: usize = 100;

struct Statement<'a> {
    constraint: &'a InterpreterConstraint,
    specifiers: VersionSpecifiers,
}

/// The statements, the most binding first. A hint that cannot be parsed has nothing to say.
fn parse(constraints: &[InterpreterConstraint]) -> Result<Vec<Statement<'_>>, InterpreterError> {
    let mut statements = Vec::with_capacity(constraints.len());
    for constraint in constraints {
        match VersionSpecifiers::from_str(&constraint.specifiers) {
            // Nobody means so many, and each is tried against every version there is.
            Ok(specifiers) if specifiers.iter().count() > MOST_CLAUSES => {
                return Err(InterpreterError::Invalid {
                    specifiers: format!(
                        "{}…",
                        constraint.specifiers.chars().take(60).collect::<String>()
                    ),
                    evidence: constraint.evidence.clone(),
                });
            }
            Ok(specifiers) => statements.push(Statement {
                constraint,
                specifiers,
            }),
            Err(_) if constraint.source.is_hint() => {}
            Err(_) => {
                return Err(InterpreterError::Invalid {
                    specifiers: constraint.specifiers.clone(),
                    evidence: constraint.evidence.clone(),
                });
            }
        }
    }
    statements.sort_by_key(|statement| {
        (
            bindingness(statement.constraint.source),
            statement.constraint.source,
        )
    });
    Ok(statements)
}

/// What the project requires is what its build insists on: following a `.python-version` against it
/// would lead to an environment that the project cannot be installed in.
fn bindingness(source: InterpreterSource) -> u8 {
    match source {
        InterpreterSource::Config => 0,
        InterpreterSource::RequiresPython => 1,
        _ => 2,
    }
}

fn candidates(statements: &[Statement<'_>]) -> Vec<Version> {
    let minors = std::iter::once((2, 7)).chain((0..=30).map(|minor| (3, minor)));
    let releases = minors
        .flat_map(|(major, minor)| (0..=40).map(move |patch| Version::new([major, minor, patch])));
    let named = statements.iter().flat_map(|statement| {
        statement
            .specifiers
            .iter()
            .map(|specifier| specifier.version().clone())
    });
    releases.chain(named).collect()
}

/// The followed statement that a new one contradicts; the first one where it takes several.
fn contradicted<'a>(
    followed: &[&Statement<'a>],
    statement: &Statement<'a>,
) -> &'a InterpreterConstraint {
    let candidates = |other: &Statement<'a>| {
        candidates(std::slice::from_ref(other))
            .into_iter()
            .chain(candidates(std::slice::from_ref(statement)))
    };
    let contradicts = |other: &&&Statement<'a>| {
        !candidates(other).any(|version| {
            other.specifiers.contains(&version) && statement.specifiers.contains(&version)
        })
    };
    let found = followed
        .iter()
        .find(contradicts)
        .or_else(|| followed.first());
    // With nothing followed yet, a statement that accepts something is followed.
    found.map_or(statement.constraint, |statement| statement.constraint)
}

fn conflict(
    kept: InterpreterConstraint,
    dropped: &InterpreterConstraint,
) -> Result<InterpreterConflict, InterpreterError> {
    if kept.source == InterpreterSource::Config
        && dropped.source == InterpreterSource::RequiresPython
    {
        return Err(InterpreterError::Contradiction {
            config: Box::new(kept),
            required: Box::new(dropped.clone()),
        });
    }
    Ok(InterpreterConflict {
        kept,
        dropped: dropped.clone(),
    })
}

/// The minor versions that hints name and the rest accepts, newest first, and those hints.
fn preferred<'a>(
    statements: &[Statement<'a>],
    accepted: &[Version],
) -> (Vec<String>, Vec<&'a InterpreterConstraint>) {
    let mut minors: Vec<(u64, u64)> = Vec::new();
    let mut hints = Vec::new();
    for statement in statements
        .iter()
        .filter(|statement| statement.constraint.source.is_hint())
    {
        let named = statement
            .specifiers
            .iter()
            .next()
            .map(|specifier| specifier.version().release());
        let Some([major, minor, ..]) = named else {
            continue;
        };
        let of_minor = |version: &&Version| version.release().starts_with(&[*major, *minor]);
        if accepted.iter().any(|version| of_minor(&version)) {
            minors.push((*major, *minor));
            hints.push(statement.constraint);
        }
    }
    minors.sort_unstable_by_key(|minor| Reverse(*minor));
    minors.dedup();
    (
        minors
            .into_iter()
            .map(|(major, minor)| format!("{major}.{minor}"))
            .collect(),
        hints,
    )
}

/// All specifiers as one list, each once.
fn joined<'a>(constraints: impl Iterator<Item = &'a InterpreterConstraint>) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in constraints.flat_map(|constraint| constraint.specifiers.split(',')) {
        let part = part.trim();
        if !part.is_empty() && !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use InterpreterSource::{
        Ci, Classifiers, Config, PythonVersionFile, RequiresPython, RuntimeTxt,
    };
    use proptest::prelude::*;

    use super::*;

    fn constraint(source: InterpreterSource, specifiers: &str) -> InterpreterConstraint {
        let evidence = Evidence::at(format!("{source:?}"), 7, "test");
        InterpreterConstraint {
            source,
            specifiers: specifiers.to_owned(),
            evidence,
        }
    }

    fn decided(
        constraints: &[(InterpreterSource, &str)],
    ) -> Result<InterpreterRequest, InterpreterError> {
        let constraints: Vec<_> = constraints
            .iter()
            .map(|(source, specifiers)| constraint(*source, specifiers))
            .collect();
        decide(&constraints)
    }

    #[track_caller]
    fn check(
        constraints: &[(InterpreterSource, &str)],
        specifiers: &str,
        preferred: &[&str],
        conflicts: &[(InterpreterSource, InterpreterSource)],
    ) {
        let request = decided(constraints).unwrap();
        assert_eq!(request.specifiers, specifiers);
        assert_eq!(request.preferred, preferred);
        let found: Vec<_> = request
            .conflicts
            .iter()
            .map(|conflict| (conflict.kept.source, conflict.dropped.source))
            .collect();
        assert_eq!(found, conflicts);
    }

    #[test]
    fn statements_that_agree_are_all_followed() {
        check(
            &[
                (RequiresPython, ">=3.8,<4"),
                (PythonVersionFile, "==3.11.*"),
                (RuntimeTxt, ">=3.8"),
            ],
            "==3.11.*,>=3.8,<4",
            &[],
            &[],
        );
        check(&[], "", &[], &[]);
    }

    #[test]
    fn the_less_binding_of_two_that_conflict_is_set_aside() {
        check(
            &[
                (RequiresPython, ">=3.10"),
                (PythonVersionFile, "==3.8.*"),
                (RuntimeTxt, "==3.8.5"),
            ],
            ">=3.10",
            &[],
            &[
                (RequiresPython, PythonVersionFile),
                (RequiresPython, RuntimeTxt),
            ],
        );
        check(
            &[
                (Config, ">=3.8"),
                (PythonVersionFile, "<3.10"),
                (RuntimeTxt, "==3.11.2"),
            ],
            ">=3.8,<3.10",
            &[],
            &[(PythonVersionFile, RuntimeTxt)],
        );
    }

    #[test]
    fn hints_prefer_and_never_conflict() {
        check(
            &[
                (RequiresPython, ">=3.9"),
                (Ci, "==3.8.*"),
                (Ci, "==3.10.*"),
                (Classifiers, "==3.12.*"),
                (Ci, "==3.10.*"),
                (Ci, "nonsense"),
            ],
            ">=3.9",
            &["3.12", "3.10"],
            &[],
        );
        check(&[(Ci, "==3.9.*")], "", &["3.9"], &[]);
    }

    #[test]
    fn a_config_that_contradicts_the_project_is_an_error() {
        let error = decided(&[(RequiresPython, ">=3.12"), (Config, "==3.10.*")]).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"`==3.10.*` of Config:7 (test) contradicts `>=3.12` of RequiresPython:7 (test)"
        );
        assert_eq!(error.exit_code(), ExitCode::Invalid);
    }

    #[test]
    fn what_nothing_can_meet_is_an_error() {
        let error = decided(&[(RequiresPython, ">=3.12,<3.11")]).unwrap_err();
        insta::assert_snapshot!(
            error,
            @"no Python version meets `>=3.12,<3.11`, which RequiresPython:7 (test) asks for"
        );
        let error = decided(&[(Config, "three")]).unwrap_err();
        assert!(matches!(error, InterpreterError::Invalid { .. }));
    }

    #[test]
    fn a_version_beyond_the_tried_ones_can_be_named() {
        check(
            &[(Config, "==3.14.0rc1"), (RequiresPython, ">=3.13")],
            "==3.14.0rc1,>=3.13",
            &[],
            &[],
        );
        check(&[(RequiresPython, "==3.99.*")], "==3.99.*", &[], &[]);
    }

    proptest! {
        #[test]
        fn what_is_decided_can_be_met(
            texts in proptest::collection::vec("[<>=!~]{1,2}3(\\.[0-9]{1,2}){0,2}(\\.\\*)?", 0..5)
        ) {
            let sources = [PythonVersionFile, RequiresPython, RuntimeTxt, Ci, Classifiers];
            let constraints: Vec<_> = texts
                .iter()
                .zip(sources)
                .map(|(text, source)| constraint(source, text))
                .collect();
            if let Ok(request) = decide(&constraints) {
                let specifiers = VersionSpecifiers::from_str(&request.specifiers).unwrap();
                let statements = parse(&constraints).unwrap();
                prop_assert!(candidates(&statements).iter().any(|version| specifiers.contains(version)));
            }
        }
    }
}
