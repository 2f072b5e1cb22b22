//! Puts pinned tools and required binaries back.

use crate::binaries::BinaryFindings;
use crate::files::FileCheck;
use crate::ground::Ground;
use crate::plan::StepId;
use crate::regenerate::carry_out_only;
use crate::repair::{RepairAction, RepairKind};
use crate::state::StateDir;
use crate::subject::Subject;
use crate::tools::{ToolFindings, findings};
use crate::{RegenerationError, Request};

/// What is not as it must be.
#[derive(Debug, Default)]
struct Lack {
    tools: ToolFindings,
    binaries: BinaryFindings,
}

/// Carries out the steps of the binaries and the tools where any is lacking, and says what is no
/// longer lacking then. Where no run was completed yet, the next one does all of it.
pub(super) fn complete(
    request: &Request<'_>,
    subject: &Subject,
    state: &StateDir,
    depth: FileCheck,
) -> Result<Vec<RepairAction>, RegenerationError> {
    let before = Lack::of(request, subject, depth)?;
    let steps = [
        (StepId::Binaries, before.binaries.need_work()),
        (StepId::Tools, before.tools.need_work()),
    ];
    let steps = steps.into_iter().filter(|(_, need_work)| *need_work);
    let steps = steps.map(|(step, _)| step).collect::<Vec<_>>();
    let Some(record) = state.record().filter(|_| !steps.is_empty()) else {
        return Ok(Vec::new());
    };
    let ground = Ground::take(request, subject, state)?;
    carry_out_only(&steps, request, subject, (state, &record), &ground)?;
    let after = Lack::of(request, subject, FileCheck::Changed)?;
    let (installed, removed) = (before.names(), before.leftovers());
    let (lacking, left) = (after.names(), after.leftovers());
    let installed = installed.into_iter().filter(|name| !lacking.contains(name));
    let removed = removed.into_iter().filter(|file| !left.contains(file));
    let actions = installed
        .map(|name| (RepairKind::Installed, name))
        .chain(removed.map(|file| (RepairKind::Removed, file)))
        .map(|(action, what)| RepairAction { action, what })
        .collect::<Vec<_>>();
    for action in &actions {
        (request.surroundings.notice)(&format!("Repaired {}.", action.what));
    }
    Ok(actions)
}

impl Lack {
    fn of(
        request: &Request<'_>,
        subject: &Subject,
        depth: FileCheck,
    ) -> Result<Self, RegenerationError> {
        let environment = request.surroundings.environment;
        Ok(Self {
            tools: findings(subject, depth)?.unwrap_or_default(),
            binaries: BinaryFindings::of(subject, environment, depth)?,
        })
    }

    fn names(&self) -> Vec<String> {
        let binaries = self.binaries.lacking();
        let binaries = binaries.map(|(binary, _)| match &binary.version {
            Some(version) => format!("binary {}=={version}", binary.name),
            None => format!("binary {}", binary.name),
        });
        let tools = self.tools.lacking();
        let tools = tools.map(|tool| format!("{}=={}", tool.owner(), tool.version));
        binaries.chain(tools).collect()
    }

    fn leftovers(&self) -> Vec<String> {
        let files = self.binaries.leftovers.iter().chain(&self.tools.leftovers);
        let scripts = crate::programs::scripts_path();
        files.map(|(file, _)| format!("{scripts}/{file}")).collect()
    }
}
