//! How applications of frameworks are built and served, a file for each family.
//!
//! A recipe says what happens where no script of the package says otherwise. The first that fits
//! decides: a framework that brings a server or pages goes before the tools it is made of.

mod angular;
mod astro;
mod generators;
mod next;
mod nuxt;
mod platforms;
mod remix;
mod svelte;
mod vinxi;
mod vite;

use dhtl_project_model::stack::ProjectType;
use dhtl_project_model::{Evidence, Found};

use super::code::Code;
use super::package::Package;
use crate::places;
use crate::sources::Sources;

/// How an application is built and served.
#[derive(Debug, Clone)]
pub(super) struct Recipe {
    /// The framework.
    pub(super) name: &'static str,
    /// What shows it.
    pub(super) evidence: Evidence,
    /// What it makes of the package.
    pub(super) project_type: ProjectType,
    /// The program that builds it, with its arguments.
    pub(super) build: Option<&'static str>,
    /// What serves it.
    pub(super) serve: Serve,
    /// The port it listens on where nothing else is said.
    pub(super) port: Option<u16>,
}

/// What serves an application.
#[derive(Debug, Clone)]
pub(super) enum Serve {
    /// A program of one of its packages.
    Program(&'static str),
    /// A program that none of its packages brings, and that is fetched to run.
    Fetched(&'static str),
    /// A command as it stands.
    Command(String),
    /// A web server, with the files in this folder.
    Files {
        /// The folder, relative to the root.
        output: Found<String>,
        /// Whether unknown paths are answered with `index.html`.
        index_fallback: bool,
    },
    /// Nothing that can be told, or nothing at all: it runs on a device or a platform of its own.
    Nothing,
}

/// A package and where it is, for recipes.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) sources: &'a Sources<'a>,
    pub(super) package: &'a Package,
}

type Rule = fn(Place<'_>) -> Option<Recipe>;

/// The rules, the most special first.
const RULES: [Rule; 19] = [
    platforms::electron,
    platforms::mobile,
    platforms::content_servers,
    next::next,
    nuxt::nuxt,
    remix::react_router,
    remix::remix,
    vinxi::tanstack_start,
    vinxi::solid_start,
    svelte::sveltekit,
    astro::astro,
    angular::angular,
    generators::generator,
    vinxi::qwik_city,
    generators::create_react_app,
    vinxi::nitro,
    vite::vite,
    platforms::functions,
    generators::bundler,
];

/// The recipe for a package, where one fits.
pub(super) fn find(place: Place<'_>) -> Option<Recipe> {
    RULES.iter().find_map(|rule| rule(place))
}

impl Place<'_> {
    /// Evidence that the package asks for another one.
    fn needs(&self, name: &str) -> Option<Evidence> {
        let dependency = self.package.dependency(name)?;
        Some(
            self.package
                .evidence(dependency.line, "package-json-dependency"),
        )
    }

    /// The first of several that the package asks for.
    fn needs_any<'name>(&self, names: &[&'name str]) -> Option<(&'name str, Evidence)> {
        names
            .iter()
            .find_map(|name| Some((*name, self.needs(name)?)))
    }

    /// Whether there is a file of this name in the folder of the package.
    fn has(&self, name: &str) -> bool {
        let path = places::inside(&self.package.folder, name);
        self.sources.tree.contains(&path)
    }

    /// Whether there is a file in a folder of this name.
    fn has_folder(&self, name: &str) -> bool {
        let path = places::inside(&self.package.folder, name);
        self.sources.tree.below(&path).next().is_some()
    }

    /// A configuration file, with any of the extensions that it may have.
    fn config(&self, stem: &str) -> Option<Code> {
        Code::config(self.sources, &self.package.folder, stem)
    }

    /// A folder within that of the package, relative to the root.
    fn folder(&self, name: &str, evidence: &Evidence) -> Found<String> {
        let value = places::join(&self.package.folder, name);
        Found {
            value: value.unwrap_or_else(|| places::inside(&self.package.folder, "dist")),
            evidence: evidence.clone(),
        }
    }

    /// Whether a script contains these words.
    fn a_script_has(&self, words: &str) -> bool {
        let scripts = self.package.manifest.get("scripts");
        let scripts = scripts.map_or(&[][..], crate::json::Node::entries);
        scripts
            .iter()
            .any(|(_, script)| script.text().is_some_and(|text| text.contains(words)))
    }
}
