//! The file that a package runs, where no script says so.

use dhtl_project_model::{Evidence, Found};

use super::package::Package;
use super::scripts;
use crate::places;
use crate::sources::Sources;

/// Files that are run where nothing names one, the most usual first.
const USUAL: [&str; 22] = [
    "index.js",
    "index.mjs",
    "index.cjs",
    "server.js",
    "server.mjs",
    "app.js",
    "main.js",
    "bot.js",
    "src/index.js",
    "src/server.js",
    "src/app.js",
    "src/main.js",
    "server/index.js",
    "index.ts",
    "server.ts",
    "app.ts",
    "main.ts",
    "src/index.ts",
    "src/server.ts",
    "src/app.ts",
    "src/main.ts",
    "server/index.ts",
];

/// The files that the package may be run by, relative to its folder: what `main` names where it is
/// there, and then those of the usual names.
pub(super) fn main_files<'a>(
    sources: &'a Sources<'_>,
    package: &'a Package,
) -> impl Iterator<Item = Found<String>> + 'a {
    let named = ["main", "module"].iter().filter_map(|key| {
        let found = package.text(&[key], "package-json-main")?;
        let value = existing(sources, package, &found.value)?;
        Some(Found { value, ..found })
    });
    named.chain(USUAL.iter().filter_map(|name| {
        let path = places::inside(&package.folder, name);
        sources.tree.contains(&path).then(|| Found {
            value: (*name).to_owned(),
            evidence: Evidence::file(path, "usual-main-file"),
        })
    }))
}

/// The file that `name` stands for, as Node.js looks for it.
pub(super) fn existing(sources: &Sources<'_>, package: &Package, name: &str) -> Option<String> {
    let path = places::join(".", name)?;
    let candidates = ["", ".js", ".ts", ".mjs", ".cjs", "/index.js", "/index.ts"];
    candidates
        .iter()
        .map(|end| format!("{path}{end}"))
        .find(|path| {
            sources
                .tree
                .contains(&places::inside(&package.folder, path))
        })
}

/// The sources that are read for what a server says about itself: what a start script runs or `main`
/// names, or what these are compiled from, and then files of the usual names.
pub(super) fn sources_of_server(sources: &Sources<'_>, package: &Package) -> Vec<String> {
    let mut paths = Vec::new();
    let run = ["start", "start:prod", "dev", "start:dev"]
        .iter()
        .filter_map(|name| scripts::file_of(scripts::resolved(package, name)?));
    let main = package.text(&["main"], "package-json-main");
    for name in run.chain(main.as_ref().map(|main| main.value.as_str())) {
        let compiled = name.trim_start_matches("./");
        let stem = compiled.rsplit_once('.').map_or(compiled, |(stem, _)| stem);
        let stem = ["dist/src/", "dist/", "build/", "lib/", "out/"]
            .iter()
            .find_map(|folder| stem.strip_prefix(folder))
            .unwrap_or(stem);
        let candidates = [
            compiled.to_owned(),
            format!("{compiled}.js"),
            format!("src/{stem}.ts"),
            format!("src/{stem}.js"),
            format!("{stem}.ts"),
        ];
        paths.extend(candidates);
    }
    paths.extend(USUAL.iter().map(|name| (*name).to_owned()));
    let mut found: Vec<String> = Vec::new();
    for path in paths {
        let path = places::inside(&package.folder, &path);
        if sources.tree.contains(&path) && !found.contains(&path) {
            found.push(path);
        }
        // What is further down the list says less and less.
        if found.len() == 3 {
            break;
        }
    }
    found
}
