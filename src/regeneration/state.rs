//! Where a project keeps what dhtl knows of its environment: `.dht/state/`, never committed.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dhtl_project_model::Digest;
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::closure::Closure;
use crate::report::Shortfall;

/// The folder of a project's environment state.
#[derive(Debug, Clone)]
pub(crate) struct StateDir {
    root: PathBuf,
}

impl StateDir {
    /// The state folder of the project at `root`; nothing is created.
    pub(crate) fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Creates the folder, and the `.gitignore` that keeps it out of commits.
    pub(crate) fn create(&self) -> Result<(), RegenerationError> {
        let state = self.path();
        for folder in [self.root.join(".dht"), state.clone()] {
            // A repository could lead our files anywhere with a link.
            if folder
                .symlink_metadata()
                .is_ok_and(|metadata| !metadata.is_dir())
            {
                return Err(RegenerationError::NotAFolder { path: folder });
            }
        }
        fs::create_dir_all(&state).map_err(RegenerationError::io("create", &state))?;
        let gitignore = self.root.join(".dht/.gitignore");
        if !gitignore.exists() {
            write_whole(&gitignore, "/state/\n/.gitignore\n")?;
        }
        Ok(())
    }

    /// `.dht/state`.
    pub(crate) fn path(&self) -> PathBuf {
        self.root.join(".dht/state")
    }

    /// The journal of the steps.
    pub(crate) fn journal(&self) -> PathBuf {
        self.path().join("journal.jsonl")
    }

    /// The file whose lock keeps two runs apart.
    pub(crate) fn lock(&self) -> PathBuf {
        self.path().join("lock")
    }

    /// What the programs of the last run printed.
    pub(crate) fn log(&self) -> PathBuf {
        self.path().join("logs/last.log")
    }

    /// A file of the state, relative to the project root, for use in command lines.
    pub(crate) fn relative(name: &str) -> String {
        format!(".dht/state/{name}")
    }

    /// A file of the state.
    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.path().join(name)
    }

    /// What the last complete run left; none when there was none, or its record is unreadable.
    pub(crate) fn record(&self) -> Option<Record> {
        let text = fs::read_to_string(self.file("environment.json")).ok()?;
        serde_json::from_str(&text).ok()
    }

    /// Replaces the record.
    pub(crate) fn write_record(&self, record: &Record) -> Result<(), RegenerationError> {
        let path = self.file("environment.json");
        let text = serde_json::to_string_pretty(record)
            .map_err(|error| RegenerationError::io("write", &path)(error.into()))?;
        write_whole(&path, &(text + "\n"))
    }

    /// Forgets the record, so that nothing trusts an environment that is being changed.
    pub(crate) fn forget_record(&self) -> Result<(), RegenerationError> {
        let path = self.file("environment.json");
        match fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(RegenerationError::io("remove", path)(error))
            }
            _ => Ok(()),
        }
    }
}

/// What a complete run knows of the environment it left behind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Record {
    /// The digest of everything the environment was made from.
    pub(crate) inputs: Digest,
    /// The digest of the installed set.
    pub(crate) venv_checksum: Digest,
    /// The platform-independent digest.
    pub(crate) fingerprint: Digest,
    /// How the imports resolved.
    pub(crate) closure: Closure,
    /// What could not be installed.
    pub(crate) shortfalls: Vec<Shortfall>,
    /// The moment that the project was resolved as of.
    pub(crate) as_of: Option<String>,
}

/// The items, one on each line.
pub(crate) fn one_per_line(items: impl IntoIterator<Item = impl fmt::Display>) -> String {
    items.into_iter().fold(String::new(), |mut text, item| {
        // Writing into a `String` cannot fail.
        let _ = writeln!(text, "{item}");
        text
    })
}

/// Writes a file whole or not at all.
///
/// Fails when its folder does not exist or cannot be written.
pub fn write_whole(path: &Path, text: &str) -> Result<(), RegenerationError> {
    let failed = |error| RegenerationError::io("write", path)(error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    make_readable(file.as_file()).map_err(failed)?;
    file.persist(path)
        .map_err(|error| RegenerationError::io("write", path)(error.error))?;
    Ok(())
}

/// Temporary files are private to their owner; files of a project are not.
#[cfg(unix)]
fn make_readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_file: &fs::File) -> std::io::Result<()> {
    Ok(())
}
