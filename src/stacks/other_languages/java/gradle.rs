//! Gradle: build scripts in Groovy and Kotlin, settings and the wrapper.
//!
//! Sources: the user manual of Gradle ("Toolchains", "Compatibility Matrix", "Application Plugin"),
//! and the manuals of the plugins of Spring Boot, Quarkus, Micronaut and Ktor.

use std::collections::BTreeMap;

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Workspace, WorkspaceTool};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command, found};
use super::super::frameworks::Frameworks;
use super::super::inventory::{Inventory, folders};
use super::frameworks::{FRAMEWORKS, port};
use super::gradle_scripts::{Build, Settings};
use super::statements;
use crate::places;
use crate::sources::Sources;
use crate::versions::Statement;

/// The stacks and workspaces of Gradle.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let mut builds: BTreeMap<String, Build> = BTreeMap::new();
    let mut settings: BTreeMap<String, Settings> = BTreeMap::new();
    for folder in folders(&inventory.gradle) {
        let is_of_build = |part: &str| matches!(part, "buildSrc" | "build-logic" | "gradle");
        if places::is_documentation(&places::inside(folder, "build.gradle"))
            || folder.split('/').any(is_of_build)
        {
            continue;
        }
        for name in ["settings.gradle.kts", "settings.gradle"] {
            let path = places::inside(folder, name);
            if let Some(text) = draft::code(sources, &path) {
                settings.insert(folder.to_owned(), Settings::read(&path, &text));
            }
        }
        for name in ["build.gradle.kts", "build.gradle"] {
            let path = places::inside(folder, name);
            if let Some(text) = draft::code(sources, &path) {
                builds.insert(folder.to_owned(), Build::read(folder, &path, &text));
            }
        }
    }
    let workspaces = settings
        .iter()
        .filter_map(|(folder, settings)| workspace(folder, settings, &builds))
        .collect();
    let stacks = builds
        .values()
        .filter_map(|build| stack(sources, build, &builds, &settings))
        .collect();
    (stacks, workspaces)
}

fn workspace(
    folder: &str,
    settings: &Settings,
    builds: &BTreeMap<String, Build>,
) -> Option<Workspace> {
    let (_, line) = settings.projects.first()?;
    // A project without a script of its own is configured by the root, or lies elsewhere.
    let members = settings.projects.iter().filter_map(|(project, _)| {
        let member = places::join(folder, project)?;
        builds.contains_key(&member).then_some(member)
    });
    let mut members: Vec<String> = members.collect();
    members.sort();
    members.dedup();
    (!members.is_empty()).then(|| Workspace {
        tool: WorkspaceTool::Gradle,
        folder: folder.to_owned(),
        members,
        evidence: Evidence::at(&settings.path, *line, "gradle-include"),
    })
}

/// The settings that hold for a folder, and their folder.
fn settings_of<'s>(
    folder: &str,
    settings: &'s BTreeMap<String, Settings>,
) -> Option<(&'s str, &'s Settings)> {
    let mut around = std::iter::successors(Some(folder), |inner| {
        (*inner != ".").then(|| places::folder(inner))
    });
    around.find_map(|folder| {
        settings
            .get_key_value(folder)
            .map(|(folder, settings)| (folder.as_str(), settings))
    })
}

fn stack(
    sources: &Sources<'_>,
    build: &Build,
    builds: &BTreeMap<String, Build>,
    settings: &BTreeMap<String, Settings>,
) -> Option<Stack> {
    let (top, settings) = settings_of(&build.folder, settings).unzip();
    let top = top.unwrap_or(&build.folder);
    let is_root_of_others =
        build.folder == top && settings.is_some_and(|settings| !settings.projects.is_empty());
    let has_code = sources
        .tree
        .below(&places::inside(&build.folder, "src"))
        .next()
        .is_some();
    if (is_root_of_others && !has_code) || !super::has_code(sources, &build.folder) {
        return None;
    }
    let evidence = Evidence::file(&build.path, "build-gradle");
    let mut frameworks = Frameworks::default();
    for (artifact, line) in &build.dependencies {
        let evidence = Evidence::at(&build.path, *line, "gradle-dependency");
        frameworks.add_package(FRAMEWORKS, artifact, evidence);
    }
    let purpose = draft::with_pages(sources.tree, &build.folder, purpose(build, &frameworks));
    let value = purpose.value;
    let mut stack = Stack::new(build.folder.as_str(), StackKind::Java, evidence, purpose);
    stack.name = name(build, top, settings);
    stack.frameworks = frameworks.names();
    add_version(&mut stack, sources, build, builds.get(top));
    add_commands(&mut stack, sources, build, top);
    if matches!(value, ProjectType::Api | ProjectType::Web) {
        stack.port = port(sources, &build.folder).or_else(|| frameworks.port());
    }
    if let Some((class, line)) = &build.main_class
        && value != ProjectType::Library
    {
        let evidence = Evidence::at(&build.path, *line, "gradle-main-class");
        stack.application = Some(found(class.clone(), &evidence));
    }
    Some(stack)
}

/// The name of the project: what the settings say for the root, or else the folder.
fn name(build: &Build, top: &str, settings: Option<&Settings>) -> Option<Found<String>> {
    if build.folder != top {
        let name = places::file_name(&build.folder).to_owned();
        return Some(found(
            name,
            &Evidence::file(&build.path, "gradle-project-folder"),
        ));
    }
    let settings = settings?;
    let (name, line) = settings.name.as_ref()?;
    let evidence = Evidence::at(&settings.path, *line, "gradle-root-name");
    Some(found(name.clone(), &evidence))
}

fn purpose(build: &Build, frameworks: &Frameworks) -> Found<ProjectType> {
    let plugin = |names: &[&str]| {
        let found = build
            .plugins
            .iter()
            .find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, line)| Evidence::at(&build.path, *line, "gradle-plugin"))
    };
    if let Some(evidence) = plugin(&["com.android.application"]) {
        return found(ProjectType::App, &evidence);
    }
    let runs = plugin(&[
        "application",
        "org.springframework.boot",
        "spring-boot-gradle-plugin",
        "io.quarkus",
        "io.micronaut.application",
        "io.ktor.plugin",
        "com.github.johnrengelman.shadow",
        "com.gradleup.shadow",
        "war",
    ])
    .or_else(|| {
        let (_, line) = build.main_class.as_ref()?;
        Some(Evidence::at(&build.path, *line, "gradle-main-class"))
    })
    .or_else(|| build.main_class_in_manifest());
    match (runs, frameworks.purpose()) {
        (Some(_), Some(decided)) => decided,
        (Some(evidence), None) => found(ProjectType::App, &evidence),
        (None, _) => found(
            ProjectType::Library,
            &Evidence::file(&build.path, "gradle-no-application"),
        ),
    }
}

fn add_version(stack: &mut Stack, sources: &Sources<'_>, build: &Build, top: Option<&Build>) {
    // What the root says to all projects stands in its own script.
    let said = [Some(build), top].into_iter().flatten().find_map(|build| {
        build
            .toolchain
            .clone()
            .or_else(|| build.compatibility.clone())
    });
    let properties = "gradle/wrapper/gradle-wrapper.properties";
    let wrapper = draft::nearest(sources.tree, &build.folder, &[properties])
        .and_then(|path| super::wrapper_version(sources, &path, "gradle-", "gradle-wrapper"));
    let most = wrapper.as_ref().and_then(|wrapper| {
        let mut evidence = wrapper.evidence.clone();
        evidence.rule = statements::TOOL_RULE.into();
        let text = format!("gradle-{}", wrapper.value);
        Some((newest_java(&wrapper.value)?, Statement { text, evidence }))
    });
    stack
        .runtimes
        .push(statements::version(sources, &build.folder, said, most));
    let evidence = Evidence::file(&build.path, "build-gradle");
    let lock = draft::here(sources.tree, &build.folder, &["gradle.lockfile"]);
    let mut manager = draft::manager("gradle", lock, &evidence);
    manager.version = wrapper;
    stack.package_manager = Some(manager);
}

/// The newest Java that a release of Gradle runs on; none where it runs on the default.
///
/// Source: "Compatibility Matrix" in the user manual of Gradle.
fn newest_java(gradle: &str) -> Option<u32> {
    const FIRST: [(u32, u32, u32); 12] = [
        (8, 5, 21),
        (8, 3, 20),
        (7, 6, 19),
        (7, 5, 18),
        (7, 3, 17),
        (7, 0, 16),
        (6, 7, 15),
        (6, 3, 14),
        (6, 0, 13),
        (5, 4, 12),
        (5, 0, 11),
        (0, 0, 8),
    ];
    let mut parts = gradle.split(['.', '-']);
    let major: u32 = parts.next()?.parse().ok()?;
    let minor: u32 = parts
        .next()
        .and_then(|minor| minor.parse().ok())
        .unwrap_or(0);
    let row = FIRST
        .iter()
        .find(|(first, second, _)| (major, minor) >= (*first, *second));
    row.map(|(_, _, java)| *java).filter(|java| *java < 21)
}

fn add_commands(stack: &mut Stack, sources: &Sources<'_>, build: &Build, top: &str) {
    let evidence = Evidence::file(&build.path, "build-gradle");
    let wrapper = draft::nearest(sources.tree, &build.folder, &["gradlew"]);
    let program = super::wrapper_command(wrapper.as_deref(), &build.folder, "gradlew", "gradle");
    stack.commands.test = command(format!("{program} test"), &evidence);
    let is_library = stack.project_type.value == ProjectType::Library;
    if build.has_plugin(&["com.android.application"]) {
        stack.commands.build = command(format!("{program} assembleRelease"), &evidence);
        return;
    }
    let name = stack.name.as_ref().map(|name| name.value.clone());
    let name = name.or_else(|| {
        // The root is called like its folder, which is not known where that is the whole project.
        (build.folder != top).then(|| places::file_name(&build.folder).to_owned())
    });
    let archive = match (&name, &build.version) {
        (Some(name), Some(version)) => format!("build/libs/{name}-{version}.jar"),
        _ => "$(ls build/libs/*.jar | grep -v plain)".to_owned(),
    };
    let (task, start, dev) = if is_library {
        ("assemble", None, None)
    } else if build.has_plugin(&["io.quarkus"]) {
        let start = "java -jar build/quarkus-app/quarkus-run.jar".to_owned();
        ("quarkusBuild", Some(start), Some("quarkusDev"))
    } else if build.has_plugin(&["org.springframework.boot", "spring-boot-gradle-plugin"]) {
        (
            "bootJar",
            Some(format!("java -jar {archive}")),
            Some("bootRun"),
        )
    } else if build.has_plugin(&["io.ktor.plugin"]) {
        let start = "java -jar build/libs/*-all.jar".to_owned();
        ("buildFatJar", Some(start), Some("run"))
    } else if build.has_plugin(&["com.github.johnrengelman.shadow", "com.gradleup.shadow"]) {
        let start = "java -jar build/libs/*-all.jar".to_owned();
        ("shadowJar", Some(start), Some("run"))
    } else if build.has_plugin(&["application", "io.micronaut.application"])
        && build.main_class.is_some()
    {
        let name = name.unwrap_or_else(|| "*".to_owned());
        let start = format!("build/install/{name}/bin/{name}");
        ("installDist", Some(start), Some("run"))
    } else {
        let runs = build.main_class.is_some() || build.main_class_in_manifest().is_some();
        (
            "assemble",
            runs.then(|| format!("java -jar {archive}")),
            None,
        )
    };
    stack.commands.build = command(format!("{program} {task}"), &evidence);
    stack.commands.start = start.and_then(|start| command(start, &evidence));
    stack.commands.dev = dev.and_then(|task| command(format!("{program} {task}"), &evidence));
}
