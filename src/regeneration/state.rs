//! Where a project keeps what dhtl knows of its environment: `.dht/state/`, never committed.

use std::fmt::{self, Write as _};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use dhtl_project_model::{Digest, DistributionName};
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::closure::Closure;
use crate::report::Shortfall;
use crate::request::Inferring;

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
        // Git replaces what it ignores with what a commit brings, in a folder that is ours, too.
        for folder in [&state, &state.join("logs"), &state.join("container")] {
            refuse_links(folder)?;
        }
        let gitignore = self.root.join(".dht/.gitignore");
        if !gitignore.exists() {
            write_whole(&gitignore, "/state/\n/.gitignore\n")?;
        }
        Ok(())
    }

    /// Whether the folder was made here, by a run of ours.
    ///
    /// What a repository or an archive brings under this name must not be trusted: it could say that
    /// anything is installed already, or what to install. Nobody can know beforehand what number
    /// the system gives to a new folder.
    pub(crate) fn is_ours(&self) -> bool {
        let written = read_regular(&self.file(IDENTITY)).ok();
        written.is_some_and(|written| Some(written) == self.identity().map(String::into_bytes))
    }

    /// Makes the folder ours: what it holds goes, but for the lock.
    ///
    /// To be called by who holds the lock, after [`StateDir::create`] has refused links.
    pub(crate) fn take_over(&self) -> Result<(), RegenerationError> {
        let state = self.path();
        let failed = || RegenerationError::io("read", &state);
        for entry in fs::read_dir(&state).map_err(failed())? {
            let entry = entry.map_err(failed())?;
            if entry.file_name().to_string_lossy().starts_with("lock") {
                continue;
            }
            remove_whatever(&entry.path())?;
        }
        write_whole(&self.file(IDENTITY), self.identity().unwrap_or_default())
    }

    fn identity(&self) -> Option<String> {
        let state = self.path();
        if self.root.join(".dht").is_symlink() {
            return None;
        }
        let metadata = state.symlink_metadata().ok().filter(fs::Metadata::is_dir)?;
        let place = state.canonicalize().ok()?;
        Some(format!("{}\n{}\n", place.display(), number(&metadata)))
    }

    /// `.dht`.
    pub(crate) fn folder(&self) -> PathBuf {
        self.root.join(".dht")
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
        if !self.is_ours() {
            return None;
        }
        serde_json::from_slice(&read_regular(&self.file("environment.json")).ok()?).ok()
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
    /// The projects that are installed in editable mode.
    pub(crate) projects: Vec<DistributionName>,
    /// What could not be installed.
    pub(crate) shortfalls: Vec<Shortfall>,
    /// The moment that the project was resolved as of.
    pub(crate) as_of: Option<String>,
    /// Whether what imports need was installed.
    pub(crate) inferring: Inferring,
}

/// Refuses a folder in which a link stands: dhtl makes none there, and what one leads to would be
/// written to, or cleared out. What is no folder is left to who uses it.
fn refuse_links(folder: &Path) -> Result<(), RegenerationError> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let mut links = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_symlink()));
    links.next().map_or(Ok(()), |link| {
        Err(RegenerationError::Linked { path: link.path() })
    })
}

/// Says whose the state folder is.
const IDENTITY: &str = "identity";

/// What tells a folder from every other, past ones included as far as the system allows.
#[cfg(unix)]
fn number(metadata: &fs::Metadata) -> String {
    use std::os::unix::fs::MetadataExt as _;
    format!("{}:{}", metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn number(metadata: &fs::Metadata) -> String {
    format!("{:?}", metadata.created().ok())
}

/// No file that we read is larger.
const LARGEST: u64 = 64 * 1024 * 1024;

/// Reads a regular file, or fails at once: a pipe or a device could be read forever.
pub fn read_regular(path: &Path) -> std::io::Result<Vec<u8>> {
    let metadata = fs::metadata(path)?;
    if !metadata.is_file() || metadata.len() > LARGEST {
        return Err(std::io::Error::new(
            std::io::ErrorKind::InvalidInput,
            "it is no regular file of reasonable size",
        ));
    }
    fs::read(path)
}

/// The text of a regular file, under the same rules.
pub(crate) fn read_text(path: &Path) -> std::io::Result<String> {
    let invalid = |error| std::io::Error::new(std::io::ErrorKind::InvalidData, error);
    String::from_utf8(read_regular(path)?).map_err(invalid)
}

/// Removes a folder, a file or a link; what a link leads to stays.
pub(crate) fn remove_whatever(path: &Path) -> Result<(), RegenerationError> {
    let removed = match path.symlink_metadata() {
        Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(path),
        Ok(_) => fs::remove_file(path),
        Err(_) => Ok(()),
    };
    removed.map_err(RegenerationError::io("remove", path))
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
pub fn write_whole(path: &Path, content: impl AsRef<[u8]>) -> Result<(), RegenerationError> {
    let failed = |error| RegenerationError::io("write", path)(error);
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(content.as_ref()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    make_readable(file.as_file()).map_err(failed)?;
    file.persist(path)
        .map_err(|error| RegenerationError::io("write", path)(error.error))?;
    Ok(())
}

/// Temporary files are private to their owner; files of a project are not.
#[cfg(unix)]
pub(crate) fn make_readable(file: &fs::File) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
pub(crate) fn make_readable(_file: &fs::File) -> std::io::Result<()> {
    Ok(())
}
