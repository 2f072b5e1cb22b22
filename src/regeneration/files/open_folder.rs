//! What the system says of a folder and of many names in it.
//!
//! On Linux the way to the folder is walked once, and not for every name in it.

use std::ffi::OsStr;
use std::path::Path;

use crate::files::tree::Facts;
#[cfg(target_os = "linux")]
use crate::files::tree::Kind;
#[cfg(not(target_os = "linux"))]
use crate::files::tree::folder_facts;

/// A folder that is about to be asked about.
#[cfg(target_os = "linux")]
pub(super) struct OpenFolder(rustix::fd::OwnedFd);

/// A folder that is about to be asked about.
#[cfg(not(target_os = "linux"))]
pub(super) struct OpenFolder<'a>(&'a Path);

#[cfg(target_os = "linux")]
impl OpenFolder {
    /// The folder at `place`; none where there is none, a link to one included.
    pub(super) fn at(place: &Path) -> Option<Self> {
        use rustix::fs::{Mode, OFlags};
        let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        rustix::fs::open(place, flags, Mode::empty()).ok().map(Self)
    }

    /// The facts of the folder itself.
    pub(super) fn facts(&self) -> Option<Facts> {
        let stat = rustix::fs::fstat(&self.0).ok()?;
        let facts = facts(&stat);
        (facts.kind == Kind::Folder).then_some(facts)
    }

    /// The facts of `name` in it, without following a link there.
    pub(super) fn facts_of(&self, name: &OsStr) -> Option<Facts> {
        let flags = rustix::fs::AtFlags::SYMLINK_NOFOLLOW;
        let stat = rustix::fs::statat(&self.0, name, flags).ok()?;
        Some(facts(&stat))
    }
}

/// The same as of the [`std::fs::Metadata`] of the file.
#[cfg(target_os = "linux")]
fn facts(stat: &rustix::fs::Stat) -> Facts {
    use rustix::fs::FileType;
    let kind = match FileType::from_raw_mode(stat.st_mode) {
        FileType::RegularFile => Kind::File,
        FileType::Directory => Kind::Folder,
        FileType::Symlink => Kind::Link,
        _ => Kind::Other,
    };
    Facts {
        kind,
        size: u64::try_from(stat.st_size).unwrap_or_default(),
        modified: i128::from(stat.st_mtime) * 1_000_000_000 + i128::from(stat.st_mtime_nsec),
        changed: i128::from(stat.st_ctime) * 1_000_000_000 + i128::from(stat.st_ctime_nsec),
        inode: stat.st_ino,
        device: stat.st_dev,
    }
}

#[cfg(not(target_os = "linux"))]
impl<'a> OpenFolder<'a> {
    /// The folder at `place`; none where there is none, a link to one included.
    pub(super) fn at(place: &'a Path) -> Option<Self> {
        folder_facts(place).map(|_| Self(place))
    }

    /// The facts of the folder itself.
    pub(super) fn facts(&self) -> Option<Facts> {
        folder_facts(self.0)
    }

    /// The facts of `name` in it, without following a link there.
    pub(super) fn facts_of(&self, name: &OsStr) -> Option<Facts> {
        Facts::at(&self.0.join(name))
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_facts_are_those_of_the_paths() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("file"), "content").unwrap();
        fs::create_dir(root.path().join("folder")).unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("file", root.path().join("link")).unwrap();
        let folder = OpenFolder::at(root.path()).unwrap();
        assert_eq!(folder.facts(), Facts::at(root.path()));
        for name in ["file", "folder", "link", "nothing"] {
            let facts = folder.facts_of(OsStr::new(name));
            assert_eq!(facts, Facts::at(&root.path().join(name)), "{name}");
        }
        assert!(OpenFolder::at(&root.path().join("file")).is_none());
        assert!(OpenFolder::at(&root.path().join("link")).is_none());
    }
}
