//! What brings a platform of its own: desktop and mobile applications, and servers of content.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};
use crate::json::{self, Dialect};
use crate::node::scripts;
use crate::places;

/// A desktop application: it is built and handed out, not started on a server.
pub(super) fn electron(place: Place<'_>) -> Option<Recipe> {
    let (name, evidence) =
        place.needs_any(&["electron", "electron-nightly", "@tauri-apps/cli", "nw"])?;
    let is_web = ["next", "nuxt", "express", "fastify"]
        .iter()
        .any(|server| place.package.production(server).is_some());
    if name == "@tauri-apps/cli" && !place.has("src-tauri/tauri.conf.json")
        || is_web && name == "nw"
    {
        return None;
    }
    Some(device(
        match name {
            "@tauri-apps/cli" => "tauri",
            "nw" => "nw",
            _ => "electron",
        },
        evidence,
    ))
}

/// A mobile application.
pub(super) fn mobile(place: Place<'_>) -> Option<Recipe> {
    let names = [
        "expo",
        "react-native",
        "nativescript",
        "@nativescript/core",
        "cordova",
    ];
    let (name, evidence) = place.needs_any(&names)?;
    let is_application = place.has("app.json")
        || place.config("app.config").is_some()
        || place.has_folder("android")
        || place.has_folder("ios")
        || place.package.production(name).is_some() && place.package.script("start").is_some();
    if let Some(pages) = pages_of_expo(place, &evidence).filter(|_| name == "expo") {
        return Some(pages);
    }
    is_application.then(|| {
        let name = match name {
            "expo" => "expo",
            "react-native" => "react-native",
            "cordova" => "cordova",
            _ => "nativescript",
        };
        device(name, evidence)
    })
}

/// The pages that Expo leaves, where its build is one for the web.
///
/// Source: "Publish websites" and `web.output` in the documentation of Expo.
fn pages_of_expo(place: Place<'_>, evidence: &Evidence) -> Option<Recipe> {
    let build = scripts::resolved(place.package, scripts::build(place.package)?)?;
    let (_, arguments) = build.split_once("expo export")?;
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let behind = |names: &[&str]| {
        let at = words.iter().position(|word| names.contains(word))?;
        words.get(at + 1).copied()
    };
    let is_legacy = arguments.starts_with(":web");
    let platform = behind(&["--platform", "-p"]);
    if !is_legacy && platform.is_some_and(|platform| platform != "web") {
        return None;
    }
    let path = places::inside(&place.package.folder, "app.json");
    let config = json::read(place.sources, &path, Dialect::Strict);
    let output = config
        .as_ref()
        .and_then(|config| config.descend(&["expo", "web", "output"])?.text());
    let folder = behind(&["--output-dir"]).unwrap_or(if is_legacy { "web-build" } else { "dist" });
    let (project_type, serve) = if output == Some("server") {
        (ProjectType::Web, Serve::Nothing)
    } else {
        let files = Serve::Files {
            output: place.folder(folder, evidence),
            index_fallback: output != Some("static"),
        };
        (ProjectType::Static, files)
    };
    Some(Recipe {
        name: "expo",
        evidence: evidence.clone(),
        project_type,
        build: Some("expo export --platform web"),
        serve,
        port: None,
    })
}

/// What is handed to a platform that runs it, and is started nowhere else.
pub(super) fn functions(place: Place<'_>) -> Option<Recipe> {
    if scripts::start(place.package).is_some() {
        return None;
    }
    let has_any = |names: &[&str]| names.iter().any(|name| place.has(name));
    let of_package = |package: &str| place.needs(package);
    let (name, evidence) = if has_any(&["wrangler.toml", "wrangler.json", "wrangler.jsonc"]) {
        let (_, evidence) = place.needs_any(&["wrangler", "@cloudflare/workers-types"])?;
        ("cloudflare-workers", evidence)
    } else if has_any(&["serverless.yml", "serverless.yaml"]) {
        let (_, evidence) = place.needs_any(&["serverless", "serverless-offline", "osls"])?;
        ("serverless", evidence)
    } else if has_any(&["host.json"]) {
        ("azure-functions", of_package("@azure/functions")?)
    } else {
        ("firebase-functions", of_package("firebase-functions")?)
    };
    Some(Recipe {
        name,
        evidence,
        project_type: ProjectType::Api,
        build: None,
        serve: Serve::Nothing,
        port: None,
    })
}

fn device(name: &'static str, evidence: Evidence) -> Recipe {
    Recipe {
        name,
        evidence,
        project_type: ProjectType::App,
        build: None,
        serve: Serve::Nothing,
        port: None,
    }
}

/// Servers that are configured more than written.
pub(super) fn content_servers(place: Place<'_>) -> Option<Recipe> {
    const SERVERS: [(&str, &str, Option<&str>, &str, u16); 9] = [
        (
            "strapi",
            "@strapi/strapi",
            Some("strapi build"),
            "strapi start",
            1337,
        ),
        (
            "strapi",
            "strapi",
            Some("strapi build"),
            "strapi start",
            1337,
        ),
        (
            "medusa",
            "@medusajs/medusa",
            Some("medusa build"),
            "medusa start",
            9000,
        ),
        (
            "keystone",
            "@keystone-6/core",
            Some("keystone build"),
            "keystone start",
            3000,
        ),
        ("directus", "directus", None, "directus start", 8055),
        (
            "redwood",
            "@redwoodjs/core",
            Some("rw build"),
            "rw serve",
            8910,
        ),
        ("blitz", "blitz", Some("blitz build"), "blitz start", 3000),
        ("waku", "waku", Some("waku build"), "waku start", 8080),
        ("node-red", "node-red", None, "node-red", 1880),
    ];
    SERVERS
        .iter()
        .find_map(|(name, package, build, start, port)| {
            let evidence = place.needs(package)?;
            Some(Recipe {
                name,
                evidence,
                project_type: ProjectType::Web,
                build: *build,
                serve: Serve::Program(start),
                port: Some(*port),
            })
        })
}
