//! Archives as they come, and as they are made to do harm.
//!
//! Hostile archives are written by hand, byte by byte, because no honest program makes them.

mod honest;
mod hostile_tar;
mod hostile_zip;
mod random;
mod tar_writer;
mod zip_writer;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use dhtl_project_model::CancelToken;

use super::{ArchiveError, ExtractRequest, Extracted, Limits, extract};

/// A folder to unpack into, with the archive in another one beside it.
struct World {
    folder: tempfile::TempDir,
    limits: Limits,
    cancel: CancelToken,
    output: Mutex<Vec<String>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("parent")).unwrap();
        Self {
            folder,
            limits: Limits::default(),
            cancel: CancelToken::default(),
            output: Mutex::default(),
        }
    }

    fn with_limits(limits: Limits) -> Self {
        Self {
            limits,
            ..Self::new()
        }
    }

    fn parent(&self) -> PathBuf {
        self.folder.path().join("parent")
    }

    fn archive(&self, name: &str, content: &[u8]) -> PathBuf {
        let archive = self.folder.path().join(name);
        fs::write(&archive, content).unwrap();
        archive
    }

    fn extract_to(
        &self,
        archive: &Path,
        destination: Option<&Path>,
    ) -> Result<Extracted, ArchiveError> {
        extract(&ExtractRequest {
            archive,
            destination,
            parent: &self.parent(),
            limits: self.limits,
            cancel: &self.cancel,
            output: &|line| self.output.lock().unwrap().push(line.to_owned()),
        })
    }

    fn extract(&self, name: &str, content: &[u8]) -> Result<Extracted, ArchiveError> {
        self.extract_to(&self.archive(name, content), None)
    }

    /// Everything below the parent folder: a file with its content, a link with its target.
    #[track_caller]
    fn contents(&self) -> BTreeMap<String, String> {
        let mut contents = BTreeMap::new();
        collect(&self.parent(), &self.parent(), &mut contents);
        contents
    }

    /// The refusal of an archive, which left nothing: not below the parent, not beside it.
    #[track_caller]
    fn refusal(&self, content: &[u8]) -> ArchiveError {
        let error = self.extract("archive", content).unwrap_err();
        self.assert_untouched();
        error
    }

    #[track_caller]
    fn assert_untouched(&self) {
        assert_eq!(self.contents(), BTreeMap::new());
        let beside: Vec<_> = fs::read_dir(self.folder.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "parent" && !name.starts_with("archive"))
            .collect();
        assert_eq!(beside, [""; 0]);
    }
}

fn collect(root: &Path, folder: &Path, contents: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path
            .strip_prefix(root)
            .unwrap()
            .to_str()
            .unwrap()
            .replace('\\', "/");
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_symlink() {
            let target = fs::read_link(&path).unwrap();
            contents.insert(name, format!("-> {}", target.display()));
        } else if metadata.is_dir() {
            contents.insert(format!("{name}/"), String::new());
            collect(root, &path, contents);
        } else {
            contents.insert(
                name,
                String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned(),
            );
        }
    }
}

fn pairs(expected: &[(&str, &str)]) -> BTreeMap<String, String> {
    expected
        .iter()
        .map(|(name, content)| ((*name).to_owned(), (*content).to_owned()))
        .collect()
}
