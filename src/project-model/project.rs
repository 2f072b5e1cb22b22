//! What detection knows of a folder.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::{
    Declaration, EnvVar, Evidence, Found, GitSetup, ImportedModule, InterpreterConstraint,
    InterpreterRequest, LanguagePackages, LockFile, Problem, Scope, SystemPackageHint,
    UndeclaredImport,
};

/// A project, as its files describe it; nothing of it was run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Project {
    /// The root folder, absolute.
    #[serde(serialize_with = "crate::path_text::serialize")]
    pub root: PathBuf,
    /// Why this folder is the root.
    pub root_evidence: Evidence,
    /// The name the project gives itself, or else the name of its folder.
    pub name: Found<String>,
    /// The languages it is written in, the one with most files first.
    pub languages: Vec<Found<Language>>,
    /// Its Python side.
    pub python: Option<PythonProject>,
    /// The packages that it needs from the package managers of other languages, by folder.
    #[serde(default)]
    pub language_packages: Vec<LanguagePackages>,
    /// The environment variables it reads.
    pub env_vars: Vec<EnvVar>,
    /// The packages of operating systems that its container files, CI files and lists name, by
    /// package manager and name.
    pub system_packages: Vec<SystemPackageHint>,
    /// What its git checkout needs: hooks, large files, submodules.
    pub git: GitSetup,
    /// What could not be read or understood.
    pub problems: Vec<Problem>,
}

/// A programming language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Python.
    Python,
    /// JavaScript or TypeScript on Node.js.
    Node,
    /// Rust.
    Rust,
    /// Go.
    Go,
}

/// The Python side of a project.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PythonProject {
    /// Everything any file declares, ordered by path.
    pub declarations: Vec<Declaration>,
    /// The lock files at the root, the most preferred first.
    pub locks: Vec<LockFile>,
    /// Every statement about the interpreter, the most binding first.
    pub interpreter_constraints: Vec<InterpreterConstraint>,
    /// What these statements come to.
    pub interpreter: InterpreterRequest,
    /// The folders that imports of the project's own modules start from.
    pub import_roots: Vec<ImportRoot>,
    /// Further projects below the root, ordered by path.
    pub sub_projects: Vec<SubProject>,
    /// Extras and groups that are declared to exclude each other.
    pub exclusions: Vec<Exclusion>,
    /// Whether the root can be built and installed: it has a `pyproject.toml` with `[project]`,
    /// `[tool.poetry]` or `[build-system]`, a `setup.py` or a `setup.cfg` with metadata.
    pub installable: Option<Evidence>,
    /// What its code imports, ordered by module.
    pub imports: Vec<ImportedModule>,
    /// Imports of third parties that nothing declares, ordered by module.
    pub undeclared: Vec<UndeclaredImport>,
}

/// A folder that is on the import path once the project is installed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRoot {
    /// The folder, relative to the root; `.` is the root itself.
    pub path: String,
    /// The top-level modules and packages in it that are the project's own.
    pub modules: Vec<String>,
    /// Why it is one.
    pub evidence: Evidence,
}

/// Extras and groups of which at most one can be installed at a time.
///
/// Source: `[tool.uv] conflicts` in the documentation of uv.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exclusion {
    /// The extras and groups.
    pub members: Vec<Scope>,
    /// Where that is declared.
    pub evidence: Evidence,
}

/// A project within the project.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubProject {
    /// Its folder, relative to the root.
    pub path: String,
    /// The distribution name it declares.
    pub name: Option<String>,
    /// Whether the root's `[tool.uv.workspace]` lists it as a member.
    pub workspace_member: bool,
    /// The file that makes it a project.
    pub evidence: Evidence,
}
