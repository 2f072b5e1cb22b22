//! Gradle: build scripts in Groovy and Kotlin, settings and the wrapper.
//!
//! Sources: the user manual of Gradle ("Toolchains", "Compatibility Matrix", "Application Plugin"),
//! and the manuals of the plugins of Spring Boot, Quarkus, Micronaut and Ktor.

use std::collections::BTreeMap;

use dhtl_project_model::stack::{ProjectType, Stack, StackKind, Workspace, WorkspaceTool};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, found};
use super::super::frameworks::Frameworks;
use super::super::inventory::{Inventory, folders};
use super::frameworks::{self, port};
use super::gradle_catalog::Catalog;
use super::gradle_scripts::{Build, COMPOSE_DESKTOP, Settings};
use super::{gradle_commands, statements};
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
    let mut scripts = Scripts::new(sources, inventory);
    for folder in folders(&inventory.gradle) {
        let is_of_build = |part: &str| {
            let is_plugin = part.starts_with("build-") && part.contains("logic");
            is_plugin || matches!(part, "buildSrc" | "build-plugins" | "gradle")
        };
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
            if let Some(build) = scripts.build(folder, &path) {
                builds.insert(folder.to_owned(), build);
            }
        }
    }
    let members: Vec<(String, String)> = builds
        .keys()
        .filter_map(|folder| Some((folder.clone(), settings_of(folder, &settings)?.0.to_owned())))
        .filter(|(folder, top)| folder != top)
        .collect();
    for (folder, top) in members {
        let shared = builds.get(&top).and_then(|build| build.shared.clone());
        if let Some((build, shared)) = builds.get_mut(&folder).zip(shared) {
            build.take_over(&shared);
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

/// The scripts of builds, with what they take over from others.
struct Scripts<'s> {
    sources: &'s Sources<'s>,
    inventory: &'s Inventory<'s>,
    catalogs: BTreeMap<Option<String>, Catalog>,
}

impl<'s> Scripts<'s> {
    fn new(sources: &'s Sources<'s>, inventory: &'s Inventory<'s>) -> Self {
        Self {
            sources,
            inventory,
            catalogs: BTreeMap::new(),
        }
    }

    /// What the script at `path` says, and those that it applies: files it names, and plugins that the
    /// project makes for itself.
    fn build(&mut self, folder: &str, path: &str) -> Option<Build> {
        let text = draft::code(self.sources, path)?;
        let names = ["gradle/libs.versions.toml"];
        let place = draft::nearest(self.sources.tree, folder, &names);
        let sources = self.sources;
        let catalog = self
            .catalogs
            .entry(place)
            .or_insert_with(|| Catalog::of(sources, folder));
        let mut build = Build::read(folder, path, &text, catalog);
        let mut seen: Vec<&str> = vec![path];
        // One that applies itself has an end all the same.
        for _ in 0..12 {
            let script = self
                .inventory
                .gradle_scripts
                .iter()
                .find(|script| !seen.contains(script) && is_applied(script, &build));
            let Some(script) = script else { break };
            seen.push(script);
            if let Some(text) = draft::code(sources, script) {
                build.take_over(&Build::read(folder, script, &text, catalog));
            }
        }
        Some(build)
    }
}

/// Whether a build applies the script at this path: as a file, or as a plugin that is called like it.
fn is_applied(script: &str, build: &Build) -> bool {
    let by_name = build.applied.iter().any(|name| {
        let name = name.trim_start_matches("$rootDir/");
        let name = name.trim_start_matches("${rootDir}/");
        let name = name.trim_start_matches("$projectDir/");
        places::join(&build.folder, name).as_deref() == Some(script)
            || places::join(".", name).as_deref() == Some(script)
    });
    let file = places::file_name(script);
    let id = file
        .strip_suffix(".gradle.kts")
        .or_else(|| file.strip_suffix(".gradle"));
    by_name || (script.contains("src/main/") && id.is_some_and(|id| build.has_plugin(&[id])))
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
    for one in with_used(build, builds, top) {
        for (artifact, line) in &one.dependencies {
            let evidence = Evidence::at(&one.path, *line, "gradle-dependency");
            frameworks::add(&mut frameworks, artifact, &evidence);
        }
    }
    let purpose = draft::with_pages(sources.tree, &build.folder, purpose(build, &frameworks));
    let value = purpose.value;
    let mut stack = Stack::new(build.folder.as_str(), StackKind::Java, evidence, purpose);
    stack.name = name(build, top, settings);
    stack.frameworks = frameworks.names();
    add_version(&mut stack, sources, build, builds.get(top));
    gradle_commands::add(&mut stack, sources, build, top);
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

/// A build and those of the projects that it uses, and they use.
fn with_used<'b>(
    build: &'b Build,
    builds: &'b BTreeMap<String, Build>,
    top: &str,
) -> Vec<&'b Build> {
    let mut used = vec![build];
    let mut next = 0;
    while let Some(one) = used.get(next).copied() {
        next += 1;
        for path in &one.projects {
            let folder = places::join(top, &path.trim_start_matches(':').replace(':', "/"));
            let folder = folder.and_then(|folder| builds.get(&folder));
            // More than this are looked through by nobody.
            let is_new = |other: &&Build| used.len() < 64 && !is_among(&used, other);
            if let Some(other) = folder.filter(is_new) {
                used.push(other);
            }
        }
    }
    used
}

fn is_among(builds: &[&Build], build: &Build) -> bool {
    builds.iter().any(|known| known.path == build.path)
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
    let plugin = |names: &[&str]| -> Option<Evidence> {
        let found = build
            .plugins
            .iter()
            .find(|(name, _)| names.contains(&name.as_str()));
        found.map(|(_, line)| Evidence::at(&build.path, *line, "gradle-plugin"))
    };
    if let Some(evidence) = plugin(&["com.android.application"]) {
        return found(ProjectType::App, &evidence);
    }
    if let Some(evidence) = plugin(&[COMPOSE_DESKTOP]) {
        return found(ProjectType::App, &evidence);
    }
    let runs = plugin(&[
        "application",
        "org.springframework.boot",
        "spring-boot-gradle-plugin",
        "io.quarkus",
        "io.micronaut.application",
        "io.micronaut.minimal.application",
        "io.ktor.plugin",
        "com.github.johnrengelman.shadow",
        "com.gradleup.shadow",
        "war",
    ])
    .or_else(|| {
        let (_, line) = build.main_class.as_ref()?;
        Some(Evidence::at(&build.path, *line, "gradle-main-class"))
    })
    .or_else(|| build.main_class_in_manifest())
    .or_else(|| {
        Some(Evidence::at(
            &build.path,
            build.run_task?,
            "gradle-run-task",
        ))
    });
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
        evidence.rule = statements::GRADLE_RULE.into();
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
