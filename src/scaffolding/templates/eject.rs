//! Puts the files of a template where the user can change them.

use std::fs;
use std::path::{Path, PathBuf};

use super::TemplateFile;
use crate::DestinationError;
use crate::destination::{Destination, Staging, write_below};

/// Writes `files` into the new folder `folder`, whole or not at all, and returns it as it is named
/// absolutely. The folders around it are made.
pub fn write_template(folder: &Path, files: &[TemplateFile]) -> Result<PathBuf, DestinationError> {
    let parent = folder.parent().unwrap_or(folder);
    fs::create_dir_all(parent).map_err(|source| DestinationError::writing(parent, source))?;
    let destination = Destination::named(parent, folder)?;
    let staging = Staging::within(&destination.parent)?;
    let prepared = staging.path().join("template");
    for file in files {
        write_below(&prepared, &file.path, &file.bytes)?;
    }
    staging.publish(&prepared, &destination)
}
