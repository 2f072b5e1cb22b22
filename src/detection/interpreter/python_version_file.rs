//! `.python-version` and `.python-versions`.
//!
//! Source: "pyenv local" in the documentation of pyenv, "Python version files" in that of uv.

use dhtl_project_model::{Evidence, InterpreterSource};

use super::{Stated, version};
use crate::manifests::Manifests;
use crate::paths;

const RULE: &str = "python-version-file";

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.tree.files {
        let name = paths::file_name(&file.path);
        if !matches!(name, ".python-version" | ".python-versions") || paths::is_foreign(&file.path)
        {
            continue;
        }
        match manifests.tree.text(&file.path) {
            Ok(text) => read_text(&file.path, &text, stated),
            Err(problem) => stated.problems.push(problem),
        }
    }
}

fn read_text(path: &str, text: &str, stated: &mut Stated) {
    let lines = (1..)
        .zip(text.lines())
        .map(|(number, line)| (number, line.split('#').next().unwrap_or_default().trim()));
    // Where several versions are listed the first one is the default.
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        let evidence = Evidence::at(path, number, RULE);
        match request(line) {
            Request::Version(specifiers) => {
                stated.state(InterpreterSource::PythonVersionFile, specifiers, evidence);
                return;
            }
            Request::Pypy(specifiers) => {
                stated.problem(
                    format!("`{line}` asks for PyPy, of which only the Python version is followed"),
                    evidence.clone(),
                );
                stated.state(InterpreterSource::PythonVersionFile, specifiers, evidence);
                return;
            }
            Request::Unknown => {
                stated.problem(format!("`{line}` names no Python version"), evidence);
            }
        }
    }
}

/// What a line asks for.
enum Request {
    Version(String),
    Pypy(String),
    Unknown,
}

fn request(line: &str) -> Request {
    if line.starts_with(['<', '>', '=', '!', '~']) {
        return version::checked(line).map_or(Request::Unknown, Request::Version);
    }
    if let Some(rest) = line.strip_prefix("pypy") {
        // `pypy3.9-7.3.8`: the Python version comes first, that of PyPy behind it.
        let version = rest
            .trim_start_matches(['-', '@'])
            .split('-')
            .next()
            .unwrap_or_default();
        return version::to_specifiers(version).map_or(Request::Unknown, Request::Pypy);
    }
    let bare = ["cpython", "python"]
        .iter()
        .find_map(|name| line.strip_prefix(name));
    let bare = bare.unwrap_or(line).trim_start_matches(['-', '@']);
    // uv writes the platform behind the version: `cpython-3.12.4-linux-x86_64-gnu`.
    let version = if bare.ends_with("-dev") {
        Some(bare)
    } else {
        bare.split('-').next()
    };
    let version = version.and_then(version::to_specifiers);
    version.map_or(Request::Unknown, Request::Version)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::interpreter::tests::stated;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(stated(&[(".python-version", text)]), expected);
    }

    #[test]
    fn the_first_version_is_asked_for() {
        let at = |specifiers: &str, line: u32| {
            format!(
                "PythonVersionFile {specifiers}  .python-version:{line} (python-version-file)\n"
            )
        };
        check("3.11\n", &at("==3.11.*", 1));
        check(
            "# why\r\n\r\n3.11.7 # because\r\n3.10\r\n",
            &at("==3.11.7", 3),
        );
        check("cpython-3.12", &at("==3.12.*", 1));
        check("cpython-3.12.4-linux-x86_64-gnu", &at("==3.12.4", 1));
        check(">=3.11,<3.13", &at(">=3.11,<3.13", 1));
        check("", "");
    }

    #[test]
    fn what_is_no_version_is_a_problem() {
        insta::assert_snapshot!(
            stated(&[(".python-version", "system\nmy-env-3.8\npypy3.9-7.3.8\n")]),
            @"
            PythonVersionFile ==3.9.*  .python-version:3 (python-version-file)
            problem: `system` names no Python version  .python-version:1 (python-version-file)
            problem: `my-env-3.8` names no Python version  .python-version:2 (python-version-file)
            problem: `pypy3.9-7.3.8` asks for PyPy, of which only the Python version is followed  .python-version:3 (python-version-file)
            "
        );
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text: String) {
            read_text("x", &text, &mut Stated::default());
        }
    }
}
