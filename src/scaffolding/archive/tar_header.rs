//! The header blocks of tar archives, and the pax records that correct them.

use tar::Header;

use super::ArchiveError;

/// Everything in a tar archive comes in blocks of this many bytes.
pub(super) const BLOCK_LEN: usize = 512;

/// The field of the header that holds its checksum.
const CHECKSUM: std::ops::Range<usize> = 148..156;

/// Whether `block` is a header, told by its checksum.
///
/// Old programs summed signed bytes; both sums are in use, as POSIX notes for `ustar`.
pub(super) fn has_valid_checksum(block: &[u8]) -> bool {
    if block.len() != BLOCK_LEN {
        return false;
    }
    let Ok(declared) = Header::from_byte_slice(block).cksum() else {
        return false;
    };
    let mut unsigned: i64 = 0;
    let mut signed: i64 = 0;
    for (position, byte) in block.iter().enumerate() {
        let byte = if CHECKSUM.contains(&position) {
            b' '
        } else {
            *byte
        };
        unsigned += i64::from(byte);
        signed += i64::from(byte.cast_signed());
    }
    [unsigned, signed].contains(&i64::from(declared))
}

/// What pax records say about the entry that follows them.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct PaxRecords {
    /// Its name.
    pub(super) path: Option<Vec<u8>>,
    /// The target, when it is a link.
    pub(super) link_path: Option<Vec<u8>>,
    /// Its size.
    pub(super) size: Option<u64>,
    /// Whether it is a sparse file.
    pub(super) sparse: bool,
}

impl PaxRecords {
    /// Reads records, each of which is `<length> <key>=<value>\n`.
    ///
    /// Source: POSIX, `pax`, "pax Extended Header". The length rules, because values may contain
    /// newlines.
    pub(super) fn parse(mut data: &[u8]) -> Result<Self, ArchiveError> {
        let mut records = Self::default();
        // Some programs fill up the block with zeros and count them.
        while data.first().is_some_and(|byte| *byte != 0) {
            let (record, rest) = split_record(data)
                .ok_or_else(|| ArchiveError::corrupt("an extended header is malformed"))?;
            data = rest;
            records.set(record.0, record.1)?;
        }
        Ok(records)
    }

    fn set(&mut self, key: &[u8], value: &[u8]) -> Result<(), ArchiveError> {
        match key {
            b"path" => self.path = Some(value.to_vec()),
            b"linkpath" => self.link_path = Some(value.to_vec()),
            b"size" => {
                let size = std::str::from_utf8(value)
                    .ok()
                    .and_then(|text| text.parse().ok());
                let malformed = || ArchiveError::corrupt("an extended header has a malformed size");
                self.size = Some(size.ok_or_else(malformed)?);
            }
            _ if key.starts_with(b"GNU.sparse.") => self.sparse = true,
            _ => {}
        }
        Ok(())
    }
}

type Record<'a> = (&'a [u8], &'a [u8]);

/// The first record, and what follows it.
fn split_record(data: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let space = data.iter().take(20).position(|byte| *byte == b' ')?;
    let len: usize = std::str::from_utf8(&data[..space]).ok()?.parse().ok()?;
    let record = data.get(space + 1..len)?.strip_suffix(b"\n")?;
    let equals = record.iter().position(|byte| *byte == b'=')?;
    Some(((&record[..equals], &record[equals + 1..]), &data[len..]))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A record as `pax` writes it: the length counts its own digits.
    fn record(key: &str, value: &[u8]) -> Vec<u8> {
        let rest = key.len() + value.len() + 3;
        let len = (1..8)
            .map(|digits| rest + digits)
            .find(|len| len.to_string().len() + rest == *len);
        let mut record = format!("{} {key}=", len.unwrap()).into_bytes();
        record.extend_from_slice(value);
        record.push(b'\n');
        record
    }

    #[test]
    fn records_are_read_by_their_length() {
        let mut data = record("SCHILY.xattr.user", b"a\nb=c\n");
        data.extend(record("path", b"a/b"));
        data.extend(record("size", b"12"));
        data.extend([0; 4]);
        let expected = PaxRecords {
            path: Some(b"a/b".to_vec()),
            size: Some(12),
            ..PaxRecords::default()
        };
        assert_eq!(PaxRecords::parse(&data).unwrap(), expected);
    }

    #[test]
    fn sparse_files_are_noticed() {
        assert!(
            PaxRecords::parse(&record("GNU.sparse.major", b"1"))
                .unwrap()
                .sparse
        );
    }

    #[test]
    fn malformed_records_are_refused() {
        for data in [
            "x",
            "5",
            "99 path=a\n",
            "0 path=a\n",
            "2 path=a\n",
            "9 path=ab",
            "7 path\n",
            "10 size=x\n",
        ] {
            let error = PaxRecords::parse(data.as_bytes()).unwrap_err();
            assert!(
                matches!(error, ArchiveError::Corrupt { .. }),
                "{data:?}: {error}"
            );
        }
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(path in proptest::collection::vec(any::<u8>(), 0..300)) {
            let records = PaxRecords::parse(&record("path", &path)).unwrap();
            prop_assert_eq!(records.path, Some(path));
        }

        #[test]
        fn random_records_never_panic(data in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = PaxRecords::parse(&data);
        }
    }
}
