//! Where an archive comes from: a file, or the network; and whether it is the right one.

mod error;
#[cfg(test)]
mod tests;

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_project_model::Digest;
use dhtl_tools::http::{Download, Downloaded, HttpClient, Transfer, is_web_address};

use crate::archive::ArchiveError;

pub use error::ArchiveSourceError;

/// The most bytes that are fetched: sources, not data.
const LARGEST: u64 = 2 * 1024 * 1024 * 1024;

/// Which archive, and how it is had.
pub struct ArchiveRequest<'a> {
    /// A path, or an `http://` or `https://` address.
    pub source: &'a OsStr,
    /// The digest it must have.
    pub sha256: Option<Digest>,
    /// Where a path begins.
    pub current_folder: &'a Path,
    /// Fetches from the network.
    pub client: &'a HttpClient<'a>,
    /// Where what was fetched is kept until it is unpacked.
    pub downloads: &'a Path,
    /// Is told that a download begins, and how far it is.
    pub progress: &'a dyn Fn(Transfer),
    /// Is told why a download begins again, and after how long.
    pub retrying: &'a dyn Fn(&str, Duration),
}

/// An archive on this machine; one that was fetched is gone when this is dropped.
#[derive(Debug)]
pub struct ArchiveFile {
    path: PathBuf,
    downloaded: Option<Downloaded>,
}

impl ArchiveFile {
    /// The archive.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many bytes were fetched, when it came from the network.
    #[must_use]
    pub fn fetched(&self) -> Option<u64> {
        self.downloaded.as_ref().map(|downloaded| downloaded.bytes)
    }
}

/// The address on the network that the text is, when it is one.
#[must_use]
pub fn archive_address(source: &OsStr) -> Option<&str> {
    source.to_str().filter(|text| is_web_address(text))
}

/// Has the archive on this machine, and makes sure that it is the right one.
///
/// Fails with [`ArchiveSourceError::WrongDigest`] before anything is unpacked.
pub fn obtain(request: &ArchiveRequest<'_>) -> Result<ArchiveFile, ArchiveSourceError> {
    let archive = match archive_address(request.source) {
        Some(url) => fetch(request, url)?,
        None => ArchiveFile {
            path: request.current_folder.join(request.source),
            downloaded: None,
        },
    };
    if let Some(expected) = request.sha256 {
        let actual = digest(Path::new(request.source), archive.path())?;
        if actual != expected {
            return Err(ArchiveSourceError::WrongDigest {
                archive: shown(request.source),
                expected,
                actual,
            });
        }
    }
    Ok(archive)
}

fn fetch(request: &ArchiveRequest<'_>, url: &str) -> Result<ArchiveFile, ArchiveSourceError> {
    let downloaded = request.client.download(&Download {
        url,
        folder: request.downloads,
        limit: LARGEST,
        progress: request.progress,
        retrying: request.retrying,
    })?;
    Ok(ArchiveFile {
        path: downloaded.path.clone(),
        downloaded: Some(downloaded),
    })
}

/// The digest of the file at `path`, which the user knows as `archive`.
fn digest(archive: &Path, path: &Path) -> Result<Digest, ArchiveError> {
    let archive = archive.to_path_buf();
    let unreadable = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => ArchiveError::NotFound {
            archive: archive.clone(),
        },
        _ => ArchiveError::Unreadable {
            archive: archive.clone(),
            source,
        },
    };
    // Asked first, because opening a named pipe would wait for somebody to write to it.
    if !fs::metadata(path).map_err(unreadable)?.is_file() {
        return Err(ArchiveError::NotAFile { archive });
    }
    File::open(path)
        .and_then(Digest::of_reader)
        .map_err(unreadable)
}

/// The text without what is secret in an address.
fn shown(source: &OsStr) -> String {
    let text = source.to_string_lossy();
    dhtl_tools::Redactor::default().redact(&text).into_owned()
}
