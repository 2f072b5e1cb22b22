//! Which Python the project asks for: one file per source, one line here to list it.

pub(crate) mod ci;
mod classifiers;
mod decide;
pub(crate) mod dockerfile;
mod image;
mod manifest;
mod nox;
mod python_version_file;
mod requires_python;
mod runtime_txt;
mod tox;
mod version;

use dhtl_project_model::{Evidence, InterpreterConstraint, InterpreterSource, Problem};

pub use self::decide::{InterpreterError, decide};
use crate::manifests::Manifests;
use crate::{metadata, paths};

/// The sources, each with the function that reads it.
const READERS: &[fn(&Manifests<'_>, &mut Stated)] = &[
    python_version_file::read,
    requires_python::read,
    runtime_txt::read,
    manifest::read,
    tox::read,
    nox::read,
    dockerfile::read,
    ci::read,
    classifiers::read,
];

/// More statements than any project makes. Each is tried against all versions that any of them names.
const MOST: usize = 2000;

/// Every statement about the interpreter, and what could not be understood.
#[derive(Debug, Default)]
pub(crate) struct Stated {
    /// The statements.
    pub(crate) constraints: Vec<InterpreterConstraint>,
    /// The rest.
    pub(crate) problems: Vec<Problem>,
}

/// Every statement of the project about the interpreter, the most binding first.
pub(crate) fn collect(manifests: &Manifests<'_>) -> Stated {
    let mut stated = Stated::default();
    for reader in READERS {
        reader(manifests, &mut stated);
    }
    let binding = Binding::of(manifests, &stated.constraints);
    stated
        .constraints
        .retain(|constraint| binding.holds(constraint));
    stated
        .constraints
        .sort_by(|left, right| order(left).cmp(&order(right)));
    stated.constraints.dedup();
    if stated.constraints.len() > MOST {
        let evidence = stated.constraints[MOST].evidence.clone();
        stated.constraints.truncate(MOST);
        stated.problem(
            format!("more than {MOST} statements about Python, not followed"),
            evidence,
        );
    }
    stated
}

fn order(constraint: &InterpreterConstraint) -> (InterpreterSource, usize, &Evidence) {
    (
        constraint.source,
        paths::depth(&constraint.evidence.path),
        &constraint.evidence,
    )
}

impl Stated {
    fn state(
        &mut self,
        source: InterpreterSource,
        specifiers: impl Into<String>,
        evidence: Evidence,
    ) {
        let specifiers = specifiers.into();
        self.constraints.push(InterpreterConstraint {
            source,
            specifiers,
            evidence,
        });
    }

    fn problem(&mut self, message: impl Into<String>, evidence: Evidence) {
        self.problems.push(Problem {
            message: message.into(),
            evidence,
        });
    }
}

/// Whose statements bind the project.
///
/// What the root says binds, and what the members of its workspace require, for they share an
/// environment. Other projects below the root are asked only where the root says nothing.
struct Binding {
    folders: Vec<String>,
}

impl Binding {
    fn of(manifests: &Manifests<'_>, constraints: &[InterpreterConstraint]) -> Self {
        let root_binds = constraints.iter().any(|constraint| {
            !constraint.source.is_hint() && paths::folder(&constraint.evidence.path) == "."
        });
        let workspace = manifests.pyproject(".");
        let mut folders: Vec<String> = metadata::project_folders(manifests)
            .into_iter()
            .map(|(folder, _)| folder)
            .filter(|folder| {
                !root_binds
                    || workspace
                        .is_some_and(|file| crate::sub_projects::is_workspace_member(file, folder))
            })
            .collect();
        folders.push(".".to_owned());
        Self { folders }
    }

    fn holds(&self, constraint: &InterpreterConstraint) -> bool {
        let folder = paths::folder(&constraint.evidence.path);
        constraint.source.is_hint() || self.folders.iter().any(|binding| binding == folder)
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use super::*;
    use crate::tree::Tree;

    /// Everything that a project of these files says about its interpreter, one line each.
    pub(super) fn stated(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        let stated = collect(&Manifests::read(&tree));
        let mut shown = String::new();
        for InterpreterConstraint {
            source,
            specifiers,
            evidence,
        } in &stated.constraints
        {
            writeln!(shown, "{source:?} {specifiers}  {evidence}").unwrap();
        }
        for Problem { message, evidence } in &stated.problems {
            writeln!(shown, "problem: {message}  {evidence}").unwrap();
        }
        shown
    }

    #[test]
    fn more_statements_than_anybody_makes_are_not_followed() {
        let text = "dependencies:\n".to_owned() + &"- python=3\n".repeat(2 * MOST);
        let stated = stated(&[("environment.yml", &text)]);
        assert_eq!(stated.lines().count(), MOST + 1);
        let last = stated.lines().last().unwrap();
        assert!(
            last.contains(&format!("environment.yml:{}", MOST + 2)),
            "{last}"
        );
    }

    #[test]
    fn other_projects_are_asked_only_where_the_root_says_nothing() {
        let require = |version| format!("[project]\nname='x'\nrequires-python='{version}'\n");
        let (root, member, other) = (
            require(">=3.9") + "[tool.uv.workspace]\nmembers=['packages/*']\n",
            require(">=3.10"),
            require(">=3.11"),
        );
        let below = [
            ("packages/a/pyproject.toml", &*member),
            ("b/pyproject.toml", &*other),
        ];
        insta::assert_snapshot!(
            stated(&[below[0], below[1], ("pyproject.toml", &*root)]),
            @"
            RequiresPython >=3.9  pyproject.toml:3 (pep621-requires-python)
            RequiresPython >=3.10  packages/a/pyproject.toml:3 (pep621-requires-python)
            "
        );
        insta::assert_snapshot!(stated(&below), @"
        RequiresPython >=3.11  b/pyproject.toml:3 (pep621-requires-python)
        RequiresPython >=3.10  packages/a/pyproject.toml:3 (pep621-requires-python)
        ");
    }
}
