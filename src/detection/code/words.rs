//! The words that make a statement matter, found without reading what lies between them.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, FindIter, MatchKind};

/// What every word with a weight holds, with as much of its surroundings as makes it rare:
/// `path` is in every other line, `sys.path` is not.
const SIGNS: [&str; 14] = [
    "import",
    "environ",
    "getenv",
    "find_spec",
    "pytest_plugins",
    "sys.path",
    "envvar",
    "Env(",
    "decouple",
    "dynaconf",
    "starlette.config",
    "BaseSettings",
    "addsitedir",
    "syspath_prepend",
];

/// Looks for all signs at once, many bytes at a time.
static FINDER: LazyLock<AhoCorasick> = LazyLock::new(|| {
    #[expect(
        clippy::expect_used,
        reason = "a few short words are far below every limit"
    )]
    AhoCorasick::builder()
        // Nearly all the time is spent in the search for the first bytes of a sign, so the automaton
        // that is built fastest does.
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        // The one kind of search that compares many bytes at a time.
        .match_kind(MatchKind::LeftmostFirst)
        .build(SIGNS)
        .expect("the signs can be searched for")
});

/// How far the meaning of a word reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Weight {
    /// It has none for us.
    None,
    /// The statement it is in can import a module, read the environment, or say that a failing
    /// import is handled.
    Statement,
    /// It gives a meaning to names anywhere in the file.
    File,
}

/// The words of a text that may have a weight, from its begin to its end.
pub(super) struct Words<'a> {
    bytes: &'a [u8],
    hits: FindIter<'static, 'a>,
    /// The next word; behind every end when there is none.
    next: Range<usize>,
}

impl<'a> Words<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut words = Self {
            bytes,
            hits: FINDER.find_iter(bytes),
            next: 0..0,
        };
        words.advance();
        words
    }

    /// The greatest weight of the words of code in `range`; what lies before it is passed over.
    pub(super) fn in_code(&mut self, range: Range<usize>) -> Weight {
        self.heaviest(range, weight_in_code)
    }

    /// The same for the expressions in a string, where only reads and imports count.
    pub(super) fn in_string(&mut self, range: Range<usize>) -> Weight {
        self.heaviest(range, |bytes, word| match weight(&bytes[word]) {
            Weight::Statement => Weight::Statement,
            Weight::None | Weight::File => Weight::None,
        })
    }

    fn heaviest(
        &mut self,
        range: Range<usize>,
        weight: impl Fn(&[u8], Range<usize>) -> Weight,
    ) -> Weight {
        let mut heaviest = Weight::None;
        while self.next.start < range.end {
            if self.next.start >= range.start {
                heaviest = heaviest.max(weight(self.bytes, self.next.clone()));
            }
            self.advance();
        }
        heaviest
    }

    fn advance(&mut self) {
        self.next = self.hits.next().map_or(usize::MAX..usize::MAX, |hit| {
            // The word that counts in `sys.path` is the second.
            let dot = self.bytes[hit.range()]
                .iter()
                .position(|byte| *byte == b'.');
            let inside = match dot {
                Some(dot) if self.bytes[hit.start()..].starts_with(b"sys.") => {
                    hit.start() + dot + 1
                }
                _ => hit.start(),
            };
            word_around(self.bytes, inside)
        });
    }
}

pub(super) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// The word that has the byte at `position`.
fn word_around(bytes: &[u8], position: usize) -> Range<usize> {
    let before = bytes[..position].iter().rev();
    let start = position - before.take_while(|byte| is_word(**byte)).count();
    let behind = bytes[position..].iter();
    start..position + behind.take_while(|byte| is_word(**byte)).count()
}

/// The weight of a word with what stands beside it.
fn weight_in_code(bytes: &[u8], word: Range<usize>) -> Weight {
    let (before, rest) = (&bytes[..word.start], &bytes[word.end..]);
    match &bytes[word] {
        // From here on, another word matters.
        b"environ" | b"getenv" if rest.starts_with(b" as ") => Weight::File,
        b"path" if !is_changed(before, rest) => Weight::None,
        b"Env" if !rest.starts_with(b"(") => Weight::None,
        b"starlette" if !rest.starts_with(b".config") => Weight::None,
        word => weight(word),
    }
}

/// Whether a `path` between `before` and `rest` is a `sys.path` that is changed here.
fn is_changed(before: &[u8], rest: &[u8]) -> bool {
    const CHANGES: [&[u8]; 6] = [b".insert", b".append", b".extend", b" +=", b" =", b"["];
    before.ends_with(b"sys.") && CHANGES.iter().any(|change| rest.starts_with(change))
}

/// The weight of a word by itself.
fn weight(word: &[u8]) -> Weight {
    match word {
        b"import" | b"getenv" | b"environ" | b"getenvb" | b"find_spec" | b"__import__"
        | b"importorskip" | b"import_module" | b"pytest_plugins" => Weight::Statement,
        b"Env" | b"path" | b"envvar" | b"decouple" | b"dynaconf" | b"environs" | b"environb"
        | b"starlette" | b"addsitedir" | b"BaseSettings" | b"syspath_prepend" => Weight::File,
        _ => Weight::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, in_code: Weight, in_string: Weight) {
        let whole = 0..text.len();
        let found = (
            Words::new(text.as_bytes()).in_code(whole.clone()),
            Words::new(text.as_bytes()).in_string(whole),
        );
        assert_eq!(found, (in_code, in_string), "{text}");
    }

    #[test]
    fn whole_words_count() {
        for text in [
            "import a",
            "(__import__)",
            "x.import_module",
            "a\nimport",
            "é = getenv",
        ] {
            check(text, Weight::Statement, Weight::Statement);
        }
        for text in [
            "important",
            "reimport",
            "_environ",
            "environé",
            "find_specs",
            "Env",
        ] {
            check(text, Weight::None, Weight::None);
        }
    }

    #[test]
    fn what_stands_beside_a_word_decides_with_it() {
        for text in [
            "sys.path.insert(0, a)",
            "sys.path[0:0] = a",
            "sys.path += a",
            "environ.Env()",
            "from starlette.config import Config",
            "import decouple",
        ] {
            assert_eq!(
                Words::new(text.as_bytes()).in_code(0..text.len()),
                Weight::File,
                "{text}"
            );
        }
        check(
            "from os import environ as e",
            Weight::File,
            Weight::Statement,
        );
        for text in [
            "sys.path",
            "os.path = 1",
            "FileEnv(",
            "starlette.routing",
            "sys.pathology =",
        ] {
            check(text, Weight::None, Weight::None);
        }
    }

    #[test]
    fn only_what_is_in_range_counts() {
        let text = "import a; environs; getenv";
        let mut words = Words::new(text.as_bytes());
        assert_eq!(words.in_code(2..10), Weight::None);
        assert_eq!(words.in_code(10..18), Weight::File);
        assert_eq!(words.in_code(18..19), Weight::None);
        assert_eq!(words.in_code(19..text.len()), Weight::Statement);
    }

    #[test]
    fn every_sign_is_part_of_a_word_with_a_weight() {
        for sign in SIGNS {
            let text = format!("{sign} = 1");
            let found = Words::new(text.as_bytes()).in_code(0..text.len());
            assert_ne!(found, Weight::None, "{sign}");
        }
    }
}
