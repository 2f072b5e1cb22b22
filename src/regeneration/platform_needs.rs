//! What a project is known to need of a platform, whichever machine asks.

use std::collections::BTreeSet;
use std::fs;

use dhtl_project_model::{
    Architecture, DistributionName, EnvironmentSpec, LockKind, OperatingSystem, Platform,
};

use crate::expected;
use crate::locked_pins::locked_pins;
use crate::plan::COMMITTED_INFERENCE;
use crate::subject::Subject;
use crate::system_packages::{PackageManager, ProposedPackage, proposals};

/// What the table knows that the distributions of `subject` need under `manager`, on the platform
/// that it belongs to, whatever `.dhtconfig` lists.
pub(crate) fn of(subject: &Subject, manager: PackageManager) -> Vec<ProposedPackage> {
    let spec = EnvironmentSpec {
        platform: platform_of(manager),
        ..subject.spec.clone()
    };
    let project = &subject.project;
    let all = expected::names(project, &spec);
    let supplements = &subject.supplements;
    let mut names = expected::names_on_platform(project, &spec, supplements, &all);
    names.extend(inferred(subject));
    proposals(project, &names, &spec.strategy_evidence, manager)
}

/// What was added to the distributions of the lock.
fn inferred(subject: &Subject) -> BTreeSet<DistributionName> {
    let path = subject.root().join(COMMITTED_INFERENCE);
    let text = fs::read_to_string(path).unwrap_or_default();
    locked_pins(LockKind::HashedRequirements, &text)
        .into_keys()
        .collect()
}

/// The same on every machine, so that it makes no difference who asks.
fn platform_of(manager: PackageManager) -> Platform {
    let operating_system = manager.operating_system();
    Platform {
        operating_system,
        architecture: match operating_system {
            OperatingSystem::Darwin => Architecture::Arm64,
            OperatingSystem::Linux | OperatingSystem::Windows => Architecture::X86_64,
        },
    }
}
