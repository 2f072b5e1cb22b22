//! Packages that a project needs from the package managers of other languages.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Evidence, Language};

/// A folder whose packages a package manager of another language than Python installs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LanguagePackages {
    /// The folder, relative to the root; `.` is the root itself.
    pub folder: String,
    /// Who installs them.
    pub manager: LanguageManager,
    /// The file that declares them, relative to the root.
    pub manifest: String,
    /// The file that says which versions, relative to the root; none where nothing does.
    pub lock: Option<String>,
    /// What says who installs them.
    pub evidence: Evidence,
}

/// A package manager of another language than Python.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LanguageManager {
    /// npm.
    Npm,
    /// pnpm.
    Pnpm,
    /// yarn before version 2, which has other options and another lock than later ones.
    YarnClassic,
    /// yarn from version 2 on.
    Yarn,
    /// bun.
    Bun,
    /// cargo.
    Cargo,
    /// go.
    Go,
}

impl LanguageManager {
    /// The program.
    #[must_use]
    pub const fn program(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::YarnClassic | Self::Yarn => "yarn",
            Self::Bun => "bun",
            Self::Cargo => "cargo",
            Self::Go => "go",
        }
    }

    /// The language.
    #[must_use]
    pub const fn language(self) -> Language {
        match self {
            Self::Npm | Self::Pnpm | Self::YarnClassic | Self::Yarn | Self::Bun => Language::Node,
            Self::Cargo => Language::Rust,
            Self::Go => Language::Go,
        }
    }
}

impl fmt::Display for LanguageManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.program())
    }
}
