//! The machine an environment is for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// An operating system, under the names of `.dhtconfig`'s `platform_deps`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OperatingSystem {
    /// macOS.
    Darwin,
    /// Any Linux.
    Linux,
    /// Windows.
    Windows,
}

/// A processor architecture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Architecture {
    /// 64-bit ARM.
    Arm64,
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
}

/// An operating system on an architecture, written `darwin-arm64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Platform {
    /// The operating system.
    pub operating_system: OperatingSystem,
    /// The architecture.
    pub architecture: Architecture,
}

impl Platform {
    /// The platform this program was built for.
    #[must_use]
    pub const fn current() -> Self {
        let operating_system = if cfg!(target_os = "macos") {
            OperatingSystem::Darwin
        } else if cfg!(windows) {
            OperatingSystem::Windows
        } else {
            OperatingSystem::Linux
        };
        let architecture = if cfg!(target_arch = "aarch64") {
            Architecture::Arm64
        } else {
            Architecture::X86_64
        };
        Self {
            operating_system,
            architecture,
        }
    }
}

impl fmt::Display for OperatingSystem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Darwin => "darwin",
            Self::Linux => "linux",
            Self::Windows => "windows",
        })
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let architecture = match self.architecture {
            Architecture::Arm64 => "arm64",
            Architecture::X86_64 => "x86_64",
        };
        write!(f, "{}-{architecture}", self.operating_system)
    }
}

impl From<Platform> for String {
    fn from(platform: Platform) -> Self {
        platform.to_string()
    }
}

/// The text names no platform we know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a platform; known are {{darwin,linux,windows}}-{{arm64,x86_64}}, such as `darwin-arm64`"
)]
pub struct UnknownPlatform(String);

impl TryFrom<String> for Platform {
    type Error = UnknownPlatform;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl FromStr for Platform {
    type Err = UnknownPlatform;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unknown = || UnknownPlatform(text.to_owned());
        let (operating_system, architecture) = text.split_once('-').ok_or_else(unknown)?;
        let operating_system = match operating_system {
            "darwin" | "macos" => OperatingSystem::Darwin,
            "linux" => OperatingSystem::Linux,
            "windows" => OperatingSystem::Windows,
            _ => return Err(unknown()),
        };
        let architecture = match architecture {
            "arm64" | "aarch64" => Architecture::Arm64,
            "x86_64" | "amd64" => Architecture::X86_64,
            _ => return Err(unknown()),
        };
        Ok(Self {
            operating_system,
            architecture,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_platform_survives_a_round_trip() {
        for text in [
            "darwin-arm64",
            "darwin-x86_64",
            "linux-arm64",
            "linux-x86_64",
        ] {
            assert_eq!(
                text.parse::<Platform>()
                    .map(|platform| platform.to_string()),
                Ok(text.into())
            );
        }
    }

    #[test]
    fn names_of_other_programs_are_understood() {
        for (text, platform) in [
            ("macos-aarch64", "darwin-arm64"),
            ("linux-amd64", "linux-x86_64"),
            ("windows-aarch64", "windows-arm64"),
        ] {
            assert_eq!(text.parse::<Platform>().unwrap().to_string(), platform);
        }
    }

    #[test]
    fn an_unknown_platform_is_refused() {
        for text in ["", "linux", "linux-", "plan9-x86_64", "linux-riscv64"] {
            assert!(text.parse::<Platform>().is_err(), "{text}");
        }
    }
}
