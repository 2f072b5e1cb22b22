//! .NET: projects, solutions and the SDK that builds them.
//!
//! Sources: "`MSBuild` reference for .NET SDK projects", "Target frameworks", "global.json overview"
//! and "Default listening port" in the documentation of .NET.

mod commands;
mod ports;
mod project;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashSet};

use dhtl_project_model::stack::{
    ProjectType, Runtime, RuntimeVersion, Stack, StackKind, Workspace, WorkspaceTool,
};
use dhtl_project_model::{Evidence, Found};

use self::project::{Project, Role, Sdk};
use super::draft::{self, found};
use super::frameworks::{Framework, Frameworks, framework};
use super::inventory::{Inventory, ending};
use super::xml;
use crate::json::{self, Dialect};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("Giraffe", "giraffe", ProjectType::Api, None),
    framework("Saturn", "saturn", ProjectType::Web, None),
    framework("FastEndpoints", "fastendpoints", ProjectType::Api, None),
    framework("Carter", "carter", ProjectType::Api, None),
    framework(
        "HotChocolate.AspNetCore",
        "hot-chocolate",
        ProjectType::Api,
        None,
    ),
    framework("Grpc.AspNetCore", "grpc", ProjectType::Api, None),
    framework("Yarp.ReverseProxy", "yarp", ProjectType::Api, None),
    framework(
        "OrchardCore.Application.Cms.Targets",
        "orchard",
        ProjectType::Web,
        None,
    ),
    framework("Umbraco.Cms", "umbraco", ProjectType::Web, None),
    framework("Discord.Net", "discord.net", ProjectType::Bot, None),
    framework("Telegram.Bot", "telegram.bot", ProjectType::Bot, None),
    framework("Avalonia", "avalonia", ProjectType::App, None),
    framework(
        "System.CommandLine",
        "system.commandline",
        ProjectType::Cli,
        None,
    ),
    framework(
        "Spectre.Console.Cli",
        "spectre.console",
        ProjectType::Cli,
        None,
    ),
    framework(
        "CommandLineParser",
        "commandlineparser",
        ProjectType::Cli,
        None,
    ),
    framework("Argu", "argu", ProjectType::Cli, None),
];

const ASP_NET: Framework = framework(
    "Microsoft.NET.Sdk.Web",
    "asp.net-core",
    ProjectType::Api,
    None,
);

/// The stacks and workspaces of .NET.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let mut stacks: Vec<Stack> = Vec::new();
    let mut shared: BTreeMap<String, Option<Found<String>>> = BTreeMap::new();
    let paths = inventory.dotnet.iter();
    let paths = paths.filter(|path| !places::is_documentation(path));
    let projects: Vec<Project> = paths
        .filter_map(|path| Project::read(sources, path))
        .collect();
    // Pages that a server hands out to the browser are a part of that server.
    let served: HashSet<&str> = projects
        .iter()
        .filter(|project| project.sdk == Sdk::Web)
        .flat_map(|project| project.references.iter().map(String::as_str))
        .collect();
    for project in &projects {
        let folder = places::folder(&project.path);
        // Two projects of one folder are variants of one.
        if project.role == Role::Development || stacks.iter().any(|stack| stack.folder == folder) {
            continue;
        }
        let mut stack = Stack::new(
            folder,
            StackKind::Dotnet,
            Evidence::file(&project.path, "dotnet-project"),
            purpose(sources, folder, project, &frameworks(project)),
        );
        if served.contains(project.path.as_str()) && project.sdk == Sdk::BlazorWebAssembly {
            let evidence = Evidence::file(&project.path, "blazor-served");
            stack.project_type = found(ProjectType::Library, &evidence);
        }
        let target = project
            .target
            .clone()
            .or_else(|| inherited(sources, folder, &mut shared));
        complete(&mut stack, sources, project, target.as_ref());
        commands::add(&mut stack, sources, project, target.as_ref(), inventory);
        stacks.push(stack);
    }
    let workspaces = inventory
        .solutions
        .iter()
        .filter_map(|path| workspace(sources, path));
    (stacks, workspaces.collect())
}

fn frameworks(project: &Project) -> Frameworks {
    let mut frameworks = Frameworks::default();
    if project.sdk == Sdk::Web {
        let evidence = Evidence::at(&project.path, 1, "dotnet-sdk-web");
        frameworks.add(ASP_NET, evidence);
    }
    for (package, line) in &project.packages {
        let evidence = Evidence::at(&project.path, *line, "dotnet-package");
        frameworks.add_package(FRAMEWORKS, package, evidence);
    }
    frameworks
}

/// Adds what is known of a project besides its commands.
fn complete(
    stack: &mut Stack,
    sources: &Sources<'_>,
    project: &Project,
    target: Option<&Found<String>>,
) {
    let evidence = stack.evidence.clone();
    stack.name = Some(found(project.name().to_owned(), &evidence));
    stack.frameworks = frameworks(project).names();
    if project.role == Role::Framework {
        // It runs on what Windows brings.
        return;
    }
    let version = version(sources, &stack.folder, target);
    if matches!(
        stack.project_type.value,
        ProjectType::Api | ProjectType::Web
    ) {
        let said = ports::of(sources, &stack.folder);
        let port = said.unwrap_or_else(|| found(port(&version), &version.version.evidence));
        stack.port = Some(port);
    }
    stack.runtimes.push(version);
}

/// What it is, as its SDK, its output and its packages say.
fn purpose(
    sources: &Sources<'_>,
    folder: &str,
    project: &Project,
    frameworks: &Frameworks,
) -> Found<ProjectType> {
    let evidence = |rule| {
        Evidence::at(
            &project.path,
            project.output.as_ref().map_or(1, |(_, line)| *line),
            rule,
        )
    };
    let sdk = |value| found(value, &Evidence::at(&project.path, 1, "dotnet-sdk"));
    let role = |value| found(value, &Evidence::file(&project.path, "dotnet-role"));
    match project.role {
        Role::AppHost | Role::Device => return role(ProjectType::App),
        Role::Function => return role(ProjectType::Worker),
        _ => {}
    }
    match project.sdk {
        Sdk::Web
            if project
                .output
                .as_ref()
                .is_some_and(|(output, _)| output == "Library") =>
        {
            return found(ProjectType::Library, &evidence("dotnet-output-type"));
        }
        Sdk::Web => {
            return web(
                sources,
                folder,
                frameworks.purpose(),
                &sdk(ProjectType::Api),
            );
        }
        Sdk::BlazorWebAssembly => return sdk(ProjectType::Static),
        Sdk::Worker => return sdk(ProjectType::Worker),
        Sdk::Razor => return sdk(ProjectType::Library),
        Sdk::Other => {}
    }
    let is_program = project.output.as_ref().is_some_and(|(output, _)| {
        output.eq_ignore_ascii_case("exe") || output.eq_ignore_ascii_case("winexe")
    });
    if !is_program {
        return found(
            ProjectType::Library,
            &Evidence::file(&project.path, "dotnet-no-program"),
        );
    }
    frameworks
        .purpose()
        .unwrap_or_else(|| found(ProjectType::App, &evidence("dotnet-output-type")))
}

/// A service, or pages where it has views, Razor pages or components.
fn web(
    sources: &Sources<'_>,
    folder: &str,
    decided: Option<Found<ProjectType>>,
    sdk: &Found<ProjectType>,
) -> Found<ProjectType> {
    let pages = sources
        .tree
        .below(folder)
        .find(|file| matches!(ending(&file.path), "cshtml" | "razor"));
    match pages {
        Some(file) => found(ProjectType::Web, &Evidence::file(&file.path, "razor-page")),
        None => decided.unwrap_or_else(|| sdk.clone()),
    }
}

/// The target framework that the nearest `Directory.Build.props` sets for all projects below it, or
/// else the nearest `Directory.Packages.props`.
fn inherited(
    sources: &Sources<'_>,
    folder: &str,
    shared: &mut BTreeMap<String, Option<Found<String>>>,
) -> Option<Found<String>> {
    ["Directory.Build.props", "Directory.Packages.props"]
        .iter()
        .find_map(|name| {
            let path = draft::nearest(sources.tree, folder, &[name])?;
            let read = || {
                xml::with_root(sources, &path, |root| {
                    project::target(root, &path, "dotnet-shared-properties")
                })
            };
            shared.entry(path.clone()).or_insert_with(read).clone()
        })
}

/// The version: the framework that the code is built for, or else the SDK that builds it.
fn version(sources: &Sources<'_>, folder: &str, target: Option<&Found<String>>) -> RuntimeVersion {
    let of_target = target.and_then(|target| {
        Some(Statement {
            text: project::release(&target.value)?,
            evidence: target.evidence.clone(),
        })
    });
    let sdk = draft::nearest(sources.tree, folder, &["global.json"]).and_then(|path| {
        let root = json::read(sources, &path, Dialect::WithComments)?;
        let node = root.descend(&["sdk", "version"])?;
        Some(Statement {
            text: node.text()?.to_owned(),
            evidence: Evidence::at(&path, node.line, "global-json-sdk"),
        })
    });
    let mut statements: Vec<Statement> = of_target.into_iter().collect();
    // A newer SDK builds for older frameworks; an older one does not build for newer ones.
    let is_newer = |sdk: &Statement| {
        let major = |text: &str| {
            text.split('.')
                .next()
                .and_then(|major| major.parse::<u32>().ok())
        };
        statements
            .first()
            .is_some_and(|target| major(&sdk.text) >= major(&target.text))
    };
    let sdk = sdk.filter(|sdk| !is_newer(sdk));
    statements.extend(sdk);
    if statements.is_empty() {
        statements = versions::of_tool_files(sources, folder, Runtime::Dotnet);
    }
    versions::resolve(sources, Runtime::Dotnet, statements)
}

/// Since .NET 8 the images of .NET listen on 8080; before, Kestrel listens on 5000 where nothing
/// else is said.
fn port(version: &RuntimeVersion) -> u16 {
    let major = version.version.value.split('.').next();
    match major.and_then(|major| major.parse::<u32>().ok()) {
        Some(major) if major < 8 => 5000,
        _ => 8080,
    }
}

/// The projects of a solution.
fn workspace(sources: &Sources<'_>, path: &str) -> Option<Workspace> {
    let folder = places::folder(path);
    let mut line_of_first = 1;
    let mut paths: Vec<String> = Vec::new();
    if ending(path) == "slnx" {
        paths = xml::with_root(sources, path, |root| {
            let projects = root
                .anywhere("Project")
                .filter_map(|one| one.attribute("Path"));
            Some(projects.map(str::to_owned).collect())
        })?;
    } else {
        let text = sources.text(path)?;
        for (line, content) in (1..).zip(text.lines()) {
            // `Project("{…}") = "Name", "src\Name\Name.csproj", "{…}"`.
            if content.starts_with("Project(")
                && let Some(listed) = content.split('"').nth(5)
            {
                if paths.is_empty() {
                    line_of_first = line;
                }
                paths.push(listed.to_owned());
            }
        }
    }
    let members = paths.iter().filter_map(|listed| {
        let listed = places::join(folder, listed)?;
        let is_there = sources.tree.contains(&listed);
        is_there.then(|| places::folder(&listed).to_owned())
    });
    let mut members: Vec<String> = members.collect();
    members.sort();
    members.dedup();
    (members.len() > 1).then(|| Workspace {
        tool: WorkspaceTool::Dotnet,
        folder: folder.to_owned(),
        members,
        evidence: Evidence::at(path, line_of_first, "dotnet-solution"),
    })
}
