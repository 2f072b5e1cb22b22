//! Puts together what the languages find.

use dhtl_detection::threads::divided;
use dhtl_detection::tree::Tree;
use dhtl_project_model::stack::Survey;
use dhtl_project_model::{Problem, Project};

use crate::sources::Sources;
use crate::{node, other_languages, python, run_time, static_site};

/// What was found, and what could not be read for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Findings {
    /// What can be built and run.
    pub survey: Survey,
    /// What could not be read or understood, ordered by place.
    pub problems: Vec<Problem>,
}

/// What can be built and run of a project with these files.
#[must_use]
pub fn survey(project: &Project, tree: &Tree) -> Findings {
    divided(tree, || found(Sources::new(project, tree)))
}

fn found(sources: Sources<'_>) -> Findings {
    let mut survey = Survey::default();
    survey.stacks.extend(node::find(&sources));
    survey.stacks.extend(python::find(&sources));
    survey.stacks.extend(other_languages::find(&sources));
    survey
        .stacks
        .extend(static_site::find(&sources, &survey.stacks));
    survey
        .stacks
        .sort_by(|a, b| (&a.folder, a.kind).cmp(&(&b.folder, b.kind)));
    survey.workspaces.extend(node::workspaces(&sources));
    survey.workspaces.extend(python::workspaces(&sources));
    survey
        .workspaces
        .extend(other_languages::workspaces(&sources));
    run_time::complete(&mut survey, &sources);
    Findings {
        survey,
        problems: sources.into_problems(),
    }
}
