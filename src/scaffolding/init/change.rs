//! One file, as it is and as it is to be.

use std::fs;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::ser::{SerializeStruct as _, Serializer};
use similar::TextDiff;

use super::InitError;

/// A file that is made, or added to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its path below the root, with `/` between its parts.
    pub path: String,
    /// What it holds; none where it is not there.
    pub before: Option<String>,
    /// What it is to hold.
    pub after: String,
    /// Why, in a few words.
    pub why: String,
}

impl Change {
    /// The change as a unified diff, as `git apply` and `patch -p1` read it.
    #[must_use]
    pub fn diff(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let old = match self.before {
            Some(_) => format!("a/{}", self.path),
            None => "/dev/null".to_owned(),
        };
        TextDiff::from_lines(before, &self.after)
            .unified_diff()
            .header(&old, &format!("b/{}", self.path))
            .to_string()
    }

    /// Writes the file below `root`, whole or not at all.
    pub(super) fn apply(&self, root: &Path) -> Result<(), InitError> {
        refuse_links(root, &self.path)?;
        let path = root.join(&self.path);
        let failed = |source| InitError::Write {
            path: path.clone(),
            source,
        };
        if read_text(&path)? != self.before {
            return Err(InitError::Changed { path });
        }
        let folder = path.parent().unwrap_or(root);
        fs::create_dir_all(folder).map_err(failed)?;
        let permissions = fs::metadata(&path).map(|metadata| metadata.permissions());
        let mut file = tempfile::Builder::new()
            .prefix(".dhtl-init-")
            .tempfile_in(folder)
            .map_err(failed)?;
        file.write_all(self.after.as_bytes()).map_err(failed)?;
        make_readable(file.path(), permissions.ok()).map_err(failed)?;
        file.persist(&path).map_err(|error| failed(error.error))?;
        Ok(())
    }
}

/// The change with its diff, and without the whole texts.
impl Serialize for Change {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut change = serializer.serialize_struct("Change", 4)?;
        change.serialize_field("path", &self.path)?;
        change.serialize_field("new", &self.before.is_none())?;
        change.serialize_field("why", &self.why)?;
        change.serialize_field("diff", &self.diff())?;
        change.end()
    }
}

/// The text of a file; none where it is not there. A pipe or a device is no file.
pub(super) fn read_text(path: &Path) -> Result<Option<String>, InitError> {
    let read = || {
        if !fs::metadata(path)?.is_file() {
            return Err(std::io::Error::new(ErrorKind::InvalidInput, "not a file"));
        }
        fs::read_to_string(path)
    };
    match read() {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(InitError::Read {
            path: path.to_owned(),
            source,
        }),
    }
}

/// Refuses `path` below `root` where a link is on the way.
fn refuse_links(root: &Path, path: &str) -> Result<(), InitError> {
    let mut place = PathBuf::from(root);
    for part in path.split('/') {
        place.push(part);
        if place.is_symlink() {
            return Err(InitError::Linked { path: place });
        }
    }
    Ok(())
}

/// A temporary file is for its owner's eyes only; a file of a project is for everyone's.
#[cfg(unix)]
fn make_readable(path: &Path, before: Option<fs::Permissions>) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = before.unwrap_or_else(|| fs::Permissions::from_mode(0o644));
    fs::set_permissions(path, permissions)
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems have permissions to set"
)]
fn make_readable(_path: &Path, _before: Option<fs::Permissions>) -> std::io::Result<()> {
    Ok(())
}
