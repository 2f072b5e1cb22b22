//! `setup.py`.
//!
//! Source: "Keywords" in the documentation of setuptools.

use dhtl_project_model::{DeclarationFormat, Evidence, Requirement, Scope};

use super::{Collected, requirements_txt};
use crate::manifests::Manifests;
use crate::setup_py::Item;

pub(super) fn read(manifests: &Manifests<'_>, collected: &mut Collected) {
    for file in &manifests.setup_pys {
        collected.problems.extend(file.problems.iter().cloned());
        let lists = [
            (
                &file.install_requires,
                Scope::Runtime,
                "setup-py-install-requires",
            ),
            (
                &file.tests_require,
                Scope::Group("test".to_owned()),
                "setup-py-tests-require",
            ),
            (
                &file.setup_requires,
                Scope::Build,
                "setup-py-setup-requires",
            ),
        ];
        for (items, scope, rule) in lists {
            if let Some(items) = items {
                let requirements = requirements(manifests, &file.path, items, rule, collected);
                collected.declare(&file.path, DeclarationFormat::SetupPy, scope, requirements);
            }
        }
        for (extra, items) in &file.extras_require {
            let rule = "setup-py-extras-require";
            let requirements = requirements(manifests, &file.path, items, rule, collected);
            // `extra:marker` is how setuptools wrote a condition before PEP 508.
            let (name, marker) = match extra.split_once(':') {
                Some((name, marker)) => (name, Some(marker)),
                None => (extra.as_str(), None),
            };
            let requirements = requirements.into_iter().map(|requirement| match marker {
                Some(marker) if !requirement.text.contains(';') => Requirement {
                    text: format!("{} ; {}", requirement.text, marker.trim()),
                    ..requirement
                },
                _ => requirement,
            });
            let scope = if name.is_empty() {
                Scope::Runtime
            } else {
                Scope::Extra(name.to_owned())
            };
            let format = DeclarationFormat::SetupPy;
            collected.declare(&file.path, format, scope, requirements.collect());
        }
    }
}

fn requirements(
    manifests: &Manifests<'_>,
    path: &str,
    items: &[Item],
    rule: &'static str,
    collected: &mut Collected,
) -> Vec<Requirement> {
    let mut requirements = Vec::new();
    for item in items {
        match item {
            Item::Text(text, line) => {
                // A list made from the lines of a string has their comments and blanks.
                let text = text.split(" #").next().unwrap_or(text).trim();
                if !text.is_empty() && !text.starts_with('#') {
                    let evidence = Evidence::at(path, *line, rule);
                    requirements.extend(collected.requirement(text, evidence));
                }
            }
            Item::File(path, _) => {
                let read = requirements_txt::read(manifests.tree, path);
                requirements.extend(read.requirements);
                // A requirements file reports its problems itself.
            }
        }
    }
    requirements
}

#[cfg(test)]
mod tests {
    use crate::declarations::tests::declared;

    #[test]
    fn lists_files_and_markers_become_requirements() {
        let text = r#"
from setuptools import setup
setup(
    install_requires=["a>=1", "", "b  # why"] + open("requirements.txt").readlines(),
    extras_require={"x": ["c"], ":os_name=='nt'": ["d"], "y:os_name=='nt'": ["e"]},
)
"#;
        let files = [("sub/setup.py", text), ("sub/requirements.txt", "z\n")];
        insta::assert_snapshot!(declared(&files), @r#"
        sub/requirements.txt Requirements Runtime
          z  [Index] sub/requirements.txt:1 (requirements-file)
        sub/setup.py SetupPy Runtime
          a>=1  [Index] sub/setup.py:4 (setup-py-install-requires)
          b  [Index] sub/setup.py:4 (setup-py-install-requires)
          z  [Index] sub/requirements.txt:1 (requirements-file)
        sub/setup.py SetupPy Runtime
          d ; os_name=='nt'  [Index] sub/setup.py:5 (setup-py-extras-require)
        sub/setup.py SetupPy Extra("x")
          c  [Index] sub/setup.py:5 (setup-py-extras-require)
        sub/setup.py SetupPy Extra("y")
          e ; os_name=='nt'  [Index] sub/setup.py:5 (setup-py-extras-require)
        "#);
    }
}
