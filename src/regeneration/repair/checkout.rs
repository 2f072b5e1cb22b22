//! Brings back what a checkout lacks of that which `.dhtconfig` asks for.

use crate::git::GitFindings;
use crate::git_check;
use crate::ground::Ground;
use crate::plan::StepId;
use crate::regenerate::carry_out_only;
use crate::repair::{RepairAction, RepairKind};
use crate::report::StepSummary;
use crate::state::StateDir;
use crate::subject::Subject;
use crate::{RegenerationError, Request};

/// The steps that complete a checkout, with the checks that tell whether they are needed.
const STEPS: [(StepId, &str); 3] = [
    (StepId::Submodules, "Submodules"),
    (StepId::LargeFiles, "LFS"),
    (StepId::Hooks, "Hooks"),
];

/// Carries out the steps whose checks fail, and says what they did. Where no run was completed yet,
/// the next one does all of it.
pub(super) fn complete(
    request: &Request<'_>,
    subject: &Subject,
    state: &StateDir,
) -> Result<Vec<RepairAction>, RegenerationError> {
    let findings = GitFindings::of(subject, request.surroundings.environment);
    let checks = git_check::checks(findings.as_ref(), &mut Vec::new());
    let has_failed = |name| {
        checks
            .iter()
            .any(|check| check.name == name && !check.passed)
    };
    let steps = STEPS.iter().filter(|(_, check)| has_failed(*check));
    let steps = steps.map(|(step, _)| *step).collect::<Vec<_>>();
    let Some(record) = state.record().filter(|_| !steps.is_empty()) else {
        return Ok(Vec::new());
    };
    let ground = Ground::take(request, subject, state)?;
    let done = carry_out_only(&steps, request, subject, (state, &record), &ground)?;
    Ok(done.iter().flat_map(actions).collect())
}

fn actions(step: &StepSummary) -> Vec<RepairAction> {
    if step.detail.is_empty() {
        return Vec::new();
    }
    let one_each = |action, kind: &str| {
        let names = step.detail.split(", ");
        let what = names.map(|name| format!("{kind} {name}"));
        what.map(|what| RepairAction { action, what }).collect()
    };
    match step.id.as_str() {
        "hooks" => one_each(RepairKind::Installed, "hook"),
        "submodules" => one_each(RepairKind::Fetched, "submodule"),
        _ => vec![RepairAction {
            action: RepairKind::Fetched,
            what: "large files".to_owned(),
        }],
    }
}
