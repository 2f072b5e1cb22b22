//! What leaves nothing but files: generators of sites, and bundlers of pages.
//!
//! Sources: "Deployment" in the documentation of each.

use dhtl_project_model::Found;
use dhtl_project_model::stack::ProjectType;

use super::{Place, Recipe, Serve};
use crate::places;

/// A tool that leaves files.
struct Tool {
    name: &'static str,
    /// The packages that show it.
    packages: &'static [&'static str],
    build: &'static str,
    output: &'static str,
    index_fallback: bool,
}

const fn tool(
    name: &'static str,
    packages: &'static [&'static str],
    build: &'static str,
    output: &'static str,
    index_fallback: bool,
) -> Tool {
    Tool {
        name,
        packages,
        build,
        output,
        index_fallback,
    }
}

const GENERATORS: [Tool; 22] = [
    tool("gatsby", &["gatsby"], "gatsby build", "public", false),
    tool(
        "docusaurus",
        &["@docusaurus/core", "docusaurus"],
        "docusaurus build",
        "build",
        false,
    ),
    tool("eleventy", &["@11ty/eleventy"], "eleventy", "_site", false),
    tool("hexo", &["hexo"], "hexo generate", "public", false),
    tool("gridsome", &["gridsome"], "gridsome build", "dist", false),
    tool(
        "quasar",
        &["@quasar/app-vite", "@quasar/app-webpack", "@quasar/app"],
        "quasar build",
        "dist/spa",
        true,
    ),
    tool(
        "vue-cli",
        &["@vue/cli-service"],
        "vue-cli-service build",
        "dist",
        true,
    ),
    tool(
        "ember",
        &["ember-cli"],
        "ember build --environment=production",
        "dist",
        true,
    ),
    tool("stencil", &["@stencil/core"], "stencil build", "www", true),
    tool("umi", &["umi", "@umijs/max"], "umi build", "dist", true),
    tool("preact-cli", &["preact-cli"], "preact build", "build", true),
    tool(
        "ionic",
        &["@ionic/react", "@ionic/vue"],
        "ionic build",
        "dist",
        true,
    ),
    tool("slidev", &["@slidev/cli"], "slidev build", "dist", true),
    tool(
        "elm",
        &["elm-app", "create-elm-app"],
        "elm-app build",
        "build",
        true,
    ),
    tool(
        "observable",
        &["@observablehq/framework"],
        "observable build",
        "dist",
        false,
    ),
    tool("redoc", &["@redocly/realm"], "realm build", "dist", false),
    tool("sanity", &["sanity"], "sanity build", "dist", true),
    tool(
        "rspress",
        &["rspress", "@rspress/core"],
        "rspress build",
        "doc_build",
        false,
    ),
    tool(
        "brunch",
        &["brunch"],
        "brunch build --production",
        "public",
        false,
    ),
    tool(
        "polymer",
        &["polymer-cli"],
        "polymer build",
        "build/default",
        true,
    ),
    tool("ice", &["@ice/app"], "ice build", "build", true),
    tool("honkit", &["honkit"], "honkit build", "_book", false),
];

/// A generator of sites.
pub(super) fn generator(place: Place<'_>) -> Option<Recipe> {
    press(place).or_else(|| {
        let has_source = |tool: &Tool| match tool.name {
            "eleventy" => {
                ["eleventy.config", ".eleventy"]
                    .iter()
                    .any(|stem| place.config(stem).is_some())
                    || place.a_script_has("eleventy")
            }
            "stencil" => place.has("src/index.html"),
            "ionic" => place.has("ionic.config.json"),
            "hexo" => place.has("_config.yml"),
            // Its client has the same name where pages only ask for what it holds.
            "sanity" => place.config("sanity.config").is_some() && place.a_script_has("sanity "),
            _ => true,
        };
        GENERATORS
            .iter()
            .filter(|tool| has_source(tool))
            .find_map(|tool| recipe(place, tool))
    })
}

/// `VitePress` and `VuePress`, whose folder is named in the script that builds it.
fn press(place: Place<'_>) -> Option<Recipe> {
    for (name, output) in [
        ("vitepress", ".vitepress/dist"),
        ("vuepress", ".vuepress/dist"),
    ] {
        let Some(evidence) = place.needs(name) else {
            continue;
        };
        let build = format!("{name} build");
        let scripts = place.package.manifest.get("scripts");
        let scripts = scripts.map_or(&[][..], crate::json::Node::entries);
        let folder = scripts.iter().find_map(|(_, script)| {
            let behind = script.text()?.split_once(&build)?.1;
            let word = behind.split_whitespace().next().unwrap_or(".");
            Some(if word.starts_with(['-', '&', '|', ';']) {
                "."
            } else {
                word
            })
        });
        let folder = folder.unwrap_or(if place.has_folder("docs") {
            "docs"
        } else {
            "."
        });
        let folder = places::inside(folder, output);
        return Some(Recipe {
            name,
            project_type: ProjectType::Static,
            build: None,
            serve: Serve::Files {
                output: place.folder(&folder, &evidence),
                index_fallback: false,
            },
            port: None,
            evidence,
        });
    }
    None
}

/// Create React App, and what changes its configuration.
pub(super) fn create_react_app(place: Place<'_>) -> Option<Recipe> {
    let tool = tool(
        "create-react-app",
        &[
            "react-scripts",
            "react-scripts-ts",
            "@craco/craco",
            "react-app-rewired",
        ],
        "react-scripts build",
        "build",
        true,
    );
    recipe(place, &tool)
}

/// A bundler, where there is a page for it.
pub(super) fn bundler(place: Place<'_>) -> Option<Recipe> {
    let tools = [
        tool(
            "parcel",
            &["parcel", "parcel-bundler"],
            "parcel build index.html",
            "dist",
            true,
        ),
        tool("snowpack", &["snowpack"], "snowpack build", "build", true),
        tool("rsbuild", &["@rsbuild/core"], "rsbuild build", "dist", true),
        tool("farm", &["@farmfe/core"], "farm build", "dist", true),
        tool(
            "rspack",
            &["@rspack/cli", "@rspack/core"],
            "rspack build",
            "dist",
            true,
        ),
        tool(
            "webpack",
            &["html-webpack-plugin"],
            "webpack --mode production",
            "dist",
            true,
        ),
    ];
    let has_page = [
        "index.html",
        "src/index.html",
        "public/index.html",
        "static/index.html",
    ]
    .iter()
    .any(|page| place.has(page));
    tools
        .iter()
        .filter(|tool| has_page || tool.name == "rsbuild")
        .find_map(|tool| recipe(place, tool))
}

fn recipe(place: Place<'_>, tool: &Tool) -> Option<Recipe> {
    let (_, evidence) = place.needs_any(tool.packages)?;
    Some(Recipe {
        name: tool.name,
        project_type: ProjectType::Static,
        build: Some(tool.build),
        serve: Serve::Files {
            output: Found {
                ..place.folder(tool.output, &evidence)
            },
            index_fallback: tool.index_fallback,
        },
        port: None,
        evidence,
    })
}
