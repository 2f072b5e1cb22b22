//! From text to what it says: the cheap test, the parser, the walk.

use dhtl_project_model::{Condition, Evidence, Problem};
use ruff_python_ast::PySourceType;
use ruff_python_parser::parse_unchecked_source;

use super::facts::FileFacts;
use super::lines::Lines;
use super::module_reader::read_module;
use super::notebook;
use super::outline;
use super::reachability::Reading;
use super::source::{decode, has_extension, is_notebook, problem};
use crate::threads::with_stack_for;

/// What the file `path` with these `bytes` says.
///
/// The parser recovers from syntax errors, so what stands around them is kept and the first of
/// them becomes the problem of the file.
pub(super) fn read_file(path: &str, bytes: &[u8], reading: Reading) -> FileFacts {
    let (text, misencoded) = decode(path, bytes);
    // Everything we look for needs an import: modules, and whatever reads the environment.
    if !text.contains("import") {
        return FileFacts {
            shares_package: shares_package(path, &text),
            ..FileFacts::default()
        };
    }
    if is_notebook(path) {
        return match notebook::code(&text) {
            Ok(cells) => {
                let code = Code {
                    path,
                    text: &cells.text,
                    lines: Some(&cells.lines),
                    reading,
                };
                read_code(&code, misencoded)
            }
            Err(error) => FileFacts {
                problem: Some(problem(
                    path,
                    format!("not a notebook: {error}"),
                    "notebook",
                )),
                ..FileFacts::default()
            },
        };
    }
    let outline = match reading {
        Reading::Outline => outline::outline(&text),
        Reading::Whole => None,
    };
    let code = Code {
        path,
        text: outline.as_deref().unwrap_or(&text),
        lines: None,
        reading,
    };
    read_code(&code, misencoded).with_shared_package(shares_package(path, &text))
}

impl FileFacts {
    fn with_shared_package(mut self, shares_package: bool) -> Self {
        self.shares_package = shares_package;
        self
    }
}

/// Python text that is about to be parsed.
struct Code<'a> {
    path: &'a str,
    text: &'a str,
    /// The line in the file for each line of `text`, where these differ.
    lines: Option<&'a [u32]>,
    reading: Reading,
}

fn read_code(code: &Code<'_>, misencoded: Option<Problem>) -> FileFacts {
    let too_deep = || FileFacts {
        problem: Some(problem(
            code.path,
            "nested too deeply to be read".to_owned(),
            "python-syntax",
        )),
        ..FileFacts::default()
    };
    with_stack_for(code.text, || parse(code, misencoded)).unwrap_or_else(too_deep)
}

fn parse(code: &Code<'_>, misencoded: Option<Problem>) -> FileFacts {
    let Code { path, text, .. } = *code;
    let is_stub = has_extension(path, "pyi");
    let source_type = if is_stub {
        PySourceType::Stub
    } else {
        PySourceType::Python
    };
    let parsed = parse_unchecked_source(text, source_type);
    let lines = Lines::new(text, code.lines);
    let outermost = if is_stub {
        Condition::TypeChecking
    } else {
        Condition::Always
    };
    let mut facts = read_module(parsed.suite(), path, &lines, outermost, code.reading);
    facts.problem = parsed
        .errors()
        .first()
        .map(|error| Problem {
            message: format!("not valid Python 3: {}", message(&error.error.to_string())),
            evidence: Evidence::at(path, lines.line(error.location.start()), "python-syntax"),
        })
        .or(misencoded);
    facts
}

/// The parser's message in the style of ours.
fn message(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_ascii_lowercase().to_string() + characters.as_str())
        .unwrap_or_default()
}

/// Whether an `__init__.py` says that its package is spread over several distributions, in the two
/// ways that predate PEP 420.
fn shares_package(path: &str, text: &str) -> bool {
    (path == "__init__.py" || path.ends_with("/__init__.py"))
        && (text.contains("extend_path(__path__") || text.contains("declare_namespace(__name__"))
}
