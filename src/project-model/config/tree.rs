//! YAML as we write it: strings in double quotes, blocks indented by two.

use serde_yaml::Value;

use super::model::Config;
use super::node::{Content, Node, Style};

/// A value to write.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    /// Text that goes without quotes: a number, `true`, or the user's own plain text.
    Plain(String),
    /// Text of the user's that was in `'`.
    SingleQuoted(String),
    /// Text in `"`.
    Text(String),
    /// A list.
    Sequence(Vec<Tree>),
    /// Keys and their values.
    Mapping(Vec<(String, Tree)>),
}

/// How lists of plain values are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lists {
    /// One item to a line.
    Block,
    /// In `[]`.
    Flow,
}

impl Lists {
    /// How the seed writes the lists of a section.
    pub(super) fn of(section: &str) -> Self {
        match section {
            "platform_deps" | "docker" | "ci" => Self::Flow,
            _ => Self::Block,
        }
    }
}

impl From<&Config> for Tree {
    #[expect(
        clippy::expect_used,
        reason = "text, numbers, lists and text keys all exist in YAML"
    )]
    fn from(config: &Config) -> Self {
        Self::from(serde_yaml::to_value(config).expect("every field has a form in YAML"))
    }
}

impl From<Value> for Tree {
    fn from(value: Value) -> Self {
        match value {
            Value::Null => Self::Plain(String::new()),
            Value::Bool(value) => Self::Plain(value.to_string()),
            Value::Number(number) => Self::Plain(number.to_string()),
            Value::String(text) => Self::Text(text),
            Value::Sequence(items) => Self::Sequence(items.into_iter().map(Self::from).collect()),
            Value::Mapping(entries) => Self::Mapping(
                entries
                    .into_iter()
                    .map(|(key, value)| (key.as_str().unwrap_or_default().to_owned(), value.into()))
                    .collect(),
            ),
            Value::Tagged(tagged) => tagged.value.into(),
        }
    }
}

impl From<&Node> for Tree {
    fn from(node: &Node) -> Self {
        match &node.content {
            Content::Scalar(scalar) => match scalar.style {
                Style::Plain if is_plain(&scalar.text) => Self::Plain(scalar.text.clone()),
                Style::SingleQuoted if is_printable(&scalar.text) => {
                    Self::SingleQuoted(scalar.text.clone())
                }
                _ => Self::Text(scalar.text.clone()),
            },
            Content::Sequence { items, .. } => {
                Self::Sequence(items.iter().map(Self::from).collect())
            }
            Content::Mapping { entries, .. } => Self::Mapping(
                entries
                    .iter()
                    .map(|entry| (entry.key.text.clone(), Self::from(&entry.value)))
                    .collect(),
            ),
        }
    }
}

impl Tree {
    /// The value under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .iter()
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    /// The keys and values, empty where there are none.
    pub(super) fn entries(&self) -> &[(String, Self)] {
        match self {
            Self::Mapping(entries) => entries,
            _ => &[],
        }
    }

    /// The items, empty when it is no list.
    pub(super) fn items(&self) -> &[Self] {
        match self {
            Self::Sequence(items) => items,
            _ => &[],
        }
    }

    /// The value on one line; none for a collection.
    pub(super) fn scalar(&self) -> Option<String> {
        match self {
            Self::Plain(text) => Some(text.clone()),
            Self::SingleQuoted(text) => Some(format!("'{}'", text.replace('\'', "''"))),
            Self::Text(text) => Some(double_quoted(text)),
            Self::Sequence(_) | Self::Mapping(_) => None,
        }
    }

    /// The value on one line, with `[]` and `{}`.
    pub(super) fn flow(&self) -> String {
        match self {
            Self::Plain(text) if text.contains([',', '[', ']', '{', '}']) => double_quoted(text),
            // Nothing at all would be mistaken for a missing item.
            Self::Plain(text) if text.is_empty() => "null".to_owned(),
            Self::Sequence(items) => {
                let items: Vec<String> = items.iter().map(Self::flow).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Mapping(entries) => {
                let entries: Vec<String> = entries
                    .iter()
                    .map(|(name, value)| format!("{}: {}", key(name), value.flow()))
                    .collect();
                format!("{{{}}}", entries.join(", "))
            }
            scalar => scalar.scalar().unwrap_or_default(),
        }
    }

    /// The lines of `name: value`, each ended by a line feed, the first at `indent` blanks.
    pub(super) fn entry(&self, name: &str, indent: usize, lists: Lists) -> String {
        let head = format!("{:indent$}{}:", "", key(name));
        match self {
            Self::Plain(text) if text.is_empty() => format!("{head}\n"),
            Self::Sequence(items) if !items.is_empty() && !self.fits_in_brackets(lists) => {
                let items = items.iter().map(|item| item.item(indent + 2, lists));
                format!("{head}\n{}", items.collect::<String>())
            }
            Self::Mapping(entries) if !entries.is_empty() => {
                let entries = entries
                    .iter()
                    .map(|(name, value)| value.entry(name, indent + 2, lists));
                format!("{head}\n{}", entries.collect::<String>())
            }
            scalar => format!(
                "{head} {}\n",
                scalar.scalar().unwrap_or_else(|| scalar.flow())
            ),
        }
    }

    /// The lines of `- value`, each ended by a line feed, the first at `indent` blanks.
    pub(super) fn item(&self, indent: usize, lists: Lists) -> String {
        match self {
            Self::Mapping(entries) if !entries.is_empty() => {
                let entries = entries
                    .iter()
                    .map(|(name, value)| value.entry(name, indent + 2, lists));
                let lines: String = entries.collect();
                format!("{:indent$}- {}", "", &lines[indent + 2..])
            }
            Self::Plain(text) if text.is_empty() => format!("{:indent$}- null\n", ""),
            value => {
                let value = value.scalar().unwrap_or_else(|| value.flow());
                format!("{:indent$}- {value}\n", "")
            }
        }
    }

    fn fits_in_brackets(&self, lists: Lists) -> bool {
        lists == Lists::Flow && self.items().iter().all(|item| item.scalar().is_some())
    }
}

/// A key, in quotes where it could be taken for something else.
fn key(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n"
        );
    if plain {
        name.to_owned()
    } else {
        double_quoted(name)
    }
}

/// Whether text means the same without quotes wherever we write it: deliberately fewer than YAML
/// allows.
fn is_plain(text: &str) -> bool {
    let inner = |c: char| c.is_alphanumeric() || "+-_./@~^<>=!*$%&()?;| ".contains(c);
    text.is_empty()
        || text == "~"
        || (text.starts_with(|first: char| first.is_alphanumeric() || "+-._/".contains(first))
            && !text.starts_with("- ")
            && !text.starts_with("---")
            && !text.starts_with("...")
            && text != "-"
            && !text.ends_with(' ')
            && text.chars().all(inner))
}

fn is_printable(text: &str) -> bool {
    !text.chars().any(needs_escape)
}

fn needs_escape(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
        )
}

/// Text in double quotes, on one line whatever it contains.
fn double_quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            // The largest of them is U+FFFF, so that four digits are enough.
            _ if needs_escape(character) => {
                quoted.push_str("\\u");
                let digits = [12, 8, 4, 0].map(|shift| (u32::from(character) >> shift) & 0xf);
                quoted.extend(
                    digits
                        .iter()
                        .filter_map(|digit| char::from_digit(*digit, 16)),
                );
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
