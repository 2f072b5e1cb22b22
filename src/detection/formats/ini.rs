//! The dialect of INI that `setup.cfg` and `tox.ini` are written in, with line numbers.
//!
//! Source: `configparser` of Python's standard library; tox's own reader differs in nothing that
//! matters here.

use std::collections::HashMap;

/// A parsed INI file. Sections and keys keep their order; a repeated section goes on where the
/// first ended.
#[derive(Debug, Clone, Default)]
pub struct IniFile {
    /// The path relative to the root of the project.
    pub path: String,
    /// The sections.
    pub sections: Vec<Section>,
}

/// `[name]` and what follows.
#[derive(Debug, Clone)]
pub struct Section {
    /// The name as it is written.
    pub name: String,
    /// The keys.
    pub entries: Vec<Entry>,
}

/// `key = value`.
#[derive(Debug, Clone)]
pub struct Entry {
    /// The key in lower case.
    pub key: String,
    /// The line of the key.
    pub line: u32,
    /// The lines of the value that hold anything, trimmed, each with its number.
    pub value: Vec<(u32, String)>,
}

impl IniFile {
    /// Parses `text`. Lines that are nothing in INI are passed over, as a reader that stops at the
    /// first would hide everything after it.
    #[must_use]
    pub fn parse(path: &str, text: &str) -> Self {
        let mut file = Self {
            path: path.to_owned(),
            sections: Vec::new(),
        };
        let mut known = HashMap::new();
        let mut current = None;
        let mut indent = 0;
        for (number, line) in (1..).zip(text.lines()) {
            let trimmed = line.trim();
            if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
                continue;
            }
            let depth = line.len() - line.trim_start().len();
            let section = current.and_then(|index: usize| file.sections.get_mut(index));
            if depth > indent
                && let Some(entry) = section.and_then(|section| section.entries.last_mut())
            {
                entry.value.push((number, trimmed.to_owned()));
            } else if let Some(name) = header(trimmed) {
                let sections = &mut file.sections;
                current = Some(*known.entry(name).or_insert_with(|| {
                    sections.push(Section {
                        name: name.to_owned(),
                        entries: Vec::new(),
                    });
                    sections.len() - 1
                }));
                indent = depth;
            } else if let Some(section) = current.and_then(|index| file.sections.get_mut(index))
                && let Some(entry) = entry(trimmed, number)
            {
                section.entries.push(entry);
                indent = depth;
            }
        }
        file
    }

    /// The section of this name.
    #[must_use]
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    /// The entry of this key in the section of this name.
    #[must_use]
    pub fn entry(&self, section: &str, key: &str) -> Option<&Entry> {
        self.section(section)?.entry(key)
    }
}

impl Section {
    /// The entry of this key; `-` and `_` are the same in keys of setuptools.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries
            .iter()
            .find(|entry| entry.key.replace('-', "_") == key)
    }
}

impl Entry {
    /// The value on one line, where it has exactly one.
    #[must_use]
    pub fn single(&self) -> Option<&str> {
        match self.value.as_slice() {
            [(_, text)] => Some(text),
            _ => None,
        }
    }

    /// The items of a list that is written with commas or line by line, each with its line.
    #[must_use]
    pub fn items(&self) -> Vec<(u32, &str)> {
        self.value
            .iter()
            .flat_map(|(line, text)| text.split(',').map(|item| (*line, item.trim())))
            .filter(|(_, item)| !item.is_empty())
            .collect()
    }
}

fn header(line: &str) -> Option<&str> {
    let name = line.strip_prefix('[')?;
    let end = name.rfind(']')?;
    Some(name[..end].trim())
}

fn entry(line: &str, number: u32) -> Option<Entry> {
    let separator = line.find(['=', ':'])?;
    let key = line[..separator].trim().to_lowercase();
    if key.is_empty() {
        return None;
    }
    let text = line[separator + 1..].trim();
    let value = if text.is_empty() {
        Vec::new()
    } else {
        vec![(number, text.to_owned())]
    };
    Some(Entry {
        key,
        line: number,
        value,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "\
[metadata]
name = x
# a comment
[options]
install_requires =
    flask>=2

    # another
    click
packages: find:
[options.extras_require]
dev-tools = a, b
";

    #[test]
    fn values_know_their_lines() {
        let file = IniFile::parse("setup.cfg", TEXT);
        assert_eq!(file.entry("metadata", "name").unwrap().single(), Some("x"));
        let requires = file.entry("options", "install_requires").unwrap();
        assert_eq!(
            requires.value,
            [(6, "flask>=2".to_owned()), (9, "click".to_owned())]
        );
        assert_eq!(
            file.entry("options", "packages").unwrap().single(),
            Some("find:")
        );
        let extra = file.entry("options.extras_require", "dev_tools").unwrap();
        assert_eq!(extra.items(), [(12, "a"), (12, "b")]);
    }

    #[test]
    fn windows_line_ends_and_stray_lines_change_nothing() {
        let file = IniFile::parse("x", "stray\r\n[a]\r\nb = c\r\n]]\r\nd = e\r\n");
        assert_eq!(file.entry("a", "b").unwrap().single(), Some("c"));
        assert_eq!(file.entry("a", "d").unwrap().single(), Some("e"));
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text: String) {
            let lines = u32::try_from(text.lines().count()).unwrap();
            for entry in IniFile::parse("x", &text).sections.iter().flat_map(|section| &section.entries) {
                prop_assert!(entry.line >= 1 && entry.line <= lines);
            }
        }
    }
}
