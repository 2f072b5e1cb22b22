//! `environment.yml` of conda.
//!
//! Source: "Creating an environment file manually" and "Package match specifications" in the
//! documentation of conda.

use dhtl_project_model::{DeclarationFormat, Evidence, Requirement, Scope};

use super::conda_names::python_name;
use super::{Collected, requirements_txt};
use crate::formats::yaml::Node;
use crate::manifests::{Manifests, YamlFile};
use crate::paths;

const RULE: &str = "conda-dependencies";

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.conda_environments {
        // Many a YAML file is called so; only this list makes it one of conda.
        if file
            .root
            .get("dependencies")
            .is_some_and(|node| !node.elements().is_empty())
        {
            read_environment(manifests, file, collected);
        }
    }
}

fn read_environment(manifests: &Manifests<'_>, file: &YamlFile, collected: &mut Collected) {
    let mut of_conda = Vec::new();
    let mut of_pip = Vec::new();
    for node in file
        .root
        .get("dependencies")
        .into_iter()
        .flat_map(Node::elements)
    {
        if let Some(text) = node.text() {
            let evidence = Evidence::at(&file.path, node.line, RULE);
            of_conda.extend(requirement(text, evidence, collected));
        } else if let Some(pip) = node.get("pip") {
            let lines = pip
                .texts()
                .into_iter()
                .map(|(line, text)| (line, text.to_owned()));
            let read = requirements_txt::read_lines(manifests.tree, &file.path, lines);
            of_pip.extend(read.requirements);
            collected.problems.extend(read.problems);
        }
    }
    let scope = scope(&file.path);
    collected.declare(
        &file.path,
        DeclarationFormat::Conda,
        scope.clone(),
        of_conda,
    );
    if !of_pip.is_empty() {
        // What stands under `pip` is pip's notation, and pip's to install.
        collected.declare(&file.path, DeclarationFormat::Requirements, scope, of_pip);
    }
}

fn scope(path: &str) -> Scope {
    let stem = paths::stem(path).to_ascii_lowercase();
    let words: Vec<&str> = stem
        .split(['-', '_', '.'])
        .filter(|word| !matches!(*word, "environment" | "conda" | "env" | "" | "base"))
        .collect();
    if words.is_empty() {
        Scope::Runtime
    } else {
        Scope::Group(words.join("-"))
    }
}

/// A match specification as a requirement; none where it is nothing of Python's.
fn requirement(text: &str, evidence: Evidence, collected: &mut Collected) -> Option<Requirement> {
    let text = text.rsplit("::").next().unwrap_or(text).trim();
    let (name, version) = split(text);
    let name = python_name(name)?;
    let specifiers = specifiers(&version).unwrap_or_else(|()| {
        let message = format!("the version of `{text}` is not understood, any will do");
        collected.problem(message, evidence.clone());
        String::new()
    });
    collected.requirement(&format!("{name}{specifiers}"), evidence)
}

/// The name and the version of a match specification: `numpy=1.21=py39_0`, `numpy >=1.2`,
/// `numpy 1.21.*`, `numpy[version='>=1']`.
pub(crate) fn split(text: &str) -> (&str, String) {
    let end = text
        .find(|character: char| !is_name(character))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = rest.trim();
    if let Some(inner) = rest.strip_prefix("[version=") {
        return (name, inner.trim_matches(['\'', '"', ']']).to_owned());
    }
    (name, rest.to_owned())
}

fn is_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
}

/// The version of a match specification in the notation of PEP 440.
pub(crate) fn specifiers(version: &str) -> Result<String, ()> {
    if version.is_empty() || version == "*" {
        return Ok(String::new());
    }
    let mut parts = Vec::new();
    for part in version.split(',') {
        let part = part.trim();
        let part = part
            .split(' ')
            .next()
            .filter(|_| !part.starts_with(['<', '>', '!', '~']))
            .unwrap_or(part);
        parts.push(specifier(part)?);
    }
    let specifiers = parts.join(",");
    specifiers
        .parse::<pep440_rs::VersionSpecifiers>()
        .map_err(|_| ())?;
    Ok(specifiers)
}

fn specifier(part: &str) -> Result<String, ()> {
    if part.contains('|') {
        return Err(());
    }
    if part.starts_with(['<', '>', '!', '~']) {
        let operator_end = part
            .find(|character| !"<>=!~".contains(character))
            .unwrap_or(0);
        let (operator, version) = part.split_at(operator_end);
        let version = version.trim().trim_end_matches(".*");
        return Ok(format!("{operator}{version}"));
    }
    // `==1.2` and `1.2` are exact, `=1.2` is a prefix; a build string behind it says nothing here.
    let (exact, rest) = match part.strip_prefix("==") {
        Some(rest) => (true, rest),
        None => part
            .strip_prefix('=')
            .map_or((true, part), |rest| (false, rest)),
    };
    let mut fields = rest.trim().split('=');
    let version = fields.next().unwrap_or_default().trim();
    let has_build = fields.next().is_some();
    if version.ends_with('*') {
        return Ok(format!("=={}.*", version.trim_end_matches(['*', '.'])));
    }
    Ok(if exact || has_build {
        format!("=={version}")
    } else {
        format!("=={version}.*")
    })
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn conda_and_pip_are_told_apart() {
        let text = "\
name: x
channels: [conda-forge]
dependencies:
  - python=3.9
  - numpy=1.21
  - conda-forge::scipy==1.7.0
  - pandas=1.3.2=py39h8c16a72_0
  - matplotlib >=3,<4
  - pytorch
  - attrs=21.*
  - openssl=1.1
  - _libgcc_mutex=0.1=main
  - odd=1.0|2.0
  - pip:
      - flask>=2
      - -r more.txt
";
        let files = [
            ("environment.yml", text),
            ("more.txt", "x\n"),
            ("env.yml", "a: b\n"),
        ];
        insta::assert_snapshot!(declared(&files), @"
        environment.yml Requirements Runtime
          flask>=2  [Index] environment.yml:15 (requirements-file)
          x  [Index] more.txt:1 (requirements-file)
        environment.yml Conda Runtime
          numpy==1.21.*  [Index] environment.yml:5 (conda-dependencies)
          scipy==1.7.0  [Index] environment.yml:6 (conda-dependencies)
          pandas==1.3.2  [Index] environment.yml:7 (conda-dependencies)
          matplotlib>=3,<4  [Index] environment.yml:8 (conda-dependencies)
          torch  [Index] environment.yml:9 (conda-dependencies)
          attrs==21.*  [Index] environment.yml:10 (conda-dependencies)
          odd  [Index] environment.yml:13 (conda-dependencies)
        problem: the version of `odd=1.0|2.0` is not understood, any will do  environment.yml:13 (conda-dependencies)
        ");
    }
}
