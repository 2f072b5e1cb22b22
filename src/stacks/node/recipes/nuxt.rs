//! Nuxt. Source: "Deployment" in its documentation.

use dhtl_project_model::stack::ProjectType;

use super::vinxi::nitro_server;
use super::{Place, Recipe, Serve};

pub(super) fn nuxt(place: Place<'_>) -> Option<Recipe> {
    let (name, evidence) = place.needs_any(&["nuxt", "nuxt3", "nuxt-edge", "nuxt-start"])?;
    let is_legacy = name != "nuxt3" && place.package.major("nuxt").is_some_and(|major| major < 3);
    let config = place.config("nuxt.config");
    if config.is_none() && !place.a_script_has("nuxt") && !place.a_script_has("nuxi") {
        return None;
    }
    let build = place.package.script("build").unwrap_or_default();
    let target = config
        .as_ref()
        .and_then(|config| config.setting("target", "nuxt-config-target"));
    let is_static = build.contains("generate")
        || target.is_some_and(|target| is_legacy && target.value == "static");
    let (project_type, serve) = match (is_static, is_legacy) {
        (true, _) => {
            let output = if is_legacy { "dist" } else { ".output/public" };
            let output = place.folder(output, &evidence);
            let index_fallback = false;
            (
                ProjectType::Static,
                Serve::Files {
                    output,
                    index_fallback,
                },
            )
        }
        (false, true) => (ProjectType::Web, Serve::Program("nuxt start")),
        (false, false) => (ProjectType::Web, nitro_server(config.as_ref())),
    };
    Some(Recipe {
        name: "nuxt",
        evidence,
        project_type,
        build: Some("nuxt build"),
        serve,
        port: Some(3000),
    })
}
