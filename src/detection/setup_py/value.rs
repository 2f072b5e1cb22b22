//! What an expression of a `setup.py` comes to.

use ruff_python_ast::StmtFunctionDef;

/// A value, as far as it is known without running anything.
#[derive(Debug, Clone)]
pub(crate) enum Value<'a> {
    /// A string and the line it stands on.
    Text(String, u32),
    /// A place below the root of the project, as `os.path.dirname(__file__)` leads to.
    Path(String),
    /// `True` or `False`.
    Truth(bool),
    /// A list, a tuple or a set.
    List(Vec<Value<'a>>),
    /// A dictionary.
    Dict(Vec<(String, Value<'a>)>),
    /// A file of the project: opened, read, or taken apart into lines; for a list of requirements
    /// it is all the same.
    File(String, u32),
    /// A function of the file itself.
    Function(&'a StmtFunctionDef),
    /// `find_packages(where=…)` of setuptools.
    FoundPackages(Option<String>, u32),
    /// Something that only running the file would tell, and its line.
    Unknown(u32),
}

/// Values that hold more than this are given up: no list of requirements is that long, and a
/// hostile file must not fill the memory.
pub(super) const LARGEST_VALUE: usize = 4000;

impl Value<'_> {
    /// The string, where it is one.
    pub(crate) fn as_text(&self) -> Option<(&str, u32)> {
        match self {
            Self::Text(text, line) => Some((text, *line)),
            _ => None,
        }
    }

    /// A string or a path as the text of a path.
    pub(super) fn as_path(&self) -> Option<&str> {
        match self {
            Self::Text(text, _) | Self::Path(text) => Some(text),
            _ => None,
        }
    }

    /// The elements of a list, or what else can be gone through; none for what is not known.
    pub(crate) fn elements(&self) -> Option<Vec<Self>> {
        match self {
            Self::List(elements) => Some(elements.clone()),
            Self::Dict(entries) => Some(
                entries
                    .iter()
                    .map(|(key, _)| Self::Text(key.clone(), 0))
                    .collect(),
            ),
            // Whoever goes through a file goes through its lines.
            Self::File(..) => Some(vec![self.clone()]),
            _ => None,
        }
    }

    /// The value under `key`.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        match self {
            Self::Dict(entries) => entries
                .iter()
                .rev()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value),
            _ => None,
        }
    }

    /// This list with `other` behind it; what is not known stays as one unknown element.
    pub(super) fn followed_by(self, other: Self, line: u32) -> Self {
        let mut elements = self.into_elements(line);
        elements.extend(other.into_elements(line));
        Self::List(elements)
    }

    fn into_elements(self, line: u32) -> Vec<Self> {
        match self {
            Self::List(elements) => elements,
            Self::File(..) => vec![self],
            Self::Unknown(line) => vec![Self::Unknown(line)],
            _ => self.elements().unwrap_or_else(|| vec![Self::Unknown(line)]),
        }
    }

    /// Whether the value, with all it holds, is of a size that is worth keeping.
    pub(super) fn is_reasonable(&self) -> bool {
        self.weight(LARGEST_VALUE) <= LARGEST_VALUE
    }

    fn weight(&self, limit: usize) -> usize {
        let sum = |values: &mut dyn Iterator<Item = &Self>| {
            let mut sum = 1;
            for value in values {
                sum += value.weight(limit);
                if sum > limit {
                    break;
                }
            }
            sum
        };
        match self {
            Self::Text(text, _) | Self::Path(text) => 1 + text.len() / 64,
            Self::List(elements) => sum(&mut elements.iter()),
            Self::Dict(entries) => sum(&mut entries.iter().map(|(_, value)| value)),
            _ => 1,
        }
    }
}
