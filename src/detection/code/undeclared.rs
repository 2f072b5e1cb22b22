//! Imports of third parties that nothing in the project accounts for.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap, HashSet};

use dhtl_project_model::{
    Condition, Declaration, DistributionName, Evidence, ImportSite, ImportedModule, Origin,
    Requirement, SubProject, UndeclaredImport,
};

use super::index::split;
use super::test_data::is_test_data;
use crate::imports_table::{
    claimants_of, distribution_for, is_python2_only, is_shared_namespace, known_prefix,
    providers_of, top_level,
};

/// The imports of third parties that no declaration accounts for, ordered by module.
///
/// Only what has to be there counts: imports whose failure is handled and those for type checkers
/// do not. A declaration accounts for a module when it names the distribution the table knows for
/// it, another that provides it, or one of the module's own name. Imports of one distribution are
/// one entry, under the longest name that decides: `google.cloud.storage`, `requests`.
pub(crate) fn undeclared(
    imports: &[ImportedModule],
    declarations: &[Declaration],
    sub_projects: &[SubProject],
) -> Vec<UndeclaredImport> {
    let declared = Declared::new(declarations, sub_projects);
    let mut found: BTreeMap<String, UndeclaredImport> = BTreeMap::new();
    for import in imports
        .iter()
        .filter(|import| import.origin == Origin::ThirdParty)
    {
        if is_python2_only(&import.module) {
            continue;
        }
        for site in import
            .sites
            .iter()
            .filter(|site| is_needed(site, &import.module))
        {
            for name in names(import, site)
                .iter()
                .filter(|name| !declared.accounts_for(name))
            {
                let module =
                    known_prefix(name).map_or_else(|| unknown_name(name), |(prefix, _)| prefix);
                let entry = found
                    .entry(module.to_owned())
                    .or_insert_with(|| UndeclaredImport {
                        module: module.to_owned(),
                        distribution: distribution_for(module),
                        evidence: Vec::new(),
                    });
                entry
                    .evidence
                    .push(Evidence::at(&site.path, site.line, "undeclared-import"));
            }
        }
    }
    found
        .into_values()
        .map(|mut import| {
            import.evidence.sort();
            import.evidence.dedup();
            import
        })
        .collect()
}

fn is_needed(site: &ImportSite, module: &str) -> bool {
    site.condition < Condition::Guarded
        && !is_provided_by_the_runner(&site.path, module)
        && !is_test_data(&site.path)
}

/// Whether the program that runs the file at `path` brings `module` along.
pub(crate) fn is_provided_by_the_runner(path: &str, module: &str) -> bool {
    match split(path).1 {
        // Whatever runs a `setup.py` is setuptools.
        "setup.py" => matches!(
            top_level(module),
            "setuptools" | "pkg_resources" | "wheel" | "pip"
        ),
        "noxfile.py" => top_level(module) == "nox",
        "toxfile.py" => matches!(top_level(module), "tox" | "pluggy"),
        _ => false,
    }
}

/// The names to account for: the members that the table knows by themselves, as submodules that
/// other distributions add to a namespace, or else the module.
pub(crate) fn names(import: &ImportedModule, site: &ImportSite) -> Vec<String> {
    let submodules: Vec<String> = site
        .members
        .iter()
        .map(|member| format!("{}.{member}", import.module))
        .filter(|name| known_prefix(name).is_some_and(|(prefix, _)| prefix == name))
        .collect();
    if submodules.is_empty() {
        vec![import.module.clone()]
    } else {
        submodules
    }
}

/// The name an unknown module is reported under.
pub(crate) fn unknown_name(module: &str) -> &str {
    let top_level = top_level(module);
    if is_shared_namespace(top_level) {
        module
    } else {
        top_level
    }
}

/// What the project declares, in the forms an import can be compared with.
struct Declared {
    names: HashSet<DistributionName>,
    /// What was asked already, because most files import the same.
    answers: RefCell<HashMap<String, bool>>,
}

impl Declared {
    fn new(declarations: &[Declaration], sub_projects: &[SubProject]) -> Self {
        let mut names: HashSet<DistributionName> = declarations
            .iter()
            .flat_map(|declaration| &declaration.requirements)
            .filter_map(name_of)
            .collect();
        names.extend(
            sub_projects
                .iter()
                .filter_map(|project| project.name.as_deref())
                .map(DistributionName::new),
        );
        Self {
            names,
            answers: RefCell::default(),
        }
    }

    fn accounts_for(&self, module: &str) -> bool {
        if let Some(answer) = self.answers.borrow().get(module) {
            return *answer;
        }
        let answer = self.has_provider_of(module);
        self.answers.borrow_mut().insert(module.to_owned(), answer);
        answer
    }

    fn has_provider_of(&self, module: &str) -> bool {
        if providers_of(module)
            .iter()
            .any(|provider| self.names.contains(provider))
        {
            return true;
        }
        let mut prefix = module;
        loop {
            // Parts of a namespace are no evidence for the rest of it.
            let mut claimants = claimants_of(prefix);
            if claimants.any(|name| self.names.contains(&name)) && !is_shared_namespace(prefix)
                || self.names.contains(&DistributionName::new(prefix))
            {
                return true;
            }
            match prefix.rsplit_once('.') {
                Some((shorter, _)) => prefix = shorter,
                None => return known_prefix(module).is_none() && self.has_relative_of(prefix),
            }
        }
    }

    /// Whether a distribution is declared whose name is that of an unknown module with the affixes
    /// that names of distributions have.
    fn has_relative_of(&self, name: &str) -> bool {
        [
            format!("python-{name}"),
            format!("py{name}"),
            format!("py-{name}"),
            format!("{name}-python"),
            format!("{name}-py"),
            format!("django-{name}"),
            format!("{name}-sdk"),
            format!("{name}-client"),
        ]
        .iter()
        .any(|relative| self.names.contains(&DistributionName::new(relative)))
    }
}

/// The name of a requirement; for a path or URL without one, the last part of it.
pub(crate) fn name_of(requirement: &Requirement) -> Option<DistributionName> {
    requirement.name.clone().or_else(|| {
        let text = requirement
            .text
            .split(['#', '?'])
            .next()?
            .trim_end_matches('/');
        let last = text.rsplit('/').next()?;
        let last = last.split('@').next()?;
        let name = last.strip_suffix(".git").unwrap_or(last);
        (!name.is_empty()).then(|| DistributionName::new(name))
    })
}
