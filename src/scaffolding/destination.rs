//! The new folder: prepared in a hidden folder beside its place, then renamed into it.

use std::ffi::OsStr;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use dhtl_project_model::{Diagnostic, ExitCode};
use tempfile::TempDir;

/// Why a new folder could not be made.
#[derive(Debug, thiserror::Error)]
pub enum DestinationError {
    /// There is something in the way, and nothing of the user's is overwritten.
    #[error("`{}` already exists and is not an empty folder", path.display())]
    Exists {
        /// What is in the way.
        path: PathBuf,
    },
    /// The empty folder is the one the command runs in; replacing it would pull the floor away.
    #[error("`{}` is the current folder, which cannot be replaced", path.display())]
    CurrentFolder {
        /// The current folder.
        path: PathBuf,
    },
    /// The folder that should hold the new one is missing, or is no folder.
    #[error("there is no folder `{}` to put the project in", path.display())]
    NoParent {
        /// The missing folder.
        path: PathBuf,
    },
    /// The text cannot be the name of a folder.
    #[error("`{name}` cannot be the name of a new folder")]
    Name {
        /// The text.
        name: String,
    },
    /// The disk, or the user's share of it, is full.
    #[error("no space is left on the disk that holds `{}`", path.display())]
    DiskFull {
        /// What was being written.
        path: PathBuf,
    },
    /// The user may not write there, or nobody may.
    #[error("`{}` cannot be written to: the folder or its disk is read-only for you", path.display())]
    ReadOnly {
        /// What was being written.
        path: PathBuf,
    },
    /// The operating system refused for another reason.
    #[error("failed to write `{}`", path.display())]
    Write {
        /// What was being written.
        path: PathBuf,
        /// The reason.
        source: io::Error,
    },
}

impl DestinationError {
    /// What a failure to write `path` comes to.
    pub(crate) fn writing(path: &Path, source: io::Error) -> Self {
        let path = path.to_path_buf();
        match source.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::DiskFull { path },
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Write { path, source },
        }
    }
}

impl Diagnostic for DestinationError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Exists { .. }
            | Self::CurrentFolder { .. }
            | Self::NoParent { .. }
            | Self::Name { .. } => ExitCode::Usage,
            Self::DiskFull { .. } | Self::ReadOnly { .. } | Self::Write { .. } => {
                ExitCode::External
            }
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Exists { .. } | Self::CurrentFolder { .. } | Self::Name { .. } => {
                "name a folder that does not exist yet, after the first argument".to_owned()
            }
            Self::NoParent { path } => format!("create it with `mkdir {}`", path.display()),
            Self::DiskFull { .. } => {
                "free some space, or name a folder on another disk; nothing was left behind"
                    .to_owned()
            }
            Self::ReadOnly { .. } => {
                "name a folder that you may write to; nothing was left behind".to_owned()
            }
            Self::Write { .. } => return None,
        })
    }
}

/// Whether a new folder `folder`, relative to `parent`, can be made, for those who would do much in
/// vain otherwise.
pub fn check_new_folder(parent: &Path, folder: &Path) -> Result<(), DestinationError> {
    Destination::named(parent, folder).map(|_| ())
}

/// Where the new folder goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Destination {
    /// The folder that will hold it; it exists.
    pub(crate) parent: PathBuf,
    /// The new folder; it does not exist yet, or is empty.
    pub(crate) folder: PathBuf,
}

impl Destination {
    /// The folder the user named, relative to `parent`.
    pub(crate) fn named(parent: &Path, folder: &Path) -> Result<Self, DestinationError> {
        let joined = parent.join(folder);
        // `.` has no name of its own; the absolute path of the same folder has one.
        let folder = std::path::absolute(&joined)
            .map_err(|source| DestinationError::writing(&joined, source))?;
        let (Some(parent), Some(_)) = (folder.parent(), folder.file_name()) else {
            return Err(DestinationError::Name {
                name: joined.display().to_string(),
            });
        };
        Self {
            parent: parent.to_path_buf(),
            folder: folder.clone(),
        }
        .checked()
    }

    /// A folder called `name` in `parent`.
    pub(crate) fn default_name(parent: &Path, name: &OsStr) -> Result<Self, DestinationError> {
        let mut components = Path::new(name).components();
        let plain = matches!(
            (components.next(), components.next()),
            (Some(std::path::Component::Normal(only)), None) if only == name
        );
        if !plain {
            return Err(DestinationError::Name {
                name: name.display().to_string(),
            });
        }
        Self {
            parent: parent.to_path_buf(),
            folder: parent.join(name),
        }
        .checked()
    }

    /// Whether the folder can be made there.
    fn checked(self) -> Result<Self, DestinationError> {
        let current = std::env::current_dir().ok();
        self.checked_from(current.as_deref())
    }

    /// The same, for a command that runs in the folder `current`.
    fn checked_from(self, current: Option<&Path>) -> Result<Self, DestinationError> {
        if !self.parent.is_dir() {
            return Err(DestinationError::NoParent { path: self.parent });
        }
        let path = self.folder.clone();
        match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(self),
            Err(error) => Err(DestinationError::writing(&path, error)),
            Ok(metadata) if !metadata.is_dir() || !is_empty(&path)? => {
                Err(DestinationError::Exists { path })
            }
            Ok(_) if current.is_some_and(|current| is_same(current, &path)) => {
                Err(DestinationError::CurrentFolder { path })
            }
            Ok(_) => Ok(self),
        }
    }
}

fn is_empty(folder: &Path) -> Result<bool, DestinationError> {
    let mut entries =
        fs::read_dir(folder).map_err(|source| DestinationError::writing(folder, source))?;
    Ok(entries.next().is_none())
}

fn is_same(one: &Path, other: &Path) -> bool {
    let pair = (fs::canonicalize(one), fs::canonicalize(other));
    matches!(pair, (Ok(one), Ok(other)) if one == other)
}

/// A hidden folder beside the destination, on the same file system, gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Staging(TempDir);

impl Staging {
    /// Makes one in `parent`, for nobody else to look into.
    pub(crate) fn within(parent: &Path) -> Result<Self, DestinationError> {
        if !parent.is_dir() {
            return Err(DestinationError::NoParent {
                path: parent.to_path_buf(),
            });
        }
        tempfile::Builder::new()
            .prefix(".dhtl-new-")
            .tempdir_in(parent)
            .map(Self)
            .map_err(|source| DestinationError::writing(parent, source))
    }

    /// The hidden folder.
    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Renames `prepared`, a folder inside the hidden one, into its place, and removes the rest.
    pub(crate) fn publish(
        self,
        prepared: &Path,
        destination: &Destination,
    ) -> Result<PathBuf, DestinationError> {
        debug_assert!(
            prepared.starts_with(self.path()),
            "only what is staged is published"
        );
        let Destination { folder, .. } = destination.clone().checked()?;
        // Unix replaces an empty folder in the rename itself; Windows wants it gone before.
        if cfg!(windows) && folder.is_dir() {
            fs::remove_dir(&folder).map_err(|source| DestinationError::writing(&folder, source))?;
        }
        match fs::rename(prepared, &folder) {
            Ok(()) => Ok(folder),
            Err(error)
                if matches!(
                    error.kind(),
                    ErrorKind::AlreadyExists
                        | ErrorKind::DirectoryNotEmpty
                        | ErrorKind::NotADirectory
                ) =>
            {
                Err(DestinationError::Exists { path: folder })
            }
            Err(error) => Err(DestinationError::writing(&folder, error)),
        }
    }
}

/// Writes a file below `folder`, with the folders that it is in.
pub(crate) fn write_below(folder: &Path, path: &str, bytes: &[u8]) -> Result<(), DestinationError> {
    let path = folder.join(path);
    let parent = path.parent().unwrap_or(folder);
    fs::create_dir_all(parent)
        .and_then(|()| fs::write(&path, bytes))
        .map_err(|source| DestinationError::writing(&path, source))
}

impl Drop for Staging {
    fn drop(&mut self) {
        // A program that ran in here may have left folders that cannot be emptied as they are.
        if fs::remove_dir_all(self.path()).is_err() {
            make_writable(self.path());
        }
    }
}

/// Gives the owner of every folder below `folder` the right to remove what is in it.
fn make_writable(folder: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // Nothing can be done about a failure here; removing the folder will fail too.
        let _ = fs::set_permissions(folder, fs::Permissions::from_mode(0o700));
    }
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_type().is_ok_and(|file_type| file_type.is_dir()) {
            make_writable(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn names(parent: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(parent)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_prepared_folder_appears_under_its_name_only() {
        let world = tempfile::tempdir().unwrap();
        let staging = Staging::within(world.path()).unwrap();
        let prepared = staging.path().join("anything");
        fs::create_dir(&prepared).unwrap();
        fs::write(prepared.join("file"), "text").unwrap();
        let destination = Destination::named(world.path(), Path::new("api")).unwrap();
        let folder = staging.publish(&prepared, &destination).unwrap();
        assert_eq!(fs::read_to_string(folder.join("file")).unwrap(), "text");
        assert_eq!(names(world.path()), ["api"]);
    }

    #[test]
    fn an_empty_folder_may_be_filled() {
        let world = tempfile::tempdir().unwrap();
        fs::create_dir(world.path().join("api")).unwrap();
        let staging = Staging::within(world.path()).unwrap();
        let prepared = staging.path().join("anything");
        fs::create_dir(&prepared).unwrap();
        fs::write(prepared.join("file"), "text").unwrap();
        let destination = Destination::named(world.path(), Path::new("api")).unwrap();
        staging.publish(&prepared, &destination).unwrap();
        assert_eq!(names(&world.path().join("api")), ["file"]);
    }

    #[test]
    fn what_appeared_meanwhile_is_not_overwritten() {
        let world = tempfile::tempdir().unwrap();
        let destination = Destination::named(world.path(), Path::new("api")).unwrap();
        let staging = Staging::within(world.path()).unwrap();
        let prepared = staging.path().join("anything");
        fs::create_dir(&prepared).unwrap();
        fs::create_dir(world.path().join("api")).unwrap();
        fs::write(world.path().join("api/mine"), "mine").unwrap();
        let error = staging.publish(&prepared, &destination).unwrap_err();
        assert!(matches!(error, DestinationError::Exists { .. }), "{error}");
        assert_eq!(names(world.path()), ["api"]);
        assert_eq!(
            fs::read_to_string(world.path().join("api/mine")).unwrap(),
            "mine"
        );
    }

    #[test]
    fn files_full_folders_and_links_are_in_the_way() {
        let world = tempfile::tempdir().unwrap();
        fs::write(world.path().join("file"), "").unwrap();
        fs::create_dir_all(world.path().join("full/inner")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("nowhere", world.path().join("link")).unwrap();
        #[cfg(not(unix))]
        fs::write(world.path().join("link"), "").unwrap();
        for name in ["file", "full", "link"] {
            let error = Destination::named(world.path(), Path::new(name)).unwrap_err();
            assert!(
                matches!(error, DestinationError::Exists { .. }),
                "{name}: {error}"
            );
            assert_eq!(error.exit_code(), ExitCode::Usage);
        }
    }

    #[test]
    fn a_missing_parent_is_named() {
        let world = tempfile::tempdir().unwrap();
        let error = Destination::named(world.path(), Path::new("a/b")).unwrap_err();
        let DestinationError::NoParent { path } = error else {
            panic!("{error}")
        };
        assert_eq!(path, world.path().join("a"));
    }

    #[test]
    fn a_name_with_another_meaning_is_refused() {
        let world = tempfile::tempdir().unwrap();
        for name in ["", ".", "..", "a/b", "/", "a/"] {
            let error = Destination::default_name(world.path(), OsStr::new(name)).unwrap_err();
            assert!(
                matches!(error, DestinationError::Name { .. }),
                "{name:?}: {error}"
            );
        }
        // Windows knows at once which folder `..` is, and that it exists.
        let error = Destination::named(world.path(), Path::new("..")).unwrap_err();
        assert!(
            matches!(
                error,
                DestinationError::Name { .. } | DestinationError::Exists { .. }
            ),
            "{error}"
        );
    }

    #[test]
    fn the_current_folder_is_not_replaced() {
        let world = tempfile::tempdir().unwrap();
        let folder = world.path().join("here");
        fs::create_dir(&folder).unwrap();
        let destination = Destination {
            parent: world.path().to_path_buf(),
            folder: folder.clone(),
        };
        let error = destination
            .clone()
            .checked_from(Some(&folder.join(".")))
            .unwrap_err();
        assert!(
            matches!(error, DestinationError::CurrentFolder { .. }),
            "{error}"
        );
        destination.checked_from(Some(world.path())).unwrap();
    }

    #[test]
    fn each_way_a_disk_refuses_has_its_own_message() {
        let path = Path::new("api/file");
        let message = |kind: ErrorKind| DestinationError::writing(path, kind.into()).to_string();
        assert_eq!(
            message(ErrorKind::StorageFull),
            "no space is left on the disk that holds `api/file`"
        );
        assert_eq!(
            message(ErrorKind::QuotaExceeded),
            message(ErrorKind::StorageFull)
        );
        assert_eq!(
            message(ErrorKind::ReadOnlyFilesystem),
            "`api/file` cannot be written to: the folder or its disk is read-only for you"
        );
        assert_eq!(message(ErrorKind::Other), "failed to write `api/file`");
    }

    #[cfg(unix)]
    #[test]
    fn folders_that_are_read_only_are_removed_too() {
        use std::os::unix::fs::PermissionsExt as _;
        let world = tempfile::tempdir().unwrap();
        let staging = Staging::within(world.path()).unwrap();
        let inner = staging.path().join("a/b");
        fs::create_dir_all(&inner).unwrap();
        fs::write(inner.join("file"), "").unwrap();
        for folder in [inner.as_path(), inner.parent().unwrap()] {
            fs::set_permissions(folder, fs::Permissions::from_mode(0o000)).unwrap();
        }
        drop(staging);
        assert_eq!(names(world.path()), [""; 0]);
    }
}
