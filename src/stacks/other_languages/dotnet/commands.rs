//! How a project of .NET is built and started.
//!
//! Sources: `dotnet publish` and "Application publishing" in the documentation of .NET, "Work with
//! Azure Functions Core Tools", "Aspire command-line interface".

use dhtl_project_model::stack::{ProjectType, Stack};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command, found};
use super::super::inventory::Inventory;
use super::project::{Project, Role, Sdk};
use crate::places;
use crate::sources::Sources;

/// Adds the commands of a project.
pub(super) fn add(
    stack: &mut Stack,
    sources: &Sources<'_>,
    project: &Project,
    target: Option<&Found<String>>,
    inventory: &Inventory<'_>,
) {
    let evidence = Evidence::file(&project.path, "dotnet-project");
    let lock = draft::here(sources.tree, &stack.folder, &["packages.lock.json"]);
    let locked = if lock.is_some() { " --locked-mode" } else { "" };
    stack.package_manager = Some(draft::manager("nuget", lock, &evidence));
    if project.role == Role::Framework {
        stack.commands.install = command("nuget restore", &evidence);
        stack.commands.build = command("msbuild -p:Configuration=Release", &evidence);
        return;
    }
    let file = named(&stack.folder, project, inventory);
    let named = file
        .as_ref()
        .map_or_else(String::new, |file| format!(" {file}"));
    let framework = target
        .filter(|_| project.has_targets)
        .map_or_else(String::new, |target| format!(" -f {}", target.value));
    stack.commands.install = command(format!("dotnet restore{named}{locked}"), &evidence);
    let run = file.map_or_else(String::new, |file| format!(" --project {file}"));
    let dev = format!("dotnet run{run}{framework}");
    let is_built = stack.project_type.value == ProjectType::Library
        || matches!(project.role, Role::AppHost | Role::Device);
    if is_built {
        let build = format!("dotnet build{named} --no-restore -c Release");
        stack.commands.build = command(build, &evidence);
        if project.role == Role::AppHost {
            stack.commands.dev = command(dev, &evidence);
        }
        return;
    }
    let publish = format!("dotnet publish{named} --no-restore -c Release -o out{framework}");
    stack.commands.build = command(publish, &evidence);
    if project.role == Role::Function {
        stack.commands.start = command("cd out && func start", &evidence);
        stack.commands.dev = command("func start", &evidence);
        return;
    }
    stack.commands.dev = command(dev, &evidence);
    if project.sdk == Sdk::BlazorWebAssembly {
        let output = places::inside(&stack.folder, "out/wwwroot");
        stack.static_output = Some(found(output, &evidence));
        stack.index_fallback = true;
        return;
    }
    let assembly = project
        .assembly
        .as_deref()
        .unwrap_or_else(|| project.name());
    let start = if project.is_native {
        word(&format!("./out/{assembly}"))
    } else {
        format!("dotnet {}", word(&format!("out/{assembly}.dll")))
    };
    stack.commands.start = command(start, &evidence);
    stack.application = Some(found(assembly.to_owned(), &evidence));
}

/// The file of the project, where its folder holds several, or a solution beside it: commands that name
/// none refuse to choose.
fn named(folder: &str, project: &Project, inventory: &Inventory<'_>) -> Option<String> {
    let files = inventory.dotnet.iter().chain(&inventory.solutions);
    let here = files.filter(|path| places::folder(path) == folder).count();
    (here > 1).then(|| word(places::file_name(&project.path)))
}

/// A word of a command line.
fn word(text: &str) -> String {
    let is_plain = text
        .chars()
        .all(|one| one.is_alphanumeric() || "._-/+".contains(one));
    if is_plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}
