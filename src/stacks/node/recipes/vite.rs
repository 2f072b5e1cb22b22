//! Vite without a framework around it. Source: "Building for Production" in its documentation.

use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};
use crate::places;

/// A page that Vite builds; without an `index.html` it builds a library, or part of something else.
pub(super) fn vite(place: Place<'_>) -> Option<Recipe> {
    let (_, evidence) = place.needs_any(&["vite", "rolldown-vite", "vite-plus"])?;
    let config = place.config("vite.config");
    let setting = |key: &str, rule| config.as_ref().and_then(|config| config.setting(key, rule));
    let root = setting("root", "vite-root").map_or_else(|| ".".to_owned(), |root| root.value);
    let page = if root == "." {
        "index.html".to_owned()
    } else {
        // Only what is written out is known: a `resolve(…)` is a word.
        places::join(".", &root).map_or_else(
            || "index.html".to_owned(),
            |root| format!("{root}/index.html"),
        )
    };
    let has_page = place.has(&page) || place.has("index.html") || place.has("src/index.html");
    if !has_page {
        return None;
    }
    // Beside `build` it says nothing, and is often written there.
    let output = config
        .as_ref()
        .and_then(|config| config.setting_in("build", "outDir", "vite-out-dir"))
        .and_then(|folder| {
            // It is relative to the root of Vite.
            let relative = if root.starts_with(|first: char| first.is_alphabetic() || first == '.')
            {
                format!("{root}/{}", folder.value)
            } else {
                folder.value.clone()
            };
            let value = places::join(&place.package.folder, &relative)?;
            let is_path = folder.value.contains(['/', '.']) || is_plain_name(&folder.value);
            is_path.then_some(dhtl_project_model::Found { value, ..folder })
        })
        .unwrap_or_else(|| place.folder("dist", &evidence));
    Some(Recipe {
        name: "vite",
        evidence,
        project_type: ProjectType::Static,
        build: Some("vite build"),
        serve: Serve::Files {
            output,
            index_fallback: true,
        },
        port: Some(4173),
    })
}

/// Whether `text` is the name of a folder and not that of a variable or of a function.
fn is_plain_name(text: &str) -> bool {
    text.bytes()
        .all(|byte| byte.is_ascii_lowercase() || byte == b'-' || byte == b'_')
        && !matches!(text, "path" | "resolve" | "join" | "process" | "undefined")
}
