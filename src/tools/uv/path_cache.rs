//! Remembers which version a `uv` on `PATH` has, so that asking it costs a process only once.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::Home;

/// More than anyone has on `PATH`; keeps the file from growing for ever.
const LONGEST: usize = 16;

/// `$DHTL_HOME/bin/uv-on-path.json`.
///
/// It may always be deleted, and whatever goes wrong with it only costs time.
#[derive(Debug)]
pub(super) struct PathCache {
    file: PathBuf,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    #[serde(flatten)]
    key: Key,
    version: String,
}

/// What changes when a program is replaced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Key {
    path: String,
    /// Nanoseconds since 1970, as text: JSON numbers are not that exact.
    modified: String,
    size: u64,
}

impl PathCache {
    pub(super) fn load(home: &Home) -> Self {
        let file = home.bin_dir().join("uv-on-path.json");
        let entries = std::fs::read(&file)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self { file, entries }
    }

    /// The version of `program`, if it is known and the program has not changed since.
    pub(super) fn version(&self, program: &Path) -> Option<String> {
        let key = Key::of(program)?;
        self.entries
            .iter()
            .find(|entry| entry.key == key)
            .map(|entry| entry.version.clone())
    }

    /// Remembers the version of `program`, as far as possible.
    pub(super) fn remember(&mut self, program: &Path, version: &str) {
        let Some(key) = Key::of(program) else { return };
        self.entries.retain(|entry| entry.key.path != key.path);
        self.entries.insert(
            0,
            Entry {
                key,
                version: version.to_owned(),
            },
        );
        self.entries.truncate(LONGEST);
        // A home that cannot be written is no reason to fail: the version is known by now.
        let _ = self.write();
    }

    fn write(&self) -> std::io::Result<()> {
        let Some(dir) = self.file.parent() else {
            return Ok(());
        };
        std::fs::create_dir_all(dir)?;
        let mut file = tempfile::NamedTempFile::new_in(dir)?;
        file.write_all(&serde_json::to_vec(&self.entries)?)?;
        file.persist(&self.file)?;
        Ok(())
    }
}

impl Key {
    /// Nothing for a path that is not UTF-8 or a file without a time stamp.
    fn of(program: &Path) -> Option<Self> {
        let metadata = program.metadata().ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            path: program.to_str()?.to_owned(),
            modified: modified.as_nanos().to_string(),
            size: metadata.len(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Environment;

    fn home(dir: &Path) -> Home {
        Home::locate(&Environment::from_vars([("DHTL_HOME", dir.as_os_str())])).unwrap()
    }

    #[test]
    fn a_version_is_known_until_the_program_changes() {
        let dir = tempfile::tempdir().unwrap();
        let program = dir.path().join("uv");
        std::fs::write(&program, "one").unwrap();
        PathCache::load(&home(dir.path())).remember(&program, "0.13.8");
        let cache = PathCache::load(&home(dir.path()));
        assert_eq!(cache.version(&program).as_deref(), Some("0.13.8"));
        std::fs::write(&program, "another").unwrap();
        assert_eq!(cache.version(&program), None);
    }

    #[test]
    fn a_damaged_file_counts_as_empty() {
        let dir = tempfile::tempdir().unwrap();
        let home = home(dir.path());
        std::fs::create_dir_all(home.bin_dir()).unwrap();
        std::fs::write(home.bin_dir().join("uv-on-path.json"), "[{\"path\":1}").unwrap();
        assert_eq!(PathCache::load(&home).entries, []);
    }
}
