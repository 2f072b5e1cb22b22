//! What is in a folder.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The paths of everything below `folder`, with a `/` after folders; empty where there is nothing.
pub(crate) fn listing(folder: &Path) -> Vec<String> {
    let mut paths = Vec::new();
    walk(folder, "", &mut |path, _| paths.push(path.to_owned()));
    paths.sort();
    paths
}

/// The files below `folder` with what is in them.
pub(crate) fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    walk(folder, "", &mut |path, file| {
        if let Some(file) = file {
            files.insert(path.to_owned(), fs::read(file).unwrap());
        }
    });
    files
}

fn walk(folder: &Path, prefix: &str, found: &mut dyn FnMut(&str, Option<&Path>)) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().display());
        if entry.file_type().unwrap().is_dir() {
            let below = format!("{path}/");
            found(&below, None);
            walk(&entry.path(), &below, found);
        } else {
            found(&path, Some(&entry.path()));
        }
    }
}
