//! The grammar of one requirement.
//!
//! Source: PEP 508, "Complete Grammar". Ours, as `pep508_rs` 0.9.2 panics on input such as
//! `a-[x]` or `a; os_name ~= 'b'`, and a panic in its shared marker table makes every later call
//! panic as well: one hostile line would end the detection of the whole project.

use std::str::FromStr as _;

use pep440_rs::VersionSpecifiers;

/// Markers nested deeper than this are refused, so that no line exhausts the stack.
const DEEPEST_MARKER: usize = 32;

/// The parts of a requirement that its readers look at.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parsed<'a> {
    /// The name as it is written.
    pub(crate) name: &'a str,
    /// The URL behind `@`.
    pub(crate) url: Option<&'a str>,
}

/// Splits a requirement and checks all of it; the error says what is wrong.
pub(crate) fn parse(text: &str) -> Result<Parsed<'_>, String> {
    let (name, rest) = split_name(text)?;
    let rest = after_extras(rest.trim_start())?.trim_start();
    if let Some(rest) = rest.strip_prefix('@') {
        let rest = rest.trim_start();
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (url, rest) = rest.split_at(end);
        if !url.contains(':') {
            return Err(format!("`{url}` is no URL"));
        }
        match rest.trim_start() {
            "" => {}
            rest => marker(
                rest.strip_prefix(';')
                    .ok_or("expected `;` behind the URL")?,
            )?,
        }
        return Ok(Parsed {
            name,
            url: Some(url),
        });
    }
    let (specifiers, condition) = match rest.split_once(';') {
        Some((specifiers, condition)) => (specifiers.trim(), Some(condition)),
        None => (rest.trim(), None),
    };
    check_specifiers(specifiers)?;
    condition.map_or(Ok(()), marker)?;
    Ok(Parsed { name, url: None })
}

/// Whether `text` is a name or an extra: letters, digits and `._-`, the latter only inside.
fn is_identifier(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.ends_with(|last: char| last.is_ascii_alphanumeric())
        && text.chars().all(is_identifier_part)
}

fn is_identifier_part(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}

fn split_name(text: &str) -> Result<(&str, &str), String> {
    let end = text
        .find(|character| !is_identifier_part(character))
        .unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    if is_identifier(name) {
        Ok((name, rest))
    } else {
        Err("expected a name".to_owned())
    }
}

fn after_extras(text: &str) -> Result<&str, String> {
    let Some(rest) = text.strip_prefix('[') else {
        return Ok(text);
    };
    let (extras, rest) = rest
        .split_once(']')
        .ok_or("expected `]` behind the extras")?;
    let extras = extras.trim();
    match extras
        .split(',')
        .map(str::trim)
        .find(|extra| !is_identifier(extra))
    {
        Some(extra) if !extras.is_empty() => Err(format!("`{extra}` is no extra")),
        _ => Ok(rest),
    }
}

fn check_specifiers(text: &str) -> Result<(), String> {
    let inner = match text.strip_prefix('(') {
        Some(rest) => rest
            .strip_suffix(')')
            .ok_or("expected `)` behind the version")?,
        None => text,
    };
    if inner.trim().is_empty() {
        return Ok(());
    }
    let first = inner.trim_start();
    if !first.starts_with(['<', '>', '=', '!', '~']) {
        return Err(format!(
            "expected a version, a URL or a marker, found `{first}`"
        ));
    }
    match VersionSpecifiers::from_str(inner) {
        Ok(_) => Ok(()),
        Err(error) => Err(error
            .to_string()
            .lines()
            .next()
            .unwrap_or_default()
            .to_owned()),
    }
}

/// Checks a marker, such as `python_version < "3.11" and extra == "x"`.
fn marker(text: &str) -> Result<(), String> {
    let tokens = tokens(text)?;
    let mut reader = MarkerReader {
        tokens: &tokens,
        next: 0,
    };
    reader.expression(0)?;
    match reader.peek() {
        None => Ok(()),
        Some(token) => Err(format!("unexpected `{token}` in the marker")),
    }
}

fn tokens(text: &str) -> Result<Vec<&str>, String> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '(' | ')' => 1,
            '"' | '\'' => {
                let end = rest[1..]
                    .find(first)
                    .ok_or("a quote in the marker has no end")?;
                end + 2
            }
            '<' | '>' | '=' | '!' | '~' => rest
                .find(|character| !"<>=!~".contains(character))
                .unwrap_or(rest.len()),
            _ => rest
                .find(|character: char| !is_identifier_part(character))
                .filter(|length| *length > 0)
                .or_else(|| is_identifier_part(first).then_some(rest.len()))
                .ok_or_else(|| format!("unexpected `{first}` in the marker"))?,
        };
        let (token, after) = rest.split_at(length);
        tokens.push(token);
        rest = after.trim_start();
    }
    Ok(tokens)
}

struct MarkerReader<'a> {
    tokens: &'a [&'a str],
    next: usize,
}

impl<'a> MarkerReader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.next).copied()
    }

    fn take(&mut self) -> Result<&'a str, String> {
        let token = self.peek().ok_or("the marker is not complete")?;
        self.next += 1;
        Ok(token)
    }

    fn expression(&mut self, depth: usize) -> Result<(), String> {
        if depth > DEEPEST_MARKER {
            return Err("the marker is nested too deep".to_owned());
        }
        loop {
            if self.peek() == Some("(") {
                self.next += 1;
                self.expression(depth + 1)?;
                if self.take()? != ")" {
                    return Err("expected `)` in the marker".to_owned());
                }
            } else {
                self.comparison()?;
            }
            if !matches!(self.peek(), Some("and" | "or")) {
                return Ok(());
            }
            self.next += 1;
        }
    }

    fn comparison(&mut self) -> Result<(), String> {
        self.value()?;
        match self.take()? {
            "<" | "<=" | "!=" | "==" | ">=" | ">" | "~=" | "===" | "in" => {}
            "not" if self.peek() == Some("in") => self.next += 1,
            token => return Err(format!("`{token}` is no comparison")),
        }
        self.value()
    }

    fn value(&mut self) -> Result<(), String> {
        // With dots: the spellings of the setuptools that came before PEP 508.
        const VARIABLES: [&str; 18] = [
            "python_version",
            "python_full_version",
            "os_name",
            "os.name",
            "sys_platform",
            "sys.platform",
            "platform_release",
            "platform_system",
            "platform_version",
            "platform.version",
            "platform_machine",
            "platform.machine",
            "platform_python_implementation",
            "platform.python_implementation",
            "python_implementation",
            "implementation_name",
            "implementation_version",
            "extra",
        ];
        let token = self.take()?;
        if token.starts_with(['"', '\'']) || VARIABLES.contains(&token) {
            Ok(())
        } else {
            Err(format!("`{token}` is no marker variable"))
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_form_of_the_grammar_is_accepted() {
        for text in [
            "A",
            "A.B-C_D",
            "name[]",
            "name[ quux , strange ] >= 1.0",
            "name<=1",
            "name>=3,<2",
            "name ( >=1 )",
            "name@http://foo.example",
            "name [fred,bar] @ http://foo.example ; python_version=='2.7'",
            "name[quux, strange];python_version<'2.7' and platform_version=='2'",
            "name; os_name=='a' or (os_name=='b' and 'x' not in sys_platform)",
            "name===1.0",
        ] {
            assert!(parse(text).is_ok(), "{text}: {:?}", parse(text));
        }
    }

    #[test]
    fn what_is_wrong_is_named() {
        let check = |text: &str, expected: &str| {
            assert_eq!(parse(text).unwrap_err(), expected, "{text}");
        };
        check("", "expected a name");
        check("a-[x]", "expected a name");
        check("a[x", "expected `]` behind the extras");
        check("a[-]", "`-` is no extra");
        check(
            "a 1.0",
            "expected a version, a URL or a marker, found `1.0`",
        );
        check("a @ ../b", "`../b` is no URL");
        check("a; sys == 'b'", "`sys` is no marker variable");
        check("a; os_name", "the marker is not complete");
        check("a; os_name == 'b", "a quote in the marker has no end");
        check(
            &format!("a; {}", "(".repeat(99)),
            "the marker is nested too deep",
        );
    }

    proptest! {
        #[test]
        fn odd_text_never_panics(text in "[a-zé0-9<>=!~.,;@\\[\\] *'\"()+:/#-]{0,40}") {
            let _ = parse(&text);
        }

        #[test]
        fn odd_markers_never_panic(
            text in "((python_version|os_name|extra|'[0-9a.*]{0,5}'|and|or|in|not|[()é]|[<>=!~]{1,3}) ?){0,9}"
        ) {
            let _ = marker(&text);
        }
    }
}
