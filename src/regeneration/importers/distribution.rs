//! A locked distribution whose every text was checked before it can be written anywhere.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr as _;

use dhtl_project_model::DistributionName;
use pep440_rs::Version;

use super::marker::Marker;
use super::{Fault, Located};

/// A name of PEP 508, normalised.
pub(super) fn name(text: &str, line: usize) -> Located<DistributionName> {
    let inner = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let edge = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
    let bytes = text.as_bytes();
    if edge(bytes.first()) && edge(bytes.last()) && bytes.iter().all(|byte| inner(*byte)) {
        return Ok(DistributionName::new(text));
    }
    let name = text.to_owned();
    Err((line, Fault::BadName { name }))
}

/// A version of PEP 440, as it stands in the lock.
pub(super) fn version(name: &DistributionName, text: &str, line: usize) -> Located<String> {
    let bad = || Fault::BadVersion {
        name: name.to_string(),
        version: text.to_owned(),
    };
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b".+-_!".contains(&byte);
    if text.is_empty() || !text.bytes().all(belongs) {
        return Err((line, bad()));
    }
    Version::from_str(text).map_err(|_| (line, bad()))?;
    Ok(text.to_owned())
}

/// What a hash of a lock is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Hash {
    /// The installer accepts it as proof.
    Proof(String),
    /// It is of an algorithm that proves nothing any more.
    Weak,
}

/// A hash as `sha256:<hex>`.
pub(super) fn hash(name: &DistributionName, text: &str, line: usize) -> Located<Hash> {
    let bad = || Fault::BadHash {
        name: name.to_string(),
        hash: text.to_owned(),
    };
    let (algorithm, digest) = text.split_once(':').ok_or_else(|| (line, bad()))?;
    let is_hex = digest.bytes().all(|byte| byte.is_ascii_hexdigit());
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        "md5" | "sha1" | "sha224" if is_hex => return Ok(Hash::Weak),
        _ => return Err((line, bad())),
    };
    if is_hex && digest.len() == length {
        Ok(Hash::Proof(format!(
            "{algorithm}:{}",
            digest.to_ascii_lowercase()
        )))
    } else {
        Err((line, bad()))
    }
}

/// Where a distribution comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// An index, in this exact version.
    Version(String),
    /// An address: `https://…` or `git+https://…@<commit>`.
    Address(String),
    /// A folder or archive beside the lock, as `./path` or `../path`.
    Path { path: String, editable: bool },
}

/// One distribution of a lock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Distribution {
    pub(super) name: DistributionName,
    pub(super) origin: Origin,
    pub(super) hashes: BTreeSet<String>,
    pub(super) marker: Marker,
    /// Of several versions of one name, the one with the highest rank is taken; among equals, the
    /// newest.
    pub(super) rank: u8,
}

/// The requirement as it stands in a requirements file, without hashes.
impl fmt::Display for Distribution {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.origin {
            Origin::Version(version) => write!(f, "{}=={version}", self.name)?,
            Origin::Address(address) => write!(f, "{} @ {address}", self.name)?,
            Origin::Path {
                path,
                editable: true,
            } => write!(f, "-e {path}")?,
            Origin::Path { path, .. } => f.write_str(path)?,
        }
        if !self.marker.is_always() {
            write!(f, " ; {}", self.marker)?;
        }
        Ok(())
    }
}
