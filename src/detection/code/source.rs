//! From a file's bytes to text: encodings, byte order marks, sizes.

use std::borrow::Cow;
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use dhtl_project_model::{Evidence, Problem};

use crate::tree::{Tree, TreeFile};

/// Larger Python files are data in disguise; nobody writes 2 MiB of imports.
const MAX_CODE: usize = 2 << 20;
/// Notebooks carry their images with them.
const MAX_NOTEBOOK: usize = 16 << 20;

thread_local! {
    /// What a file is read into: one for each thread, and filled again and again, because memory
    /// that was just used is the fastest there is.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Calls `use_bytes` with what `file` holds; the error says why it was not read.
pub(super) fn with_bytes<T>(
    tree: &Tree,
    file: &TreeFile,
    use_bytes: impl FnOnce(&[u8]) -> T,
) -> Result<T, Problem> {
    let limit = if is_notebook(&file.path) {
        MAX_NOTEBOOK
    } else {
        MAX_CODE
    };
    BUFFER.with_borrow_mut(|buffer| {
        match read(&tree.root.join(&file.path), limit, buffer) {
            Ok(length) if length > limit => {
                let message = format!("too large to read, the limit is {limit} bytes");
                Err(problem(&file.path, message, "file-size-limit"))
            }
            Ok(length) => Ok(use_bytes(&buffer[..length])),
            // What vanished since the tree was listed is no part of the project.
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(use_bytes(&[])),
            Err(error) => Err(problem(
                &file.path,
                format!("failed to read: {error}"),
                "read",
            )),
        }
    })
}

/// Reads a file into the beginning of `buffer`, no more than one byte beyond `limit`, and returns
/// how much that is.
///
/// Nobody asks for the size: reading until nothing is left tells it as well.
fn read(path: &Path, limit: usize, buffer: &mut Vec<u8>) -> io::Result<usize> {
    const LONGER_THAN_MOST: usize = 64 << 10;
    let mut file = File::open(path)?;
    let mut length = 0;
    while length <= limit {
        if length == buffer.len() {
            buffer.resize((2 * length).max(LONGER_THAN_MOST), 0);
        }
        let end = buffer.len().min(limit + 1);
        match file.read(&mut buffer[length..end]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}

/// The text of Python source, and a problem where its encoding is not what it says.
///
/// UTF-8 unless a coding cookie in the first two lines says otherwise (PEP 263). Every other
/// encoding is read byte for byte as Latin-1, which leaves everything in ASCII as it is, and
/// module names with it.
pub(super) fn decode<'a>(path: &str, bytes: &'a [u8]) -> (Cow<'a, str>, Option<Problem>) {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), None),
        Err(_) if has_coding_cookie(bytes) => (Cow::Owned(latin_1(bytes)), None),
        Err(error) => {
            let line = bytes[..error.valid_up_to()]
                .split(|byte| *byte == b'\n')
                .count();
            let problem = Problem {
                message: "neither UTF-8 nor marked with another encoding".to_owned(),
                evidence: Evidence::at(path, u32::try_from(line).unwrap_or(u32::MAX), "pep263"),
            };
            (Cow::Owned(latin_1(bytes)), Some(problem))
        }
    }
}

pub(super) fn is_notebook(path: &str) -> bool {
    has_extension(path, "ipynb")
}

/// Whether `path` ends in a dot and `extension`, in any case.
pub(super) fn has_extension(path: &str, extension: &str) -> bool {
    let dot = path.len().checked_sub(extension.len() + 1);
    dot.and_then(|dot| path.as_bytes().get(dot..))
        .is_some_and(|end| end[0] == b'.' && end[1..].eq_ignore_ascii_case(extension.as_bytes()))
}

pub(super) fn problem(path: &str, message: String, rule: &'static str) -> Problem {
    Problem {
        message,
        evidence: Evidence::file(path, rule),
    }
}

fn latin_1(bytes: &[u8]) -> String {
    bytes.iter().copied().map(char::from).collect()
}

/// PEP 263: a comment in the first or second line that says `coding:` or `coding=` and a name.
fn has_coding_cookie(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').take(2).any(|line| {
        let line = line.trim_ascii_start();
        line.starts_with(b"#")
            && line
                .windows(7)
                .any(|window| window.starts_with(b"coding") && matches!(window[6], b':' | b'='))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], text: &str, problem_line: Option<u32>) {
        let (decoded, problem) = decode("a.py", bytes);
        assert_eq!(decoded, text);
        assert_eq!(
            problem.and_then(|problem| problem.evidence.line),
            problem_line
        );
    }

    #[test]
    fn a_byte_order_mark_is_no_code() {
        check(b"\xef\xbb\xbfimport a", "import a", None);
    }

    #[test]
    fn a_coding_cookie_is_believed() {
        check(
            b"#!/usr/bin/python\n# -*- coding: latin-1 -*-\n# \xe9\n",
            "#!/usr/bin/python\n# -*- coding: latin-1 -*-\n# \u{e9}\n",
            None,
        );
        check(
            b"# vim: set fileencoding=cp1252 :\nx = '\xe9'",
            "# vim: set fileencoding=cp1252 :\nx = 'é'",
            None,
        );
    }

    #[test]
    fn other_bytes_are_read_and_reported() {
        check(b"import a\nx = '\xe9'\n", "import a\nx = 'é'\n", Some(2));
        check(
            b"\n\n# coding: latin-1\n\xe9",
            "\n\n# coding: latin-1\né",
            Some(4),
        );
    }

    #[test]
    fn files_of_every_length_are_read_one_after_the_other() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree {
            root: folder.path().to_owned(),
            ..Tree::default()
        };
        for length in [10, 64 << 10, 300_000, 0, MAX_CODE, 7, MAX_CODE + 1] {
            let file = TreeFile {
                path: "a.py".to_owned(),
            };
            let text: Vec<u8> = (0..length).map(|index| b"abcdefg"[index % 7]).collect();
            std::fs::write(folder.path().join(&file.path), &text).unwrap();
            match with_bytes(&tree, &file, |bytes| bytes == text) {
                Ok(is_same) => assert!(is_same, "{length}"),
                Err(problem) => {
                    assert!(length > MAX_CODE, "{length}");
                    assert_eq!(problem.evidence.rule, "file-size-limit");
                }
            }
        }
    }

    #[test]
    fn a_file_that_vanished_is_empty() {
        let folder = tempfile::tempdir().unwrap();
        let tree = Tree {
            root: folder.path().to_owned(),
            ..Tree::default()
        };
        let file = TreeFile {
            path: "gone.py".to_owned(),
        };
        assert_eq!(with_bytes(&tree, &file, <[u8]>::len), Ok(0));
    }
}
