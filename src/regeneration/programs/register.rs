//! Which wrappers are dhtl's own, so that nobody takes them for strays.
//!
//! A name that stands here hides nothing: what is in its place is held against what must be there,
//! and what must not be there is a difference.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::programs::Wrapper;
use crate::state::{StateDir, read_regular, write_whole};

/// The file, in the state folder.
const NAME: &str = "wrappers.json";

/// The wrappers that were put into the environment: their files, and whose programs they start.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Register(BTreeMap<String, Entry>);

/// A wrapper that was put into the environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    /// Whose program it starts.
    owner: String,
    /// The program; none where its path is no text.
    starts: Option<PathBuf>,
}

impl Register {
    /// What is written down; nothing where nothing readable is, or where somebody else wrote it: a
    /// stray must not be hidden by what came with a repository.
    pub(crate) fn load(state: &StateDir) -> Self {
        if !state.is_ours() {
            return Self::default();
        }
        let text = read_regular(&state.file(NAME)).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Whether a file among the scripts is one of them.
    pub(crate) fn has(&self, file_name: &str) -> bool {
        self.0.contains_key(file_name)
    }

    /// The files of those whose owner begins with `kind`, such as `tool `, with their owners.
    pub(crate) fn of_kind(&self, kind: &str) -> impl Iterator<Item = (&str, &str)> {
        let files = self
            .0
            .iter()
            .filter(move |(_, entry)| entry.owner.starts_with(kind));
        files.map(|(file, entry)| (file.as_str(), entry.owner.as_str()))
    }

    /// The first wrapper of `owner` in the folder `scripts` that is gone, or whose program is.
    pub(crate) fn broken(&self, owner: &str, scripts: &Path) -> Option<&str> {
        let mut own = self.0.iter().filter(|(_, entry)| entry.owner == owner);
        let broken = own.find(|(file, entry)| {
            let starts = entry.starts.as_ref();
            !scripts.join(file).is_file() || starts.is_some_and(|program| !program.is_file())
        });
        broken.map(|(file, _)| file.as_str())
    }

    /// Writes down that those of `kind` are `wrappers` now, and whatever `kept` owners had.
    pub(crate) fn replace(
        &mut self,
        kind: &str,
        (wrappers, kept): (&[Wrapper], &[String]),
        state: &StateDir,
    ) -> Result<(), RegenerationError> {
        let before = self.clone();
        self.0
            .retain(|_, entry| !entry.owner.starts_with(kind) || kept.contains(&entry.owner));
        self.insert(wrappers);
        self.save_unless(&before, state)
    }

    /// Writes down `wrappers` beside what is there.
    pub(crate) fn add(
        &mut self,
        wrappers: &[Wrapper],
        state: &StateDir,
    ) -> Result<(), RegenerationError> {
        let before = self.clone();
        self.insert(wrappers);
        self.save_unless(&before, state)
    }

    fn insert(&mut self, wrappers: &[Wrapper]) {
        self.0.extend(wrappers.iter().map(|wrapper| {
            let starts = wrapper.program.to_str().map(PathBuf::from);
            let entry = Entry {
                owner: wrapper.owner.clone(),
                starts,
            };
            (wrapper.file_name(), entry)
        }));
    }

    fn save_unless(&self, before: &Self, state: &StateDir) -> Result<(), RegenerationError> {
        if self == before {
            return Ok(());
        }
        let path = state.file(NAME);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| RegenerationError::io("write", &path)(error.into()))?;
        write_whole(&path, text + "\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_written_down_on_its_own() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::of(root.path());
        state.create().unwrap();
        state.take_over().unwrap();
        let mut register = Register::load(&state);
        let tools = [Wrapper::new("ruff", "tool ruff", "/ruff")];
        register.replace("tool ", (&tools, &[]), &state).unwrap();
        let binaries = [Wrapper::new("node", "binary node", "/node")];
        register
            .replace("binary ", (&binaries, &[]), &state)
            .unwrap();
        register.replace("tool ", (&[], &[]), &state).unwrap();
        let register = Register::load(&state);
        assert_eq!(register.of_kind("tool ").count(), 0);
        assert!(register.has(&binaries[0].file_name()));
    }

    #[test]
    fn a_wrapper_without_its_program_is_broken() {
        let root = tempfile::tempdir().unwrap();
        let program = root.path().join("program");
        let wrapper = Wrapper::new("node", "binary node", &program);
        let mut register = Register::default();
        register.insert(std::slice::from_ref(&wrapper));
        let broken = |register: &Register| {
            let broken = register.broken("binary node", root.path());
            broken.is_some()
        };
        assert!(broken(&register));
        std::fs::write(root.path().join(wrapper.file_name()), "").unwrap();
        assert!(broken(&register));
        std::fs::write(&program, "").unwrap();
        assert!(!broken(&register));
        assert!(register.broken("binary rust", root.path()).is_none());
    }

    #[test]
    fn a_garbled_file_says_nothing() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::of(root.path());
        state.create().unwrap();
        state.take_over().unwrap();
        std::fs::write(state.file(NAME), "[1").unwrap();
        assert_eq!(Register::load(&state), Register::default());
    }

    #[test]
    fn what_somebody_else_wrote_hides_nothing() {
        let root = tempfile::tempdir().unwrap();
        let state = StateDir::of(root.path());
        state.create().unwrap();
        let text = r#"{"evil": {"owner": "tool evil"}}"#;
        std::fs::write(state.file(NAME), text).unwrap();
        assert!(!Register::load(&state).has("evil"));
        state.take_over().unwrap();
        std::fs::write(state.file(NAME), text).unwrap();
        assert!(Register::load(&state).has("evil"));
    }
}
