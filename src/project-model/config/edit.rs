//! Changes to a text, and the lines around a place in it.

use std::ops::Range;

/// A change: the bytes that go, and what comes in their place.
#[derive(Debug)]
pub(super) struct Edit {
    pub(super) range: Range<usize>,
    pub(super) text: String,
}

/// Applies `edits` to `text`, in the order of their places; new lines end as those of `text` do.
///
/// Two removals may overlap where both reach for the same blank lines.
pub(super) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut edited = String::with_capacity(text.len());
    let mut done = 0;
    for Edit { range, text: new } in edits {
        edited.push_str(&text[done..range.start.max(done)]);
        if uses_crlf(text) {
            edited.push_str(&new.replace("\r\n", "\n").replace('\n', "\r\n"));
        } else {
            edited.push_str(&new);
        }
        done = done.max(range.end);
    }
    edited.push_str(&text[done..]);
    edited
}

/// Whether the first line ends as on Windows.
fn uses_crlf(text: &str) -> bool {
    text.find('\n')
        .is_some_and(|end| text[..end].ends_with('\r'))
}

/// Where the line that contains `byte` begins.
pub(super) fn line_start(text: &str, byte: usize) -> usize {
    text[..byte].rfind('\n').map_or(0, |end| end + 1)
}

/// Where the line after the one that contains `byte` begins; the end of the text after the last.
pub(super) fn next_line(text: &str, byte: usize) -> usize {
    text[byte..]
        .find('\n')
        .map_or(text.len(), |end| byte + end + 1)
}

/// What stands on a line that holds no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Filler {
    /// Nothing.
    Blank,
    /// A comment, after this many blanks.
    Comment(usize),
}

/// What stands on the line that begins at `start`; none for a value and beyond the end.
pub(super) fn filler(text: &str, start: usize) -> Option<Filler> {
    if start >= text.len() {
        return None;
    }
    let line = &text[start..next_line(text, start)];
    let content = line.trim_start_matches([' ', '\t']);
    if content.trim_end().is_empty() {
        Some(Filler::Blank)
    } else {
        content
            .starts_with('#')
            .then_some(Filler::Comment(line.len() - content.len()))
    }
}

/// Where the comment begins that stands directly above the line at `start`, no deeper than
/// `indent`; `start` where there is none.
pub(super) fn leading_comment(text: &str, mut start: usize, indent: usize) -> usize {
    while start > 0 {
        let above = line_start(text, start - 1);
        match filler(text, above) {
            Some(Filler::Comment(depth)) if depth <= indent => start = above,
            _ => break,
        }
    }
    start
}

/// Where the comments end that follow the line before `start` and stand at least `depth` deep.
pub(super) fn trailing_comments(text: &str, start: usize, depth: usize) -> usize {
    let (mut end, mut line) = (start, start);
    while let Some(filler) = filler(text, line) {
        line = next_line(text, line);
        match filler {
            Filler::Comment(found) if found >= depth => end = line,
            Filler::Comment(_) => break,
            Filler::Blank => {}
        }
    }
    end
}

/// Where the blank lines end that begin at `start`.
pub(super) fn skip_blank(text: &str, mut start: usize) -> usize {
    while filler(text, start) == Some(Filler::Blank) {
        start = next_line(text, start);
    }
    start
}

/// Where the blank lines begin that end at `start`.
pub(super) fn skip_blank_above(text: &str, mut start: usize) -> usize {
    while start > 0 && filler(text, line_start(text, start - 1)) == Some(Filler::Blank) {
        start = line_start(text, start - 1);
    }
    start
}
