//! Whole scans of small projects.

mod classes;
mod conditions;
mod declared;
mod env_vars;
mod hostile;
mod origins;

use std::fmt::Write as _;
use std::fs;

use dhtl_project_model::{
    Condition, Declaration, DeclarationFormat, DistributionName, Evidence, Requirement,
    RequirementSource, Scope, SubProject,
};
use tempfile::TempDir;

use super::*;
use crate::threads::divided;

/// A project of these files.
struct Files(TempDir);

impl Files {
    fn new(files: &[(&str, &str)]) -> Self {
        Self::of_bytes(
            &files
                .iter()
                .map(|(path, text)| (*path, text.as_bytes()))
                .collect::<Vec<_>>(),
        )
    }

    fn of_bytes(files: &[(&str, &[u8])]) -> Self {
        let folder = TempDir::new().unwrap();
        for (path, bytes) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        Self(folder)
    }

    fn scan(&self) -> CodeFacts {
        self.scan_with(&LayoutHints::default())
    }

    fn scan_with(&self, layout: &LayoutHints) -> CodeFacts {
        let tree = Tree::read(self.0.path()).unwrap();
        divided(&tree, || scan(&tree, layout))
    }
}

/// Every site, one line each: `module [members] origin condition path:line`.
fn sites(facts: &CodeFacts) -> String {
    let mut text = String::new();
    for import in &facts.imports {
        for site in &import.sites {
            let members = if site.members.is_empty() {
                String::new()
            } else {
                format!(" [{}]", site.members.join(" "))
            };
            let ImportSite {
                path,
                line,
                condition,
                ..
            } = site;
            let origin = import.origin;
            writeln!(
                text,
                "{}{members} {origin:?} {condition:?} {path}:{line}",
                import.module
            )
            .unwrap();
        }
    }
    text
}

/// Checks the condition of each import of a module whose name begins with `m`.
#[track_caller]
fn check_conditions(source: &str, expected: &[(&str, Condition)]) {
    let facts = Files::new(&[("pkg/__init__.py", source)]).scan();
    assert_eq!(facts.problems, []);
    let found: Vec<_> = facts
        .imports
        .iter()
        .filter(|import| import.module.starts_with('m'))
        .flat_map(|import| {
            import
                .sites
                .iter()
                .map(|site| (import.module.as_str(), site.condition))
        })
        .collect();
    assert_eq!(found, expected, "{source}");
}

/// Checks which variables are found, and which of them are required.
#[track_caller]
fn check_env(source: &str, expected: &[(&str, bool)]) {
    let facts = Files::new(&[("pkg/__init__.py", source)]).scan();
    let found: Vec<_> = facts
        .env_vars
        .iter()
        .map(|variable| (variable.name.as_str(), variable.required))
        .collect();
    assert_eq!(found, expected, "{source}");
}

/// Checks whose the modules are that `site` imports.
#[track_caller]
fn check_origins(files: &[(&str, &str)], site: &str, expected: &[(&str, Origin)]) {
    let facts = Files::new(files).scan();
    let found: Vec<_> = facts
        .imports
        .iter()
        .filter(|import| import.sites.iter().any(|found| found.path == site))
        .map(|import| (import.module.as_str(), import.origin))
        .collect();
    assert_eq!(found, expected, "{site}: {}", sites(&facts));
}
