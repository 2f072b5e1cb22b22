//! The modules of a project, and the workspace that holds them together.

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::stack::{Workspace, WorkspaceTool};
use dhtl_project_model::{Evidence, Problem};

use super::super::built::Built;
use super::super::draft;
use super::super::inventory::{Inventory, folders};
use super::manifest::Manifest;
use crate::places;
use crate::sources::Sources;

/// A module: a folder with a `go.mod`, or with code that is older than modules.
#[derive(Debug)]
pub(super) struct Module<'t> {
    /// Its folder.
    pub(super) folder: &'t str,
    /// Its `go.mod`; none in code without modules.
    pub(super) path: Option<String>,
    /// What stands in it.
    pub(super) manifest: Manifest,
    /// The code by folder, without tests and without that of modules within.
    pub(super) files: BTreeMap<&'t str, Vec<&'t str>>,
    /// What its Dockerfile builds and starts.
    pub(super) docker: Built,
    /// What `GoReleaser` makes of it.
    pub(super) release: Built,
}

impl Module<'_> {
    /// The path that its packages are imported by.
    pub(super) fn name(&self) -> Option<&str> {
        let module = self.manifest.module.as_ref()?;
        Some(module.text.as_str())
    }

    /// The folder of what is handed to `go build` in the folder of the module: a folder, a file or
    /// the path of a package.
    pub(super) fn folder_of(&self, package: &str) -> Option<String> {
        let own = self.name().and_then(|name| {
            let inner = package.strip_prefix(name)?;
            (inner.is_empty() || inner.starts_with('/')).then(|| inner.trim_start_matches('/'))
        });
        let folder = places::join(self.folder, own.unwrap_or(package))?;
        Some(
            if std::path::Path::new(&folder)
                .extension()
                .is_some_and(|ending| ending == "go")
            {
                places::folder(&folder).to_owned()
            } else {
                folder
            },
        )
    }

    /// The last part of that path which is no version: `caddy` of `example.test/caddy/v2`.
    pub(super) fn short_name(&self) -> Option<&str> {
        let is_version = |part: &str| {
            part.strip_prefix('v')
                .is_some_and(|number| number.parse::<u32>().is_ok())
        };
        self.name()?.rsplit('/').find(|part| !is_version(part))
    }
}

/// A `go.work`.
#[derive(Debug)]
pub(super) struct Work {
    /// Its folder.
    pub(super) folder: String,
    /// Its path.
    pub(super) path: String,
    /// What stands in it.
    pub(super) manifest: Manifest,
    /// The folders of its modules.
    pub(super) members: Vec<String>,
}

impl Work {
    /// The workspace, as it is reported.
    pub(super) fn workspace(&self) -> Workspace {
        let line = self.manifest.uses.first().map_or(1, |first| first.line);
        Workspace {
            tool: WorkspaceTool::Go,
            folder: self.folder.clone(),
            members: self.members.clone(),
            evidence: Evidence::at(&self.path, line, "go-work-use"),
        }
    }
}

/// The `go.work` files of a project.
pub(super) fn works(sources: &Sources<'_>, inventory: &Inventory<'_>) -> Vec<Work> {
    let works = inventory.go_work.iter().filter_map(|path| {
        let manifest = read(sources, path)?;
        let folder = places::folder(path);
        let members = manifest.uses.iter().filter_map(|used| {
            let member = places::join(folder, &used.text)?;
            if sources.tree.contains(&places::inside(&member, "go.mod")) {
                return Some(member);
            }
            sources.report(Problem {
                message: format!("`{}` has no `go.mod`", used.text),
                evidence: Evidence::at(*path, used.line, "go-work-use"),
            });
            None
        });
        let mut members: Vec<String> = members.collect();
        members.sort();
        members.dedup();
        Some(Work {
            folder: folder.to_owned(),
            path: (*path).to_owned(),
            manifest,
            members,
        })
    });
    works.collect()
}

/// The modules of a project, without those that only hold its tools.
pub(super) fn modules<'t>(
    sources: &Sources<'_>,
    inventory: &Inventory<'t>,
    works: &[Work],
) -> Vec<Module<'t>> {
    let all = folders(&inventory.go_mod);
    let mut modules: Vec<Module<'t>> = Vec::new();
    for folder in &all {
        let path = places::inside(folder, "go.mod");
        let is_member = works
            .iter()
            .any(|work| work.members.iter().any(|member| member == folder));
        if *folder != "." && !is_member && (is_auxiliary(folder) || places::is_documentation(&path))
        {
            continue;
        }
        if let Some(manifest) = read(sources, &path) {
            modules.push(Module {
                folder,
                path: Some(path),
                manifest,
                files: BTreeMap::new(),
                docker: Built::of_docker(sources, folder),
                release: Built::of_release(sources, folder),
            });
        }
    }
    let has_root_code = inventory.go.iter().any(|path| places::folder(path) == ".");
    let has_commands = inventory.go.iter().any(|path| path.starts_with("cmd/"));
    if all.is_empty() && (has_root_code || has_commands) {
        modules.push(Module {
            folder: ".",
            path: None,
            manifest: Manifest::default(),
            files: BTreeMap::new(),
            docker: Built::of_docker(sources, "."),
            release: Built::default(),
        });
    }
    distribute(&inventory.go, &all, &mut modules);
    for module in &mut modules {
        add_released(&inventory.foreign_go, module);
    }
    modules
}

/// Adds the code of what is released although its folder is one of examples.
fn add_released<'t>(files: &[&'t str], module: &mut Module<'t>) {
    let packages = module.release.packages.iter();
    let folders: Vec<String> = packages
        .filter_map(|package| module.folder_of(&package.value))
        .filter(|folder| !module.files.contains_key(folder.as_str()))
        .collect();
    for path in files {
        let folder = places::folder(path);
        if folders.iter().any(|released| released == folder) {
            module.files.entry(folder).or_default().push(path);
        }
    }
}

/// Gives every file to the module in the nearest folder around it.
fn distribute<'t>(files: &[&'t str], folders: &[&str], modules: &mut [Module<'t>]) {
    let folders: BTreeSet<&str> = folders.iter().copied().collect();
    let indices: BTreeMap<&str, usize> = modules
        .iter()
        .enumerate()
        .map(|(index, module)| (module.folder, index))
        .collect();
    // Files of one folder follow each other.
    let mut last: Option<(&str, Option<usize>)> = None;
    for path in files {
        let folder = places::folder(path);
        let owner = match last {
            Some((known, owner)) if known == folder => owner,
            _ => {
                let mut around = std::iter::successors(Some(folder), |inner| {
                    (*inner != ".").then(|| places::folder(inner))
                });
                let nearest = around.find(|folder| folders.contains(folder));
                indices.get(nearest.unwrap_or(".")).copied()
            }
        };
        last = Some((folder, owner));
        if let Some(module) = owner.and_then(|owner| modules.get_mut(owner)) {
            module.files.entry(folder).or_default().push(path);
        }
    }
}

/// Whether a folder holds what helps to build a project.
pub(super) fn is_auxiliary(folder: &str) -> bool {
    const NAMES: [&str; 17] = [
        "_tools",
        "build",
        "ci",
        "codegen",
        "contrib",
        "dev",
        "gen",
        "generate",
        "generator",
        "hack",
        "mage",
        "magefiles",
        "release",
        "script",
        "scripts",
        "tool",
        "tools",
    ];
    folder
        .split('/')
        .any(|part| NAMES.binary_search(&part).is_ok())
}

fn read(sources: &Sources<'_>, path: &str) -> Option<Manifest> {
    /// More lines that are none than anybody wants to be told of.
    const MOST: usize = 3;
    let manifest = Manifest::parse(&draft::code(sources, path)?);
    for line in manifest.invalid.iter().take(MOST) {
        sources.report(Problem {
            message: "no line of the Go Modules Reference".to_owned(),
            evidence: Evidence::at(path, *line, "go-mod-syntax"),
        });
    }
    let is_work = path.ends_with("go.work");
    if !is_work && manifest.module.is_none() {
        sources.report(Problem {
            message: "names no `module`, so that nothing can be built with it".to_owned(),
            evidence: Evidence::at(path, 1, "go-mod-module"),
        });
        return None;
    }
    Some(manifest)
}
