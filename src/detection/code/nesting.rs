//! A bound on how deep a syntax tree can become, taken before it is built.
//!
//! Walking and freeing a tree takes stack for every level. A file that would take more than there
//! is, by accident or by malice, is left out instead.

use memchr::{memchr, memchr2};

/// A number that the depth of the tree of `source` does not exceed.
///
/// Brackets nest; between two separators, operators, dots and words can chain. So the bound is the
/// sum, over the brackets that are open, of what may chain in each. Where it is in doubt what is a
/// string and what is code, all that follows counts.
#[must_use]
pub fn depth_bound(source: &str) -> usize {
    let bytes = source.as_bytes();
    let (mut open, mut around, mut deepest) = (Vec::new(), 0_usize, 0_usize);
    let mut level = Level::default();
    let mut position = 0;
    while position < bytes.len() {
        let byte = bytes[position];
        let mut next = position + 1;
        match byte {
            b'#' => {
                next = memchr2(b'\n', b'\r', &bytes[position..])
                    .map_or(bytes.len(), |end| position + end);
            }
            b'"' | b'\'' => {
                let Some((end, may_chain)) = string(bytes, position) else {
                    let rest = bytes[position..].iter().filter(|byte| chains(**byte));
                    return deepest.max(around + level.here + rest.count());
                };
                next = end;
                level.here += may_chain;
            }
            // The next line goes on.
            b'\\' => {
                next = escaped(bytes, position);
                level.here += 1;
            }
            b'(' | b'[' | b'{' => {
                level.bracket = byte;
                level.here += 1;
                around += level.here;
                open.push(std::mem::take(&mut level));
            }
            b')' | b']' | b'}' => {
                // One that closes nothing is passed over, as the parser does.
                let opening = if byte == b')' { b'(' } else { byte - 2 };
                if let Some(outer) = open.pop_if(|outer| outer.bracket == opening) {
                    around -= outer.here;
                    level = outer;
                }
            }
            // The parameters of a lambda have commas as well.
            b',' => level.here = level.lambdas,
            b';' | b'\n' | b'\r' if open.is_empty() => level = Level::default(),
            b'\n' | b'\r' => level.here += 1,
            b'l' if bytes[position..].starts_with(b"lambda") => level.lambdas += 1,
            byte if chains(byte) => level.here += 1,
            _ => {}
        }
        deepest = deepest.max(around + level.here);
        position = next;
    }
    deepest
}

/// What may chain between two brackets.
#[derive(Default)]
struct Level {
    here: usize,
    /// Those of it that no comma ends.
    lambdas: usize,
    /// The bracket behind it.
    bracket: u8,
}

/// Where the string whose opening quote is at `position` ends, and what may chain in it; none where
/// that is in doubt.
fn string(bytes: &[u8], position: usize) -> Option<(usize, usize)> {
    match prefix(bytes, position)? {
        Prefix::Plain => Some((closed_end(bytes, position).unwrap_or_else(|end| end), 1)),
        Prefix::Interpolated => {
            let end = interpolated_end(bytes, position)?;
            let inside = bytes[position..end].iter();
            Some((end, 1 + inside.filter(|byte| chains(**byte)).count()))
        }
    }
}

enum Prefix {
    Plain,
    Interpolated,
}

/// What the letters in front of a quote make of the string; none where they may be the end of
/// something else.
fn prefix(bytes: &[u8], position: usize) -> Option<Prefix> {
    let is_part = |byte: &&u8| byte.is_ascii_alphanumeric() || **byte == b'_' || !byte.is_ascii();
    let length = bytes[..position].iter().rev().take_while(is_part).count();
    let word = &bytes[position - length..position];
    let ends_so = matches!(word.last(), Some(b'f' | b'F' | b't' | b'T' | b'r' | b'R'));
    match word.to_ascii_lowercase().as_slice() {
        b"f" | b"t" | b"rf" | b"fr" | b"rt" | b"tr" => Some(Prefix::Interpolated),
        [first, ..] if ends_so && (first.is_ascii_digit() || !word.is_ascii()) => None,
        _ => Some(Prefix::Plain),
    }
}

/// Behind what the backslash at `position` stands for.
fn escaped(bytes: &[u8], position: usize) -> usize {
    let is_windows = bytes[position + 1..].starts_with(b"\r\n");
    position + if is_windows { 3 } else { 2 }
}

/// How many quotes open the string at `position`.
fn quotes(bytes: &[u8], position: usize) -> usize {
    let quote = bytes[position];
    if bytes[position..].starts_with(&[quote; 3]) {
        3
    } else {
        1
    }
}

/// Where a string without expressions ends; the error is where one ends that is never closed.
fn closed_end(bytes: &[u8], position: usize) -> Result<usize, usize> {
    let quote = bytes[position];
    let count = quotes(bytes, position);
    let mut end = position + count;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' => end = escaped(bytes, end),
            b'\n' | b'\r' if count == 1 => return Err(end),
            byte if byte == quote && bytes[end..].starts_with(&[quote; 3][..count]) => {
                return Ok(end + count);
            }
            _ => end += 1,
        }
    }
    Err(bytes.len())
}

/// What a string with expressions consists of.
enum Inside {
    /// Its text, which so many of these quotes end.
    Text(u8, usize),
    /// An expression, with the number of brackets that are open in it.
    Expression(usize),
    /// How an expression is to be written.
    Format,
}

/// Where a string with expressions ends (PEP 701); none where it is not as it should be.
fn interpolated_end(bytes: &[u8], position: usize) -> Option<usize> {
    let count = quotes(bytes, position);
    let mut inside = vec![Inside::Text(bytes[position], count)];
    let mut end = position + count;
    loop {
        let byte = *bytes.get(end)?;
        let is_doubled = bytes.get(end + 1) == Some(&byte);
        match (inside.last_mut()?, byte) {
            (Inside::Text(quote, count), _)
                if byte == *quote && bytes[end..].starts_with(&[byte; 3][..*count]) =>
            {
                end += *count;
                inside.pop();
                if inside.is_empty() {
                    return Some(end);
                }
                continue;
            }
            (Inside::Text(..), b'\\') => {
                if matches!(bytes.get(end + 1)?, b'{' | b'}' | b'N') {
                    return None;
                }
                end = escaped(bytes, end);
                continue;
            }
            (Inside::Text(..), b'{' | b'}') if is_doubled => end += 1,
            (Inside::Text(..), b'{') => inside.push(Inside::Expression(0)),
            (Inside::Format, b'{') if !is_doubled => inside.push(Inside::Expression(0)),
            (Inside::Expression(_), b'"' | b'\'') => {
                match prefix(bytes, end)? {
                    Prefix::Plain => end = closed_end(bytes, end).ok()?,
                    Prefix::Interpolated => {
                        let count = quotes(bytes, end);
                        inside.push(Inside::Text(byte, count));
                        end += count;
                    }
                }
                continue;
            }
            (Inside::Expression(open), b'(' | b'[' | b'{') => *open += 1,
            (Inside::Expression(open), b')' | b']') => *open = open.checked_sub(1)?,
            (Inside::Expression(open), b'}') if *open > 0 => *open -= 1,
            (Inside::Expression(_) | Inside::Format, b'}') => {
                inside.pop();
            }
            (kind @ Inside::Expression(0), b':') => *kind = Inside::Format,
            (Inside::Text(_, 1), b'\n' | b'\r')
            | (Inside::Expression(_), b'#' | b'\\')
            | (Inside::Text(..), b'}')
            | (Inside::Format, b'{' | b'"' | b'\'' | b'\\' | b'\n' | b'\r') => return None,
            _ => {}
        }
        end += 1;
    }
}

/// Whether a byte outside strings can begin another level: operators, dots, colons of lambdas and
/// slices, and the blanks between words such as `not not x`.
fn chains(byte: u8) -> bool {
    matches!(
        byte,
        b'.' | b'+'
            | b'-'
            | b'*'
            | b'/'
            | b'%'
            | b'&'
            | b'|'
            | b'^'
            | b'~'
            | b'@'
            | b'<'
            | b'>'
            | b'='
            | b':'
            | b' '
            | b'\t'
            | b'\x0c'
            | b'('
            | b'['
            | b'{'
    )
}

/// Where the line of `position` ends.
pub(super) fn line_end(bytes: &[u8], position: usize) -> usize {
    memchr(b'\n', &bytes[position..]).map_or(bytes.len(), |end| position + end)
}

/// Where the string literal whose opening quote is at `position` ends, closing quotes included;
/// the end of the line or text where it is never closed.
pub(super) fn string_end(bytes: &[u8], position: usize) -> usize {
    let quote = bytes[position];
    if bytes[position..].starts_with(&[quote; 3]) {
        return triple_string_end(bytes, position + 3, quote);
    }
    let mut end = position + 1;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' => end += 2,
            b'\n' => return end,
            byte if byte == quote => return end + 1,
            _ => end += 1,
        }
    }
    bytes.len()
}

/// The same for three quotes, from behind the opening ones. Such strings are long, so the search
/// goes from one quote or backslash to the next.
fn triple_string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut end = start;
    while let Some(offset) = bytes
        .get(end..)
        .and_then(|rest| memchr2(quote, b'\\', rest))
    {
        end += offset;
        if bytes[end] == b'\\' {
            end += 2;
        } else if bytes[end..].starts_with(&[quote; 3]) {
            return end + 3;
        } else {
            end += 1;
        }
    }
    bytes.len()
}

/// Whether the string whose opening quote is at `position` holds expressions.
pub(super) fn is_interpolated(bytes: &[u8], position: usize) -> bool {
    bytes[..position]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .take(3)
        .any(|byte| matches!(byte, b'f' | b'F' | b't' | b'T'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_and_chains_count() {
        assert!(depth_bound(&"(".repeat(30_000)) >= 30_000);
        assert!(depth_bound(&format!("x = {}1", "-".repeat(30_000))) >= 30_000);
        assert!(depth_bound(&format!("x{}", ".a".repeat(30_000))) >= 30_000);
        assert!(depth_bound(&format!("x = {}1", "not ".repeat(30_000))) >= 30_000);
        assert!(depth_bound(&format!("f\"{{{}}}\"", "[".repeat(30_000))) >= 30_000);
    }

    #[test]
    fn nothing_hides_what_nests() {
        let deep = format!("{}1\n", "~".repeat(30_000));
        for before in [
            "# c\rx = ",
            "x = 'a\ry = ",
            "x = \"a\\\r\n\" + ",
            "x = f\"{'\"'}\" + ",
            "x = f\"{\"'\"}\" + ",
            "x = f'{1:{\"'\"}}' + ",
            "x = f\"{f'{\"'\"}'}\" + ",
            "x = f\"{a\" + ",
            "x = f'{{' + ",
            "x = f\"\"\"{'''\"'''}\"\"\" + ",
            "x = 1 if\"{\"else ",
            "x = 1f\"{\" + ",
        ] {
            let text = format!("{before}{deep}");
            assert!(depth_bound(&text) >= 30_000, "{before:?}");
        }
        for unit in ["not\u{c}", "not\\\n", "-\\\r\n", "lambda a,b:", "(]"] {
            let text = format!("x = {}1\n", unit.repeat(30_000));
            assert!(depth_bound(&text) >= 30_000, "{unit:?}");
        }
        let lines = format!("x = ({}1)\n", "not\n".repeat(30_000));
        assert!(depth_bound(&lines) >= 30_000);
    }

    #[test]
    fn data_does_not() {
        assert!(depth_bound(&format!("x = [{}]", "-1, ".repeat(30_000))) < 10);
        assert!(depth_bound(&format!("x = '{}'", "a + b ".repeat(30_000))) < 10);
        assert!(depth_bound(&"x = a + b\n".repeat(30_000)) < 10);
        assert!(depth_bound(&format!("'''{}'''", "((((\n".repeat(30_000))) < 10);
        assert!(depth_bound(&format!("# {}", "(".repeat(30_000))) < 10);
        assert!(depth_bound(&"x = f\"{y['a']:>{n}} {{b}}\"\r\n".repeat(30_000)) < 20);
        assert!(depth_bound(&"x = rf'\\d{y!r}' if\"a\"else''\n".repeat(30_000)) < 20);
    }
}
