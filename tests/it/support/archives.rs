//! Archives that no honest program would write.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;

/// A file in a tar.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TarEntry<'a> {
    /// Its name, written as it is.
    pub(crate) name: &'a str,
    /// What is in it.
    pub(crate) text: &'a str,
}

/// A `.tar.gz` at `path`. The names are not checked, which is what hostile archives need.
pub(crate) fn tar_gz(path: &Path, entries: &[TarEntry<'_>]) {
    let mut builder = tar::Builder::new(GzEncoder::new(
        File::create(path).unwrap(),
        Compression::fast(),
    ));
    for entry in entries {
        let mut header = tar::Header::new_gnu();
        header.as_old_mut().name[..entry.name.len()].copy_from_slice(entry.name.as_bytes());
        header.set_size(entry.text.len() as u64);
        header.set_mode(0o644);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        builder.append(&header, entry.text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap();
}

/// A zip with as many empty files as asked for, complete and well formed (APPNOTE 6.3, ZIP64).
pub(crate) struct EndlessZip {
    /// How many.
    pub(crate) entries: u64,
}

impl EndlessZip {
    const NAME_LEN: u8 = 13;
    const LOCAL_LEN: u64 = 30 + Self::NAME_LEN as u64;
    const CENTRAL_LEN: u64 = 46 + Self::NAME_LEN as u64;

    /// Writes it without ever holding more than one entry.
    pub(crate) fn write(&self, path: &Path) -> io::Result<()> {
        let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
        for index in 0..self.entries {
            out.write_all(b"PK\x03\x04\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0")?;
            out.write_all(&[0; 8])?;
            out.write_all(&[Self::NAME_LEN, 0, 0, 0])?;
            write!(out, "demo/{index:08}")?;
        }
        for index in 0..self.entries {
            out.write_all(b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\x21\0\0\0\0\0")?;
            out.write_all(&[0; 8])?;
            out.write_all(&[Self::NAME_LEN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
            let offset = u32::try_from(index * Self::LOCAL_LEN).map_err(io::Error::other)?;
            out.write_all(&offset.to_le_bytes())?;
            write!(out, "demo/{index:08}")?;
        }
        self.write_end(&mut out)?;
        out.flush()
    }

    fn write_end(&self, out: &mut impl Write) -> io::Result<()> {
        let start = self.entries * Self::LOCAL_LEN;
        let len = self.entries * Self::CENTRAL_LEN;
        out.write_all(b"PK\x06\x06")?;
        out.write_all(&44_u64.to_le_bytes())?;
        out.write_all(&[45, 0, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0])?;
        for number in [self.entries, self.entries, len, start] {
            out.write_all(&number.to_le_bytes())?;
        }
        out.write_all(b"PK\x06\x07\0\0\0\0")?;
        out.write_all(&(start + len).to_le_bytes())?;
        out.write_all(&1_u32.to_le_bytes())?;
        out.write_all(b"PK\x05\x06\0\0\0\0")?;
        out.write_all(&[0xff; 12])?;
        out.write_all(&[0, 0])
    }
}
