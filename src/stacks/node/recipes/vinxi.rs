//! Frameworks on Nitro or Vinxi, which leave a server in `.output`, and Qwik City.
//!
//! Sources: "Hosting" in the documentation of `TanStack` Start, "Deployment" in those of `SolidStart` and
//! Qwik City.

use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

pub(super) fn tanstack_start(place: Place<'_>) -> Option<Recipe> {
    let names = [
        "@tanstack/react-start",
        "@tanstack/start",
        "@tanstack/solid-start",
    ];
    let (_, evidence) = place.needs_any(&names)?;
    Some(Recipe {
        name: "tanstack-start",
        evidence,
        project_type: ProjectType::Web,
        build: Some("vite build"),
        serve: Serve::Command("node .output/server/index.mjs".to_owned()),
        port: Some(3000),
    })
}

pub(super) fn solid_start(place: Place<'_>) -> Option<Recipe> {
    let (name, evidence) = place.needs_any(&["@solidjs/start", "solid-start"])?;
    let is_legacy = name == "solid-start";
    Some(Recipe {
        name: "solid-start",
        evidence,
        project_type: ProjectType::Web,
        build: Some(if is_legacy {
            "solid-start build"
        } else {
            "vinxi build"
        }),
        serve: if is_legacy {
            Serve::Program("solid-start start")
        } else {
            Serve::Command("node .output/server/index.mjs".to_owned())
        },
        port: Some(3000),
    })
}

/// What a build of Qwik City leaves depends on the adapter, of which each has a script of its own.
pub(super) fn qwik_city(place: Place<'_>) -> Option<Recipe> {
    let (_, evidence) = place.needs_any(&["@builder.io/qwik-city", "@qwik.dev/router"])?;
    let is_node = place.has_folder("adapters/express")
        || place.has_folder("adapters/fastify")
        || place.has_folder("adapters/node-server");
    let serve = if place.has_folder("adapters/static") {
        Serve::Files {
            output: place.folder("dist", &evidence),
            index_fallback: false,
        }
    } else if let Some(script) = ["serve", "start:prod"]
        .into_iter()
        .find_map(|name| place.package.script(name))
        .filter(|script| is_node && script.starts_with("node "))
    {
        Serve::Command(script.to_owned())
    } else {
        Serve::Nothing
    };
    let project_type = match serve {
        Serve::Files { .. } => ProjectType::Static,
        _ => ProjectType::Web,
    };
    Some(Recipe {
        name: "qwik-city",
        evidence,
        project_type,
        build: Some("qwik build"),
        serve,
        port: Some(3000),
    })
}
