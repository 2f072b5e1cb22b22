//! Keeps manifests and locks as they are while a package manager is at work.
//!
//! The commands are told not to write any. This is for what they do all the same: go has added to
//! `go.sum`, and corepack to `package.json`.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::LanguagePackages;

use crate::RegenerationError;
use crate::state::{read_regular, remove_whatever, write_whole};

/// The manifests and locks of all managers.
const NAMES: [&str; 13] = [
    "bun.lock",
    "bun.lockb",
    "Cargo.lock",
    "Cargo.toml",
    "go.mod",
    "go.sum",
    "go.work.sum",
    "npm-shrinkwrap.json",
    "package.json",
    "package-lock.json",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "yarn.lock",
];

/// The manifests and locks of a folder as they were.
#[derive(Debug)]
pub(crate) struct Guard(Vec<(PathBuf, Before)>);

/// What was in the place of a file.
#[derive(Debug, PartialEq, Eq)]
enum Before {
    Nothing,
    File(Vec<u8>),
    /// Something that nobody can put back.
    Other,
}

impl Guard {
    /// Remembers the files of a folder.
    pub(crate) fn of(packages: &LanguagePackages, root: &Path) -> Self {
        let folder = root.join(&packages.folder);
        let files = NAMES.map(|name| folder.join(name));
        Self(
            files
                .into_iter()
                .map(|file| {
                    let before = Before::of(&file);
                    (file, before)
                })
                .collect(),
        )
    }

    /// Puts back what has changed, and says which files that were.
    pub(crate) fn restore(self) -> Result<Vec<PathBuf>, RegenerationError> {
        let mut changed = Vec::new();
        for (file, before) in self.0 {
            if before == Before::Other || Before::of(&file) == before {
                continue;
            }
            match before {
                Before::File(content) => {
                    let permissions = fs::metadata(&file).map(|metadata| metadata.permissions());
                    write_whole(&file, content)?;
                    if let Ok(permissions) = permissions {
                        fs::set_permissions(&file, permissions)
                            .map_err(RegenerationError::io("write", &file))?;
                    }
                }
                Before::Nothing | Before::Other => remove_whatever(&file)?,
            }
            changed.push(file);
        }
        Ok(changed)
    }
}

impl Before {
    fn of(file: &Path) -> Self {
        match file.symlink_metadata() {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Self::Nothing,
            Ok(metadata) if metadata.is_file() => {
                read_regular(file).map_or(Self::Other, Self::File)
            }
            _ => Self::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Evidence, LanguageManager};

    use super::*;

    #[test]
    fn what_was_written_is_taken_back() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        let write = |name: &str, text: &str| fs::write(root.join(name), text).unwrap();
        write("go.mod", "module x\n");
        write("go.sum", "a\n");
        let packages = LanguagePackages {
            folder: ".".to_owned(),
            manager: LanguageManager::Go,
            manifest: "go.mod".to_owned(),
            lock: Some("go.sum".to_owned()),
            evidence: Evidence::file("go.sum", "test"),
        };
        assert_eq!(
            Guard::of(&packages, root).restore().unwrap(),
            [""; 0].map(PathBuf::from)
        );
        let guard = Guard::of(&packages, root);
        write("go.sum", "a\nb\n");
        write("yarn.lock", "");
        let changed = guard.restore().unwrap();
        assert_eq!(
            changed,
            ["go.sum", "yarn.lock"].map(|name| root.join("./").join(name))
        );
        assert_eq!(fs::read_to_string(root.join("go.sum")).unwrap(), "a\n");
        assert!(!root.join("yarn.lock").exists());
    }
}
