//! TOML with the line of every value.

use std::ops::Range;

use dhtl_project_model::{Evidence, Problem};
use toml_edit::{Document, Item, Key, Table, Value};

use crate::formats::LineIndex;

/// A parsed TOML file.
#[derive(Debug)]
pub struct TomlFile {
    /// The path relative to the root of the project.
    pub path: String,
    document: Document<String>,
    lines: LineIndex,
}

impl TomlFile {
    /// Parses `text`; what is no TOML is a problem with its line.
    pub fn parse(path: &str, text: String) -> Result<Self, Problem> {
        let lines = LineIndex::new(&text);
        match Document::parse(text) {
            Ok(document) => Ok(Self {
                path: path.to_owned(),
                document,
                lines,
            }),
            Err(error) => Err(Problem {
                message: format!("invalid TOML: {}", one_line(error.message())),
                evidence: Evidence::at(
                    path,
                    error.span().map_or(1, |span| lines.line(span.start)),
                    "toml-syntax",
                ),
            }),
        }
    }

    /// The whole file as a table.
    #[must_use]
    pub fn root(&self) -> Node<'_> {
        Node {
            file: self,
            value: Kind::Table(self.document.as_table()),
            line: 1,
        }
    }

    /// What stands under a path of keys.
    #[must_use]
    pub fn get(&self, keys: &[&str]) -> Option<Node<'_>> {
        self.root().descend(keys)
    }
}

/// A value in a TOML file.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    file: &'a TomlFile,
    value: Kind<'a>,
    line: u32,
}

#[derive(Debug, Clone, Copy)]
enum Kind<'a> {
    Table(&'a Table),
    Item(&'a Item),
    Value(&'a Value),
}

impl<'a> Node<'a> {
    /// The line, counted from 1, that the value (of a table: its header) begins on.
    #[must_use]
    pub fn line(self) -> u32 {
        self.line
    }

    /// Evidence that is this value.
    #[must_use]
    pub fn evidence(self, rule: &'static str) -> Evidence {
        Evidence::at(&self.file.path, self.line, rule)
    }

    /// What stands under a path of keys.
    #[must_use]
    pub fn descend(self, keys: &[&str]) -> Option<Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// What stands under `key`, where this is a table.
    #[must_use]
    pub fn get(self, key: &str) -> Option<Self> {
        match self.value {
            Kind::Table(table) | Kind::Item(Item::Table(table)) => {
                let (key, item) = table.get_key_value(key)?;
                (!item.is_none()).then(|| self.item(key, item))
            }
            _ => {
                let table = self.as_value()?.as_inline_table()?;
                let (key, item) = table.get_key_value(key)?;
                (!item.is_none()).then(|| self.item(key, item))
            }
        }
    }

    /// The keys and values of a table; nothing for anything else.
    pub fn entries(self) -> Vec<(&'a str, Self)> {
        match self.value {
            Kind::Table(table) | Kind::Item(Item::Table(table)) => table
                .iter()
                .filter_map(|(name, _)| table.get_key_value(name))
                .map(|(key, item)| (key.get(), self.item(key, item)))
                .collect(),
            _ => {
                let Some(table) = self.as_value().and_then(Value::as_inline_table) else {
                    return Vec::new();
                };
                table
                    .iter()
                    .filter_map(|(name, _)| table.get_key_value(name))
                    .map(|(key, item)| (key.get(), self.item(key, item)))
                    .collect()
            }
        }
    }

    /// The elements of an array, or the tables of an array of tables; nothing for anything else.
    pub fn elements(self) -> Vec<Self> {
        if let Kind::Item(Item::ArrayOfTables(tables)) = self.value {
            return tables
                .iter()
                .map(|table| self.with(Kind::Table(table), table.span()))
                .collect();
        }
        let Some(array) = self.as_value().and_then(Value::as_array) else {
            return Vec::new();
        };
        array
            .iter()
            .map(|value| self.with(Kind::Value(value), value.span()))
            .collect()
    }

    /// The texts of an array of texts, or a single text, each with its node.
    #[must_use]
    pub fn texts(self) -> Vec<(&'a str, Self)> {
        match self.as_str() {
            Some(text) => vec![(text, self)],
            None => self
                .elements()
                .into_iter()
                .filter_map(|node| node.as_str().map(|text| (text, node)))
                .collect(),
        }
    }

    /// The text, where it is one.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        self.as_value()?.as_str()
    }

    /// The number, where it is a whole one.
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        self.as_value()?.as_integer()
    }

    /// The truth value, where it is one.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        self.as_value()?.as_bool()
    }

    /// Whether this is a table, written in any of the ways TOML has.
    #[must_use]
    pub fn is_table(self) -> bool {
        match self.value {
            Kind::Table(_) => true,
            Kind::Item(item) => item.is_table_like(),
            Kind::Value(value) => value.is_inline_table(),
        }
    }

    /// Whether this is an array of anything.
    pub fn is_array(self) -> bool {
        matches!(self.value, Kind::Item(Item::ArrayOfTables(_)))
            || self.as_value().is_some_and(Value::is_array)
    }

    fn as_value(self) -> Option<&'a Value> {
        match self.value {
            Kind::Table(_) => None,
            Kind::Item(item) => item.as_value(),
            Kind::Value(value) => Some(value),
        }
    }

    fn item(self, key: &'a Key, item: &'a Item) -> Self {
        // Tables that only dotted keys or headers below them imply have no span of their own.
        self.with(Kind::Item(item), key.span().or_else(|| item.span()))
    }

    fn with(self, value: Kind<'a>, span: Option<Range<usize>>) -> Self {
        let line = span.map_or(self.line, |span| self.file.lines.line(span.start));
        Node {
            file: self.file,
            value,
            line,
        }
    }
}

/// The first line of a message that may have several.
#[must_use]
pub fn one_line(message: &str) -> String {
    message.lines().collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str =
        "a = 1\n[tool.x]\nlist = [\n  'one',\n  'two',\n]\n[[tool.y]]\nz = { b = 'c' }\n";

    #[test]
    fn every_value_knows_its_line() {
        let file = TomlFile::parse("a.toml", TEXT.to_owned()).unwrap();
        let lines: Vec<_> = file
            .get(&["tool", "x", "list"])
            .unwrap()
            .texts()
            .into_iter()
            .map(|(text, node)| (text, node.line()))
            .collect();
        assert_eq!(lines, [("one", 4), ("two", 5)]);
        let tables = file.get(&["tool", "y"]).unwrap().elements();
        assert_eq!(
            tables[0]
                .descend(&["z", "b"])
                .unwrap()
                .evidence("r")
                .to_string(),
            "a.toml:8 (r)"
        );
        assert_eq!(file.get(&["tool", "x"]).unwrap().line(), 2);
        assert_eq!(file.get(&["tool", "nothing"]).map(Node::line), None);
    }

    #[test]
    fn broken_text_is_a_problem_with_its_line() {
        let problem = TomlFile::parse("a.toml", "a = 1\nb = [\n".to_owned()).unwrap_err();
        assert_eq!(problem.evidence.path, "a.toml");
        assert!(problem.evidence.line >= Some(2), "{problem:?}");
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "[\\[\\]a-c.='\"{}\n ,]{0,60}") {
            if let Ok(file) = TomlFile::parse("a.toml", text) {
                for (_, node) in file.root().entries() {
                    prop_assert!(node.line() >= 1);
                }
            }
        }
    }
}
