//! The hashes of a `RECORD`.
//!
//! Source: the specification "Recording installed projects" of the Python packaging guide: the name
//! of an algorithm of Python's `hashlib`, `=`, and the digest in the URL-safe Base64 of RFC 4648
//! without padding.

use std::fs::File;
use std::io::{self, Read as _};

use sha2::{Digest, Sha256, Sha384, Sha512};

use crate::files::tree::{Entry, Facts};

/// An algorithm that can be checked; SHA-256 is the weakest that the specification admits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Sha256,
    Sha384,
    Sha512,
}

/// How much of a file is in memory at a time.
const BUFFER: usize = 128 * 1024;

impl Algorithm {
    /// The algorithm of a hash as it stands in a `RECORD`; none where there is none, or an unknown one.
    pub(super) fn of(hash: &str) -> Option<Self> {
        let (name, _) = hash.split_once('=')?;
        match name {
            "sha256" => Some(Self::Sha256),
            "sha384" => Some(Self::Sha384),
            "sha512" => Some(Self::Sha512),
            _ => None,
        }
    }

    /// The hash of a file in the notation of a `RECORD`.
    ///
    /// Fails when it cannot be read, and when it is not the file any more that was found in its
    /// folder: a link that took its place must not lead elsewhere.
    pub(super) fn hash(self, entry: &Entry) -> io::Result<String> {
        let mut file = File::open(&entry.place)?;
        let opened = Facts::of(&file.metadata()?);
        let is_same = |facts: &Facts| (facts.kind, facts.inode, facts.device);
        if is_same(&opened) != is_same(&entry.facts) {
            return Err(io::Error::other("it was replaced meanwhile"));
        }
        Ok(match self {
            Self::Sha256 => format!("sha256={}", digest::<Sha256>(&mut file)?),
            Self::Sha384 => format!("sha384={}", digest::<Sha384>(&mut file)?),
            Self::Sha512 => format!("sha512={}", digest::<Sha512>(&mut file)?),
        })
    }
}

/// Whether two hashes are the same; some tools pad the Base64.
pub(super) fn same(recorded: &str, actual: &str) -> bool {
    recorded.trim_end_matches('=') == actual
}

fn digest<D: Digest>(file: &mut File) -> io::Result<String> {
    thread_local! {
        static CHUNK: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    CHUNK.with_borrow_mut(|chunk| {
        chunk.resize(BUFFER, 0);
        let mut digest = D::new();
        loop {
            match file.read(chunk) {
                Ok(0) => return Ok(base64(&digest.finalize())),
                Ok(length) => digest.update(&chunk[..length]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    })
}

/// URL-safe Base64 without padding (RFC 4648, section 5).
pub(super) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |index: usize| u32::from(chunk.get(index).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        // A chunk of n bytes has n + 1 digits.
        for index in 0..=chunk.len() {
            let digit = (bits >> (18 - 6 * index)) & 0x3f;
            text.push(char::from(DIGITS[digit as usize]));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_the_specification() {
        // The test vectors of RFC 4648, section 10, without padding.
        let texts = ["", "f", "fo", "foo", "foob", "fooba", "foobar"];
        let encoded = texts.map(|text| base64(text.as_bytes()));
        assert_eq!(
            encoded,
            ["", "Zg", "Zm8", "Zm9v", "Zm9vYg", "Zm9vYmE", "Zm9vYmFy"]
        );
        assert_eq!(base64(&[0xfb, 0xff]), "-_8");
    }

    #[test]
    fn padding_makes_no_difference() {
        assert!(same("sha256=Zg==", "sha256=Zg"));
        assert!(!same("sha256=Zh", "sha256=Zg"));
    }

    #[test]
    fn weak_and_unknown_algorithms_are_not_checked() {
        assert_eq!(Algorithm::of("sha512=x"), Some(Algorithm::Sha512));
        assert_eq!(Algorithm::of("md5=x"), None);
        assert_eq!(Algorithm::of(""), None);
    }
}
