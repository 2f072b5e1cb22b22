//! The folders that imports of the project's own modules start from.

use dhtl_project_model::{Evidence, FileClass, ImportRoot};

use super::LayoutHints;
use super::class::{class_of, is_script_module};
use super::index::{Index, Kind, is_within, split};
use super::origin::Root;
use crate::tree::Tree;

/// Files that make their folder a project.
const MANIFESTS: &[&str] = &["pyproject.toml", "setup.py", "setup.cfg"];

/// The import roots, each with where its modules are visible.
#[derive(Debug, Default)]
pub(super) struct Roots {
    pub(super) roots: Vec<Root>,
    evidence: Vec<Evidence>,
}

impl Roots {
    /// The declared roots, the project's own folder, those of projects within it, and `src` in
    /// each where it holds modules and is none itself.
    pub(super) fn find(tree: &Tree, index: &mut Index<'_>, layout: &LayoutHints) -> Self {
        let mut found = Self::default();
        for root in &layout.package_roots {
            let path = root.value.trim_end_matches('/');
            let path = if path == "." { "" } else { path };
            let scope = scope_of(path, &root.evidence, index);
            found.add(path, scope, root.evidence.clone());
        }
        found.add_project("", "", Evidence::file(".", "project-root"), index);
        index.set_source_roots(found.below_root());
        for file in &tree.files {
            let (folder, name) = split(&file.path);
            if folder.is_empty() || !MANIFESTS.contains(&name) || index.is_package(folder) {
                continue;
            }
            let evidence = Evidence::file(&file.path, "sub-project");
            let scope = scope_of(folder, &evidence, index).to_owned();
            found.add_project(folder, &scope, evidence, index);
        }
        index.set_source_roots(found.below_root());
        found
    }

    fn below_root(&self) -> Vec<String> {
        self.roots
            .iter()
            .map(|root| root.path.clone())
            .filter(|path| !path.is_empty())
            .collect()
    }

    /// What the model tells about them: the roots of the whole project that hold modules.
    pub(super) fn describe(&self, index: &Index<'_>) -> Vec<ImportRoot> {
        self.roots
            .iter()
            .zip(&self.evidence)
            .filter(|(root, _)| root.scope.is_empty())
            .map(|(root, evidence)| ImportRoot {
                path: if root.path.is_empty() {
                    ".".to_owned()
                } else {
                    root.path.clone()
                },
                modules: self.modules(&root.path, index),
                evidence: evidence.clone(),
            })
            .filter(|root| !root.modules.is_empty())
            .collect()
    }

    /// The modules of a root that are part of the project: not another root, not what builds it.
    fn modules(&self, root: &str, index: &Index<'_>) -> Vec<String> {
        let mut modules = index.modules_in(root);
        modules.retain(|name| {
            let path = if root.is_empty() {
                name.clone()
            } else {
                format!("{root}/{name}")
            };
            match index.kind(&path) {
                Some(Kind::Package) => true,
                Some(Kind::Module) => !is_script_module(name),
                Some(Kind::Namespace) | None => {
                    let inside = format!("{path}/__init__.py");
                    !self.roots.iter().any(|other| is_within(&other.path, &path))
                        && (!root.is_empty() || class_of(&inside, index) == FileClass::Package)
                }
            }
        });
        modules
    }

    fn add_project(&mut self, folder: &str, scope: &str, evidence: Evidence, index: &Index<'_>) {
        let source = if folder.is_empty() {
            "src".to_owned()
        } else {
            format!("{folder}/src")
        };
        if index.kind(&source) == Some(Kind::Namespace) {
            self.add(&source, scope, Evidence::file(&source, "src-layout"));
        }
        self.add(folder, scope, evidence);
    }

    fn add(&mut self, path: &str, scope: &str, evidence: Evidence) {
        if let Some(known) = self.roots.iter_mut().find(|root| root.path == path) {
            if scope.len() < known.scope.len() {
                scope.clone_into(&mut known.scope);
            }
            return;
        }
        self.roots.push(Root {
            path: path.to_owned(),
            scope: scope.to_owned(),
        });
        self.evidence.push(evidence);
    }
}

/// Where the modules of a root are visible: everywhere, or only in the folder of its manifest when
/// that is a project within tests, documentation or examples, which is about itself alone.
fn scope_of<'a>(root: &str, evidence: &'a Evidence, index: &Index<'_>) -> &'a str {
    let (folder, _) = split(&evidence.path);
    let class = class_of(&format!("{root}/module.py"), index);
    let is_inner = !matches!(class, FileClass::Package | FileClass::Scripts);
    if is_inner { folder } else { "" }
}
