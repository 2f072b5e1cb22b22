//! Reads the end of a zip archive and walks its directory, before anything is kept in memory.
//!
//! The `zip` crate keeps the whole directory, and looks for another one when it does not like the
//! first. What is established here is how many entries there are, that they fit the limits, and
//! that every reader of this archive will find the same ones.
//!
//! Source: APPNOTE.TXT of PKWARE, sections 4.3.12 to 4.3.16.

use std::collections::HashSet;
use std::io::{BufReader, ErrorKind, Read, Seek, SeekFrom};

use super::ArchiveError;
use super::entry_path::shown;
use super::limits::Meter;

/// The longest directory that is kept in memory: 300 bytes for each of 200,000 entries.
pub(super) const MAX_DIRECTORY_LEN: u64 = 64 * 1024 * 1024;

const END_LEN: usize = 22;
const END_MAGIC: &[u8] = b"PK\x05\x06";
const LOCATOR_LEN: usize = 20;
const LOCATOR_MAGIC: &[u8] = b"PK\x06\x07";
const END64_LEN: usize = 56;
const END64_MAGIC: &[u8] = b"PK\x06\x06";
const HEADER_LEN: usize = 46;
const HEADER_MAGIC: &[u8] = b"PK\x01\x02";

/// Where the directory of a zip archive is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ZipDirectory {
    /// How many entries it has.
    pub(super) entries: u64,
    /// Where it begins.
    pub(super) start: u64,
    /// Its length in bytes.
    len: u64,
    /// Where the records begin that describe it, which is where it has to end.
    end: u64,
}

impl ZipDirectory {
    /// Finds the directory, checks it against the limits and walks it once.
    pub(super) fn survey(
        file: &mut (impl Read + Seek),
        file_len: u64,
        meter: &mut Meter<'_>,
    ) -> Result<Self, Failure> {
        let directory = Self::locate(file, file_len)?;
        meter.check_entries(directory.entries)?;
        if directory.len > MAX_DIRECTORY_LEN {
            return Err(ArchiveError::Metadata {
                what: "names and comments",
                limit: MAX_DIRECTORY_LEN,
            }
            .into());
        }
        if directory.start.checked_add(directory.len) != Some(directory.end) {
            return Err(corrupt("its directory is not where it should be"));
        }
        directory.walk(file, meter)?;
        Ok(directory)
    }

    /// Reads the records at the end of the archive.
    fn locate(file: &mut (impl Read + Seek), file_len: u64) -> Result<Self, Failure> {
        let tail_len = file_len.min((END_LEN + usize::from(u16::MAX) + LOCATOR_LEN) as u64);
        let tail = read_at(
            file,
            file_len - tail_len,
            usize::try_from(tail_len).unwrap_or(0),
        )?;
        let position = end_position(&tail).ok_or(ArchiveError::Truncated)?;
        let end = &tail[position..];
        if number(end, 4, 2) != 0
            || number(end, 6, 2) != 0
            || number(end, 8, 2) != number(end, 10, 2)
        {
            return Err(corrupt("it is only a part of an archive in several parts"));
        }
        let directory = Self {
            entries: number(end, 10, 2),
            len: number(end, 12, 4),
            start: number(end, 16, 4),
            end: file_len - tail_len + position as u64,
        };
        let before = &tail[..position];
        let locator = before
            .len()
            .checked_sub(LOCATOR_LEN)
            .map(|start| &before[start..]);
        match locator.filter(|locator| locator.starts_with(LOCATOR_MAGIC)) {
            Some(locator) => directory.extended(file, number(locator, 8, 8)),
            None if directory.needs_extension() => {
                Err(corrupt("the record that gives its real size is missing"))
            }
            None => Ok(directory),
        }
    }

    /// Whether a number is too large for the old record, which says so by its highest value.
    fn needs_extension(&self) -> bool {
        self.entries == u64::from(u16::MAX)
            || self.len == u64::from(u32::MAX)
            || self.start == u64::from(u32::MAX)
    }

    /// Replaces the numbers by those of the zip64 record at `position`.
    ///
    /// Where both records have a number, they must agree, or readers would see different archives.
    fn extended(self, file: &mut (impl Read + Seek), position: u64) -> Result<Self, Failure> {
        let ends_at_locator = position.checked_add((END64_LEN + LOCATOR_LEN) as u64);
        if ends_at_locator.is_none_or(|end| end > self.end) {
            return Err(corrupt(
                "the record that gives its real size is out of place",
            ));
        }
        let record = read_at(file, position, END64_LEN)?;
        if !record.starts_with(END64_MAGIC) {
            return Err(corrupt("the record that gives its real size is missing"));
        }
        let extended = Self {
            entries: number(&record, 32, 8),
            len: number(&record, 40, 8),
            start: number(&record, 48, 8),
            end: position,
        };
        let agree = |old: u64, highest: u64, new: u64| old == highest || old == new;
        let agrees = agree(self.entries, u64::from(u16::MAX), extended.entries)
            && agree(self.len, u64::from(u32::MAX), extended.len)
            && agree(self.start, u64::from(u32::MAX), extended.start)
            && number(&record, 24, 8) == extended.entries;
        if agrees {
            Ok(extended)
        } else {
            Err(corrupt("it gives two different sizes"))
        }
    }

    /// Steps over every header: there must be as many as declared, in as many bytes, all different.
    fn walk(&self, file: &mut (impl Read + Seek), meter: &mut Meter<'_>) -> Result<(), Failure> {
        file.seek(SeekFrom::Start(self.start))
            .map_err(Failure::Read)?;
        let mut reader = BufReader::new(file.take(self.len));
        let mut names = HashSet::new();
        for _ in 0..self.entries {
            meter.add_bytes(0)?;
            let mut header = [0; HEADER_LEN];
            read_exact(&mut reader, &mut header)?;
            if !header.starts_with(HEADER_MAGIC) {
                return Err(corrupt("its directory is shorter than it says"));
            }
            let field = |position| usize::try_from(number(&header, position, 2)).unwrap_or(0);
            let mut name = vec![0; field(28)];
            read_exact(&mut reader, &mut name)?;
            let mut rest = vec![0; field(30) + field(32)];
            read_exact(&mut reader, &mut rest)?;
            if let Some(name) = names.replace(name) {
                return Err(ArchiveError::Duplicate { name: shown(&name) }.into());
            }
        }
        let mut more = [0];
        match reader.read(&mut more).map_err(Failure::Read)? {
            0 => Ok(()),
            _ => Err(corrupt("its directory is longer than it says")),
        }
    }
}

/// Why the directory is not usable: a refusal, or an error of the disk.
#[derive(Debug)]
pub(super) enum Failure {
    /// The archive is refused.
    Refused(ArchiveError),
    /// The archive could not be read.
    Read(std::io::Error),
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        Self::Refused(error)
    }
}

fn corrupt(reason: &str) -> Failure {
    ArchiveError::corrupt(reason).into()
}

/// The last end record whose comment reaches exactly to the end of the archive.
fn end_position(tail: &[u8]) -> Option<usize> {
    let last = tail.len().checked_sub(END_LEN)?;
    (0..=last).rev().find(|position| {
        let end = &tail[*position..];
        end.starts_with(END_MAGIC) && number(end, 20, 2) == (end.len() - END_LEN) as u64
    })
}

/// A little-endian number of `len` bytes; the caller knows that they are there.
fn number(record: &[u8], position: usize, len: usize) -> u64 {
    record[position..position + len]
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn read_at(file: &mut (impl Read + Seek), position: u64, len: usize) -> Result<Vec<u8>, Failure> {
    file.seek(SeekFrom::Start(position))
        .map_err(Failure::Read)?;
    let mut data = vec![0; len];
    read_exact(file, &mut data)?;
    Ok(data)
}

fn read_exact(reader: &mut impl Read, data: &mut [u8]) -> Result<(), Failure> {
    reader.read_exact(data).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => corrupt("its directory is shorter than it says"),
        _ => Failure::Read(error),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use dhtl_project_model::CancelToken;
    use proptest::prelude::*;

    use super::*;
    use crate::archive::Limits;

    fn survey(archive: &[u8]) -> Result<ZipDirectory, Failure> {
        let cancel = CancelToken::default();
        let mut meter = Meter::new(Limits::default(), archive.len() as u64, &cancel);
        ZipDirectory::survey(&mut Cursor::new(archive), archive.len() as u64, &mut meter)
    }

    fn header(name: &str) -> Vec<u8> {
        let mut header = vec![0; HEADER_LEN];
        header[..4].copy_from_slice(HEADER_MAGIC);
        header[28..30].copy_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
        header.extend_from_slice(name.as_bytes());
        header
    }

    fn end(entries: u16, len: u32, start: u32, comment: &[u8]) -> Vec<u8> {
        let mut end = vec![0; END_LEN];
        end[..4].copy_from_slice(END_MAGIC);
        end[8..10].copy_from_slice(&entries.to_le_bytes());
        end[10..12].copy_from_slice(&entries.to_le_bytes());
        end[12..16].copy_from_slice(&len.to_le_bytes());
        end[16..20].copy_from_slice(&start.to_le_bytes());
        end[20..22].copy_from_slice(&u16::try_from(comment.len()).unwrap().to_le_bytes());
        end.extend_from_slice(comment);
        end
    }

    #[track_caller]
    fn check_corrupt(archive: &[u8], expected: &str) {
        match survey(archive) {
            Err(Failure::Refused(ArchiveError::Corrupt { reason })) => assert_eq!(reason, expected),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_directory_is_found_behind_a_comment_with_a_false_end() {
        let mut archive = [header("a"), header("b")].concat();
        let len = u32::try_from(archive.len()).unwrap();
        archive.extend(end(2, len, 0, &end(9, 9, 9, b"and more")));
        // The false record in the comment ends before the archive does? It does not: the last one
        // that fits counts, as it does for other readers, and its directory is not there.
        check_corrupt(&archive, "its directory is not where it should be");
        let mut archive = [header("a"), header("b")].concat();
        archive.extend(end(
            2,
            len,
            0,
            b"PK\x05\x06 is the magic number of this record",
        ));
        assert_eq!(survey(&archive).unwrap().entries, 2);
    }

    #[test]
    fn a_directory_that_lies_is_refused() {
        let directory = [header("a"), header("b")].concat();
        let len = u32::try_from(directory.len()).unwrap();
        let archive = |entries, len| [directory.clone(), end(entries, len, 0, b"")].concat();
        check_corrupt(&archive(1, len), "its directory is longer than it says");
        check_corrupt(&archive(3, len), "its directory is shorter than it says");
        check_corrupt(
            &archive(2, len - 1),
            "its directory is not where it should be",
        );
        check_corrupt(
            &archive(u16::MAX, len),
            "the record that gives its real size is missing",
        );
    }

    #[test]
    fn one_name_twice_is_refused() {
        let directory = [header("a"), header("a")].concat();
        let len = u32::try_from(directory.len()).unwrap();
        match survey(&[directory, end(2, len, 0, b"")].concat()) {
            Err(Failure::Refused(ArchiveError::Duplicate { name })) => assert_eq!(name, "a"),
            other => panic!("{other:?}"),
        }
    }

    proptest! {
        #[test]
        fn random_ends_never_panic(
            start in proptest::collection::vec(any::<u8>(), 0..80),
            record in proptest::collection::vec(any::<u8>(), 18),
        ) {
            let mut archive = start;
            archive.extend_from_slice(LOCATOR_MAGIC);
            archive.extend([0; 16]);
            archive.extend_from_slice(END_MAGIC);
            archive.extend_from_slice(&record[..16]);
            archive.extend([0, 0]);
            let _ = survey(&archive);
        }
    }
}
