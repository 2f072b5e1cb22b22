//! Everything that the rules look at.

use std::collections::HashSet;

use dhtl_project_model::{
    DeclarationFormat, DistributionName, FileClass, ImportSite, Project, PythonProject,
};

use super::consumers::Consumers;
use super::finding::Part;
use super::inventory::{Entry, Inventory, is_within};
use super::lists::Lists;
use super::position::class_within;
use super::shipping::Shipping;
use super::usage::Usage;
use crate::paths;
use crate::tree::Tree;

/// A project, seen from its declarations and from its imports.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// The files.
    pub(super) tree: &'a Tree,
    /// Its Python side.
    pub(super) python: &'a PythonProject,
    /// Which lists count.
    pub(super) lists: &'a Lists,
    /// What is declared.
    pub(super) inventory: Inventory<'a>,
    /// What is imported.
    pub(super) usage: Usage<'a>,
    /// The folders of projects whose declarations could not all be read.
    unread: HashSet<&'a str>,
    /// The folders of projects that are built and installed somewhere.
    installable: HashSet<&'a str>,
    /// What they ship.
    shipping: Shipping,
    /// Which of them use another one around them.
    consumers: Consumers,
}

impl<'a> Scene<'a> {
    /// Brings both sides of `project` together.
    pub(super) fn new(
        tree: &'a Tree,
        project: &'a Project,
        python: &'a PythonProject,
        lists: &'a Lists,
    ) -> Self {
        let inventory = Inventory::new(project, python, &lists.declarations);
        let usage = Usage::new(python, &inventory);
        let unread = project
            .problems
            .iter()
            .filter(|problem| hides_declarations(&problem.evidence.path, &problem.evidence.rule))
            .map(|problem| inventory.project_of(&problem.evidence.path))
            .collect();
        let installable = installable(tree, python, lists, &inventory);
        let mut names: Vec<(&str, &str)> = python
            .sub_projects
            .iter()
            .filter_map(|one| Some((one.path.as_str(), one.name.as_deref()?)))
            .collect();
        names.push((".", &project.name.value));
        let shipping = Shipping::new(tree, python, &inventory, &names);
        let consumers = Consumers::new(&inventory, &names);
        Self {
            tree,
            python,
            lists,
            inventory,
            usage,
            unread,
            installable,
            shipping,
            consumers,
        }
    }

    /// Whether all that the project in `folder` and those around it declare is known.
    pub(super) fn is_read(&self, folder: &str) -> bool {
        !self.unread.iter().any(|unread| is_within(folder, unread))
    }

    /// Whether the project in `folder` is installed somewhere, so that what is declared for
    /// development is not there for everybody.
    pub(super) fn is_installable(&self, folder: &str) -> bool {
        self.installable.contains(folder)
    }

    /// The part of its project that `site` stands in.
    pub(super) fn part_of(&self, site: &ImportSite) -> Part {
        let folder = self.inventory.project_of(&site.path);
        self.shipping.part_of(folder, site, self.class_of(site))
    }

    /// The class that `site` has within its project.
    pub(super) fn class_of(&self, site: &ImportSite) -> FileClass {
        class_within(self.inventory.project_of(&site.path), site)
    }

    /// Whether `name` is in the environment that `hatch test` makes, and the project uses it.
    ///
    /// Source: "Test environment" in the documentation of hatch.
    pub(super) fn is_brought_by_hatch(&self, name: &DistributionName) -> bool {
        const BROUGHT: [&str; 6] = [
            "coverage",
            "pytest",
            "pytest-mock",
            "pytest-randomly",
            "pytest-rerunfailures",
            "pytest-xdist",
        ];
        let says = |path: &str, what: &[&str]| {
            self.tree.contains(path)
                && self
                    .tree
                    .text(path)
                    .is_ok_and(|text| what.iter().any(|what| text.contains(what)))
        };
        BROUGHT.contains(&name.as_str())
            && (says("pyproject.toml", &["hatch-test", "hatch test"])
                || says("hatch.toml", &["hatch-test"])
                || self
                    .tree
                    .below(".github/workflows")
                    .any(|file| says(&file.path, &["hatch test", "hatch-test"])))
    }

    /// Whether `entry` is there for code of the project in `folder`: its own declarations and those
    /// of the projects around it are, and for loose code of the root everybody's. What an example
    /// lists is for the example, and what a dependency lists for its own is not declared by that.
    pub(super) fn is_visible(&self, entry: &Entry<'_>, folder: &str, is_development: bool) -> bool {
        if !is_development {
            if self.consumers.only_bring_along(entry, folder) {
                return false;
            }
            if entry.project != folder && is_in_example(&entry.declaration.path)
                || entry.project == "." && is_in_example(&entry.declaration.path)
            {
                return !self.is_installable(folder);
            }
        }
        is_within(folder, entry.project)
            || folder == "." && (is_development || !self.is_installable("."))
    }
}

fn is_in_example(path: &str) -> bool {
    paths::ancestors(path)
        .map(paths::file_name)
        .any(|name| matches!(name, "example" | "examples" | "demo" | "demos" | "samples"))
}

/// The folders of projects with something that builds them. A `[project]` alone is how an
/// application lists what it needs.
fn installable<'a>(
    tree: &Tree,
    python: &'a PythonProject,
    lists: &Lists,
    inventory: &Inventory<'_>,
) -> HashSet<&'a str> {
    let is_built = |folder: &str| {
        let has_file =
            |name: &str| paths::join(folder, name).is_some_and(|path| tree.contains(&path));
        has_file("setup.py")
            || has_file("setup.cfg")
            || lists.declarations.iter().any(|one| {
                matches!(
                    one.format,
                    DeclarationFormat::BuildSystem
                        | DeclarationFormat::Poetry
                        | DeclarationFormat::Flit
                ) && inventory.project_of(&one.path) == folder
            })
    };
    let below = python.sub_projects.iter().map(|one| one.path.as_str());
    let root = python.installable.is_some().then_some(".");
    below
        .chain(root)
        .filter(|folder| is_built(folder))
        .collect()
}

/// Whether a problem means that declarations may be missing from the inventory.
pub(super) fn hides_declarations(path: &str, rule: &str) -> bool {
    match paths::file_name(path) {
        "setup.py" => matches!(rule, "setup-py" | "python-syntax" | "readable-file"),
        "pyproject.toml" | "Pipfile" | "hatch.toml" => {
            matches!(rule, "toml-syntax" | "readable-file" | "pep621-dynamic")
        }
        "setup.cfg" => rule != "tox-deps",
        _ => false,
    }
}
