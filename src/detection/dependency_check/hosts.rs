//! Modules that are written for the program that loads them.

use std::collections::HashSet;

use dhtl_project_model::{Condition, FileClass, Origin, PythonProject};

use crate::imports_table::top_level;

/// Programs that load modules of others and are there whenever such a module runs.
const HOSTS: [&str; 23] = [
    "IPython",
    "PyInstaller",
    "_pytest",
    "babel",
    "docutils",
    "flake8",
    "hypothesis",
    "locust",
    "mkdocs",
    "mypy",
    "nose",
    "notebook",
    "pkg_resources",
    "pluggy",
    "poetry",
    "pylint",
    "pytest",
    "setuptools",
    "sphinx",
    "testtools",
    "tox",
    "twisted.trial",
    "unittest2",
];

/// The modules of the project that other modules of its packages import.
#[derive(Debug)]
pub(super) struct Plugins {
    imported: HashSet<String>,
}

impl Plugins {
    /// Reads the imports of `python`.
    pub(super) fn new(python: &PythonProject) -> Self {
        let mut imported = HashSet::new();
        let own = python
            .imports
            .iter()
            .filter(|import| import.origin == Origin::Own);
        for import in own {
            let sites = import.sites.iter().filter(|site| {
                site.class == FileClass::Package && site.condition == Condition::Always
            });
            for site in sites {
                imported.insert(import.module.clone());
                let members = site.members.iter();
                imported.extend(members.map(|member| format!("{}.{member}", import.module)));
            }
        }
        Self { imported }
    }

    /// Whether the file at `path` is a plugin of the program that `module` belongs to: nothing in
    /// the project's packages imports it, so only that program does.
    pub(super) fn is_plugin(&self, path: &str, module: &str) -> bool {
        let is_host = HOSTS.contains(&top_level(module)) || HOSTS.contains(&module);
        is_host && !self.is_imported(path)
    }

    fn is_imported(&self, path: &str) -> bool {
        let stem = path.rsplit_once('.').map_or(path, |(stem, _)| stem);
        let stem = stem.strip_suffix("/__init__").unwrap_or(stem);
        let mut name = stem.replace('/', ".");
        // Which folders in front are no packages is not known here.
        loop {
            if self.imported.contains(&name) {
                return true;
            }
            match name.split_once('.') {
                Some((_, rest)) if rest.contains('.') => name = rest.to_owned(),
                _ => return false,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{ImportSite, ImportedModule};

    use super::*;

    #[test]
    fn a_plugin_is_imported_by_nothing_but_its_host() {
        let site = ImportSite {
            path: "src/shop/__init__.py".to_owned(),
            line: 1,
            condition: Condition::Always,
            class: FileClass::Package,
            members: vec!["core".to_owned()],
        };
        let python = PythonProject {
            imports: vec![ImportedModule {
                module: "shop".to_owned(),
                origin: Origin::Own,
                sites: vec![site],
            }],
            ..PythonProject::default()
        };
        let plugins = Plugins::new(&python);
        assert!(plugins.is_plugin("src/shop/ext.py", "sphinx.application"));
        assert!(!plugins.is_plugin("src/shop/core.py", "sphinx"));
        assert!(!plugins.is_plugin("src/shop/ext.py", "requests"));
    }
}
