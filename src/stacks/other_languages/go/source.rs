//! One file of Go: its package, its imports, and whether it is built at all.

use super::super::tokens::{self, Kind, Token};

/// What a file of Go says before its first declaration, and what it declares.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Source<'t> {
    /// The name of its package.
    pub(super) package: Option<&'t str>,
    /// What it imports, with the lines.
    pub(super) imports: Vec<(u32, &'t str)>,
    /// The line of `func main()`.
    pub(super) main: Option<u32>,
}

impl<'t> Source<'t> {
    /// What stands in `text`; nothing where it is not built for Linux.
    pub(super) fn read(path: &str, text: &'t str) -> Option<Self> {
        if !is_built_by_name(path) || !is_built_by_constraint(text) {
            return None;
        }
        let mut source = Self {
            main: main_function(text),
            ..Self::default()
        };
        source.read_header(text);
        Some(source)
    }

    fn read_header(&mut self, text: &'t str) {
        // What comes after the imports is not looked at.
        let tokens = tokens::tokens(header(text), tokens::GO);
        let mut rest = tokens.as_slice();
        while let [first, others @ ..] = rest {
            rest = others;
            match first.kind {
                Kind::Word("package") => {
                    self.package = others.first().and_then(|name| name.word());
                }
                Kind::Word("import") => rest = self.read_imports(others),
                _ => {}
            }
        }
    }

    fn read_imports<'s>(&mut self, tokens: &'s [Token<'t>]) -> &'s [Token<'t>] {
        let is_block = tokens.first().is_some_and(|first| first.is_sign('('));
        for (index, token) in tokens.iter().enumerate() {
            if let Some(path) = token.text() {
                self.imports.push((token.line, path));
            }
            let ends = if is_block {
                token.is_sign(')')
            } else {
                token.text().is_some()
            };
            if ends {
                return &tokens[index + 1..];
            }
        }
        &[]
    }
}

/// The text before the first declaration.
fn header(text: &str) -> &str {
    let mut end = 0;
    for line in text.split_inclusive('\n') {
        let declares = ["func ", "func(", "type ", "var ", "const "]
            .iter()
            .any(|word| line.starts_with(word));
        if declares {
            break;
        }
        end += line.len();
    }
    &text[..end]
}

/// The line of `func main()`, which gofmt puts at the beginning of its line.
fn main_function(text: &str) -> Option<u32> {
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let rest = content.strip_prefix("func main")?;
        rest.trim_start().starts_with('(').then_some(line)
    })
}

/// Whether the name of a file lets it be built for Linux on a usual machine: `x_windows.go` is not.
///
/// Source: "Build constraints" in the documentation of the command go.
fn is_built_by_name(path: &str) -> bool {
    const OTHERS: [&str; 24] = [
        "aix",
        "android",
        "arm",
        "darwin",
        "dragonfly",
        "freebsd",
        "illumos",
        "ios",
        "js",
        "loong64",
        "mips",
        "netbsd",
        "openbsd",
        "plan9",
        "ppc64",
        "ppc64le",
        "riscv64",
        "s390x",
        "solaris",
        "test",
        "wasip1",
        "wasm",
        "windows",
        "zos",
    ];
    let name = crate::places::file_name(path);
    if name.starts_with(['_', '.']) {
        return false;
    }
    let stem = name.strip_suffix(".go").unwrap_or(name);
    // The first part is a name, never a platform.
    !stem
        .split('_')
        .skip(1)
        .any(|part| OTHERS.binary_search(&part).is_ok())
}

/// Whether the constraints before the package clause hold for Linux on a usual machine.
fn is_built_by_constraint(text: &str) -> bool {
    for line in text.lines().take(200) {
        let line = line.trim();
        if let Some(expression) = line.strip_prefix("//go:build ") {
            return Constraint::holds(expression);
        }
        if let Some(old) = line.strip_prefix("// +build ")
            && !holds_in_old_notation(old)
        {
            return false;
        }
        if line.starts_with("package ") {
            break;
        }
    }
    true
}

/// `linux,!cgo darwin`: any of the words, of which all parts.
fn holds_in_old_notation(text: &str) -> bool {
    text.split_whitespace().any(|alternative| {
        alternative
            .split(',')
            .all(|part| match part.strip_prefix('!') {
                Some(tag) => !is_set(tag),
                None => is_set(part),
            })
    })
}

/// Whether a tag is set in a usual build.
fn is_set(tag: &str) -> bool {
    matches!(tag, "linux" | "unix" | "amd64" | "cgo" | "gc") || tag.starts_with("go1.")
}

/// An expression of build tags: `(linux && cgo) || !windows`.
struct Constraint<'t> {
    rest: &'t str,
    depth: u32,
}

impl Constraint<'_> {
    /// Whether it holds; one that is none holds.
    fn holds(text: &str) -> bool {
        let text = text.split("//").next().unwrap_or_default();
        let mut constraint = Constraint {
            rest: text.trim(),
            depth: 0,
        };
        constraint.either().unwrap_or(true)
    }

    fn takes(&mut self, sign: &str) -> bool {
        self.rest = self.rest.trim_start();
        match self.rest.strip_prefix(sign) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn either(&mut self) -> Option<bool> {
        let mut holds = self.both()?;
        while self.takes("||") {
            holds |= self.both()?;
        }
        Some(holds)
    }

    fn both(&mut self) -> Option<bool> {
        let mut holds = self.one()?;
        while self.takes("&&") {
            holds &= self.one()?;
        }
        Some(holds)
    }

    fn one(&mut self) -> Option<bool> {
        let mut is_negated = false;
        while self.takes("!") {
            is_negated = !is_negated;
        }
        if self.takes("(") {
            self.depth += 1;
            // Nobody nests them deeper, and the stack has an end.
            if self.depth > 32 {
                return None;
            }
            let holds = self.either()?;
            return self.takes(")").then_some(holds != is_negated);
        }
        self.rest = self.rest.trim_start();
        let is_part = |character: char| character.is_alphanumeric() || "_.".contains(character);
        let end = self.rest.find(|character| !is_part(character));
        let (tag, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        self.rest = rest;
        (!tag.is_empty()).then(|| is_set(tag) != is_negated)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_head_of_a_file_is_read() {
        let text = "// Package x.\n\npackage main // import \"x\"\n\nimport \"fmt\"\nimport (\n\t\
            _ \"embed\"\n\tg \"github.test/gin\" // why\n)\n\nvar a = \"b\"\n\nfunc main() {}\n";
        let source = Source::read("a.go", text).unwrap();
        assert_eq!(source.package, Some("main"));
        assert_eq!(
            source.imports,
            [(5, "fmt"), (7, "embed"), (8, "github.test/gin")]
        );
        assert_eq!(source.main, Some(13));
    }

    #[test]
    fn only_what_is_built_counts() {
        let is_built = |path: &str, constraint: &str| {
            let text = format!("{constraint}\n\npackage main\n");
            Source::read(path, &text).is_some()
        };
        for (path, constraint, expected) in [
            ("main.go", "", true),
            ("windows.go", "", true),
            ("main_windows.go", "", false),
            ("main_linux_amd64.go", "", true),
            ("_x.go", "", false),
            ("a.go", "//go:build ignore", false),
            ("a.go", "// +build ignore", false),
            ("a.go", "//go:build !windows && (linux || darwin)", true),
            ("a.go", "//go:build tools // why", false),
            ("a.go", "//go:build go1.21", true),
            ("a.go", "// +build linux,!cgo darwin", false),
            ("a.go", "//go:build (((", true),
        ] {
            assert_eq!(is_built(path, constraint), expected, "{path} {constraint}");
        }
    }

    proptest! {
        #[test]
        fn whatever_stands_there_is_no_reason_to_panic(
            text in "(package |import |func main\\(|//go:build |[()!&|\"`\n]|\\PC){0,60}",
        ) {
            let _ = Source::read("a.go", &text);
        }

        #[test]
        fn a_constraint_and_its_opposite_differ(tag in "[a-z]{1,6}", depth in 0usize..40) {
            let text = format!("{}{tag}{}", "(".repeat(depth), ")".repeat(depth));
            if depth <= 32 {
                let opposite = format!("!{text}");
                prop_assert!(Constraint::holds(&text) != Constraint::holds(&opposite));
            }
        }
    }
}
