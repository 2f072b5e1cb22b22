//! `SvelteKit`. Source: "Adapters" in its documentation.

use dhtl_project_model::Evidence;
use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};

pub(super) fn sveltekit(place: Place<'_>) -> Option<Recipe> {
    let evidence = place.needs("@sveltejs/kit")?;
    let config = place.config("svelte.config");
    if place.package.manifest.get("exports").is_some() && place.needs("@sveltejs/package").is_some()
    {
        // A library, of which the pages only show it.
        return None;
    }
    // An adapter counts where the configuration imports it; what is installed beside it does not.
    let uses = |name: &str| {
        place.needs(name).is_some() && config.as_ref().is_none_or(|config| config.mentions(name))
    };
    let setting = |key: &str| {
        let config = config.as_ref()?;
        config.setting(key, "svelte-config")
    };
    let (project_type, serve) = if uses("@sveltejs/adapter-static") {
        let output = setting("pages").map_or_else(
            || place.folder("build", &evidence),
            |pages| place.folder(&pages.value, &pages.evidence),
        );
        let index_fallback = setting("fallback").is_some();
        (
            ProjectType::Static,
            Serve::Files {
                output,
                index_fallback,
            },
        )
    } else if uses("@sveltejs/adapter-node") {
        let folder = setting("out").map_or_else(|| "build".to_owned(), |out| out.value);
        (ProjectType::Web, Serve::Command(format!("node {folder}")))
    } else if uses("@sveltejs/adapter-auto") {
        // It makes what `adapter-node` does where the environment asks for that, as `deploy` has it.
        (ProjectType::Web, Serve::Command("node build".to_owned()))
    } else {
        // The others make something for a platform.
        (ProjectType::Web, Serve::Nothing)
    };
    let evidence = match &serve {
        Serve::Command(_) if uses("@sveltejs/adapter-auto") => Evidence {
            rule: "sveltekit-adapter-auto".into(),
            ..evidence
        },
        _ => evidence,
    };
    Some(Recipe {
        name: "sveltekit",
        evidence,
        project_type,
        build: Some("vite build"),
        serve,
        port: Some(3000),
    })
}
