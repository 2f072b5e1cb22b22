//! What is found in files that stand in a test, as text.

use std::fmt::Write as _;
use std::fs;

use dhtl_detection::tree::Tree;
use dhtl_project_model::stack::{Commands, Stack};
use proptest::prelude::*;

use super::Others;
use crate::sources::Sources;
use crate::test_projects::project;

/// The stacks, workspaces and problems of a project with these files.
pub(super) fn shown(files: &[(&str, &str)]) -> String {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    let tree = Tree::read(folder.path()).unwrap();
    of_tree(&tree)
}

/// The same of a tree.
pub(super) fn of_tree(tree: &Tree) -> String {
    let project = project();
    let sources = Sources::new(&project, tree);
    let others = Others::read(&sources);
    let mut text = String::new();
    for stack in &others.stacks {
        show_stack(&mut text, stack);
    }
    for workspace in &others.workspaces {
        let members = workspace.members.join(" ");
        writeln!(
            text,
            "workspace {}: {members} {}",
            workspace.folder, workspace.evidence
        )
        .unwrap();
    }
    for problem in sources.into_problems() {
        writeln!(text, "problem {}: {}", problem.evidence, problem.message).unwrap();
    }
    text
}

fn show_stack(text: &mut String, stack: &Stack) {
    let name = stack.name.as_ref().map_or("", |name| name.value.as_str());
    let frameworks: Vec<&str> = stack
        .frameworks
        .iter()
        .map(|one| one.value.as_str())
        .collect();
    writeln!(
        text,
        "{} {:?} {:?} {name} {frameworks:?}",
        stack.folder, stack.kind, stack.project_type.value
    )
    .unwrap();
    for runtime in &stack.runtimes {
        let evidence = &runtime.version.evidence;
        writeln!(
            text,
            "  {:?} {} {evidence}",
            runtime.runtime, runtime.version.value
        )
        .unwrap();
    }
    if let Some(manager) = &stack.package_manager {
        let version = manager
            .version
            .as_ref()
            .map_or("", |version| version.value.as_str());
        writeln!(
            text,
            "  with {} {version} {}",
            manager.name, manager.evidence
        )
        .unwrap();
    }
    show_commands(text, &stack.commands);
    if let Some(application) = &stack.application {
        writeln!(
            text,
            "  application {} {}",
            application.value, application.evidence
        )
        .unwrap();
    }
    for process in &stack.processes {
        writeln!(text, "  process {}: {}", process.name, process.command).unwrap();
    }
    if let Some(port) = &stack.port {
        writeln!(text, "  port {} {}", port.value, port.evidence).unwrap();
    }
    if let Some(output) = &stack.static_output {
        writeln!(text, "  output {} {}", output.value, output.evidence).unwrap();
    }
}

fn show_commands(text: &mut String, commands: &Commands) {
    for (name, command) in [
        ("install", &commands.install),
        ("build", &commands.build),
        ("migrate", &commands.migrate),
        ("start", &commands.start),
        ("dev", &commands.dev),
        ("test", &commands.test),
    ] {
        if let Some(command) = command {
            writeln!(text, "  {name}: {}", command.value).unwrap();
        }
    }
}

/// Manifests of all languages, of which each can hold anything.
const MANIFESTS: [&str; 24] = [
    "go.mod",
    "go.work",
    "main.go",
    "Cargo.toml",
    "rust-toolchain.toml",
    "src/main.rs",
    "pom.xml",
    "build.gradle",
    "settings.gradle.kts",
    "gradle/wrapper/gradle-wrapper.properties",
    "Gemfile",
    "Gemfile.lock",
    "composer.json",
    "x.csproj",
    "x.sln",
    "global.json",
    "mix.exs",
    "Package.swift",
    "CMakeLists.txt",
    "meson.build",
    "configure.ac",
    "Makefile.am",
    "x.c",
    "start.sh",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn whatever_stands_in_the_manifests_is_no_reason_to_panic(
        texts in prop::collection::vec(
            "([\\[\\](){}<>\"'`=:,.;/@#$\n ]|module |go |package |import |func main\\(\\)|gem |ruby |id |include|\
             <project>|</project>|<modules>|Project\\(|project\\(|app: :x|deps|name|version|1\\.2|\\$\\{x\\}|[a-z]{1,4}|\\PC){0,40}",
            MANIFESTS.len(),
        ),
    ) {
        let files: Vec<(&str, &str)> =
            MANIFESTS.into_iter().zip(texts.iter().map(String::as_str)).collect();
        shown(&files);
    }
}

#[test]
fn something_else_under_the_name_of_a_manifest_is_a_problem() {
    for name in [
        "Gemfile",
        "mix.exs",
        "Package.swift",
        "build.gradle",
        "go.mod",
        "pom.xml",
        "Cargo.toml",
        "composer.json",
        "CMakeLists.txt",
    ] {
        let text = "\u{7f}ELF\u{0}\u{1}\n";
        let shown = shown(&[(name, text), ("src/x.java", ""), ("src/x.c", "")]);
        assert!(
            shown.contains(&format!("problem {name}:1 ")),
            "{name}: {shown}"
        );
        let huge = "gem 'a'\n".repeat(200_000);
        let shown = self::shown(&[(name, &huge)]);
        assert!(shown.contains("problem "), "{name}: {shown}");
    }
}
