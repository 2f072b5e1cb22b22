//! Walks a tar archive, entry by entry.
//!
//! The loop is ours, because the `tar` crate reads extended headers into memory whatever their
//! size; it serves here to read the fields of a header.

use std::io::{self, ErrorKind, Read};

use tar::{EntryType, Header};

use super::ArchiveError;
use super::entry_path::shown;
use super::tar_header::{BLOCK_LEN, PaxRecords, has_valid_checksum};
use super::unpacker::{CHUNK_LEN, Mode, Unpacker};

/// The most that the extended headers of one entry may hold: names and attributes, not content.
const MAX_EXTENSION_LEN: u64 = 1024 * 1024;

/// What turns an error of the reader into one of ours; decompressors have their own vocabulary.
pub(super) type ReadFailure<'a> = &'a dyn Fn(io::Error) -> ArchiveError;

/// Unpacks the tar archive that `reader` yields, to its very end.
pub(super) fn unpack(
    reader: &mut dyn Read,
    failure: ReadFailure<'_>,
    unpacker: &mut Unpacker<'_>,
) -> Result<(), ArchiveError> {
    let mut walk = Walk {
        reader,
        failure,
        unpacker,
        buffer: vec![0; CHUNK_LEN],
    };
    let mut extensions = Extensions::default();
    let mut is_first = true;
    loop {
        let block = walk.block(is_first)?;
        if block.iter().all(|byte| *byte == 0) {
            return walk.drain();
        }
        if !has_valid_checksum(&block) {
            return Err(if is_first {
                ArchiveError::NotATar
            } else {
                ArchiveError::corrupt("the header of an entry has a wrong checksum")
            });
        }
        is_first = false;
        walk.entry(Header::from_byte_slice(&block), &mut extensions)?;
    }
}

/// What earlier headers say about the next entry.
#[derive(Debug, Default)]
struct Extensions {
    long_name: Option<Vec<u8>>,
    long_link: Option<Vec<u8>>,
    pax: PaxRecords,
}

struct Walk<'a, 'b> {
    reader: &'a mut dyn Read,
    failure: ReadFailure<'a>,
    unpacker: &'a mut Unpacker<'b>,
    buffer: Vec<u8>,
}

impl Walk<'_, '_> {
    /// Handles the entry that `header` begins, content included.
    fn entry(&mut self, header: &Header, extensions: &mut Extensions) -> Result<(), ArchiveError> {
        let size = header
            .entry_size()
            .map_err(|_| ArchiveError::corrupt("the header of an entry has a malformed size"))?;
        match header.entry_type() {
            EntryType::XHeader => extensions.pax = PaxRecords::parse(&self.extension(size)?)?,
            EntryType::XGlobalHeader => self.global_header(size)?,
            EntryType::GNULongName => extensions.long_name = Some(self.long_name(size)?),
            EntryType::GNULongLink => extensions.long_link = Some(self.long_name(size)?),
            _ => return self.content(header, size, std::mem::take(extensions)),
        }
        Ok(())
    }

    /// Handles a file, folder or link.
    fn content(
        &mut self,
        header: &Header,
        size: u64,
        extensions: Extensions,
    ) -> Result<(), ArchiveError> {
        let Extensions {
            long_name,
            long_link,
            pax,
        } = extensions;
        let name = pax
            .path
            .or(long_name)
            .unwrap_or_else(|| header.path_bytes().into_owned());
        let target = || {
            let short = || header.link_name_bytes().map(std::borrow::Cow::into_owned);
            pax.link_path
                .or(long_link)
                .or_else(short)
                .unwrap_or_default()
        };
        // Programs disagree about which of the two sizes counts, and so about what the next entry
        // is: the way to show one archive to a scanner and another to the victim.
        if pax.size.is_some_and(|pax_size| pax_size != size) {
            return Err(ArchiveError::corrupt(format!(
                "`{}` has two sizes",
                shown(&name)
            )));
        }
        let entry_type = header.entry_type();
        if entry_type.is_gnu_sparse() || pax.sparse {
            return Err(ArchiveError::Sparse { name: shown(&name) });
        }
        let is_file = matches!(entry_type, EntryType::Regular | EntryType::Continuous);
        let is_folder = entry_type.is_dir() || (is_file && size == 0 && name.ends_with(b"/"));
        if is_file && !is_folder {
            return self.file(&name, Mode::from_unix(header.mode().unwrap_or(0)), size);
        }
        if let Some(kind) = special(entry_type) {
            return Err(ArchiveError::SpecialFile {
                name: shown(&name),
                kind,
            });
        }
        // Here, too, programs disagree about whether content follows.
        if size != 0 {
            return Err(ArchiveError::corrupt(format!(
                "`{}` is a folder or link, but has content",
                shown(&name)
            )));
        }
        match entry_type {
            EntryType::Symlink => self.unpacker.symlink(&name, &target()),
            EntryType::Link => self.unpacker.hard_link(&name, &target()),
            _ => self.unpacker.folder(&name),
        }
    }

    fn file(&mut self, name: &[u8], mode: Mode, size: u64) -> Result<(), ArchiveError> {
        let limit = self.unpacker.limits().bytes;
        if size > limit {
            return Err(ArchiveError::TooLarge { limit });
        }
        let mut output = self.unpacker.file(name, mode)?;
        let mut rest = size;
        while rest > 0 {
            let len = usize::try_from(rest)
                .unwrap_or(usize::MAX)
                .min(self.buffer.len());
            self.fill(len)?;
            if let Some(output) = &mut output {
                output.write(&self.buffer[..len])?;
                self.unpacker.written(len);
            }
            rest -= len as u64;
        }
        self.skip_padding(size)
    }

    /// The content of an extended header.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        if size > MAX_EXTENSION_LEN {
            return Err(ArchiveError::Metadata {
                what: "names and attributes for one entry",
                limit: MAX_EXTENSION_LEN,
            });
        }
        let mut data = Vec::new();
        let mut rest = usize::try_from(size).unwrap_or(usize::MAX);
        while rest > 0 {
            let len = rest.min(self.buffer.len());
            self.fill(len)?;
            data.extend_from_slice(&self.buffer[..len]);
            rest -= len;
        }
        self.skip_padding(size)?;
        Ok(data)
    }

    /// A name that was too long for the header; it ends at the first NUL.
    fn long_name(&mut self, size: u64) -> Result<Vec<u8>, ArchiveError> {
        let mut name = self.extension(size)?;
        if let Some(end) = name.iter().position(|byte| *byte == 0) {
            name.truncate(end);
        }
        Ok(name)
    }

    /// Records for all entries that follow: a comment is common, a name for all of them is a trick.
    fn global_header(&mut self, size: u64) -> Result<(), ArchiveError> {
        let records = PaxRecords::parse(&self.extension(size)?)?;
        if records == PaxRecords::default() {
            return Ok(());
        }
        Err(ArchiveError::corrupt(
            "a global header names or sizes every entry",
        ))
    }

    /// Reads everything after the end of the archive, so that decompressors check their sums.
    fn drain(&mut self) -> Result<(), ArchiveError> {
        while self.read_up_to(CHUNK_LEN)? > 0 {}
        Ok(())
    }

    fn block(&mut self, is_first: bool) -> Result<[u8; BLOCK_LEN], ArchiveError> {
        let count = self.read_up_to(BLOCK_LEN)?;
        let mut block = [0; BLOCK_LEN];
        block.copy_from_slice(&self.buffer[..BLOCK_LEN]);
        match count {
            BLOCK_LEN => Ok(block),
            // Less than one block was compressed: something else, or nothing.
            _ if is_first => Err(ArchiveError::NotATar),
            _ => Err(ArchiveError::Truncated),
        }
    }

    /// Reads the next `len` bytes into the buffer.
    fn fill(&mut self, len: usize) -> Result<(), ArchiveError> {
        if self.read_up_to(len)? == len {
            Ok(())
        } else {
            Err(ArchiveError::Truncated)
        }
    }

    /// Reads `len` bytes into the buffer, or as many as there are.
    fn read_up_to(&mut self, len: usize) -> Result<usize, ArchiveError> {
        let mut filled = 0;
        while filled < len {
            match self.reader.read(&mut self.buffer[filled..len]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err((self.failure)(error)),
            }
        }
        self.unpacker.meter().add_bytes(filled)?;
        Ok(filled)
    }

    fn skip_padding(&mut self, size: u64) -> Result<(), ArchiveError> {
        let past = usize::try_from(size % BLOCK_LEN as u64).unwrap_or(0);
        if past == 0 {
            Ok(())
        } else {
            self.fill(BLOCK_LEN - past)
        }
    }
}

/// What an entry is that has no place in a project.
fn special(entry_type: EntryType) -> Option<String> {
    Some(match entry_type {
        EntryType::Directory
        | EntryType::Link
        | EntryType::Symlink
        | EntryType::Regular
        | EntryType::Continuous => return None,
        EntryType::Char => "a character device".to_owned(),
        EntryType::Block => "a block device".to_owned(),
        EntryType::Fifo => "a named pipe".to_owned(),
        other => format!("of type `{}`", char::from(other.as_byte()).escape_default()),
    })
}
