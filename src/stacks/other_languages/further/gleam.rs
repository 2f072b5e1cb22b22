//! Gleam: `gleam.toml`.
//!
//! Source: "gleam.toml" and "Deployment" in the documentation of Gleam.

use dhtl_detection::formats::toml::{Node, TomlFile};
use dhtl_project_model::stack::{ProjectType, Runtime, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command};
use super::super::frameworks::{Framework, Frameworks, framework};
use super::super::ports;
use crate::places;
use crate::sources::Sources;
use crate::versions::Statement;

const FRAMEWORKS: &[Framework] = &[
    framework("wisp", "wisp", ProjectType::Api, Some(8000)),
    framework("mist", "mist", ProjectType::Api, Some(4000)),
    framework("ewe", "ewe", ProjectType::Api, None),
    framework("lustre", "lustre", ProjectType::App, None),
    framework("glint", "glint", ProjectType::Cli, None),
    framework("argv", "argv", ProjectType::Cli, None),
];

/// The stack of a `gleam.toml`.
pub(super) fn read(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let file = match TomlFile::parse(path, sources.text(path)?) {
        Ok(file) => file,
        Err(problem) => {
            sources.report(problem);
            return None;
        }
    };
    let evidence = Evidence::file(path, "gleam-toml");
    let name = file.get(&["name"])?;
    let name = Found {
        value: name.as_str()?.to_owned(),
        evidence: name.evidence("gleam-name"),
    };
    let mut frameworks = Frameworks::default();
    let dependencies = file.get(&["dependencies"]);
    for (package, node) in dependencies.into_iter().flat_map(Node::entries) {
        frameworks.add_package(FRAMEWORKS, package, node.evidence("gleam-dependency"));
    }
    let main = places::inside(folder, &format!("src/{}.gleam", name.value));
    let text = sources.text(&main).unwrap_or_default();
    let line = (1..)
        .zip(text.lines())
        .find_map(|(line, content)| content.starts_with("pub fn main(").then_some(line));
    let program = line.map(|line| Found {
        value: name.value.clone(),
        evidence: Evidence::at(&main, line, "gleam-main"),
    });
    let purpose = super::purpose(program.as_ref(), &frameworks, path, "gleam-no-main");
    let mut stack = Stack::new(folder, StackKind::Gleam, evidence.clone(), purpose);
    stack.name = Some(name);
    stack.frameworks = frameworks.names();
    let range = file.get(&["gleam"]).and_then(|node| {
        Some(Statement {
            text: node.as_str()?.to_owned(),
            evidence: node.evidence("gleam-version"),
        })
    });
    let of = |runtime, range| super::version(sources, folder, runtime, None, range);
    stack.runtimes.push(of(Runtime::Gleam, range));
    let lock = draft::here(sources.tree, folder, &["manifest.toml"]);
    stack.package_manager = Some(draft::manager("gleam", lock, &evidence));
    stack.commands.install = command("gleam deps download", &evidence);
    stack.commands.test = command("gleam test", &evidence);
    let target = file.get(&["target"]).and_then(Node::as_str);
    let is_script = target == Some("javascript");
    if is_script {
        stack.runtimes.push(of(Runtime::Node, None));
    } else {
        stack.runtimes.push(of(Runtime::Erlang, None));
    }
    let Some(program) = program else {
        stack.commands.build = command("gleam build", &evidence);
        return Some(stack);
    };
    // A shipment is started without Gleam.
    let [build, start] = if is_script {
        ["gleam build", "gleam run"]
    } else {
        [
            "gleam export erlang-shipment",
            "./build/erlang-shipment/entrypoint.sh run",
        ]
    };
    stack.commands.build = command(build, &evidence);
    stack.commands.start = command(start, &program.evidence);
    stack.commands.dev = command("gleam run", &program.evidence);
    stack.application = Some(program);
    super::add_port(&mut stack, &frameworks);
    if stack.port.is_some() {
        stack.port = named_port(&main, &text).or(stack.port);
    }
    Some(stack)
}

/// The port of `mist.port(8000)`.
fn named_port(path: &str, text: &str) -> Option<Found<u16>> {
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let (_, rest) = content.split_once("port(")?;
        Some(Found {
            value: ports::usable(rest.split([')', ' ', ',']).next()?)?,
            evidence: Evidence::at(path, line, "gleam-port"),
        })
    })
}
