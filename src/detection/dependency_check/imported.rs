//! The rules for what is imported: it must be declared, and for the part that imports it.

use std::collections::BTreeMap;

use dhtl_project_model::{Condition, DistributionName, Evidence, FileClass};

use super::callers;
use super::consumers::extras_of;
use super::elsewhere::is_for_elsewhere;
use super::finding::{Finding, FindingKind, Part};
use super::hosts::Plugins;
use super::inline_script;
use super::inventory::Entry;
use super::remedy;
use super::scene::Scene;
use super::usage::{Need, deciding_name};
use crate::code::undeclared::name_of;
use crate::imports_table::{
    distribution_for, is_never_named, known_prefix, providers_of, top_level,
};

/// The imports that nothing declares, and those of the project's packages that are declared for
/// development only.
///
/// Only what has to be there counts: no import whose failure is handled, none for type checkers,
/// for another platform or for another Python.
pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let plugins = Plugins::new(scene.python);
    let mut drafts: BTreeMap<Key, Draft> = BTreeMap::new();
    for need in &scene.usage.needs {
        let Some((key, declarations)) = judge(scene, &plugins, need) else {
            continue;
        };
        let draft = drafts.entry(key).or_insert_with(|| Draft {
            module: deciding_name(&need.module).to_owned(),
            part: Part::Development,
            evidence: Vec::new(),
            declarations,
        });
        draft.part = draft.part.min(scene.part_of(need.site));
        let rule = "import";
        draft
            .evidence
            .push(Evidence::at(&need.site.path, need.site.line, rule));
    }
    drafts
        .into_iter()
        .map(|(key, draft)| draft.finish(key, scene))
        .collect()
}

/// What findings are gathered by.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    kind: FindingKind,
    /// The distribution, or else the module.
    name: String,
    project: String,
    is_known: bool,
}

/// A finding whose evidence is still coming in.
#[derive(Debug)]
struct Draft {
    module: String,
    part: Part,
    evidence: Vec<Evidence>,
    declarations: Vec<Evidence>,
}

impl Draft {
    fn finish(mut self, key: Key, scene: &Scene<'_>) -> Finding {
        self.evidence.sort();
        self.evidence.dedup();
        let distribution = key.is_known.then(|| DistributionName::new(&key.name));
        let remedy = match (key.kind, &distribution) {
            (FindingKind::Misplaced, Some(name)) => {
                remedy::move_to_runtime(scene, &key.project, name)
            }
            (_, Some(name)) => remedy::add(scene, &key.project, name, self.part),
            (_, None) => remedy::find_out(&self.module),
        };
        Finding {
            kind: key.kind,
            distribution,
            module: Some(self.module),
            project: key.project,
            needed_by: Some(self.part),
            evidence: self.evidence,
            declarations: self.declarations,
            remedy,
        }
    }
}

/// What is wrong with `need`, and where what it needs is declared.
fn judge(scene: &Scene<'_>, plugins: &Plugins, need: &Need<'_>) -> Option<(Key, Vec<Evidence>)> {
    let site = need.site;
    if site.condition >= Condition::Guarded
        || is_vendored(&site.path)
        || scene.usage.is_optional(need)
    {
        return None;
    }
    let folder = scene.inventory.project_of(&site.path);
    if !scene.is_read(folder) {
        return None;
    }
    let is_development = scene.part_of(site) == Part::Development;
    let providers = scene.inventory.providers(&need.module);
    let visible: Vec<&Entry<'_>> = providers
        .iter()
        .filter_map(|name| scene.inventory.entries.get(*name))
        .flatten()
        .filter(|entry| scene.is_visible(entry, folder, is_development))
        .collect();
    let key = |kind, name: &str, is_known| Key {
        kind,
        name: name.to_owned(),
        project: folder.to_owned(),
        is_known,
    };
    if let Some(first) = visible.first() {
        let fits = is_development
            || !scene.is_installable(folder)
            || site.condition != Condition::Always
            || visible.iter().any(|entry| entry.role.serves_runtime())
            || plugins.is_plugin(&site.path, &need.module);
        if fits {
            return None;
        }
        // What may be a fork excuses what imports it, but is no declaration to move.
        if !scene.inventory.is_guess(&need.module, &providers) {
            let name = name_of(first.requirement)?;
            let declarations = visible.iter();
            let declarations = declarations.map(|entry| entry.requirement.evidence.clone());
            let key = key(FindingKind::Misplaced, name.as_str(), true);
            return Some((key, declarations.collect()));
        }
    }
    let name = undeclared_name(scene, plugins, need, is_development)?;
    // Looking at the text is what costs, so it comes last.
    let is_known = known_prefix(&need.module).is_some();
    (!is_explained_by_text(scene, need))
        .then(|| (key(FindingKind::Undeclared, &name, is_known), Vec::new()))
}

/// Whether the text around the import says that it is for elsewhere, that its absence is handled, or
/// what provides it.
fn is_explained_by_text(scene: &Scene<'_>, need: &Need<'_>) -> bool {
    let site = need.site;
    let is_elsewhere = site.condition == Condition::Conditional
        && is_for_elsewhere(scene.tree, &site.path, site.line);
    is_elsewhere
        || scene.tree.text(&site.path).is_ok_and(|text| {
            let is_handled =
                site.condition != Condition::Always && callers::handle_absence(&text, site.line);
            is_handled || {
                let declared = inline_script::declared_in(&site.path, &text);
                let mut providers = providers_of(&need.module);
                providers.push(DistributionName::new(top_level(&need.module)));
                declared.iter().any(|name| providers.contains(name))
            }
        })
}

/// Whether the file at `path` was written by others, who have their own idea of what is optional.
fn is_vendored(path: &str) -> bool {
    path.split('/').rev().skip(1).any(|folder| {
        matches!(
            folder,
            "_vendor"
                | "vendor"
                | "_vendored"
                | "vendored"
                | "third_party"
                | "_third_party"
                | "thirdparty"
                | "3rdparty"
                | "extern"
                | "_extern"
                | "externals"
        )
    })
}

/// The name `need` is reported under, unless it is none that can be declared.
fn undeclared_name(
    scene: &Scene<'_>,
    plugins: &Plugins,
    need: &Need<'_>,
    is_development: bool,
) -> Option<String> {
    if !is_development && plugins.is_plugin(&need.site.path, &need.module) {
        return None;
    }
    match distribution_for(&need.module) {
        Some(name) if scene.inventory.own.contains(&name) => None,
        Some(name) if is_asked_for_as_extra(scene, &name) => None,
        Some(_) if is_written_for_tests(scene, need) => None,
        Some(name) if is_development && scene.is_brought_by_hatch(&name) => None,
        Some(name) => Some(name.to_string()),
        None if is_never_named(&need.module) => None,
        None if is_found_in_tree(scene, top_level(&need.module)) => None,
        None if is_written_by_test(scene, need) => None,
        None if is_meant_to_be_missing(top_level(&need.module)) => None,
        None => Some(deciding_name(&need.module).to_owned()),
    }
}

/// Whether the project has a file or folder of this name: its own code, on a path set elsewhere.
fn is_found_in_tree(scene: &Scene<'_>, name: &str) -> bool {
    scene.tree.files.iter().any(|file| {
        let mut parts = file.path.split('/').rev();
        let is_module = parts.next().is_some_and(|last| {
            last.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with('.'))
        });
        is_module || parts.any(|part| part == name)
    })
}

/// Whether tests have a module of this name to import, in a folder that is no package: one that they
/// put on the path.
fn is_written_for_tests(scene: &Scene<'_>, need: &Need<'_>) -> bool {
    let name = top_level(&need.module);
    need.site.class == FileClass::Tests
        && scene.tree.files.iter().any(|file| {
            let place = file
                .path
                .strip_suffix("/__init__.py")
                .or_else(|| file.path.strip_suffix(".py"))
                .and_then(|stem| stem.strip_suffix(name))
                .and_then(|folder| folder.strip_suffix('/'));
            place.is_some_and(|folder| {
                let mut names = folder.split('/');
                names.any(|name| matches!(name, "test" | "tests"))
                    && !scene.tree.contains(&format!("{folder}/__init__.py"))
            })
        })
}

/// Whether the name says that there is no such module, as tests of failing imports need one.
fn is_meant_to_be_missing(name: &str) -> bool {
    const SIGNS: [&str; 8] = [
        "doesnotexist",
        "doesntexist",
        "dontexist",
        "notexist",
        "nonexist",
        "nosuch",
        "notinstalled",
        "missingmodule",
    ];
    let name = name.to_ascii_lowercase().replace('_', "");
    SIGNS.iter().any(|sign| name.contains(sign))
}

/// Whether the test that imports the module makes it: its name stands in a string of the file, such
/// as `tmp_path / "name.py"`.
fn is_written_by_test(scene: &Scene<'_>, need: &Need<'_>) -> bool {
    let name = top_level(&need.module);
    need.site.class == FileClass::Tests
        && scene.tree.text(&need.site.path).is_ok_and(|text| {
            ['"', '\'', '/']
                .iter()
                .any(|before| text.contains(&format!("{before}{name}")))
        })
}

/// Whether some requirement asks for an extra of this name: `celery[redis]` for `redis`.
fn is_asked_for_as_extra(scene: &Scene<'_>, name: &DistributionName) -> bool {
    let entries = scene.inventory.entries.values().flatten();
    entries
        .flat_map(|entry| extras_of(&entry.requirement.text))
        .any(|extra| extra == *name)
}
