//! A file system of its own, small enough to fill and possible to make read-only.

use std::path::{Path, PathBuf};

use super::{outside, skip};

/// A tmpfs over a folder, gone when this is dropped.
pub(crate) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// Covers `folder` with an empty disk of `size`, such as `6m`; none where this user may not
    /// mount, and then the test is skipped.
    pub(crate) fn over(folder: &Path, size: &str) -> Option<Self> {
        let options = format!("size={size},mode=0755");
        let args = ["-t", "tmpfs", "-o", &options, "tmpfs"];
        match outside::command("mount").args(args).arg(folder).output() {
            Ok(output) if output.status.success() => Some(Self {
                folder: folder.to_owned(),
            }),
            Ok(output) => {
                let reason = String::from_utf8_lossy(&output.stderr).trim().to_owned();
                skip(&format!("no disk can be mounted here: {reason}"));
                None
            }
            Err(error) => {
                skip(&format!("`mount` cannot be started: {error}"));
                None
            }
        }
    }

    /// From now on nobody may write there, not even root.
    pub(crate) fn make_read_only(&self) {
        let output = outside::command("mount")
            .args(["-o", "remount,ro"])
            .arg(&self.folder)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // The folder of the world cannot be removed while this is mounted; lazily always works.
        let _ = outside::command("umount")
            .arg("-l")
            .arg(&self.folder)
            .output();
    }
}
