//! What stacks are found in.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;

use dhtl_detection::formats::yaml;
use dhtl_detection::tree::Tree;
use dhtl_project_model::{Problem, Project, ordered_problems};

use crate::node::Packages;
use crate::other_languages::Others;

/// The longest text that is kept for the next who asks: longer than any manifest that several rules
/// read.
const LONGEST_KEPT: usize = 64 << 10;

/// The files of a project and what is known of it already.
pub(crate) struct Sources<'a> {
    /// What detection found.
    pub(crate) project: &'a Project,
    /// Its files.
    pub(crate) tree: &'a Tree,
    /// The packages of Node.js, which are read once for everybody who asks.
    pub(crate) node: OnceCell<Packages>,
    /// What is found in the languages that are read together.
    pub(crate) others: OnceCell<Others>,
    texts: RefCell<HashMap<String, String>>,
    problems: RefCell<Vec<Problem>>,
}

impl<'a> Sources<'a> {
    /// The sources of a project.
    pub(crate) fn new(project: &'a Project, tree: &'a Tree) -> Self {
        Self {
            project,
            tree,
            node: OnceCell::new(),
            others: OnceCell::new(),
            texts: RefCell::default(),
            problems: RefCell::default(),
        }
    }

    /// The text of a file, where it is there and can be read; what cannot be read is a problem.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        if let Some(text) = self.texts.borrow().get(path) {
            return Some(text.clone());
        }
        if !self.tree.contains(path) {
            return None;
        }
        match self.tree.text(path) {
            Ok(text) => {
                if text.len() <= LONGEST_KEPT {
                    self.texts
                        .borrow_mut()
                        .insert(path.to_owned(), text.clone());
                }
                Some(text)
            }
            Err(problem) => {
                self.report(problem);
                None
            }
        }
    }

    /// The first document of a YAML file, where it is there; what is no YAML is a problem.
    pub(crate) fn yaml(&self, path: &str) -> Option<yaml::Node> {
        yaml::parse(path, &self.text(path)?).unwrap_or_else(|problem| {
            self.report(problem);
            None
        })
    }

    /// Notes what could not be read or understood.
    pub(crate) fn report(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// All that could not be read or understood, ordered by place.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        ordered_problems(self.problems.into_inner())
    }
}
