//! What a repository says it needs.

use serde::{Deserialize, Serialize};

use crate::{DistributionName, Evidence};

/// One requirement, as some file of the project declares it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The requirement in the notation of PEP 508, whatever its file's own notation is; for a path
    /// or URL without a name, that path (relative to the root) or URL.
    pub text: String,
    /// The distribution it names; none where only a path or URL is given.
    pub name: Option<DistributionName>,
    /// Where the distribution comes from.
    pub source: RequirementSource,
    /// Whether it is to be installed in editable mode.
    pub editable: bool,
    /// The hashes its file demands, such as `sha256:…`.
    pub hashes: Vec<String>,
    /// Where it stands.
    pub evidence: Evidence,
}

/// Where a required distribution comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequirementSource {
    /// A package index.
    Index,
    /// A direct URL of an archive.
    Url,
    /// A version control system.
    Vcs,
    /// A folder or archive in or beside the project.
    Path,
}

/// Requirements that one file declares together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declaration {
    /// The file, relative to the root, with `/` between its parts.
    pub path: String,
    /// The notation it is written in.
    pub format: DeclarationFormat,
    /// When the requirements apply.
    pub scope: Scope,
    /// The requirements, in the order of the file, with those of included files in their place.
    pub requirements: Vec<Requirement>,
}

/// The notation of a declaration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeclarationFormat {
    /// `[project]` in `pyproject.toml` (PEP 621).
    Pep621,
    /// `[dependency-groups]` in `pyproject.toml` (PEP 735).
    DependencyGroups,
    /// `[build-system]` in `pyproject.toml` (PEP 518).
    BuildSystem,
    /// `[tool.uv]`.
    Uv,
    /// `[tool.poetry]`.
    Poetry,
    /// `[tool.pdm]`.
    Pdm,
    /// `[tool.hatch]`.
    Hatch,
    /// `[tool.flit]`.
    Flit,
    /// `setup.cfg`.
    SetupCfg,
    /// `setup.py`, read without running it.
    SetupPy,
    /// A requirements file.
    Requirements,
    /// `Pipfile`.
    Pipfile,
    /// `environment.yml` of conda.
    Conda,
    /// `tox.ini` or `[tool.tox]`.
    Tox,
    /// What the sessions of a `noxfile.py` install.
    Nox,
}

/// When requirements apply.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind", content = "name")]
pub enum Scope {
    /// Always.
    Runtime,
    /// When the extra is asked for.
    Extra(String),
    /// When the development group is asked for.
    Group(String),
    /// While the project is built.
    Build,
}

/// A lock file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LockFile {
    /// The file, relative to the root.
    pub path: String,
    /// Whose it is.
    pub kind: LockKind,
}

/// The kinds of lock files, best first: the order in which they are preferred.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LockKind {
    /// `uv.lock`.
    Uv,
    /// `pylock.toml` (PEP 751).
    Pylock,
    /// `poetry.lock`.
    Poetry,
    /// `pdm.lock`.
    Pdm,
    /// `Pipfile.lock`.
    Pipfile,
    /// A compiled requirements file in which every requirement has a hash.
    HashedRequirements,
}
