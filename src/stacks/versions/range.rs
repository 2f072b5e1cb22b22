//! Ranges of versions, in the notations of npm, Python, Ruby, Elixir and Composer.
//!
//! Sources: `node-semver` (`^`, `~`, `x`, hyphens), PEP 440 (`~=`, `==3.11.*`), `RubyGems` and Elixir's
//! `Version` (`~>`), Composer (`|`, `~8.1` up to the next major version), Maven (`[17,)`).

use dhtl_project_model::stack::Runtime;

use super::number::Number;

/// A set of versions: one of the alternatives, of which every bound holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Range {
    alternatives: Vec<Vec<Bound>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Bound {
    AtLeast(Number),
    Above(Number),
    AtMost(Number),
    Below(Number),
    NotFrom(Number, Number),
}

/// More alternatives and bounds than anybody writes.
const MOST: usize = 64;

impl Range {
    /// The range in `text`; none where it is none.
    pub(super) fn parse(runtime: Runtime, text: &str) -> Option<Self> {
        if text.starts_with(['[', '(']) {
            return Self::maven(text);
        }
        let text = text
            .replace("||", "|")
            .replace(" or ", "|")
            .replace(" and ", " ");
        let alternatives = text
            .split('|')
            .take(MOST)
            .map(|alternative| bounds(runtime, alternative))
            .collect::<Option<_>>()?;
        Some(Self { alternatives })
    }

    /// Every version that begins with `prefix`.
    pub(super) fn prefix(prefix: Number) -> Self {
        let next = prefix.after_prefix(usize::MAX);
        Self {
            alternatives: vec![vec![Bound::AtLeast(prefix), Bound::Below(next)]],
        }
    }

    /// Every version.
    pub(super) fn any() -> Self {
        Self {
            alternatives: vec![Vec::new()],
        }
    }

    /// Whether nothing is excluded.
    pub(super) fn is_any(&self) -> bool {
        self.alternatives.iter().any(Vec::is_empty)
    }

    /// Whether `number` is in it.
    pub(super) fn contains(&self, number: &Number) -> bool {
        self.alternatives
            .iter()
            .any(|bounds| bounds.iter().all(|bound| bound.accepts(number)))
    }

    /// The highest of the lower bounds: what it begins with where no release of the table is in it.
    pub(super) fn lowest(&self) -> Option<Number> {
        let lower = |bounds: &Vec<Bound>| {
            let numbers = bounds.iter().filter_map(|bound| match bound {
                Bound::AtLeast(number) => Some(*number),
                _ => None,
            });
            numbers
                .max()
                .filter(|number| bounds.iter().all(|bound| bound.accepts(number)))
        };
        self.alternatives.iter().filter_map(lower).max()
    }

    /// `[17,)`, `[11,18)`, `(,21]`, `[17]`.
    fn maven(text: &str) -> Option<Self> {
        let includes_first = text.starts_with('[');
        let includes_last = text.ends_with(']');
        if !includes_last && !text.ends_with(')') {
            return None;
        }
        let inner = text.get(1..text.len() - 1)?;
        let (first, last) = inner.split_once(',').unwrap_or((inner, inner));
        let number = |text: &str| match text.trim() {
            "" => Some(None),
            text => Number::parse(text).map(Some),
        };
        let first = number(first)?.map(|first| {
            if includes_first {
                Bound::AtLeast(first)
            } else {
                Bound::Above(first)
            }
        });
        let last = number(last)?.map(|last| {
            if includes_last {
                Bound::Below(last.after_prefix(usize::MAX))
            } else {
                Bound::Below(last)
            }
        });
        Some(Self {
            alternatives: vec![first.into_iter().chain(last).collect()],
        })
    }
}

impl Bound {
    fn accepts(self, number: &Number) -> bool {
        match self {
            Self::AtLeast(bound) => *number >= bound,
            Self::Above(bound) => *number > bound,
            Self::AtMost(bound) => *number <= bound,
            Self::Below(bound) => *number < bound,
            Self::NotFrom(first, next) => *number < first || *number >= next,
        }
    }
}

/// The bounds of one alternative.
fn bounds(runtime: Runtime, text: &str) -> Option<Vec<Bound>> {
    let text = text.trim();
    if let Some((first, last)) = text.split_once(" - ") {
        let (first, last) = (Partial::parse(first)?, Partial::parse(last)?);
        let mut bounds = Vec::new();
        bounds.extend(first.number.map(Bound::AtLeast));
        bounds.extend(last.next().map(Bound::Below));
        return Some(bounds);
    }
    let mut bounds = Vec::new();
    let mut rest = text.trim_start_matches([' ', ',', '\t']);
    while !rest.is_empty() {
        let operator_end = rest
            .find(|character: char| !matches!(character, '<' | '>' | '=' | '~' | '^' | '!'))
            .unwrap_or(rest.len());
        let (operator, operand) = rest.split_at(operator_end);
        let operand = operand.trim_start();
        let end = operand.find([' ', ',', '\t']).unwrap_or(operand.len());
        add(
            &mut bounds,
            runtime,
            operator,
            Partial::parse(&operand[..end])?,
        )?;
        if bounds.len() > MOST {
            return None;
        }
        rest = operand[end..].trim_start_matches([' ', ',', '\t']);
    }
    Some(bounds)
}

/// Adds what an operator and its operand mean.
fn add(bounds: &mut Vec<Bound>, runtime: Runtime, operator: &str, partial: Partial) -> Option<()> {
    let Some(number) = partial.number else {
        return matches!(operator, "" | "=" | "==" | "^" | "~" | "~>" | ">=" | "<=").then_some(());
    };
    let length = number.parts().len();
    // npm takes `>18` and `<=18` as words about all of 18; the others about 18.0.0.
    let is_npm = matches!(runtime, Runtime::Node | Runtime::Bun | Runtime::Deno);
    let is_partial = partial.has_wildcard || (is_npm && length < 3);
    let next = number.after_prefix(length);
    match operator {
        "" | "=" | "==" | "===" => {
            bounds.extend([Bound::AtLeast(number), Bound::Below(next)]);
        }
        "!=" => bounds.push(Bound::NotFrom(number, next)),
        ">=" | "=>" => bounds.push(Bound::AtLeast(number)),
        ">" if is_partial => bounds.push(Bound::AtLeast(next)),
        ">" => bounds.push(Bound::Above(number)),
        "<=" | "=<" if is_partial => bounds.push(Bound::Below(next)),
        "<=" | "=<" => bounds.push(Bound::AtMost(number)),
        "<" => bounds.push(Bound::Below(number)),
        "^" => {
            let leading = number.parts().iter().position(|part| *part != 0);
            let kept = leading.map_or(length, |zeros| zeros + 1);
            bounds.extend([
                Bound::AtLeast(number),
                Bound::Below(number.after_prefix(kept)),
            ]);
        }
        "~" if runtime != Runtime::Php => {
            let kept = length.min(2);
            bounds.extend([
                Bound::AtLeast(number),
                Bound::Below(number.after_prefix(kept)),
            ]);
        }
        "~" | "~>" | "~=" => {
            let kept = length.saturating_sub(1).max(1);
            bounds.extend([
                Bound::AtLeast(number),
                Bound::Below(number.after_prefix(kept)),
            ]);
        }
        _ => return None,
    }
    Some(())
}

/// A version of which the end may be open: `20`, `20.x`, `*`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Partial {
    /// The numbers; none for `*`.
    pub(super) number: Option<Number>,
    /// Whether an `x` or `*` stands where the numbers end.
    pub(super) has_wildcard: bool,
}

impl Partial {
    /// The version in `text`, with or without a `v` before and a pre-release behind it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(['v', 'V', '=']).trim_start();
        let is_wild = |rest: &str| {
            rest.split('.').all(|part| matches!(part, "x" | "X" | "*")) && !rest.is_empty()
        };
        if is_wild(text) {
            return Some(Self {
                number: None,
                has_wildcard: true,
            });
        }
        let (number, rest) = Number::leading(text)?;
        let has_wildcard = rest.strip_prefix('.').is_some_and(is_wild);
        if !has_wildcard && !is_suffix(rest) {
            return None;
        }
        Some(Self {
            number: Some(number),
            has_wildcard,
        })
    }

    fn next(self) -> Option<Number> {
        self.number.map(|number| number.after_prefix(usize::MAX))
    }
}

/// Whether `rest` is what may follow the numbers of a version: a pre-release, a build, a variant.
fn is_suffix(rest: &str) -> bool {
    const WORDS: [&str; 11] = [
        "-", "+", "_", "rc", "a", "b", "dev", ".dev", ".rc", "t", "beta",
    ];
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "-+._@".contains(character);
    rest.is_empty()
        || (WORDS.iter().any(|word| rest.starts_with(word)) && rest.chars().all(is_plain))
}
