//! Next.js. Source: "Deploying" and "Static Exports" in its documentation.

use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

pub(super) fn next(place: Place<'_>) -> Option<Recipe> {
    let evidence = place.needs("next")?;
    let config = place.config("next.config");
    let has_pages = ["pages", "app", "src/pages", "src/app"]
        .iter()
        .any(|folder| place.has_folder(folder));
    if config.is_none() && !has_pages && !place.a_script_has("next ") {
        return None;
    }
    let output = config.and_then(|config| config.setting("output", "next-config-output"));
    let is_exported = output
        .as_ref()
        .is_some_and(|output| output.value == "export");
    let is_exported = is_exported || place.a_script_has("next export");
    let (project_type, serve) = if is_exported {
        let evidence = output.map_or(evidence.clone(), |output| output.evidence);
        let output = place.folder("out", &evidence);
        let index_fallback = false;
        (
            ProjectType::Static,
            Serve::Files {
                output,
                index_fallback,
            },
        )
    } else {
        (ProjectType::Web, Serve::Program("next start"))
    };
    Some(Recipe {
        name: "next",
        evidence,
        project_type,
        build: Some("next build"),
        serve,
        port: Some(3000),
    })
}
