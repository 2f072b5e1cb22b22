//! Swift: packages, and the programs in them.
//!
//! Sources: "`PackageDescription`" in the documentation of the Swift Package Manager, the
//! documentation of Vapor and Hummingbird.

use dhtl_project_model::stack::{ProjectType, Runtime, Stack, StackKind, Workspace};
use dhtl_project_model::{Evidence, Found};

use super::draft::{self, command, found};
use super::frameworks::{Framework, Frameworks, framework};
use super::inventory::{Inventory, folders};
use super::tokens::{self, Token};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("vapor", "vapor", ProjectType::Api, Some(8080)),
    framework("hummingbird", "hummingbird", ProjectType::Api, Some(8080)),
    framework("Kitura", "kitura", ProjectType::Api, Some(8080)),
    framework("Publish", "publish", ProjectType::Static, None),
    framework(
        "swift-argument-parser",
        "swift-argument-parser",
        ProjectType::Cli,
        None,
    ),
];

/// The stacks of Swift.
pub(super) fn find(
    sources: &Sources<'_>,
    inventory: &Inventory<'_>,
) -> (Vec<Stack>, Vec<Workspace>) {
    let folders = folders(&inventory.swift).into_iter();
    let stacks = folders.filter_map(|folder| {
        let path = places::inside(folder, "Package.swift");
        (!places::is_documentation(&path)).then(|| stack(sources, folder, &path))?
    });
    (stacks.collect(), Vec::new())
}

fn stack(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let text = draft::code(sources, path)?;
    let tokens = tokens::tokens(&text, tokens::SWIFT);
    let evidence = Evidence::file(path, "package-swift");
    let mut frameworks = Frameworks::default();
    let mut name = None;
    let mut products: Vec<Found<String>> = Vec::new();
    let mut targets: Vec<Found<String>> = Vec::new();
    let mut has_library = false;
    for (index, token) in tokens.iter().enumerate() {
        let rest = &tokens[index + 1..];
        let at = |rule| Evidence::at(path, token.line, rule);
        match token.word() {
            Some("Package") if name.is_none() => {
                name = named(rest).map(|name| found(name, &at("package-swift-name")));
            }
            Some("executable") => {
                products.extend(named(rest).map(|name| found(name, &at("swift-executable"))));
            }
            Some("executableTarget") => {
                targets.extend(named(rest).map(|name| found(name, &at("swift-executable-target"))));
            }
            Some("library") => has_library |= named(rest).is_some(),
            Some("url") => {
                let address = rest.iter().take(2).find_map(|token| token.text());
                let package =
                    address.map(|address| places::file_name(address.trim_end_matches(".git")));
                if let Some(package) = package {
                    frameworks.add_package(FRAMEWORKS, package, at("package-swift-dependency"));
                }
            }
            _ => {}
        }
    }
    // Beside a library that it offers, the programs that it does not offer are examples.
    let programs = if products.is_empty() && !has_library {
        targets
    } else {
        products
    };
    let program = programs
        .iter()
        .find(|program| {
            name.as_ref()
                .is_some_and(|name| name.value == program.value)
        })
        .or(programs.first());
    let purpose = match program {
        None => found(
            ProjectType::Library,
            &Evidence::file(path, "swift-no-executable"),
        ),
        Some(program) => frameworks
            .purpose()
            .unwrap_or_else(|| found(ProjectType::App, &program.evidence)),
    };
    let purpose = draft::with_pages(sources.tree, folder, purpose);
    let mut stack = Stack::new(folder, StackKind::Swift, evidence.clone(), purpose);
    stack.name = name;
    stack.frameworks = frameworks.names();
    stack.runtimes.push(version(sources, folder, path, &text));
    let lock = draft::here(sources.tree, folder, &["Package.resolved"]);
    stack.package_manager = Some(draft::manager("swiftpm", lock, &evidence));
    stack.commands.install = command("swift package resolve", &evidence);
    stack.commands.build = command("swift build -c release", &evidence);
    stack.commands.test = command("swift test", &evidence);
    if let Some(program) = program {
        run(&mut stack, program, &frameworks);
    }
    Some(stack)
}

/// The text after `name:` right behind an opening bracket.
fn named(rest: &[Token<'_>]) -> Option<String> {
    match rest {
        [open, name, colon, text, ..]
            if open.is_sign('(') && name.is_word("name") && colon.is_sign(':') =>
        {
            text.text().map(str::to_owned)
        }
        _ => None,
    }
}

fn run(stack: &mut Stack, program: &Found<String>, frameworks: &Frameworks) {
    let name = &program.value;
    stack.application = Some(program.clone());
    stack.commands.dev = command(format!("swift run {name}"), &program.evidence);
    let arguments = if frameworks.has("vapor") {
        " serve --env production --hostname 0.0.0.0 --port ${PORT:-8080}"
    } else {
        ""
    };
    let start = format!(".build/release/{name}{arguments}");
    stack.commands.start = command(start, &program.evidence);
    if matches!(
        stack.project_type.value,
        ProjectType::Api | ProjectType::Web
    ) {
        stack.port = frameworks.port();
    }
}

/// The version: `// swift-tools-version:5.9` is the lowest that will do.
fn version(
    sources: &Sources<'_>,
    folder: &str,
    path: &str,
    text: &str,
) -> dhtl_project_model::stack::RuntimeVersion {
    let own =
        versions::nearest_version_file(sources, folder, ".swift-version", "swift-version-file");
    let lowest = (1..).zip(text.lines().take(5)).find_map(|(line, content)| {
        let (_, version) = content
            .strip_prefix("//")?
            .split_once("swift-tools-version")?;
        let version = version.trim_start_matches([':', ' ']).trim();
        Some(Statement {
            text: format!(">={}", version.split(';').next()?.trim()),
            evidence: Evidence::at(path, line, "swift-tools-version"),
        })
    });
    let strong = own.into_iter().collect();
    let weak = lowest.into_iter().collect();
    let mut version = draft::runtime(sources, folder, Runtime::Swift, strong, weak);
    draft::as_written(&mut version, "swift-tools-version", |text| {
        text.trim_start_matches(">=").to_owned()
    });
    version
}

#[cfg(test)]
mod tests {
    use super::super::shown::shown;

    #[test]
    fn a_service_of_vapor() {
        let manifest = "// swift-tools-version:5.9\nimport PackageDescription\nlet package = Package(\n\
            \x20 name: \"shop\",\n  dependencies: [ .package(url: \"https://git.example/vapor/vapor.git\", from: \"4.0.0\") ],\n\
            \x20 targets: [ .executableTarget(name: \"App\") ]\n)\n";
        let files = [("Package.swift", manifest), ("Package.resolved", "{}")];
        insta::assert_snapshot!(shown(&files), @r#"
        . Swift Api shop ["vapor"]
          Swift 6.2 Package.swift:1 (swift-tools-version)
          with swiftpm  Package.resolved (lock-file)
          install: swift package resolve
          build: swift build -c release
          start: .build/release/App serve --env production --hostname 0.0.0.0 --port ${PORT:-8080}
          dev: swift run App
          test: swift test
          application App Package.swift:6 (swift-executable-target)
          port 8080 Package.swift:5 (package-swift-dependency)
        "#);
    }

    #[test]
    fn a_library_with_examples_is_a_library() {
        let manifest = "// swift-tools-version: 6.0\nlet p = Package(name: \"x\", products: [\n\
            .library(name: \"X\", targets: [\"X\"])], targets: [.executableTarget(name: \"roll\")])\n";
        let files = [("Package.swift", manifest), (".swift-version", "6.1\n")];
        insta::assert_snapshot!(shown(&files), @"
        . Swift Library x []
          Swift 6.1 .swift-version:1 (swift-version-file)
          with swiftpm  Package.swift (package-swift)
          install: swift package resolve
          build: swift build -c release
          test: swift test
        ");
    }
}
