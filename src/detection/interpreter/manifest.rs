//! The interpreter in a `Pipfile` and in an `environment.yml`.

use dhtl_project_model::{Evidence, InterpreterSource};

use super::{Stated, version};
use crate::declarations::conda;
use crate::formats::yaml::Node;
use crate::manifests::Manifests;
use crate::paths;

const SOURCE: InterpreterSource = InterpreterSource::Manifest;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.pipfiles {
        for key in ["python_full_version", "python_version"] {
            let Some(node) = file.get(&["requires", key]) else {
                continue;
            };
            let Some(text) = node.as_str().filter(|text| *text != "*") else {
                continue;
            };
            let evidence = node.evidence("pipfile-requires");
            match version::to_specifiers(text).or_else(|| version::checked(text)) {
                Some(specifiers) => stated.state(SOURCE, specifiers, evidence),
                None => stated.problem(format!("`{text}` names no Python version"), evidence),
            }
        }
    }
    for file in &manifests.conda_environments {
        // Variants such as `environment-py38.yml` say what else there is, not what is asked for.
        if !matches!(paths::stem(&file.path), "environment" | "conda" | "env") {
            continue;
        }
        for node in file
            .root
            .get("dependencies")
            .into_iter()
            .flat_map(Node::elements)
        {
            let Some(text) = node.text() else { continue };
            let (name, version) = conda::split(text.rsplit("::").next().unwrap_or(text).trim());
            if name != "python" {
                continue;
            }
            let evidence = Evidence::at(&file.path, node.line, "conda-python");
            match specifiers(&version) {
                Some(specifiers) if specifiers.is_empty() => {}
                Some(specifiers) => stated.state(SOURCE, specifiers, evidence),
                None => stated.problem(format!("`{text}` is not understood"), evidence),
            }
        }
    }
}

/// `3.9` of a `python 3.9` stands for every patch release, as conda matches it.
fn specifiers(version: &str) -> Option<String> {
    let bare = version
        .trim_start_matches('=')
        .split('=')
        .next()
        .unwrap_or_default();
    version::to_specifiers(bare).or_else(|| conda::specifiers(version).ok())
}

#[cfg(test)]
mod tests {
    use crate::interpreter::tests::stated;

    #[test]
    fn pipfile_and_conda_are_read() {
        let conda = |python| format!("dependencies:\n  - numpy\n  - {python}\n");
        let files = [
            ("Pipfile", "[requires]\npython_version = \"3.10\"\n"),
            ("environment.yml", &*conda("python=3.10.4")),
            ("conda.yml", &*conda("conda-forge::python>=3.8,<3.12")),
            ("env.yaml", &*conda("python=3.10")),
            ("environment-py38.yml", &*conda("python=3.8")),
        ];
        insta::assert_snapshot!(stated(&files), @"
        Manifest ==3.10.*  Pipfile:2 (pipfile-requires)
        Manifest >=3.8,<3.12  conda.yml:3 (conda-python)
        Manifest ==3.10.*  env.yaml:3 (conda-python)
        Manifest ==3.10.4  environment.yml:3 (conda-python)
        ");
    }
}
