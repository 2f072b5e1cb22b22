//! Haskell: Stack, Cabal and hpack.
//!
//! Sources: the documentation of Stack ("stack.yaml"), Cabal ("Package Description") and hpack; the
//! snapshots of Stackage for the compiler of each.

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
    framework("yesod", "yesod", ProjectType::Web, Some(3000)),
    framework("ihp", "ihp", ProjectType::Web, Some(8000)),
    framework("servant-server", "servant", ProjectType::Api, None),
    framework("scotty", "scotty", ProjectType::Api, None),
    framework("Spock", "spock", ProjectType::Api, None),
    framework("snap-server", "snap", ProjectType::Api, Some(8000)),
    framework("warp", "warp", ProjectType::Api, None),
    framework("hakyll", "hakyll", ProjectType::App, None),
    framework(
        "optparse-applicative",
        "optparse-applicative",
        ProjectType::Cli,
        None,
    ),
];

/// The compiler of the snapshots of Stackage with long-term support.
const SNAPSHOTS: [(&str, &str); 8] = [
    ("lts-16.", "8.8"),
    ("lts-18.", "8.10"),
    ("lts-19.", "9.0"),
    ("lts-20.", "9.2"),
    ("lts-21.", "9.4"),
    ("lts-22.", "9.6"),
    ("lts-23.", "9.8"),
    ("lts-24.", "9.10"),
];

/// What a manifest says.
#[derive(Debug, Default)]
struct Package {
    name: Option<Found<String>>,
    programs: Vec<Found<String>>,
    frameworks: Frameworks,
}

/// The stack of a `package.yaml` of hpack, which others write as well.
pub(super) fn read_hpack(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let node = yaml::parse(path, &sources.text(path)?).ok()??;
    let has_sections = ["library", "executables", "executable", "tests"]
        .iter()
        .any(|key| node.get(key).is_some());
    if !has_sections {
        return None;
    }
    let mut package = Package::default();
    let text = |node: &yaml::Node, rule| {
        let value = node.text()?.to_owned();
        let evidence = Evidence::at(path, node.line, rule);
        Some(Found { value, evidence })
    };
    package.name = node.get("name").and_then(|name| text(name, "hpack-name"));
    let executables = node.get("executables");
    for (name, section) in executables.into_iter().flat_map(yaml::Node::entries) {
        let evidence = Evidence::at(path, section.line, "hpack-executable");
        package.programs.push(found(name.to_owned(), &evidence));
        add_dependencies(&mut package, path, section);
    }
    if node.get("executable").is_some() {
        package.programs.extend(package.name.clone());
    }
    add_dependencies(&mut package, path, &node);
    Some(stack(sources, folder, path, package))
}

fn add_dependencies(package: &mut Package, path: &str, section: &yaml::Node) {
    let dependencies = section.get("dependencies");
    for (line, text) in dependencies.into_iter().flat_map(yaml::Node::texts) {
        let name = text.split([' ', '<', '>', '=', '^']).next().unwrap_or(text);
        let evidence = Evidence::at(path, line, "haskell-dependency");
        package.frameworks.add_package(FRAMEWORKS, name, evidence);
    }
}

/// The stack of a `*.cabal`, or of the folder that a `stack.yaml` or `cabal.project` is in.
pub(super) fn read_cabal(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let mut cabals = sources.tree.below(folder).map(|file| file.path.as_str());
    let path = if ending(path) == "cabal" {
        path
    } else {
        cabals.find(|path| ending(path) == "cabal" && places::folder(path) == folder)?
    };
    let text = draft::code(sources, path)?;
    let mut package = Package::default();
    for (line, content) in (1..).zip(text.lines()) {
        let trimmed = content.trim();
        if trimmed.starts_with("--") {
            continue;
        }
        let lower = content.to_ascii_lowercase();
        let at = |rule| Evidence::at(path, line, rule);
        if lower.starts_with("name:") {
            let name = content["name:".len()..].trim().to_owned();
            package.name = Some(found(name, &at("cabal-name")));
        } else if lower.starts_with("executable ") {
            let name = content["executable ".len()..].trim().to_owned();
            package.programs.push(found(name, &at("cabal-executable")));
        }
        for word in trimmed
            .split([',', ' ', ':'])
            .filter(|word| !word.is_empty())
            .take(8)
        {
            package
                .frameworks
                .add_package(FRAMEWORKS, word, at("haskell-dependency"));
        }
    }
    Some(stack(sources, folder, path, package))
}

fn stack(sources: &Sources<'_>, folder: &str, path: &str, package: Package) -> Stack {
    let Package {
        name,
        programs,
        frameworks,
    } = package;
    let evidence = Evidence::file(path, "haskell-package");
    let named = name.as_ref().and_then(|name| {
        let exe = format!("{}-exe", name.value);
        let mut named = programs.iter();
        named.find(|program| program.value == name.value || program.value == exe)
    });
    let program = named.or(programs.first()).cloned();
    let purpose = super::purpose(program.as_ref(), &frameworks, path, "haskell-no-executable");
    let mut stack = Stack::new(folder, StackKind::Haskell, evidence.clone(), purpose);
    stack.name = name;
    stack.frameworks = frameworks.names();
    let stack_file = draft::nearest(sources.tree, folder, &["stack.yaml"]);
    let snapshot = stack_file
        .as_deref()
        .and_then(|path| snapshot(sources, path));
    stack.runtimes.push(super::version(
        sources,
        folder,
        Runtime::Haskell,
        snapshot,
        None,
    ));
    let uses_stack = stack_file.is_some();
    let locks: &[&str] = if uses_stack {
        &["stack.yaml.lock"]
    } else {
        &["cabal.project.freeze"]
    };
    let lock = draft::nearest(sources.tree, folder, locks);
    let [manager, install, build, run, test] = if uses_stack {
        [
            "stack",
            "stack build --only-dependencies",
            "stack build",
            "stack exec",
            "stack test",
        ]
    } else {
        [
            "cabal",
            "cabal update && cabal build --only-dependencies",
            "cabal build",
            "cabal exec",
            "cabal test",
        ]
    };
    stack.package_manager = Some(draft::manager(manager, lock, &evidence));
    stack.commands.install = command(install, &evidence);
    stack.commands.build = command(build, &evidence);
    stack.commands.test = command(test, &evidence);
    if let Some(program) = program {
        stack.commands.start = command(format!("{run} {}", program.value), &program.evidence);
        stack.application = Some(program);
        super::add_port(&mut stack, &frameworks);
    }
    stack
}

/// The compiler that a `stack.yaml` asks for: `resolver: lts-22.4`, `snapshot: ghc-9.6.3`.
fn snapshot(sources: &Sources<'_>, path: &str) -> Option<Statement> {
    let node = yaml::parse(path, &sources.text(path)?).ok()??;
    let said = node.get("snapshot").or_else(|| node.get("resolver"))?;
    let text = said.text().or_else(|| said.get("url")?.text())?;
    let version = if let Some(version) = text.strip_prefix("ghc-") {
        version
    } else {
        let dashed = text.rsplit_once("lts/").map_or_else(
            || text.to_owned(),
            |(_, rest)| format!("lts-{}", rest.replace('/', ".")),
        );
        let known = SNAPSHOTS.iter().find(|(name, _)| dashed.starts_with(name));
        known.map(|(_, compiler)| *compiler)?
    };
    Some(Statement {
        text: version.to_owned(),
        evidence: Evidence::at(path, said.line, "stack-snapshot"),
    })
}
