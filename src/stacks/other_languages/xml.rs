//! XML with the line of every element: the project files of Maven and .NET.

use dhtl_detection::formats::LineIndex;
use dhtl_project_model::{Evidence, Problem};
use roxmltree::{Document, Node, ParsingOptions};

use crate::sources::Sources;

/// More elements than any project file has.
const MOST: u32 = 200_000;

/// Hands the root element of the file at `path` to `read`; what is no XML is reported.
pub(super) fn with_root<T>(
    sources: &Sources<'_>,
    path: &str,
    read: impl FnOnce(Element<'_, '_>) -> Option<T>,
) -> Option<T> {
    let text = sources.text(path)?;
    let options = ParsingOptions {
        // A document type can name entities, but none that are fetched or that multiply.
        allow_dtd: true,
        nodes_limit: MOST,
        ..ParsingOptions::default()
    };
    match Document::parse_with_options(&text, options) {
        Ok(document) => {
            let lines = LineIndex::new(&text);
            read(Element {
                node: document.root_element(),
                lines: &lines,
            })
        }
        Err(error) => {
            sources.report(Problem {
                message: format!("invalid XML: {error}"),
                evidence: Evidence::at(path, error.pos().row, "xml-syntax"),
            });
            None
        }
    }
}

/// An element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Element<'d, 'input> {
    node: Node<'d, 'input>,
    // That of the document counts from its beginning every time.
    lines: &'d LineIndex,
}

impl<'d, 'input> Element<'d, 'input> {
    /// Its name, without the namespace.
    pub(super) fn name(self) -> &'d str {
        self.node.tag_name().name()
    }

    /// The elements in it.
    pub(super) fn children(self) -> impl Iterator<Item = Self> {
        self.of(self.node.children())
    }

    /// The elements of this name in it.
    pub(super) fn all(self, name: &str) -> impl Iterator<Item = Self> {
        self.children().filter(move |child| child.name() == name)
    }

    /// The first element that this path of names leads to.
    pub(super) fn descend(self, names: &[&str]) -> Option<Self> {
        names
            .iter()
            .try_fold(self, |element, name| element.all(name).next())
    }

    /// All elements of this name, at any depth.
    pub(super) fn anywhere(self, name: &str) -> impl Iterator<Item = Self> {
        self.of(self.node.descendants())
            .filter(move |element| element.name() == name)
    }

    /// The text in it.
    pub(super) fn text(self) -> Option<&'d str> {
        self.node
            .text()
            .map(str::trim)
            .filter(|text| !text.is_empty())
    }

    /// The value of an attribute.
    pub(super) fn attribute(self, name: &str) -> Option<&'d str> {
        let value = self.node.attribute(name)?.trim();
        (!value.is_empty()).then_some(value)
    }

    /// The line it begins on.
    pub(super) fn line(self) -> u32 {
        self.lines.line(self.node.range().start)
    }

    fn of(self, nodes: impl Iterator<Item = Node<'d, 'input>>) -> impl Iterator<Item = Self> {
        let lines = self.lines;
        nodes
            .filter(Node::is_element)
            .map(move |node| Self { node, lines })
    }
}
