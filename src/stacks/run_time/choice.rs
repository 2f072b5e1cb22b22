//! Which of several stacks is the application.

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Survey};
use dhtl_project_model::{Evidence, Found};

use super::delegation::{self, Delegation};
use super::told::is_of_platform;
use crate::places;
use crate::sources::Sources;

/// The stack that is the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Choice {
    /// Where in the list it is.
    pub(super) stack: usize,
    /// The root that starts it, where there is one.
    pub(super) delegation: Option<Delegation>,
}

/// The application; none where there is none, or more than one.
///
/// Those that can be run are compared: what is about the project (documentation, a demonstration),
/// what serves its development (tests, tools) and pages that are built into the folder of another one
/// step back behind everything else. Then, in this order: the only one; the member that the root
/// starts; the one in the root folder; the one that the file of a hosting platform in the root starts;
/// of several in one folder, the one that a file such as a `Procfile` starts, and else the one that
/// answers requests itself; the only one that answers requests, where the others are command lines or
/// programs without a type.
pub(super) fn choose(survey: &Survey, sources: &Sources<'_>) -> Option<Choice> {
    let of = |stack| Choice {
        stack,
        delegation: None,
    };
    if let Some(delegation) = delegation::find(survey, sources) {
        return Some(Choice {
            stack: delegation.member,
            delegation: Some(delegation),
        });
    }
    let candidates = candidates(&survey.stacks, can_be_run);
    if candidates.is_empty() {
        return None;
    }
    one_of(&survey.stacks, &candidates).map(of)
}

/// The only stack that is an application although nothing is known that starts it: one for a device, or
/// for a hosting service of its own.
pub(super) fn without_start(survey: &Survey) -> Option<usize> {
    let stacks = &survey.stacks;
    let is_application = |stack: &Stack| stack.project_type.value.is_application();
    if candidates(stacks, can_be_run).is_empty()
        && let [only] = candidates(stacks, is_application).as_slice()
    {
        return Some(*only);
    }
    None
}

/// Those to compare.
fn candidates(stacks: &[Stack], is_one: fn(&Stack) -> bool) -> Vec<usize> {
    let all: Vec<usize> = (0..stacks.len())
        .filter(|index| is_one(&stacks[*index]))
        .collect();
    let main = all.iter().copied().filter(|index| {
        let stack = &stacks[*index];
        let is_part = all.iter().any(|other| {
            is_built_into(stack, &stacks[*other]) || is_within(stack, &stacks[*other])
        });
        !is_part && !is_aside(&stack.folder)
    });
    let main: Vec<usize> = main.collect();
    if main.is_empty() { all } else { main }
}

/// Whether the pages of a stack are built into the folder of another one, which hands them out.
pub(super) fn is_built_into(pages: &Stack, other: &Stack) -> bool {
    pages.static_output.as_ref().is_some_and(|output| {
        other.folder != pages.folder
            && pages.commands.folder.as_deref() != Some(other.folder.as_str())
            && places::relative(&other.folder, &pages.folder).is_none()
            && places::relative(&output.value, &pages.folder).is_none()
            && places::relative(&output.value, &other.folder).is_some()
    })
}

/// Whether pages lie in the folder of a server of another language, which is published with them, as
/// `ClientApp` is in projects of ASP.NET.
fn is_within(pages: &Stack, other: &Stack) -> bool {
    pages.static_output.is_some()
        && other.static_output.is_none()
        && other.kind == StackKind::Dotnet
        && answers(other)
        && places::relative(&pages.folder, &other.folder).is_some()
}

fn one_of(stacks: &[Stack], candidates: &[usize]) -> Option<usize> {
    if let [only] = candidates {
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
    let told: Vec<usize> = candidates
        .iter()
        .copied()
        .filter(|index| is_told_by_root(&stacks[*index]))
        .collect();
    if let [only] = told.as_slice() {
        return Some(*only);
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

/// Whether the file of a hosting platform in the root folder says what starts it.
fn is_told_by_root(stack: &Stack) -> bool {
    stack.commands.start.as_ref().is_some_and(|start| {
        let path = start.evidence.path.as_str();
        is_of_platform(&start.evidence) && places::folder(path) == "."
    })
}

/// Why the stack was chosen.
pub(super) fn found(survey: &Survey, choice: Choice) -> Found<String> {
    let stack = &survey.stacks[choice.stack];
    if let Some(Delegation { root, .. }) = choice.delegation
        && let Some(start) = &survey.stacks[root].commands.start
    {
        return Found {
            value: stack.folder.clone(),
            evidence: Evidence {
                rule: "application-of-root".into(),
                ..start.evidence.clone()
            },
        };
    }
    let others = survey
        .stacks
        .iter()
        .filter(|other| can_be_run(other))
        .count();
    let rule = match (others, stack.folder.as_str()) {
        (0 | 1, _) => "application-only",
        (_, ".") => "application-at-root",
        _ if is_told_by_root(stack) => "application-told",
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
    // In the folder of the applications, a website is one of them.
    let is_member = folder
        .strip_suffix("/website")
        .is_some_and(|above| matches!(places::file_name(above), "apps" | "services" | "sites"));
    let path = places::inside(folder, "x");
    (places::is_documentation(&path) && !is_member)
        || places::is_foreign(&path)
        || folder.split('/').any(|part| {
            let mut words = part.split(['-', '_', '.']);
            matches!(
                part,
                "scripts" | "tools" | "ci" | "infra" | "cdk" | "deploy" | "shared" | "common"
            ) || words.any(|word| {
                matches!(
                    word,
                    "docs"
                        | "storybook"
                        | "styleguide"
                        | "guide"
                        | "guides"
                        | "demo"
                        | "mock"
                        | "mocks"
                        | "sandbox"
                        | "e2e"
                )
            })
        })
}
