//! The logical lines of a file, found without parsing it.

use memchr::memchr;

use super::marks::Marks;
use super::nesting::{is_interpolated, line_end, string_end};
use super::words::{Weight, Words, is_word};

/// A logical line.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) start: usize,
    /// Behind its last character, or behind the colon of a header.
    pub(super) end: usize,
    pub(super) indent: usize,
    pub(super) role: Role,
    /// Whether a block follows on the next lines; that of `else: pass` stands in it.
    pub(super) opens_block: bool,
    pub(super) interesting: bool,
}

/// What a statement means to those around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Opens a block: `if`, `def`, `try`.
    Header,
    /// Opens a block that belongs to the one before: `else`, `except`.
    Clause,
    /// Stands before a `def` or `class`.
    Decorator,
    Plain,
}

/// The statements of `source`; none where it is not plain enough to be cut by its looks.
pub(super) fn statements(source: &str) -> Option<Vec<Statement>> {
    Scanner::new(source.as_bytes()).statements()
}

struct Scanner<'a> {
    bytes: &'a [u8],
    marks: Marks<'a>,
    words: Words<'a>,
    position: usize,
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            marks: Marks::new(bytes),
            words: Words::new(bytes),
            position: 0,
        }
    }

    fn statements(mut self) -> Option<Vec<Statement>> {
        let mut statements = Vec::with_capacity(self.bytes.len() / 40);
        while self.position < self.bytes.len() {
            let indent = self.indent();
            match self.bytes.get(self.position) {
                None => break,
                Some(b'\n') => self.position += 1,
                Some(b'\r') if self.bytes.get(self.position + 1) == Some(&b'\n') => {
                    self.position += 1;
                }
                Some(b'#') => self.position = line_end(self.bytes, self.position),
                Some(_) => statements.push(self.statement(indent)?),
            }
        }
        Some(statements)
    }

    /// Skips the indentation and returns its column, a tab being worth up to 8.
    fn indent(&mut self) -> usize {
        let mut column = 0;
        // Four at a time, as people indent.
        while self.bytes[self.position..].starts_with(b"    ") {
            column += 4;
            self.position += 4;
        }
        while let Some(byte) = self.bytes.get(self.position) {
            match byte {
                b' ' => column += 1,
                b'\t' => column = (column / 8 + 1) * 8,
                _ => break,
            }
            self.position += 1;
        }
        column
    }

    /// Reads a logical line, up to the newline that ends it.
    fn statement(&mut self, indent: usize) -> Option<Statement> {
        let start = self.position;
        let (mut depth, mut interesting) = (0_usize, false);
        let end = loop {
            let mark = self.marks.next(self.position);
            match self.words.in_code(self.position..mark) {
                Weight::None => {}
                Weight::Statement => interesting = true,
                Weight::File => return None,
            }
            self.position = mark;
            let Some(&byte) = self.bytes.get(mark) else {
                break mark;
            };
            match byte {
                b'\n' if depth == 0 => break mark,
                b'#' => {
                    self.position = line_end(self.bytes, mark);
                    if depth == 0 {
                        break mark;
                    }
                }
                b'"' | b'\'' => interesting |= self.string()?,
                b'\\' => self.continued_line()?,
                b'\r' if self.bytes.get(mark + 1) != Some(&b'\n') => return None,
                // A form feed starts the indentation anew.
                b'`' | b'$' | b'?' | b'\x0c' => return None,
                _ => {
                    match byte {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                        _ => {}
                    }
                    self.position += 1;
                }
            }
        };
        if depth != 0 {
            return None;
        }
        let text = trim_end(&self.bytes[start..end]);
        let (role, opens_block) = (role(text), text.ends_with(b":"));
        let is_odd = opens_block && matches!(role, Role::Plain | Role::Decorator)
            // A `match` without its cases is no statement.
            || interesting && opens_block && text.starts_with(b"match")
            // `env = os.environ`: from here on, another word matters.
            || interesting && text.ends_with(b"environ")
            || is_python2(text);
        (!is_odd).then_some(Statement {
            start,
            end: start + text.len(),
            indent,
            role,
            opens_block,
            interesting,
        })
    }

    /// Skips a backslash and the line break that has to follow it.
    fn continued_line(&mut self) -> Option<()> {
        let rest = &self.bytes[self.position..];
        let line_break = [&b"\\\n"[..], b"\\\r\n"]
            .into_iter()
            .find(|line_break| rest.starts_with(line_break))?;
        self.position += line_break.len();
        Some(())
    }

    /// Skips a string; whether expressions in it may matter. None where it is not closed.
    fn string(&mut self) -> Option<bool> {
        let start = self.position;
        let end = string_end(self.bytes, start);
        let text = &self.bytes[start..end];
        let quote = text[0];
        let is_triple = text.starts_with(&[quote; 3]);
        let is_closed = if is_triple {
            text.len() >= 6 && text.ends_with(&[quote; 3])
        } else {
            text.len() >= 2 && text.ends_with(&[quote])
        };
        if !is_closed {
            return None;
        }
        self.position = end;
        Some(
            is_interpolated(self.bytes, start)
                && self.words.in_string(start..end) == Weight::Statement
                && text.contains(&b'{'),
        )
    }
}

fn trim_end(mut text: &[u8]) -> &[u8] {
    while let [shorter @ .., b' ' | b'\t' | b'\r'] = text {
        text = shorter;
    }
    text
}

fn role(text: &[u8]) -> Role {
    match text.first() {
        Some(b'@') => return Role::Decorator,
        // Most statements need no second look: only these letters begin a keyword below.
        Some(b'a' | b'c' | b'd' | b'e' | b'f' | b'i' | b'm' | b't' | b'w') => {}
        _ => return Role::Plain,
    }
    let word = &text[..text
        .iter()
        .position(|byte| !is_word(*byte))
        .unwrap_or(text.len())];
    match word {
        b"if" | b"for" | b"while" | b"try" | b"with" | b"def" | b"class" | b"async" => Role::Header,
        // Names as well, unless a block follows.
        b"match" | b"case" if text.ends_with(b":") => Role::Header,
        b"elif" | b"else" | b"except" | b"finally" => Role::Clause,
        _ => Role::Plain,
    }
}

/// `print x`, `exec x`, `except E, e:`, `raise E, "text"`: left to the parser, whose error says so.
fn is_python2(text: &[u8]) -> bool {
    if let Some(rest) = text
        .strip_prefix(b"print")
        .or_else(|| text.strip_prefix(b"exec"))
    {
        let argument = rest.trim_ascii_start();
        return rest.len() > argument.len()
            && argument
                .first()
                .is_some_and(|byte| is_word(*byte) || matches!(byte, b'"' | b'\'' | b'>'));
    }
    (text.starts_with(b"except") || text.starts_with(b"raise ")) && has_bare_comma(text)
}

/// Whether a comma stands in `text` outside of brackets and strings.
fn has_bare_comma(text: &[u8]) -> bool {
    if memchr(b',', text).is_none() {
        return false;
    }
    let (mut depth, mut position) = (0_usize, 0);
    while let Some(byte) = text.get(position) {
        match byte {
            b',' if depth == 0 => return true,
            b'"' | b'\'' => {
                position = string_end(text, position);
                continue;
            }
            b'#' => {
                position = line_end(text, position);
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        position += 1;
    }
    false
}
