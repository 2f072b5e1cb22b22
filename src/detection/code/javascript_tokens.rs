//! JavaScript and TypeScript as tokens, as far as it takes to tell code from comments, strings,
//! templates and regular expressions.
//!
//! There is no syntax tree behind it, so that the odd file (JSX, Vue, Svelte) costs one line at most
//! where a real parser would give up.

/// A piece of code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token<'a> {
    /// What it is.
    pub kind: Kind<'a>,
    /// Where it begins, in bytes.
    pub start: usize,
}

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'a> {
    /// A name or a keyword.
    Word(&'a str),
    /// A string in single or double quotes, without them and with its escapes as they stand.
    Text(&'a str),
    /// A single sign, such as the `?` and the `.` of `?.`.
    Sign(u8),
    /// A number, a regular expression or a template.
    Other,
}

/// The tokens of `text`, in order; what stands in a template's `${}` among them.
#[must_use]
pub fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut scanner = Scanner {
        text,
        bytes: text.as_bytes(),
        position: 0,
        tokens: Vec::new(),
        templates: Vec::new(),
    };
    if text.starts_with("#!") {
        scanner.skip_line();
    }
    while scanner.position < scanner.bytes.len() {
        scanner.step();
    }
    scanner.tokens
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    position: usize,
    tokens: Vec<Token<'a>>,
    /// For every template around here, how many braces are open in its `${}`.
    templates: Vec<usize>,
}

impl Scanner<'_> {
    fn step(&mut self) {
        let (start, byte) = (self.position, self.bytes[self.position]);
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' => self.position += 1,
            b'/' if self.next_is(b'/') => self.skip_line(),
            b'/' if self.next_is(b'*') => self.skip_comment(),
            b'/' => self.slash(),
            b'\'' | b'"' => self.string(byte),
            b'`' => {
                self.position += 1;
                self.template();
            }
            b'{' => {
                if let Some(open) = self.templates.last_mut() {
                    *open += 1;
                }
                self.sign(byte);
            }
            b'}' => self.closing_brace(),
            _ if is_word(byte) => {
                while self
                    .bytes
                    .get(self.position)
                    .is_some_and(|byte| is_word(*byte))
                {
                    self.position += 1;
                }
                let kind = if byte.is_ascii_digit() {
                    Kind::Other
                } else {
                    Kind::Word(&self.text[start..self.position])
                };
                self.tokens.push(Token { kind, start });
            }
            _ => self.sign(byte),
        }
    }

    fn next_is(&self, byte: u8) -> bool {
        self.bytes.get(self.position + 1) == Some(&byte)
    }

    fn sign(&mut self, byte: u8) {
        let (kind, start) = (Kind::Sign(byte), self.position);
        self.tokens.push(Token { kind, start });
        self.position += 1;
    }

    fn other(&mut self, start: usize) {
        let kind = Kind::Other;
        self.tokens.push(Token { kind, start });
    }

    fn skip_line(&mut self) {
        let rest = &self.bytes[self.position..];
        self.position += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    }

    fn skip_comment(&mut self) {
        let rest = &self.text[self.position + 2..];
        self.position += 2 + rest.find("*/").map_or(rest.len(), |end| end + 2);
    }

    /// A string ends on its line. A quote that nothing closes there is an apostrophe in JSX.
    fn string(&mut self, quote: u8) {
        let start = self.position;
        match self.end_on_line(|byte| byte == quote) {
            Some(end) => {
                let kind = Kind::Text(&self.text[start + 1..end]);
                self.tokens.push(Token { kind, start });
                self.position = end + 1;
            }
            None => self.position += 1,
        }
    }

    /// Where the first byte that `ends` accepts stands, behind this one and on the same line;
    /// escaped ones do not count.
    fn end_on_line(&self, mut ends: impl FnMut(u8) -> bool) -> Option<usize> {
        let mut position = self.position + 1;
        while let Some(&byte) = self.bytes.get(position) {
            match byte {
                // A line that ends in a backslash goes on.
                b'\\' => position += 1,
                b'\n' => return None,
                _ if ends(byte) => return Some(position),
                _ => {}
            }
            position += 1;
        }
        None
    }

    /// From within a template to its end, or to the code in it.
    fn template(&mut self) {
        let start = self.position;
        while let Some(&byte) = self.bytes.get(self.position) {
            match byte {
                b'\\' => self.position += 1,
                b'`' => {
                    self.position += 1;
                    self.other(start);
                    return;
                }
                b'$' if self.next_is(b'{') => {
                    self.position += 2;
                    self.templates.push(0);
                    return;
                }
                _ => {}
            }
            self.position += 1;
        }
        // An escape at the end of the file leads beyond it.
        self.position = self.bytes.len();
    }

    fn closing_brace(&mut self) {
        match self.templates.last_mut() {
            Some(0) => {
                self.templates.pop();
                self.position += 1;
                self.template();
            }
            Some(open) => {
                *open -= 1;
                self.sign(b'}');
            }
            None => self.sign(b'}'),
        }
    }

    /// A division or a regular expression: that depends on what stands before it.
    fn slash(&mut self) {
        let mut in_class = false;
        let end = self.end_on_line(|byte| {
            match byte {
                b'[' => in_class = true,
                b']' => in_class = false,
                _ => {}
            }
            byte == b'/' && !in_class
        });
        match end.filter(|_| self.may_begin_expression()) {
            Some(end) => {
                let start = self.position;
                self.position = end + 1;
                self.other(start);
            }
            None => self.sign(b'/'),
        }
    }

    fn may_begin_expression(&self) -> bool {
        let before = |count: usize| {
            let index = self.tokens.len().checked_sub(count)?;
            Some(self.tokens[index].kind)
        };
        match before(1) {
            Some(Kind::Word(word)) => matches!(
                word,
                "return"
                    | "typeof"
                    | "case"
                    | "in"
                    | "of"
                    | "delete"
                    | "void"
                    | "throw"
                    | "new"
                    | "do"
                    | "else"
                    | "yield"
                    | "await"
            ),
            // `</p>` ends an element, `=>` begins a body, `a++ / b` is a division.
            Some(Kind::Text(_) | Kind::Other | Kind::Sign(b')' | b']' | b'}' | b'<')) => false,
            Some(Kind::Sign(b'>')) => before(2) == Some(Kind::Sign(b'=')),
            Some(Kind::Sign(sign @ (b'+' | b'-'))) => before(2) != Some(Kind::Sign(sign)),
            None | Some(Kind::Sign(_)) => true,
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$') || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let found: Vec<_> = tokens(text)
            .iter()
            .map(|token| match token.kind {
                Kind::Word(word) => word.to_owned(),
                Kind::Text(text) => format!("'{text}'"),
                Kind::Sign(sign) => char::from(sign).to_string(),
                Kind::Other => "#".to_owned(),
            })
            .collect();
        assert_eq!(found.join(" "), expected, "{text}");
    }

    #[test]
    fn comments_go_and_strings_stay_whole() {
        check("#!/usr/bin/env node\na // b\n/* c\n */ d", "a d");
        check(r#"a = 'b\'c' + "d";"#, r"a = 'b\'c' + 'd' ;");
        check("a /* b", "a");
    }

    #[test]
    fn code_in_templates_is_code() {
        check("`a ${b + `c ${d}`} e` + f", "b + d # # + f");
        check("`${ {a: 1}.a }` b", "{ a : # } . a # b");
        check("`a", "");
        check("`a\\", "");
    }

    #[test]
    fn a_slash_divides_or_begins_an_expression() {
        check("a = /b'c/g; d", "a = # g ; d");
        check("a = /[/]'/; d", "a = # ; d");
        check("a / b / c", "a / b / c");
        check("(a) / b / 'c'", "( a ) / b / 'c'");
        check("return /'/", "return #");
        check("() => /'/", "( ) = > #");
        check("i++ / 2 / 3", "i + + / # / #");
    }

    #[test]
    fn an_apostrophe_in_markup_costs_its_line_at_most() {
        check("<p>Don't</p>\na", "< p > Don t < / p > a");
        check(
            "<a>{b}</a><a>{c}</a>",
            "< a > { b } < / a > < a > { c } < / a >",
        );
    }

    proptest! {
        #[test]
        fn any_text_is_cut_without_a_panic(text in r#"[a-b'"`$\{\}/\\*\n\[\]<>=é1 ]{0,60}"#) {
            let mut last = 0;
            for token in tokens(&text) {
                prop_assert!(token.start >= last);
                last = token.start;
            }
        }
    }
}
