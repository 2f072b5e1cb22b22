//! How an application is deployed.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a deployment needs to know of an application.
///
/// Source: seed 002, task 0.1.5, `ProjectConfig`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeployConfig {
    /// What it is written for: `nodejs`, `python`, `static`, `go` and others.
    #[serde(rename = "type")]
    pub kind: String,
    /// What installs its dependencies and builds it, in the order of a shell; none where there is
    /// nothing to do.
    pub build_command: Option<String>,
    /// What starts it; none for files that a web server hands out as they are.
    pub start_command: Option<String>,
    /// The port it listens on. It is told to the application as `PORT`.
    pub port: u16,
    /// Environment variables with the values that a deployment sets; those that the user has to
    /// set have no value here and stand in `env_vars`.
    pub environment: BTreeMap<String, String>,
    /// Where it is in a container.
    pub install_path: String,
}

impl DeployConfig {
    /// Where an application is in a container unless something else is said.
    pub const INSTALL_PATH: &'static str = "/app";
}
