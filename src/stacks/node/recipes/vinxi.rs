//! Frameworks on Nitro or Vinxi, which leave a server in `.output`, and Qwik City.
//!
//! Sources: "Hosting" in the documentation of `TanStack` Start, "Deployment" in those of `SolidStart` and
//! Qwik City.

use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};
use crate::node::code::Code;

pub(super) fn tanstack_start(place: Place<'_>) -> Option<Recipe> {
    let names = [
        "@tanstack/react-start",
        "@tanstack/start",
        "@tanstack/solid-start",
    ];
    let (name, evidence) = place.needs_any(&names)?;
    Some(Recipe {
        name: "tanstack-start",
        evidence,
        project_type: ProjectType::Web,
        build: Some("vite build"),
        serve: tanstack_server(place, name),
        port: Some(3000),
    })
}

/// A server where Nitro makes one, as it did of itself up to version 1.131; else something that
/// answers requests, for which a server has to be fetched.
fn tanstack_server(place: Place<'_>, name: &str) -> Serve {
    let config = place.config("vite.config");
    let Some(config) = config.filter(|_| name != "@tanstack/start") else {
        return nitro_server(None);
    };
    let uses = |words: &[&str]| words.iter().any(|word| config.mentions(word));
    if uses(&[
        "@cloudflare/vite-plugin",
        "@netlify/vite-plugin-tanstack-start",
    ]) {
        return Serve::Nothing;
    }
    let request = &place.package.dependency(name).map(|one| &one.request);
    let is_old = request.is_some_and(|request| {
        let mut numbers = request.trim_start_matches(['^', '~', '=', 'v']).split('.');
        let major = numbers.next().and_then(|number| number.parse().ok());
        let minor = numbers.next().and_then(|number| number.parse().ok());
        matches!((major, minor), (Some(1), Some(..=131)))
    });
    if is_old || uses(&["nitro", "nitroV2Plugin", "target"]) {
        return nitro_server(Some(&config));
    }
    Serve::Fetched("srvx --prod -s ../client dist/server/server.js")
}

/// What starts the server that Nitro leaves; the one for a platform is started there alone.
///
/// Source: "Deploy" in the documentation of Nitro.
pub(super) fn nitro_server(config: Option<&Code>) -> Serve {
    let preset = config.and_then(|config| config.setting("preset", "nitro-preset"));
    let preset = preset.map_or_else(String::new, |preset| preset.value.replace('_', "-"));
    let is_of_platform = [
        "vercel",
        "netlify",
        "cloudflare",
        "aws-",
        "azure",
        "firebase",
        "deno-deploy",
    ]
    .iter()
    .any(|platform| preset.starts_with(platform));
    match preset.as_str() {
        "bun" => Serve::Command("bun .output/server/index.mjs".to_owned()),
        _ if is_of_platform => Serve::Nothing,
        _ => Serve::Command("node .output/server/index.mjs".to_owned()),
    }
}

/// Nitro without a framework, or beside Vite alone.
pub(super) fn nitro(place: Place<'_>) -> Option<Recipe> {
    let (_, evidence) = place.needs_any(&["nitropack", "nitro"])?;
    let vite = place
        .config("vite.config")
        .filter(|config| config.mentions("nitro"));
    let own = place.config("nitro.config");
    if vite.is_none() && own.is_none() && !place.a_script_has("nitro build") {
        return None;
    }
    let has_page = place.has("index.html");
    Some(Recipe {
        name: "nitro",
        evidence,
        project_type: if has_page {
            ProjectType::Web
        } else {
            ProjectType::Api
        },
        build: Some(if vite.is_some() {
            "vite build"
        } else {
            "nitro build"
        }),
        serve: nitro_server(own.as_ref().or(vite.as_ref())),
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
            nitro_server(place.config("app.config").as_ref())
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
