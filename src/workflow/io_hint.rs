//! What to do about a file that cannot be read or written.

use std::io;
use std::path::Path;

/// The hint for `error`, which happened at `path`.
pub(crate) fn io_hint(path: &Path, error: &io::Error) -> Option<String> {
    let folder = path.parent().unwrap_or(path).display();
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            Some("free some disk space and run the same command again; it goes on".to_owned())
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Some(format!(
            "make `{folder}` writable for you and run the same command again"
        )),
        io::ErrorKind::NotADirectory | io::ErrorKind::IsADirectory => Some(format!(
            "look at `{folder}` and move away what should not be there"
        )),
        _ => None,
    }
}
