//! The files in which version managers keep what they install.
//!
//! Sources: the manuals of asdf (`.tool-versions`) and mise (`mise.toml`, `.mise.toml`,
//! `mise/config.toml`, `.config/mise.toml`, …), nvm (`.nvmrc`), nodenv, pyenv, rbenv (`.ruby-version`).

use dhtl_detection::formats::toml::TomlFile;
use dhtl_project_model::Evidence;
use dhtl_project_model::stack::Runtime;

use super::resolve::Statement;
use crate::sources::Sources;

/// Where mise looks, the most special first.
const MISE: [&str; 7] = [
    "mise.toml",
    ".mise.toml",
    "mise/config.toml",
    ".mise/config.toml",
    ".config/mise.toml",
    ".config/mise/config.toml",
    ".rtx.toml",
];

/// What the file says on the first line that says anything; what follows `#` or `//` says nothing.
pub(crate) fn version_file(
    sources: &Sources<'_>,
    path: &str,
    rule: &'static str,
) -> Option<Statement> {
    let text = sources.text(path)?;
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let content = content.split('#').next().unwrap_or_default();
        let content = content.split("//").next().unwrap_or_default().trim();
        (!content.is_empty()).then(|| Statement {
            text: content.to_owned(),
            evidence: Evidence::at(path, line, rule),
        })
    })
}

/// The same of the file of this name in `folder`, or else in the nearest folder around it.
pub(crate) fn nearest_version_file(
    sources: &Sources<'_>,
    folder: &str,
    name: &str,
    rule: &'static str,
) -> Option<Statement> {
    folders(folder).find_map(|folder| version_file(sources, &inside(folder, name), rule))
}

/// The same of several names, of which the first in a folder wins.
pub(crate) fn nearest_version_files(
    sources: &Sources<'_>,
    folder: &str,
    names: &[(&str, &'static str)],
) -> Option<Statement> {
    folders(folder).find_map(|folder| {
        names
            .iter()
            .find_map(|(name, rule)| version_file(sources, &inside(folder, name), rule))
    })
}

/// What the files of mise and asdf in `folder` and around it say about a runtime: the nearest first.
pub(crate) fn of_tool_files(
    sources: &Sources<'_>,
    folder: &str,
    runtime: Runtime,
) -> Vec<Statement> {
    let mut statements = Vec::new();
    for folder in folders(folder) {
        for name in MISE {
            statements.extend(of_mise(sources, &inside(folder, name), runtime));
        }
        statements.extend(of_asdf(sources, &inside(folder, ".tool-versions"), runtime));
    }
    statements
}

/// What asdf and mise call a runtime.
const fn plugins(runtime: Runtime) -> &'static [&'static str] {
    match runtime {
        Runtime::Node => &["nodejs", "node"],
        Runtime::Python => &["python"],
        Runtime::Go => &["golang", "go"],
        Runtime::Deno => &["deno"],
        Runtime::Bun => &["bun"],
        Runtime::Rust => &["rust"],
        Runtime::Java => &["java"],
        Runtime::Ruby => &["ruby"],
        Runtime::Php => &["php"],
        Runtime::Dotnet => &["dotnet", "dotnet-core"],
        Runtime::Elixir => &["elixir"],
        Runtime::Erlang => &["erlang"],
        Runtime::Swift => &["swift"],
        Runtime::Gleam => &["gleam"],
        Runtime::Zig => &["zig"],
        Runtime::Haskell => &["ghc", "haskell"],
        Runtime::Crystal => &["crystal"],
        Runtime::Dart => &["dart"],
    }
}

/// `nodejs 18.17.0 system # why`: the first version counts, the others are fallbacks.
fn of_asdf(sources: &Sources<'_>, path: &str, runtime: Runtime) -> Option<Statement> {
    let text = sources.text(path)?;
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let content = content.split('#').next().unwrap_or_default();
        let mut words = content.split_whitespace();
        let plugin = words.next()?;
        let version = words.next()?;
        plugins(runtime).contains(&plugin).then(|| Statement {
            text: version.to_owned(),
            evidence: Evidence::at(path, line, "tool-versions"),
        })
    })
}

/// `node = "20"`, `node = ["20", "18"]`, `node = { version = "20" }`, `"core:node" = "20"`.
fn of_mise(sources: &Sources<'_>, path: &str, runtime: Runtime) -> Option<Statement> {
    let text = sources.text(path)?;
    let file = match TomlFile::parse(path, text) {
        Ok(file) => file,
        Err(problem) => {
            sources.report(problem);
            return None;
        }
    };
    let tools = file.get(&["tools"])?.entries();
    let (_, tool) = tools.into_iter().find(|(name, _)| {
        let name = name.strip_prefix("core:").unwrap_or(name);
        plugins(runtime).contains(&name)
    })?;
    let tool = tool.get("version").unwrap_or(tool);
    let first = tool.elements().into_iter().next().unwrap_or(tool);
    let first = first.get("version").unwrap_or(first);
    Some(Statement {
        text: first.as_str()?.to_owned(),
        evidence: first.evidence("mise-toml"),
    })
}

/// `folder` and the folders around it, up to the root.
fn folders(folder: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(folder), |inner| {
        (*inner != ".").then(|| inner.rsplit_once('/').map_or(".", |(outer, _)| outer))
    })
}

fn inside(folder: &str, name: &str) -> String {
    if folder == "." {
        name.to_owned()
    } else {
        format!("{folder}/{name}")
    }
}
