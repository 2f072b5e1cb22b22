//! What CI tries the project with: GitHub, GitLab, `CircleCI`, Travis CI and Azure Pipelines.
//!
//! Source: the references of their configuration files. The files are not resolved as their
//! services would do it: a version at one of the known places is a hint, and that is all it is for.

use dhtl_project_model::{Evidence, InterpreterSource};

use super::{Stated, image, version};
use crate::formats::yaml::{self, Node};
use crate::manifests::Manifests;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.tree.files {
        let Some(service) = Service::of(&file.path) else {
            continue;
        };
        let text = match manifests.tree.text(&file.path) {
            Ok(text) => text,
            Err(problem) => {
                stated.problems.push(problem);
                continue;
            }
        };
        match yaml::parse(&file.path, &text) {
            Ok(Some(root)) => read_file(&file.path, service, &root, stated),
            Ok(None) => {}
            Err(problem) => stated.problems.push(problem),
        }
    }
}

/// A service that runs what a file of the project tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// GitHub Actions.
    GitHub,
    /// GitLab.
    GitLab,
    /// `CircleCI`.
    CircleCi,
    /// Travis CI.
    Travis,
    /// Azure Pipelines.
    Azure,
}

impl Service {
    /// The service that reads the file at `path`.
    pub(crate) fn of(path: &str) -> Option<Self> {
        let workflow = path.strip_prefix(".github/workflows/");
        let is_yaml = [".yml", ".yaml"]
            .iter()
            .any(|suffix| path.ends_with(suffix));
        match path {
            _ if workflow.is_some() && is_yaml => Some(Self::GitHub),
            ".gitlab-ci.yml" => Some(Self::GitLab),
            ".circleci/config.yml" => Some(Self::CircleCi),
            ".travis.yml" => Some(Self::Travis),
            "azure-pipelines.yml" | "azure-pipelines.yaml" => Some(Self::Azure),
            _ => None,
        }
    }

    fn rule(self) -> &'static str {
        match self {
            Self::GitHub => "github-workflow",
            Self::GitLab => "gitlab-ci",
            Self::CircleCi => "circleci",
            Self::Travis => "travis-ci",
            Self::Azure => "azure-pipelines",
        }
    }

    /// What a value under `key` says about the version.
    fn versions(self, key: &str, value: &Node) -> Vec<(u32, String)> {
        let key = key.to_ascii_lowercase();
        let is_version = match self {
            // The matrix of a workflow names its axes as it likes; they nearly always say python.
            Self::GitHub => {
                key.contains("python") || key == "py" || key == "pyver" || key == "py-version"
            }
            Self::Travis => key == "python",
            Self::Azure => {
                key.contains("python") && key.contains("version") || key == "versionspec"
            }
            Self::GitLab | Self::CircleCi => key.contains("python") && key.contains("version"),
        };
        let is_image = matches!(key.as_str(), "image" | "container" | "name");
        let read: fn(&str) -> Option<String> = match (is_version, is_image) {
            (true, _) => plain,
            (_, true) => image::python_version,
            _ => return Vec::new(),
        };
        let texts = value.texts().into_iter();
        // A scalar can list several versions, one per line.
        let lines = texts.flat_map(|(line, text)| text.lines().map(move |text| (line, text)));
        lines
            .filter_map(|(line, text)| Some((line, read(text)?)))
            .collect()
    }
}

fn plain(text: &str) -> Option<String> {
    // Ranges such as `3.14.0-alpha - 3.14` begin with the version that is wanted least.
    let last = text.rsplit(" - ").next().unwrap_or(text);
    version::to_hint(last.trim_matches(['"', '\'', ' ']))
}

fn read_file(path: &str, service: Service, root: &Node, stated: &mut Stated) {
    // The tree is no deeper than its parser lets it be, and small: recursion through a stack here
    // would only hide what is done.
    let mut found = Vec::new();
    collect(service, root, &mut found);
    for (line, specifiers) in found {
        let evidence = Evidence::at(path, line, service.rule());
        stated.state(InterpreterSource::Ci, specifiers, evidence);
    }
}

fn collect(service: Service, node: &Node, found: &mut Vec<(u32, String)>) {
    for (key, value) in node.entries() {
        found.extend(service.versions(key, value));
        collect(service, value, found);
    }
    for element in node.elements() {
        collect(service, element, found);
    }
}

#[cfg(test)]
mod tests {
    use crate::interpreter::tests::stated;

    #[test]
    fn workflows_of_github_are_read() {
        let text = "\
on: push
jobs:
  test:
    strategy:
      matrix:
        python-version: [3.9, 3.10, 'pypy-3.9', '3.14-dev']
        include:
          - {name: Linux, python: '3.12', os: ubuntu-latest}
    container: python:3.8-slim
    steps:
      - uses: actions/setup-python@v5
        with:
          python-version: ${{ matrix.python-version }}
      - uses: actions/setup-python@v5
        with:
          python-version: |
            3.11
            3.x
";
        insta::assert_snapshot!(stated(&[(".github/workflows/ci.yml", text)]), @"
        Ci ==3.9.*  .github/workflows/ci.yml:6 (github-workflow)
        Ci ==3.10.*  .github/workflows/ci.yml:6 (github-workflow)
        Ci ==3.14.*  .github/workflows/ci.yml:6 (github-workflow)
        Ci ==3.12.*  .github/workflows/ci.yml:8 (github-workflow)
        Ci ==3.8.*  .github/workflows/ci.yml:9 (github-workflow)
        Ci ==3.11.*  .github/workflows/ci.yml:17 (github-workflow)
        ");
    }

    #[test]
    fn other_services_are_read() {
        let files = [
            (
                ".gitlab-ci.yml",
                "image: registry.example/python:3.10\ntest:\n  image:\n    name: python:3.11-slim\n",
            ),
            (
                ".circleci/config.yml",
                "jobs:\n  a:\n    docker:\n      - image: cimg/python:3.9\n",
            ),
            (
                ".travis.yml",
                "language: python\npython:\n  - 3.7\n  - \"3.8\"\nmatrix:\n  include:\n    - python: 3.10\n",
            ),
            (
                "azure-pipelines.yml",
                "strategy:\n  matrix:\n    a:\n      python.version: '3.12'\nsteps:\n- inputs:\n    versionSpec: 3.13\n",
            ),
            (".github/workflows/broken.yml", "a: [b\n"),
        ];
        insta::assert_snapshot!(stated(&files), @"
        Ci ==3.10.*  .gitlab-ci.yml:1 (gitlab-ci)
        Ci ==3.11.*  .gitlab-ci.yml:4 (gitlab-ci)
        Ci ==3.7.*  .travis.yml:3 (travis-ci)
        Ci ==3.8.*  .travis.yml:4 (travis-ci)
        Ci ==3.10.*  .travis.yml:7 (travis-ci)
        Ci ==3.12.*  azure-pipelines.yml:4 (azure-pipelines)
        Ci ==3.13.*  azure-pipelines.yml:7 (azure-pipelines)
        Ci ==3.9.*  .circleci/config.yml:4 (circleci)
        problem: invalid YAML: while parsing a flow sequence, expected ',' or ']'  .github/workflows/broken.yml:1 (yaml-syntax)
        ");
    }
}
