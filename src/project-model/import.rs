//! What a project's own code imports.

use serde::{Deserialize, Serialize};

use crate::{DistributionName, Evidence, StaticTest};

/// A module that the project's code imports, with every place that does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportedModule {
    /// The absolute dotted name as it is imported: `google.cloud.storage`.
    pub module: String,
    /// Whose it is.
    pub origin: Origin,
    /// The places, ordered by path and line.
    pub sites: Vec<ImportSite>,
}

/// One import statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportSite {
    /// The file, relative to the root.
    pub path: String,
    /// The line, counted from 1.
    pub line: u32,
    /// When the statement runs.
    pub condition: Condition,
    /// What part of the project the file belongs to.
    pub class: FileClass,
    /// The names a `from` import takes from the module; each may be a submodule.
    pub members: Vec<String>,
}

/// One imported module of one import statement, as it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportStatement {
    /// The file, relative to the root.
    pub path: String,
    /// The line the module is named on, counted from 1.
    pub line: u32,
    /// The module with the dots of a relative import: `..settings`.
    pub module: String,
    /// The names that are taken from it.
    pub members: Vec<String>,
    /// When the statement runs.
    pub condition: Condition,
    /// What part of the project the file belongs to.
    pub class: FileClass,
    /// Whose the module is.
    pub origin: Origin,
    /// What must hold, all together, for the statement to be reached.
    pub requires: Vec<StaticTest>,
}

/// Whose a module is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Python's standard library, of any supported version.
    StandardLibrary,
    /// The project itself.
    Own,
    /// Some distribution.
    ThirdParty,
}

/// When an import statement runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Condition {
    /// Whenever its file is imported.
    Always,
    /// Only when the function around it is called.
    Deferred,
    /// Under a condition such as a platform or a Python version.
    Conditional,
    /// Its failure is handled: inside a `try` that catches `ImportError`, or the like.
    Guarded,
    /// Only for type checkers.
    TypeChecking,
}

/// What part of a project a Python file belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FileClass {
    /// A package or module that the project ships.
    Package,
    /// Tests and their support files.
    Tests,
    /// Documentation, its configuration included.
    Docs,
    /// Examples, tutorials and benchmarks.
    Examples,
    /// Loose scripts and build files.
    Scripts,
    /// Input of tests, and templates of files: read, and never run as they are.
    Data,
}

/// An import that no declaration of the project accounts for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndeclaredImport {
    /// The imported module.
    pub module: String,
    /// The distribution the built-in table names for it; none where the table does not know.
    pub distribution: Option<DistributionName>,
    /// Every place that imports it.
    pub evidence: Vec<Evidence>,
}
