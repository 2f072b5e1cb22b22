//! A folder of pages without anything that makes them.

use dhtl_project_model::stack::{ProjectType, Stack, StackKind};
use dhtl_project_model::{Evidence, Found, Language};

use super::hosting;
use crate::node::Packages;
use crate::places;
use crate::sources::Sources;

/// Where pages are, the most usual first.
const FOLDERS: [&str; 10] = [
    ".", "public", "site", "www", "html", "htdocs", "static", "web", "dist", "src",
];

/// Where pages about something else are as well: they count where there is nothing else.
const DOCUMENTATION: [&str; 2] = ["docs", "_site"];

/// The pages of a project, where they are all that there is to it.
pub(super) fn find(sources: &Sources<'_>, others: &[Stack]) -> Option<Stack> {
    if !others.iter().all(|other| is_tooling(sources, other)) {
        return None;
    }
    let is_code = sources
        .project
        .languages
        .iter()
        .any(|language| language.value != Language::Node);
    let has_package = others.iter().any(|other| other.kind != StackKind::Static);
    let folders = FOLDERS
        .iter()
        .filter(|folder| !is_code || matches!(**folder, "." | "public" | "www" | "html"))
        .chain(DOCUMENTATION.iter().filter(|_| !is_code && !has_package));
    let page_in = |folder: &str| {
        ["index.html", "index.htm"]
            .iter()
            .map(|name| places::inside(folder, name))
            .find(|page| sources.tree.contains(page))
    };
    let hosting = hosting::of_folder(sources, ".");
    let named = hosting
        .output
        .filter(|output| page_in(&output.value).is_some());
    let (folder, evidence) = match named {
        Some(output) => (output.value, output.evidence),
        None => folders.into_iter().find_map(|folder| {
            let evidence = Evidence::file(page_in(folder)?, "static-index");
            Some(((*folder).to_owned(), evidence))
        })?,
    };
    let project_type = Found {
        value: ProjectType::Static,
        evidence: evidence.clone(),
    };
    let mut stack = Stack::new(".", StackKind::Static, evidence.clone(), project_type);
    stack.index_fallback = hosting.index_fallback || redirects_to_index(sources, &folder);
    stack.static_output = Some(Found {
        value: folder,
        evidence,
    });
    Some(stack)
}

/// Whether a stack only helps to write the pages: a package of Node.js that is neither started nor
/// built nor used by others.
fn is_tooling(sources: &Sources<'_>, other: &Stack) -> bool {
    let package = Packages::of(sources).get(&other.folder);
    let is_published = package.is_some_and(|package| {
        ["exports", "module", "bin", "types", "files"]
            .iter()
            .any(|key| package.manifest.get(key).is_some())
            || !package.is_private()
                && package
                    .text(&["main"], "package-json-main")
                    .is_some_and(|main| {
                        let path = places::join(&package.folder, &main.value);
                        path.is_some_and(|path| sources.tree.contains(&path))
                    })
    });
    other.kind == StackKind::Node
        && other.project_type.value == ProjectType::Library
        && other.static_output.is_none()
        && !is_published
}

/// `/* /index.html 200` in a `_redirects` of Netlify or Cloudflare Pages.
fn redirects_to_index(sources: &Sources<'_>, folder: &str) -> bool {
    let path = places::inside(folder, "_redirects");
    sources.text(&path).is_some_and(|text| {
        text.lines().any(|line| {
            let words: Vec<&str> = line.split_whitespace().collect();
            matches!(words.as_slice(), ["/*", "/index.html", "200" | "200!", ..])
        })
    })
}
