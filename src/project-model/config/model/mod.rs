//! The content of `.dhtconfig`, format 2.0, as types.
//!
//! Source: seed 001 section 1 for format 2.0 and seed 000 section 3 for the sections that 1.0 has
//! and 2.0 keeps. The doc comments are the descriptions of the JSON Schema.

mod practice;
mod python;
mod system;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::practice::{Ci, Docker, EnvTemplate, Git, GitHooks, Preferences, Validation};
pub use self::python::{
    DependenciesSection, Fingerprint, Implementation, InferredDistribution, ProjectSection,
    PythonSection,
};
pub use self::system::{
    Binaries, Binary, DarwinPackages, GoLanguage, Languages, LinuxPackages, NodeLanguage,
    PlatformDeps, RustLanguage, WindowsPackages,
};

/// What `.dhtconfig` says: only what cannot be inferred from the project itself.
///
/// Every section is optional; keys that begin with `x-` are the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = ".dhtconfig")]
pub struct Config {
    /// The format of the file.
    #[schemars(extend("const" = "2.0"))]
    pub version: String,
    /// The oldest version of dhtl that can read the file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+(\.[0-9]+)*([.+-]?[A-Za-z0-9]+)*$"))]
    pub dht_version: Option<String>,
    /// When, by what and where the environment was captured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Fingerprint>,
    /// What the project is, where detection needs help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project: Option<ProjectSection>,
    /// The interpreter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub python: Option<PythonSection>,
    /// Where the set of distributions comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependencies: Option<DependenciesSection>,
    /// System packages, under the names of each platform's package managers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform_deps: Option<PlatformDeps>,
    /// Other languages the project uses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub languages: Option<Languages>,
    /// Programs the project needs, with their versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binaries: Option<Binaries>,
    /// Development tools and their exact versions: `ruff: "0.1.0"`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tools: BTreeMap<String, String>,
    /// Environment variables: names only, never values.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub env_template: Option<EnvTemplate>,
    /// What the git checkout needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git: Option<Git>,
    /// Hints for the container image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub docker: Option<Docker>,
    /// Which CI to generate for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ci: Option<Ci>,
    /// Which tool fills which role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preferences: Option<Preferences>,
    /// What the regenerated environment is compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub validation: Option<Validation>,
}

impl Default for Config {
    /// A file of format 2.0 that says nothing more.
    fn default() -> Self {
        Self {
            version: "2.0".to_owned(),
            dht_version: None,
            fingerprint: None,
            project: None,
            python: None,
            dependencies: None,
            platform_deps: None,
            languages: None,
            binaries: None,
            tools: BTreeMap::new(),
            env_template: None,
            git: None,
            docker: None,
            ci: None,
            preferences: None,
            validation: None,
        }
    }
}
