//! Angular. Source: "Build", "Server and hybrid rendering" and "Deployment" in its documentation.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};
use crate::json::{self, Dialect, Node};
use crate::places;

pub(super) fn angular(place: Place<'_>) -> Option<Recipe> {
    let evidence = place.needs("@angular/core")?;
    let path = places::inside(&place.package.folder, "angular.json");
    let workspace = json::read(place.sources, &path, Dialect::WithComments)?;
    let (name, project) = application(&workspace)?;
    let build = target(project, "build")?;
    let options = build.get("options");
    let option = |key: &str| options.and_then(|options| options.get(key));
    let builder = build
        .get("builder")
        .and_then(Node::text)
        .unwrap_or_default();
    let is_application_builder = builder.ends_with(":application");
    // From the application builder on, `outputPath` can be an object with the base of the paths.
    let path_option = option("outputPath");
    let base = path_option
        .and_then(|node| node.text().or_else(|| node.get("base")?.text()))
        .map_or_else(|| format!("dist/{name}"), str::to_owned);
    let output_evidence = path_option.map_or(evidence.clone(), |node| {
        Evidence::at(&path, node.line, "angular-output-path")
    });
    let is_rendered = option("ssr").is_some_and(|ssr| ssr.boolean() != Some(false))
        && option("outputMode").and_then(Node::text) != Some("static");
    let is_universal = target(project, "server").is_some();
    let (project_type, serve) = if is_rendered || is_universal {
        let file = if is_rendered {
            "server/server.mjs"
        } else {
            "server/main.js"
        };
        (
            ProjectType::Web,
            Serve::Command(format!("node {base}/{file}")),
        )
    } else {
        let folder = if is_application_builder {
            format!("{base}/browser")
        } else {
            base
        };
        let output = place.folder(&folder, &output_evidence);
        let index_fallback = true;
        (
            ProjectType::Static,
            Serve::Files {
                output,
                index_fallback,
            },
        )
    };
    Some(Recipe {
        name: "angular",
        evidence,
        project_type,
        build: Some("ng build"),
        serve,
        port: Some(4000),
    })
}

/// The project that `ng build` builds: the default one, or else the first application.
fn application(workspace: &Node) -> Option<(&str, &Node)> {
    let projects = workspace.get("projects")?.entries();
    let default = workspace.get("defaultProject").and_then(Node::text);
    let is_application = |project: &Node| {
        let kind = project.get("projectType").and_then(Node::text);
        kind.is_none_or(|kind| kind == "application")
    };
    projects
        .iter()
        .find(|(name, _)| Some(name.as_str()) == default)
        .or_else(|| projects.iter().find(|(_, project)| is_application(project)))
        .map(|(name, project)| (name.as_str(), project))
}

fn target<'n>(project: &'n Node, name: &str) -> Option<&'n Node> {
    let targets = project
        .get("architect")
        .or_else(|| project.get("targets"))?;
    targets.get(name)
}
