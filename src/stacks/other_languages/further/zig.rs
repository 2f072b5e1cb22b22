//! Zig: `build.zig` and `build.zig.zon`.
//!
//! Source: "Zig Build System" in the documentation of Zig.

use dhtl_project_model::stack::{ProjectType, Runtime, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use super::super::draft::{self, command};
use super::super::frameworks::{Framework, Frameworks, framework};
use super::super::tokens::{self, Token};
use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

const FRAMEWORKS: &[Framework] = &[
    framework("httpz", "http.zig", ProjectType::Api, None),
    framework("zap", "zap", ProjectType::Api, None),
    framework("jetzig", "jetzig", ProjectType::Web, Some(8080)),
    framework("tokamak", "tokamak", ProjectType::Api, Some(8080)),
    framework("clap", "zig-clap", ProjectType::Cli, None),
    framework("raylib_zig", "raylib", ProjectType::App, None),
];

/// The stack of a `build.zig`.
pub(super) fn read(sources: &Sources<'_>, folder: &str, path: &str) -> Option<Stack> {
    let text = draft::code(sources, path)?;
    let tokens = tokens::tokens(&text, tokens::SWIFT);
    let manifest = places::inside(folder, "build.zig.zon");
    let package = sources.text(&manifest).unwrap_or_default();
    let package = tokens::tokens(&package, tokens::SWIFT);
    let evidence = Evidence::file(path, "build-zig");
    let mut frameworks = Frameworks::default();
    // `.httpz = .{ .url = "…" }`
    for window in package.windows(3) {
        if let (true, Some(name), true) = (
            window[0].is_sign('.'),
            window[1].word(),
            window[2].is_sign('='),
        ) {
            let evidence = Evidence::at(&manifest, window[1].line, "zig-dependency");
            frameworks.add_package(FRAMEWORKS, name, evidence);
        }
    }
    let program = tokens.iter().enumerate().find_map(|(index, token)| {
        let rest = &tokens[index..];
        token.is_word("addExecutable").then(|| Found {
            value: field(rest, "name").map_or_else(String::new, |(name, _)| name.to_owned()),
            evidence: Evidence::at(path, token.line, "zig-add-executable"),
        })
    });
    let purpose = super::purpose(program.as_ref(), &frameworks, path, "zig-no-executable");
    let mut stack = Stack::new(folder, StackKind::Zig, evidence.clone(), purpose);
    stack.frameworks = frameworks.names();
    let exact = versions::nearest_version_file(sources, folder, ".zigversion", "zig-version-file");
    // Before version 1 the next one builds little that was written for the last one.
    let lowest = field(&package, "minimum_zig_version").map(|(text, line)| Statement {
        text: text.to_owned(),
        evidence: Evidence::at(&manifest, line, "zig-minimum-version"),
    });
    let version = super::version(sources, folder, Runtime::Zig, exact, lowest);
    stack.runtimes.push(version);
    if sources.tree.contains(&manifest) {
        let evidence = Evidence::file(&manifest, "build-zig-zon");
        stack.package_manager = Some(draft::manager("zig", None, &evidence));
        stack.commands.install = command("zig build --fetch", &evidence);
    }
    stack.commands.build = command("zig build -Doptimize=ReleaseSafe", &evidence);
    stack.commands.test = command("zig build test", &evidence);
    if let Some(program) = program {
        stack.commands.dev = command("zig build run", &program.evidence);
        // A name that is put together is known to nobody who does not run it.
        if !program.value.is_empty() {
            let start = format!("./zig-out/bin/{}", program.value);
            stack.commands.start = command(start, &program.evidence);
            stack.application = Some(program);
        }
        super::add_port(&mut stack, &frameworks);
    }
    Some(stack)
}

/// The first text of a field: `.name = "shop"`.
fn field<'t>(tokens: &[Token<'t>], name: &str) -> Option<(&'t str, u32)> {
    tokens.windows(4).find_map(|window| {
        let is_field = window[0].is_sign('.') && window[1].is_word(name) && window[2].is_sign('=');
        is_field.then(|| Some((window[3].text()?, window[3].line)))?
    })
}
