//! What one file says, before it is known where its modules come from.

use dhtl_project_model::{Condition, Problem, StaticTest};

/// Everything one file says.
#[derive(Debug, Default)]
pub(super) struct FileFacts {
    pub(super) imports: Vec<Import>,
    pub(super) env_reads: Vec<EnvRead>,
    /// Folders that the file puts on `sys.path`, relative to the project root.
    pub(super) search_path: Vec<String>,
    /// Whether an `__init__.py` says that other distributions share its package.
    pub(super) shares_package: bool,
    pub(super) problem: Option<Problem>,
}

/// One imported module of one statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Import {
    /// The dotted name, without the dots of a relative import.
    pub(super) module: String,
    /// The number of leading dots.
    pub(super) level: u32,
    pub(super) members: Vec<String>,
    pub(super) line: u32,
    pub(super) condition: Condition,
    /// Whether it is an `import` or `from` statement, not a call that imports.
    pub(super) is_statement: bool,
    /// What must hold for it to be reached; empty unless that was asked for.
    pub(super) requires: Vec<StaticTest>,
}

/// One place that names an environment variable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct EnvRead {
    pub(super) name: String,
    pub(super) line: u32,
    pub(super) rule: &'static str,
    pub(super) need: Need,
}

/// Whether the code around a read can do without the variable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// It fails.
    Required,
    /// There is a default, or its absence is handled.
    Optional,
}
