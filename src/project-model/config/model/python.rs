//! The sections about the Python environment itself.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{DistributionName, Platform};

/// When, by what and where the environment was captured.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Fingerprint {
    /// The moment, in the notation of RFC 3339: `2024-12-06T10:00:00Z`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// The program and its version: `dhtl/0.1.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_by: Option<String>,
    /// The platform it was captured on, for reference: `darwin-arm64`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(
        with = "Option<String>",
        regex(pattern = r"^(darwin|macos|linux|windows)-(arm64|aarch64|x86_64|amd64)$")
    )]
    pub platform: Option<Platform>,
    /// The digest that is the same on every platform: `sha256:` and 64 hexadecimal digits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^sha256:[0-9a-fA-F]{64}$"))]
    pub digest: Option<String>,
}

/// What the project is, where detection needs help.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct ProjectSection {
    /// The kind of project, such as `web-api`; it overrides detection.
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
}

/// The interpreter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PythonSection {
    /// The exact version, such as `3.11.7`; no range. `3.11` stands for any 3.11 and is warned about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(regex(pattern = r"^[0-9]+\.[0-9]+(\.[0-9]+((a|b|rc)[0-9]+)?)?t?$"))]
    pub version: Option<String>,
    /// Who made the interpreter; `cpython` where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub implementation: Option<Implementation>,
}

/// Who made an interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Implementation {
    /// The reference implementation.
    #[default]
    Cpython,
    /// `PyPy`.
    Pypy,
    /// `GraalPy`.
    Graalpy,
}

impl Implementation {
    /// The name as the file and uv write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Cpython => "cpython",
            Self::Pypy => "pypy",
            Self::Graalpy => "graalpy",
        }
    }
}

impl fmt::Display for Implementation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the set of distributions comes from.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DependenciesSection {
    /// Who locks and installs: `uv`, `pip-tools`, `poetry`; inferred where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub strategy: Option<String>,
    /// The lock files, relative to the project, the one to prefer first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lock_files: Vec<String>,
    /// Whether every downloaded file must match a recorded hash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hash_validation: Option<bool>,
    /// The extras of the project to install.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub extras: Vec<String>,
    /// The dependency groups to install.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Distributions that no file of the project declares and its imports need.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inferred: Vec<InferredDistribution>,
}

/// A distribution that the project's imports need and that nothing declares.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct InferredDistribution {
    /// The requirement in the notation of PEP 508: `pyyaml==6.0.2`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9]"))]
    pub requirement: String,
    /// The imported modules that it provides.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<String>,
    /// The places that import them: `src/app.py:3`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
}

impl InferredDistribution {
    /// The normalised name of the distribution that the requirement asks for.
    #[must_use]
    pub fn name(&self) -> DistributionName {
        let end = self
            .requirement
            .find(|character: char| {
                !(character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.'))
            })
            .unwrap_or(self.requirement.len());
        DistributionName::new(&self.requirement[..end])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_ends_where_the_version_begins() {
        for requirement in [
            "PyYAML==6.0.2",
            "pyyaml [extra]>=6",
            "pyyaml",
            "pyyaml; os_name == 'nt'",
        ] {
            let distribution = InferredDistribution {
                requirement: requirement.to_owned(),
                ..InferredDistribution::default()
            };
            assert_eq!(distribution.name().as_str(), "pyyaml", "{requirement}");
        }
    }
}
