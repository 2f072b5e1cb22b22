//! The services that stacks need, and the data that must outlive their containers.

use std::collections::{BTreeMap, HashMap};

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{
    FileFolder, FolderPurpose, ServiceKind, ServiceNeed, Stack, StackKind, Survey,
};

use super::compose::ComposeService;
use super::settings::Shown;
use super::{packages, settings};
use crate::places;
use crate::sources::Sources;

/// Adds the services that packages, settings and Compose files show.
pub(super) fn add_services(
    survey: &mut Survey,
    composed: &[ComposeService],
    sources: &Sources<'_>,
) {
    let has_mysql = composed
        .iter()
        .any(|service| service.kind == ServiceKind::MySql);
    for stack in &mut survey.stacks {
        let mut needs: BTreeMap<ServiceKind, ServiceNeed> = BTreeMap::new();
        for need in std::mem::take(&mut stack.services) {
            needs.insert(need.kind, need);
        }
        for (kind, evidence) in packages::of(stack, sources) {
            add(&mut needs, kind, false, evidence);
        }
        for (shown, evidence) in settings::of(stack, sources) {
            match shown {
                Shown::Service(kind) => {
                    let is_setting = evidence.rule != "service-env-template";
                    add(&mut needs, kind, is_setting, evidence);
                }
                Shown::File(path) => add_data(stack, &path, evidence),
            }
        }
        for service in composed {
            let is_needed = service.needed_by.contains(&stack.folder);
            // Clients of MySQL speak to the server of MariaDB that runs here.
            if service.kind == ServiceKind::MariaDb
                && !has_mysql
                && let Some(mut need) = needs.remove(&ServiceKind::MySql)
            {
                need.kind = ServiceKind::MariaDb;
                needs.insert(need.kind, need);
            }
            if is_needed || needs.contains_key(&service.kind) {
                add(
                    &mut needs,
                    service.kind,
                    is_needed,
                    service.evidence.clone(),
                );
                if let Some(need) = needs.get_mut(&service.kind)
                    && need.version.is_none()
                {
                    need.version.clone_from(&service.version);
                }
            }
        }
        stack.services = needs.into_values().collect();
    }
    inherit(survey, sources);
    // A lone application needs what runs beside it, whether or not something says so.
    let mut applications = survey
        .stacks
        .iter_mut()
        .filter(|stack| stack.project_type.value.is_application());
    if let (Some(only), None) = (applications.next(), applications.next()) {
        for service in composed {
            let is_known = only.services.iter().any(|need| {
                need.kind == service.kind
                    || (need.kind == ServiceKind::MySql && service.kind == ServiceKind::MariaDb)
            });
            if !is_known {
                only.services.push(ServiceNeed {
                    kind: service.kind,
                    version: service.version.clone(),
                    required: false,
                    evidence: vec![service.evidence.clone()],
                });
            }
        }
        only.services.sort_by_key(|need| need.kind);
        only.services
            .dedup_by(|later, earlier| later.kind == earlier.kind);
    }
}

/// What depends on a library of the same project needs what that one needs, and so on.
fn inherit(survey: &mut Survey, sources: &Sources<'_>) {
    let is_library = |stack: &Stack| !stack.project_type.value.is_application();
    let has_any = survey
        .stacks
        .iter()
        .any(|stack| is_library(stack) && !stack.services.is_empty());
    if !has_any {
        return;
    }
    let mut libraries: HashMap<(StackKind, String), Vec<usize>> = HashMap::new();
    for (index, stack) in survey.stacks.iter().enumerate() {
        if is_library(stack)
            && let Some(name) = packages::called(stack)
        {
            libraries
                .entry((kind(stack), name))
                .or_default()
                .push(index);
        }
    }
    let needed: Vec<Vec<usize>> = survey
        .stacks
        .iter()
        .map(|stack| {
            let names = packages::needed(stack, sources).into_iter();
            let found = names.filter_map(|name| libraries.get(&(kind(stack), name)));
            let mut found: Vec<usize> = found.flatten().copied().collect();
            found.sort_unstable();
            found
        })
        .collect();
    let own: Vec<Vec<ServiceNeed>> = survey
        .stacks
        .iter()
        .map(|stack| stack.services.clone())
        .collect();
    for (index, stack) in survey.stacks.iter_mut().enumerate() {
        for library in reached(index, &needed) {
            for service in &own[library] {
                let known = stack
                    .services
                    .iter_mut()
                    .find(|one| one.kind == service.kind);
                match known {
                    Some(known) => known.required |= service.required,
                    None => stack.services.push(service.clone()),
                }
            }
        }
        stack.services.sort_by_key(|need| need.kind);
    }
}

/// Everything that is needed directly or by what is needed.
fn reached(start: usize, needed: &[Vec<usize>]) -> Vec<usize> {
    let mut found = vec![start];
    let mut next = 0;
    while next < found.len() {
        for library in &needed[found[next]] {
            if !found.contains(library) {
                found.push(*library);
            }
        }
        next += 1;
    }
    found.remove(0);
    found
}

/// Packages of Node.js and Bun need each other.
fn kind(stack: &Stack) -> StackKind {
    match stack.kind {
        StackKind::Bun => StackKind::Node,
        kind => kind,
    }
}

/// As much evidence as anybody reads; each is compared with all others.
const MOST_EVIDENCE: usize = 100;

fn add(
    needs: &mut BTreeMap<ServiceKind, ServiceNeed>,
    kind: ServiceKind,
    required: bool,
    evidence: Evidence,
) {
    let need = needs.entry(kind).or_insert_with(|| ServiceNeed {
        kind,
        version: None,
        required: false,
        evidence: Vec::new(),
    });
    need.required |= required;
    if need.evidence.len() < MOST_EVIDENCE && !need.evidence.contains(&evidence) {
        need.evidence.push(evidence);
    }
}

/// A file or folder that must outlive the container.
pub(super) fn add_data(stack: &mut Stack, path: &str, evidence: Evidence) {
    // A placeholder says nothing of the path that it becomes.
    if path.contains(['%', '{', '$', '<']) {
        return;
    }
    let inside = places::join(&stack.folder, path).unwrap_or_else(|| path.to_owned());
    if !stack
        .file_folders
        .iter()
        .any(|folder| folder.path == inside)
    {
        stack.file_folders.push(FileFolder {
            path: inside,
            purpose: FolderPurpose::Data,
            evidence,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_evidence_of_a_service_has_an_end() {
        let mut needs = BTreeMap::new();
        for line in 1..1000 {
            let evidence = Evidence::at("requirements.txt", line, "service-package");
            add(&mut needs, ServiceKind::Redis, false, evidence);
        }
        assert_eq!(needs[&ServiceKind::Redis].evidence.len(), MOST_EVIDENCE);
    }
}
