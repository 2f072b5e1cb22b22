//! Format 1.0, and how it becomes 2.0.
//!
//! | 1.0 | 2.0 |
//! |---|---|
//! | `project`, `languages`, `docker`, `ci` | the same |
//! | `python.version`, `python.implementation` | the same |
//! | `python.system_packages` (names of Debian) | `platform_deps.linux.apt` |
//! | `tools` (roles: `formatter: ruff`) | `preferences` |
//! | `required_secrets` | `env_template.required` |
//!
//! Source: seed 000 section 3.

use serde::Deserialize;

use super::model::{
    Ci, Config, Docker, EnvTemplate, Implementation, Languages, LinuxPackages, PlatformDeps,
    Preferences, ProjectSection, PythonSection,
};
use super::node::Node;

/// The content of a file of format 1.0.
#[derive(Debug, Deserialize)]
pub(super) struct ConfigV1 {
    /// Says `1.0`, which is why it was decoded as this.
    #[expect(
        dead_code,
        reason = "the decoder learns the known keys from the fields"
    )]
    version: String,
    project: Option<ProjectSection>,
    python: Option<PythonV1>,
    languages: Option<Languages>,
    docker: Option<Docker>,
    ci: Option<Ci>,
    tools: Option<Preferences>,
    #[serde(default)]
    required_secrets: Vec<String>,
}

/// `python` of format 1.0.
#[derive(Debug, Deserialize)]
struct PythonV1 {
    version: Option<String>,
    implementation: Option<Implementation>,
    #[serde(default)]
    system_packages: Vec<String>,
}

/// Keys of 2.0 that stand elsewhere in 1.0: their path there.
const MOVED: [(&str, &str); 3] = [
    ("platform_deps.linux.apt", "python.system_packages"),
    ("env_template.required", "required_secrets"),
    ("preferences", "tools"),
];

/// Top-level keys that exist in 2.0 only.
pub(super) const ONLY_V2: [&str; 9] = [
    "dht_version",
    "fingerprint",
    "dependencies",
    "platform_deps",
    "binaries",
    "env_template",
    "git",
    "preferences",
    "validation",
];

/// Keys that exist in 1.0 only, as section and key, and what 2.0 has instead.
pub(super) const ONLY_V1: [(Option<&str>, &str, &str); 2] = [
    (Some("python"), "system_packages", "platform_deps.linux.apt"),
    (None, "required_secrets", "env_template.required"),
];

/// Where the value of the 2.0 path `key` stands in a file of format 1.0.
pub(super) fn path_in_v1(key: &str) -> Option<String> {
    for (v2, v1) in MOVED {
        match key.strip_prefix(v2) {
            Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => {
                return Some(format!("{v1}{rest}"));
            }
            _ => {}
        }
    }
    // What was moved to 2.0's section is all that can be meant by the section as a whole.
    MOVED
        .iter()
        .find(|(v2, _)| {
            v2.strip_prefix(key)
                .is_some_and(|rest| rest.starts_with('.'))
        })
        .map(|(_, v1)| (*v1).to_owned())
}

impl ConfigV1 {
    /// The same in terms of 2.0; `root` is the tree it was decoded from.
    pub(super) fn into_v2(self, root: &Node) -> Config {
        let mut apt = Vec::new();
        let mut python = None;
        if let Some(PythonV1 {
            version,
            implementation,
            system_packages,
        }) = self.python
        {
            apt = system_packages;
            python = Some(PythonSection {
                version,
                implementation,
            });
        }
        let linux = LinuxPackages {
            apt,
            ..LinuxPackages::default()
        };
        let required = self.required_secrets;
        Config {
            project: self.project,
            // What is left of the section once the packages are gone, unknown keys included.
            python: python.filter(|_| !is_only_packages(root)),
            platform_deps: (!linux.apt.is_empty()).then(|| PlatformDeps {
                linux: Some(linux),
                ..PlatformDeps::default()
            }),
            languages: self.languages,
            env_template: (!required.is_empty()).then(|| EnvTemplate {
                required,
                optional: Vec::new(),
            }),
            docker: self.docker,
            ci: self.ci,
            preferences: self.tools,
            ..Config::default()
        }
    }
}

/// Whether `python` holds nothing but `system_packages`, so that 2.0 has no such section.
pub(super) fn is_only_packages(root: &Node) -> bool {
    let keys = root
        .entry("python")
        .map_or(&[][..], |entry| entry.value.entries());
    matches!(keys, [only] if only.key.text == "system_packages")
}
