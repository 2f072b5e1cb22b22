//! Environment variables that JavaScript and TypeScript read.
//!
//! | form | without the variable |
//! |---|---|
//! | `process.env.X`, `process.env["X"]`, `const { X } = process.env` | goes on with `undefined` |
//! | `process.env.X!` (TypeScript: "it is there") | fails |
//! | `import.meta.env.X` (Vite), `Bun.env.X`, `Deno.env.get("X")` | the same |
//!
//! A variable that the same file gives a default with `??` or `||` is not required.

use std::collections::HashSet;

use memchr::memmem;
use ruff_text_size::TextSize;

use dhtl_project_model::{FileClass, is_env_name};

use super::class::class_of;
use super::facts::{EnvRead, Need};
use super::index::Index;
use super::javascript_tokens::{Kind, Token, tokens};
use super::lines::Lines;

const EXTENSIONS: &[&str] = &[
    "js", "jsx", "mjs", "cjs", "ts", "tsx", "mts", "cts", "vue", "svelte", "astro",
];

/// What Vite itself sets in `import.meta.env`.
const SET_BY_VITE: &[&str] = &["BASE_URL", "DEV", "MODE", "PROD", "SSR"];

/// How many tokens a pattern of names has at most. Without a limit, a file of braces that nothing
/// opens would take a time that grows with the square of its length.
const LONGEST_PATTERN: usize = 2_000;

/// Lines longer than this on average were written by a bundler.
const LONGEST_MEAN_LINE: usize = 300;

/// Whether `path` is code that somebody of the project wrote: no declarations of types, nothing
/// minified, no package manager that was checked in.
pub(super) fn is_javascript(path: &str) -> bool {
    let is_script = path.rsplit_once('.').is_some_and(|(_, found)| {
        EXTENSIONS
            .iter()
            .any(|extension| found.eq_ignore_ascii_case(extension))
    });
    if !is_script {
        return false;
    }
    let is_generated = [
        ".d.ts",
        ".d.mts",
        ".d.cts",
        ".min.js",
        ".min.mjs",
        ".bundle.js",
    ]
    .iter()
    .any(|end| path.ends_with(end));
    let is_package_manager = path.contains(".yarn/") || path.contains(".pnp.");
    !is_generated && !is_package_manager
}

/// The class of the file `path`, by its folders as for Python, and by what test runners collect.
pub(super) fn class_of_javascript(path: &str, index: &Index<'_>) -> FileClass {
    let marks = [".test.", ".spec.", ".cy.", ".stories."];
    let folders = ["__tests__/", "__mocks__/", "cypress/"];
    if marks.iter().any(|mark| path.contains(mark)) || folders.iter().any(|one| path.contains(one))
    {
        return FileClass::Tests;
    }
    class_of(path, index)
}

/// The reads in a file with these `bytes`, ordered by line.
pub(super) fn reads(bytes: &[u8]) -> Vec<EnvRead> {
    let may_read = ["process", "import.meta", "Bun.env", "Deno.env"]
        .iter()
        .any(|word| memmem::find(bytes, word.as_bytes()).is_some());
    let lines = 1 + memchr::memchr_iter(b'\n', bytes).count();
    if !may_read || bytes.len() / lines > LONGEST_MEAN_LINE {
        return Vec::new();
    }
    let text = String::from_utf8_lossy(bytes);
    let tokens = tokens(&text);
    let mut reader = Reader {
        tokens: &tokens,
        lines: Lines::new(&text, None),
        reads: Vec::new(),
        handled: HashSet::new(),
    };
    for index in 0..tokens.len() {
        reader.read_at(index);
    }
    reader.finish()
}

struct Reader<'a> {
    tokens: &'a [Token<'a>],
    lines: Lines<'a>,
    reads: Vec<EnvRead>,
    handled: HashSet<String>,
}

impl<'a> Reader<'a> {
    /// Reads the environment that is named by the tokens from `index` on, if any is.
    fn read_at(&mut self, index: usize) {
        let rule = match self.kind(index) {
            Some(Kind::Word("process")) => "process-env",
            Some(Kind::Word("import")) => "import-meta-env",
            Some(Kind::Word("Bun")) => "bun-env",
            Some(Kind::Word("Deno")) => "deno-env",
            _ => return,
        };
        if self.is_member(index) {
            return;
        }
        let between: &[&str] = match rule {
            "import-meta-env" => &["meta", "env"],
            "deno-env" => &["env", "get"],
            _ => &["env"],
        };
        let Some(end) = self.path(index + 1, between) else {
            return;
        };
        if rule == "deno-env" {
            if let (Some(Kind::Sign(b'(')), Some(Kind::Text(name))) =
                (self.kind(end), self.kind(end + 1))
            {
                self.add(name, end + 1, rule, end + 3);
            }
            return;
        }
        match self.member(end) {
            Some((name, after)) => self.add(name, index, rule, after),
            None => self.destructured(index, rule),
        }
    }

    fn kind(&self, index: usize) -> Option<Kind<'a>> {
        self.tokens.get(index).map(|token| token.kind)
    }

    fn is_sign(&self, index: usize, sign: u8) -> bool {
        self.kind(index) == Some(Kind::Sign(sign))
    }

    /// Whether the word at `index` is a member of something else than the global object.
    fn is_member(&self, index: usize) -> bool {
        let before = |count: usize| index.checked_sub(count).and_then(|index| self.kind(index));
        before(1) == Some(Kind::Sign(b'.'))
            && !matches!(
                before(2),
                Some(Kind::Word("globalThis" | "global" | "window" | "self"))
            )
    }

    /// The index behind `.a.b` or `?.a?.b`, where `names` follow there.
    fn path(&self, start: usize, names: &[&str]) -> Option<usize> {
        names.iter().try_fold(start, |index, name| {
            let (found, after) = self.member(index)?;
            (found == *name).then_some(after)
        })
    }

    /// The member that `.name`, `?.name` or `["name"]` at `index` takes, and the index behind it.
    fn member(&self, index: usize) -> Option<(&'a str, usize)> {
        let index = match (self.kind(index), self.kind(index + 1)) {
            (Some(Kind::Sign(b'?')), Some(Kind::Sign(b'.'))) if self.is_sign(index + 2, b'[') => {
                index + 2
            }
            // `process.env!.X` and `process.env![X]` as well.
            (Some(Kind::Sign(b'?')), Some(Kind::Sign(b'.')))
            | (Some(Kind::Sign(b'!')), Some(Kind::Sign(b'.' | b'['))) => index + 1,
            _ => index,
        };
        match (self.kind(index)?, self.kind(index + 1)?) {
            (Kind::Sign(b'.'), Kind::Word(name)) => Some((name, index + 2)),
            (Kind::Sign(b'['), Kind::Text(name)) if self.is_sign(index + 2, b']') => {
                Some((name, index + 3))
            }
            _ => None,
        }
    }

    /// Notes a read whose last token is before `after`; a write is none.
    fn add(&mut self, name: &str, at: usize, rule: &'static str, after: usize) {
        if !is_env_name(name) || rule == "import-meta-env" && SET_BY_VITE.contains(&name) {
            return;
        }
        let next = [0, 1].map(|offset| self.kind(after + offset));
        let required = match next {
            [Some(Kind::Sign(b'=')), second] if second != Some(Kind::Sign(b'=')) => {
                self.handled.insert(name.to_owned());
                return;
            }
            [Some(Kind::Sign(b'?' | b'|')), Some(Kind::Sign(b'?' | b'|'))] => {
                self.handled.insert(name.to_owned());
                false
            }
            [Some(Kind::Sign(b'!')), second] => second != Some(Kind::Sign(b'=')),
            _ => false,
        };
        self.push(name, at, rule, required);
    }

    fn push(&mut self, name: &str, at: usize, rule: &'static str, required: bool) {
        let start = self.tokens.get(at).map_or(0, |token| token.start);
        self.reads.push(EnvRead {
            name: name.to_owned(),
            line: self
                .lines
                .line(TextSize::new(u32::try_from(start).unwrap_or(u32::MAX))),
            rule,
            need: if required {
                Need::Required
            } else {
                Need::Optional
            },
        });
    }

    /// Reads `{ A, B: b, C = 'c' } = process.env`, backwards from the environment at `index`.
    fn destructured(&mut self, index: usize, rule: &'static str) {
        let Some(close) = index.checked_sub(2) else {
            return;
        };
        if !self.is_sign(index - 1, b'=') || !self.is_sign(close, b'}') {
            return;
        }
        let mut depth = 0_usize;
        for position in (0..close).rev().take(LONGEST_PATTERN) {
            match self.tokens[position].kind {
                Kind::Sign(b'}' | b')' | b']') => depth += 1,
                Kind::Sign(b'{') if depth == 0 => {
                    self.first_key(position + 1, rule);
                    return;
                }
                Kind::Sign(b'{' | b'(' | b'[') => depth = depth.saturating_sub(1),
                Kind::Sign(b',') if depth == 0 => self.first_key(position + 1, rule),
                _ => {}
            }
        }
    }

    fn first_key(&mut self, index: usize, rule: &'static str) {
        if let Some(Kind::Word(name) | Kind::Text(name)) = self.kind(index)
            && is_env_name(name)
        {
            self.push(name, index, rule, false);
        }
    }

    fn finish(mut self) -> Vec<EnvRead> {
        for read in &mut self.reads {
            if self.handled.contains(&read.name) {
                read.need = Need::Optional;
            }
        }
        self.reads
            .sort_by(|left, right| (left.line, &left.name).cmp(&(right.line, &right.name)));
        self.reads
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        let found: Vec<_> = reads(text.as_bytes())
            .iter()
            .map(|read| {
                let mark = if read.need == Need::Required { "!" } else { "" };
                format!("{}{mark}:{}", read.name, read.line)
            })
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn members_of_the_environment_are_read() {
        check(
            "const a = process.env.A\nprocess.env['B'];\nprocess.env?.C; process?.env.D\nglobalThis.process.env.E",
            &["A:1", "B:2", "C:3", "D:3", "E:4"],
        );
        check(
            "f(import.meta.env.VITE_A, import.meta.env.MODE)",
            &["VITE_A:1"],
        );
        check("Bun.env.A; Deno.env.get('B')", &["A:1", "B:1"]);
        check("fetch(`${process.env.HOST}/a`)", &["HOST:1"]);
        check("<a href={process.env.URL}>Don't</a>", &["URL:1"]);
    }

    #[test]
    fn what_only_looks_like_it_is_not() {
        check("// process.env.A\n/* process.env.B */ 'process.env.C'", &[]);
        check(
            "child.process.env.A; process.environment.B; myprocess.env.C",
            &[],
        );
        check("process.env[name]; process.env; { ...process.env }", &[]);
        check("const re = /process.env.A/;", &[]);
        check("process.env['a-b']", &[]);
    }

    #[test]
    fn writes_and_defaults_handle_the_absence() {
        check("process.env.A = 'x'\nif (process.env.B == 1) {}", &["B:2"]);
        check(
            "a = process.env.A!; b = process.env.B !== 'x'",
            &["A!:1", "B:1"],
        );
        check("a(process.env.A!)\nprocess.env.A ?? 'x'", &["A:1", "A:2"]);
        check(
            "process.env.A || 'x'; process.env.A!.length",
            &["A:1", "A:1"],
        );
    }

    #[test]
    fn destructured_names_are_read() {
        check(
            "const {\n  A,\n  B: b,\n  C = f({x: 1}, 2),\n  'D': d,\n  ...rest\n} = process.env;\nconst { E } = other",
            &["A:2", "B:3", "C:4", "D:5"],
        );
        check("= process.env", &[]);
        check("} = process.env", &[]);
    }

    #[test]
    fn braces_that_nothing_opens_cost_little() {
        let text = "} = process.env\n".repeat(100_000);
        assert_eq!(reads(text.as_bytes()), []);
    }

    #[test]
    fn generated_code_is_left_alone() {
        let bundle = format!("var a=process.env.A;{}", "x()".repeat(200));
        check(&bundle, &[]);
        for (path, expected) in [
            ("web/src/app.tsx", true),
            ("vite.config.mts", true),
            ("types/env.d.ts", false),
            ("static/vue.min.js", false),
            ("app.py", false),
        ] {
            assert_eq!(is_javascript(path), expected, "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(
            text in r#"(process|\.env|\.A|\["B"\]|[!=?|{},`'$/\n ]|import\.meta|é){0,20}"#
        ) {
            for read in reads(text.as_bytes()) {
                prop_assert!(is_env_name(&read.name));
            }
        }
    }
}
