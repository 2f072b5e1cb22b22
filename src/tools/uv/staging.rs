//! Where a fetched uv is put together before it takes its place.

use std::fs::{File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::fetch_error::FetchError;
use super::locate::{ORIGIN, PROGRAM, ask};
use super::pinned::PINNED;
use super::{Uv, UvOrigin, UvRequest};
use crate::{Home, ToolError};

const PREFIX: &str = ".fetch-";

/// The folder of the managed uv.
pub(super) fn managed_dir(home: &Home) -> PathBuf {
    home.bin_dir().join(format!("uv-{PINNED}"))
}

/// The right to put a uv into its place; given up when dropped.
#[derive(Debug)]
pub(super) struct FetchLock {
    _file: File,
}

impl FetchLock {
    /// Waits until no other dhtl fetches, then clears away what killed ones have left behind.
    pub(super) fn acquire(request: &UvRequest<'_>) -> Result<Self, ToolError> {
        let bin_dir = request.home.bin_dir();
        std::fs::create_dir_all(&bin_dir).map_err(|source| ToolError::Home {
            path: bin_dir.clone(),
            source,
        })?;
        let path = bin_dir.join(".fetch.lock");
        let failed = |source| ToolError::Home {
            path: path.clone(),
            source,
        };
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(failed)?;
        let mut told = false;
        loop {
            match file.try_lock() {
                Ok(()) => break,
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            if request.cancel.is_cancelled() {
                return Err(ToolError::Cancelled);
            }
            if !std::mem::replace(&mut told, true) {
                (request.output)("waiting for another dhtl that fetches uv");
            }
            thread::sleep(Duration::from_millis(50));
        }
        remove_leftovers(&bin_dir);
        Ok(Self { _file: file })
    }
}

/// Only whoever holds the lock has such folders, so these belong to nobody.
fn remove_leftovers(bin_dir: &Path) {
    for entry in std::fs::read_dir(bin_dir).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(PREFIX) && entry.path().is_dir() {
            // What cannot be removed only takes up room.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// A temporary folder on the same file system as the final place.
#[derive(Debug)]
pub(super) struct Staging {
    dir: TempDir,
}

impl Staging {
    pub(super) fn new(home: &Home) -> Result<Self, FetchError> {
        let bin_dir = home.bin_dir();
        let dir = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&bin_dir)
            .map_err(FetchError::write(bin_dir))?;
        let staging = Self { dir };
        for folder in [staging.work_dir(), staging.new_dir()] {
            std::fs::create_dir(&folder).map_err(FetchError::write(folder))?;
        }
        Ok(staging)
    }

    /// An empty folder to work in.
    pub(super) fn work_dir(&self) -> PathBuf {
        self.dir.path().join("work")
    }

    /// Where the program has to be put.
    pub(super) fn program(&self) -> PathBuf {
        self.new_dir().join(PROGRAM)
    }

    /// Tries the program, and moves it to its final place if it is what it should be.
    pub(super) fn publish(
        self,
        origin: UvOrigin,
        request: &UvRequest<'_>,
    ) -> Result<Uv, FetchError> {
        let said = ask(&self.program(), request.runner)?;
        if said.as_deref() != Some(PINNED) {
            return Err(FetchError::WrongProgram { said });
        }
        let origin_file = self.new_dir().join(ORIGIN);
        write_origin(&origin_file, origin).map_err(FetchError::write(origin_file))?;
        let target = managed_dir(request.home);
        if target.exists() {
            // `managed` found it incomplete.
            std::fs::remove_dir_all(&target).map_err(FetchError::write(&target))?;
        }
        std::fs::rename(self.new_dir(), &target).map_err(FetchError::write(&target))?;
        Ok(Uv {
            program: target.join(PROGRAM),
            version: PINNED.to_owned(),
            origin,
        })
    }

    fn new_dir(&self) -> PathBuf {
        self.dir.path().join("new")
    }
}

fn write_origin(path: &Path, origin: UvOrigin) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    file.write_all(&serde_json::to_vec(&origin)?)?;
    file.sync_all()
}
