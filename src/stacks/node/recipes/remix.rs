//! Remix and React Router. Source: "Deployment" and "SPA Mode" in their documentation.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

/// React Router from version 7 on, where it is used as a framework.
pub(super) fn react_router(place: Place<'_>) -> Option<Recipe> {
    let evidence = place.needs("@react-router/dev")?;
    let ssr = place
        .config("react-router.config")
        .and_then(|config| config.setting("ssr", "react-router-ssr"));
    let is_spa = ssr.as_ref().is_some_and(|ssr| ssr.value == "false");
    let serve = if is_spa {
        files(place, &ssr.map_or(evidence.clone(), |ssr| ssr.evidence))
    } else {
        Serve::Program("react-router-serve ./build/server/index.js")
    };
    Some(recipe(
        "react-router",
        evidence,
        serve,
        "react-router build",
    ))
}

pub(super) fn remix(place: Place<'_>) -> Option<Recipe> {
    let (_, evidence) = place.needs_any(&["@remix-run/dev", "@remix-run/serve"])?;
    let vite = place.config("vite.config");
    let ssr = vite
        .as_ref()
        .and_then(|config| config.setting("ssr", "remix-ssr"));
    let serve = match (ssr, &vite) {
        (Some(ssr), _) if ssr.value == "false" => files(place, &ssr.evidence),
        (_, Some(_)) => Serve::Program("remix-serve ./build/server/index.js"),
        (_, None) => Serve::Program("remix-serve build/index.js"),
    };
    let build = if vite.is_some() {
        "remix vite:build"
    } else {
        "remix build"
    };
    Some(recipe("remix", evidence, serve, build))
}

fn files(place: Place<'_>, evidence: &Evidence) -> Serve {
    Serve::Files {
        output: place.folder("build/client", evidence),
        index_fallback: true,
    }
}

fn recipe(name: &'static str, evidence: Evidence, serve: Serve, build: &'static str) -> Recipe {
    let project_type = match serve {
        Serve::Files { .. } => ProjectType::Static,
        _ => ProjectType::Web,
    };
    Recipe {
        name,
        evidence,
        project_type,
        build: Some(build),
        serve,
        port: Some(3000),
    }
}
