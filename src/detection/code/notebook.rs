//! The Python in a notebook (`.ipynb`, nbformat 3 and 4), as one text.

use serde::Deserialize;

/// The code cells of a notebook in their order.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Code {
    /// The code, one cell after the other.
    pub(super) text: String,
    /// For each line of the text its line in the notebook's file.
    pub(super) lines: Vec<u32>,
}

#[derive(Deserialize)]
struct Notebook {
    #[serde(default)]
    cells: Vec<Cell>,
    #[serde(default)]
    worksheets: Vec<Worksheet>,
    #[serde(default)]
    metadata: Metadata,
}

#[derive(Deserialize)]
struct Worksheet {
    #[serde(default)]
    cells: Vec<Cell>,
}

#[derive(Deserialize, Default)]
struct Metadata {
    language_info: Option<LanguageInfo>,
}

#[derive(Deserialize)]
struct LanguageInfo {
    name: Option<String>,
}

#[derive(Deserialize)]
struct Cell {
    cell_type: String,
    #[serde(alias = "input")]
    source: Option<Source>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Source {
    Text(String),
    Lines(Vec<String>),
}

/// Magics whose cell is Python all the same.
const PYTHON_MAGICS: &[&str] = &[
    "capture", "prun", "py", "python", "python3", "time", "timeit",
];

/// The code of the notebook `json`; empty when it is in another language.
pub(super) fn code(json: &str) -> Result<Code, serde_json::Error> {
    let notebook: Notebook = serde_json::from_str(json)?;
    let language = notebook
        .metadata
        .language_info
        .and_then(|language| language.name);
    if language.is_some_and(|name| !name.to_ascii_lowercase().contains("python")) {
        return Ok(Code::default());
    }
    let mut code = Code::default();
    let mut cursor = Cursor {
        json,
        offset: 0,
        line: 1,
    };
    let sheets = notebook
        .worksheets
        .into_iter()
        .flat_map(|sheet| sheet.cells);
    for cell in notebook.cells.into_iter().chain(sheets) {
        let source = match cell.source {
            Some(Source::Text(text)) => text,
            Some(Source::Lines(lines)) => lines.concat(),
            None => continue,
        };
        if cell.cell_type == "code" {
            code.add(&source, &mut cursor);
        }
    }
    Ok(code)
}

impl Code {
    fn add(&mut self, source: &str, cursor: &mut Cursor<'_>) {
        let magic = source.trim_start().strip_prefix("%%");
        if let Some(magic) = magic {
            let name = magic.split_whitespace().next().unwrap_or_default();
            if !PYTHON_MAGICS.contains(&name) {
                return;
            }
        }
        for line in source.lines() {
            // Magics and shell commands are no Python, but keep their line.
            let kept = if line.trim_start().starts_with(['%', '!', '?']) {
                ""
            } else {
                line
            };
            let indent = &line[..line.len() - line.trim_start().len()];
            let replaced = if kept.is_empty() && !line.trim().is_empty() {
                "pass"
            } else {
                ""
            };
            self.text
                .push_str(if replaced.is_empty() { "" } else { indent });
            self.text.push_str(replaced);
            self.text.push_str(kept);
            self.text.push('\n');
            self.lines.push(cursor.find(line));
        }
    }
}

/// Finds the lines of cells in the notebook's file, from top to bottom.
struct Cursor<'a> {
    json: &'a str,
    offset: usize,
    line: u32,
}

impl Cursor<'_> {
    /// The line in the file where the source `line` stands; the last one found when it is written
    /// in a way we do not expect.
    fn find(&mut self, line: &str) -> u32 {
        // Only lines that are looked for later are worth the search.
        if !line.contains("import") && !line.contains("env") {
            return self.line;
        }
        let encoded = serde_json::Value::from(line).to_string();
        let inner = &encoded[1..encoded.len() - 1];
        if let Some(found) = self.json[self.offset..].find(inner) {
            let skipped = &self.json[self.offset..self.offset + found];
            let newlines = skipped.bytes().filter(|byte| *byte == b'\n').count();
            self.line = self
                .line
                .saturating_add(u32::try_from(newlines).unwrap_or(u32::MAX));
            self.offset += found + inner.len();
        }
        self.line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_cells_become_one_text_with_the_lines_of_the_file() {
        let json = r#"{
 "cells": [
  {"cell_type": "markdown", "source": ["import nothing\n"]},
  {"cell_type": "code", "source": [
    "%matplotlib inline\n",
    "import numpy as np"
  ]},
  {"cell_type": "code", "source": "%%bash\nimport screen"},
  {"cell_type": "code", "source": "!pip install torch\nimport torch\n"}
 ],
 "metadata": {"language_info": {"name": "python"}}
}"#;
        let code = code(json).unwrap();
        assert_eq!(code.text, "pass\nimport numpy as np\npass\nimport torch\n");
        assert_eq!(code.lines[1], 6);
        assert_eq!(code.lines[3], 9);
    }

    #[test]
    fn another_language_is_left_alone() {
        let json = r#"{"cells": [{"cell_type": "code", "source": "import x"}],
            "metadata": {"language_info": {"name": "julia"}}}"#;
        assert_eq!(code(json).unwrap(), Code::default());
    }

    #[test]
    fn what_is_no_notebook_is_an_error() {
        for json in ["", "[", "{\"cells\": 3}"] {
            assert!(code(json).is_err(), "{json}");
        }
    }
}
