//! What starts the program that a module of Maven is.

use std::collections::BTreeMap;

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::Stack;

use super::super::super::draft::{self, command};
use super::super::super::inventory::ending;
use super::{Pom, resolved};
use crate::places;
use crate::sources::Sources;

/// Adds what starts the program that a module is.
pub(super) fn add(
    stack: &mut Stack,
    sources: &Sources<'_>,
    pom: &Pom,
    poms: &BTreeMap<String, Pom>,
    program: &str,
) {
    let evidence = Evidence::file(&pom.path, "pom-xml");
    let uses = |name: &str| stack.frameworks.iter().any(|found| found.value == name);
    let is_spring = pom
        .lineage(poms)
        .any(|pom| pom.has_plugin(&["spring-boot-maven-plugin"]));
    let text = |text: &str| resolved(text, pom, poms);
    let name = archive_name(pom, poms);
    let start = if uses("quarkus") || pom.has_plugin(&["quarkus-maven-plugin"]) {
        stack.commands.dev = command(format!("{program} quarkus:dev"), &evidence);
        "java -jar target/quarkus-app/quarkus-run.jar".to_owned()
    } else if pom.packaging == "war" && !is_spring {
        if !pom.packing.has_webapp_runner {
            // It needs a server around it.
            return;
        }
        let archive = name.unwrap_or_else(|| "*".to_owned());
        let port = "--port ${PORT:-8080}";
        format!("java -jar target/dependency/webapp-runner.jar {port} target/{archive}.war")
    } else if let Some(script) = pom.packing.script.as_deref().and_then(text) {
        format!("sh target/appassembler/bin/{script}")
    } else if pom.packing.is_executable(is_spring) {
        let archive = pom.packing.archive(name.as_deref(), &pom.packaging, text);
        format!("java -jar {archive}{}", arguments(stack, sources, pom))
    } else {
        let class = pom.main_class.as_deref().and_then(text);
        let class = class.or_else(|| run_class(sources, pom, poms));
        let Some(class) = class.or_else(|| Some(class_of(&main_file(sources, pom)?))) else {
            return;
        };
        if pom.lineage(poms).all(|pom| pom.dependencies.is_empty()) {
            format!("java -cp target/classes {class}")
        } else {
            format!("{program} -q exec:java -Dexec.mainClass={class}")
        }
    };
    stack.commands.start = command(start, &evidence);
    if is_spring {
        stack.commands.dev = command(format!("{program} spring-boot:run"), &evidence);
    }
}

/// The class in a file of the code: `x.App` of `src/main/java/x/App.java`.
fn class_of(path: &str) -> String {
    let path = path.rsplit_once("src/main/").map_or(path, |(_, path)| path);
    let (_, path) = path.split_once('/').unwrap_or(("", path));
    match path.rsplit_once('.') {
        Some((class, "kt")) => format!("{}Kt", class.replace('/', ".")),
        Some((class, _)) => class.replace('/', "."),
        None => path.to_owned(),
    }
}

/// What is typed behind the archive: Dropwizard wants to be told what to do, and its settings.
fn arguments(stack: &Stack, sources: &Sources<'_>, pom: &Pom) -> String {
    let is_dropwizard = stack
        .frameworks
        .iter()
        .any(|found| found.value == "dropwizard");
    if !is_dropwizard {
        return String::new();
    }
    let names = ["config.yml", "configuration.yml", "config.yaml"];
    let usual = draft::here(sources.tree, &pom.folder, &names);
    let settings = usual.or_else(|| {
        let files = sources.tree.below(&pom.folder).map(|file| &file.path);
        let mut files = files.filter(|path| places::folder(path) == pom.folder);
        files
            .find(|path| ending(path) == "yml" && !places::file_name(path).starts_with('.'))
            .cloned()
    });
    settings.map_or_else(String::new, |path| {
        format!(" server {}", places::file_name(&path))
    })
}

/// The name of what is built, where everything in it is known.
fn archive_name(pom: &Pom, poms: &BTreeMap<String, Pom>) -> Option<String> {
    let given = pom.packing.final_name.as_ref().or(pom.final_name.as_ref());
    if let Some(name) = given {
        return resolved(name, pom, poms);
    }
    let (artifact, _) = pom.artifact.as_ref()?;
    let version = resolved(pom.version.as_ref()?, pom, poms)?;
    Some(format!("{artifact}-{version}"))
}

/// The class that a plugin runs, where it is one of the project.
pub(super) fn run_class(
    sources: &Sources<'_>,
    pom: &Pom,
    poms: &BTreeMap<String, Pom>,
) -> Option<String> {
    let class = resolved(pom.run_class.as_deref()?, pom, poms)?;
    let file = class.strip_suffix("Kt").unwrap_or(&class).replace('.', "/");
    let code = places::inside(&pom.folder, "src/main");
    let mut files = sources.tree.below(&code);
    files
        .any(|one| {
            let (path, _) = one.path.rsplit_once('.').unwrap_or((&one.path, ""));
            path.ends_with(&file)
        })
        .then_some(class)
}

/// The file that starts a program.
pub(super) fn main_file(sources: &Sources<'_>, pom: &Pom) -> Option<String> {
    super::super::main_file(sources, &places::inside(&pom.folder, "src/main"))
}
