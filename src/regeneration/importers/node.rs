//! TOML and JSON as one kind of tree, every value with its line.

use std::collections::BTreeMap;

use toml_edit::{Document, Item, Table, Value};

use super::{Fault, Located};

/// A value of a lock file and the line, counted from 1, that it begins on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) line: usize,
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    Text(String),
    Flag(bool),
    List(Vec<Node>),
    Table(BTreeMap<String, Node>),
    /// A number or a date, which mean nothing in a lock, or JSON's null.
    Other,
}

impl Node {
    /// Reads TOML. The parser bounds the nesting itself.
    pub(super) fn from_toml(text: &str) -> Located<Self> {
        let lines = LineStarts::new(text);
        let document = Document::parse(text).map_err(|error| {
            let line = error.span().map_or(1, |span| lines.line(span.start));
            let message = error.message().lines().next().unwrap_or_default();
            let message = format!("invalid TOML: {message}");
            (line, Fault::Syntax { message })
        })?;
        Ok(Self {
            line: 1,
            content: lines.table(document.as_table(), 1),
        })
    }

    /// Reads JSON. The parser bounds the nesting itself.
    pub(super) fn from_json(text: &str) -> Located<Self> {
        let value: serde_json::Value = serde_json::from_str(text).map_err(|error| {
            let message = format!("invalid JSON: {error}");
            (error.line().max(1), Fault::Syntax { message })
        })?;
        Ok(KeyLines::new(text).node(value, 1))
    }

    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match &self.content {
            Content::Table(entries) => entries.get(key),
            _ => None,
        }
    }

    /// What stands under a path of keys.
    pub(super) fn descend(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The entries of a table; none for anything else.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match &self.content {
            Content::Table(entries) => Some(entries),
            _ => None,
        };
        entries
            .into_iter()
            .flatten()
            .map(|(key, node)| (key.as_str(), node))
    }

    /// The elements of a list; a single value counts as a list of one.
    pub(super) fn elements(&self) -> &[Self] {
        match &self.content {
            Content::List(elements) => elements,
            _ => std::slice::from_ref(self),
        }
    }

    /// The elements of the list under `key`; none where it is missing or no list.
    pub(super) fn list(&self, key: &str) -> &[Self] {
        match self.get(key).map(|node| &node.content) {
            Some(Content::List(elements)) => elements,
            _ => &[],
        }
    }

    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text under `key`.
    pub(super) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// The text under `key`, which must be there.
    pub(super) fn required(&self, key: &'static str) -> Located<&str> {
        let expected = "a text";
        self.text_of(key)
            .ok_or((self.line, Fault::Missing { key, expected }))
    }

    /// Whether `key` says `true`.
    pub(super) fn flag(&self, key: &str) -> bool {
        self.get(key).map(|node| &node.content) == Some(&Content::Flag(true))
    }

    /// The line of the value under `key`, or its own.
    pub(super) fn line_of(&self, key: &str) -> usize {
        self.get(key).map_or(self.line, |node| node.line)
    }

    /// The texts of the list under `key`.
    pub(super) fn texts_of(&self, key: &str) -> Vec<&str> {
        self.list(key).iter().filter_map(Self::text).collect()
    }
}

struct LineStarts(Vec<usize>);

impl LineStarts {
    fn new(text: &str) -> Self {
        Self(text.match_indices('\n').map(|(index, _)| index).collect())
    }

    fn line(&self, offset: usize) -> usize {
        self.0.partition_point(|newline| *newline < offset) + 1
    }

    fn table(&self, table: &Table, line: usize) -> Content {
        let entries = table.iter().map(|(key, item)| {
            let key_line = table
                .get_key_value(key)
                .and_then(|(key, _)| key.span())
                .map_or(line, |span| self.line(span.start));
            (key.to_owned(), self.item(item, key_line))
        });
        Content::Table(entries.collect())
    }

    fn item(&self, item: &Item, line: usize) -> Node {
        let content = match item {
            Item::None => Content::Other,
            Item::Value(value) => return self.value(value, line),
            Item::Table(table) => self.table(table, line),
            Item::ArrayOfTables(tables) => {
                let elements = tables.iter().map(|table| {
                    let line = table.span().map_or(line, |span| self.line(span.start));
                    let content = self.table(table, line);
                    Node { line, content }
                });
                Content::List(elements.collect())
            }
        };
        Node { line, content }
    }

    fn value(&self, value: &Value, line: usize) -> Node {
        let line = value.span().map_or(line, |span| self.line(span.start));
        let content = match value {
            Value::String(text) => Content::Text(text.value().clone()),
            Value::Boolean(flag) => Content::Flag(*flag.value()),
            Value::Array(array) => {
                Content::List(array.iter().map(|value| self.value(value, line)).collect())
            }
            Value::InlineTable(table) => Content::Table(
                table
                    .iter()
                    .map(|(key, value)| (key.to_owned(), self.value(value, line)))
                    .collect(),
            ),
            Value::Integer(_) | Value::Float(_) | Value::Datetime(_) => Content::Other,
        };
        Node { line, content }
    }
}

/// The lines on which keys stand in pretty-printed JSON: `serde_json` does not tell.
struct KeyLines<'a>(BTreeMap<&'a str, Vec<usize>>);

impl<'a> KeyLines<'a> {
    fn new(text: &'a str) -> Self {
        let mut lines: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, line) in text.lines().enumerate() {
            let key = line.trim_start().strip_prefix('"');
            if let Some((key, _)) = key.and_then(|rest| rest.split_once('"')) {
                lines.entry(key).or_default().push(index + 1);
            }
        }
        Self(lines)
    }

    /// The first line from `from` on that begins with `key`.
    fn line(&self, key: &str, from: usize) -> usize {
        let lines = self.0.get(key).map_or(&[][..], Vec::as_slice);
        let index = lines.partition_point(|line| *line < from);
        lines.get(index).copied().unwrap_or(from)
    }

    fn node(&self, value: serde_json::Value, line: usize) -> Node {
        let content = match value {
            serde_json::Value::String(text) => Content::Text(text),
            serde_json::Value::Bool(flag) => Content::Flag(flag),
            serde_json::Value::Array(values) => Content::List(
                values
                    .into_iter()
                    .map(|value| self.node(value, line))
                    .collect(),
            ),
            serde_json::Value::Object(entries) => Content::Table(
                entries
                    .into_iter()
                    .map(|(key, value)| {
                        let line = self.line(&key, line);
                        (key, self.node(value, line))
                    })
                    .collect(),
            ),
            serde_json::Value::Null | serde_json::Value::Number(_) => Content::Other,
        };
        Node { line, content }
    }
}
