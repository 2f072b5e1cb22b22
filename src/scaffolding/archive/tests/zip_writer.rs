//! Writes zip archives that no honest program would write.

/// An entry with what its two headers say about it.
#[derive(Debug, Clone)]
pub(super) struct ZipEntry {
    pub(super) name: Vec<u8>,
    /// What is stored, compressed or not.
    pub(super) data: Vec<u8>,
    /// The size the archive claims.
    pub(super) size: u32,
    pub(super) crc: u32,
    pub(super) method: u16,
    pub(super) flags: u16,
    /// The mode of Unix.
    pub(super) mode: u32,
}

impl ZipEntry {
    /// A file that is not compressed.
    pub(super) fn file(name: &str, content: &[u8]) -> Self {
        let mut crc = flate2::Crc::new();
        crc.update(content);
        Self {
            name: name.as_bytes().to_vec(),
            data: content.to_vec(),
            size: u32::try_from(content.len()).unwrap(),
            crc: crc.sum(),
            method: 0,
            flags: 0,
            mode: 0o100_644,
        }
    }

    fn fields(&self) -> Vec<u8> {
        let mut fields = Vec::new();
        fields.extend(20_u16.to_le_bytes());
        fields.extend(self.flags.to_le_bytes());
        fields.extend(self.method.to_le_bytes());
        fields.extend([0, 0, 0x21, 0]);
        fields.extend(self.crc.to_le_bytes());
        fields.extend(u32::try_from(self.data.len()).unwrap().to_le_bytes());
        fields.extend(self.size.to_le_bytes());
        fields.extend(u16::try_from(self.name.len()).unwrap().to_le_bytes());
        fields.extend(0_u16.to_le_bytes());
        fields
    }

    /// The header before the data, and the data.
    pub(super) fn local(&self) -> Vec<u8> {
        [
            b"PK\x03\x04".as_slice(),
            &self.fields(),
            &self.name,
            &self.data,
        ]
        .concat()
    }

    /// The header in the directory, for an entry at `offset`.
    pub(super) fn central(&self, offset: u32) -> Vec<u8> {
        let mut header = b"PK\x01\x02".to_vec();
        // Made by version 2.0 on Unix.
        header.extend([20, 3]);
        header.extend(self.fields());
        header.extend([0; 6]);
        header.extend((self.mode << 16).to_le_bytes());
        header.extend(offset.to_le_bytes());
        header.extend_from_slice(&self.name);
        header
    }
}

/// The record at the end of an archive.
pub(super) fn end(entries: u16, directory_len: u32, directory_start: u32) -> Vec<u8> {
    let mut end = b"PK\x05\x06\0\0\0\0".to_vec();
    end.extend(entries.to_le_bytes());
    end.extend(entries.to_le_bytes());
    end.extend(directory_len.to_le_bytes());
    end.extend(directory_start.to_le_bytes());
    end.extend([0, 0]);
    end
}

/// The records at the end of a large archive, the first of which begins at `position`.
pub(super) fn end64(entries: u64, directory_len: u64, position: u64) -> Vec<u8> {
    let mut end64 = b"PK\x06\x06".to_vec();
    end64.extend(44_u64.to_le_bytes());
    end64.extend([45, 0, 45, 0]);
    end64.extend([0; 8]);
    end64.extend(entries.to_le_bytes());
    end64.extend(entries.to_le_bytes());
    end64.extend(directory_len.to_le_bytes());
    end64.extend((position - directory_len).to_le_bytes());
    end64.extend(b"PK\x06\x07\0\0\0\0");
    end64.extend(position.to_le_bytes());
    end64.extend(1_u32.to_le_bytes());
    end64.extend(end(u16::MAX, u32::MAX, u32::MAX));
    end64
}

/// An archive of `entries`, with a record at its end that is true.
pub(super) fn zip(entries: &[ZipEntry]) -> Vec<u8> {
    let mut archive = Vec::new();
    let mut directory = Vec::new();
    for entry in entries {
        directory.extend(entry.central(u32::try_from(archive.len()).unwrap()));
        archive.extend(entry.local());
    }
    let count = u16::try_from(entries.len()).unwrap();
    let start = u32::try_from(archive.len()).unwrap();
    let len = u32::try_from(directory.len()).unwrap();
    archive.extend(directory);
    archive.extend(end(count, len, start));
    archive
}
