//! Which Python a part asks for.
//!
//! The order is that of detection for the environment, with the files of asdf and mise behind
//! `.python-version`: `.dhtconfig`, `.python-version`, `mise.toml` and `.tool-versions`,
//! `requires-python`, `runtime.txt`, `Pipfile` and `environment.yml`, a Dockerfile.

use std::cmp::Reverse;

use dhtl_project_model::stack::{Runtime, RuntimeVersion};
use dhtl_project_model::{Evidence, InterpreterSource, PythonProject};

use super::ceilings;
use super::parts::Part;
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

/// The version of Python for a part.
pub(super) fn of(part: &Part<'_>, sources: &Sources<'_>, python: &PythonProject) -> RuntimeVersion {
    let stated = |wanted: &[InterpreterSource]| -> Vec<Statement> {
        python
            .interpreter_constraints
            .iter()
            .filter(|constraint| wanted.contains(&constraint.source))
            .filter(|constraint| {
                constraint.source == InterpreterSource::Config
                    || places::folder(&constraint.evidence.path) == part.folder
            })
            .map(|constraint| Statement {
                text: plain(&constraint.specifiers),
                evidence: constraint.evidence.clone(),
            })
            .collect()
    };
    let mut statements = stated(&[InterpreterSource::Config]);
    statements.extend(python_version_file(sources, &part.folder));
    statements.extend(versions::of_tool_files(
        sources,
        &part.folder,
        Runtime::Python,
    ));
    let required = stated(&[InterpreterSource::RequiresPython]);
    if required.is_empty() {
        statements.extend(requires_python(part));
    }
    statements.extend(required);
    let mut others = stated(&[InterpreterSource::RuntimeTxt, InterpreterSource::Manifest]);
    // `python_full_version` of a Pipfile says more than its `python_version`.
    others.sort_by_key(|one| {
        let is_pipfile = one.evidence.rule == "pipfile-requires";
        Reverse(if is_pipfile {
            one.text.matches('.').count()
        } else {
            0
        })
    });
    if others.is_empty() {
        statements.extend(runtime_txt(sources, &part.folder));
        statements.extend(pipfile(part));
    }
    statements.extend(others);
    // What an image runs says something only where nothing else does.
    if statements.is_empty() {
        statements.extend(stated(&[InterpreterSource::Dockerfile]).into_iter().take(1));
    }
    if !versions::names_version(Runtime::Python, &statements) {
        statements.extend(ceilings::of(part));
    }
    versions::resolve(sources, Runtime::Python, statements)
}

/// The first line of the nearest `.python-version` that names a version. pyenv and uv take further
/// lines for further versions.
fn python_version_file(sources: &Sources<'_>, folder: &str) -> Option<Statement> {
    let mut statement =
        versions::nearest_version_file(sources, folder, ".python-version", "python-version-file")?;
    // uv writes the platform behind the version: `cpython-3.12.4-linux-x86_64-gnu`.
    if let Some(rest) = statement.text.strip_prefix("cpython-") {
        let version = rest.split('-').next().unwrap_or(rest);
        statement.text = String::from(version);
    }
    // `pypy3.10-7.3.12` speaks of Python 3.10.
    if let Some(rest) = statement.text.strip_prefix("pypy") {
        let rest = rest.trim_start_matches(['-', '@']);
        let version = rest.split('-').next().unwrap_or(rest);
        statement.text = String::from(version);
    }
    // An environment of pyenv-virtualenv has a name, and says nothing of a version.
    statement
        .text
        .starts_with(|first: char| first.is_ascii_digit() || "<>=!~v".contains(first))
        .then_some(statement)
}

/// `3.11` for `==3.11.*`, and `3.11.7` for `==3.11.7`.
fn plain(specifiers: &str) -> String {
    match specifiers.strip_prefix("==") {
        Some(version) if !version.contains([',', '=']) => {
            version.strip_suffix(".*").unwrap_or(version).to_owned()
        }
        _ => specifiers.to_owned(),
    }
}

fn requires_python(part: &Part<'_>) -> Option<Statement> {
    let file = part.pyproject.as_ref()?;
    let node = file
        .get(&["project", "requires-python"])
        .or_else(|| file.get(&["tool", "poetry", "dependencies", "python"]))?;
    Some(Statement {
        text: node.as_str()?.to_owned(),
        evidence: node.evidence("pep621-requires-python"),
    })
}

fn runtime_txt(sources: &Sources<'_>, folder: &str) -> Option<Statement> {
    let path = places::inside(folder, "runtime.txt");
    let text = sources.text(&path)?;
    let (line, text) = (1..)
        .zip(text.lines())
        .find(|(_, line)| !line.trim().is_empty())?;
    let version = text.trim();
    let version = version.strip_prefix("python-").unwrap_or(version);
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| Statement {
            text: version.to_owned(),
            evidence: Evidence::at(path, line, "runtime-txt"),
        })
}

fn pipfile(part: &Part<'_>) -> Vec<Statement> {
    let Some(file) = &part.pipfile else {
        return Vec::new();
    };
    ["python_full_version", "python_version"]
        .iter()
        .filter_map(|key| {
            let node = file.get(&["requires", key])?;
            Some(Statement {
                text: node.as_str()?.to_owned(),
                evidence: node.evidence("pipfile-requires"),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn specifiers_become_what_people_write() {
        assert_eq!(plain("==3.11.*"), "3.11");
        assert_eq!(plain("==3.11.7"), "3.11.7");
        assert_eq!(plain(">=3.9,<4"), ">=3.9,<4");
        assert_eq!(plain("==3.11,<4"), "==3.11,<4");
        assert_eq!(plain("===3.11"), "===3.11");
    }
}
