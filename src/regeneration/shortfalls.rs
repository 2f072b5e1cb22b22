//! What a project's environment does without, remembered for as long as it holds.
//!
//! A step that is satisfied does not run again, but what it left out when it ran is still missing:
//! a run that only makes the environment anew must report it, too.

use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::plan::StepId;
use crate::report::Shortfall;
use crate::state::write_whole;

/// The shortfalls of a project, by the step that has to run again to mend them.
#[derive(Debug)]
pub(crate) struct Shortfalls {
    path: PathBuf,
    entries: Mutex<Vec<Entry>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    step: StepId,
    shortfall: Shortfall,
}

impl Shortfalls {
    /// Those that are written down at `path`; none where nothing readable is.
    pub(crate) fn load(path: PathBuf) -> Self {
        let text = fs::read_to_string(&path).unwrap_or_default();
        let entries = serde_json::from_str(&text).unwrap_or_default();
        Self {
            path,
            entries: Mutex::new(entries),
        }
    }

    /// Forgets what `step` left out, because it runs again.
    pub(crate) fn clear(&self, step: StepId) -> Result<(), RegenerationError> {
        self.change(|entries| entries.retain(|entry| entry.step != step))
    }

    /// Adds what `step` left out; it is on the disk when this returns.
    pub(crate) fn add(
        &self,
        step: StepId,
        more: impl IntoIterator<Item = Shortfall>,
    ) -> Result<(), RegenerationError> {
        self.change(|entries| {
            entries.extend(more.into_iter().map(|shortfall| Entry { step, shortfall }));
        })
    }

    /// All of them, in the order in which they came up.
    pub(crate) fn all(&self) -> Vec<Shortfall> {
        self.lock()
            .iter()
            .map(|entry| entry.shortfall.clone())
            .collect()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Entry>)) -> Result<(), RegenerationError> {
        let mut entries = self.lock();
        let before = entries.clone();
        change(&mut entries);
        if *entries == before {
            return Ok(());
        }
        let text = serde_json::to_string_pretty(&*entries)
            .map_err(|error| RegenerationError::io("write", &self.path)(error.into()))?;
        write_whole(&self.path, &text)
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shortfall(what: &str) -> Shortfall {
        Shortfall::new(what.to_owned(), "it is not there".to_owned())
    }

    #[test]
    fn what_a_step_left_out_outlives_the_run() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shortfalls.json");
        let first = Shortfalls::load(path.clone());
        first.add(StepId::Resolution, [shortfall("a")]).unwrap();
        first.add(StepId::Project, [shortfall("b")]).unwrap();
        let second = Shortfalls::load(path.clone());
        second.clear(StepId::Project).unwrap();
        assert_eq!(second.all(), [shortfall("a")]);
        assert_eq!(Shortfalls::load(path).all(), [shortfall("a")]);
    }

    #[test]
    fn a_garbled_file_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("shortfalls.json");
        fs::write(&path, "[{").unwrap();
        assert_eq!(Shortfalls::load(path).all(), []);
    }
}
