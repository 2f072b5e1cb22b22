//! The files that configure a project's environment, and whether they are as recorded.

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::Digest;
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::plan::COMMITTED_INFERENCE;
use crate::state::{StateDir, read_regular, write_whole};
use crate::subject::Subject;
use crate::validation::Difference;

/// The files as they were when they had the digest that `.dhtconfig` records, in the state folder.
const AS_RECORDED: &str = "configuration.json";

/// The configuration files, by path, with the digests of their contents.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Configuration {
    /// The digest of them all: `validation.config_checksum` of `.dhtconfig`.
    pub(crate) checksum: Digest,
    /// The digest of each.
    files: BTreeMap<String, Digest>,
}

impl Configuration {
    /// Reads the configuration files of a project.
    ///
    /// The files are those that declare requirements, those that constrain the interpreter without
    /// being mere hints, the lock files, and `.dht/inferred.lock`. Fields of the digest, in order:
    /// the tag `dhtl-config-1`; for every file that exists, by path, its path and its content with
    /// `\r\n` written as `\n`. `.dhtconfig` itself holds the digest and does not count.
    pub(crate) fn read(subject: &Subject) -> Result<Self, RegenerationError> {
        let mut fields = vec![b"dhtl-config-1".to_vec()];
        let mut digests = BTreeMap::new();
        for path in files(subject) {
            let file = subject.root().join(&path);
            let content = match read_regular(&file) {
                Ok(content) => with_unix_line_ends(&content),
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                Err(error) => return Err(RegenerationError::io("read", file)(error)),
            };
            digests.insert(path.clone(), Digest::of(&content));
            fields.extend([path.into_bytes(), content]);
        }
        Ok(Self {
            checksum: Digest::of_fields(fields),
            files: digests,
        })
    }

    /// Remembers the files, where they are what `.dhtconfig` records.
    pub(crate) fn remember(&self, subject: &Subject) -> Result<(), RegenerationError> {
        let state = StateDir::of(subject.root());
        if recorded(subject) != Some(self.checksum.to_string())
            || Self::remembered(&state) == Some(self.clone())
        {
            return Ok(());
        }
        let path = state.file(AS_RECORDED);
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| RegenerationError::io("write", &path)(error.into()))?;
        write_whole(&path, text + "\n")
    }

    /// What differs from that which `.dhtconfig` records: the files, where the state folder remembers
    /// them, or else all of them together. Empty where nothing is recorded or nothing differs.
    pub(crate) fn differences(&self, subject: &Subject) -> Vec<Difference> {
        let Some(recorded) = recorded(subject).filter(|text| *text != self.checksum.to_string())
        else {
            return Vec::new();
        };
        let remembered = Self::remembered(&StateDir::of(subject.root()))
            .filter(|remembered| remembered.checksum.to_string() == recorded);
        let Some(remembered) = remembered else {
            let actual = Some(self.checksum.to_string());
            let what = "configuration files";
            return vec![Difference::new(what, Some(recorded), actual, REPAIR)];
        };
        let paths: BTreeSet<&String> = self.files.keys().chain(remembered.files.keys()).collect();
        let changed = paths.into_iter().filter_map(|path| {
            let digest = |files: &BTreeMap<String, Digest>| files.get(path).copied();
            let (before, now) = (digest(&remembered.files), digest(&self.files));
            (before != now).then(|| Difference {
                file: Some(path.clone()),
                ..Difference::new(
                    path.clone(),
                    before.map(|digest| digest.to_string()),
                    now.map(|digest| digest.to_string()),
                    REPAIR,
                )
            })
        });
        changed.collect()
    }

    fn remembered(state: &StateDir) -> Option<Self> {
        serde_json::from_slice(&read_regular(&state.file(AS_RECORDED)).ok()?).ok()
    }
}

/// What records the files as they are.
const REPAIR: &str = "dhtl setup";

fn recorded(subject: &Subject) -> Option<String> {
    let config = subject.document.as_ref()?.config();
    config.validation.as_ref()?.config_checksum.clone()
}

fn files(subject: &Subject) -> BTreeSet<String> {
    let python = subject.python();
    let declared = python
        .declarations
        .iter()
        .map(|declaration| declaration.path.clone());
    let locks = python.locks.iter().map(|lock| lock.path.clone());
    let constraints = python
        .interpreter_constraints
        .iter()
        .filter(|constraint| !constraint.source.is_hint())
        .map(|constraint| constraint.evidence.path.clone());
    let mut files: BTreeSet<String> = declared.chain(locks).chain(constraints).collect();
    files.extend(subject.spec.requirements_files.iter().cloned());
    files.insert(COMMITTED_INFERENCE.to_owned());
    files.remove(dhtl_project_model::config::FILE_NAME);
    files
}

fn with_unix_line_ends(content: &[u8]) -> Vec<u8> {
    let mut normalised = Vec::with_capacity(content.len());
    for (index, byte) in content.iter().enumerate() {
        if *byte != b'\r' || content.get(index + 1) != Some(&b'\n') {
            normalised.push(*byte);
        }
    }
    normalised
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_ends_do_not_count() {
        assert_eq!(with_unix_line_ends(b"a\r\nb\rc\n"), b"a\nb\rc\n");
    }
}
