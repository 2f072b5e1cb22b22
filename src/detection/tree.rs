//! The files of a project, listed once.

use std::path::PathBuf;

/// Every file of a project that is neither ignored by git nor inside an environment, a cache, a
/// vendored tree of packages or `.git`.
#[derive(Debug)]
pub(crate) struct Tree {
    /// The root folder, absolute.
    pub(crate) root: PathBuf,
    /// The files, ordered by path.
    pub(crate) files: Vec<TreeFile>,
}

/// A file of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreeFile {
    /// The path relative to the root, with `/` between its parts.
    pub(crate) path: String,
    /// The size in bytes.
    pub(crate) size: u64,
}
