//! What an archive is, told by its first bytes and never by its name.

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub enum ArchiveFormat {
    /// A tar archive, not compressed.
    #[serde(rename = "tar")]
    Tar,
    /// A tar archive, compressed with bzip2.
    #[serde(rename = "tar.bz2")]
    TarBz2,
    /// A tar archive, compressed with gzip.
    #[serde(rename = "tar.gz")]
    TarGz,
    /// A tar archive, compressed with xz.
    #[serde(rename = "tar.xz")]
    TarXz,
    /// A tar archive, compressed with zstd.
    #[serde(rename = "tar.zst")]
    TarZst,
    /// A zip archive.
    #[serde(rename = "zip")]
    Zip,
}

/// What the first bytes of a file tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sniffed {
    /// A format that is read.
    Known(ArchiveFormat),
    /// A format that is not.
    Unsupported(&'static str),
    /// Nothing that is known, or nothing at all.
    Unknown,
}

/// How many bytes [`sniff`] looks at: the header of a tar archive.
pub(super) const SNIFFED_LEN: usize = 512;

/// Formats by their magic numbers, from the manuals of the programs that write them.
const MAGIC: &[(&[u8], Sniffed)] = &[
    (b"\x1f\x8b", Sniffed::Known(ArchiveFormat::TarGz)),
    (b"\xfd7zXZ\0", Sniffed::Known(ArchiveFormat::TarXz)),
    (b"\x28\xb5\x2f\xfd", Sniffed::Known(ArchiveFormat::TarZst)),
    (b"PK\x03\x04", Sniffed::Known(ArchiveFormat::Zip)),
    // A zip archive with nothing in it.
    (b"PK\x05\x06", Sniffed::Known(ArchiveFormat::Zip)),
    (b"BZh", Sniffed::Known(ArchiveFormat::TarBz2)),
    (b"7z\xbc\xaf\x27\x1c", Sniffed::Unsupported("7-Zip")),
    (b"Rar!\x1a\x07", Sniffed::Unsupported("RAR")),
    (b"LZIP", Sniffed::Unsupported("lzip")),
    (b"\x1f\x9d", Sniffed::Unsupported("compress")),
    (b"\x5d\0\0", Sniffed::Unsupported("lzma")),
    (b"MSCF", Sniffed::Unsupported("cabinet")),
    (b"!<arch>\n", Sniffed::Unsupported("ar")),
    (b"PK\x07\x08", Sniffed::Unsupported("split zip")),
];

/// What a file that begins with `start` is.
pub(super) fn sniff(start: &[u8]) -> Sniffed {
    let magic = MAGIC.iter().find(|(magic, _)| start.starts_with(magic));
    if let Some((_, sniffed)) = magic {
        return *sniffed;
    }
    let is_tar = start.len() == SNIFFED_LEN
        && (start.iter().all(|byte| *byte == 0) || super::tar_header::has_valid_checksum(start));
    if is_tar {
        Sniffed::Known(ArchiveFormat::Tar)
    } else {
        Sniffed::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_decides() {
        assert_eq!(
            sniff(b"\x1f\x8b\x08rest"),
            Sniffed::Known(ArchiveFormat::TarGz)
        );
        assert_eq!(sniff(b"PK\x05\x06rest"), Sniffed::Known(ArchiveFormat::Zip));
        assert_eq!(sniff(b"BZh91AY"), Sniffed::Known(ArchiveFormat::TarBz2));
        assert_eq!(sniff(b"LZIP\x01"), Sniffed::Unsupported("lzip"));
        assert_eq!(sniff(b""), Sniffed::Unknown);
        assert_eq!(sniff(b"#!/bin/sh\n"), Sniffed::Unknown);
    }

    #[test]
    fn a_tar_header_is_known_by_its_checksum() {
        let mut header = tar::Header::new_old();
        header.set_path("setup.py").unwrap();
        header.set_size(0);
        header.set_cksum();
        assert_eq!(sniff(header.as_bytes()), Sniffed::Known(ArchiveFormat::Tar));
        assert_eq!(sniff(&header.as_bytes()[..511]), Sniffed::Unknown);
        header.as_mut_bytes()[0] ^= 1;
        assert_eq!(sniff(header.as_bytes()), Sniffed::Unknown);
    }
}
