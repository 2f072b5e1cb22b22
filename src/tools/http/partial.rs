//! What has arrived of a file so far, kept so that another attempt can go on from there.

use std::fs::{self, File, TryLockError};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_project_model::Digest;
use serde::{Deserialize, Serialize};
use tempfile::TempDir;

use super::HttpError;
use super::address::shown;
use super::answer::Head;

/// How long the beginning of a file is kept for somebody who comes back for the rest.
const KEPT: Duration = Duration::from_hours(7 * 24);

const PART: &str = "part";
const VERSION: &str = "version.json";

/// Which version of a file the bytes belong to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Version {
    /// What `If-Range` is to say.
    pub(super) validator: String,
}

impl Version {
    /// What the server says about the version; nothing when bytes of two answers could not be put
    /// together safely.
    ///
    /// Source: RFC 9110, section 13.1.5: a weak entity tag is no validator for a range.
    pub(super) fn of(head: &Head) -> Option<Self> {
        let strong = head.etag.clone().filter(|etag| !etag.starts_with("W/"));
        let validator = strong.or_else(|| head.last_modified.clone())?;
        Some(Self { validator })
    }
}

/// A folder of its own for one address, which no other dhtl uses meanwhile.
pub(super) struct Partial {
    folder: PathBuf,
    file: File,
    len: u64,
    is_finished: bool,
}

impl Partial {
    /// Opens what there is of `url` in `downloads`, or begins.
    pub(super) fn open(downloads: &Path, url: &str) -> Result<Self, HttpError> {
        let key = Digest::of(url).hex();
        let folder = downloads.join(&key[..16]);
        fs::create_dir_all(&folder).map_err(HttpError::write(&folder))?;
        let path = folder.join(PART);
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&path)
            .map_err(HttpError::write(&path))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(HttpError::Busy { url: shown(url) }),
            Err(TryLockError::Error(error)) => return Err(HttpError::write(&path)(error)),
        }
        let len = file
            .seek(SeekFrom::End(0))
            .map_err(HttpError::write(&path))?;
        Ok(Self {
            folder,
            file,
            len,
            is_finished: false,
        })
    }

    /// How many bytes there are.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// The version that the bytes belong to, where it is known.
    pub(super) fn version(&self) -> Option<Version> {
        let text = fs::read(self.folder.join(VERSION)).ok()?;
        serde_json::from_slice(&text).ok()
    }

    /// Forgets what there is, and begins anew with this version.
    pub(super) fn restart(&mut self, version: Option<&Version>) -> Result<(), HttpError> {
        let path = self.folder.join(VERSION);
        let part = self.folder.join(PART);
        // First the name of the version, so that its bytes can never be taken for the new ones'.
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(HttpError::write(&path)(error));
            }
            _ => {}
        }
        self.file
            .set_len(0)
            .and_then(|()| self.file.rewind())
            .map_err(HttpError::write(&part))?;
        self.len = 0;
        if let Some(version) = version {
            let text = serde_json::to_vec(version).unwrap_or_default();
            fs::write(&path, text).map_err(HttpError::write(&path))?;
        }
        Ok(())
    }

    /// Adds what arrived.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), HttpError> {
        self.file
            .write_all(bytes)
            .map_err(HttpError::write(self.folder.join(PART)))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// The whole file under its own name, in a folder that is gone when it is dropped.
    pub(super) fn finish(mut self, name: &str) -> Result<(PathBuf, TempDir), HttpError> {
        let downloads = self.folder.parent().unwrap_or(&self.folder);
        let done = tempfile::Builder::new()
            .prefix("done-")
            .tempdir_in(downloads)
            .map_err(HttpError::write(downloads))?;
        let path = done.path().join(name);
        // Moved while it is still locked, so that nobody else can take it for a beginning.
        fs::rename(self.folder.join(PART), &path).map_err(HttpError::write(&path))?;
        self.is_finished = true;
        self.remove_folder();
        Ok((path, done))
    }

    /// Whoever comes next makes it anew; what cannot be removed now is swept away later.
    fn remove_folder(&self) {
        let _ = fs::remove_file(self.folder.join(VERSION));
        let _ = fs::remove_dir(&self.folder);
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        // Nobody needs to come back for nothing.
        if self.len == 0 && !self.is_finished {
            let _ = fs::remove_file(self.folder.join(PART));
            self.remove_folder();
        }
    }
}

/// Removes beginnings that nobody came back for, and what killed processes did not.
pub(super) fn sweep(downloads: &Path) {
    let is_old = |path: &Path| {
        let metadata = fs::metadata(path.join(PART)).or_else(|_| fs::metadata(path));
        let changed = metadata.and_then(|metadata| metadata.modified());
        changed.is_ok_and(|changed| changed.elapsed().is_ok_and(|age| age > KEPT))
    };
    for entry in fs::read_dir(downloads).into_iter().flatten().flatten() {
        if is_old(&entry.path()) {
            // Whatever cannot be removed is looked at again next time.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
