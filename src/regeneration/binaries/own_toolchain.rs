//! Whether a project brings the programs itself that a proxy on `PATH` would start in it.
//!
//! Whoever asks `rustc` for its version in a folder runs what a `rust-toolchain.toml` there names, and
//! that may be a program of the project: `path = "/proc/self/cwd/toolchain"`. The shims of asdf do the
//! same with `path:` in `.tool-versions`.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::state::read_regular;

/// The files of rustup; both may be TOML.
///
/// Source: the book of rustup, "Overrides", "The toolchain file".
const OF_RUSTUP: [&str; 2] = ["rust-toolchain.toml", "rust-toolchain"];
/// The file of asdf, and of mise.
const OF_ASDF: &str = ".tool-versions";

/// How the names of rustup's proxies begin.
const PROXIES_OF_RUSTUP: [&str; 4] = ["rust", "cargo", "clippy", "rls"];

/// The file at `root` or above it that has a proxy called `program` start what stands at a path, if
/// there is one. What cannot be read might.
pub(super) fn own_toolchain(root: &Path, program: &str) -> Option<PathBuf> {
    let is_of_rustup = PROXIES_OF_RUSTUP
        .iter()
        .any(|start| program.starts_with(start));
    let of_rustup = OF_RUSTUP.into_iter().filter(|_| is_of_rustup);
    let names = of_rustup.chain([OF_ASDF]);
    let files = names.flat_map(|name| root.ancestors().map(move |folder| folder.join(name)));
    files.into_iter().find(|file| match read_regular(file) {
        Ok(text) => names_a_path(file, &String::from_utf8_lossy(&text)),
        Err(error) => !matches!(
            error.kind(),
            ErrorKind::NotFound | ErrorKind::PermissionDenied
        ),
    })
}

fn names_a_path(file: &Path, text: &str) -> bool {
    let mut lines = text
        .lines()
        .map(|line| line.split('#').next().unwrap_or_default());
    if file.ends_with(OF_ASDF) {
        return lines.any(|line| line.contains("path:"));
    }
    // The name of a release has none of these; with a backslash a key can be spelled otherwise.
    lines.any(|line| line.contains("path") || line.contains(['/', '\\']))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[track_caller]
    fn check(name: &str, text: &str, expected: bool) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join(name), text).unwrap();
        let below = folder.path().join("below");
        fs::create_dir(&below).unwrap();
        for root in [folder.path(), &below] {
            let found = own_toolchain(root, "rustc").is_some();
            assert_eq!(found, expected, "{name}: {text}");
        }
    }

    #[test]
    fn a_path_is_found_however_it_is_spelled() {
        let path = "path = \"/proc/self/cwd/toolchain\"\n";
        check("rust-toolchain.toml", &format!("[toolchain]\n{path}"), true);
        check("rust-toolchain", &format!("[toolchain]\n{path}"), true);
        let escaped = "[toolchain]\n\"p\\u0061th\" = \"x\"\n";
        check("rust-toolchain.toml", escaped, true);
        check("rust-toolchain", "/srv/toolchain\n", true);
        check(".tool-versions", "nodejs path:/proc/self/cwd/node\n", true);
    }

    #[test]
    fn a_release_is_no_path() {
        check("rust-toolchain", "1.70.0\n", false);
        let toml = "[toolchain]\nchannel = \"1.70.0\" # see https://rust.example/path\n";
        check("rust-toolchain.toml", toml, false);
        check(".tool-versions", "nodejs 20.1.0\nrust 1.70.0\n", false);
    }

    #[test]
    fn what_cannot_be_read_might_be_one() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("rust-toolchain.toml")).unwrap();
        assert!(own_toolchain(folder.path(), "cargo").is_some());
        assert!(own_toolchain(folder.path(), "node").is_none());
    }
}
