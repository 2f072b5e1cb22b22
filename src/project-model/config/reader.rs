//! From the text of a `.dhtconfig` to its tree.
//!
//! The file does without the parts of YAML that make a value depend on another place: anchors,
//! aliases, merge keys, tags and further documents are refused. So nothing can expand, and an edit
//! of one section never changes another.

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, StrInput};

use super::ConfigError;
use super::node::{Content, Entry, Key, Layout, Node, Position, Scalar, Style};

/// The most bytes that are read.
pub(super) const SIZE_LIMIT: usize = 1 << 20;

/// The most levels of nesting; our own sections have four.
const DEPTH_LIMIT: usize = 32;

/// The most values that are read, so that nothing that looks at each of them takes long.
const VALUE_LIMIT: usize = 10_000;

/// Reads the tree of `text`; none where the text holds no value at all.
pub(super) fn read(text: &str, path: &str) -> Result<Option<Node>, ConfigError> {
    if text.len() > SIZE_LIMIT {
        return Err(ConfigError::TooLarge {
            path: path.to_owned(),
            limit: SIZE_LIMIT,
        });
    }
    let body = text.strip_prefix(BOM).unwrap_or(text);
    refuse_unprintable(body, path)?;
    let offset = text.len() - body.len();
    let bytes = body
        .char_indices()
        .map(|(byte, _)| byte + offset)
        .chain([text.len()])
        .collect();
    Reader {
        path,
        text,
        bytes,
        stack: Vec::new(),
        root: None,
        values: 0,
    }
    .run(Parser::new_from_str(body))
}

/// What some editors put before the first character.
const BOM: char = '\u{feff}';

/// Refuses characters that a text file does not contain.
///
/// The parser takes NUL for the end of the text and would drop what follows without a word.
fn refuse_unprintable(body: &str, path: &str) -> Result<(), ConfigError> {
    let mut position = Position { line: 1, column: 1 };
    let mut characters = body.chars().peekable();
    while let Some(character) = characters.next() {
        let message = match character {
            '\n' => {
                position = Position {
                    line: position.line + 1,
                    column: 1,
                };
                continue;
            }
            '\r' if characters.peek() == Some(&'\n') => continue,
            '\r' => "a carriage return without a line feed",
            BOM => "a byte order mark in the middle of the text",
            '\t' => "",
            _ if character.is_control() || matches!(character, '\u{fffe}' | '\u{ffff}') => {
                "a control character"
            }
            _ => "",
        };
        if !message.is_empty() {
            return Err(syntax(
                path,
                position,
                format!("{message} (U+{:04X})", u32::from(character)),
            ));
        }
        position.column += 1;
    }
    Ok(())
}

fn syntax(path: &str, position: Position, message: impl Into<String>) -> ConfigError {
    ConfigError::Syntax {
        path: path.to_owned(),
        line: position.line,
        column: position.column,
        message: message.into(),
    }
}

/// Builds the tree from the events of the parser.
struct Reader<'text> {
    path: &'text str,
    text: &'text str,
    /// The byte offset of every character of the body, and the end.
    bytes: Vec<usize>,
    /// The collections that are still open.
    stack: Vec<Frame>,
    root: Option<Node>,
    /// How many values there were so far.
    values: usize,
}

/// A collection that is still open.
struct Frame {
    position: Position,
    start: usize,
    kind: FrameKind,
}

enum FrameKind {
    Sequence(Vec<Node>),
    /// The entries so far, and the key whose value comes next.
    Mapping(Vec<Entry>, Option<Key>),
}

impl<'text> Reader<'text> {
    fn run(
        mut self,
        mut parser: Parser<'text, StrInput<'text>>,
    ) -> Result<Option<Node>, ConfigError> {
        while let Some(event) = parser.next_event() {
            let (event, span) = event.map_err(|error| {
                syntax(
                    self.path,
                    position_of(error.marker()),
                    error.info().to_lowercase(),
                )
            })?;
            if matches!(event, Event::StreamEnd) {
                break;
            }
            self.take(event, span)?;
        }
        Ok(self.root)
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), ConfigError> {
        let position = position_of(&span.start);
        match event {
            Event::DocumentStart(_) if self.root.is_some() => Err(syntax(
                self.path,
                position,
                "the file holds a second document",
            )),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
            Event::Alias(_) => Err(syntax(
                self.path,
                position,
                "aliases are not supported; write the value out",
            )),
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse(position, anchor, tag.is_some())?;
                self.scalar(text.into_owned(), style, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse(position, anchor, tag.is_some())?;
                self.open(span, FrameKind::Sequence(Vec::new()))
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse(position, anchor, tag.is_some())?;
                self.open(span, FrameKind::Mapping(Vec::new(), None))
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span),
        }
    }

    fn refuse(&self, position: Position, anchor: usize, tagged: bool) -> Result<(), ConfigError> {
        let message = match (anchor, tagged) {
            (0, false) => return Ok(()),
            (0, true) => "tags are not supported",
            _ => "anchors are not supported; write the value where it is needed",
        };
        Err(syntax(self.path, position, message))
    }

    fn open(&mut self, span: Span, kind: FrameKind) -> Result<(), ConfigError> {
        let position = position_of(&span.start);
        if self.stack.len() == DEPTH_LIMIT {
            let message = format!("values are nested more than {DEPTH_LIMIT} levels deep");
            return Err(syntax(self.path, position, message));
        }
        if let Some(Frame {
            kind: FrameKind::Mapping(_, None),
            ..
        }) = self.stack.last()
        {
            return Err(syntax(self.path, position, "a key must be text"));
        }
        self.stack.push(Frame {
            position,
            start: self.byte(&span.start),
            kind,
        });
        Ok(())
    }

    fn close(&mut self, span: Span) -> Result<(), ConfigError> {
        let Some(Frame {
            position,
            start,
            kind,
        }) = self.stack.pop()
        else {
            return Ok(());
        };
        let layout = match self.text[start..].chars().next() {
            Some('[' | '{') => Layout::Flow,
            _ => Layout::Block,
        };
        let last_end = match &kind {
            FrameKind::Sequence(items) => items.last().map(|item| item.span.end),
            FrameKind::Mapping(entries, _) => entries.last().map(|entry| entry.value.span.end),
        };
        // The end of a block is found at the next token, far below the last thing in it.
        let end = match layout {
            Layout::Flow => self.byte(&span.end),
            Layout::Block => last_end.unwrap_or(start),
        };
        let content = match kind {
            FrameKind::Sequence(items) => Content::Sequence { items, layout },
            FrameKind::Mapping(entries, _) => Content::Mapping { entries, layout },
        };
        self.add(Node {
            position,
            span: start..end,
            content,
        })
    }

    fn scalar(&mut self, text: String, style: ScalarStyle, span: Span) -> Result<(), ConfigError> {
        let position = position_of(&span.start);
        let start = self.byte(&span.start);
        let bytes = start..scalar_end(self.text, start, self.byte(&span.end), style);
        if let Some(Frame {
            kind: FrameKind::Mapping(entries, pending @ None),
            ..
        }) = self.stack.last_mut()
        {
            let after_colon = after_colon(self.text, bytes.end);
            let message = match after_colon {
                _ if text == "<<" => "merge keys are not supported; write the keys out",
                _ if text.is_empty() => "a key is missing",
                None => "a key must be followed by `:` on the same line",
                Some(after_colon) => {
                    if let Some(first) = entries.iter().find(|entry| entry.key.text == text) {
                        return Err(ConfigError::DuplicateKey {
                            path: self.path.to_owned(),
                            line: position.line,
                            column: position.column,
                            key: text,
                            first_line: first.key.position.line,
                        });
                    }
                    *pending = Some(Key {
                        text,
                        position,
                        span: bytes,
                        after_colon,
                    });
                    return Ok(());
                }
            };
            return Err(syntax(self.path, position, message));
        }
        let style = match style {
            ScalarStyle::Plain => Style::Plain,
            ScalarStyle::SingleQuoted => Style::SingleQuoted,
            ScalarStyle::DoubleQuoted => Style::DoubleQuoted,
            ScalarStyle::Literal | ScalarStyle::Folded => Style::Block,
        };
        self.add(Node {
            position,
            span: bytes,
            content: Content::Scalar(Scalar { text, style }),
        })
    }

    /// Puts a finished value where it belongs.
    fn add(&mut self, mut node: Node) -> Result<(), ConfigError> {
        self.values += 1;
        if self.values > VALUE_LIMIT {
            let message = format!("the file holds more than {VALUE_LIMIT} values");
            return Err(syntax(self.path, node.position, message));
        }
        match self.stack.last_mut().map(|frame| &mut frame.kind) {
            None => self.root = Some(node),
            Some(FrameKind::Sequence(_)) if node.span.is_empty() && node.is_null() => {
                return Err(syntax(
                    self.path,
                    node.position,
                    "an item of the list is missing",
                ));
            }
            Some(FrameKind::Sequence(items)) => items.push(node),
            Some(FrameKind::Mapping(entries, pending)) => {
                let Some(key) = pending.take() else {
                    return Err(syntax(self.path, node.position, "a value has no key"));
                };
                if node.span.is_empty() && matches!(&node.content, Content::Scalar(_)) {
                    // The parser finds out that a value is missing only at the next token.
                    node.position = key.position;
                    node.span = key.after_colon..key.after_colon;
                }
                entries.push(Entry { key, value: node });
            }
        }
        Ok(())
    }

    fn byte(&self, marker: &Marker) -> usize {
        self.bytes
            .get(marker.index())
            .copied()
            .unwrap_or(self.text.len())
    }
}

/// Where a scalar ends: the parser counts the blanks and the comment behind it in.
fn scalar_end(text: &str, start: usize, end: usize, style: ScalarStyle) -> usize {
    let written = &text[start..end];
    let length = match style {
        ScalarStyle::Plain => written.trim_end().len(),
        ScalarStyle::SingleQuoted => closing_quote(written, '\'', None),
        ScalarStyle::DoubleQuoted => closing_quote(written, '"', Some('\\')),
        ScalarStyle::Literal | ScalarStyle::Folded => written.len(),
    };
    start + length
}

/// The length of quoted text, both quotes included; where nothing escapes, a doubled quote does not
/// end it.
fn closing_quote(written: &str, quote: char, escape: Option<char>) -> usize {
    let mut characters = written.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if Some(character) == escape {
            characters.next();
        } else if character == quote {
            let doubled = escape.is_none() && characters.peek().is_some_and(|(_, c)| *c == quote);
            if !doubled {
                return at + 1;
            }
            characters.next();
        }
    }
    written.len()
}

/// The byte after the `:` that follows a key, when only blanks stand between them.
fn after_colon(text: &str, key_end: usize) -> Option<usize> {
    let rest = text.get(key_end..)?;
    let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    rest[blanks..]
        .starts_with(':')
        .then_some(key_end + blanks + 1)
}

fn position_of(marker: &Marker) -> Position {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position {
        line: number(marker.line().max(1)),
        column: number(marker.col() + 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let root = read(text, ".dhtconfig").unwrap().unwrap();
        let mut written = Vec::new();
        collect(&root, text, &mut written);
        assert_eq!(written, expected);
    }

    /// What the text says at the place of every key and every value that is no collection.
    fn collect<'text>(node: &Node, text: &'text str, written: &mut Vec<&'text str>) {
        for entry in node.entries() {
            written.push(&text[entry.key.span.clone()]);
            assert_eq!(text.as_bytes()[entry.key.after_colon - 1], b':');
            collect(&entry.value, text, written);
        }
        for item in node.items() {
            collect(item, text, written);
        }
        if node.text().is_some() {
            written.push(&text[node.span.clone()]);
        }
    }

    #[test]
    fn a_place_holds_the_value_and_nothing_else() {
        check("a: b  # c\n", &["a", "b"]);
        check("\"a\" : \"b\\\" #\"  # \"c\"\n", &["\"a\"", "\"b\\\" #\""]);
        check("'a': 'it''s'   # c", &["'a'", "'it''s'"]);
        check("a: [b , 'c' , \"d\" ] # e", &["a", "b", "'c'", "\"d\""]);
        check(
            "a: b\n  c  \nd: 'e\n\n  f' # g\n",
            &["a", "b\n  c", "d", "'e\n\n  f'"],
        );
        check("a:\nb: # c\nd: ~ # e\n", &["a", "", "b", "", "d", "~"]);
    }

    #[test]
    fn a_place_counts_bytes_and_a_position_counts_characters() {
        check(
            "\u{feff}\u{e9}: \u{1f40d}  # c\r\nb: c\r\n",
            &["\u{e9}", "\u{1f40d}", "b", "c"],
        );
        let root = read("\u{feff}\u{e9}: \u{1f40d}x", ".dhtconfig")
            .unwrap()
            .unwrap();
        assert_eq!(
            root.entries()[0].value.position,
            Position { line: 1, column: 4 }
        );
    }

    #[test]
    fn a_missing_value_is_where_its_key_is() {
        let root = read("a: 1\nb:\n\n\nc: 2\n", ".dhtconfig").unwrap().unwrap();
        let value = &root.entries()[1].value;
        assert_eq!(
            (value.position, value.span.clone()),
            (Position { line: 2, column: 1 }, 7..7)
        );
    }
}
