//! One process at a time per project state.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use dhtl_project_model::{CancelToken, Diagnostic, ExitCode};

use crate::io_hint::io_hint;

/// How long to wait before looking at the lock again.
const POLL: Duration = Duration::from_millis(50);
/// How often the lock file may be replaced under our hands before we take the file system to be
/// one that gives a file several identities.
const PATIENCE: u32 = 100;

/// An exclusive lock on a file, held until this and every clone of its [`file`](Self::file) are
/// closed.
///
/// A child that was handed the file keeps the lock when we are killed: nobody may start
/// over while it still writes.
#[derive(Debug)]
pub struct StateLock {
    file: File,
    holder: PathBuf,
}

/// The lock cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// The file cannot be created or opened.
    #[error("failed to open the lock file `{}`", path.display())]
    Open {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file system cannot lock files.
    #[error("failed to lock `{}`", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its place is taken by a folder, a device, or a link, which could lead out of the project.
    #[error("the lock file `{}` is not a regular file", path.display())]
    NotAFile {
        /// The lock file.
        path: PathBuf,
    },
    /// The user did not want to wait any longer.
    #[error("interrupted while waiting for {holder}")]
    Interrupted {
        /// Who holds the lock.
        holder: String,
    },
}

impl Diagnostic for LockError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Open { .. } | Self::Lock { .. } => ExitCode::External,
            Self::NotAFile { .. } => ExitCode::Invalid,
            Self::Interrupted { .. } => ExitCode::Interrupted,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Open { path, source } | Self::Lock { path, source } => io_hint(path, source),
            Self::NotAFile { path } => Some(format!("delete `{}`", path.display())),
            Self::Interrupted { .. } => None,
        }
    }
}

impl StateLock {
    /// Locks the file at `path`, creating it and its folder as needed, and writes our process id
    /// into the file beside it with `.pid` added to its name.
    ///
    /// While another process holds the lock, waits until it is free or `cancel` is set, and calls
    /// `waiting` once with who holds it, such as `process 4711 or a program it started`.
    pub fn acquire(
        path: &Path,
        cancel: &CancelToken,
        waiting: &dyn Fn(&str),
    ) -> Result<Self, LockError> {
        let holder = beside(path);
        let mut told = false;
        let mut replaced = 0;
        loop {
            let file = open(path)?;
            match file.try_lock() {
                Ok(()) if is_still_at(&file, path) || replaced == PATIENCE => {
                    // Only a courtesy to those who wait.
                    let _ = sign(&holder);
                    return Ok(Self { file, holder });
                }
                Ok(()) => {
                    replaced += 1;
                    continue;
                }
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => {
                    return Err(LockError::Lock {
                        path: path.to_owned(),
                        source,
                    });
                }
            }
            if cancel.is_cancelled() {
                return Err(LockError::Interrupted {
                    holder: who(&holder),
                });
            }
            if !told {
                waiting(&who(&holder));
                told = true;
            }
            thread::sleep(POLL);
        }
    }

    /// Another handle on the locked file, to be kept open by those who must not be left behind.
    pub fn file(&self) -> io::Result<File> {
        self.file.try_clone()
    }
}

impl Drop for StateLock {
    fn drop(&mut self) {
        // The lock itself goes with the last handle; unlocking here would take it from children.
        let _ = std::fs::remove_file(&self.holder);
    }
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".pid");
    name.into()
}

fn open(path: &Path) -> Result<File, LockError> {
    let fail = |source| LockError::Open {
        path: path.to_owned(),
        source,
    };
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(fail)?;
    }
    match path.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => {
            return Err(LockError::NotAFile {
                path: path.to_owned(),
            });
        }
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(fail(error)),
        _ => {}
    }
    OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path)
        .map_err(fail)
}

/// Writes our process id to `holder`, which is replaced, not followed, when it is a link.
fn sign(holder: &Path) -> io::Result<()> {
    match std::fs::remove_file(holder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = OpenOptions::new()
        .create_new(true)
        .write(true)
        .open(holder)?;
    file.write_all(std::process::id().to_string().as_bytes())
}

/// Who holds the lock, as far as the file beside it tells.
fn who(holder: &Path) -> String {
    let is_file = holder
        .symlink_metadata()
        .is_ok_and(|metadata| metadata.is_file());
    let text = if is_file {
        std::fs::read_to_string(holder).unwrap_or_default()
    } else {
        String::new()
    };
    match text.trim().parse::<u32>().ok() {
        Some(pid) => format!("process {pid} or a program it started"),
        None => "another process".to_owned(),
    }
}

/// Whether the file we locked is the one that others will find.
#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt as _;

    match (file.metadata(), path.symlink_metadata()) {
        (Ok(ours), Ok(theirs)) => (ours.dev(), ours.ino()) == (theirs.dev(), theirs.ino()),
        _ => false,
    }
}

/// Whether the file we locked is the one that others will find: an open file cannot be replaced.
#[cfg(not(unix))]
fn is_still_at(_file: &File, _path: &Path) -> bool {
    true
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::sync::mpsc;

    use super::*;

    fn acquire(path: &Path) -> StateLock {
        StateLock::acquire(path, &CancelToken::default(), &|_| {}).unwrap()
    }

    /// Tries without waiting, and returns who is said to hold the lock.
    fn holder(path: &Path) -> Option<String> {
        let cancel = CancelToken::default();
        cancel.cancel();
        match StateLock::acquire(path, &cancel, &|_| {}) {
            Ok(_) => None,
            Err(LockError::Interrupted { holder }) => Some(holder),
            Err(error) => panic!("{error}"),
        }
    }

    #[test]
    fn the_second_waits_for_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/lock");
        let first = acquire(&path);
        let us = format!("process {} or a program it started", std::process::id());
        assert_eq!(holder(&path), Some(us.clone()));
        let (sender, receiver) = mpsc::channel();
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let told = |who: &str| sender.send(who.to_owned()).unwrap();
                StateLock::acquire(&path, &CancelToken::default(), &told).map(drop)
            });
            assert_eq!(receiver.recv().unwrap(), us);
            assert!(!second.is_finished());
            drop(first);
            second.join().unwrap().unwrap();
        });
        assert!(receiver.try_recv().is_err(), "told once");
        assert_eq!(holder(&path), None);
    }

    #[test]
    fn a_handle_handed_on_keeps_the_lock() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let lock = acquire(&path);
        let handed_on = lock.file().unwrap();
        drop(lock);
        assert_eq!(holder(&path), Some("another process".to_owned()));
        drop(handed_on);
        assert_eq!(holder(&path), None);
    }

    #[test]
    fn waiting_ends_when_the_user_wants_to_stop() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let _lock = acquire(&path);
        let cancel = CancelToken::default();
        let told = RefCell::new(Vec::new());
        let waiting = |who: &str| {
            told.borrow_mut().push(who.to_owned());
            cancel.cancel();
        };
        let error = StateLock::acquire(&path, &cancel, &waiting).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Interrupted);
        assert_eq!(told.borrow().len(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn a_lock_on_a_deleted_file_keeps_nobody_out() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let deleted = acquire(&path);
        std::fs::remove_file(&path).unwrap();
        let lock = acquire(&path);
        assert!(holder(&path).is_some());
        drop((deleted, lock));
    }

    #[cfg(unix)]
    #[test]
    fn links_out_of_the_project_are_not_followed() {
        let folder = tempfile::tempdir().unwrap();
        let (outside, path) = (folder.path().join("outside"), folder.path().join("lock"));
        std::fs::write(&outside, "precious").unwrap();
        std::os::unix::fs::symlink(&outside, folder.path().join("lock.pid")).unwrap();
        drop(acquire(&path));
        assert_eq!(std::fs::read_to_string(&outside).unwrap(), "precious");
        std::fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(&outside, &path).unwrap();
        let error = StateLock::acquire(&path, &CancelToken::default(), &|_| {}).unwrap_err();
        assert!(matches!(error, LockError::NotAFile { .. }));
    }

    #[test]
    fn a_place_that_cannot_be_written_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "").unwrap();
        let error = StateLock::acquire(&file.join("lock"), &CancelToken::default(), &|_| {});
        assert!(matches!(error, Err(LockError::Open { .. })));
    }
}
