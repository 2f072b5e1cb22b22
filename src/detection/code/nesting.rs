//! A bound on how deep a syntax tree can become, taken before it is built.
//!
//! Walking and freeing a tree takes stack for every level. A file that would take more than there
//! is, by accident or by malice, is left out instead.

use memchr::{memchr, memchr2};

/// The deepest tree that is built. `CPython` itself gives up far earlier.
pub(super) const MAX_DEPTH: usize = 20_000;

/// What is built where only ordinary stacks can be had: what `CPython` allows in brackets.
pub(super) const MAX_DEPTH_ON_SMALL_STACK: usize = 200;

/// Stack for a walk of [`MAX_DEPTH`] levels: four times what an unoptimised build was seen to take.
pub(super) const STACK: usize = 64 << 20;

/// A number that the depth of the tree of `source` does not exceed.
///
/// Brackets nest; between two separators, operators, dots and words can chain. So the bound is the
/// sum, over the brackets that are open, of what may chain in each.
#[must_use]
pub fn depth_bound(source: &str) -> usize {
    let bytes = source.as_bytes();
    let (mut open, mut here, mut around, mut deepest) = (Vec::new(), 0_usize, 0_usize, 0_usize);
    let mut position = 0;
    while position < bytes.len() {
        let byte = bytes[position];
        match byte {
            b'#' => position = line_end(bytes, position),
            b'"' | b'\'' => {
                let end = string_end(bytes, position);
                if is_interpolated(bytes, position) {
                    here += bytes[position..end]
                        .iter()
                        .filter(|byte| chains(**byte))
                        .count();
                } else {
                    here += 1;
                }
                position = end;
                deepest = deepest.max(around + here);
                continue;
            }
            b'(' | b'[' | b'{' => {
                here += 1;
                around += here;
                open.push(here);
                here = 0;
            }
            b')' | b']' | b'}' => {
                here = open.pop().unwrap_or(0);
                around = around.saturating_sub(here);
            }
            b',' | b';' => here = 0,
            b'\n' if open.is_empty() => here = 0,
            byte if chains(byte) => here += 1,
            _ => {}
        }
        deepest = deepest.max(around + here);
        position += 1;
    }
    deepest
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
    fn data_does_not() {
        assert!(depth_bound(&format!("x = [{}]", "-1, ".repeat(30_000))) < 10);
        assert!(depth_bound(&format!("x = '{}'", "a + b ".repeat(30_000))) < 10);
        assert!(depth_bound(&"x = a + b\n".repeat(30_000)) < 10);
        assert!(depth_bound(&format!("'''{}'''", "((((\n".repeat(30_000))) < 10);
        assert!(depth_bound(&format!("# {}", "(".repeat(30_000))) < 10);
    }
}
