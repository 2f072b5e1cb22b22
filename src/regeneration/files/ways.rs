//! Where the folders and the interpreter of an environment lead.

use std::path::Path;

use crate::files::finding::{FileFinding, Found};
use crate::files::tree::{Facts, Kind, folder_facts, scripts_folder};
use crate::installed;

/// Why what is found in `venv` is not the environment's: a folder of it that is a link, or an
/// interpreter that is not the one it was made with. Nothing can be repaired there, for it would be
/// done elsewhere.
pub(crate) fn misled(venv: &Path) -> Option<FileFinding> {
    let site_packages = installed::site_packages(venv)?;
    let base = super::base(venv, &site_packages)?;
    linked_folder(venv, &base)
        .or_else(|| linked_folder(venv, scripts_folder()))
        .or_else(|| other_interpreter(venv))
}

/// The first part of the way from `venv` to `folder` that is no folder of its own.
fn linked_folder(venv: &Path, folder: &str) -> Option<FileFinding> {
    let mut place = venv.to_owned();
    let mut path = String::new();
    for part in folder.split('/') {
        place.push(part);
        path.push_str(part);
        if folder_facts(&place).is_none() {
            return Some(FileFinding::not_a_folder(path, place));
        }
        path.push('/');
    }
    None
}

/// The link to the interpreter, where it leads to another than `pyvenv.cfg` says.
///
/// Its version is written there once, when the environment is made.
fn other_interpreter(venv: &Path) -> Option<FileFinding> {
    let path = installed::program();
    let place = venv.join(path);
    if Facts::at(&place)?.kind != Kind::Link {
        // On some systems it is a copy, which says nothing of where it came from.
        return None;
    }
    let target = place.canonicalize().ok()?;
    let (home, version) = installed::home(venv)?;
    let minor = version.split('.').take(2).collect::<Vec<_>>().join(".");
    let names = [
        target.file_name()?.to_string_lossy().into_owned(),
        format!("python{minor}"),
        format!("pypy{minor}"),
        "python3".to_owned(),
        "python".to_owned(),
    ];
    let mut candidates = names
        .iter()
        .filter_map(|name| home.join(name).canonicalize().ok())
        .peekable();
    candidates.peek()?;
    if candidates.any(|candidate| candidate == target) {
        return None;
    }
    Some(FileFinding {
        found: Found::Modified,
        expected: Some(format!("a link into {}", home.display())),
        actual: Some(format!("a link to {}", target.display())),
        ..FileFinding::extra(path.to_owned(), place)
    })
}
