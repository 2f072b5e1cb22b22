//! What the configuration of a hosting service says about a site: which folder is handed out, and
//! whether unknown paths are answered with its `index.html`.
//!
//! Sources: "File-based configuration" in the documentation of Netlify, `vercel.json` in that of Vercel,
//! "Configure hosting behavior" in that of Firebase, `static.json` of Heroku's static buildpack.

use dhtl_detection::formats::toml::{self, TomlFile};
use dhtl_project_model::{Evidence, Found};

use crate::json::{self, Dialect, Node};
use crate::places;
use crate::sources::Sources;

/// What is said.
#[derive(Debug, Default)]
pub(crate) struct Hosting {
    /// The folder that is handed out, relative to the root.
    pub(crate) output: Option<Found<String>>,
    /// Whether unknown paths are answered with `index.html`.
    pub(crate) index_fallback: bool,
}

/// What the files in `folder` say; the first that names a folder decides.
pub(crate) fn of_folder(sources: &Sources<'_>, folder: &str) -> Hosting {
    let mut hosting = Hosting::default();
    let found = [
        netlify(sources, folder),
        vercel(sources, folder),
        firebase(sources, folder),
        heroku(sources, folder),
    ];
    for one in found.into_iter().flatten() {
        hosting.index_fallback |= one.index_fallback;
        hosting.output = hosting.output.or(one.output);
    }
    hosting
}

fn netlify(sources: &Sources<'_>, folder: &str) -> Option<Hosting> {
    let path = places::inside(folder, "netlify.toml");
    let file = match TomlFile::parse(&path, sources.text(&path)?) {
        Ok(file) => file,
        Err(problem) => {
            sources.report(problem);
            return None;
        }
    };
    let base = file
        .get(&["build", "base"])
        .and_then(|node| places::join(folder, node.as_str()?));
    let base = base.unwrap_or_else(|| folder.to_owned());
    let output = file.get(&["build", "publish"]).and_then(|node| {
        Some(Found {
            value: places::join(&base, node.as_str()?)?,
            evidence: node.evidence("netlify-publish"),
        })
    });
    let redirects = file.get(&["redirects"]);
    let redirects = redirects.map_or_else(Vec::new, toml::Node::elements);
    let index_fallback = redirects.iter().any(|redirect| {
        let text = |key: &str| redirect.get(key).and_then(toml::Node::as_str);
        text("from") == Some("/*") && text("to").is_some_and(is_index)
    });
    Some(Hosting {
        output,
        index_fallback,
    })
}

fn vercel(sources: &Sources<'_>, folder: &str) -> Option<Hosting> {
    let path = places::inside(folder, "vercel.json");
    let root = json::read(sources, &path, Dialect::WithComments)?;
    Some(Hosting {
        output: output(&root, "outputDirectory", folder, (&path, "vercel-output")),
        index_fallback: rewrites_to_index(&root, "rewrites", &["/(.*)", "/:path*", "/(.*)/"]),
    })
}

fn firebase(sources: &Sources<'_>, folder: &str) -> Option<Hosting> {
    let path = places::inside(folder, "firebase.json");
    let root = json::read(sources, &path, Dialect::WithComments)?;
    let hosting = root.get("hosting")?;
    let hosting = hosting.elements().first().unwrap_or(hosting);
    Some(Hosting {
        output: output(hosting, "public", folder, (&path, "firebase-public")),
        index_fallback: rewrites_to_index(hosting, "rewrites", &["**", "/**"]),
    })
}

fn heroku(sources: &Sources<'_>, folder: &str) -> Option<Hosting> {
    let path = places::inside(folder, "static.json");
    let root = json::read(sources, &path, Dialect::WithComments)?;
    let route = root.descend(&["routes", "/**"]).and_then(Node::text);
    Some(Hosting {
        output: output(&root, "root", folder, (&path, "static-json-root")),
        index_fallback: route.is_some_and(is_index),
    })
}

fn output(
    node: &Node,
    key: &str,
    folder: &str,
    (path, rule): (&str, &'static str),
) -> Option<Found<String>> {
    let node = node.get(key)?;
    Some(Found {
        value: places::join(folder, node.text()?)?,
        evidence: Evidence::at(path, node.line, rule),
    })
}

fn rewrites_to_index(node: &Node, key: &str, everything: &[&str]) -> bool {
    let rewrites = node.get(key).map_or(&[][..], Node::elements);
    rewrites.iter().any(|rewrite| {
        let text = |key: &str| rewrite.get(key).and_then(Node::text);
        text("source").is_some_and(|source| everything.contains(&source))
            && text("destination").is_some_and(is_index)
    })
}

fn is_index(target: &str) -> bool {
    matches!(target, "/index.html" | "index.html" | "/")
}
