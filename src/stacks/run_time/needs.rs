//! The services that stacks need, and the data that must outlive their containers.

use std::collections::BTreeMap;

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
            // A server of MariaDB speaks what clients of MySQL speak.
            let kind = match service.kind {
                ServiceKind::MariaDb if needs.contains_key(&ServiceKind::MySql) => {
                    ServiceKind::MySql
                }
                kind => kind,
            };
            if is_needed || needs.contains_key(&kind) {
                add(&mut needs, kind, is_needed, service.evidence.clone());
                if let Some(need) = needs.get_mut(&kind)
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

/// What depends on a library of the same project needs what that one needs.
fn inherit(survey: &mut Survey, sources: &Sources<'_>) {
    let libraries: Vec<(StackKind, String, Vec<ServiceNeed>)> = survey
        .stacks
        .iter()
        .filter(|stack| !stack.services.is_empty() && !stack.project_type.value.is_application())
        .filter_map(|stack| {
            let name = stack.name.as_ref()?.value.clone();
            Some((stack.kind, name, stack.services.clone()))
        })
        .collect();
    if libraries.is_empty() {
        return;
    }
    for stack in &mut survey.stacks {
        for (kind, name, services) in &libraries {
            if stack.kind != *kind || !packages::depends_on(stack, name, sources) {
                continue;
            }
            for service in services {
                match stack
                    .services
                    .iter_mut()
                    .find(|one| one.kind == service.kind)
                {
                    Some(known) => known.required |= service.required,
                    None => stack.services.push(service.clone()),
                }
            }
        }
        stack.services.sort_by_key(|need| need.kind);
    }
}

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
    if !need.evidence.contains(&evidence) {
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
