//! Reads environment markers (PEP 508, and the two variables that PEP 751 adds).

use super::clause::{Clause, Comparison, Operator, Release};
use super::marker::Marker;

/// No marker that means anything is nested deeper.
const DEEPEST: usize = 32;

/// What `extra` is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extras<'a> {
    /// Everything the lock offers is installed, so that a condition on extras or groups holds.
    All,
    /// This one is asked for.
    One(&'a str),
    /// None is asked for.
    None,
}

/// Reads a marker; nothing where it is malformed, or names a variable there is not.
pub(super) fn parse(text: &str, extras: Extras<'_>) -> Option<Marker> {
    if text.trim().is_empty() {
        return Some(Marker::always());
    }
    let tokens = tokens(text)?;
    let mut parser = Parser {
        tokens: &tokens,
        extras,
    };
    let marker = parser.disjunction(0)?;
    parser.tokens.is_empty().then_some(marker)
}

/// The marker `python_version <operator> '<version>'` as a range of releases.
///
/// Nothing where the version is no plain release of two or three numbers.
pub(super) fn python_version(operator: &str, version: &str) -> Option<Marker> {
    let wildcard = version.strip_suffix(".*");
    let (release, length) = release(wildcard.unwrap_or(version))?;
    let [major, minor, _] = release;
    // `python_version` has two numbers: `> '3.9'` begins with 3.10, `== '3.9'` is all of 3.9.
    let next = match length {
        1 if wildcard.is_some() => [major.checked_add(1)?, 0, 0],
        1 => [major, 1, 0],
        2 => [major, minor.checked_add(1)?, 0],
        _ => return None,
    };
    if wildcard.is_some() && !matches!(operator, "==" | "!=") {
        return None;
    }
    match operator {
        "<" => Some(range(None, Some(release))),
        ">=" => Some(range(Some(release), None)),
        "<=" => Some(range(None, Some(next))),
        ">" => Some(range(Some(next), None)),
        "==" | "===" => Some(range(Some(release), Some(next))),
        "!=" => Some(range(None, Some(release)).or(&range(Some(next), None))),
        "~=" if length == 2 => Some(range(Some(release), Some([major.checked_add(1)?, 0, 0]))),
        _ => None,
    }
}

/// The marker `python_full_version <operator> '<version>'` as a range of releases.
pub(super) fn python_full_version(operator: &str, version: &str) -> Option<Marker> {
    if version.ends_with(".*") {
        return python_version(operator, version);
    }
    let (release, length) = release(version)?;
    let [major, minor, patch] = release;
    let next = [major, minor, patch.checked_add(1)?];
    Some(match operator {
        "<" => range(None, Some(release)),
        ">=" => range(Some(release), None),
        "<=" => range(None, Some(next)),
        ">" => range(Some(next), None),
        "==" | "===" => range(Some(release), Some(next)),
        "!=" => range(None, Some(release)).or(&range(Some(next), None)),
        "~=" if length == 3 => range(Some(release), Some([major, minor.checked_add(1)?, 0])),
        "~=" if length == 2 => range(Some(release), Some([major.checked_add(1)?, 0, 0])),
        _ => return None,
    })
}

fn range(from: Option<Release>, before: Option<Release>) -> Marker {
    Marker::from(Clause {
        from,
        before,
        ..Clause::default()
    })
}

/// One to three numbers, padded with zeros, and how many there were.
fn release(text: &str) -> Option<(Release, usize)> {
    let mut release = [0; 3];
    let mut length = 0;
    for part in text.trim().split('.') {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *release.get_mut(length)? = part.parse().ok()?;
        length += 1;
    }
    Some((release, length))
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Operator(&'a str),
    Open,
    Close,
}

fn tokens(marker: &str) -> Option<Vec<Token<'_>>> {
    let mut tokens = Vec::new();
    let mut rest = marker.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '\'' | '"' => {
                let (text, _) = rest[1..].split_once(first)?;
                (Token::Text(text), text.len() + 2)
            }
            '<' | '>' | '=' | '!' | '~' => {
                let length = run(rest, |character| "<>=!~".contains(character));
                (Token::Operator(&rest[..length]), length)
            }
            _ => {
                let is_word = |character: char| {
                    character.is_ascii_alphanumeric() || character == '_' || character == '.'
                };
                let length = run(rest, is_word);
                if length == 0 {
                    return None;
                }
                (Token::Word(&rest[..length]), length)
            }
        };
        tokens.push(token);
        rest = rest[length..].trim_start();
    }
    Some(tokens)
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character))
        .unwrap_or(text.len())
}

struct Parser<'a> {
    tokens: &'a [Token<'a>],
    extras: Extras<'a>,
}

enum Operand<'a> {
    Variable(&'static str),
    Text(&'a str),
}

impl<'a> Parser<'a> {
    fn disjunction(&mut self, depth: usize) -> Option<Marker> {
        let mut marker = self.conjunction(depth)?;
        while self.take_word("or") {
            marker = marker.or(&self.conjunction(depth)?);
        }
        Some(marker)
    }

    fn conjunction(&mut self, depth: usize) -> Option<Marker> {
        let mut marker = self.term(depth)?;
        while self.take_word("and") {
            marker = marker.and(&self.term(depth)?);
        }
        Some(marker)
    }

    fn term(&mut self, depth: usize) -> Option<Marker> {
        let [Token::Open, rest @ ..] = self.tokens else {
            return self.comparison();
        };
        if depth == DEEPEST {
            return None;
        }
        self.tokens = rest;
        let marker = self.disjunction(depth + 1)?;
        let [Token::Close, rest @ ..] = self.tokens else {
            return None;
        };
        self.tokens = rest;
        Some(marker)
    }

    fn comparison(&mut self) -> Option<Marker> {
        let left = self.operand()?;
        let operator = self.operator()?;
        match (left, self.operand()?) {
            (Operand::Variable(variable), Operand::Text(value)) => {
                self.compared(variable, operator, value)
            }
            (Operand::Text(value), Operand::Variable(variable)) => {
                let operator = match operator {
                    "<" => ">",
                    "<=" => ">=",
                    ">" => "<",
                    ">=" => "<=",
                    "in" => "contains",
                    "not in" => "contains not",
                    same => same,
                };
                self.compared(variable, operator, value)
            }
            _ => None,
        }
    }

    fn compared(&self, variable: &'static str, operator: &str, value: &str) -> Option<Marker> {
        let value = value.trim();
        let ranged = match variable {
            "extra" => return self.extra(operator, value),
            "extras" | "dependency_groups" => return Some(Marker::always()),
            "python_version" if matches!(operator, "in" | "not in") => {
                python_among(operator, value)
            }
            "python_version" => {
                python_version(operator, value).or_else(|| python_full_version(operator, value))
            }
            "python_full_version" => python_full_version(operator, value),
            _ => None,
        };
        if ranged.is_some() {
            return ranged;
        }
        let operator = match operator {
            "==" | "===" => Operator::Equal,
            "!=" => Operator::NotEqual,
            "<" => Operator::Less,
            ">=" => Operator::AtLeast,
            ">" => Operator::Greater,
            "<=" => Operator::AtMost,
            "in" => Operator::In,
            "not in" => Operator::NotIn,
            "contains" => Operator::Contains,
            "contains not" => Operator::ContainsNot,
            _ => return None,
        };
        is_plain(value).then(|| {
            Marker::from(Comparison {
                variable: variable.to_owned(),
                operator,
                value: value.to_owned(),
            })
        })
    }

    fn extra(&self, operator: &str, value: &str) -> Option<Marker> {
        let asked = match self.extras {
            Extras::All => return Some(Marker::always()),
            Extras::One(extra) => normalised(extra) == normalised(value),
            Extras::None => false,
        };
        let holds = match operator {
            "==" | "===" => asked,
            "!=" => !asked,
            _ => return None,
        };
        Some(if holds {
            Marker::always()
        } else {
            Marker::never()
        })
    }

    fn operand(&mut self) -> Option<Operand<'a>> {
        let (operand, rest) = match self.tokens {
            [Token::Text(text), rest @ ..] => (Operand::Text(text), rest),
            [Token::Word(word), rest @ ..] => (Operand::Variable(variable(word)?), rest),
            _ => return None,
        };
        self.tokens = rest;
        Some(operand)
    }

    fn operator(&mut self) -> Option<&'a str> {
        if self.take_word("in") {
            return Some("in");
        }
        if self.take_word("not") {
            return self.take_word("in").then_some("not in");
        }
        let [Token::Operator(operator), rest @ ..] = self.tokens else {
            return None;
        };
        self.tokens = rest;
        Some(operator)
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        match self.tokens {
            [Token::Word(word), rest @ ..] if *word == wanted => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }
}

/// `python_version in '3.8, 3.9'`: one of them.
fn python_among(operator: &str, value: &str) -> Option<Marker> {
    let mut among = Marker::never();
    for one in value.split([',', ' ', '|']).filter(|one| !one.is_empty()) {
        among = among.or(&python_version("==", one)?);
    }
    Some(if operator == "in" {
        among
    } else {
        among.negated()
    })
}

/// The name of a variable as PEP 508 has it today, from that or from the names before it.
fn variable(word: &str) -> Option<&'static str> {
    Some(match word {
        "os_name" | "os.name" => "os_name",
        "sys_platform" | "sys.platform" => "sys_platform",
        "platform_machine" | "platform.machine" => "platform_machine",
        "platform_python_implementation"
        | "platform.python_implementation"
        | "python_implementation" => "platform_python_implementation",
        "platform_release" => "platform_release",
        "platform_system" => "platform_system",
        "platform_version" | "platform.version" => "platform_version",
        "python_version" => "python_version",
        "python_full_version" => "python_full_version",
        "implementation_name" => "implementation_name",
        "implementation_version" => "implementation_version",
        "extra" => "extra",
        "extras" => "extras",
        "dependency_groups" => "dependency_groups",
        _ => return None,
    })
}

/// Whether a value can stand between quotes in a requirements file and mean nothing but itself.
fn is_plain(value: &str) -> bool {
    let belongs = |character: char| {
        character.is_ascii_alphanumeric() || " .,_-+*!/()<>=~:|".contains(character)
    };
    value.chars().all(belongs) && !value.contains("--")
}

fn normalised(extra: &str) -> String {
    dhtl_project_model::DistributionName::new(extra).to_string()
}
