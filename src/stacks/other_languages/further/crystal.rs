//! Crystal: `shard.yml`.
//!
//! Source: "The shard.yml specification" of Shards.

use dhtl_detection::formats::yaml;
use dhtl_project_model::stack::{ProjectType, Runtime, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command};
use super::super::frameworks::{Framework, Frameworks, framework};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("lucky", "lucky", ProjectType::Web, Some(3000)),
    framework("amber", "amber", ProjectType::Web, Some(3000)),
    framework("marten", "marten", ProjectType::Web, Some(8000)),
    framework("kemal", "kemal", ProjectType::Api, Some(3000)),
    framework("athena", "athena", ProjectType::Api, Some(3000)),
    framework("grip", "grip", ProjectType::Api, Some(3000)),
];

/// The stack of a `shard.yml`.
pub(super) fn read(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let node = sources.yaml(path)?;
    let evidence = Evidence::file(path, "shard-yml");
    let text = |node: &yaml::Node, rule| {
        let evidence = Evidence::at(path, node.line, rule);
        let value = node.text()?.to_owned();
        Some(Found { value, evidence })
    };
    let name = node.get("name").and_then(|name| text(name, "shard-name"));
    let mut frameworks = Frameworks::default();
    let dependencies = node.get("dependencies");
    for (package, node) in dependencies.into_iter().flat_map(yaml::Node::entries) {
        let evidence = Evidence::at(path, node.line, "shard-dependency");
        frameworks.add_package(FRAMEWORKS, package, evidence);
    }
    let targets = node.get("targets");
    let mut targets = targets.into_iter().flat_map(yaml::Node::entries);
    let target = targets.next().map(|(target, node)| Found {
        value: target.to_owned(),
        evidence: Evidence::at(path, node.line, "shard-target"),
    });
    // An application needs no target; a shard for others has neither it nor a server.
    let main = name.as_ref().and_then(|name| {
        let main = places::inside(folder, &format!("src/{}.cr", name.value));
        let is_main = target.is_none() && !frameworks.names().is_empty();
        (is_main && sources.tree.contains(&main)).then(|| Found {
            value: name.value.clone(),
            evidence: Evidence::file(main, "crystal-main"),
        })
    });
    let program = target.as_ref().or(main.as_ref());
    let purpose = super::purpose(program, &frameworks, path, "shard-no-target");
    let mut stack = Stack::new(folder, StackKind::Crystal, evidence.clone(), purpose);
    stack.name = name;
    stack.frameworks = frameworks.names();
    let exact =
        versions::nearest_version_file(sources, folder, ".crystal-version", "crystal-version-file");
    let range = node.get("crystal").and_then(|node| {
        Some(Statement {
            text: node.text()?.to_owned(),
            evidence: Evidence::at(path, node.line, "shard-crystal"),
        })
    });
    stack.runtimes.push(super::version(
        sources,
        folder,
        Runtime::Crystal,
        exact,
        range,
    ));
    let lock = draft::here(sources.tree, folder, &["shard.lock"]);
    stack.package_manager = Some(draft::manager("shards", lock, &evidence));
    stack.commands.install = command("shards install --production", &evidence);
    stack.commands.test = command("crystal spec", &evidence);
    if let Some(program) = program {
        let name = &program.value;
        let build = match target {
            Some(_) => "shards build --release --production".to_owned(),
            None => format!("mkdir -p bin && crystal build --release -o bin/{name} src/{name}.cr"),
        };
        stack.commands.build = command(build, &program.evidence);
        stack.commands.start = command(format!("./bin/{name}"), &program.evidence);
        stack.application = Some(program.clone());
        super::add_port(&mut stack, &frameworks);
    }
    Some(stack)
}
