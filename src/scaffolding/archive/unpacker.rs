//! Puts entries on the disk, whichever format they come from.
//!
//! **Invariant:** while files are written there is not one symbolic link in the new folder, so
//! nothing can be written through one. Links are made last, when all of them are known and checked.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::entry_path::{EntryPath, NameRules, link_components, shown};
use super::limits::Meter;
use super::tree::{NodeId, NodeKind, ROOT, Tree};
use super::{ArchiveError, Limits, LinkProblem, NameProblem};
use crate::DestinationError;

/// More links than any project has; each is checked against all others.
const MAX_LINKS: u64 = 20_000;

/// Bytes that are read and written at a time.
pub(super) const CHUNK_LEN: usize = 128 * 1024;

/// Whether a file may be run; the only part of its mode that is kept, as git does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// 0644.
    Plain,
    /// 0755.
    Executable,
}

impl Mode {
    /// From the bits of Unix; ownership, set-uid and the like are dropped.
    pub(super) fn from_unix(mode: u32) -> Self {
        if mode & 0o111 == 0 {
            Self::Plain
        } else {
            Self::Executable
        }
    }
}

/// A folder that is being filled from an archive.
pub(super) struct Unpacker<'a> {
    folder: PathBuf,
    rules: NameRules,
    tree: Tree,
    meter: Meter<'a>,
    links: Vec<PendingLink>,
    left_out: BTreeMap<PathBuf, u64>,
    entries: u64,
    bytes: u64,
}

/// A link that is made when everything else is there.
struct PendingLink {
    id: NodeId,
    target: Vec<u8>,
}

/// What came of it.
#[derive(Debug)]
pub(super) struct Unpacked {
    /// The name of the folder that held everything, which is where the project is.
    pub(super) top_folder: Option<OsString>,
    /// Files, folders and links.
    pub(super) entries: u64,
    /// Bytes in files.
    pub(super) bytes: u64,
    /// What was left out, and how many entries that were.
    pub(super) left_out: BTreeMap<PathBuf, u64>,
}

impl<'a> Unpacker<'a> {
    /// Fills `folder`, which is empty.
    pub(super) fn new(folder: &Path, meter: Meter<'a>, rules: NameRules) -> Self {
        Self {
            folder: folder.to_path_buf(),
            rules,
            tree: Tree::new(rules),
            meter,
            links: Vec::new(),
            left_out: BTreeMap::new(),
            entries: 0,
            bytes: 0,
        }
    }

    /// The limits it holds to.
    pub(super) fn limits(&self) -> &Limits {
        self.meter.limits()
    }

    /// Counts what came out.
    pub(super) fn meter(&mut self) -> &mut Meter<'a> {
        &mut self.meter
    }

    /// Makes a folder.
    pub(super) fn folder(&mut self, name: &[u8]) -> Result<(), ArchiveError> {
        let Some(path) = self.wanted(name)? else {
            return Ok(());
        };
        self.insert(&path, &NodeKind::Folder)?;
        Ok(())
    }

    /// Makes a file to write to; nothing when the entry is to be left out.
    pub(super) fn file(&mut self, name: &[u8], mode: Mode) -> Result<Option<Output>, ArchiveError> {
        let Some(path) = self.wanted(name)? else {
            return Ok(None);
        };
        if path.components().is_empty() || path.names_folder {
            return Err(ArchiveError::Name {
                name: shown(name),
                problem: NameProblem::Empty,
            });
        }
        self.insert(&path, &NodeKind::File)?;
        self.count_entry()?;
        let path = self.folder.join(path.to_path());
        let file = create_file(&path, mode).map_err(|error| taken(error, &path, name))?;
        Ok(Some(Output { file, path }))
    }

    /// Counts bytes that were written to an [`Output`].
    pub(super) fn written(&mut self, count: usize) {
        self.bytes = self.bytes.saturating_add(count as u64);
    }

    /// Remembers a symbolic link.
    pub(super) fn symlink(&mut self, name: &[u8], target: &[u8]) -> Result<(), ArchiveError> {
        let Some(path) = self.wanted(name)? else {
            return Ok(());
        };
        if path.components().is_empty() {
            return Err(ArchiveError::Name {
                name: shown(name),
                problem: NameProblem::Empty,
            });
        }
        let components = link_components(target, self.limits(), self.rules)
            .map_err(|problem| bad_target(name, target, problem))?;
        let inserted = self.insert(&path, &NodeKind::Link(components))?;
        self.count_entry()?;
        if self.links.len() as u64 == MAX_LINKS {
            return Err(ArchiveError::TooManyEntries { limit: MAX_LINKS });
        }
        self.links.push(PendingLink {
            id: inserted,
            target: target.to_vec(),
        });
        Ok(())
    }

    /// Copies the earlier file that a hard link names.
    ///
    /// A copy, so that changing one file of a project never changes another; its bytes count, so
    /// that a thousand links to one large file are as large as they look.
    pub(super) fn hard_link(&mut self, name: &[u8], target: &[u8]) -> Result<(), ArchiveError> {
        let problem = |problem| ArchiveError::Link {
            name: shown(name),
            target: shown(target),
            problem,
        };
        let path =
            EntryPath::parse(target, self.limits(), self.rules).map_err(|error| match error {
                ArchiveError::Name {
                    problem: refused, ..
                } => bad_target(name, target, refused),
                other => other,
            })?;
        let known = self
            .tree
            .get(&path)
            .filter(|id| *self.tree.kind(*id) == NodeKind::File);
        let Some(source) = known else {
            return Err(problem(LinkProblem::NoSuchFile));
        };
        let source = self.folder.join(self.tree.path_of(source));
        let mode = mode_of(&source)?;
        let Some(mut output) = self.file(name, mode)? else {
            return Ok(());
        };
        let mut file = File::open(&source).map_err(|error| not_written(&source, error))?;
        let mut buffer = vec![0; CHUNK_LEN];
        loop {
            let count = file
                .read(&mut buffer)
                .map_err(|error| not_written(&source, error))?;
            if count == 0 {
                return Ok(());
            }
            self.meter.add_bytes(count)?;
            output.write(&buffer[..count])?;
            self.written(count);
        }
    }

    /// Makes the links, when every one of them stays inside.
    pub(super) fn finish(mut self) -> Result<Unpacked, ArchiveError> {
        if self.entries == 0 {
            return Err(ArchiveError::Empty);
        }
        let top = self.tree.only_top_folder();
        let root = top.unwrap_or(ROOT);
        if self.is_bare_repository(root) {
            return Err(ArchiveError::BareRepository);
        }
        let links = std::mem::take(&mut self.links);
        let mut resolved = Vec::with_capacity(links.len());
        for link in &links {
            resolved.push(self.tree.resolve(link.id, root).map_err(|problem| {
                let name = self.tree.path_of(link.id);
                ArchiveError::Link {
                    name: shown(name.as_os_str().as_encoded_bytes()),
                    target: shown(&link.target),
                    problem,
                }
            })?);
        }
        for (link, leads_to) in links.iter().zip(resolved) {
            self.meter.add_bytes(0)?;
            self.make_link(link, leads_to)?;
        }
        Ok(Unpacked {
            top_folder: top.map(|id| self.tree.path_of(id).into_os_string()),
            entries: self.entries,
            bytes: self.bytes,
            left_out: self.left_out,
        })
    }

    /// The checked name, or nothing when the entry is to be left out.
    fn wanted(&mut self, name: &[u8]) -> Result<Option<EntryPath>, ArchiveError> {
        let path = EntryPath::parse(name, self.limits(), self.rules)?;
        let resource_forks = || {
            let top = path.components().first()?;
            (top == "__MACOSX").then(|| PathBuf::from(top))
        };
        let Some(reason) = path.version_control().or_else(resource_forks) else {
            return Ok(Some(path));
        };
        // They are remembered, so they are limited as everything is.
        self.meter.add_entry()?;
        *self.left_out.entry(reason).or_default() += 1;
        Ok(None)
    }

    /// Adds an entry to the tree, and makes the folders it needs.
    fn insert(&mut self, path: &EntryPath, kind: &NodeKind) -> Result<NodeId, ArchiveError> {
        let inserted = self.tree.insert(path, kind)?;
        for folder in inserted.new_folders {
            self.count_entry()?;
            let full = self.folder.join(&folder);
            make_folder(&full)
                .map_err(|error| taken(error, &full, folder.as_os_str().as_encoded_bytes()))?;
        }
        Ok(inserted.id)
    }

    fn count_entry(&mut self) -> Result<(), ArchiveError> {
        self.entries += 1;
        self.meter.add_entry()
    }

    /// Whether git would take the folder for a repository and obey the `config` in it.
    fn is_bare_repository(&self, root: NodeId) -> bool {
        let has = |name: &str| self.tree.child(root, OsStr::new(name)).is_some();
        has("HEAD") && has("objects") && has("refs")
    }

    fn make_link(&self, link: &PendingLink, leads_to: Option<NodeId>) -> Result<(), ArchiveError> {
        let name = self.tree.path_of(link.id);
        let path = self.folder.join(&name);
        let to_folder = leads_to.is_some_and(|id| *self.tree.kind(id) == NodeKind::Folder);
        let NodeKind::Link(components) = self.tree.kind(link.id) else {
            return Ok(());
        };
        let target: PathBuf = if components.is_empty() {
            PathBuf::from(".")
        } else {
            components.iter().collect()
        };
        create_link(&target, &path, to_folder)
            .map_err(|error| taken(error, &path, name.as_os_str().as_encoded_bytes()))
    }
}

/// A file that is being written.
#[derive(Debug)]
pub(super) struct Output {
    file: File,
    path: PathBuf,
}

impl Output {
    /// Writes all of `bytes`.
    pub(super) fn write(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.file
            .write_all(bytes)
            .map_err(|error| not_written(&self.path, error))
    }
}

/// The error for a link target with a problem in its text.
fn bad_target(name: &[u8], target: &[u8], problem: NameProblem) -> ArchiveError {
    let escapes = matches!(
        problem,
        NameProblem::Absolute | NameProblem::Parent | NameProblem::Backslash
    );
    if escapes {
        return ArchiveError::Link {
            name: shown(name),
            target: shown(target),
            problem: LinkProblem::Escapes,
        };
    }
    ArchiveError::Name {
        name: shown(target),
        problem,
    }
}

fn not_written(path: &Path, error: std::io::Error) -> ArchiveError {
    DestinationError::writing(path, error).into()
}

/// The error for a name that could not be made.
///
/// The tree says it is free, so when the disk has it already, the file system takes two of the
/// archive's names for one: it may fold letters or accents in ways of its own.
fn taken(error: std::io::Error, path: &Path, name: &[u8]) -> ArchiveError {
    if error.kind() == ErrorKind::AlreadyExists {
        let name = shown(name);
        return ArchiveError::Collision {
            other: name.clone(),
            name,
        };
    }
    not_written(path, error)
}

#[cfg(unix)]
fn make_folder(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o755).create(path)
}

#[cfg(not(unix))]
fn make_folder(path: &Path) -> std::io::Result<()> {
    fs::create_dir(path)
}

fn create_file(path: &Path, mode: Mode) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(if mode == Mode::Executable {
            0o755
        } else {
            0o644
        });
    }
    #[cfg(not(unix))]
    let _ = mode;
    options.open(path)
}

#[cfg(unix)]
fn mode_of(path: &Path) -> Result<Mode, ArchiveError> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = fs::symlink_metadata(path).map_err(|error| not_written(path, error))?;
    Ok(Mode::from_unix(metadata.permissions().mode()))
}

#[cfg(not(unix))]
#[expect(
    clippy::unnecessary_wraps,
    reason = "other systems have to ask the disk"
)]
fn mode_of(_path: &Path) -> Result<Mode, ArchiveError> {
    Ok(Mode::Plain)
}

#[cfg(unix)]
fn create_link(target: &Path, path: &Path, _to_folder: bool) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, path)
}

#[cfg(windows)]
fn create_link(target: &Path, path: &Path, to_folder: bool) -> std::io::Result<()> {
    if to_folder {
        std::os::windows::fs::symlink_dir(target, path)
    } else {
        std::os::windows::fs::symlink_file(target, path)
    }
}
