//! Which distributions the code uses, and where.

use std::collections::{HashMap, HashSet};

use dhtl_project_model::{
    Condition, DistributionName, FileClass, ImportSite, ImportedModule, Origin, PythonProject,
};

use super::inventory::Inventory;
use crate::code::undeclared::{is_provided_by_the_runner, names};
use crate::imports_table::{distribution_for, is_python2_only, known_prefix, top_level};

/// What the code uses.
#[derive(Debug, Default)]
pub(super) struct Usage<'a> {
    /// Every import that some distribution must provide.
    pub(super) needs: Vec<Need<'a>>,
    /// The sites that import a declared distribution.
    pub(super) of_declared: HashMap<DistributionName, Vec<&'a ImportSite>>,
    /// The distributions that the imports come from, declared or not, as far as the table knows.
    pub(super) distributions: HashSet<DistributionName>,
    /// The imported modules that nothing known or declared can provide.
    pub(super) unexplained: HashSet<&'a str>,
    /// The files that cope without a module, with the name it is known by, and the first line that
    /// shows it.
    coping: HashMap<(&'a str, String), u32>,
}

/// An import of a module that some distribution must provide.
#[derive(Debug)]
pub(super) struct Need<'a> {
    /// The module, as precisely as the distribution depends on it.
    pub(super) module: String,
    /// Where.
    pub(super) site: &'a ImportSite,
}

impl<'a> Usage<'a> {
    /// What `python` uses of `inventory` and beyond it.
    pub(super) fn new(python: &'a PythonProject, inventory: &Inventory<'_>) -> Self {
        let mut usage = Self::default();
        for import in &python.imports {
            match import.origin {
                // No distribution has such modules; a file in another encoding than it says, and one
                // that is no text, seem to import them.
                Origin::ThirdParty if !import.module.is_ascii() => {}
                Origin::ThirdParty => usage.add_third_party(import, inventory),
                // A backport is imported under the name the standard library has.
                Origin::StandardLibrary => {
                    let name = DistributionName::new(top_level(&import.module));
                    if inventory.entries.contains_key(&name) {
                        usage.note(&name, &import.sites);
                    }
                }
                Origin::Own => {}
            }
        }
        usage
    }

    fn add_third_party(&mut self, import: &'a ImportedModule, inventory: &Inventory<'_>) {
        // Most sites need the module as it is, so its providers are looked up once.
        let of_module = inventory.providers(&import.module);
        for site in &import.sites {
            if is_provided_by_the_runner(&site.path, &import.module) {
                // It is used all the same, should it be declared.
                for name in &of_module {
                    self.note(name, [site]);
                }
                continue;
            }
            for module in names(import, site) {
                let of_member = (module != import.module).then(|| inventory.providers(&module));
                let providers = of_member.as_ref().unwrap_or(&of_module);
                for name in providers {
                    self.note(name, [site]);
                }
                let is_renamed = is_python2_only(&module);
                if let Some(distribution) = distribution_for(&module) {
                    self.distributions.insert(distribution);
                } else if providers.is_empty() && !is_renamed {
                    self.unexplained.insert(&import.module);
                }
                if site.condition == Condition::Guarded {
                    let name = deciding_name(&module).to_owned();
                    let line = self.coping.entry((&site.path, name)).or_insert(site.line);
                    *line = site.line.min(*line);
                }
                if site.class != FileClass::Data && !is_renamed {
                    self.needs.push(Need { module, site });
                }
            }
        }
    }

    /// Whether the file of `need` shows that it can do without the module: it handles the failure of
    /// one import, and the others of the same module follow from it. An import that always runs
    /// follows from one above it in tests only, where `importorskip` ends the file.
    pub(super) fn is_optional(&self, need: &Need<'_>) -> bool {
        let name = deciding_name(&need.module).to_owned();
        let guarded_at = self.coping.get(&(need.site.path.as_str(), name));
        guarded_at.is_some_and(|line| {
            need.site.condition != Condition::Always
                || need.site.class == FileClass::Tests && *line < need.site.line
        })
    }

    fn note(&mut self, name: &DistributionName, sites: impl IntoIterator<Item = &'a ImportSite>) {
        self.of_declared
            .entry(name.clone())
            .or_default()
            .extend(sites);
    }
}

/// The name under which imports of one distribution come together: what decided, or the package.
pub(super) fn deciding_name(module: &str) -> &str {
    known_prefix(module).map_or_else(
        || crate::code::undeclared::unknown_name(module),
        |(prefix, _)| prefix,
    )
}
