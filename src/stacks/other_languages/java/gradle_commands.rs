//! How a build of Gradle makes what runs.
//!
//! Sources: "Application Plugin", "`War` Plugin" in the user manual of Gradle, and the manuals of the
//! plugins of Spring Boot, Quarkus, Ktor, Shadow and Compose.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::{ProjectType, Stack};

use super::super::draft::{self, command};
use super::gradle_scripts::{Build, COMPOSE_DESKTOP};
use super::statements;
use crate::places;
use crate::sources::Sources;

/// A task that builds, what starts what it makes, and the task that does both.
struct Tasks {
    build: &'static str,
    start: Option<String>,
    dev: Option<&'static str>,
}

/// Adds the commands of a build, whose settings are in the folder `top`.
pub(super) fn add(stack: &mut Stack, sources: &Sources<'_>, build: &Build, top: &str) {
    let evidence = Evidence::file(&build.path, "build-gradle");
    let wrapper = draft::nearest(sources.tree, &build.folder, &["gradlew"]);
    let program = super::wrapper_command(wrapper.as_deref(), &build.folder, "gradlew", "gradle");
    stack.commands.test = command(format!("{program} test"), &evidence);
    if build.has_plugin(&["com.android.application"]) {
        stack.commands.build = command(format!("{program} assembleRelease"), &evidence);
        return;
    }
    let tasks = if stack.project_type.value == ProjectType::Library {
        Tasks {
            build: "assemble",
            start: None,
            dev: None,
        }
    } else if build.has_plugin(&[COMPOSE_DESKTOP]) {
        Tasks {
            build: "packageDistributionForCurrentOS",
            start: None,
            dev: Some("run"),
        }
    } else {
        tasks(stack, sources, build, top, &program)
    };
    stack.commands.build = command(format!("{program} {}", tasks.build), &evidence);
    stack.commands.start = tasks.start.and_then(|start| command(start, &evidence));
    let dev = tasks.dev.map(|task| format!("{program} {task}"));
    stack.commands.dev = dev.and_then(|dev| command(dev, &evidence));
}

fn tasks(stack: &Stack, sources: &Sources<'_>, build: &Build, top: &str, program: &str) -> Tasks {
    let name = stack.name.as_ref().map(|name| name.value.clone());
    let name = name.or_else(|| {
        // The root is called like its folder, which is not known where that is the whole project.
        (build.folder != top).then(|| places::file_name(&build.folder).to_owned())
    });
    let tasks = |build, start, dev| Tasks {
        build,
        start: Some(start),
        dev,
    };
    let is_war = build.has_plugin(&["war"]);
    let ending = if is_war { "war" } else { "jar" };
    let archive = archive(sources, build, top, name.as_deref(), ending);
    let fat = build.archive.as_ref().map_or_else(
        || "java -jar build/libs/*-all.jar".to_owned(),
        |archive| format!("java -jar build/libs/{archive}"),
    );
    let runs_itself = build.main_class.is_some() || build.main_class_in_manifest().is_some();
    if build.has_plugin(&["io.quarkus"]) {
        let start = "java -jar build/quarkus-app/quarkus-run.jar".to_owned();
        tasks("quarkusBuild", start, Some("quarkusDev"))
    } else if build.has_plugin(&["org.springframework.boot", "spring-boot-gradle-plugin"]) {
        let task = if is_war { "bootWar" } else { "bootJar" };
        tasks(task, format!("java -jar {archive}"), Some("bootRun"))
    } else if is_war {
        // It needs a server around it.
        Tasks {
            build: "war",
            start: None,
            dev: None,
        }
    } else if build.has_plugin(&["io.ktor.plugin"]) {
        tasks("buildFatJar", fat, Some("run"))
    } else if build.has_plugin(&["com.github.johnrengelman.shadow", "com.gradleup.shadow"]) {
        tasks("shadowJar", fat, Some("run"))
    } else if build.has_plugin(&[
        "application",
        "io.micronaut.application",
        "io.micronaut.minimal.application",
    ]) && build.main_class.is_some()
    {
        let name = name.unwrap_or_else(|| "*".to_owned());
        let start = format!("build/install/{name}/bin/{name}");
        tasks("installDist", start, Some("run"))
    } else if build.run_task.is_some() && !runs_itself {
        tasks("assemble", format!("{program} run"), Some("run"))
    } else {
        Tasks {
            build: "assemble",
            start: runs_itself.then(|| format!("java -jar {archive}")),
            dev: None,
        }
    }
}

/// The archive that a build makes; a search for it where its name is not known.
fn archive(
    sources: &Sources<'_>,
    build: &Build,
    top: &str,
    name: Option<&str>,
    ending: &str,
) -> String {
    if let Some(archive) = &build.archive {
        return format!("build/libs/{archive}");
    }
    let version = build.version.clone().or_else(|| {
        let folders = [build.folder.as_str(), top].into_iter();
        let mut paths = folders.map(|folder| places::inside(folder, "gradle.properties"));
        paths.find_map(|path| {
            Some(statements::property(sources, &path, "version", "gradle-version")?.text)
        })
    });
    match (name, version) {
        (Some(name), Some(version)) => format!("build/libs/{name}-{version}.{ending}"),
        _ => format!("$(ls build/libs/*.{ending} | grep -v plain)"),
    }
}
