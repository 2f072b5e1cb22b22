//! Whether git would ignore a file.
//!
//! Source: the manual page `gitignore(5)`. The user's own settings do not count: the next person who
//! clones the project does not have them.

use std::fs;
use std::path::Path;

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// What the rules of a repository say about a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ignoring {
    /// It stays out of commits.
    Ignored,
    /// A rule takes it back from another one: it is meant to be committed.
    Kept,
    /// No rule names it.
    Unmentioned,
}

/// What the rules of the repository at `top` say about the file `path`, which is relative to it and
/// need not exist: those of every `.gitignore` around it, then those of `exclude`.
#[must_use]
pub fn ignoring(top: &Path, path: &str, exclude: &Path) -> Ignoring {
    let folders = Path::new(path).ancestors().skip(1);
    let files = folders.map(|folder| top.join(folder).join(".gitignore"));
    // The nearest that says anything decides. A pattern that is not understood is left out, as git
    // does.
    let nearest = files.filter(|file| file.is_file() && unreadable(file).is_none());
    let mut rules = nearest.map(|file| Gitignore::new(file).0).chain(
        (exclude.is_file() && unreadable(exclude).is_none())
            .then(|| {
                let mut builder = GitignoreBuilder::new(top);
                let _ = builder.add(exclude);
                builder.build().ok()
            })
            .flatten(),
    );
    rules
        .find_map(|rules| {
            let found = rules.matched_path_or_any_parents(top.join(path), false);
            if found.is_ignore() {
                Some(Ignoring::Ignored)
            } else {
                found.is_whitelist().then_some(Ignoring::Kept)
            }
        })
        .unwrap_or(Ignoring::Unmentioned)
}

/// Why the rules at `path` must not be read; none where they can be, or are not there.
///
/// A pipe or a device would be read forever, and braces within braces take stack for every level.
pub(crate) fn unreadable(path: &Path) -> Option<&'static str> {
    const LARGEST: u64 = 1 << 20;
    /// In one rule, more than anybody writes.
    const MOST_BRACES: usize = 200;
    let metadata = fs::metadata(path).ok()?;
    if metadata.is_dir() {
        return None;
    }
    if !metadata.is_file() {
        return Some("in no regular file");
    }
    if metadata.len() > LARGEST {
        return Some("larger than 1 MiB");
    }
    let bytes = fs::read(path).ok()?;
    bytes
        .split(|byte| *byte == b'\n')
        .any(|rule| memchr::memchr_iter(b'{', rule).nth(MOST_BRACES).is_some())
        .then_some("nested too deeply")
}

#[cfg(test)]
mod tests {

    use super::*;

    #[test]
    fn the_nearest_rule_decides() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path();
        let exclude = top.join("exclude");
        fs::create_dir(top.join("api")).unwrap();
        let said = |path: &str| ignoring(top, path, &exclude);
        assert_eq!(said(".env"), Ignoring::Unmentioned);
        fs::write(&exclude, "/.env\n").unwrap();
        assert_eq!(said(".env"), Ignoring::Ignored);
        assert_eq!(said("api/.env"), Ignoring::Unmentioned);
        fs::write(top.join(".gitignore"), "*.env\n").unwrap();
        assert_eq!(said("api/.env"), Ignoring::Ignored);
        fs::write(top.join("api/.gitignore"), "!.env\n").unwrap();
        assert_eq!(said("api/.env"), Ignoring::Kept);
        assert_eq!(said(".env"), Ignoring::Ignored);
    }
}
