//! The section `platform_deps` of `.dhtconfig`: what the project is known to need of every platform.
//!
//! A list is written for a package manager when a distribution of the project needs something of
//! it; then it holds all that is proposed there. What somebody wrote stays as it is, and what it
//! covers already is not named again.
//!
//! Source: seed 001 section 2, "Create Platform Mapping".

use dhtl_project_model::config::{Config, PlatformDeps};

use crate::platform_needs;
use crate::subject::Subject;
use crate::system_packages::{PackageManager, ProposedPackage};

/// Adds to `config` what `subject`, as it was just locked, needs of each package manager.
pub(super) fn record(config: &mut Config, subject: &Subject) {
    for manager in PackageManager::ALL {
        let proposed = platform_needs::of(subject, manager);
        let is_needed = |package: &ProposedPackage| {
            let mut reasons = package.because.iter();
            reasons.any(|reason| reason.distribution.is_some())
        };
        if !proposed.iter().any(is_needed) {
            continue;
        }
        if manager == PackageManager::Dnf && shares_yums(config, &proposed, subject) {
            continue;
        }
        let mut deps = config.platform_deps.take().unwrap_or_default();
        let list = list_of(&mut deps, manager);
        let new = proposed
            .into_iter()
            .filter(|package| !is_covered(package, list))
            .map(|package| package.package)
            .collect::<Vec<_>>();
        list.extend(new);
        config.platform_deps = Some(deps);
    }
}

/// The list of a package manager in the section.
fn list_of(deps: &mut PlatformDeps, manager: PackageManager) -> &mut Vec<String> {
    use PackageManager::{Apk, Apt, Brew, Choco, Dnf, Pacman, Winget, Yum};
    match manager {
        Brew => &mut deps.darwin.get_or_insert_default().brew,
        Choco => &mut deps.windows.get_or_insert_default().choco,
        Winget => &mut deps.windows.get_or_insert_default().winget,
        Apt => &mut deps.linux.get_or_insert_default().apt,
        Dnf => &mut deps.linux.get_or_insert_default().dnf,
        Yum => &mut deps.linux.get_or_insert_default().yum,
        Apk => &mut deps.linux.get_or_insert_default().apk,
        Pacman => &mut deps.linux.get_or_insert_default().pacman,
    }
}

/// Whether the list has the package, or another that people install for the same.
fn is_covered(package: &ProposedPackage, listed: &[String]) -> bool {
    listed.contains(&package.package)
        || package.capabilities.iter().any(|capability| {
            let mut listed = listed.iter();
            listed.any(|one| capability.is_alias(one))
        })
}

/// Whether the list of yum does for dnf, too: the older Red Hat systems call nearly everything as
/// the newer ones do.
fn shares_yums(config: &Config, under_dnf: &[ProposedPackage], subject: &Subject) -> bool {
    let linux = config
        .platform_deps
        .as_ref()
        .and_then(|deps| deps.linux.as_ref());
    if linux.is_some_and(|linux| !linux.dnf.is_empty()) {
        return false;
    }
    let names = |packages: &[ProposedPackage]| {
        let names = packages.iter().map(|package| package.package.clone());
        names.collect::<Vec<_>>()
    };
    names(under_dnf) == names(&platform_needs::of(subject, PackageManager::Yum))
}
