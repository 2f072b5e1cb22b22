//! The sections about what the machine must have.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// System packages, under the names of each platform's package managers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct PlatformDeps {
    /// macOS.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub darwin: Option<DarwinPackages>,
    /// Linux.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linux: Option<LinuxPackages>,
    /// Windows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub windows: Option<WindowsPackages>,
}

/// System packages on macOS.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct DarwinPackages {
    /// Formulae of Homebrew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub brew: Vec<String>,
    /// What must be there and no package manager installs, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<String>,
}

/// System packages on Linux.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct LinuxPackages {
    /// Packages of Debian, Ubuntu and their relatives.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apt: Vec<String>,
    /// Packages of older Red Hat systems.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub yum: Vec<String>,
    /// Packages of Fedora and newer Red Hat systems; `yum` is used where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dnf: Vec<String>,
    /// Packages of Alpine.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub apk: Vec<String>,
    /// Packages of Arch.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pacman: Vec<String>,
    /// What must be there and no package manager installs, by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub system: Vec<String>,
}

/// System packages on Windows.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct WindowsPackages {
    /// Packages of Chocolatey.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choco: Vec<String>,
    /// Packages of winget, by id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub winget: Vec<String>,
}

/// Other languages the project uses.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Languages {
    /// Node.js.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<NodeLanguage>,
    /// Rust.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rust: Option<RustLanguage>,
    /// Go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub go: Option<GoLanguage>,
}

/// Node.js, where `package.json` does not say enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct NodeLanguage {
    /// The version, which may be a range: `18.x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The package manager; `npm` where it is not given and no lock file tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package_manager: Option<String>,
}

/// Rust, where `rust-toolchain.toml` does not say enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct RustLanguage {
    /// The toolchain: `stable`, `1.70.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub toolchain: Option<String>,
}

/// Go, where `go.mod` does not say enough.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct GoLanguage {
    /// The version: `1.22`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
}

/// Programs the project needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Binaries {
    /// Those it does not work without.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub required: Vec<Binary>,
}

/// A program the project needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Binary {
    /// Its name, such as `node`.
    #[schemars(regex(pattern = r"^[A-Za-z0-9]"))]
    pub name: String,
    /// Its exact version; any will do where it is not given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Who installs it: `uv tool`, `rustup`, `nvm`, or `system` for nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installer: Option<String>,
}
