//! The logical lines of a file, found without parsing it.

use super::nesting::{is_interpolated, line_end, string_end};

/// A logical line.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) start: usize,
    /// Behind its last character, or behind the colon of a header.
    pub(super) end: usize,
    /// The physical line it begins on, counted from 0.
    pub(super) line: usize,
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
    position: usize,
    line: usize,
}

impl<'a> Scanner<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            position: 0,
            line: 0,
        }
    }

    fn statements(mut self) -> Option<Vec<Statement>> {
        let mut statements = Vec::with_capacity(self.bytes.len() / 40);
        while self.position < self.bytes.len() {
            let indent = self.indent();
            match self.bytes.get(self.position) {
                None => break,
                Some(b'\n') => {
                    self.position += 1;
                    self.line += 1;
                }
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
        let (start, line) = (self.position, self.line);
        let (mut depth, mut interesting) = (0_usize, false);
        // Behind the last character that is neither blank nor comment.
        let mut end = start;
        let mut has_bare_comma = false;
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b'\n' if depth == 0 => break,
                b'\n' => {
                    self.line += 1;
                    self.position += 1;
                }
                b'\r' if self.bytes.get(self.position + 1) != Some(&b'\n') => return None,
                b' ' | b'\t' | b'\r' => self.position += 1,
                b'#' => self.position = line_end(self.bytes, self.position),
                b'"' | b'\'' => {
                    interesting |= self.string()?;
                    end = self.position;
                }
                b'\\' => {
                    self.position += 1;
                    if self.bytes.get(self.position) == Some(&b'\r') {
                        self.position += 1;
                    }
                    if self.bytes.get(self.position) != Some(&b'\n') {
                        return None;
                    }
                    self.line += 1;
                    self.position += 1;
                    end = self.position;
                }
                // A form feed starts the indentation anew.
                b'`' | b'$' | b'?' | b'\x0c' => return None,
                byte if is_word(byte) => {
                    match self.word() {
                        Weight::None => {}
                        Weight::Statement => interesting = true,
                        Weight::File => return None,
                    }
                    end = self.position;
                }
                _ => {
                    match byte {
                        b'(' | b'[' | b'{' => depth += 1,
                        b')' | b']' | b'}' => depth = depth.checked_sub(1)?,
                        b',' if depth == 0 => has_bare_comma = true,
                        _ => {}
                    }
                    self.position += 1;
                    end = self.position;
                }
            }
        }
        if depth != 0 {
            return None;
        }
        let text = &self.bytes[start..end];
        let (role, opens_block) = (role(text), text.ends_with(b":"));
        let is_odd = opens_block && matches!(role, Role::Plain | Role::Decorator)
            // A `match` without its cases is no statement.
            || interesting && opens_block && text.starts_with(b"match")
            // `env = os.environ`: from here on, another word matters.
            || interesting && text.ends_with(b"environ")
            || is_python2(text, has_bare_comma);
        (!is_odd).then_some(Statement {
            start,
            end,
            line,
            indent,
            role,
            opens_block,
            interesting,
        })
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
        self.line += text.split(|byte| *byte == b'\n').count() - 1;
        self.position = end;
        Some(is_interpolated(self.bytes, start) && text.contains(&b'{') && contains_word(text))
    }

    /// Reads a word and says how far its meaning reaches.
    fn word(&mut self) -> Weight {
        let start = self.position;
        while self
            .bytes
            .get(self.position)
            .is_some_and(|byte| is_word(*byte))
        {
            self.position += 1;
        }
        let word = &self.bytes[start..self.position];
        match weight(word) {
            Weight::None => Weight::None,
            Weight::Statement if word == b"environ" && self.rest().starts_with(b" as ") => {
                Weight::File
            }
            Weight::Statement if word == b"getenv" && self.rest().starts_with(b" as ") => {
                Weight::File
            }
            Weight::File if word == b"path" => self.path_of_sys(start),
            Weight::File if word == b"Env" && !self.rest().starts_with(b"(") => Weight::None,
            Weight::File if word == b"starlette" && !self.rest().starts_with(b".config") => {
                Weight::None
            }
            weight => weight,
        }
    }

    /// Whether the `path` at `start` is a `sys.path` that is changed here.
    fn path_of_sys(&self, start: usize) -> Weight {
        const CHANGES: [&[u8]; 6] = [b".insert", b".append", b".extend", b" +=", b" =", b"["];
        let is_changed = self.bytes[..start].ends_with(b"sys.")
            && CHANGES.iter().any(|change| self.rest().starts_with(change));
        if is_changed {
            Weight::File
        } else {
            Weight::None
        }
    }

    fn rest(&self) -> &'a [u8] {
        &self.bytes[self.position..]
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// How far the meaning of a word reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Weight {
    /// It has none for us.
    None,
    /// The statement it is in can import a module, read the environment, or say that a failing
    /// import is handled.
    Statement,
    /// It gives a meaning to names anywhere in the file.
    File,
}

/// The weight of a word by itself; that of `path`, `Env` and `starlette` depends on what follows.
fn weight(word: &[u8]) -> Weight {
    // Nearly all words fail on their length or their first letters.
    match word.len() {
        6 if word == b"import" || word == b"getenv" => Weight::Statement,
        7 if word == b"environ" => Weight::Statement,
        8 if word == b"getenvb" => Weight::Statement,
        9 if word == b"find_spec" => Weight::Statement,
        10 if word == b"__import__" => Weight::Statement,
        12 if word == b"importorskip" => Weight::Statement,
        13 if word == b"import_module" => Weight::Statement,
        14 if word == b"pytest_plugins" => Weight::Statement,
        3 if word == b"Env" => Weight::File,
        4 if word == b"path" => Weight::File,
        6 if word == b"envvar" => Weight::File,
        8 if word == b"decouple" || word == b"environs" || word == b"environb" => Weight::File,
        9 if word == b"starlette" => Weight::File,
        10 if word == b"addsitedir" => Weight::File,
        12 if word == b"BaseSettings" => Weight::File,
        15 if word == b"syspath_prepend" => Weight::File,
        _ => Weight::None,
    }
}

fn contains_word(text: &[u8]) -> bool {
    text.split(|byte| !is_word(*byte))
        .any(|word| weight(word) == Weight::Statement)
}

fn role(text: &[u8]) -> Role {
    if text.starts_with(b"@") {
        return Role::Decorator;
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
fn is_python2(text: &[u8], has_bare_comma: bool) -> bool {
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
    has_bare_comma && (text.starts_with(b"except") || text.starts_with(b"raise "))
}
