//! Writes tar archives that no honest program would write.

use std::io::Write as _;

/// A tar archive in the making.
#[derive(Default)]
pub(super) struct TarWriter(Vec<u8>);

impl TarWriter {
    /// A header with exactly these fields, whatever they mean, and no content.
    pub(super) fn header(mut self, kind: u8, name: &[u8], link: &[u8], size: u64) -> Self {
        let mut block = [0; 512];
        block[..name.len()].copy_from_slice(name);
        block[100..108].copy_from_slice(b"0004755\0");
        block[108..116].copy_from_slice(b"0000000\0");
        block[116..124].copy_from_slice(b"0000000\0");
        write!(&mut block[124..136], "{size:011o}").unwrap();
        block[136..148].copy_from_slice(b"00000000000\0");
        block[156] = kind;
        block[157..157 + link.len()].copy_from_slice(link);
        block[257..265].copy_from_slice(b"ustar\x0000");
        seal(&mut block);
        self.0.extend_from_slice(&block);
        self
    }

    /// Content with its padding.
    pub(super) fn content(mut self, content: &[u8]) -> Self {
        self.0.extend_from_slice(content);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(super) fn file(self, name: &str, content: &str) -> Self {
        self.header(b'0', name.as_bytes(), b"", content.len() as u64)
            .content(content.as_bytes())
    }

    pub(super) fn folder(self, name: &str) -> Self {
        self.header(b'5', name.as_bytes(), b"", 0)
    }

    pub(super) fn symlink(self, name: &str, target: &str) -> Self {
        self.header(b'2', name.as_bytes(), target.as_bytes(), 0)
    }

    pub(super) fn hard_link(self, name: &str, target: &str) -> Self {
        self.header(b'1', name.as_bytes(), target.as_bytes(), 0)
    }

    /// An extended header of the given type.
    pub(super) fn extension(self, kind: u8, content: &[u8]) -> Self {
        self.header(kind, b"extension", b"", content.len() as u64)
            .content(content)
    }

    /// A pax header with one record.
    pub(super) fn pax(self, key: &str, value: &str) -> Self {
        self.extension(b'x', record(key, value).as_bytes())
    }

    /// The archive with its end marker.
    pub(super) fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(&[0; 1024]);
        self.0
    }

    /// The archive as it is.
    pub(super) fn cut(self) -> Vec<u8> {
        self.0
    }
}

/// Writes the checksum of a header into it.
pub(super) fn seal(block: &mut [u8; 512]) {
    block[148..156].copy_from_slice(b"        ");
    let sum: u32 = block.iter().map(|byte| u32::from(*byte)).sum();
    block[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

fn record(key: &str, value: &str) -> String {
    let rest = format!(" {key}={value}\n");
    let mut len = rest.len();
    while len != rest.len() + len.to_string().len() {
        len = rest.len() + len.to_string().len();
    }
    format!("{len}{rest}")
}
