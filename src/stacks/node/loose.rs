//! A server in a single file, in a folder without any `package.json`.

use std::cell::OnceCell;

use dhtl_project_model::stack::{ProjectType, Stack, StackKind};
use dhtl_project_model::{Evidence, Found, Language};

use super::code::Code;
use super::package::Package;
use super::packages::Packages;
use super::runtimes;
use crate::json::{Node, Value};
use crate::sources::Sources;

/// Files that are run, the most usual first.
const USUAL: [&str; 7] = [
    "server.js",
    "index.js",
    "app.js",
    "main.js",
    "server.mjs",
    "index.mjs",
    "main.mjs",
];

/// The stack that such a file is; none where its code may as well be meant for a browser.
pub(super) fn find(sources: &Sources<'_>) -> Option<Stack> {
    let language = sources.project.languages.first();
    let is_other = language.is_some_and(|language| language.value != Language::Node);
    let packages = Packages::of(sources);
    // Manifests of pnpm that are not read say more than the file.
    let has_other = ["package.json5", "package.yaml"]
        .iter()
        .any(|name| sources.tree.contains(name));
    if is_other || has_other || !packages.list.is_empty() {
        return None;
    }
    let has_page = OnceCell::new();
    let has_page = || *has_page.get_or_init(|| has_page_of(sources));
    let (name, code) = USUAL.iter().find_map(|name| {
        let code = Code::read(sources, name)?;
        let is_of_node = code.mentions("require") || code.mentions("process") || imports(&code);
        let is_run = is_of_node && (is_server(&code) || !has_page());
        is_run.then_some((*name, code))
    })?;
    let evidence = Evidence::file(name, "node-script");
    let project_type = Found {
        value: if is_server(&code) {
            ProjectType::Api
        } else {
            ProjectType::App
        },
        evidence: evidence.clone(),
    };
    let mut stack = Stack::new(".", StackKind::Node, evidence.clone(), project_type);
    let nothing = Node {
        line: 1,
        value: Value::Map(Vec::new()),
    };
    stack.runtimes = vec![runtimes::node(
        sources,
        packages,
        &Package::new(".", nothing),
    )];
    stack.port = code.port().filter(|_| is_server(&code));
    stack.commands.start = Some(Found {
        value: format!("node {name}"),
        evidence,
    });
    Some(stack)
}

fn has_page_of(sources: &Sources<'_>) -> bool {
    let is_page = |path: &str| {
        let path = path.as_bytes();
        path.ends_with(b".html") || path.ends_with(b".htm")
    };
    sources.tree.files.iter().any(|file| is_page(&file.path))
}

/// Whether it imports what only Node.js has.
fn imports(code: &Code) -> bool {
    const MODULES: [&str; 8] = [
        "node:http",
        "node:fs",
        "node:net",
        "node:process",
        "node:https",
        "http",
        "fs",
        "net",
    ];
    MODULES
        .iter()
        .any(|module| code.mentions("import") && code.mentions(module))
}

fn is_server(code: &Code) -> bool {
    code.mentions("listen") || code.mentions("createServer")
}
