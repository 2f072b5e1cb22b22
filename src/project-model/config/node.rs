//! The tree of a `.dhtconfig`: every value with its raw text and its place.

use std::ops::Range;

/// A place in the text, both counted from 1; columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Position {
    pub(super) line: u32,
    pub(super) column: u32,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// Where it begins; for an empty value, where its key does.
    pub(super) position: Position,
    /// The bytes of the text it takes up.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) content: Content,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(super) enum Content {
    /// Text, a number, `true`, or nothing.
    Scalar(Scalar),
    /// A list.
    Sequence { items: Vec<Node>, layout: Layout },
    /// Keys and their values.
    Mapping { entries: Vec<Entry>, layout: Layout },
}

/// The text of a value before anybody takes it for a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scalar {
    /// The text, without quotes and with escapes resolved.
    pub(super) text: String,
    /// How it was written.
    pub(super) style: Style,
}

/// How a scalar was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Style {
    /// Without quotes.
    Plain,
    /// In `'`.
    SingleQuoted,
    /// In `"`.
    DoubleQuoted,
    /// After `|` or `>`.
    Block,
}

/// How a collection was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One item or key to a line.
    Block,
    /// In `[]` or `{}`.
    Flow,
}

/// A key and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) value: Node,
}

/// A key and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Key {
    /// The text, without quotes.
    pub(super) text: String,
    /// Where it begins.
    pub(super) position: Position,
    /// The bytes of the text it takes up, quotes included.
    pub(super) span: Range<usize>,
    /// The byte after the `:` that follows it.
    pub(super) after_colon: usize,
}

impl Node {
    /// Whether there is no value: nothing, `~` or `null`.
    pub(super) fn is_null(&self) -> bool {
        match &self.content {
            Content::Scalar(scalar) => scalar.is_null(),
            Content::Sequence { .. } | Content::Mapping { .. } => false,
        }
    }

    /// What the value is, with its article, for messages.
    pub(super) fn describe(&self) -> &'static str {
        match &self.content {
            Content::Scalar(scalar) => scalar.describe(),
            Content::Sequence { .. } => "a list",
            Content::Mapping { .. } => "a section of keys",
        }
    }

    /// The keys and values, empty when there are none.
    pub(super) fn entries(&self) -> &[Entry] {
        match &self.content {
            Content::Mapping { entries, .. } => entries,
            Content::Scalar(_) | Content::Sequence { .. } => &[],
        }
    }

    /// The items, empty when it is no list.
    pub(super) fn items(&self) -> &[Node] {
        match &self.content {
            Content::Sequence { items, .. } => items,
            Content::Scalar(_) | Content::Mapping { .. } => &[],
        }
    }

    /// The entry under `key`.
    pub(super) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().find(|entry| entry.key.text == key)
    }

    /// The text of a scalar.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar(scalar) => Some(&scalar.text),
            Content::Sequence { .. } | Content::Mapping { .. } => None,
        }
    }

    /// Where `path` stands, such as `python.version` or `binaries.required[0]`: the value, or the key
    /// of a section or list.
    ///
    /// Keys may contain dots themselves (`tools.zope.interface`), so every way to split is tried.
    pub(super) fn position_of(&self, path: &str) -> Option<Position> {
        for Entry { key, value } in self.entries() {
            match path.strip_prefix(key.text.as_str()) {
                Some("") if value.text().is_some() => return Some(value.position),
                Some("") => return Some(key.position),
                Some(rest) if rest.starts_with(['.', '[']) => {
                    let below = value.position_of(rest.strip_prefix('.').unwrap_or(rest));
                    if below.is_some() {
                        return below;
                    }
                }
                _ => {}
            }
        }
        let (index, rest) = path.strip_prefix('[')?.split_once(']')?;
        let item = self.items().get(index.parse::<usize>().ok()?)?;
        if rest.is_empty() {
            return Some(item.position);
        }
        item.position_of(rest.strip_prefix('.').unwrap_or(rest))
    }
}

impl Scalar {
    /// Whether it stands for no value.
    pub(super) fn is_null(&self) -> bool {
        self.style == Style::Plain
            && matches!(self.text.as_str(), "" | "~" | "null" | "Null" | "NULL")
    }

    /// The truth value it stands for, in the core schema of YAML 1.2.
    pub(super) fn as_bool(&self) -> Option<bool> {
        match (self.style, self.text.as_str()) {
            (Style::Plain, "true" | "True" | "TRUE") => Some(true),
            (Style::Plain, "false" | "False" | "FALSE") => Some(false),
            _ => None,
        }
    }

    /// What it is, with its article.
    fn describe(&self) -> &'static str {
        if self.is_null() {
            "nothing"
        } else if self.as_bool().is_some() {
            "a truth value"
        } else if self.style == Style::Plain && self.text.parse::<f64>().is_ok() {
            "a number"
        } else {
            "text"
        }
    }
}
