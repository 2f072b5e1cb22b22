//! Random archives: whatever is in them, nothing is ever made outside the new folder.

use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::World;
use super::tar_writer::TarWriter;
use super::zip_writer::{ZipEntry, zip};

#[derive(Debug, Clone)]
enum Entry {
    File(String),
    Folder(String),
    Symlink(String, String),
    HardLink(String, String),
}

/// Names from few parts, so that entries meet each other often.
fn names() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        4 => "[ab]",
        2 => Just("..".to_owned()),
        1 => Just(".".to_owned()),
        1 => Just(String::new()),
        1 => Just(".git".to_owned()),
        1 => Just("..\\b".to_owned()),
    ];
    proptest::collection::vec(part, 1..4).prop_map(|parts| parts.join("/"))
}

fn tame_names() -> impl Strategy<Value = String> {
    proptest::collection::vec("[ab]", 1..4).prop_map(|parts| parts.join("/"))
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let entry = prop_oneof![
        2 => tame_names().prop_map(Entry::File),
        1 => names().prop_map(Entry::File),
        1 => tame_names().prop_map(Entry::Folder),
        3 => (tame_names(), names()).prop_map(|(name, target)| Entry::Symlink(name, target)),
        1 => (tame_names(), names()).prop_map(|(name, target)| Entry::HardLink(name, target)),
    ];
    proptest::collection::vec(entry, 1..8)
}

/// Whether every link below `folder` leads to somewhere in it, as the operating system sees it.
fn links_stay_inside(root: &Path, folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().all(|entry| {
        let path = entry.unwrap().path();
        let metadata = fs::symlink_metadata(&path).unwrap();
        if metadata.is_symlink() {
            return fs::canonicalize(&path).map_or(true, |target| target.starts_with(root));
        }
        !metadata.is_dir() || links_stay_inside(root, &path)
    })
}

fn check(archive: &[u8]) -> Result<(), TestCaseError> {
    let world = World::new();
    fs::write(world.folder.path().join("archive-b"), "mine").unwrap();
    let extracted = world.extract("archive", archive);
    let count = fs::read_dir(world.parent()).unwrap().count();
    prop_assert_eq!(count, usize::from(extracted.is_ok()));
    let mut beside: Vec<_> = fs::read_dir(world.folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    beside.sort();
    prop_assert_eq!(beside, ["archive", "archive-b", "parent"]);
    prop_assert_eq!(
        fs::read(world.folder.path().join("archive-b")).unwrap(),
        b"mine"
    );
    if let Ok(extracted) = &extracted {
        let root = fs::canonicalize(&extracted.folder).unwrap();
        prop_assert!(links_stay_inside(&root, &root));
    }
    Ok(())
}

proptest! {
    #[test]
    fn nothing_escapes_from_a_tar_archive(entries in entries()) {
        let mut tar = TarWriter::default();
        for entry in &entries {
            tar = match entry {
                Entry::File(name) => tar.file(name, "text"),
                Entry::Folder(name) => tar.folder(name),
                Entry::Symlink(name, target) => tar.symlink(name, target),
                Entry::HardLink(name, target) => tar.hard_link(name, target),
            };
        }
        check(&tar.end())?;
    }

    #[test]
    fn nothing_escapes_from_a_zip_archive(entries in entries()) {
        let entries: Vec<ZipEntry> = entries
            .iter()
            .map(|entry| match entry {
                Entry::File(name) | Entry::HardLink(name, _) => ZipEntry::file(name, b"text"),
                Entry::Folder(name) => ZipEntry::file(&format!("{name}/"), b""),
                Entry::Symlink(name, target) => {
                    ZipEntry { mode: 0o120_777, ..ZipEntry::file(name, target.as_bytes()) }
                }
            })
            .collect();
        check(&zip(&entries))?;
    }

    #[test]
    fn damage_never_panics(
        position in 0_usize..2500,
        value in any::<u8>(),
        as_zip in any::<bool>(),
    ) {
        let mut archive = if as_zip {
            zip(&[ZipEntry::file("a/b", b"text"), ZipEntry::file("a/c", &[b'x'; 600])])
        } else {
            TarWriter::default().file("a/b", "text").pax("path", "a/c").file("a/d", "text").end()
        };
        let position = position % archive.len();
        archive[position] = value;
        check(&archive)?;
    }
}
