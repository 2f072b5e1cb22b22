//! Where the compiler of TypeScript puts what it makes of a file.
//!
//! Source: `outDir`, `rootDir`, `include` and `noEmit` in the reference of `tsconfig.json`.

use super::package::Package;
use super::scripts;
use crate::json::{self, Dialect, Node};
use crate::places;
use crate::sources::Sources;

/// What the build makes of a file of the package, where `tsc` is what builds it.
pub(super) fn file(sources: &Sources<'_>, package: &Package, file: &str) -> Option<String> {
    let build = scripts::resolved(package, scripts::build(package)?)?;
    let config = config_of(build)?;
    let path = places::join(&package.folder, config)?;
    let config = json::read(sources, &path, Dialect::WithComments)?;
    let option = |key: &str| config.descend(&["compilerOptions", key]);
    if option("noEmit").and_then(Node::boolean) == Some(true) {
        return None;
    }
    let text = |key: &str| option(key)?.text();
    let output = places::join(".", text("outDir")?)?;
    let root = match text("rootDir") {
        Some(root) => places::join(".", root)?,
        None => common_folder(&config, file).to_owned(),
    };
    let inner = places::relative(file, &root)?;
    let (stem, extension) = inner.rsplit_once('.')?;
    let extension = match extension {
        "ts" | "tsx" | "jsx" => "js",
        "mts" => "mjs",
        "cts" => "cjs",
        _ => return None,
    };
    Some(places::inside(&output, &format!("{stem}.{extension}")))
}

/// The configuration that `tsc` is called with in a command; none where it is not called, or makes
/// nothing.
fn config_of(build: &str) -> Option<&str> {
    let calls = build.split(['&', ';']).map(str::trim);
    let mut calls = calls.filter_map(|call| {
        let words: Vec<&str> = call.split_whitespace().collect();
        let at = words.iter().position(|word| *word == "tsc")?;
        let arguments = &words[at + 1..];
        if arguments.contains(&"--noEmit") {
            return None;
        }
        let flags = ["-p", "--project", "-b", "--build"];
        let named = arguments.windows(2).find(|pair| flags.contains(&pair[0]));
        let named = named.map_or("tsconfig.json", |pair| pair[1]);
        let is_file = !named.starts_with('-') && named.as_bytes().ends_with(b".json");
        Some(if is_file { named } else { "tsconfig.json" })
    });
    calls.next()
}

/// The folder of all that is compiled: `src` where nothing beside it is.
fn common_folder<'f>(config: &Node, file: &'f str) -> &'f str {
    let Some((first, _)) = file.split_once('/') else {
        return ".";
    };
    let listed = |key: &str| config.get(key).map_or_else(Vec::new, Node::texts);
    let all: Vec<_> = listed("include")
        .into_iter()
        .chain(listed("files"))
        .collect();
    let is_inside = |path: &str| {
        let path = path.trim_start_matches("./");
        path.split('/').next() == Some(first)
    };
    if all.iter().all(|(_, path)| is_inside(path)) {
        first
    } else {
        "."
    }
}
