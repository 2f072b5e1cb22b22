//! Programs behind the shims of version managers.
//!
//! A shim asks the current folder which version to run, and dies when that version is missing: what
//! dhtl runs for itself must not depend on the repository it happens to look at.

use std::path::{Path, PathBuf};

/// `programs` with every shim replaced by the real programs called `name` behind it, the newest
/// version first.
///
/// Knows the layouts of pyenv (`shims`, `versions/<version>/bin`), asdf and mise (`shims`,
/// `installs/<tool>/<version>/[<folder>/]bin`).
pub(crate) fn resolved(programs: Vec<PathBuf>, name: &str) -> Vec<PathBuf> {
    programs
        .into_iter()
        .flat_map(|program| match manager_of(&program) {
            Some(manager) => behind(manager, name),
            None => vec![program],
        })
        .collect()
}

/// The folder of the version manager that `program` is a shim of.
fn manager_of(program: &Path) -> Option<&Path> {
    let dir = program.parent()?;
    (dir.file_name()? == "shims").then(|| dir.parent())?
}

fn behind(manager: &Path, name: &str) -> Vec<PathBuf> {
    let file_name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let tools = subfolders(&manager.join("installs"));
    let mut versions: Vec<PathBuf> = subfolders(&manager.join("versions"));
    versions.extend(tools.iter().flat_map(|tool| subfolders(tool)));
    versions.sort_by_key(|version| std::cmp::Reverse(numbers(version)));
    let places = versions.into_iter().flat_map(|version| {
        let mut places = subfolders(&version);
        places.push(version);
        places
    });
    places
        .map(|place| place.join(&file_name))
        .filter(|program| is_executable(program))
        .collect()
}

fn subfolders(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut folders: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

/// The numbers in the name of a version's folder, so that 3.12 comes after 3.9.
fn numbers(version: &Path) -> Vec<u64> {
    let name = version
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    name.split(|c: char| !c.is_ascii_digit())
        .filter_map(|digits| digits.parse().ok())
        .collect()
}

#[cfg(unix)]
fn is_executable(program: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;

    program
        .metadata()
        .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(program: &Path) -> bool {
    program.is_file()
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn program(root: &Path, path: &str) -> PathBuf {
        let program = root.join(path);
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::fs::write(&program, "#!/bin/sh\n").unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        program
    }

    #[test]
    fn the_newest_real_program_comes_first() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        let shim = program(root, "pyenv/shims/python3");
        let old = program(root, "pyenv/versions/3.9.18/bin/python3");
        let new = program(root, "pyenv/versions/3.12.1/bin/python3");
        std::fs::create_dir_all(root.join("pyenv/versions/3.13.0/bin")).unwrap();
        let system = program(root, "usr/bin/python3");
        assert_eq!(
            resolved(vec![shim, system.clone()], "python3"),
            [new, old, system]
        );
    }

    #[test]
    fn other_version_managers_are_known_too() {
        let dir = tempfile::tempdir().unwrap();
        let shim = program(dir.path(), "mise/shims/uv");
        let real = program(dir.path(), "mise/installs/uv/0.13.8/uv-x86_64/uv");
        assert_eq!(resolved(vec![shim], "uv"), [real]);
    }

    #[test]
    fn a_shim_with_nothing_behind_it_is_no_program() {
        let dir = tempfile::tempdir().unwrap();
        let shim = program(dir.path(), "asdf/shims/uv");
        assert_eq!(resolved(vec![shim], "uv"), [""; 0].map(PathBuf::from));
    }
}
