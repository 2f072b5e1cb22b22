//! Installs the packages of other languages again that have to be there and are not.

use crate::ground::Ground;
use crate::language_packages::{PackageFinding, PackageFindings};
use crate::plan::StepId;
use crate::regenerate::carry_out_only;
use crate::repair::{RepairAction, RepairKind};
use crate::state::StateDir;
use crate::subject::Subject;
use crate::{RegenerationError, Request};

/// Carries out the step that installs them, where a check fails without it. Where no run was
/// completed yet, the next one does it.
pub(super) fn complete(
    request: &Request<'_>,
    subject: &Subject,
    state: &StateDir,
) -> Result<Vec<RepairAction>, RegenerationError> {
    let findings = PackageFindings::of(subject);
    if !findings.0.iter().any(PackageFinding::is_drift) {
        return Ok(Vec::new());
    }
    let Some(record) = state.record() else {
        return Ok(Vec::new());
    };
    let ground = Ground::take(request, subject, state)?;
    let wanted = [StepId::LanguagePackages];
    let steps = carry_out_only(&wanted, request, subject, (state, &record), &ground)?;
    let details = steps.iter().map(|step| step.detail.as_str());
    let installed = details.flat_map(|detail| detail.split(", "));
    let installed = installed.filter(|one| !one.is_empty());
    Ok(installed
        .map(|one| RepairAction {
            action: RepairKind::Installed,
            what: format!("packages of {one}"),
        })
        .collect())
}
