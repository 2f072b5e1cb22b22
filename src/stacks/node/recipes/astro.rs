//! Astro. Source: "On-demand rendering" and "@astrojs/node" in its documentation.

use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

pub(super) fn astro(place: Place<'_>) -> Option<Recipe> {
    let evidence = place.needs("astro")?;
    let config = place.config("astro.config");
    if config.is_none() && !place.has_folder("src/pages") {
        return None;
    }
    let setting = |key: &str, rule| config.as_ref().and_then(|config| config.setting(key, rule));
    let output = setting("output", "astro-output");
    let is_rendered = output
        .as_ref()
        .is_some_and(|output| matches!(output.value.as_str(), "server" | "hybrid"));
    let has_adapter = |name: &str| {
        place.needs(name).is_some() && config.as_ref().is_some_and(|config| config.mentions(name))
    };
    let (project_type, serve) = if has_adapter("@astrojs/node") {
        let command = "node ./dist/server/entry.mjs".to_owned();
        (ProjectType::Web, Serve::Command(command))
    } else if is_rendered {
        (ProjectType::Web, Serve::Nothing)
    } else {
        let output = setting("outDir", "astro-out-dir").map_or_else(
            || place.folder("dist", &evidence),
            |folder| place.folder(&folder.value, &folder.evidence),
        );
        let index_fallback = false;
        (
            ProjectType::Static,
            Serve::Files {
                output,
                index_fallback,
            },
        )
    };
    Some(Recipe {
        name: "astro",
        evidence,
        project_type,
        build: Some("astro build"),
        serve,
        port: Some(4321),
    })
}
