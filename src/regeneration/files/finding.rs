//! A file that is not as it was installed.

use std::path::PathBuf;

use dhtl_project_model::DistributionName;

/// A file that is not as it was installed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileFinding {
    /// The file, relative to the environment's folder, with `/` between its parts; a folder, all of
    /// which nobody installed, ends with one.
    pub(crate) path: String,
    /// Where it is.
    pub(crate) place: PathBuf,
    /// What is the matter with it.
    pub(crate) found: Found,
    /// The distributions that installed it, by name; none for what nobody installed.
    pub(crate) owners: Vec<DistributionName>,
    /// The recorded hash, where it is another.
    pub(crate) expected: Option<String>,
    /// What is there instead: its hash, or in words what it is.
    pub(crate) actual: Option<String>,
}

/// What is the matter with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Found {
    /// It has another content, or is no file at all.
    Modified,
    /// It is not there.
    Missing,
    /// Nobody installed it.
    Extra,
}

impl FileFinding {
    /// Something that is there and belongs to nobody.
    pub(super) fn extra(path: String, place: PathBuf) -> Self {
        Self {
            path,
            place,
            found: Found::Extra,
            owners: Vec::new(),
            expected: None,
            actual: None,
        }
    }

    /// Something else where a folder of the environment must be.
    pub(super) fn not_a_folder(path: String, place: PathBuf) -> Self {
        Self {
            found: Found::Modified,
            expected: Some("a folder".to_owned()),
            actual: Some("a link".to_owned()),
            ..Self::extra(path, place)
        }
    }
}
