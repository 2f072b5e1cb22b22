//! YAML with the line of every value, and every scalar as the text that stands in the file.
//!
//! `3.10` is a version, not the number 3.1: a reader that resolves scalars would lose it.

use std::collections::HashMap;

use dhtl_project_model::{Evidence, Problem};
use saphyr_parser::{Event, Parser, ScanError, Span};

/// Values and levels beyond which a file is not read: an alias can multiply what it names.
const MOST_VALUES: usize = 100_000;
const DEEPEST_LEVEL: usize = 64;
/// Letters that anchors and aliases may copy: the values alone say nothing about how long they are.
const MOST_COPIED: usize = 16 * 1024 * 1024;

/// A value in a YAML file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Node {
    /// The line, counted from 1, that the value begins on.
    pub line: u32,
    /// The value.
    pub value: Value,
}

/// What a value is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// A scalar, as its text.
    Text(String),
    /// A sequence.
    List(Vec<Node>),
    /// A mapping, in the order of the file.
    Map(Vec<(Node, Node)>),
}

impl Node {
    /// The value under `key`, where this is a mapping.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.entries()
            .find(|(name, _)| *name == key)
            .map(|(_, node)| node)
    }

    /// The text keys of a mapping and their values.
    pub fn entries(&self) -> impl Iterator<Item = (&str, &Self)> {
        let entries = match &self.value {
            Value::Map(entries) => entries.as_slice(),
            _ => &[],
        };
        entries
            .iter()
            .filter_map(|(key, value)| Some((key.text()?, value)))
    }

    /// The elements of a sequence.
    #[must_use]
    pub fn elements(&self) -> &[Self] {
        match &self.value {
            Value::List(elements) => elements,
            _ => &[],
        }
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The scalars of a sequence of scalars, or a single scalar.
    #[must_use]
    pub fn texts(&self) -> Vec<(u32, &str)> {
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

/// Parses the first document of `text`; none where there is nothing in it.
///
/// YAML wants a bracket that closes a list indented deeper than the key before the list. Most
/// readers do not insist, and many workflows have it in the column of the key, so where a text
/// cannot be read it is tried again with such brackets moved.
pub fn parse(path: &str, text: &str) -> Result<Option<Node>, Problem> {
    parse_strictly(path, text).or_else(|problem| {
        parse_strictly(path, &with_closing_brackets_indented(text)).map_err(|_| problem)
    })
}

fn with_closing_brackets_indented(text: &str) -> String {
    const DEEP: &str = "                                        ";
    text.lines()
        .flat_map(|line| {
            let closes = line.trim_start().starts_with([']', '}']);
            [if closes { DEEP } else { "" }, line, "\n"]
        })
        .collect()
}

fn parse_strictly(path: &str, text: &str) -> Result<Option<Node>, Problem> {
    let problem = |message: String, line| Problem {
        message,
        evidence: Evidence::at(path, line, "yaml-syntax"),
    };
    // At the end of the text, the scanner is already on a line that is not there.
    let last = u32::try_from(text.lines().count().max(1)).unwrap_or(u32::MAX);
    let mut builder = Builder::default();
    let mut parser = Parser::new_from_str(text);
    while let Some(event) = parser.next_event() {
        let (event, span) = event
            .map_err(|error: ScanError| problem(invalid(&error), line_of(&error).min(last)))?;
        match builder.take(event, span) {
            Ok(Progress::Goes) => {}
            Ok(Progress::Ends) => break,
            Err(line) => return Err(problem("too large or too deep".to_owned(), line)),
        }
    }
    Ok(builder.finished)
}

fn invalid(error: &ScanError) -> String {
    format!("invalid YAML: {}", error.info())
}

fn line_of(error: &ScanError) -> u32 {
    u32::try_from(error.marker().line())
        .unwrap_or(u32::MAX)
        .max(1)
}

enum Progress {
    Goes,
    Ends,
}

/// Builds nodes from events, on a stack of its own.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, Size)>,
    values: usize,
    /// The bytes that anchors and aliases have copied.
    copied: usize,
    finished: Option<Node>,
}

/// A collection whose end has not come yet.
struct Open {
    line: u32,
    anchor: usize,
    children: Vec<Node>,
    values_before: usize,
    /// The bytes in it, so far.
    bytes: usize,
    /// The levels below it, so far.
    levels: usize,
    kind: CollectionKind,
}

/// How much a value holds once its aliases are written out.
#[derive(Clone, Copy)]
struct Size {
    values: usize,
    levels: usize,
    bytes: usize,
}

impl Size {
    fn of_scalar(text: &str) -> Self {
        Self {
            values: 1,
            levels: 0,
            bytes: size_of::<Node>() + text.len(),
        }
    }
}

#[derive(Clone, Copy)]
enum CollectionKind {
    List,
    Map,
}

impl Builder {
    /// Takes one event; the error is the line at which the file grew too large.
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<Progress, u32> {
        let line = u32::try_from(span.start.line()).unwrap_or(u32::MAX).max(1);
        match event {
            Event::Scalar(text, _, anchor, _) => {
                let size = Size::of_scalar(&text);
                let node = Node {
                    line,
                    value: Value::Text(text.into_owned()),
                };
                self.add(node, anchor, size, line)?;
            }
            Event::Alias(anchor) => {
                let size = self
                    .anchors
                    .get(&anchor)
                    .map_or_else(|| Size::of_scalar(""), |(_, size)| *size);
                self.copy(size, line)?;
                let node = self.anchors.get(&anchor).map_or_else(
                    || Node {
                        line,
                        value: Value::Text(String::new()),
                    },
                    |(node, _)| node.clone(),
                );
                self.add(node, 0, size, line)?;
            }
            Event::SequenceStart(anchor, _) => self.open(CollectionKind::List, anchor, line)?,
            Event::MappingStart(anchor, _) => self.open(CollectionKind::Map, anchor, line)?,
            Event::SequenceEnd | Event::MappingEnd => self.close(line)?,
            Event::DocumentEnd => return Ok(Progress::Ends),
            _ => {}
        }
        Ok(Progress::Goes)
    }

    /// Counts a copy of this size, before it is made.
    fn copy(&mut self, size: Size, line: u32) -> Result<(), u32> {
        self.copied += size.bytes;
        if self.copied > MOST_COPIED || self.values + size.values > MOST_VALUES {
            return Err(line);
        }
        Ok(())
    }

    fn open(&mut self, kind: CollectionKind, anchor: usize, line: u32) -> Result<(), u32> {
        if self.open.len() >= DEEPEST_LEVEL {
            return Err(line);
        }
        self.open.push(Open {
            line,
            anchor,
            children: Vec::new(),
            values_before: self.values,
            bytes: size_of::<Node>(),
            levels: 0,
            kind,
        });
        Ok(())
    }

    fn close(&mut self, line: u32) -> Result<(), u32> {
        let Some(open) = self.open.pop() else {
            return Ok(());
        };
        let size = Size {
            values: self.values - open.values_before + 1,
            levels: open.levels + 1,
            bytes: open.bytes,
        };
        self.values = open.values_before;
        let value = match open.kind {
            CollectionKind::List => Value::List(open.children),
            CollectionKind::Map => Value::Map(pairs(open.children)),
        };
        self.add(
            Node {
                line: open.line,
                value,
            },
            open.anchor,
            size,
            line,
        )
    }

    fn add(&mut self, node: Node, anchor: usize, size: Size, line: u32) -> Result<(), u32> {
        self.values += size.values;
        if self.values > MOST_VALUES || size.levels + self.open.len() > DEEPEST_LEVEL {
            return Err(line);
        }
        if anchor != 0 {
            self.copy(size, line)?;
            self.anchors.insert(anchor, (node.clone(), size));
        }
        match self.open.last_mut() {
            Some(open) => {
                open.levels = open.levels.max(size.levels);
                open.bytes += size.bytes;
                open.children.push(node);
            }
            None => self.finished = Some(node),
        }
        Ok(())
    }
}

fn pairs(children: Vec<Node>) -> Vec<(Node, Node)> {
    let mut pairs = Vec::with_capacity(children.len() / 2);
    let mut children = children.into_iter();
    while let (Some(key), Some(value)) = (children.next(), children.next()) {
        pairs.push((key, value));
    }
    pairs
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Node {
        parse("a.yml", text).unwrap().unwrap()
    }

    fn at<'a>(node: &'a Node, outer: &str, inner: &str) -> &'a Node {
        node.get(outer).and_then(|node| node.get(inner)).unwrap()
    }

    #[test]
    fn a_version_that_looks_like_a_number_keeps_its_zero() {
        let node = read("matrix:\n  python: [3.9, 3.10,\n    \"3.11\"]\n");
        let versions = at(&node, "matrix", "python").texts();
        assert_eq!(versions, [(2, "3.9"), (2, "3.10"), (3, "3.11")]);
    }

    #[test]
    fn a_closing_bracket_may_stand_below_its_key() {
        let node = read("a:\n  b: [\n    x,\n  ]\n  c: y\n");
        assert_eq!(at(&node, "a", "b").texts(), [(3, "x")]);
        assert_eq!(at(&node, "a", "c").line, 5);
    }

    #[test]
    fn an_alias_is_what_it_names() {
        let node = read("a: &x\n  image: python:3.12\nb: *x\n");
        assert_eq!(at(&node, "b", "image").text(), Some("python:3.12"));
    }

    #[test]
    fn aliases_that_multiply_are_a_problem() {
        let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..9 {
            let alias = format!("*a{}", level - 1);
            let aliases = vec![alias; 10].join(", ");
            writeln!(text, "a{level}: &a{level} [{aliases}]").unwrap();
        }
        let problem = parse("a.yml", &text).unwrap_err();
        assert_eq!(problem.message, "too large or too deep");
    }

    #[test]
    fn anchors_and_aliases_that_copy_long_texts_are_a_problem() {
        let aliased = format!(
            "a: &a {}\nb: [{}]\n",
            "x".repeat(100_000),
            vec!["*a"; 90_000].join(",")
        );
        let within_each_other = format!(
            "{}{}{}",
            "&a [".repeat(60),
            vec!["x"; 90_000].join(","),
            "]".repeat(60)
        );
        for text in [aliased, within_each_other] {
            let problem = parse("a.yml", &text).unwrap_err();
            assert_eq!(problem.message, "too large or too deep");
        }
    }

    #[test]
    fn no_problem_is_behind_the_end_of_the_file() {
        for text in ["%%%", "a: [", "a: \"", "x:\n  - {", "%{%{"] {
            let problem = parse("a.yml", text).unwrap_err();
            let lines = u32::try_from(text.lines().count()).unwrap();
            assert!(problem.evidence.line <= Some(lines), "{problem:?}");
        }
    }

    #[test]
    fn broken_text_is_a_problem_with_its_line() {
        let problem = parse("a.yml", "a: b\nc: [d\n").unwrap_err();
        assert!(problem.evidence.line >= Some(2), "{problem:?}");
    }

    #[test]
    fn an_empty_file_is_nothing() {
        assert_eq!(parse("a.yml", "# nothing\n"), Ok(None));
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "[-a:\\[\\]{}&*x \n'\"|>#,?]{0,60}") {
            let _ = parse("a.yml", &text);
        }
    }
}
