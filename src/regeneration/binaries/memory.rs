//! Which version a program had when it was asked, for as long as its file is the same.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::UNIX_EPOCH;

use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::state::{StateDir, read_regular, write_whole};

/// The file, in the state folder.
const NAME: &str = "binaries.json";

/// What programs said about themselves, by name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Memory(BTreeMap<String, Seen>);

/// A program that was asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    path: String,
    size: u64,
    /// Nanoseconds since 1970, as text: JSON numbers are not that exact.
    modified: String,
    version: String,
}

impl Memory {
    /// What is written down; nothing where nothing readable is, or where somebody else wrote it.
    pub(super) fn load(state: &StateDir) -> Self {
        if !state.is_ours() {
            return Self::default();
        }
        let text = read_regular(&state.file(NAME)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The version that `program`, found as `name`, had when it was asked; none when it was not, or
    /// has changed since.
    pub(super) fn version(&self, name: &str, program: &Path) -> Option<&str> {
        let seen = self.0.get(name)?;
        let now = Seen::of(program, &seen.version)?;
        (now == *seen).then_some(seen.version.as_str())
    }

    /// Remembers what `program` said.
    pub(super) fn note(&mut self, name: &str, program: &Path, version: &str) {
        if let Some(seen) = Seen::of(program, version) {
            self.0.insert(name.to_owned(), seen);
        }
    }

    /// Writes it down, without the programs that are not `required` any more.
    pub(super) fn save(
        mut self,
        required: &[String],
        state: &StateDir,
    ) -> Result<(), RegenerationError> {
        self.0.retain(|name, _| required.contains(name));
        let path = state.file(NAME);
        let text = serde_json::to_string_pretty(&self)
            .map_err(|error| RegenerationError::io("write", &path)(error.into()))?;
        write_whole(&path, text + "\n")
    }
}

impl Seen {
    fn of(program: &Path, version: &str) -> Option<Self> {
        let metadata = program.metadata().ok()?;
        let modified = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
        Some(Self {
            path: program.to_string_lossy().into_owned(),
            size: metadata.len(),
            modified: modified.as_nanos().to_string(),
            version: version.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_known_until_the_program_changes() {
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("node");
        std::fs::write(&program, "one").unwrap();
        let mut memory = Memory::default();
        memory.note("node", &program, "18.17.0");
        assert_eq!(memory.version("node", &program), Some("18.17.0"));
        assert_eq!(memory.version("deno", &program), None);
        std::fs::write(&program, "another").unwrap();
        assert_eq!(memory.version("node", &program), None);
    }

    #[test]
    fn what_somebody_else_wrote_says_nothing() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::of(root.path());
        state.create().unwrap();
        let program = root.path().join("node");
        std::fs::write(&program, "one").unwrap();
        let mut memory = Memory::default();
        memory.note("node", &program, "18.17.0");
        memory.clone().save(&["node".to_owned()], &state).unwrap();
        assert_eq!(Memory::load(&state), Memory::default());
        state.take_over().unwrap();
        memory.clone().save(&["node".to_owned()], &state).unwrap();
        assert_eq!(Memory::load(&state), memory);
    }
}
