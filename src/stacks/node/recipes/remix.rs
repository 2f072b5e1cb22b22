//! Remix and React Router. Source: "Deployment" and "SPA Mode" in their documentation.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

/// React Router from version 7 on, where it is used as a framework.
pub(super) fn react_router(place: Place<'_>) -> Option<Recipe> {
    let evidence = place.needs("@react-router/dev")?;
    let config = place.config("react-router.config");
    let setting = |key: &str, rule| config.as_ref().and_then(|config| config.setting(key, rule));
    let ssr = setting("ssr", "react-router-ssr").filter(|ssr| ssr.value == "false");
    let serve = match ssr {
        Some(ssr) => {
            let folder = setting("buildDirectory", "react-router-build-directory");
            let folder = folder.map_or_else(|| "build".to_owned(), |folder| folder.value);
            files(place, &folder, &ssr.evidence)
        }
        // Another server comes with a script that starts it, or with a platform.
        None if place.needs("@react-router/serve").is_none() => Serve::Nothing,
        None => Serve::Program("react-router-serve ./build/server/index.js"),
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
        (Some(ssr), _) if ssr.value == "false" => files(place, "build", &ssr.evidence),
        _ if place.needs("@remix-run/serve").is_none() => Serve::Nothing,
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

fn files(place: Place<'_>, folder: &str, evidence: &Evidence) -> Serve {
    Serve::Files {
        output: place.folder(&format!("{folder}/client"), evidence),
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
