//! Which files of Git LFS have their content.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use dhtl_project_model::GitSetup;
use dhtl_project_model::config::Git;

use super::checkout::GitCheckout;

/// What every pointer begins with, in place of the content.
///
/// Source: "The Pointer" in the specification of Git LFS.
const POINTER: &[u8] = b"version https://git-lfs.github.com/spec/";
/// A pointer is smaller.
const LARGEST_POINTER: u64 = 1024;

/// The files in Git LFS.
#[derive(Debug)]
pub(crate) struct LargeFiles {
    /// Whether they are to have their content.
    pub(crate) is_wanted: bool,
    /// Whether `.dhtconfig` says so.
    pub(crate) is_recorded: bool,
    /// How many there are.
    pub(crate) count: usize,
    /// Those that are still pointers, relative to the root.
    pub(crate) pointers: Vec<String>,
    /// Whether git knows the filters that keep what is committed out of the repository.
    pub(crate) has_filter: bool,
}

impl LargeFiles {
    /// What the patterns of the project match, unless `.dhtconfig` says that it is not wanted.
    pub(super) fn find(
        root: &Path,
        checkout: &GitCheckout,
        setup: &GitSetup,
        recorded: Option<&Git>,
    ) -> Self {
        let statement = recorded.and_then(|git| git.lfs);
        let is_wanted = statement.unwrap_or(true) && !setup.lfs.is_empty();
        let wanted = setup.lfs_files.iter().filter(|_| is_wanted);
        Self {
            is_wanted,
            is_recorded: statement == Some(true),
            count: wanted.clone().count(),
            pointers: wanted
                .filter(|path| is_pointer(&root.join(path)))
                .cloned()
                .collect(),
            has_filter: checkout.has_lfs_filter,
        }
    }

    /// Whether there is something to do.
    pub(crate) fn is_needed(&self) -> bool {
        self.is_wanted && !(self.pointers.is_empty() && self.has_filter)
    }
}

fn is_pointer(file: &Path) -> bool {
    let is_small = fs::symlink_metadata(file)
        .is_ok_and(|metadata| metadata.is_file() && metadata.len() < LARGEST_POINTER);
    let mut begins = [0; POINTER.len()];
    is_small
        && File::open(file).is_ok_and(|mut file| file.read_exact(&mut begins).is_ok())
        && begins == POINTER
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_small_file_that_begins_like_a_pointer_is_one() {
        let folder = tempfile::tempdir().unwrap();
        let is_one = |text: &str| {
            let file = folder.path().join("file");
            fs::write(&file, text).unwrap();
            is_pointer(&file)
        };
        let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 3\n";
        assert!(is_one(pointer));
        assert!(!is_one(&pointer.repeat(30)));
        assert!(!is_one("version 1"));
        assert!(!is_one(""));
        assert!(!is_pointer(&folder.path().join("gone")));
    }
}
