//! What the project says it needs: one file per notation, one line here to list it.

mod build_system;
pub(crate) mod conda;
pub(crate) mod conda_names;
mod dependency_groups;
mod flit;
mod hatch;
mod nox;
mod pdm;
mod pep508;
mod pep621;
mod pipfile;
pub(crate) mod poetry;
pub(crate) mod requirement;
mod requirements_files;
pub(crate) mod requirements_txt;
mod setup_cfg;
mod setup_py;
pub(crate) mod tox;
pub(crate) mod uv;

use dhtl_project_model::{Declaration, DeclarationFormat, Evidence, Problem, Requirement, Scope};

use crate::formats::toml::Node;
use crate::manifests::Manifests;

/// The notations, each with the function that reads it.
const READERS: &[fn(&Manifests<'_>, &mut Collected)] = &[
    pep621::read,
    dependency_groups::read,
    build_system::read,
    uv::read,
    poetry::read,
    pdm::read,
    hatch::read,
    flit::read,
    setup_cfg::read,
    setup_py::read,
    requirements_files::read,
    pipfile::read,
    conda::read,
    tox::read,
    nox::read,
];

/// Everything the project declares, ordered by path, and what could not be understood.
pub(crate) fn collect(manifests: &Manifests<'_>) -> Collected {
    let mut collected = Collected::default();
    for reader in READERS {
        reader(manifests, &mut collected);
    }
    collected.declarations.sort_by(|left, right| {
        (&left.path, left.format, &left.scope).cmp(&(&right.path, right.format, &right.scope))
    });
    collected
}

/// Declarations and problems, as the readers find them.
#[derive(Debug, Default)]
pub(crate) struct Collected {
    /// What was understood.
    pub(crate) declarations: Vec<Declaration>,
    /// What was not.
    pub(crate) problems: Vec<Problem>,
}

impl Collected {
    /// Adds a declaration; one that stands in the file and lists nothing is a fact, too.
    pub(crate) fn declare(
        &mut self,
        path: &str,
        format: DeclarationFormat,
        scope: Scope,
        requirements: Vec<Requirement>,
    ) {
        let path = path.to_owned();
        self.declarations.push(Declaration {
            path,
            format,
            scope,
            requirements,
        });
    }

    /// Records something that could not be understood.
    pub(crate) fn problem(&mut self, message: impl Into<String>, evidence: Evidence) {
        self.problems.push(Problem {
            message: message.into(),
            evidence,
        });
    }

    /// The requirement in `text`; what is none is recorded.
    pub(crate) fn requirement(&mut self, text: &str, evidence: Evidence) -> Option<Requirement> {
        requirement::parse(text, evidence)
            .map_err(|problem| self.problems.push(problem))
            .ok()
    }

    /// The requirements in an array of texts.
    fn texts(&mut self, node: Node<'_>, rule: &'static str) -> Vec<Requirement> {
        let mut requirements = Vec::new();
        for (text, node) in node.texts() {
            requirements.extend(self.requirement(text, node.evidence(rule)));
        }
        requirements
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;
    use std::fs;

    use super::*;
    use crate::tree::Tree;

    /// Everything that a project of these files declares, one line each.
    pub(super) fn declared(files: &[(&str, &str)]) -> String {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        let manifests = Manifests::read(&tree);
        let collected = collect(&manifests);
        let mut shown = String::new();
        for declaration in &collected.declarations {
            let Declaration {
                path,
                format,
                scope,
                requirements,
            } = declaration;
            writeln!(shown, "{path} {format:?} {scope:?}").unwrap();
            for Requirement {
                text,
                source,
                editable,
                evidence,
                ..
            } in requirements
            {
                let editable = if *editable { ", editable" } else { "" };
                writeln!(shown, "  {text}  [{source:?}{editable}] {evidence}").unwrap();
            }
        }
        for Problem { message, evidence } in manifests.problems.iter().chain(&collected.problems) {
            writeln!(shown, "problem: {message}  {evidence}").unwrap();
        }
        shown
    }
}
