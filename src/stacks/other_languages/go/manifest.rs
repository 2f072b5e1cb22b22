//! `go.mod` and `go.work`.
//!
//! Sources: "go.mod files" and "Workspaces" in the Go Modules Reference.

/// What a `go.mod` or `go.work` says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Manifest {
    /// The path of the module.
    pub(super) module: Option<Said>,
    /// The version of the language.
    pub(super) go: Option<Said>,
    /// The toolchain.
    pub(super) toolchain: Option<Said>,
    /// The modules it needs itself.
    pub(super) requires: Vec<Said>,
    /// The folders of a workspace.
    pub(super) uses: Vec<Said>,
    /// The lines that are none.
    pub(super) invalid: Vec<u32>,
}

/// Something that stands in a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    /// What.
    pub(super) text: String,
    /// The line.
    pub(super) line: u32,
}

impl Manifest {
    /// What `text` says.
    pub(super) fn parse(text: &str) -> Self {
        let mut manifest = Self::default();
        let mut block: Option<&str> = None;
        for (line, content) in (1..).zip(text.lines()) {
            let (content, comment) = content.split_once("//").unwrap_or((content, ""));
            let content = content.trim();
            let is_indirect = comment.trim_start().starts_with("indirect");
            if content.is_empty() {
                continue;
            }
            if content == ")" {
                block = None;
                continue;
            }
            if let Some(verb) = block {
                manifest.add(verb, content, is_indirect, line);
                continue;
            }
            let (verb, rest) = content
                .split_once(|character: char| character.is_whitespace() || character == '(')
                .unwrap_or((content, ""));
            // `split_once` took the bracket where nothing stood before it.
            let opens = content.ends_with('(');
            let rest = rest.trim_end_matches('(').trim();
            if opens && rest.is_empty() {
                block = Some(verb);
            } else {
                manifest.add(verb, rest, is_indirect, line);
            }
        }
        manifest
    }

    fn add(&mut self, verb: &str, rest: &str, is_indirect: bool, line: u32) {
        let first = rest.split_whitespace().next().unwrap_or_default();
        let first = first.trim_matches(['"', '`']);
        let said = || Said {
            text: first.to_owned(),
            line,
        };
        match verb {
            _ if first.is_empty() => self.invalid.push(line),
            "module" => self.module = Some(said()),
            "go" => self.go = Some(said()),
            // `default` and `none` name nothing.
            "toolchain" if first.starts_with("go") => self.toolchain = Some(said()),
            "require" if !is_indirect => self.requires.push(said()),
            "use" => self.uses.push(said()),
            "require" | "toolchain" | "replace" | "exclude" | "retract" | "godebug" | "tool"
            | "ignore" => {}
            _ => self.invalid.push(line),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn texts(said: &[Said]) -> Vec<(&str, u32)> {
        let said = said.iter().map(|said| (said.text.as_str(), said.line));
        said.collect()
    }

    #[test]
    fn blocks_and_lines_say_the_same() {
        let text = "module \"example.test/a/v2\" // ours\r\n\r\ngo 1.21.0\ntoolchain go1.22.3\n\
            require b.test/b v1.0.0\nrequire (\n\tc.test/c v1.0.0\n\td.test/d v0.0.0 // indirect\n)\n\
            replace b.test/b => ../b\nretract [v1.0.0, v1.1.0]\n<<<<<<< HEAD\n";
        let manifest = Manifest::parse(text);
        assert_eq!(
            texts(manifest.module.as_slice()),
            [("example.test/a/v2", 1)]
        );
        assert_eq!(texts(manifest.go.as_slice()), [("1.21.0", 3)]);
        assert_eq!(texts(manifest.toolchain.as_slice()), [("go1.22.3", 4)]);
        assert_eq!(
            texts(&manifest.requires),
            [("b.test/b", 5), ("c.test/c", 7)]
        );
        assert_eq!(manifest.invalid, [12]);
    }

    #[test]
    fn workspaces_list_folders() {
        let manifest = Manifest::parse("go 1.22\nuse (\n ./a\n ./b // why\n)\nuse ./c\n");
        assert_eq!(texts(&manifest.uses), [("./a", 3), ("./b", 4), ("./c", 6)]);
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(
            text in "(module|go|require|use| |\\(|\\)|\n|/|\"|\\PC){0,40}",
        ) {
            let _ = Manifest::parse(&text);
        }
    }
}
