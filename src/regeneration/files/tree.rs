//! What is in the folders that distributions are installed to.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

/// What Python makes by itself, and makes anew when it is out of date.
pub(super) const BYTECODE_FOLDER: &str = "__pycache__";

/// Everything but folders and bytecode in the folder of the distributions and in that of the scripts.
#[derive(Debug, Default)]
pub(super) struct Tree {
    /// By path.
    entries: Vec<Entry>,
}

/// A file, a link, or something stranger.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// Its path relative to the environment's folder, with `/` between its parts.
    pub(super) path: String,
    /// Where it is.
    pub(super) place: PathBuf,
    /// What the system says of it.
    pub(super) facts: Facts,
}

/// What the system says of a file without its being read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// What it is.
    pub(super) kind: Kind,
    /// Its size in bytes.
    pub(super) size: u64,
    /// When its content was last changed, in nanoseconds; any program can set it.
    pub(super) modified: i128,
    /// When anything of it was last changed, in nanoseconds; only the system sets it. Where there is
    /// no such time, when it was made.
    pub(super) changed: i128,
    /// Its number.
    pub(super) inode: u64,
    /// The number of its file system.
    pub(super) device: u64,
}

/// What something in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A link, wherever it leads.
    Link,
    /// A pipe, a device.
    Other,
}

impl Tree {
    /// Reads the folder of the distributions, which is `base` in `venv`, and that of the scripts.
    pub(super) fn read(venv: &Path, base: &str) -> Self {
        let mut entries = walk(&venv.join(base), &format!("{base}/"));
        let scripts = scripts_folder();
        let below = fs::read_dir(venv.join(scripts))
            .into_iter()
            .flatten()
            .flatten();
        // Folders in there hold no programs, and are nobody's business.
        entries.extend(
            below
                .filter_map(|entry| Entry::of(&entry, &format!("{scripts}/")))
                .filter(|entry| entry.facts.kind != Kind::Folder),
        );
        entries.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Self { entries }
    }

    /// What is at `path`, relative to the environment's folder.
    pub(super) fn get(&self, path: &str) -> Option<&Entry> {
        let index = self
            .entries
            .binary_search_by(|entry| entry.path.as_str().cmp(path))
            .ok()?;
        self.entries.get(index)
    }

    /// Everything, by path.
    pub(super) fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

impl Entry {
    fn of(entry: &fs::DirEntry, prefix: &str) -> Option<Self> {
        // This asks for the entry itself, not for what a link leads to.
        let metadata = entry.metadata().ok()?;
        Some(Self {
            path: format!("{prefix}{}", entry.file_name().to_string_lossy()),
            place: entry.path(),
            facts: Facts::of(&metadata),
        })
    }
}

impl Facts {
    /// What is at `place`, without following a link there.
    pub(super) fn at(place: &Path) -> Option<Self> {
        place.symlink_metadata().ok().as_ref().map(Self::of)
    }

    /// When it was last changed, by what tells most of it: of two times where any program can set one.
    pub(super) fn last_change(&self) -> i128 {
        if cfg!(unix) {
            self.changed
        } else {
            self.changed.max(self.modified)
        }
    }

    /// From what the system says.
    pub(super) fn of(metadata: &Metadata) -> Self {
        let file_type = metadata.file_type();
        let kind = match () {
            () if file_type.is_file() => Kind::File,
            () if file_type.is_dir() => Kind::Folder,
            () if file_type.is_symlink() => Kind::Link,
            () => Kind::Other,
        };
        let (modified, changed, inode, device) = numbers(metadata);
        Self {
            kind,
            size: metadata.len(),
            modified,
            changed,
            inode,
            device,
        }
    }
}

/// The facts of a folder; none for anything else.
pub(super) fn folder_facts(place: &Path) -> Option<Facts> {
    Facts::at(place).filter(|facts| facts.kind == Kind::Folder)
}

/// The folder of the scripts, relative to the environment's.
pub(crate) const fn scripts_folder() -> &'static str {
    if cfg!(windows) { "Scripts" } else { "bin" }
}

fn walk(folder: &Path, prefix: &str) -> Vec<Entry> {
    // What cannot be read holds none of the files that must be there, and is found that way.
    let Ok(reader) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut entries = Vec::new();
    let mut folders = Vec::new();
    for entry in reader.flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            entries.extend(Entry::of(&entry, prefix));
        } else if entry.file_name() != BYTECODE_FOLDER {
            let name = entry.file_name();
            folders.push((entry.path(), format!("{prefix}{}/", name.to_string_lossy())));
        }
    }
    let below = folders
        .par_iter()
        .map(|(folder, prefix)| walk(folder, prefix))
        .collect::<Vec<_>>();
    entries.extend(below.into_iter().flatten());
    entries
}

#[cfg(unix)]
fn numbers(metadata: &Metadata) -> (i128, i128, u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    let nanoseconds =
        |seconds: i64, rest: i64| i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    (
        nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
        metadata.ino(),
        metadata.dev(),
    )
}

#[cfg(not(unix))]
fn numbers(metadata: &Metadata) -> (i128, i128, u64, u64) {
    let nanoseconds = |time: std::io::Result<std::time::SystemTime>| {
        time.ok()
            .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
            .and_then(|since| i128::try_from(since.as_nanos()).ok())
            .unwrap_or_default()
    };
    (
        nanoseconds(metadata.modified()),
        nanoseconds(metadata.created()),
        0,
        0,
    )
}
