//! The names of what is in an environment, kept so that a folder that did not change need not be
//! listed again.

use std::borrow::Cow;
use std::ffi::OsStr;

use crate::files::tree::Facts;

/// The first bytes of an outline; what begins otherwise is none.
const MAGIC: &[u8] = b"dhtl-outline-1\n";
/// No folder of an environment is that deep, and no program can read without an end.
const DEEPEST: usize = 200;

/// The names in a folder and in those below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Outline<'a> {
    /// What the system said of the folder before it was listed.
    pub(super) times: Times,
    /// What is no folder, by name.
    pub(super) files: Vec<Cow<'a, OsStr>>,
    /// The folders but those of bytecode, by name, each with what is known of it.
    pub(super) folders: Vec<(Cow<'a, OsStr>, Option<Self>)>,
}

/// What the system says of a folder, and what changes when a name is added to it or taken out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times {
    modified: i128,
    changed: i128,
    inode: u64,
}

impl Times {
    /// From the facts of a folder.
    pub(super) fn of(facts: &Facts) -> Self {
        Self {
            modified: facts.modified,
            changed: facts.changed,
            inode: facts.inode,
        }
    }
}

impl<'a> Outline<'a> {
    /// Reads what [`Outline::to_bytes`] wrote; none where these bytes are something else.
    pub(super) fn parse(bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader(bytes.strip_prefix(MAGIC)?);
        let outline = reader.outline(0)?;
        reader.0.is_empty().then_some(outline)
    }

    /// The outline as bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        self.write(&mut bytes);
        bytes
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        let times = &self.times;
        bytes.extend(times.modified.to_le_bytes());
        bytes.extend(times.changed.to_le_bytes());
        bytes.extend(times.inode.to_le_bytes());
        write_count(bytes, self.files.len());
        for name in &self.files {
            write_name(bytes, name);
        }
        // Of a folder of which nothing is known, there is nothing to keep.
        let known = self.folders.iter();
        let known = known.filter_map(|(name, outline)| Some((name, outline.as_ref()?)));
        write_count(bytes, known.clone().count());
        for (name, outline) in known {
            write_name(bytes, name);
            outline.write(bytes);
        }
    }
}

/// What is left to read.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn outline(&mut self, depth: usize) -> Option<Outline<'a>> {
        if depth > DEEPEST {
            return None;
        }
        let times = Times {
            modified: i128::from_le_bytes(self.number()?),
            changed: i128::from_le_bytes(self.number()?),
            inode: u64::from_le_bytes(self.number()?),
        };
        let count = self.count()?;
        let files = (0..count).map(|_| self.name()).collect::<Option<_>>()?;
        let count = self.count()?;
        let folders = (0..count).map(|_| Some((self.name()?, Some(self.outline(depth + 1)?))));
        Some(Outline {
            times,
            files,
            folders: folders.collect::<Option<_>>()?,
        })
    }

    fn number<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (number, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*number)
    }

    fn count(&mut self) -> Option<usize> {
        usize::try_from(u32::from_le_bytes(self.number()?)).ok()
    }

    fn name(&mut self) -> Option<Cow<'a, OsStr>> {
        let length = self.count()?;
        let (name, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        decoded(name)
    }
}

/// The name that [`write_name`] wrote, if it is one: nothing in here may lead anywhere else.
fn decoded(name: &[u8]) -> Option<Cow<'_, OsStr>> {
    let is_name =
        !matches!(name, b"" | b"." | b"..") && !name.iter().any(|byte| is_separator(*byte));
    is_name.then(|| os_name(name)).flatten()
}

fn is_separator(byte: u8) -> bool {
    matches!(byte, b'/' | 0) || cfg!(windows) && matches!(byte, b'\\' | b':')
}

#[cfg(unix)]
#[expect(
    clippy::unnecessary_wraps,
    reason = "elsewhere, not all bytes are a name"
)]
fn os_name(name: &[u8]) -> Option<Cow<'_, OsStr>> {
    use std::os::unix::ffi::OsStrExt as _;
    Some(Cow::Borrowed(OsStr::from_bytes(name)))
}

#[cfg(not(unix))]
fn os_name(name: &[u8]) -> Option<Cow<'_, OsStr>> {
    let name = std::str::from_utf8(name).ok()?;
    Some(Cow::Borrowed(OsStr::new(name)))
}

fn write_count(bytes: &mut Vec<u8>, count: usize) {
    // What is longer cannot be read again, which costs a listing and nothing else.
    bytes.extend(u32::try_from(count).unwrap_or(u32::MAX).to_le_bytes());
}

fn write_name(bytes: &mut Vec<u8>, name: &OsStr) {
    let name = name.as_encoded_bytes();
    write_count(bytes, name.len());
    bytes.extend(name);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn outlines() -> impl Strategy<Value = Outline<'static>> {
        let name = || "[a-z\u{e9}]{1,6}".prop_map(|name| Cow::Owned(name.into()));
        let files = move || prop::collection::vec(name(), 0..4);
        let times = || {
            any::<(i128, i128, u64)>().prop_map(|(modified, changed, inode)| Times {
                modified,
                changed,
                inode,
            })
        };
        let leaf = (times(), files()).prop_map(|(times, files)| Outline {
            times,
            files,
            folders: Vec::new(),
        });
        leaf.prop_recursive(3, 20, 3, move |inner| {
            let folder = (name(), inner.prop_map(Some));
            let folders = prop::collection::vec(folder, 0..3);
            (times(), files(), folders).prop_map(|(times, files, folders)| Outline {
                times,
                files,
                folders,
            })
        })
    }

    proptest! {
        #[test]
        fn an_outline_survives_a_round_trip(outline in outlines()) {
            let bytes = outline.to_bytes();
            prop_assert_eq!(Outline::parse(&bytes), Some(outline));
        }

        #[test]
        fn damaged_outlines_are_refused_without_a_panic(outline in outlines(), cut: prop::sample::Index) {
            let bytes = outline.to_bytes();
            prop_assert_eq!(Outline::parse(&bytes[..cut.index(bytes.len())]), None);
        }

        #[test]
        fn odd_bytes_do_not_panic(bytes: Vec<u8>) {
            let _ = Outline::parse(&[MAGIC, &bytes].concat());
        }
    }

    #[test]
    fn no_name_leads_elsewhere() {
        for name in ["..", ".", "", "a/b", "/"] {
            assert!(decoded(name.as_bytes()).is_none(), "{name}");
        }
        assert!(decoded(b"...").is_some());
    }
}
