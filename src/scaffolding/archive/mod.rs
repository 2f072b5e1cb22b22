//! Unpacks an archive that is hostile until proven otherwise.

mod entry_path;
mod error;
mod format;
mod limits;
mod tar_entries;
mod tar_header;
#[cfg(test)]
mod tests;
mod tree;
mod unpacker;
mod zip_directory;
mod zip_entries;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufReader, ErrorKind, Read, Seek as _};
use std::path::{Path, PathBuf};

use dhtl_project_model::CancelToken;
use liblzma::stream::{CONCATENATED, Stream};

use crate::destination::{Destination, DestinationError, Staging};
pub(crate) use entry_path::{EntryPath, NameRules, shown};
use format::{SNIFFED_LEN, Sniffed, sniff};
use limits::Meter;
use unpacker::{Unpacked, Unpacker};
use zip_entries::ZipKind;

pub use error::{ArchiveError, LinkProblem, NameProblem};
pub use format::ArchiveFormat;
pub use limits::Limits;

/// The most memory a decompressor may take: `xz -9` needs 65 MiB, `zstd -22` 128 MiB.
const MEMORY_LIMIT: u64 = 256 * 1024 * 1024;
/// The logarithm of the largest window of zstd that is accepted.
const ZSTD_WINDOW_LOG: u32 = 27;

/// What to unpack, and where.
pub struct ExtractRequest<'a> {
    /// The archive; its content decides what it is, not its name.
    pub archive: &'a Path,
    /// The new folder, relative to `parent`; by default it is called as the top folder of the
    /// archive, or as the archive when it has several.
    pub destination: Option<&'a Path>,
    /// Where a folder with the default name is made.
    pub parent: &'a Path,
    /// How much may come out.
    pub limits: Limits,
    /// Stops it.
    pub cancel: &'a CancelToken,
    /// Is told what was left out.
    pub output: &'a (dyn Fn(&str) + Sync),
}

/// What was unpacked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extracted {
    /// The new folder; when the archive has one top folder, that is it.
    pub folder: PathBuf,
    /// Files, folders and links.
    pub entries: u64,
    /// Bytes in files.
    pub bytes: u64,
    /// What the archive was.
    pub format: ArchiveFormat,
}

/// Unpacks an archive into a new folder, which appears whole or not at all.
///
/// Regular files, folders and links that stay inside are unpacked; of modes only whether a file
/// may be run is kept, and times are not. The settings of version control programs (`.git`,
/// `.hg`) are left out, because they name programs to run. Everything else that does not belong
/// in a source archive is an error, and then nothing is left behind.
pub fn extract(request: &ExtractRequest<'_>) -> Result<Extracted, ArchiveError> {
    let mut source = Source::open(request.archive)?;
    let format = source.format()?;
    let named = request
        .destination
        .map(|folder| Destination::named(request.parent, folder))
        .transpose()?;
    let parent = named
        .as_ref()
        .map_or(request.parent, |named| named.parent.as_path());
    let staging = Staging::within(parent)?;
    let contents = staging.path().join("contents");
    fs::create_dir(&contents).map_err(|error| DestinationError::writing(&contents, error))?;

    let meter = Meter::new(request.limits, source.len, request.cancel);
    let unpacked = source
        .unpack(format, Unpacker::new(&contents, meter, NameRules::HOST))
        .map_err(|error| about_the_disk(error, parent))?;
    report_left_out(&unpacked, request.output);

    let destination = match named {
        Some(named) => named,
        None => Destination::default_name(request.parent, &default_name(request, &unpacked))?,
    };
    let prepared = match &unpacked.top_folder {
        Some(top_folder) => contents.join(top_folder),
        None => contents,
    };
    let folder = staging.publish(&prepared, &destination)?;
    Ok(Extracted {
        folder,
        entries: unpacked.entries,
        bytes: unpacked.bytes,
        format,
    })
}

/// The same error, with the folder the user knows for a hidden one that is gone by now.
fn about_the_disk(error: ArchiveError, parent: &Path) -> ArchiveError {
    let path = parent.to_path_buf();
    match error {
        ArchiveError::Destination(DestinationError::DiskFull { .. }) => {
            DestinationError::DiskFull { path }.into()
        }
        ArchiveError::Destination(DestinationError::ReadOnly { .. }) => {
            DestinationError::ReadOnly { path }.into()
        }
        other => other,
    }
}

/// Names what was left out; an archive with thousands of repositories is not listed in full.
fn report_left_out(unpacked: &Unpacked, output: &(dyn Fn(&str) + Sync)) {
    const NAMED: usize = 10;
    let plural = |count: u64| if count == 1 { "entry" } else { "entries" };
    for (path, count) in unpacked.left_out.iter().take(NAMED) {
        let path = entry_path::shown(path.as_os_str().as_encoded_bytes());
        output(&format!(
            "left out `{path}` of the archive ({count} {})",
            plural(*count)
        ));
    }
    let rest: u64 = unpacked.left_out.values().skip(NAMED).sum();
    if rest > 0 {
        output(&format!(
            "left out {rest} more {} of their kind",
            plural(rest)
        ));
    }
}

/// The name of the top folder, or that of the archive without its endings.
fn default_name(request: &ExtractRequest<'_>, unpacked: &Unpacked) -> OsString {
    const ENDINGS: &[&str] = &[
        ".tar.bz2", ".tbz2", ".tbz", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.zst", ".tzst",
        ".tar", ".zip",
    ];
    if let Some(top_folder) = &unpacked.top_folder {
        return top_folder.clone();
    }
    let name = request.archive.file_name().unwrap_or_default();
    // An ending is plain ASCII; a name that is not Unicode keeps it and is a good name all the same.
    let Some(text) = name.to_str() else {
        return name.to_owned();
    };
    let stem = ENDINGS.iter().find_map(|ending| {
        let start = text.len().checked_sub(ending.len())?;
        text.get(start..)?
            .eq_ignore_ascii_case(ending)
            .then(|| &text[..start])
    });
    match stem {
        Some(stem) => OsString::from(stem),
        // The archive itself has that name, so the folder cannot.
        None => OsString::from(format!("{text}-unpacked")),
    }
}

/// An archive that is open.
struct Source {
    path: PathBuf,
    file: File,
    len: u64,
}

impl Source {
    fn open(path: &Path) -> Result<Self, ArchiveError> {
        let unreadable = |source: io::Error| match source.kind() {
            ErrorKind::NotFound => ArchiveError::NotFound {
                archive: path.to_path_buf(),
            },
            _ => ArchiveError::Unreadable {
                archive: path.to_path_buf(),
                source,
            },
        };
        // Asked first, because opening a named pipe would wait for somebody to write to it.
        if !fs::metadata(path).map_err(unreadable)?.is_file() {
            return Err(ArchiveError::NotAFile {
                archive: path.to_path_buf(),
            });
        }
        let file = File::open(path).map_err(unreadable)?;
        let len = file.metadata().map_err(unreadable)?.len();
        Ok(Self {
            path: path.to_path_buf(),
            file,
            len,
        })
    }

    /// What the content is.
    fn format(&mut self) -> Result<ArchiveFormat, ArchiveError> {
        let archive = self.path.clone();
        if archive
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("whl"))
        {
            return Err(ArchiveError::Wheel { archive });
        }
        let mut start = Vec::new();
        let read = (&self.file)
            .take(SNIFFED_LEN as u64)
            .read_to_end(&mut start);
        read.and_then(|_| self.file.rewind())
            .map_err(|error| self.failure(error))?;
        match sniff(&start) {
            Sniffed::Known(format) => Ok(format),
            Sniffed::Unsupported(format) => Err(ArchiveError::Unsupported { archive, format }),
            Sniffed::Unknown if start.is_empty() => Err(ArchiveError::Empty),
            Sniffed::Unknown => Err(ArchiveError::Unrecognised { archive }),
        }
    }

    fn unpack(
        self,
        format: ArchiveFormat,
        mut unpacker: Unpacker<'_>,
    ) -> Result<Unpacked, ArchiveError> {
        let failure = |error| self.failure(error);
        let file = self.file.try_clone().map_err(failure)?;
        if format == ArchiveFormat::Zip {
            return match zip_entries::unpack(file, self.len, &failure, &mut unpacker)? {
                ZipKind::Plain => unpacker.finish(),
                ZipKind::Wheel => Err(ArchiveError::Wheel { archive: self.path }),
            };
        }
        let mut reader = decompressor(file, format).map_err(failure)?;
        tar_entries::unpack(&mut *reader, &failure, &mut unpacker)?;
        unpacker.finish()
    }

    /// What an error while reading comes to: the disk's fault, or the archive's.
    fn failure(&self, error: io::Error) -> ArchiveError {
        let lzma = error
            .get_ref()
            .and_then(|inner| inner.downcast_ref::<liblzma::stream::Error>());
        if lzma == Some(&liblzma::stream::Error::MemLimit) {
            return ArchiveError::Memory;
        }
        if error.raw_os_error().is_some() {
            return ArchiveError::Unreadable {
                archive: self.path.clone(),
                source: error,
            };
        }
        if error.kind() == ErrorKind::UnexpectedEof {
            return ArchiveError::Truncated;
        }
        let reason = error.to_string();
        // zstd has only this text to tell it by.
        if reason.contains("too much memory") {
            return ArchiveError::Memory;
        }
        ArchiveError::Corrupt { reason }
    }
}

/// What yields the tar archive in a file.
fn decompressor(file: File, format: ArchiveFormat) -> io::Result<Box<dyn Read>> {
    let file = BufReader::with_capacity(unpacker::CHUNK_LEN, file);
    Ok(match format {
        ArchiveFormat::Tar | ArchiveFormat::Zip => Box::new(file),
        ArchiveFormat::TarBz2 => Box::new(bzip2::bufread::MultiBzDecoder::new(file)),
        ArchiveFormat::TarGz => Box::new(flate2::bufread::MultiGzDecoder::new(file)),
        ArchiveFormat::TarXz => {
            let stream = Stream::new_stream_decoder(MEMORY_LIMIT, CONCATENATED)?;
            Box::new(liblzma::bufread::XzDecoder::new_stream(file, stream))
        }
        ArchiveFormat::TarZst => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(file)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG)?;
            Box::new(decoder)
        }
    })
}
