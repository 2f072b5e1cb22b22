//! Which of several stacks is the application.

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Survey};
use dhtl_project_model::{Evidence, Found};

use super::told::is_of_platform;
use crate::places;

/// The stack that is deployed; none where there is no application, or more than one.
///
/// Those that can be run are compared: what is about the project (documentation, a demonstration) and
/// what serves its development (tests, tools) steps back behind everything else. Then, in this order:
/// the only one; the one in the root folder; of several in one folder, the one that a file such as a
/// `Procfile` starts, and else the one that answers requests itself; the only one that answers
/// requests, where the others are command lines or programs without a type.
pub(super) fn choose(survey: &Survey) -> Option<usize> {
    let stacks = &survey.stacks;
    let mut candidates: Vec<usize> = (0..stacks.len())
        .filter(|index| can_be_run(&stacks[*index]))
        .collect();
    let main: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|index| !is_aside(&stacks[*index].folder))
        .collect();
    if !main.is_empty() {
        candidates = main;
    }
    if let [only] = candidates.as_slice() {
        return Some(*only);
    }
    let at_root: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|index| stacks[*index].folder == ".")
        .collect();
    if !at_root.is_empty() {
        // A command line at the root is there for those who work on what lies below.
        let answers_below = candidates
            .iter()
            .any(|index| stacks[*index].folder != "." && answers(&stacks[*index]));
        let answers_here = at_root.iter().any(|index| answers(&stacks[*index]));
        if answers_here || !answers_below {
            return of_one_folder(stacks, &at_root);
        }
    }
    let answering: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|index| answers(&stacks[*index]))
        .collect();
    let mut folders: Vec<&str> = answering
        .iter()
        .map(|index| stacks[*index].folder.as_str())
        .collect();
    folders.dedup();
    match folders.as_slice() {
        [_] => of_one_folder(stacks, &answering),
        _ => None,
    }
}

/// Why the stack was chosen.
pub(super) fn found(survey: &Survey, chosen: usize) -> Found<String> {
    let stack = &survey.stacks[chosen];
    let others = survey
        .stacks
        .iter()
        .filter(|other| can_be_run(other))
        .count();
    let rule = match (others, stack.folder.as_str()) {
        (0 | 1, _) => "application-only",
        (_, ".") => "application-at-root",
        _ => "application-answers",
    };
    Found {
        value: stack.folder.clone(),
        evidence: Evidence {
            rule: rule.into(),
            ..stack.evidence.clone()
        },
    }
}

fn of_one_folder(stacks: &[Stack], candidates: &[usize]) -> Option<usize> {
    candidates.iter().copied().max_by_key(|index| {
        let stack = &stacks[*index];
        let is_told = stack.commands.start.as_ref().is_some_and(|start| {
            is_of_platform(&start.evidence) || start.evidence.rule == "dockerfile-cmd"
        });
        let serves = answers(stack) && stack.static_output.is_none();
        // What builds the pages of another language is started by nobody.
        let is_scripted = !matches!(
            stack.kind,
            StackKind::Node | StackKind::Static | StackKind::Shell | StackKind::Cpp
        );
        (
            is_told,
            serves,
            stack.commands.start.is_some(),
            is_scripted,
            std::cmp::Reverse(*index),
        )
    })
}

fn can_be_run(stack: &Stack) -> bool {
    stack.project_type.value.is_application()
        && (stack.commands.start.is_some()
            || stack.static_output.is_some()
            || stack.kind == StackKind::Static)
}

/// Whether it answers requests.
fn answers(stack: &Stack) -> bool {
    matches!(
        stack.project_type.value,
        ProjectType::Api | ProjectType::Web | ProjectType::Static
    )
}

fn is_aside(folder: &str) -> bool {
    let path = places::inside(folder, "x");
    places::is_documentation(&path)
        || places::is_foreign(&path)
        || folder.split('/').any(|part| {
            matches!(
                part,
                "scripts" | "tools" | "ci" | "infra" | "cdk" | "storybook" | "deploy"
            )
        })
}
