//! Reads the folder of a template, whoever wrote it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read as _;
use std::path::Path;

use super::TemplateError;

/// Beyond these no template is honest.
const MOST_FILES: usize = 2_000;
const LARGEST_FILE: u64 = 4 << 20;
const LARGEST_SUM: u64 = 32 << 20;
const DEEPEST: usize = 32;

/// The files below `folder` by their path, with `/` between its parts. What git and editors keep
/// there for themselves is left out.
pub(super) fn read(
    template: &str,
    folder: &Path,
) -> Result<BTreeMap<String, Vec<u8>>, TemplateError> {
    let mut reader = Reader {
        template,
        files: BTreeMap::new(),
        sum: 0,
    };
    reader.folder(folder, "", 0)?;
    Ok(reader.files)
}

struct Reader<'a> {
    template: &'a str,
    files: BTreeMap<String, Vec<u8>>,
    sum: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path, prefix: &str, depth: usize) -> Result<(), TemplateError> {
        if depth > DEEPEST {
            return Err(self.too_large("32 folders in each other"));
        }
        let entries = fs::read_dir(folder).map_err(unreadable(folder))?;
        for entry in entries {
            let entry = entry.map_err(unreadable(folder))?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                return Err(TemplateError::Path {
                    template: self.template.to_owned(),
                    path: path.display().to_string(),
                    problem: crate::NameProblem::Encoding,
                });
            };
            // The copy of the repository that a template was cloned with.
            if depth == 0 && name == ".git" {
                continue;
            }
            let file_type = entry.file_type().map_err(unreadable(&path))?;
            let relative = format!("{prefix}{name}");
            if file_type.is_dir() {
                self.folder(&path, &format!("{relative}/"), depth + 1)?;
            } else if file_type.is_file() {
                self.file(&path, relative)?;
            } else {
                // A pipe or a device would be read for ever.
                return Err(TemplateError::Link { path });
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path, relative: String) -> Result<(), TemplateError> {
        if self.files.len() >= MOST_FILES {
            return Err(self.too_large("2000 files"));
        }
        let mut bytes = Vec::new();
        // One byte more than is accepted tells a file that is too large from one that just fits.
        File::open(path)
            .and_then(|file| file.take(LARGEST_FILE + 1).read_to_end(&mut bytes))
            .map_err(unreadable(path))?;
        let length = bytes.len() as u64;
        self.sum += length;
        if length > LARGEST_FILE {
            return Err(self.too_large("4 MiB in one file"));
        }
        if self.sum > LARGEST_SUM {
            return Err(self.too_large("32 MiB"));
        }
        self.files.insert(relative, bytes);
        Ok(())
    }

    fn too_large(&self, limit: &'static str) -> TemplateError {
        TemplateError::TooLarge {
            template: self.template.to_owned(),
            limit,
        }
    }
}

fn unreadable(path: &Path) -> impl Fn(std::io::Error) -> TemplateError {
    move |source| TemplateError::Read {
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_with_their_paths_and_the_history_is_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::create_dir(folder.path().join(".git")).unwrap();
        fs::write(folder.path().join(".git/config"), "x").unwrap();
        fs::write(folder.path().join("a/b/c.txt"), b"\xff\0").unwrap();
        let files = read("t", folder.path()).unwrap();
        assert_eq!(
            files,
            BTreeMap::from([("a/b/c.txt".to_owned(), b"\xff\0".to_vec())])
        );
    }

    #[test]
    fn a_huge_file_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let file = File::create(folder.path().join("huge")).unwrap();
        file.set_len(1 << 40).unwrap();
        let error = read("t", folder.path()).unwrap_err();
        assert!(matches!(error, TemplateError::TooLarge { .. }), "{error}");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/etc/passwd", folder.path().join("link")).unwrap();
        let error = read("t", folder.path()).unwrap_err();
        assert!(matches!(error, TemplateError::Link { .. }), "{error}");
    }
}
