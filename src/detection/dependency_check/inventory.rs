//! Everything that is declared, in the forms in which imports can be compared with it.

use std::collections::{BTreeMap, HashMap, HashSet};

use dhtl_project_model::{Declaration, DistributionName, Project, PythonProject, Requirement};

use super::affixes::is_relative;
use super::role::Role;
use super::tools;
use crate::code::undeclared::name_of;
use crate::imports_table::{
    claims_of_all, is_shared_namespace, known_prefix, providers_of, top_level,
};
use crate::paths;

/// Everything that a project and the projects within it declare.
#[derive(Debug)]
pub(super) struct Inventory<'a> {
    /// The folders of the projects, the innermost first; the last one is the root.
    projects: Vec<&'a str>,
    /// Every place that declares a distribution.
    pub(super) entries: BTreeMap<DistributionName, Vec<Entry<'a>>>,
    /// The modules that the table knows, with the declared distributions that provide them.
    providers: HashMap<&'static str, Vec<DistributionName>>,
    /// The declared distributions of which the table knows no module.
    pub(super) unknown: HashSet<DistributionName>,
    /// Those of them that no import is called like, and that are no tools: forks often keep the
    /// modules of what they forked.
    pub(super) unclaimed: HashSet<DistributionName>,
    /// The distributions that are the project and the projects within it.
    pub(super) own: HashSet<DistributionName>,
}

/// One place that declares a distribution.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry<'a> {
    /// What it says.
    pub(super) requirement: &'a Requirement,
    /// The list it stands in.
    pub(super) declaration: &'a Declaration,
    /// Whom it is for.
    pub(super) role: Role,
    /// The folder of the project it belongs to.
    pub(super) project: &'a str,
}

impl<'a> Inventory<'a> {
    /// The inventory of `python`, which is the Python side of `project`; `declarations` are all
    /// that count.
    pub(super) fn new(
        project: &Project,
        python: &'a PythonProject,
        declarations: &'a [Declaration],
    ) -> Self {
        let mut projects: Vec<&str> = python
            .sub_projects
            .iter()
            .map(|sub_project| sub_project.path.as_str())
            .collect();
        projects.sort_by_key(|path| std::cmp::Reverse(paths::depth(path)));
        projects.push(".");
        let mut inventory = Self {
            projects,
            entries: BTreeMap::new(),
            providers: HashMap::new(),
            unknown: HashSet::new(),
            unclaimed: HashSet::new(),
            own: own_names(project, python),
        };
        for declaration in declarations {
            inventory.add(declaration);
        }
        let names: HashSet<DistributionName> = inventory.entries.keys().cloned().collect();
        for (module, distribution) in claims_of_all(&names) {
            let distribution = DistributionName::new(distribution);
            let providers = inventory.providers.entry(module).or_default();
            if !providers.contains(&distribution) {
                providers.push(distribution);
            }
        }
        let known: HashSet<&DistributionName> = inventory.providers.values().flatten().collect();
        let unknown = names.iter().filter(|name| !known.contains(name));
        inventory.unknown = unknown.cloned().collect();
        let imported: HashSet<DistributionName> = python
            .imports
            .iter()
            .map(|import| DistributionName::new(top_level(&import.module)))
            .collect();
        inventory.unclaimed = inventory
            .unknown
            .iter()
            .filter(|name| !imported.contains(name) && tools::kind_of(name).is_none())
            .cloned()
            .collect();
        inventory
    }

    fn add(&mut self, declaration: &'a Declaration) {
        let role = Role::of(declaration);
        let project = self.project_of(&declaration.path);
        for requirement in &declaration.requirements {
            let Some(name) = name_of(requirement) else {
                continue;
            };
            let entries = self.entries.entry(name).or_default();
            let is_same = |entry: &Entry<'_>| {
                entry.role == role && entry.requirement.evidence == requirement.evidence
            };
            if !entries.iter().any(is_same) {
                entries.push(Entry {
                    requirement,
                    declaration,
                    role,
                    project,
                });
            }
        }
    }

    /// The folder of the innermost project that holds the file at `path`.
    pub(super) fn project_of(&self, path: &str) -> &'a str {
        self.projects
            .iter()
            .find(|project| is_within(path, project))
            .copied()
            .unwrap_or(".")
    }

    /// The declared distributions that provide `module`, as far as anybody can know offline.
    ///
    /// What the table knows decides. A module it does not know may come from a distribution that
    /// is called so, give or take the affixes that names of distributions have, and any module from
    /// a fork of its distribution that the table does not know.
    pub(super) fn providers(&self, module: &str) -> Vec<&DistributionName> {
        let mut found: Vec<&DistributionName> = Vec::new();
        let mut add = |name: &DistributionName| {
            if let Some((name, _)) = self.entries.get_key_value(name)
                && !found.contains(&name)
            {
                found.push(name);
            }
        };
        for provider in providers_of(module) {
            add(&provider);
        }
        let prefixes = std::iter::successors(Some(module), |longer| {
            longer.rsplit_once('.').map(|(prefix, _)| prefix)
        });
        for prefix in prefixes {
            // Parts of a namespace are no evidence for the rest of it.
            if !is_shared_namespace(prefix) {
                for provider in self.providers.get(prefix).into_iter().flatten() {
                    add(provider);
                }
            }
            add(&DistributionName::new(prefix));
        }
        if found.is_empty() {
            let is_known = known_prefix(module).is_some();
            let can_provide = |name: &DistributionName| {
                (!is_known || self.unclaimed.contains(name)) && is_relative(name.as_str(), module)
            };
            found.extend(self.entries.keys().filter(|name| can_provide(name)));
        }
        found
    }

    /// Whether `providers` of `module` are only thought to be forks of its distribution.
    pub(super) fn is_guess(&self, module: &str, providers: &[&DistributionName]) -> bool {
        known_prefix(module).is_some() && providers.iter().all(|name| self.unclaimed.contains(name))
    }
}

/// Whether the file at `path` lies in `folder`.
pub(super) fn is_within(path: &str, folder: &str) -> bool {
    folder == "."
        || path == folder
        || path
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn own_names(project: &Project, python: &PythonProject) -> HashSet<DistributionName> {
    let of_sub_projects = python
        .sub_projects
        .iter()
        .filter_map(|sub_project| sub_project.name.as_deref());
    of_sub_projects
        .chain([project.name.value.as_str()])
        .map(DistributionName::new)
        .collect()
}
