//! Everything that is in an environment, as one number.

use std::borrow::Cow;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use dhtl_project_model::Digest;
use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use crate::files::open_folder::OpenFolder;
use crate::files::outline::{Outline, Times};
use crate::files::stamp::binding;
use crate::files::tree::{BYTECODE_FOLDER, Facts, Kind, folder_facts};

/// Changes when the rules do by which files are judged: what older ones found says nothing then.
const TAG: &str = concat!("dhtl-listing-1 ", env!("CARGO_PKG_VERSION"));

/// The names of everything in an environment but bytecode, with what the system says of each.
#[derive(Debug)]
pub(super) struct Listing<'a> {
    /// Stands for the names and what is said of them.
    pub(super) digest: Digest,
    /// When the file or folder that was changed last was changed.
    pub(super) last_change: i128,
    /// The file system that all of it is on.
    pub(super) device: u64,
    /// The names, for another time.
    pub(super) outline: Outline<'a>,
}

impl<'a> Listing<'a> {
    /// Lists the environment in `venv` but for the folder `except`; none where part of it cannot be
    /// listed, or is on another file system than the rest.
    ///
    /// A folder that has not changed since `known` is not listed, for it has the same names. What is
    /// said of each is asked anew: it can change while the folder does not.
    pub(super) fn of(venv: &Path, except: &Path, known: Option<Outline<'a>>) -> Option<Self> {
        let device = folder_facts(venv)?.device;
        let whole = Folder::read(venv, Bounds { device, except }, known)?;
        let digest = Digest::of_fields([TAG.as_bytes(), &binding(venv), &whole.digest]);
        Some(Self {
            digest,
            last_change: whole.last_change,
            device,
            outline: whole.outline,
        })
    }
}

/// What a listing does not go beyond.
#[derive(Debug, Clone, Copy)]
struct Bounds<'a> {
    /// The file system.
    device: u64,
    /// The folder that is left out.
    except: &'a Path,
}

/// A folder with all that is below it.
struct Folder<'a> {
    digest: [u8; 32],
    last_change: i128,
    outline: Outline<'a>,
}

/// A folder without what is below it.
struct Level<'a> {
    sha256: Sha256,
    last_change: i128,
    outline: Outline<'a>,
}

impl<'a> Level<'a> {
    fn read(place: &Path, bounds: Bounds<'_>, known: Option<Outline<'a>>) -> Option<Self> {
        let is_within = |facts: &Facts| facts.device == bounds.device;
        let folder = OpenFolder::at(place)?;
        // This comes first: a name that is added meanwhile must not seem to be old.
        let own = folder.facts().filter(is_within)?;
        let times = Times::of(&own);
        let outline = match known {
            Some(known) if known.times == times => known,
            known => listed(place, (times, bounds.except), known)?,
        };
        let mut sha256 = Sha256::new();
        let mut last_change = own.last_change();
        sha256.update((outline.files.len() as u64).to_le_bytes());
        for name in &outline.files {
            let facts = folder.facts_of(name).filter(is_within)?;
            feed(&mut sha256, name, &facts)?;
            last_change = last_change.max(facts.last_change());
        }
        Some(Self {
            sha256,
            last_change,
            outline,
        })
    }
}

impl<'a> Folder<'a> {
    fn read(place: &Path, bounds: Bounds<'_>, known: Option<Outline<'a>>) -> Option<Self> {
        let Level {
            mut sha256,
            mut last_change,
            outline,
        } = Level::read(place, bounds, known)?;
        let below = outline
            .folders
            .into_par_iter()
            .map(|(name, known)| {
                let folder = Self::read(&place.join(&name), bounds, known)?;
                Some((name, folder))
            })
            .collect::<Option<Vec<_>>>()?;
        for (name, folder) in &below {
            feed_name(&mut sha256, name);
            sha256.update(folder.digest);
            last_change = last_change.max(folder.last_change);
        }
        let folders = below
            .into_iter()
            .map(|(name, folder)| (name, Some(folder.outline)));
        Some(Self {
            digest: sha256.finalize().into(),
            last_change,
            outline: Outline {
                times: outline.times,
                files: outline.files,
                folders: folders.collect(),
            },
        })
    }
}

/// The names in a folder but that of `except`, and what `known` knows of the folders among them.
fn listed<'a>(
    place: &Path,
    (times, except): (Times, &Path),
    known: Option<Outline<'a>>,
) -> Option<Outline<'a>> {
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in fs::read_dir(place).ok()? {
        let entry = entry.ok()?;
        let name = Cow::<OsStr>::Owned(entry.file_name());
        if !entry.file_type().ok()?.is_dir() {
            files.push(name);
        } else if name != OsStr::new(BYTECODE_FOLDER) && place.join(&name) != except {
            folders.push((name, None));
        }
    }
    // Folders are listed in any order.
    files.sort_unstable();
    folders.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    for (name, below) in known.into_iter().flat_map(|known| known.folders) {
        if let Ok(index) = folders.binary_search_by(|folder| folder.0.cmp(&name)) {
            folders[index].1 = below;
        }
    }
    Some(Outline {
        times,
        files,
        folders,
    })
}

fn feed(sha256: &mut Sha256, name: &OsStr, facts: &Facts) -> Option<()> {
    let kind = match facts.kind {
        Kind::File => 0,
        // It was none just now.
        Kind::Folder => return None,
        Kind::Link => 1,
        Kind::Other => 2,
    };
    feed_name(sha256, name);
    let mut said = [0; 57];
    said[0] = kind;
    let numbers = [facts.size, facts.inode, facts.device].map(u64::to_le_bytes);
    said[1..25].copy_from_slice(numbers.as_flattened());
    let times = [facts.modified, facts.changed].map(i128::to_le_bytes);
    said[25..].copy_from_slice(times.as_flattened());
    sha256.update(said);
    Some(())
}

fn feed_name(sha256: &mut Sha256, name: &OsStr) {
    let name = name.as_encoded_bytes();
    sha256.update((name.len() as u64).to_le_bytes());
    sha256.update(name);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digest of a folder, which what was known of it before must not change.
    #[track_caller]
    fn listed(folder: &Path, known: &mut Option<Outline<'static>>) -> Digest {
        let state = folder.join(".dht");
        let listing = Listing::of(folder, &state, known.clone()).unwrap();
        let anew = Listing::of(folder, &state, None).unwrap();
        assert_eq!(anew.digest, listing.digest);
        let digest = listing.digest;
        *known = Some(owned(listing.outline));
        digest
    }

    fn owned(outline: Outline<'_>) -> Outline<'static> {
        let folders = outline.folders.into_iter();
        let folders = folders.map(|(name, below)| (own(&name), below.map(owned)));
        Outline {
            times: outline.times,
            files: outline.files.iter().map(|name| own(name)).collect(),
            folders: folders.collect(),
        }
    }

    fn own(name: &OsStr) -> Cow<'static, OsStr> {
        Cow::Owned(name.to_owned())
    }

    /// Makes each change and insists that no two digests are the same.
    fn check_changes(changes: &[&dyn Fn(&Path)]) {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("a/b")).unwrap();
        fs::write(folder.path().join("a/b/c.py"), "1").unwrap();
        let mut known = None;
        let mut digests = vec![listed(folder.path(), &mut known)];
        for change in changes {
            std::thread::sleep(crate::files::stamp::A_TICK_AND_MORE);
            change(folder.path());
            digests.push(listed(folder.path(), &mut known));
        }
        let count = digests.len();
        digests.sort();
        digests.dedup();
        assert_eq!(digests.len(), count);
    }

    #[test]
    fn whatever_happens_to_a_file_shows() {
        check_changes(&[
            &|root| fs::write(root.join("a/b/c.py"), "2").unwrap(),
            &|root| fs::rename(root.join("a/b/c.py"), root.join("a/b/d.py")).unwrap(),
            &|root| fs::write(root.join("a/e.py"), "").unwrap(),
            &|root| fs::rename(root.join("a/e.py"), root.join("a/b/e.py")).unwrap(),
            &|root| fs::create_dir(root.join("a/empty")).unwrap(),
            &|root| fs::write(root.join("a/empty/f.py"), "").unwrap(),
            &|root| fs::remove_file(root.join("a/b/d.py")).unwrap(),
            &|root| fs::rename(root.join("a/b"), root.join("b")).unwrap(),
            &|root| fs::remove_dir_all(root.join("a")).unwrap(),
        ]);
    }

    #[test]
    fn bytecode_and_repetition_change_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.py"), "").unwrap();
        let mut known = None;
        let before = listed(folder.path(), &mut known);
        assert_eq!(listed(folder.path(), &mut known), before);
        fs::create_dir(folder.path().join(BYTECODE_FOLDER)).unwrap();
        fs::write(folder.path().join("__pycache__/a.pyc"), "").unwrap();
        assert_eq!(listed(folder.path(), &mut known), before);
        // An environment of a tool has its own stamps inside.
        fs::create_dir(folder.path().join(".dht")).unwrap();
        assert_eq!(listed(folder.path(), &mut known), before);
    }

    #[test]
    fn what_is_no_folder_has_no_listing() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Listing::of(&folder.path().join("nowhere"), folder.path(), None).is_none());
        fs::write(folder.path().join("file"), "").unwrap();
        assert!(Listing::of(&folder.path().join("file"), folder.path(), None).is_none());
    }

    #[cfg(unix)]
    #[test]
    fn links_are_not_followed() {
        let (folder, outside) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        std::os::unix::fs::symlink(outside.path(), folder.path().join("link")).unwrap();
        let mut known = None;
        let before = listed(folder.path(), &mut known);
        fs::write(outside.path().join("a.py"), "").unwrap();
        assert_eq!(listed(folder.path(), &mut known), before);
    }
}
