//! Paths in JSON.
//!
//! serde refuses paths that are not UTF-8, and a report must not fail over a name it only shows.

use std::path::{Path, PathBuf};

use serde::Serializer;

/// Writes a path as text; what is not UTF-8 in it is replaced.
pub fn serialize<S: Serializer>(path: &Path, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&path.to_string_lossy())
}

/// Writes a path as text, or null.
pub fn serialize_optional<S: Serializer>(
    path: &Option<PathBuf>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => serializer.serialize_some(&path.to_string_lossy()),
        None => serializer.serialize_none(),
    }
}
