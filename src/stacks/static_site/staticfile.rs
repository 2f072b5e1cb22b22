//! `Staticfile`: the folder of a site and how it is handed out.
//!
//! Source: the documentation of the Cloud Foundry staticfile buildpack (`root`, `pushstate`).

use dhtl_detection::formats::yaml;
use dhtl_project_model::stack::{ProjectType, Stack, StackKind};
use dhtl_project_model::{Evidence, Found};

use crate::places;
use crate::sources::Sources;

const FILE: &str = "Staticfile";

/// The site that a `Staticfile` at the root describes.
pub(super) fn find(sources: &Sources<'_>) -> Option<Stack> {
    let text = sources.text(FILE)?;
    let root = match yaml::parse(FILE, &text) {
        Ok(root) => root,
        Err(problem) => {
            sources.report(problem);
            None
        }
    };
    let evidence = Evidence::file(FILE, "staticfile");
    let said = |key: &str| root.as_ref().and_then(|root| root.get(key));
    let folder = said("root").and_then(|node| {
        Some(Found {
            value: places::join(".", node.text()?)?,
            evidence: Evidence::at(FILE, node.line, "staticfile-root"),
        })
    });
    let folder = folder.unwrap_or_else(|| Found {
        value: usual_root(sources).to_owned(),
        evidence: evidence.clone(),
    });
    let mut stack = Stack::new(
        ".",
        StackKind::Static,
        evidence.clone(),
        Found {
            value: ProjectType::Static,
            evidence,
        },
    );
    stack.index_fallback = said("pushstate")
        .and_then(yaml::Node::text)
        .is_some_and(|text| matches!(text, "enabled" | "true" | "on"));
    stack.static_output = Some(folder);
    Some(stack)
}

/// Where the pages are when nothing says so.
fn usual_root(sources: &Sources<'_>) -> &'static str {
    ["public", "dist", "site", "_site"]
        .into_iter()
        .find(|folder| {
            !sources.tree.contains("index.html")
                && sources.tree.contains(&places::inside(folder, "index.html"))
        })
        .unwrap_or(".")
}
