//! Cuts a stream of bytes into lines that can be shown.

/// The longest line that is shown or logged, in bytes.
pub(crate) const LONGEST_LINE: usize = 16 * 1024;

/// What is kept of a line before secrets are taken out of it: more than is shown, so that a secret
/// across the cut is still seen whole.
const KEPT: usize = LONGEST_LINE + 4 * 1024;

/// Collects bytes until a line is complete.
///
/// A line ends at `\n`, `\r\n` or, for progress that overwrites itself, at `\r`.
#[derive(Debug, Default)]
pub(crate) struct LineSplitter {
    line: Vec<u8>,
    dropped: usize,
    after_return: bool,
}

impl LineSplitter {
    /// Takes the next bytes of the stream, and hands every completed line to `emit`.
    pub(crate) fn feed(&mut self, bytes: &[u8], emit: &mut dyn FnMut(&str)) {
        let mut rest = bytes;
        while let Some(&first) = rest.first() {
            if std::mem::take(&mut self.after_return) && first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            self.extend(&rest[..end.unwrap_or(rest.len())]);
            let Some(end) = end else { return };
            self.after_return = rest[end] == b'\r';
            self.complete(emit);
            rest = &rest[end + 1..];
        }
    }

    /// The stream is over: hands the line that was never ended to `emit`.
    pub(crate) fn finish(&mut self, emit: &mut dyn FnMut(&str)) {
        if !self.line.is_empty() {
            self.complete(emit);
        }
    }

    fn extend(&mut self, bytes: &[u8]) {
        let kept = bytes.len().min(KEPT - self.line.len());
        self.line.extend_from_slice(&bytes[..kept]);
        self.dropped += bytes.len() - kept;
    }

    fn complete(&mut self, emit: &mut dyn FnMut(&str)) {
        let mut line = plain(&String::from_utf8_lossy(&self.line));
        if self.dropped > 0 {
            line.push('…');
        }
        emit(&line);
        self.line.clear();
        self.dropped = 0;
    }
}

/// `line` cut to the longest length that is shown.
pub(crate) fn shortened(line: &str) -> String {
    if line.len() <= LONGEST_LINE {
        return line.to_owned();
    }
    format!("{}…", &line[..line.floor_char_boundary(LONGEST_LINE)])
}

/// `line` without colours, cursor movements and other control characters.
///
/// What a build prints is not trusted: it must not be able to rewrite what the user sees.
fn plain(line: &str) -> String {
    if !line.chars().any(char::is_control) {
        return line.to_owned();
    }
    let mut plain = String::with_capacity(line.len());
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\t' => plain.push('\t'),
            '\u{1b}' => match characters.next() {
                // A control sequence ends with its first byte from `@` to `~` (ECMA-48).
                Some('[') => {
                    let _ = characters.find(|c| ('@'..='~').contains(c));
                }
                // An operating system command ends with BEL or ESC `\`.
                Some(']') => {
                    let _ = characters.find(|c| matches!(c, '\u{7}' | '\u{1b}'));
                    let _ = characters.next_if_eq(&'\\');
                }
                _ => {}
            },
            control if control.is_control() => {}
            other => plain.push(other),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn lines_of(chunks: &[&[u8]]) -> Vec<String> {
        let mut lines = Vec::new();
        let mut splitter = LineSplitter::default();
        for chunk in chunks {
            splitter.feed(chunk, &mut |line| lines.push(line.to_owned()));
        }
        splitter.finish(&mut |line| lines.push(line.to_owned()));
        lines
    }

    #[test]
    fn every_kind_of_line_end_counts_once() {
        assert_eq!(lines_of(&[b"a\nb\r\nc\rd"]), ["a", "b", "c", "d"]);
        assert_eq!(lines_of(&[b"a\r", b"\nb", b"c\n\n"]), ["a", "bc", ""]);
    }

    #[test]
    fn bytes_that_are_not_text_are_replaced() {
        assert_eq!(lines_of(&[b"caf\xe9\n"]), ["caf\u{fffd}"]);
    }

    #[test]
    fn control_sequences_are_removed() {
        assert_eq!(lines_of(&[b"\x1b[1;31mred\x1b[0m\tx\x07\n"]), ["red\tx"]);
        assert_eq!(
            lines_of(&[b"\x1b]0;title\x07a\x1b]8;;u\x1b\\b\x1b[\n"]),
            ["ab"]
        );
    }

    #[test]
    fn an_endless_line_is_cut() {
        let lines = lines_of(&[&vec![b'x'; 3 * LONGEST_LINE], b"\nshort\n"]);
        assert_eq!(lines[0].len(), KEPT + '…'.len_utf8());
        assert_eq!(lines[1], "short");
        assert_eq!(shortened(&lines[0]).len(), LONGEST_LINE + '…'.len_utf8());
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(bytes: Vec<u8>, cut in 0usize..64) {
            let cut = cut.min(bytes.len());
            prop_assert_eq!(lines_of(&[&bytes[..cut], &bytes[cut..]]), lines_of(&[&bytes]));
        }

        #[test]
        fn no_line_can_move_the_cursor(text in "(\\PC|[\u{0}-\u{1f}])*") {
            for line in lines_of(&[text.as_bytes()]) {
                prop_assert!(!line.chars().any(|c| c.is_control() && c != '\t'), "{:?}", line);
            }
        }
    }
}
