//! What brings a platform of its own: desktop and mobile applications, and servers of content.

use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

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

fn device(name: &'static str, evidence: dhtl_project_model::Evidence) -> Recipe {
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
    const SERVERS: [(&str, &str, Option<&str>, &str, u16); 8] = [
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
