//! What an environment must be, before anybody decides how to get there.

use serde::{Deserialize, Serialize};

use crate::{DistributionName, EnvVar, Evidence, InterpreterRequest, Platform};

/// Everything that defines an environment: what `regenerate` aims at and `validate-env` checks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvironmentSpec {
    /// The distribution name of the project.
    pub project: DistributionName,
    /// The platform it is for.
    pub platform: Platform,
    /// The Python interpreter.
    pub interpreter: InterpreterSpec,
    /// Where the set of distributions comes from.
    pub strategy: Strategy,
    /// The file or rule that decided the strategy.
    pub strategy_evidence: Evidence,
    /// The requirements files that take part, relative to the root.
    pub requirements_files: Vec<String>,
    /// The extras of the project that are installed.
    pub extras: Vec<String>,
    /// The dependency groups that are installed.
    pub groups: Vec<String>,
    /// Whether the project itself is installed, in editable mode.
    pub install_project: bool,
    /// System packages, in the names of this platform's package manager.
    pub system_packages: Vec<String>,
    /// Environment variables the project reads.
    pub env_vars: Vec<EnvVar>,
}

/// The interpreter an environment needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InterpreterSpec {
    /// The exact version that `.dhtconfig` pins.
    pub exact: Option<String>,
    /// `cpython` unless `.dhtconfig` says otherwise.
    pub implementation: String,
    /// What all statements of the project come to.
    pub request: InterpreterRequest,
}

/// Where the set of distributions comes from, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Strategy {
    /// `uv.lock`, installed by `uv sync --locked`.
    UvLock,
    /// The lock of another tool, imported: exact versions and hashes, never resolved again.
    ForeignLock,
    /// A requirements file in which everything is exact and hashed.
    HashedRequirements,
    /// `pyproject.toml`, resolved.
    Pyproject,
    /// Requirements files, resolved.
    Requirements,
    /// `setup.py` or `setup.cfg`, resolved.
    Setup,
    /// Nothing is declared: what the code imports, by the built-in table.
    Inferred,
}
