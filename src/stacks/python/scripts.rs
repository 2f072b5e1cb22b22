//! The commands that a project puts on the path when it is installed.
//!
//! Sources: "Entry points specification" of the packaging user guide; the manuals of setuptools,
//! poetry and flit.

use dhtl_detection::formats::toml::Node;
use dhtl_project_model::{Evidence, Found};

use super::modules::is_installable;
use super::parts::Part;
use super::reading::Code;
use super::syntax::Module;
use crate::places;

/// A command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Script {
    /// What is typed.
    pub(super) name: String,
    /// `module:function`; empty where it is a file.
    pub(super) target: String,
    /// Where it is declared.
    pub(super) evidence: Evidence,
}

impl Script {
    /// The module that it calls.
    pub(super) fn module(&self) -> &str {
        self.target
            .split([':', '['])
            .next()
            .unwrap_or_default()
            .trim()
    }
}

/// Tables of scripts in a `pyproject.toml`.
const TABLES: [&[&str]; 4] = [
    &["project", "scripts"],
    &["tool", "poetry", "scripts"],
    &["tool", "flit", "scripts"],
    &["project", "gui-scripts"],
];

/// The scripts of a part. A project that cannot be installed has none.
pub(super) fn of(part: &Part<'_>, code: &Code) -> Vec<Script> {
    if !is_installable(part) {
        return Vec::new();
    }
    let mut scripts = of_pyproject(part);
    if scripts.is_empty() {
        scripts = of_setup_cfg(part);
    }
    if scripts.is_empty()
        && let Some(setup) = setup_py(part, code)
    {
        scripts = of_setup_py(setup);
    }
    scripts
}

/// What `setup.py` says.
pub(super) fn setup_py<'c>(part: &Part<'_>, code: &'c Code) -> Option<&'c Module> {
    code.module(&places::inside(&part.folder, "setup.py"))
}

fn of_pyproject(part: &Part<'_>) -> Vec<Script> {
    let Some(file) = &part.pyproject else {
        return Vec::new();
    };
    let tables = TABLES.iter().filter_map(|keys| file.get(keys));
    tables
        .flat_map(Node::entries)
        .map(|(name, node)| Script {
            name: name.to_owned(),
            target: target_of(node).unwrap_or_default().to_owned(),
            evidence: node.evidence("python-scripts"),
        })
        .collect()
}

/// Poetry takes a table as well: `{ reference = "shop.cli:main", type = "console" }`.
fn target_of(node: Node<'_>) -> Option<&str> {
    node.as_str()
        .or_else(|| node.get("reference")?.as_str())
        .or_else(|| node.get("callable")?.as_str())
}

fn of_setup_cfg(part: &Part<'_>) -> Vec<Script> {
    let Some(file) = &part.setup_cfg else {
        return Vec::new();
    };
    let entry = file.entry("options.entry_points", "console_scripts");
    let lines = entry.iter().flat_map(|entry| &entry.value);
    lines
        .filter_map(|(line, text)| script(text, Evidence::at(&file.path, *line, "python-scripts")))
        .collect()
}

fn of_setup_py(setup: &Module) -> Vec<Script> {
    let lines = setup.setup.scripts.iter();
    lines
        .filter_map(|(line, text)| script(text, Evidence::at(&setup.path, *line, "python-scripts")))
        .collect()
}

/// `shop = shop.cli:main`.
fn script(text: &str, evidence: Evidence) -> Option<Script> {
    let (name, target) = text.split_once('=')?;
    let name = name.trim();
    let is_name = !name.is_empty() && !name.contains(char::is_whitespace);
    is_name.then(|| Script {
        name: name.to_owned(),
        target: target.trim().to_owned(),
        evidence,
    })
}

/// The script that starts a part: one that says so, the one of its own name, or the only one.
pub(super) fn chosen<'s>(
    part: &Part<'_>,
    code: &Code,
    scripts: &'s [Script],
) -> Option<&'s Script> {
    let plain = |text: &str| text.to_lowercase().replace('_', "-");
    let name = distribution(part, code)
        .map(|found| found.value)
        .unwrap_or_default();
    let start = scripts
        .iter()
        .find(|script| matches!(script.name.as_str(), "start" | "serve"));
    let of_name = || {
        let exact = scripts.iter().find(|script| script.name == name);
        exact.or_else(|| {
            let mut scripts = scripts.iter();
            scripts.find(|script| plain(&script.name) == plain(&name))
        })
    };
    let only = || (scripts.len() == 1).then(|| scripts.first()).flatten();
    start.or_else(of_name).or_else(only)
}

/// The name that a part is distributed by.
pub(super) fn distribution(part: &Part<'_>, code: &Code) -> Option<Found<String>> {
    let of_pyproject = || {
        let file = part.pyproject.as_ref()?;
        let node = file
            .get(&["project", "name"])
            .or_else(|| file.get(&["tool", "poetry", "name"]))?;
        Some(Found {
            value: node.as_str()?.to_owned(),
            evidence: node.evidence("project-name"),
        })
    };
    let of_setup_cfg = || {
        let file = part.setup_cfg.as_ref()?;
        let entry = file.entry("metadata", "name")?;
        Some(Found {
            value: entry.single()?.to_owned(),
            evidence: Evidence::at(&file.path, entry.line, "project-name"),
        })
    };
    let of_setup_py = || {
        let setup = setup_py(part, code)?;
        let (line, name) = setup.setup.name.as_ref()?;
        Some(Found {
            value: name.clone(),
            evidence: Evidence::at(&setup.path, *line, "project-name"),
        })
    };
    of_pyproject().or_else(of_setup_cfg).or_else(of_setup_py)
}
