//! The check that runs when somebody activates the environment in an interactive shell.
//!
//! Source: seed 001 section 6B, "Add post-activation hook to venv". Scripts of other shells than
//! those below are left as they are.

use std::path::Path;

use crate::RegenerationError;
use crate::installed;
use crate::state::{read_regular, write_whole};

/// The first and the last line of what is added.
const BEGIN: &str = "# >>> dhtl >>>";
const END: &str = "# <<< dhtl <<<";

/// A script whose last lines are this is signed, and would not be any more.
const SIGNATURE: &str = "# SIG # Begin signature block";

/// The scripts, and what is added to each.
const CHECKS: [(&str, &str); 4] = [
    ("activate", include_str!("activation/check.sh")),
    ("activate.fish", include_str!("activation/check.fish")),
    ("activate.ps1", include_str!("activation/check.ps1")),
    ("Activate.ps1", include_str!("activation/check.ps1")),
];

/// Adds the check to the scripts that activate the environment in `venv`; replaces one that is there.
///
/// Fails when a script cannot be written; one that is not there, or cannot be read, is left out.
pub(crate) fn add_check(venv: &Path) -> Result<(), RegenerationError> {
    let program = venv.join(installed::program());
    for (name, check) in CHECKS {
        let script = program.with_file_name(name);
        let is_file = |metadata: std::fs::Metadata| metadata.is_file();
        if !script.symlink_metadata().is_ok_and(is_file) {
            continue;
        }
        let Ok(content) = read_regular(&script) else {
            continue;
        };
        // Where names differ by case only, two of these are one.
        let checked = with_check(&content, check);
        if checked != content {
            write_whole(&script, checked)?;
        }
    }
    Ok(())
}

/// `content` with `check` as its end; the same where it is signed.
fn with_check(content: &[u8], check: &str) -> Vec<u8> {
    if has(content, SIGNATURE) {
        return content.to_vec();
    }
    let mut checked = without_check(content);
    if !checked.ends_with(b"\n") && !checked.is_empty() {
        checked.push(b'\n');
    }
    // In files of Windows, lines end as the others do.
    let line_end = if has(content, "\r\n") { "\r\n" } else { "\n" };
    for line in [BEGIN].into_iter().chain(check.lines()).chain([END]) {
        checked.extend_from_slice(line.as_bytes());
        checked.extend_from_slice(line_end.as_bytes());
    }
    checked
}

/// `content` without what an earlier version may have added, which was the last of its kind.
fn without_check(content: &[u8]) -> Vec<u8> {
    let last = |content, wanted: &str| memchr::memmem::rfind(content, wanted.as_bytes());
    let Some(end) = last(content, END) else {
        return content.to_vec();
    };
    let Some(begin) = last(&content[..end], BEGIN) else {
        return content.to_vec();
    };
    let behind = memchr::memchr(b'\n', &content[end..]);
    let end = behind.map_or(content.len(), |line_end| end + line_end + 1);
    [&content[..begin], &content[end..]].concat()
}

fn has(content: &[u8], wanted: &str) -> bool {
    memchr::memmem::find(content, wanted.as_bytes()).is_some()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_check_is_the_end_of_the_script() {
        let script = String::from_utf8(with_check(b"a=1", "b\nc\n")).unwrap();
        assert_eq!(script, format!("a=1\n{BEGIN}\nb\nc\n{END}\n"));
        let script = String::from_utf8(with_check(b"a\r\n", "b\n")).unwrap();
        assert_eq!(script, format!("a\r\n{BEGIN}\r\nb\r\n{END}\r\n"));
    }

    #[test]
    fn an_older_check_goes() {
        let old = format!("a\n{BEGIN}\nold\n{END}\nz\n");
        let script = String::from_utf8(with_check(old.as_bytes(), "new\n")).unwrap();
        assert_eq!(script, format!("a\nz\n{BEGIN}\nnew\n{END}\n"));
    }

    #[test]
    fn a_signed_script_stays_as_it_is() {
        let signed = b"a\n# SIG # Begin signature block\n# MII\n";
        assert_eq!(with_check(signed, "b\n"), signed);
    }

    #[test]
    fn only_scripts_that_are_there_are_written() {
        let venv = tempfile::tempdir().unwrap();
        let scripts = venv.path().join(installed::program());
        let scripts = scripts.parent().unwrap();
        std::fs::create_dir(scripts).unwrap();
        std::fs::write(scripts.join("activate"), "a\n").unwrap();
        add_check(venv.path()).unwrap();
        let names = std::fs::read_dir(scripts).unwrap().count();
        assert_eq!(names, 1);
        let script = std::fs::read_to_string(scripts.join("activate")).unwrap();
        assert!(script.starts_with(&format!("a\n{BEGIN}\n")), "{script}");
    }

    proptest! {
        #[test]
        fn to_add_it_twice_is_to_add_it_once(
            parts in prop::collection::vec("a|\n|\r\n|# >>> dhtl >>>|# <<< dhtl <<<|\u{e9}", 0..12)
        ) {
            let content = parts.concat();
            let once = with_check(content.as_bytes(), "check\n");
            prop_assert_eq!(with_check(&once, "check\n"), once);
        }
    }
}
