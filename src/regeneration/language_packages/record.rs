//! Which packages of other languages dhtl has installed, and what they were installed from.

use dhtl_project_model::{Digest, LanguageManager, LanguagePackages};
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::state::{StateDir, read_regular, write_whole};

/// The file, in the state folder.
const NAME: &str = "language-packages.json";

/// The folders whose packages dhtl has installed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct InstalledPackages(Vec<Entry>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    folder: String,
    manager: LanguageManager,
    /// The digest of the manifest and the lock.
    inputs: Digest,
}

impl InstalledPackages {
    /// What is written down; nothing where nothing readable is, or the folder is not ours.
    pub(crate) fn load(state: &StateDir) -> Self {
        let text = read_regular(&state.file(NAME)).ok();
        let text = text.filter(|_| state.is_ours());
        text.and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// What the packages of a folder were installed from.
    pub(crate) fn inputs(&self, packages: &LanguagePackages) -> Option<&Digest> {
        let entry = self.0.iter().find(|entry| entry.is_of(packages))?;
        Some(&entry.inputs)
    }

    /// Writes down that the packages of a folder are installed, or that nobody knows any more.
    pub(crate) fn set(
        &mut self,
        packages: &LanguagePackages,
        inputs: Option<Digest>,
        state: &StateDir,
    ) -> Result<(), RegenerationError> {
        let before = self.clone();
        self.0.retain(|entry| !entry.is_of(packages));
        self.0.extend(inputs.map(|inputs| Entry {
            folder: packages.folder.clone(),
            manager: packages.manager,
            inputs,
        }));
        if *self == before {
            return Ok(());
        }
        let path = state.file(NAME);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| RegenerationError::io("write", &path)(error.into()))?;
        write_whole(&path, text + "\n")
    }
}

impl Entry {
    fn is_of(&self, packages: &LanguagePackages) -> bool {
        self.folder == packages.folder && self.manager == packages.manager
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::Evidence;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let state = StateDir::of(folder.path());
        state.create().unwrap();
        let packages = LanguagePackages {
            folder: "ui".to_owned(),
            manager: LanguageManager::Npm,
            manifest: "ui/package.json".to_owned(),
            lock: None,
            evidence: Evidence::file("ui/package.json", "test"),
        };
        let digest = Digest::of("a");
        let mut installed = InstalledPackages::default();
        installed.set(&packages, Some(digest), &state).unwrap();
        // Whoever brings a state folder along does not say what is installed.
        assert_eq!(InstalledPackages::load(&state).inputs(&packages), None);
        state.take_over().unwrap();
        installed.set(&packages, None, &state).unwrap();
        installed.set(&packages, Some(digest), &state).unwrap();
        let mut read = InstalledPackages::load(&state);
        assert_eq!(read.inputs(&packages), Some(&digest));
        read.set(&packages, None, &state).unwrap();
        assert_eq!(InstalledPackages::load(&state).inputs(&packages), None);
    }
}
