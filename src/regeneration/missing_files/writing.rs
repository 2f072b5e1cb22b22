//! Writes a file that is not there.

use std::io::Write as _;
use std::path::Path;

use crate::RegenerationError;
use crate::state::make_readable;

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Its owner alone: it is going to hold secrets.
    Owner,
    /// Everyone.
    Everyone,
}

/// Writes a file whole or not at all, and only where nothing is: whatever appears in its place in
/// the meantime stays.
pub(super) fn write_new(
    path: &Path,
    content: impl AsRef<[u8]>,
    access: Access,
    scratch: &Path,
) -> Result<(), RegenerationError> {
    let failed = |error| RegenerationError::io("write", path)(error);
    // Temporary files are private to their owner from the beginning.
    let mut file = tempfile::NamedTempFile::new_in(scratch).map_err(failed)?;
    file.write_all(content.as_ref()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    if access == Access::Everyone {
        make_readable(file.as_file()).map_err(failed)?;
    }
    file.persist_noclobber(path)
        .map_err(|error| RegenerationError::io("write", path)(error.error))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_there_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        write_new(&path, "A=1\n", Access::Owner, folder.path()).unwrap();
        assert!(write_new(&path, "A=2\n", Access::Owner, folder.path()).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "A=1\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_else_reads_secrets_and_no_link_is_followed() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".env");
        write_new(&path, "", Access::Owner, folder.path()).unwrap();
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(folder.path().join("nowhere"), &link).unwrap();
        assert!(write_new(&link, "A=1\n", Access::Owner, folder.path()).is_err());
        assert!(!folder.path().join("nowhere").exists());
    }
}
