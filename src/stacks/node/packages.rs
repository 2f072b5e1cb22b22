//! Every `package.json` of a project, and the workspaces that hold them together.
//!
//! Sources: "workspaces" in the documentation of npm, yarn and bun; `pnpm-workspace.yaml` in that of
//! pnpm; `lerna.json`, `nx.json`, `turbo.json` and `.moon/workspace.yml` in those of these tools.

use std::cell::RefCell;
use std::collections::BTreeMap;

use dhtl_project_model::{Evidence, Problem};
use ignore::gitignore::{Gitignore, GitignoreBuilder};

use super::lock::Lock;
use super::package::Package;
use crate::json::{self, Dialect};
use crate::places;
use crate::sources::Sources;

/// More packages than any repository is built of; those of larger ones are test data.
const MOST: usize = 1000;

/// Every package that is a part of the project, and the workspaces among them.
#[derive(Debug, Default)]
pub(crate) struct Packages {
    /// The packages, ordered by folder.
    pub(crate) list: Vec<Package>,
    /// The workspaces, ordered by folder.
    pub(crate) workspaces: Vec<MemberList>,
    /// Where in the list the package of a name is.
    names: BTreeMap<String, usize>,
    /// Where in the list those are that a package needs, package by package.
    needs: Vec<Vec<usize>>,
    /// The locks that were read, by path: all members of a workspace share one.
    locks: RefCell<BTreeMap<String, Lock>>,
}

/// A folder whose package manager installs the packages of other folders with its own.
#[derive(Debug)]
pub(crate) struct MemberList {
    /// The folder.
    pub(crate) folder: String,
    /// The folders of the members, in order.
    pub(crate) members: Vec<String>,
    /// Who lists them.
    pub(crate) source: ListSource,
    /// Where.
    pub(crate) evidence: Evidence,
}

/// Who lists the members of a workspace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListSource {
    /// `workspaces` of a `package.json`.
    PackageJson,
    /// `pnpm-workspace.yaml`.
    Pnpm,
    /// `packages` of a `lerna.json`, which installs nothing of itself any more.
    Lerna,
}

impl MemberList {
    /// Whether the package in `folder` is a member.
    pub(crate) fn has(&self, folder: &str) -> bool {
        let order = |member: &String| member.as_str().cmp(folder);
        self.members.binary_search_by(order).is_ok()
    }
}

impl Packages {
    /// Those of a project; read once.
    pub(crate) fn of<'s>(sources: &'s Sources<'_>) -> &'s Self {
        sources.node.get_or_init(|| Self::read(sources))
    }

    /// The package in `folder`.
    pub(crate) fn get(&self, folder: &str) -> Option<&Package> {
        self.position(folder).map(|index| &self.list[index])
    }

    /// The workspace that the package in `folder` is a member of.
    pub(crate) fn workspace_of(&self, folder: &str) -> Option<&MemberList> {
        self.workspaces
            .iter()
            .rev()
            .find(|workspace| workspace.has(folder))
    }

    /// The workspace whose root is `folder`.
    pub(crate) fn workspace_at(&self, folder: &str) -> Option<&MemberList> {
        self.workspaces
            .iter()
            .find(|workspace| workspace.folder == folder)
    }

    /// The lock of this path, which is read once.
    pub(super) fn lock(&self, path: &str, read: impl FnOnce() -> Lock) -> Lock {
        if let Some(lock) = self.locks.borrow().get(path) {
            return lock.clone();
        }
        let lock = read();
        let mut locks = self.locks.borrow_mut();
        locks.entry(path.to_owned()).or_insert(lock).clone()
    }

    /// The package of this name.
    pub(crate) fn named(&self, name: &str) -> Option<&Package> {
        self.names.get(name).map(|index| &self.list[*index])
    }

    /// Those of the list that a package of it needs.
    pub(crate) fn needed_by(&self, package: &Package) -> impl Iterator<Item = &Package> {
        let needs = self
            .position(&package.folder)
            .map(|index| &self.needs[index]);
        needs.into_iter().flatten().map(|index| &self.list[*index])
    }

    /// Whether another one of the list needs a package.
    pub(crate) fn is_needed(&self, package: &Package) -> bool {
        let own = self.position(&package.folder);
        own.is_some_and(|own| self.needs.iter().any(|needs| needs.contains(&own)))
    }

    fn position(&self, folder: &str) -> Option<usize> {
        let order = |package: &Package| package.folder.as_str().cmp(folder);
        self.list.binary_search_by(order).ok()
    }

    fn read(sources: &Sources<'_>) -> Self {
        let mut folders: Vec<&str> = sources
            .tree
            .files
            .iter()
            .filter(|file| file.path.ends_with("package.json"))
            .filter(|file| places::file_name(&file.path) == "package.json")
            .map(|file| places::folder(&file.path))
            .collect();
        // The shallowest are the project's own; what a limit cuts off is not.
        folders.sort_by_key(|folder| (depth(folder), *folder));
        if folders.len() > MOST {
            let message = format!(
                "{} packages, of which the first {MOST} are read",
                folders.len()
            );
            sources.report(Problem {
                message,
                evidence: Evidence::file(".", "package-json-limit"),
            });
            folders.truncate(MOST);
        }
        let mut packages = Self::default();
        for folder in folders {
            packages.add(sources, folder);
        }
        packages
            .list
            .sort_by(|left, right| left.folder.cmp(&right.folder));
        packages
            .workspaces
            .sort_by(|left, right| left.folder.cmp(&right.folder));
        packages.link();
        packages
    }

    /// Finds out which of them need each other.
    fn link(&mut self) {
        for (index, package) in self.list.iter().enumerate() {
            if let Some(name) = package.name() {
                self.names.entry(name.value).or_insert(index);
            }
        }
        let needs = self.list.iter().enumerate().map(|(own, package)| {
            let names = package.dependencies().map(|(name, _)| name);
            let found = names.filter_map(|name| self.names.get(name).copied());
            found.filter(|index| *index != own).collect()
        });
        self.needs = needs.collect();
    }

    /// Reads the package in `folder`, where it is a member of a workspace that was read before, or
    /// else a part of the project.
    fn add(&mut self, sources: &Sources<'_>, folder: &str) {
        let path = places::inside(folder, "package.json");
        let is_member = self.workspace_of(folder).is_some();
        let is_left_out = if is_member {
            places::is_foreign_member(&path)
        } else {
            places::is_foreign(&path) || places::is_documentation(&path)
        };
        if is_left_out {
            return;
        }
        let Some(manifest) = json::read(sources, &path, Dialect::Strict) else {
            return;
        };
        let package = Package::new(folder, manifest);
        self.workspaces.extend(member_list(sources, &package));
        self.list.push(package);
    }
}

/// How many folders a folder is below the root.
fn depth(folder: &str) -> usize {
    if folder == "." {
        0
    } else {
        folder.split('/').count()
    }
}

/// The members that the package lists.
fn member_list(sources: &Sources<'_>, package: &Package) -> Option<MemberList> {
    let (patterns, source, evidence) = of_pnpm(sources, &package.folder)
        .or_else(|| of_package(package))
        .or_else(|| of_lerna(sources, &package.folder))?;
    let globs = globs(&patterns)?;
    let own = places::inside(&package.folder, "package.json");
    let mut members: Vec<String> = sources
        .tree
        .below(&package.folder)
        .filter(|file| file.path.ends_with("/package.json") && file.path != own)
        .filter_map(|file| {
            let folder = places::folder(&file.path);
            let relative = places::relative(folder, &package.folder)?;
            globs
                .matched(relative, true)
                .is_ignore()
                .then(|| folder.to_owned())
        })
        .collect();
    members.sort();
    Some(MemberList {
        folder: package.folder.clone(),
        members,
        source,
        evidence,
    })
}

type Patterns = (Vec<String>, ListSource, Evidence);

fn of_package(package: &Package) -> Option<Patterns> {
    let workspaces = package.manifest.get("workspaces")?;
    let listed = workspaces.get("packages").unwrap_or(workspaces);
    let patterns: Vec<String> = texts(&listed.texts());
    (!patterns.is_empty()).then(|| {
        let evidence = package.evidence(workspaces.line, "package-json-workspaces");
        (patterns, ListSource::PackageJson, evidence)
    })
}

fn of_pnpm(sources: &Sources<'_>, folder: &str) -> Option<Patterns> {
    let path = places::inside(folder, "pnpm-workspace.yaml");
    let root = sources.yaml(&path)?;
    let packages = root.get("packages")?;
    let patterns = texts(&packages.texts());
    let evidence = Evidence::at(&path, packages.line, "pnpm-workspace");
    (!patterns.is_empty()).then_some((patterns, ListSource::Pnpm, evidence))
}

fn of_lerna(sources: &Sources<'_>, folder: &str) -> Option<Patterns> {
    let path = places::inside(folder, "lerna.json");
    let root = json::read(sources, &path, Dialect::WithComments)?;
    let packages = root.get("packages")?;
    let patterns = texts(&packages.texts());
    let evidence = Evidence::at(&path, packages.line, "lerna-packages");
    (!patterns.is_empty()).then_some((patterns, ListSource::Lerna, evidence))
}

fn texts(listed: &[(u32, &str)]) -> Vec<String> {
    listed.iter().map(|(_, text)| (*text).to_owned()).collect()
}

/// A longer pattern names nothing: those with braces in each other take stack to be read.
const LONGEST_PATTERN: usize = 1000;

/// The patterns as one: the last that names a folder decides, and one that begins with `!` takes it
/// out. One that is no pattern names nothing.
fn globs(patterns: &[String]) -> Option<Gitignore> {
    let mut builder = GitignoreBuilder::new("");
    for pattern in patterns {
        let (mark, pattern) = match pattern.strip_prefix('!') {
            Some(pattern) => ("!", pattern),
            None => ("", pattern.as_str()),
        };
        let pattern = pattern.trim_start_matches("./").trim_matches('/');
        if !pattern.is_empty() && pattern != "." && pattern.len() <= LONGEST_PATTERN {
            let _ = builder.add_line(None, &format!("{mark}/{pattern}"));
        }
    }
    builder.build().ok()
}
