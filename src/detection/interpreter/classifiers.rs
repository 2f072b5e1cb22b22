//! The `Programming Language :: Python :: 3.x` classifiers.

use dhtl_project_model::{Evidence, Found, InterpreterSource};

use super::{Stated, version};
use crate::formats::toml::Node;
use crate::manifests::Manifests;

const RULE: &str = "classifier";

pub(super) fn read(manifests: &Manifests<'_>, stated: &mut Stated) {
    for file in &manifests.pyprojects {
        for keys in [
            &["project", "classifiers"][..],
            &["tool", "poetry", "classifiers"],
            &["tool", "flit", "metadata", "classifiers"],
        ] {
            for (text, node) in file.get(keys).map(Node::texts).unwrap_or_default() {
                state(text, || node.evidence(RULE), stated);
            }
        }
    }
    for file in &manifests.setup_cfgs {
        for key in ["classifiers", "classifier"] {
            let Some(entry) = file.entry("metadata", key) else {
                continue;
            };
            for (line, text) in &entry.value {
                state(text, || Evidence::at(&file.path, *line, RULE), stated);
            }
        }
    }
    for file in &manifests.setup_pys {
        for Found { value, evidence } in &file.classifiers {
            state(value, || evidence.clone(), stated);
        }
    }
}

fn state(classifier: &str, evidence: impl FnOnce() -> Evidence, stated: &mut Stated) {
    let version = classifier
        .trim()
        .strip_prefix("Programming Language :: Python :: ");
    if let Some(specifiers) = version.and_then(version::to_hint) {
        stated.state(InterpreterSource::Classifiers, specifiers, evidence());
    }
}

#[cfg(test)]
mod tests {
    use crate::interpreter::tests::stated;

    #[test]
    fn only_minor_versions_are_hints() {
        let pyproject = "\
[project]
classifiers = [
    'Programming Language :: Python :: 3',
    'Programming Language :: Python :: 3.10',
    'Programming Language :: Python :: 3 :: Only',
    'Programming Language :: Python :: Implementation :: PyPy',
]
";
        let cfg = "[metadata]\nclassifiers =\n    Programming Language :: Python :: 3.9\n";
        insta::assert_snapshot!(stated(&[("pyproject.toml", pyproject), ("setup.cfg", cfg)]), @"
        Classifiers ==3.10.*  pyproject.toml:4 (classifier)
        Classifiers ==3.9.*  setup.cfg:3 (classifier)
        ");
    }
}
