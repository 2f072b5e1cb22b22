//! Which files are installed with a project, as far as its files tell.

use std::collections::{BTreeSet, HashMap, HashSet};

use dhtl_project_model::{DistributionName, FileClass, ImportSite, Origin, PythonProject};

use super::finding::Part;
use super::inventory::{Inventory, is_within};
use crate::imports_table::top_level;
use crate::paths;
use crate::tree::Tree;

/// The packages that each project ships, where that can be told.
///
/// A folder of examples or test support is often a package like any other. Where a project has a
/// package of its own name, only that one counts, with what it imports and what the build is told
/// about.
#[derive(Debug, Default)]
pub(super) struct Shipping {
    /// Folders and modules without extension, by the folder of the project; none for a project
    /// that may ship anything.
    shipped: HashMap<String, BTreeSet<String>>,
    /// The folders that are called like the project, by the folder of the project.
    namesakes: HashMap<String, [String; 2]>,
}

impl Shipping {
    /// Reads what `python` says about its projects, of which `own_names` are the names.
    pub(super) fn new(
        tree: &Tree,
        python: &PythonProject,
        inventory: &Inventory<'_>,
        own_names: &[(&str, &str)],
    ) -> Self {
        let mut shipping = Self::default();
        for (folder, name) in own_names {
            let module = name.replace(['-', '.'], "_");
            let places = [module.clone(), format!("src/{module}")];
            let places = places.map(|place| paths::join(folder, &place).unwrap_or(place));
            shipping.namesakes.insert((*folder).to_owned(), places);
            let modules = modules(python, inventory, folder);
            let name = DistributionName::new(name);
            let is_named = |module: &&(String, String)| {
                let normal = DistributionName::new(&module.0);
                normal == name || normal.as_str() == name.as_str().trim_start_matches("python-")
            };
            let named: Vec<&(String, String)> = modules.iter().filter(is_named).collect();
            if named.is_empty() {
                continue;
            }
            let manifest = manifest_text(tree, folder);
            let told = modules
                .iter()
                .filter(|(module, _)| names(&manifest, module));
            let mut shipped: HashSet<&str> = named.into_iter().chain(told).map(key).collect();
            close(python, &modules, &mut shipped);
            let paths = modules
                .iter()
                .filter(|module| shipped.contains(module.0.as_str()))
                .map(|(_, path)| path.clone());
            shipping
                .shipped
                .insert((*folder).to_owned(), paths.collect());
        }
        shipping
    }

    /// The part of the project in `folder` that the file of `site`, which is of `class` there,
    /// belongs to.
    pub(super) fn part_of(&self, folder: &str, site: &ImportSite, class: FileClass) -> Part {
        // A package that is shared with others does not look like one.
        let is_namesake = || {
            let places = self.namesakes.get(folder).into_iter().flatten();
            class == FileClass::Scripts
                && places.into_iter().any(|place| is_within(&site.path, place))
        };
        if is_namesake() {
            return Part::Runtime;
        }
        if class != FileClass::Package {
            return Part::Development;
        }
        let is_shipped = self.shipped.get(folder).is_none_or(|shipped| {
            shipped.iter().any(|path| {
                is_within(&site.path, path)
                    || site
                        .path
                        .strip_suffix(".py")
                        .is_some_and(|stem| stem == path)
            })
        });
        if is_shipped {
            Part::Runtime
        } else {
            Part::Development
        }
    }
}

fn key(module: &(String, String)) -> &str {
    &module.0
}

/// The top-level modules of the project in `folder`, each with its path without extension.
fn modules(
    python: &PythonProject,
    inventory: &Inventory<'_>,
    folder: &str,
) -> Vec<(String, String)> {
    let roots = python
        .import_roots
        .iter()
        .filter(|root| inventory.project_of(&format!("{}/x", root.path)) == folder);
    roots
        .flat_map(|root| {
            root.modules.iter().map(|module| {
                let path = paths::join(&root.path, module).unwrap_or_else(|| module.clone());
                (module.clone(), path)
            })
        })
        .collect()
}

/// Adds the modules that those of `shipped` import.
fn close<'m>(
    python: &PythonProject,
    modules: &'m [(String, String)],
    shipped: &mut HashSet<&'m str>,
) {
    let own = python
        .imports
        .iter()
        .filter(|import| import.origin == Origin::Own);
    let edges: Vec<(&str, &ImportSite)> = own
        .flat_map(|import| {
            let name = top_level(&import.module);
            import.sites.iter().map(move |site| (name, site))
        })
        .filter(|(_, site)| site.class == FileClass::Package)
        .collect();
    loop {
        let before = shipped.len();
        for (module, path) in modules {
            let is_imported = edges.iter().any(|(name, site)| {
                name == module
                    && !is_within(&site.path, path)
                    && modules.iter().any(|(other, path)| {
                        shipped.contains(other.as_str()) && is_within(&site.path, path)
                    })
            });
            if is_imported {
                shipped.insert(module);
            }
        }
        if shipped.len() == before {
            return;
        }
    }
}

/// What the manifests in `folder` tell the build, without the settings of other tools.
fn manifest_text(tree: &Tree, folder: &str) -> String {
    let mut text = String::new();
    for name in ["setup.py", "setup.cfg", "pyproject.toml"] {
        let path = paths::join(folder, name).unwrap_or_else(|| name.to_owned());
        if !tree.contains(&path) {
            continue;
        }
        let read = tree.text(&path).unwrap_or_default();
        if name == "setup.py" {
            text.push_str(&without_exclusions(&read));
            continue;
        }
        let mut is_about_build = false;
        for line in without_exclusions(&read).lines() {
            if line.starts_with('[') {
                is_about_build = [
                    "script",
                    "entry",
                    "tool.poetry]",
                    "tool.setuptools",
                    "wheel",
                    "tool.flit",
                    "tool.poetry.packages",
                    "options",
                    "build-backend",
                    "maturin",
                ]
                .iter()
                .any(|word| line.contains(word));
            } else if is_about_build {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    text
}

/// `text` without what follows an `exclude`, up to the end of the list.
fn without_exclusions(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("exclude") {
        kept.push_str(&rest[..start]);
        rest = &rest[start..];
        let line_end = rest.find('\n').unwrap_or(rest.len());
        let end = if rest[..line_end].contains(['[', '(', '{']) {
            rest.find([']', ')', '}']).map_or(rest.len(), |end| end + 1)
        } else {
            // In an INI file the list is what is indented below.
            let below = rest[line_end..].split_inclusive('\n').skip(1);
            let list = below.take_while(|line| line.starts_with([' ', '\t']));
            let newline = usize::from(line_end < rest.len());
            line_end + newline + list.map(str::len).sum::<usize>()
        };
        rest = &rest[end.min(rest.len())..];
    }
    kept.push_str(rest);
    kept
}

/// Whether `text` names `module`, or something in it.
fn names(text: &str, module: &str) -> bool {
    text.match_indices(module).any(|(start, _)| {
        let before = text[..start].chars().next_back();
        let after = text[start + module.len()..].chars().next();
        matches!(
            before,
            None | Some('"' | '\'' | ' ' | '=' | '\n' | '\t' | '/')
        ) && matches!(after, None | Some('"' | '\'' | '.' | ':' | '\n' | '*'))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_excluded_is_not_named() {
        let cfg = "[options.packages.find]\nexclude =\n    tests*\n    testing*\n[options]\npackages = shop\n";
        let kept = without_exclusions(cfg);
        assert!(!names(&kept, "testing"), "{kept}");
        assert!(names(&kept, "shop"), "{kept}");
        let py = "setup(packages=find_packages(exclude=['tests', 'demo']) + ['extra'])";
        let kept = without_exclusions(py);
        assert!(!names(&kept, "demo") && names(&kept, "extra"), "{kept}");
    }

    #[test]
    fn a_name_ends_where_a_word_does() {
        assert!(names("x = shop.cli:main", "shop"));
        assert!(!names("workshop.cli", "shop"));
        assert!(!names("'shopping'", "shop"));
    }

    proptest! {
        #[test]
        fn leaving_out_never_panics(text in "(exclude|[\\[\\](){}= \n]|[aé]){0,20}") {
            prop_assert!(without_exclusions(&text).len() <= text.len());
        }
    }
}
