//! From a file's bytes to text: encodings, byte order marks, sizes.

use std::borrow::Cow;
use std::fs::File;
use std::io::Read as _;

use dhtl_project_model::{Evidence, Problem};

use crate::tree::{Tree, TreeFile};

/// Larger Python files are data in disguise; nobody writes 2 MiB of imports.
const MAX_CODE: u64 = 2 << 20;
/// Notebooks carry their images with them.
const MAX_NOTEBOOK: u64 = 16 << 20;

/// Reads `file` into `bytes`, in place of what they hold; the error says why it was not read.
pub(super) fn read(tree: &Tree, file: &TreeFile, bytes: &mut Vec<u8>) -> Result<(), Problem> {
    let limit = if is_notebook(&file.path) {
        MAX_NOTEBOOK
    } else {
        MAX_CODE
    };
    let too_large = || {
        let message = format!("too large to read, the limit is {limit} bytes");
        problem(&file.path, message, "file-size-limit")
    };
    if file.size > limit {
        return Err(too_large());
    }
    bytes.clear();
    bytes.reserve(usize::try_from(file.size).unwrap_or(0) + 1);
    // The size was taken when the tree was listed; the file may have grown since.
    let read = File::open(tree.root.join(&file.path))
        .and_then(|opened| opened.take(limit + 1).read_to_end(bytes));
    match read {
        Ok(length) if length as u64 > limit => Err(too_large()),
        Ok(_) => Ok(()),
        Err(error) => Err(problem(
            &file.path,
            format!("failed to read: {error}"),
            "read",
        )),
    }
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
    path.rsplit_once('.')
        .is_some_and(|(_, found)| found.eq_ignore_ascii_case(extension))
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
}
