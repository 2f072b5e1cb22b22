//! What an `environment.yml` asks conda for that is nothing of Python's.

use dhtl_project_model::{Evidence, SystemPackageManager};

use super::Named;
use crate::declarations::conda::split;
use crate::declarations::conda_names::python_name;
use crate::formats::yaml::Node;
use crate::manifests::Manifests;

/// What belongs to conda, to Python or to the packages of other languages.
const NOT_OF_THE_SYSTEM: [&str; 12] = [
    "anaconda",
    "ca-certificates",
    "conda",
    "mamba",
    "nomkl",
    "pip",
    "python",
    "python_abi",
    "pytorch-cuda",
    "pytorch-mutex",
    "tzdata",
    "vc",
];

/// How the names of conda's own parts and of the packages of other languages begin.
const PREFIXES_OF_OTHERS: [&str; 5] = ["_", "m2w64-", "msys2-", "r-", "vs2015"];

pub(super) fn read(manifests: &Manifests<'_>, named: &mut Named) {
    for file in &manifests.conda_environments {
        let dependencies = file.root.get("dependencies");
        for node in dependencies.into_iter().flat_map(Node::elements) {
            let Some(text) = node.text() else {
                continue;
            };
            let (name, _) = split(text.rsplit("::").next().unwrap_or(text).trim());
            if python_name(name).is_none() && is_of_the_system(name) {
                let evidence = Evidence::at(&file.path, node.line, "conda-dependencies");
                named.note(SystemPackageManager::Conda, name, evidence);
            }
        }
    }
}

fn is_of_the_system(name: &str) -> bool {
    let is_of_others = PREFIXES_OF_OTHERS
        .iter()
        .any(|prefix| name.starts_with(prefix));
    !is_of_others && !NOT_OF_THE_SYSTEM.contains(&name)
}

#[cfg(test)]
mod tests {
    use crate::system_packages::tests::named;

    #[test]
    fn only_what_is_nothing_of_pythons_is_named() {
        let text = "\
dependencies:
  - python=3.9
  - numpy
  - conda-forge::ffmpeg=4.3
  - libpq >=12
  - r-base
  - _libgcc_mutex=0.1=main
  - pip:
      - graphviz
";
        insta::assert_snapshot!(named(&[("environment.yml", text)]), @"
        conda ffmpeg  environment.yml:4 (conda-dependencies)
        conda libpq  environment.yml:5 (conda-dependencies)
        ");
    }
}
