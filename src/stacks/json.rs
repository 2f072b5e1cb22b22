//! JSON with the line of every value, and with the comments that people put into it.

use dhtl_detection::formats::LineIndex;
use dhtl_project_model::{Evidence, Problem};
use jsonc_parser::{CollectOptions, ParseOptions, ast, parse_to_ast};

use crate::sources::Sources;

/// Which JSON a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// RFC 8259. A comment is a problem, because the program that the file is for will stumble over
    /// it; what the file says is read all the same.
    Strict,
    /// With comments and trailing commas, as in `tsconfig.json` and `deno.jsonc`.
    WithComments,
}

/// A value in a JSON file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    /// The line, counted from 1, that the value begins on, or its key where it has one.
    pub(crate) line: u32,
    /// The value.
    pub(crate) value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number, as it is written.
    Number(String),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Node>),
    /// An object, in the order of the file.
    Map(Vec<(String, Node)>),
}

impl Node {
    /// The value under `key`, where this is an object; of several the last one, as everywhere.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let found = self.entries().iter().rev().find(|(name, _)| name == key);
        found.map(|(_, node)| node)
    }

    /// The value under keys of objects within each other.
    pub(crate) fn descend(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The keys of an object and their values.
    pub(crate) fn entries(&self) -> &[(String, Self)] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The elements of an array.
    pub(crate) fn elements(&self) -> &[Self] {
        match &self.value {
            Value::List(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The text of a string or of a number, as in `"node": 20`.
    pub(crate) fn text_or_number(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Number(text) => Some(text),
            _ => None,
        }
    }

    /// Whether it is `true` or `false`.
    pub(crate) fn boolean(&self) -> Option<bool> {
        match self.value {
            Value::Boolean(boolean) => Some(boolean),
            _ => None,
        }
    }

    /// The strings of an array, or a single string.
    pub(crate) fn texts(&self) -> Vec<(u32, &str)> {
        let one = std::slice::from_ref(self);
        let nodes = if self.text().is_some() {
            one
        } else {
            self.elements()
        };
        nodes
            .iter()
            .filter_map(|node| Some((node.line, node.text()?)))
            .collect()
    }
}

/// The value in the file at `path`, where it is there; what cannot be read or is no JSON is reported.
pub(crate) fn read(sources: &Sources<'_>, path: &str, dialect: Dialect) -> Option<Node> {
    let text = sources.text(path)?;
    let (node, problem) = parse(path, &text, dialect);
    if let Some(problem) = problem {
        sources.report(problem);
    }
    node
}

/// The value in `text`, as far as it can be read, and what is wrong with it.
pub(crate) fn parse(path: &str, text: &str, dialect: Dialect) -> (Option<Node>, Option<Problem>) {
    let lines = LineIndex::new(text);
    let strict = options(false);
    let lenient = options(true);
    let first = if dialect == Dialect::Strict {
        &strict
    } else {
        &lenient
    };
    match tree(text, &lines, first) {
        Ok(node) => (node, None),
        Err(error) => {
            let problem = problem(path, text, &error, &lines);
            let second = match dialect {
                Dialect::Strict => tree(text, &lines, &lenient).ok().flatten(),
                Dialect::WithComments => None,
            };
            (second, Some(problem))
        }
    }
}

fn options(is_lenient: bool) -> ParseOptions {
    ParseOptions {
        allow_comments: is_lenient,
        allow_loose_object_property_names: false,
        allow_trailing_commas: is_lenient,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    }
}

fn tree(
    text: &str,
    lines: &LineIndex,
    options: &ParseOptions,
) -> Result<Option<Node>, jsonc_parser::errors::ParseError> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), options)?;
    Ok(parsed.value.map(|value| {
        let line = lines.line(start(&value));
        node(value, line, lines)
    }))
}

fn node(value: ast::Value<'_>, line: u32, lines: &LineIndex) -> Node {
    let value = match value {
        ast::Value::StringLit(text) => Value::Text(text.value.into_owned()),
        ast::Value::NumberLit(number) => Value::Number(number.value.to_owned()),
        ast::Value::BooleanLit(boolean) => Value::Boolean(boolean.value),
        ast::Value::NullKeyword(_) => Value::Null,
        ast::Value::Array(array) => Value::List(
            array
                .elements
                .into_iter()
                .map(|element| {
                    let line = lines.line(start(&element));
                    node(element, line, lines)
                })
                .collect(),
        ),
        ast::Value::Object(object) => Value::Map(
            object
                .properties
                .into_iter()
                .map(|property| {
                    let line = lines.line(property.range.start);
                    let key = property.name.into_string();
                    (key, node(property.value, line, lines))
                })
                .collect(),
        ),
    };
    Node { line, value }
}

fn start(value: &ast::Value<'_>) -> usize {
    use jsonc_parser::common::Ranged as _;
    value.start()
}

fn problem(
    path: &str,
    text: &str,
    error: &jsonc_parser::errors::ParseError,
    lines: &LineIndex,
) -> Problem {
    // The kind names no position of its own: the evidence does.
    let message = error.kind().to_string();
    let start = error.range().start.min(text.len());
    let mut letters = message.chars();
    let message = letters
        .next()
        .map(|first| first.to_lowercase().chain(letters).collect::<String>())
        .unwrap_or_default();
    Problem {
        message: format!("invalid JSON: {}", message.trim_end_matches('.')),
        evidence: Evidence::at(path, lines.line(start), "json-syntax"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_value_knows_its_line() {
        let text = "{\n  \"a\": [1,\n    \"x\"],\n  \"b\":\n    {\"c\": true}\n}";
        let root = parse("a.json", text, Dialect::Strict).0.unwrap();
        assert_eq!(root.get("a").unwrap().line, 2);
        assert_eq!(root.get("a").unwrap().texts(), [(3, "x")]);
        let inner = root.descend(&["b", "c"]).unwrap();
        assert_eq!((inner.line, inner.boolean()), (5, Some(true)));
        assert_eq!(
            root.get("a").unwrap().elements()[0].text_or_number(),
            Some("1")
        );
    }

    #[test]
    fn a_comment_is_a_problem_where_none_may_be_and_hides_nothing() {
        let text = "{\n  // why\n  \"a\": \"b\",\n}";
        let (node, problem) = parse("package.json", text, Dialect::Strict);
        assert_eq!(node.unwrap().get("a").unwrap().text(), Some("b"));
        assert_eq!(
            problem.unwrap().evidence.to_string(),
            "package.json:2 (json-syntax)"
        );
        let (node, problem) = parse("tsconfig.json", text, Dialect::WithComments);
        assert!(node.is_some() && problem.is_none());
    }

    #[test]
    fn what_is_no_json_is_a_problem_with_its_line() {
        let (node, problem) = parse("package.json", "{\n\"a\": }", Dialect::Strict);
        assert_eq!(node, None);
        let problem = problem.unwrap();
        assert!(problem.message.starts_with("invalid JSON: "), "{problem:?}");
        assert_eq!(problem.evidence.line, Some(2));
        let deep = "[".repeat(100_000);
        assert!(parse("a.json", &deep, Dialect::Strict).1.is_some());
    }

    #[test]
    fn of_equal_keys_the_last_one_counts() {
        let root = parse("a.json", r#"{"a": 1, "a": 2}"#, Dialect::Strict)
            .0
            .unwrap();
        assert_eq!(root.get("a").unwrap().text_or_number(), Some("2"));
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(text: String) {
            let _ = parse("a.json", &text, Dialect::Strict);
            let _ = parse("a.json", &text, Dialect::WithComments);
        }

        #[test]
        fn what_serde_writes_is_read(keys in prop::collection::btree_map(".*", ".*", 0..6)) {
            let text = serde_json::to_string_pretty(&keys).unwrap();
            let (root, problem) = parse("a.json", &text, Dialect::Strict);
            prop_assert_eq!(problem, None);
            let root = root.unwrap();
            for (key, value) in &keys {
                prop_assert_eq!(root.get(key).and_then(Node::text), Some(value.as_str()));
            }
        }
    }
}
