//! What the metadata of the project requires.

use dhtl_project_model::{Evidence, Found, InterpreterSource};

use super::{Stated, version};
use crate::declarations::poetry::versions;
use crate::manifests::Manifests;

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.pyprojects {
        let tables = [
            (
                &["project", "requires-python"][..],
                "pep621-requires-python",
            ),
            (
                &["tool", "flit", "metadata", "requires-python"],
                "flit-requires-python",
            ),
        ];
        for (keys, rule) in tables {
            if let Some(node) = file.get(keys)
                && let Some(text) = node.as_str()
            {
                state(text, node.evidence(rule), stated);
            }
        }
        if let Some(node) = file.get(&["tool", "poetry", "dependencies", "python"]) {
            let version = node.as_str().or_else(|| node.get("version")?.as_str());
            let evidence = node.evidence("poetry-python");
            match version.map(versions::to_specifiers) {
                Some(Ok(specifiers)) => state(&specifiers, evidence, stated),
                Some(Err(message)) => stated.problem(message, evidence),
                None => {}
            }
        }
    }
    for file in &manifests.setup_cfgs {
        if let Some(entry) = file.entry("options", "python_requires")
            && let Some(text) = entry.single()
        {
            let evidence = Evidence::at(&file.path, entry.line, "setup-cfg-python-requires");
            state(text, evidence, stated);
        }
    }
    for file in &manifests.setup_pys {
        if let Some(Found { value, evidence }) = &file.python_requires {
            state(value, evidence.clone(), stated);
        }
    }
}

fn state(text: &str, evidence: Evidence, stated: &mut Stated) {
    match version::checked(text) {
        Some(specifiers) if specifiers.is_empty() => {}
        Some(specifiers) => stated.state(InterpreterSource::RequiresPython, specifiers, evidence),
        None => {
            let message = format!("`{text}` is no version specifier of PEP 440, so it is ignored");
            stated.problem(message, evidence);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::interpreter::tests::stated;

    #[test]
    fn every_kind_of_metadata_is_read() {
        let pyproject = "\
[project]
requires-python = '>=3.9'
[tool.poetry.dependencies]
python = '^3.8'
";
        let files = [
            ("pyproject.toml", pyproject),
            ("setup.cfg", "[options]\npython_requires = >=3.7.*\n"),
            (
                "setup.py",
                "from setuptools import setup\nsetup(python_requires='three')\n",
            ),
        ];
        insta::assert_snapshot!(stated(&files), @"
        RequiresPython >=3.9  pyproject.toml:2 (pep621-requires-python)
        RequiresPython >=3.8,<4.0  pyproject.toml:4 (poetry-python)
        RequiresPython >=3.7  setup.cfg:2 (setup-cfg-python-requires)
        problem: `three` is no version specifier of PEP 440, so it is ignored  setup.py:2 (setup-py-python-requires)
        ");
    }
}
