//! What the build configuration says about where the project's own modules are.

use dhtl_project_model::{Evidence, Found};

use crate::code::LayoutHints;
use crate::formats::ini::IniFile;
use crate::formats::toml::{Node, TomlFile};
use crate::manifests::Manifests;
use crate::setup_py::SetupPy;
use crate::tree::Tree;
use crate::{metadata, paths};

/// The import roots and the names that the manifests of the project and of its sub-projects
/// declare, ordered by path; the root itself and plain `src` folders go without saying.
pub(crate) fn hints(manifests: &Manifests<'_>) -> LayoutHints {
    let mut hints = LayoutHints::default();
    for (folder, manifest) in metadata::project_folders(manifests) {
        let name = metadata::declared_name(manifests, &folder);
        hints.own_names.extend(name.map(|found| found.value));
        if folder != "." {
            let evidence = Evidence::file(manifest, "sub-project-root");
            let has_src = manifests
                .tree
                .below(&format!("{folder}/src"))
                .next()
                .is_some();
            let root = if has_src { "src" } else { "." };
            add_existing(manifests.tree, &mut hints, &folder, root, evidence);
        }
    }
    for file in &manifests.pyprojects {
        read_pyproject(manifests.tree, file, &mut hints);
    }
    for file in &manifests.setup_cfgs {
        read_setup_cfg(manifests.tree, file, &mut hints);
    }
    for file in &manifests.setup_pys {
        read_setup_py(manifests.tree, file, &mut hints);
    }
    hints
        .package_roots
        .sort_by(|left, right| left.value.cmp(&right.value));
    hints
        .package_roots
        .dedup_by(|later, earlier| later.value == earlier.value);
    hints.own_names.sort_unstable();
    hints.own_names.dedup();
    hints
}

/// What the text under a key is.
#[derive(Clone, Copy)]
enum Names {
    /// The import root itself.
    Root,
    /// A package or module, whose folder is the root.
    Package,
}

/// Where the tables of build backends name import roots; each backend's documentation is the
/// source.
const KEYS: [(&[&str], Names, &str); 11] = [
    (
        &["tool", "setuptools", "package-dir", ""],
        Names::Root,
        "setuptools-package-dir",
    ),
    (
        &["tool", "setuptools", "packages", "find", "where"],
        Names::Root,
        "setuptools-find-where",
    ),
    (
        &["tool", "hatch", "build", "sources"],
        Names::Root,
        "hatch-sources",
    ),
    (
        &["tool", "hatch", "build", "targets", "wheel", "sources"],
        Names::Root,
        "hatch-sources",
    ),
    (
        &["tool", "hatch", "build", "packages"],
        Names::Package,
        "hatch-packages",
    ),
    (
        &["tool", "hatch", "build", "targets", "wheel", "packages"],
        Names::Package,
        "hatch-packages",
    ),
    (
        &["tool", "pdm", "build", "package-dir"],
        Names::Root,
        "pdm-package-dir",
    ),
    (
        &["tool", "pdm", "package-dir"],
        Names::Root,
        "pdm-package-dir",
    ),
    (
        &["tool", "uv", "build-backend", "module-root"],
        Names::Root,
        "uv-module-root",
    ),
    (
        &["tool", "maturin", "python-source"],
        Names::Root,
        "maturin-python-source",
    ),
    (
        &["tool", "scikit-build", "wheel", "packages"],
        Names::Package,
        "scikit-build-packages",
    ),
];

fn read_pyproject(tree: &Tree, file: &TomlFile, hints: &mut LayoutHints) {
    let folder = paths::folder(&file.path);
    for (keys, names, rule) in KEYS {
        for (text, node) in file.get(keys).map(Node::texts).unwrap_or_default() {
            let root = match names {
                Names::Root => text,
                Names::Package => paths::folder(text.trim_end_matches('/')),
            };
            add_existing(tree, hints, folder, root, node.evidence(rule));
        }
    }
    let packages = file.get(&["tool", "poetry", "packages"]);
    for node in packages.map(Node::elements).unwrap_or_default() {
        let from = node.get("from").and_then(Node::as_str);
        let include = node.get("include").and_then(Node::as_str);
        // Without `from` the package is beside the manifest.
        if let Some(root) = from.or(include.map(|_| ".")) {
            add_existing(tree, hints, folder, root, node.evidence("poetry-packages"));
        }
    }
    let modules = [
        &["tool", "flit", "module", "name"][..],
        &["tool", "flit", "metadata", "module"],
    ];
    for node in modules.into_iter().filter_map(|keys| file.get(keys)) {
        if let Some(name) = node.as_str() {
            // flit looks beside the manifest first, then in `src`.
            let name = name.replace('.', "/");
            let is_in = |root: &str| {
                let base = paths::join(folder, root);
                let base = base.and_then(|base| paths::join(&base, &name));
                base.is_some_and(|base| {
                    tree.contains(&format!("{base}.py")) || tree.below(&base).next().is_some()
                })
            };
            if let Some(root) = [".", "src"].into_iter().find(|root| is_in(root)) {
                add_existing(tree, hints, folder, root, node.evidence("flit-module"));
            }
        }
    }
}

fn read_setup_cfg(tree: &Tree, file: &IniFile, hints: &mut LayoutHints) {
    let folder = paths::folder(&file.path);
    if let Some(entry) = file.entry("options", "package_dir") {
        for (line, text) in entry.items() {
            // `= src` is the root; `name = folder` places a single package.
            if let Some(root) = text.strip_prefix('=') {
                let evidence = Evidence::at(&file.path, line, "setup-cfg-package-dir");
                add_existing(tree, hints, folder, root.trim(), evidence);
            }
        }
    }
    if let Some(entry) = file.entry("options.packages.find", "where") {
        for (line, text) in entry.items() {
            let evidence = Evidence::at(&file.path, line, "setup-cfg-find-where");
            add_existing(tree, hints, folder, text, evidence);
        }
    }
}

fn read_setup_py(tree: &Tree, file: &SetupPy, hints: &mut LayoutHints) {
    let folder = paths::folder(&file.path);
    for Found { value, evidence } in &file.package_roots {
        add_existing(tree, hints, folder, value, evidence.clone());
    }
}

/// Adds a folder that holds something; what a manifest names and nobody has is no root.
fn add_existing(
    tree: &Tree,
    hints: &mut LayoutHints,
    folder: &str,
    relative: &str,
    evidence: Evidence,
) {
    let Some(root) = paths::join(folder, relative) else {
        return;
    };
    if tree.below(&root).next().is_some() {
        hints.package_roots.push(Found {
            value: root,
            evidence,
        });
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(files: &[(&str, &str)], roots: &[&str], names: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let tree = Tree::read(folder.path()).unwrap();
        let hints = hints(&Manifests::read(&tree));
        let found: Vec<_> = hints
            .package_roots
            .iter()
            .map(|root| format!("{} {}", root.value, root.evidence))
            .collect();
        assert_eq!(found, roots);
        assert_eq!(hints.own_names, names);
    }

    #[test]
    fn every_backend_is_understood() {
        let pyproject = "\
[project]
name = 'x'
[tool.setuptools.packages.find]
where = ['a', 'missing']
[tool.hatch.build.targets.wheel]
packages = ['b/x']
[[tool.poetry.packages]]
include = 'x'
from = 'c'
[tool.flit.module]
name = 'd'
";
        check(
            &[
                ("pyproject.toml", pyproject),
                ("a/x.py", ""),
                ("b/x/y.py", ""),
                ("c/x.py", ""),
                ("src/d/__init__.py", ""),
            ],
            &[
                "a pyproject.toml:4 (setuptools-find-where)",
                "b pyproject.toml:6 (hatch-packages)",
                "c pyproject.toml:7 (poetry-packages)",
                "src pyproject.toml:11 (flit-module)",
            ],
            &["x"],
        );
    }

    #[test]
    fn setup_files_and_sub_projects_are_understood() {
        let cfg = "\
[metadata]
name = y
[options]
package_dir =
    = lib
[options.packages.find]
where = lib
";
        let py = "from setuptools import *\nsetup(name='z', package_dir={'': 'python'})\n";
        check(
            &[
                ("setup.cfg", cfg),
                ("lib/y.py", ""),
                ("sub/setup.py", py),
                ("sub/python/z.py", ""),
            ],
            &[
                "lib setup.cfg:5 (setup-cfg-package-dir)",
                "sub sub/setup.py (sub-project-root)",
                "sub/python sub/setup.py:2 (setup-py-package-dir)",
            ],
            &["y", "z"],
        );
    }
}
