//! The words, texts and signs of a manifest that is code: `Gemfile`, `build.gradle`, `mix.exs`,
//! `Package.swift`, `CMakeLists.txt`, and of Go.
//!
//! Nothing of it is run or understood; what is commented out is not seen, and everything has a line.

/// How a language is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Notation {
    /// What begins a comment that ends with its line.
    line_comments: &'static [&'static str],
    /// What begins and ends a comment of any length.
    block_comments: &'static [(&'static str, &'static str)],
    /// What stands around texts that may have several lines, and whether a backslash escapes in them.
    long_quotes: &'static [(&'static str, &'static str, bool)],
    /// What stands around texts that end with their line at the latest.
    quotes: &'static [u8],
    /// What a word may hold besides letters, digits and `_`.
    word_signs: &'static [u8],
}

/// Go.
pub(super) const GO: Notation = Notation {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    long_quotes: &[("`", "`", false)],
    quotes: b"\"'",
    word_signs: b"",
};

/// Rust. A character in single quotes is no text, because a lifetime looks like one.
pub(super) const RUST: Notation = Notation {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    long_quotes: &[("r#\"", "\"#", false), ("\"", "\"", true)],
    quotes: b"",
    word_signs: b"",
};

/// Groovy and Kotlin, as in the scripts of Gradle.
pub(super) const GRADLE: Notation = Notation {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    long_quotes: &[("\"\"\"", "\"\"\"", true), ("'''", "'''", true)],
    quotes: b"\"'",
    word_signs: b"",
};

/// Swift.
pub(super) const SWIFT: Notation = Notation {
    line_comments: &["//"],
    block_comments: &[("/*", "*/")],
    long_quotes: &[("\"\"\"", "\"\"\"", true)],
    quotes: b"\"",
    word_signs: b"",
};

/// Scala, as in the builds of sbt.
pub(super) const SCALA: Notation = SWIFT;

/// Clojure. A key keeps its colon, and a symbol its points and its namespace.
pub(super) const CLOJURE: Notation = Notation {
    line_comments: &[";"],
    block_comments: &[],
    long_quotes: &[("\"", "\"", true)],
    quotes: b"",
    word_signs: b"-./*+!?:<>=%",
};

/// Ruby.
pub(super) const RUBY: Notation = Notation {
    line_comments: &["#"],
    block_comments: &[("\n=begin", "\n=end")],
    long_quotes: &[],
    quotes: b"\"'",
    word_signs: b"?!",
};

/// Elixir.
pub(super) const ELIXIR: Notation = Notation {
    line_comments: &["#"],
    block_comments: &[],
    long_quotes: &[("\"\"\"", "\"\"\"", true), ("'''", "'''", true)],
    quotes: b"\"'",
    word_signs: b"?!",
};

/// `CMake`.
pub(super) const CMAKE: Notation = Notation {
    line_comments: &["#"],
    block_comments: &[("#[[", "]]")],
    long_quotes: &[("\"", "\"", true)],
    quotes: b"",
    word_signs: b"-+./${}:<>",
};

/// Meson.
pub(super) const MESON: Notation = Notation {
    line_comments: &["#"],
    block_comments: &[],
    long_quotes: &[("'''", "'''", false)],
    quotes: b"'",
    word_signs: b"",
};

/// A word, text or sign, and its line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// The line, counted from 1.
    pub(super) line: u32,
    /// What it is.
    pub(super) kind: Kind<'t>,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind<'t> {
    /// A name or a number.
    Word(&'t str),
    /// What stands between quotes, as it is written.
    Text(&'t str),
    /// Any other character.
    Sign(char),
}

impl<'t> Token<'t> {
    /// The name or number.
    pub(super) fn word(self) -> Option<&'t str> {
        match self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// What stands between quotes.
    pub(super) fn text(self) -> Option<&'t str> {
        match self.kind {
            Kind::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The name, number or text.
    pub(super) fn word_or_text(self) -> Option<&'t str> {
        self.word().or_else(|| self.text())
    }

    /// Whether it is this name.
    pub(super) fn is_word(self, word: &str) -> bool {
        self.kind == Kind::Word(word)
    }

    /// Whether it is this character.
    pub(super) fn is_sign(self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

/// The tokens of `text`.
pub(super) fn tokens(text: &str, notation: Notation) -> Vec<Token<'_>> {
    let mut reader = Reader {
        text,
        offset: 0,
        line: 1,
        notation,
    };
    let mut tokens = Vec::new();
    while let Some(token) = reader.next() {
        tokens.push(token);
    }
    tokens
}

struct Reader<'t> {
    text: &'t str,
    offset: usize,
    line: u32,
    notation: Notation,
}

impl<'t> Reader<'t> {
    fn rest(&self) -> &'t str {
        &self.text[self.offset..]
    }

    /// Passes over so many bytes, and counts the lines in them.
    fn skip(&mut self, length: usize) {
        let passed = &self.text.as_bytes()[self.offset..self.offset + length];
        let newlines = memchr::memchr_iter(b'\n', passed).count();
        self.line = self
            .line
            .saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
        self.offset += length;
    }

    /// Passes over everything up to the end of `end`, or of the text.
    fn skip_past(&mut self, opening: usize, end: &str) {
        let after = &self.rest()[opening..];
        let length = memchr::memmem::find(after.as_bytes(), end.as_bytes());
        let length = length.map_or(after.len(), |length| length + end.len());
        self.skip(opening + length);
    }

    fn next(&mut self) -> Option<Token<'t>> {
        loop {
            let rest = self.rest();
            let first = rest.chars().next()?;
            if self.skip_comment(rest) {
                continue;
            }
            if first.is_whitespace() {
                self.skip(first.len_utf8());
                continue;
            }
            let line = self.line;
            let kind = self.take(rest, first);
            return Some(Token { line, kind });
        }
    }

    fn skip_comment(&mut self, rest: &str) -> bool {
        let block = self.notation.block_comments.iter();
        for (begin, end) in block {
            if rest.starts_with(begin) {
                self.skip_past(begin.len(), end);
                return true;
            }
        }
        let mut comments = self.notation.line_comments.iter();
        if comments.any(|begin| rest.starts_with(begin)) {
            let length = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
            self.skip(length);
            return true;
        }
        false
    }

    fn take(&mut self, rest: &'t str, first: char) -> Kind<'t> {
        for (begin, end, escapes) in self.notation.long_quotes {
            if let Some(inner) = rest.strip_prefix(begin) {
                let length = length_of_text(inner, end, *escapes, false);
                let text = &inner[..length];
                let closing = end.len().min(inner.len() - length);
                self.skip(begin.len() + length + closing);
                return Kind::Text(text);
            }
        }
        if first.is_ascii() && self.notation.quotes.contains(&(first as u8)) {
            let inner = &rest[1..];
            let length = length_of_text(inner, &rest[..1], true, true);
            let text = &inner[..length];
            let is_closed = inner[length..].starts_with(first);
            self.skip(1 + length + usize::from(is_closed));
            return Kind::Text(text);
        }
        let length = self.length_of_word(rest);
        if length > 0 {
            self.skip(length);
            return Kind::Word(&rest[..length]);
        }
        self.skip(first.len_utf8());
        Kind::Sign(first)
    }

    /// A number keeps its points: 1.8 is one word.
    fn length_of_word(&self, rest: &str) -> usize {
        let bytes = rest.as_bytes();
        let is_number = bytes.first().is_some_and(u8::is_ascii_digit);
        let is_plain = |byte: u8| {
            byte.is_ascii_alphanumeric()
                || byte == b'_'
                || byte >= 0x80
                || self.notation.word_signs.contains(&byte)
        };
        let mut length = 0;
        while let Some(byte) = bytes.get(length) {
            let is_point =
                is_number && *byte == b'.' && bytes.get(length + 1).is_some_and(u8::is_ascii_digit);
            if !is_plain(*byte) && !is_point {
                break;
            }
            length += 1;
        }
        // What is not ASCII ends where a character ends: all its bytes are taken.
        length
    }
}

/// The bytes of `inner` before `end`; before the end of the line where `is_short`.
fn length_of_text(inner: &str, end: &str, escapes: bool, is_short: bool) -> usize {
    let bytes = inner.as_bytes();
    let mut offset = 0;
    while let Some(byte) = bytes.get(offset) {
        if bytes[offset..].starts_with(end.as_bytes()) || (is_short && *byte == b'\n') {
            return offset;
        }
        offset += 1;
        if escapes
            && *byte == b'\\'
            && bytes
                .get(offset)
                .is_some_and(|next| next.is_ascii() && *next != b'\n')
        {
            offset += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str, notation: Notation) -> String {
        let shown = tokens(text, notation)
            .into_iter()
            .map(|token| match token.kind {
                Kind::Word(word) => format!("{}:{word}", token.line),
                Kind::Text(text) => format!("{}:<{text}>", token.line),
                Kind::Sign(sign) => format!("{}:{sign}", token.line),
            });
        shown.collect::<Vec<_>>().join(" ").replace('\n', " ")
    }

    #[test]
    fn comments_are_not_seen_and_lines_are_counted() {
        for (text, notation, expected) in [
            (
                "a /* b\n */ 'c//\\'d' // e\n\"\"\"f\n\"g\"\"\" 1.8.x",
                GRADLE,
                "1:a 2:<c//\\'d> 3:<f \"g> 4:1.8 4:. 4:x",
            ),
            (
                "# a\n=begin\nb\n=end\nc? \"#{d}\" # e",
                RUBY,
                "5:c? 5:<#{d}>",
            ),
            (
                "a(b ${c}) #[[ d\n ]] e",
                CMAKE,
                "1:a 1:( 1:b 1:${c} 1:) 2:e",
            ),
            (
                "x := `a\n\"` + '\\''",
                GO,
                "1:x 1:: 1:= 1:<a \"> 2:+ 2:<\\'>",
            ),
            (
                "x: &'a str = \"'\";",
                RUST,
                "1:x 1:: 1:& 1:' 1:a 1:str 1:= 1:<'> 1:;",
            ),
        ] {
            assert_eq!(shown(text, notation), expected);
        }
    }

    #[test]
    fn a_quote_that_is_not_closed_ends_with_its_line() {
        insta::assert_snapshot!(shown("it's\nb", RUBY), @"1:it 1:<s> 2:b");
        insta::assert_snapshot!(shown("/* never", GO), @"");
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(
            text in "(\\PC|[\"'`\\\\/*#\n=\\[\\]é🦀]|=begin|\"\"\"|'''){0,80}",
            which in 0usize..9,
        ) {
            let notation = [GO, RUST, GRADLE, SWIFT, CLOJURE, RUBY, ELIXIR, CMAKE, MESON][which];
            let lines = u32::try_from(text.split('\n').count()).unwrap();
            let tokens = tokens(&text, notation);
            prop_assert!(tokens.iter().all(|token| token.line <= lines));
            prop_assert!(tokens.is_sorted_by_key(|token| token.line));
        }
    }
}
