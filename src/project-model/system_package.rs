//! Packages of the operating system that a repository names.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Evidence;

/// A package that some file of the project has a package manager install.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SystemPackageHint {
    /// Whose package it is.
    pub manager: SystemPackageManager,
    /// Its name there, without a version.
    pub package: String,
    /// Every place that names it.
    pub evidence: Vec<Evidence>,
}

/// A package manager that files of a project give instructions to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SystemPackageManager {
    /// Debian and its relatives.
    Apt,
    /// Fedora and newer Red Hat systems, with `microdnf`.
    Dnf,
    /// Older Red Hat systems.
    Yum,
    /// Alpine.
    Apk,
    /// Arch.
    Pacman,
    /// Homebrew.
    Brew,
    /// Chocolatey.
    Choco,
    /// conda, where the package is nothing of Python's.
    Conda,
}

impl fmt::Display for SystemPackageManager {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Apt => "apt",
            Self::Dnf => "dnf",
            Self::Yum => "yum",
            Self::Apk => "apk",
            Self::Pacman => "pacman",
            Self::Brew => "brew",
            Self::Choco => "choco",
            Self::Conda => "conda",
        })
    }
}
