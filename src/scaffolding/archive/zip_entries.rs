//! Walks a zip archive, entry by entry.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::rc::Rc;

use zip::read::{ArchiveOffset, Config, ZipFile};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::ArchiveError;
use super::entry_path::shown;
use super::tar_entries::ReadFailure;
use super::unpacker::{CHUNK_LEN, Mode, Unpacker};
use super::zip_directory::{Failure, MAX_DIRECTORY_LEN, ZipDirectory};

/// The part of a Unix mode that says what kind of thing it is the mode of.
const KIND_MASK: u32 = 0o170_000;
const FOLDER: u32 = 0o040_000;
const FILE: u32 = 0o100_000;
const LINK: u32 = 0o120_000;

/// What the archive turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ZipKind {
    /// An archive of files, which are unpacked now.
    Plain,
    /// A wheel, of which nothing was unpacked.
    Wheel,
}

/// Unpacks the zip archive `file`, of `file_len` bytes.
pub(super) fn unpack(
    mut file: File,
    file_len: u64,
    failure: ReadFailure<'_>,
    unpacker: &mut Unpacker<'_>,
) -> Result<ZipKind, ArchiveError> {
    let directory = ZipDirectory::survey(&mut file, file_len, unpacker.meter()).map_err(
        |error| match error {
            Failure::Refused(error) => error,
            Failure::Read(error) => failure(error),
        },
    )?;
    let mut archive = open(file, &directory, failure)?;
    if archive.file_names_raw().any(is_wheel_metadata) {
        return Ok(ZipKind::Wheel);
    }
    let mut buffer = vec![0; CHUNK_LEN];
    for index in 0..archive.len() {
        let raw = archive
            .by_index_raw(index)
            .map_err(|error| broken(error, failure))?;
        let about = About::of(&raw, failure)?;
        drop(raw);
        about.check_readable()?;
        let mut entry = archive
            .by_index(index)
            .map_err(|error| broken(error, failure))?;
        let mut content = Content {
            entry: &mut entry,
            failure,
            buffer: &mut buffer,
        };
        content.unpack(&about, unpacker)?;
    }
    Ok(ZipKind::Plain)
}

/// Lets the crate read the directory, and no more than the directory.
fn open(
    file: File,
    directory: &ZipDirectory,
    failure: ReadFailure<'_>,
) -> Result<ZipArchive<BufReader<Budgeted<File>>>, ArchiveError> {
    let budget = Rc::new(Cell::new(Some(2 * MAX_DIRECTORY_LEN)));
    let reader = BufReader::new(Budgeted {
        inner: file,
        budget: Rc::clone(&budget),
    });
    // The offset is known: a directory that is elsewhere than it says was refused before.
    let config = Config {
        archive_offset: ArchiveOffset::Known(0),
    };
    let archive =
        ZipArchive::with_config(config, reader).map_err(|error| broken(error, failure))?;
    budget.set(None);
    let agrees = archive.len() as u64 == directory.entries
        && archive.central_directory_start() == directory.start;
    if agrees {
        Ok(archive)
    } else {
        Err(ArchiveError::corrupt("it has two directories"))
    }
}

/// What the directory says about an entry.
struct About {
    name: Vec<u8>,
    kind: Kind,
    mode: Mode,
    size: u64,
    encrypted: bool,
    compression: CompressionMethod,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Folder,
    File,
    Link,
    Special,
}

impl About {
    fn of<R: Read>(entry: &ZipFile<'_, R>, failure: ReadFailure<'_>) -> Result<Self, ArchiveError> {
        let name = entry.name().map_err(|error| broken(error, failure))?;
        let mode = entry.unix_mode().unwrap_or(0);
        let kind = match mode & KIND_MASK {
            LINK => Kind::Link,
            _ if name.ends_with('/') => Kind::Folder,
            FOLDER => Kind::Folder,
            0 | FILE => Kind::File,
            _ => Kind::Special,
        };
        Ok(Self {
            name: name.as_bytes().to_vec(),
            kind,
            mode: Mode::from_unix(mode),
            size: entry.size(),
            encrypted: entry.encrypted(),
            compression: entry.compression(),
        })
    }

    fn check_readable(&self) -> Result<(), ArchiveError> {
        let name = || shown(&self.name);
        if self.kind == Kind::Special {
            let kind = "a device or a named pipe".to_owned();
            return Err(ArchiveError::SpecialFile { name: name(), kind });
        }
        if self.encrypted {
            return Err(ArchiveError::Encrypted { name: name() });
        }
        match self.compression {
            CompressionMethod::Stored | CompressionMethod::Deflated => Ok(()),
            method => Err(ArchiveError::Compression {
                name: name(),
                method: method.to_string(),
            }),
        }
    }
}

struct Content<'a, 'b, R: Read> {
    entry: &'a mut ZipFile<'b, R>,
    failure: ReadFailure<'a>,
    buffer: &'a mut [u8],
}

impl<R: Read> Content<'_, '_, R> {
    fn unpack(&mut self, about: &About, unpacker: &mut Unpacker<'_>) -> Result<(), ArchiveError> {
        match about.kind {
            Kind::Folder if about.size > 0 => Err(ArchiveError::corrupt(format!(
                "`{}` is a folder, but has content",
                shown(&about.name)
            ))),
            Kind::Folder => unpacker.folder(&about.name),
            Kind::Link => {
                let target = self.link_target(about, unpacker)?;
                unpacker.symlink(&about.name, &target)
            }
            Kind::File | Kind::Special => self.file(about, unpacker),
        }
    }

    fn file(&mut self, about: &About, unpacker: &mut Unpacker<'_>) -> Result<(), ArchiveError> {
        let mut output = unpacker.file(&about.name, about.mode)?;
        let mut found: u64 = 0;
        loop {
            let count = self.read(unpacker)?;
            if count == 0 {
                break;
            }
            found += count as u64;
            if let Some(output) = &mut output {
                output.write(&self.buffer[..count])?;
                unpacker.written(count);
            }
        }
        check_size(about, found)
    }

    /// The content of a link is its target.
    fn link_target(
        &mut self,
        about: &About,
        unpacker: &mut Unpacker<'_>,
    ) -> Result<Vec<u8>, ArchiveError> {
        let mut target = Vec::new();
        loop {
            let count = self.read(unpacker)?;
            if count == 0 {
                break;
            }
            target.extend_from_slice(&self.buffer[..count]);
            if target.len() > unpacker.limits().path_len {
                let name = shown(&about.name);
                return Err(ArchiveError::Name {
                    name,
                    problem: super::NameProblem::TooLong,
                });
            }
        }
        check_size(about, target.len() as u64)?;
        Ok(target)
    }

    /// Reads into the buffer, and counts.
    fn read(&mut self, unpacker: &mut Unpacker<'_>) -> Result<usize, ArchiveError> {
        loop {
            match self.entry.read(self.buffer) {
                Ok(count) => {
                    unpacker.meter().add_bytes(count)?;
                    return Ok(count);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err((self.failure)(error)),
            }
        }
    }
}

fn check_size(about: &About, found: u64) -> Result<(), ArchiveError> {
    if found == about.size {
        return Ok(());
    }
    Err(ArchiveError::Size {
        name: shown(&about.name),
        declared: about.size,
        found,
    })
}

/// Whether this is the file at the top of every wheel.
///
/// Source: the binary distribution format of PEP 427.
fn is_wheel_metadata(name: &[u8]) -> bool {
    let folder = name.strip_suffix(b".dist-info/WHEEL");
    folder.is_some_and(|folder| !folder.is_empty() && !folder.contains(&b'/'))
}

fn broken(error: ZipError, failure: ReadFailure<'_>) -> ArchiveError {
    match error {
        ZipError::Io(error) => failure(error),
        other => ArchiveError::corrupt(other.to_string()),
    }
}

/// A reader that refuses to read on when its budget is used up.
struct Budgeted<R> {
    inner: R,
    budget: Rc<Cell<Option<u64>>>,
}

impl<R: Read> Read for Budgeted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        if let Some(budget) = self.budget.get() {
            let rest = budget.checked_sub(count as u64);
            let rest = rest.ok_or_else(|| {
                io::Error::new(ErrorKind::InvalidData, "its directory has no end")
            })?;
            self.budget.set(Some(rest));
        }
        Ok(count)
    }
}

impl<R: Seek> Seek for Budgeted<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        self.inner.seek(position)
    }
}
