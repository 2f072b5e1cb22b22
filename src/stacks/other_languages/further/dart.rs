//! Dart and Flutter: `pubspec.yaml`.
//!
//! Sources: "The pubspec file" and "dart compile" in the documentation of Dart, "Build and release a
//! web app" in that of Flutter, the manuals of Dart Frog and Serverpod.

use dhtl_detection::formats::yaml;
use dhtl_project_model::stack::{ProjectType, Runtime, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command, found};
use super::super::frameworks::{Framework, Frameworks, framework};
use super::super::inventory::ending;
use crate::places;
use crate::sources::Sources;
use crate::versions::Statement;

const FRAMEWORKS: &[Framework] = &[
    framework("dart_frog", "dart-frog", ProjectType::Api, Some(8080)),
    framework("serverpod", "serverpod", ProjectType::Api, Some(8080)),
    framework("shelf", "shelf", ProjectType::Api, Some(8080)),
    framework("nyxx", "nyxx", ProjectType::Bot, None),
    framework("teledart", "teledart", ProjectType::Bot, None),
    framework("args", "args", ProjectType::Cli, None),
];

/// The stack of a `pubspec.yaml`.
pub(super) fn read(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let node = sources.yaml(path)?;
    let evidence = Evidence::file(path, "pubspec");
    let name = node.get("name").and_then(|name| {
        Some(Found {
            value: name.text()?.to_owned(),
            evidence: Evidence::at(path, name.line, "pubspec-name"),
        })
    });
    let mut frameworks = Frameworks::default();
    let mut flutter = None;
    let dependencies = node.get("dependencies");
    for (package, node) in dependencies.into_iter().flat_map(yaml::Node::entries) {
        let evidence = Evidence::at(path, node.line, "pubspec-dependency");
        if package == "flutter" {
            flutter = Some(evidence.clone());
        }
        frameworks.add_package(FRAMEWORKS, package, evidence);
    }
    let program = program(sources, folder, name.as_ref());
    let has_main = sources
        .tree
        .contains(&places::inside(folder, "lib/main.dart"));
    let purpose = match &flutter {
        Some(evidence) if has_main => found(ProjectType::App, evidence),
        Some(evidence) => found(ProjectType::Library, evidence),
        None if frameworks.has("dart-frog") => frameworks.purpose()?,
        None => super::purpose(program.as_ref(), &frameworks, path, "dart-no-program"),
    };
    let is_app = purpose.value != ProjectType::Library;
    let mut stack = Stack::new(folder, StackKind::Dart, evidence.clone(), purpose);
    stack.name = name;
    stack.frameworks = frameworks.names();
    if let Some(evidence) = &flutter {
        stack
            .frameworks
            .insert(0, found("flutter".to_owned(), evidence));
    }
    let range = node.get("environment").and_then(|node| node.get("sdk"));
    let range = range.and_then(|node| {
        Some(Statement {
            text: node.text()?.to_owned(),
            evidence: Evidence::at(path, node.line, "pubspec-sdk"),
        })
    });
    stack
        .runtimes
        .push(super::version(sources, folder, Runtime::Dart, None, range));
    let lock = draft::here(sources.tree, folder, &["pubspec.lock"]);
    let enforced = if lock.is_some() {
        " --enforce-lockfile"
    } else {
        ""
    };
    let tool = if flutter.is_some() { "flutter" } else { "dart" };
    stack.package_manager = Some(draft::manager("pub", lock, &evidence));
    stack.commands.install = command(format!("{tool} pub get{enforced}"), &evidence);
    stack.commands.test = command(format!("{tool} test"), &evidence);
    if !is_app {
        return Some(stack);
    }
    if flutter.is_some() {
        with_flutter(&mut stack, sources, folder, &evidence);
    } else if frameworks.has("dart-frog") {
        stack.commands.build = command("dart_frog build", &evidence);
        stack.commands.start = command("dart build/bin/server.dart", &evidence);
        stack.commands.dev = command("dart_frog dev", &evidence);
    } else if let Some(program) = program {
        let place = places::relative(&program.value, folder).unwrap_or(&program.value);
        let made = place.strip_suffix(".dart").unwrap_or(place);
        let build = format!("dart compile exe {place} -o {made}.exe");
        stack.commands.build = command(build, &program.evidence);
        stack.commands.start = command(format!("./{made}.exe"), &program.evidence);
        stack.commands.dev = command(format!("dart run {place}"), &program.evidence);
        stack.application = Some(found(place.to_owned(), &program.evidence));
    }
    super::add_port(&mut stack, &frameworks);
    Some(stack)
}

/// The program that is run: that of a server, or of the package, or the only one.
fn program(
    sources: &Sources<'_>,
    folder: &str,
    name: Option<&Found<String>>,
) -> Option<Found<String>> {
    let bin = places::inside(folder, "bin");
    let files = sources.tree.below(&bin).map(|file| file.path.as_str());
    let files = files.filter(|path| ending(path) == "dart" && places::folder(path) == bin);
    let files: Vec<&str> = files.collect();
    let name = name.map_or("main", |name| &name.value);
    let wanted = ["server", name, "main"].map(|name| places::inside(&bin, &format!("{name}.dart")));
    let chosen = wanted
        .iter()
        .find_map(|wanted| files.iter().find(|file| *file == wanted));
    let only = || match files.as_slice() {
        [only] => Some(only),
        _ => None,
    };
    let path = chosen.or_else(only)?;
    Some(found(
        (*path).to_owned(),
        &Evidence::file(*path, "dart-program"),
    ))
}

/// What is made for browsers is pages; what is made for devices is started by nobody here.
fn with_flutter(stack: &mut Stack, sources: &Sources<'_>, folder: &str, evidence: &Evidence) {
    stack.commands.dev = command("flutter run", evidence);
    let page = places::inside(folder, "web/index.html");
    if sources.tree.contains(&page) {
        let page = Evidence::file(page, "flutter-web");
        stack.commands.build = command("flutter build web --release", &page);
        stack.static_output = Some(found("build/web".to_owned(), &page));
        stack.index_fallback = true;
    } else {
        stack.commands.build = command("flutter build apk --release", evidence);
    }
}
