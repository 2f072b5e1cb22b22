//! The sections about how the project is worked on, shipped and checked.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Environment variables: names only, never values.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct EnvTemplate {
    /// Names of those the project does not run without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$")))]
    pub required: Vec<String>,
    /// Names of those that have a default.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(regex(pattern = r"^[A-Za-z_][A-Za-z0-9_]*$")))]
    pub optional: Vec<String>,
}

/// What the git checkout needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Git {
    /// The hooks to install.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hooks: Option<GitHooks>,
    /// Whether large files are kept in Git LFS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lfs: Option<bool>,
    /// The folders of the submodules to fetch, relative to the project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub submodules: Vec<String>,
}

/// The git hooks to install.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct GitHooks {
    /// Whether `pre-commit` runs the checks of `.pre-commit-config.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pre_commit: Option<bool>,
    /// Whether `commit-msg` runs the checks of `.pre-commit-config.yaml`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit_msg: Option<bool>,
}

/// Hints for the container image.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Docker {
    /// The variant of the base image: `slim`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base_image_variant: Option<String>,
    /// The ports the service listens on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schemars(inner(range(min = 1, max = 65535)))]
    pub exposed_ports: Vec<u16>,
}

/// Which CI to generate for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Ci {
    /// The CI services: `github`, `gitlab`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub providers: Vec<String>,
    /// The share of lines that tests must run, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 100))]
    pub coverage_threshold: Option<u8>,
}

/// Which tool fills which role; `tools` of format 1.0.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Preferences {
    /// Formats the code: `ruff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formatter: Option<String>,
    /// Checks the code for mistakes: `ruff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linter: Option<String>,
    /// Checks the types: `mypy`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub type_checker: Option<String>,
    /// Runs the tests: `pytest`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub test_runner: Option<String>,
}

/// What the regenerated environment is compared with.
///
/// The digests are text, because a file with a malformed one must still be readable; it is a
/// problem that `dhtl config validate` reports.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Validation {
    /// The digest of the installed packages on the platform of `fingerprint`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^sha256:[0-9a-fA-F]{64}$"))]
    pub venv_checksum: Option<String>,
    /// The digest of the project's configuration files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^sha256:[0-9a-fA-F]{64}$"))]
    pub config_checksum: Option<String>,
}
