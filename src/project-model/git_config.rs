//! The format of `.git/config` and `.gitmodules`.
//!
//! Source: "Syntax" in the manual page of `git config`. Files that are included are not followed:
//! whoever reads a text is handed that text alone.

use std::iter::Peekable;
use std::str::Chars;

/// A key and its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GitConfigEntry {
    /// The section in lower case: `submodule`.
    pub section: String,
    /// The subsection, whose case counts: `libs/one`.
    pub subsection: Option<String>,
    /// The key in lower case: `hookspath`.
    pub key: String,
    /// The value; none where the key stands alone, which means true.
    pub value: Option<String>,
    /// The line of the key, from 1.
    pub line: u32,
}

/// The entries of `text` in their order; of several for one key the last one counts.
///
/// A line that is nothing in this format is passed over, where git refuses the whole file: one odd
/// line must not hide the others.
#[must_use]
pub fn parse_git_config(text: &str) -> Vec<GitConfigEntry> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader {
        characters: text.chars().peekable(),
        line: 1,
    };
    let mut section = None;
    let mut entries = Vec::new();
    while let Some(&character) = reader.characters.peek() {
        match character {
            '[' => section = reader.header(),
            '#' | ';' => reader.skip_line(),
            character if character.is_ascii_alphabetic() => {
                let line = reader.line;
                let (key, value) = reader.entry();
                if let Some((section, subsection)) = &section {
                    entries.push(GitConfigEntry {
                        section: String::clone(section),
                        subsection: Option::clone(subsection),
                        key,
                        value,
                        line,
                    });
                }
            }
            character if character.is_whitespace() => {
                reader.next();
            }
            _ => reader.skip_line(),
        }
    }
    entries
}

struct Reader<'a> {
    characters: Peekable<Chars<'a>>,
    line: u32,
}

impl Reader<'_> {
    fn next(&mut self) -> Option<char> {
        let character = self.characters.next()?;
        if character == '\n' {
            self.line += 1;
        }
        Some(character)
    }

    fn skip_line(&mut self) {
        while self.next().is_some_and(|character| character != '\n') {}
    }

    /// What comes next while it `is_wanted`.
    fn word(&mut self, is_wanted: impl Fn(char) -> bool) -> String {
        let mut word = String::new();
        while let Some(character) = self.characters.next_if(|character| is_wanted(*character)) {
            word.push(character);
        }
        word
    }

    /// `[section]`, `[section "subsection"]` or, as it was once written, `[section.subsection]`.
    fn header(&mut self) -> Option<(String, Option<String>)> {
        self.next();
        let name = self
            .word(|character| character.is_ascii_alphanumeric() || "-.".contains(character))
            .to_ascii_lowercase();
        self.word(|character| character == ' ' || character == '\t');
        let quoted = self.characters.next_if_eq(&'"').is_some();
        let subsection = if quoted {
            Some(self.quoted_name()?)
        } else {
            None
        };
        if self.characters.next_if_eq(&']').is_none() {
            self.skip_line();
            return None;
        }
        Some(match (name.split_once('.'), subsection) {
            (Some((section, rest)), None) => (section.to_owned(), Some(rest.to_owned())),
            (_, subsection) => (name, subsection),
        })
    }

    fn quoted_name(&mut self) -> Option<String> {
        let mut name = String::new();
        loop {
            match self.next()? {
                '"' => return Some(name),
                '\n' => return None,
                '\\' => name.push(self.next()?),
                character => name.push(character),
            }
        }
    }

    fn entry(&mut self) -> (String, Option<String>) {
        let key = self
            .word(|character| character.is_ascii_alphanumeric() || character == '-')
            .to_ascii_lowercase();
        self.word(|character| character == ' ' || character == '\t');
        if self.characters.next_if_eq(&'=').is_some() {
            return (key, Some(self.value()));
        }
        self.skip_line();
        (key, None)
    }

    /// The value up to the end of its line: quotes keep blanks and comment signs, and a backslash at
    /// the end of a line goes on with the next.
    fn value(&mut self) -> String {
        let mut value = String::new();
        // How much of it stays when blanks at the end go.
        let mut kept = 0;
        let mut is_quoted = false;
        while let Some(character) = self.next() {
            match character {
                '\n' => break,
                '#' | ';' if !is_quoted => {
                    self.skip_line();
                    break;
                }
                '"' => {
                    is_quoted = !is_quoted;
                    kept = value.len();
                }
                '\\' => {
                    value.extend(self.escaped());
                    kept = value.len();
                }
                character if character.is_whitespace() && !is_quoted => {
                    if !value.is_empty() {
                        value.push(character);
                    }
                }
                character => {
                    value.push(character);
                    kept = value.len();
                }
            }
        }
        value.truncate(kept);
        value
    }

    fn escaped(&mut self) -> Option<char> {
        match self.next()? {
            '\n' => None,
            '\r' if self.characters.peek() == Some(&'\n') => {
                self.next();
                None
            }
            'n' => Some('\n'),
            't' => Some('\t'),
            'b' => Some('\u{8}'),
            character => Some(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use proptest::prelude::*;

    use super::*;

    fn shown(text: &str) -> String {
        parse_git_config(text)
            .into_iter()
            .fold(String::new(), |mut shown, entry| {
                let GitConfigEntry {
                    section,
                    subsection,
                    key,
                    value,
                    line,
                } = entry;
                writeln!(shown, "{line} {section} {subsection:?} {key} {value:?}").unwrap();
                shown
            })
    }

    #[test]
    fn every_notation_of_git_is_read() {
        let text = "\
# a comment
[Core]
\thooksPath = \"a b\" ; why
\tbare
[submodule \"libs/A \\\"x\\\"\"] path = libs/A\r
\turl = ../a.git # not this
[filter.LFS]
clean = git-lfs clean -- %f
required = tr\\
ue
";
        insta::assert_snapshot!(shown(text), @r#"
        3 core None hookspath Some("a b")
        4 core None bare None
        5 submodule Some("libs/A \"x\"") path Some("libs/A")
        6 submodule Some("libs/A \"x\"") url Some("../a.git")
        8 filter Some("lfs") clean Some("git-lfs clean -- %f")
        9 filter Some("lfs") required Some("true")
        "#);
    }

    #[test]
    fn an_odd_line_hides_no_other() {
        insta::assert_snapshot!(
            shown("x = 1\n[broken\n[a \"unended\n[core]\n= 3\n\u{fc} = 4\nkey = value\n"),
            @r#"7 core None key Some("value")"#
        );
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "[\\[\\]a.\"\\\\=#;\\r\\n \u{fc}-]{0,60}") {
            let _ = parse_git_config(&text);
        }

        #[test]
        fn a_quoted_value_survives(value in "[ -~\u{fc}\t]{0,30}") {
            let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
            let entries = parse_git_config(&format!("[s]\nk = \"{quoted}\"\nz = 1\n"));
            prop_assert_eq!(entries[0].value.as_deref(), Some(value.as_str()));
            prop_assert_eq!(entries.len(), 2);
        }
    }
}
