//! XML with the line of every element: the project files of Maven and .NET.

use dhtl_detection::formats::LineIndex;
use dhtl_project_model::{Evidence, Problem};
use memchr::memmem;
use roxmltree::{Document, Node, ParsingOptions};

use crate::sources::Sources;

/// More elements than any project file has.
const MOST: u32 = 200_000;

/// More attributes than any element has. Each is compared with all others of its element.
const MOST_ATTRIBUTES: usize = 5000;

/// Hands the root element of the file at `path` to `read`; what is no XML is reported.
pub(super) fn with_root<T>(
    sources: &Sources<'_>,
    path: &str,
    read: impl FnOnce(Element<'_, '_>) -> Option<T>,
) -> Option<T> {
    let text = sources.text(path)?;
    if let Some(problem) = excess(path, &text) {
        sources.report(problem);
        return None;
    }
    let options = ParsingOptions {
        // Some project files have a document type, though none that names entities.
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

/// What in the text would grow beyond measure when it is read.
fn excess(path: &str, text: &str) -> Option<Problem> {
    let problem = |message: &str, offset| Problem {
        message: message.to_owned(),
        evidence: Evidence::at(path, LineIndex::new(text).line(offset), "xml-syntax"),
    };
    // Few of them can stand for gigabytes.
    if let Some(offset) = memmem::find(text.as_bytes(), b"<!ENTITY") {
        return Some(problem("it defines entities, not read", offset));
    }
    // No attribute can hold a `<`, and each has a `=`.
    let mut begin = 0;
    for end in memchr::memchr_iter(b'<', text.as_bytes()).chain([text.len()]) {
        let element = &text.as_bytes()[begin..end];
        if element.len() > 2 * MOST_ATTRIBUTES
            && memchr::memchr_iter(b'=', element).count() > MOST_ATTRIBUTES
        {
            return Some(problem("an element with too many attributes", begin));
        }
        begin = end;
    }
    None
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_grows_beyond_measure_is_not_read() {
        let entities = "<!DOCTYPE p [\n<!ENTITY a \"x\">]>\n<p>&a;</p>";
        let line = excess("pom.xml", entities).map(|problem| problem.evidence.line);
        assert_eq!(line, Some(Some(2)));
        let attributes: Vec<String> = (0..6000).map(|one| format!("a{one}='>'")).collect();
        let many = format!("<p>\n<q {}/></p>", attributes.join(" "));
        let line = excess("pom.xml", &many).map(|problem| problem.evidence.line);
        assert_eq!(line, Some(Some(2)));
        let few = format!("<p>{}</p>", "<q a='b'/>".repeat(6000));
        assert_eq!(excess("pom.xml", &few), None);
    }
}
