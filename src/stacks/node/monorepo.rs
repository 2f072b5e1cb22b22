//! What holds several packages together, and how one of them is built with what it needs of the others.
//!
//! Sources: "Filtering" in the documentation of pnpm, "Run" in that of Turborepo and of Nx,
//! `.moon/workspace.yml` in that of moon.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{Workspace, WorkspaceTool};

use super::lock::Manager;
use super::manager::{self, Installer, is_plain};
use super::package::Package;
use super::packages::{ListSource, MemberList, Packages};
use super::scripts;
use crate::places;
use crate::sources::Sources;

/// The workspaces of a project: those of package managers, and the tools that run tasks in them.
pub(super) fn workspaces(sources: &Sources<'_>, packages: &Packages) -> Vec<Workspace> {
    let mut found = Vec::new();
    for list in packages
        .workspaces
        .iter()
        .filter(|list| !list.members.is_empty())
    {
        let root = packages.get(&list.folder);
        found.push(Workspace {
            tool: tool(sources, list, root),
            folder: list.folder.clone(),
            members: list.members.clone(),
            evidence: list.evidence.clone(),
        });
        for (name, tool, rule) in [
            ("turbo.json", WorkspaceTool::Turborepo, "turbo-json"),
            ("turbo.jsonc", WorkspaceTool::Turborepo, "turbo-json"),
            ("nx.json", WorkspaceTool::Nx, "nx-json"),
            ("lerna.json", WorkspaceTool::Lerna, "lerna-json"),
        ] {
            let path = places::inside(&list.folder, name);
            if sources.tree.contains(&path) && list.source != ListSource::Lerna {
                found.push(Workspace {
                    tool,
                    folder: list.folder.clone(),
                    members: list.members.clone(),
                    evidence: Evidence::file(path, rule),
                });
            }
        }
    }
    found.extend(moon(sources));
    found
}

fn tool(sources: &Sources<'_>, list: &MemberList, root: Option<&Package>) -> WorkspaceTool {
    match list.source {
        ListSource::Pnpm => return WorkspaceTool::Pnpm,
        ListSource::Lerna => return WorkspaceTool::Lerna,
        ListSource::PackageJson => {}
    }
    match root.map(|root| manager::manager_of(sources, root)) {
        Some(Manager::Yarn) => WorkspaceTool::Yarn,
        Some(Manager::Bun) => WorkspaceTool::Bun,
        Some(Manager::Pnpm) => WorkspaceTool::Pnpm,
        Some(Manager::Npm) | None => WorkspaceTool::Npm,
    }
}

/// `projects` of `.moon/workspace.yml`: names and folders, or patterns.
fn moon(sources: &Sources<'_>) -> Option<Workspace> {
    let path = ".moon/workspace.yml";
    let root = sources.yaml(path)?;
    let projects = root.get("projects")?;
    let named = projects.get("sources").unwrap_or(projects);
    let mut members: Vec<String> = named
        .entries()
        .filter_map(|(_, folder)| places::join(".", folder.text()?))
        .collect();
    let patterns = projects.get("globs").unwrap_or(projects).texts();
    for (_, pattern) in patterns {
        // Only whole levels are understood: `apps/*`.
        let Some(folder) = pattern.strip_suffix("/*") else {
            members.extend(places::join(".", pattern));
            continue;
        };
        let below = sources.tree.below(folder).filter_map(|file| {
            let (name, _) = places::relative(&file.path, folder)?.split_once('/')?;
            Some(places::inside(folder, name))
        });
        members.extend(below);
    }
    members.sort();
    members.dedup();
    Some(Workspace {
        tool: WorkspaceTool::Moon,
        folder: ".".to_owned(),
        members,
        evidence: Evidence::at(path, projects.line, "moon-workspace"),
    })
}

/// What builds a member with what it needs of the other members; `own` builds the package alone.
pub(super) fn build(
    sources: &Sources<'_>,
    packages: &Packages,
    package: &Package,
    installer: &Installer,
    own: String,
) -> String {
    let Some(list) = packages.workspace_of(&package.folder) else {
        return own;
    };
    let script = scripts::build(package);
    let has = |name: &str| sources.tree.contains(&places::inside(&list.folder, name));
    let name = package.name().map(|name| name.value);
    let name = name.filter(|name| is_plain(name));
    if let (Some(script), Some(name)) = (script, &name) {
        if has("turbo.json") || has("turbo.jsonc") {
            return installer.root_program(&format!("turbo run {script} --filter={name}"));
        }
        if has("nx.json") {
            return installer.root_program(&format!("nx run {name}:{script}"));
        }
    }
    let mut needed = Vec::new();
    collect(packages, package, list, &mut needed);
    let needed: Vec<(&Package, &str)> = needed
        .into_iter()
        .filter_map(|package| Some((package, scripts::build(package)?)))
        .collect();
    if needed.is_empty() {
        return own;
    }
    if let (Manager::Pnpm, Some(script), Some(member)) =
        (installer.manager, script, installer.member())
    {
        return format!("pnpm --filter {member}... run {script}");
    }
    let builds = needed
        .iter()
        .filter_map(|(package, script)| installer.run_in(package, script));
    builds.chain([own]).collect::<Vec<_>>().join(" && ")
}

/// The members that a package needs, each behind those that it needs itself.
fn collect<'p>(
    packages: &'p Packages,
    package: &Package,
    list: &MemberList,
    needed: &mut Vec<&'p Package>,
) {
    // Members can need each other in a circle; nobody has so many of them.
    if needed.len() > 200 {
        return;
    }
    for other in packages.needed_by(package) {
        let is_new =
            list.has(&other.folder) && !needed.iter().any(|one| one.folder == other.folder);
        if is_new {
            let place = needed.len();
            needed.push(other);
            collect(packages, other, list, needed);
            // What it needs itself was put behind it.
            needed[place..].rotate_left(1);
        }
    }
}
