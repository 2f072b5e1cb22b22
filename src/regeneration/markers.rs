//! Environment markers: is a requirement meant for this machine?
//!
//! `pep508_rs` panics on some malformed markers, and a lock file of a repository may hold any.

use std::str::FromStr as _;

use dhtl_project_model::{Architecture, OperatingSystem, Platform};
use pep440_rs::{Version, VersionSpecifier};

/// No marker that means anything is nested deeper.
const DEEPEST: usize = 64;

/// The values of the environment markers for one interpreter on one platform.
///
/// Source: the environment markers of PEP 508. The release and version of the operating system are
/// left empty: they differ between machines that must get the same environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct MarkerEnvironment {
    platform: Platform,
    implementation: String,
    version: String,
}

/// Why a marker cannot be evaluated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum MarkerError {
    /// It ends, or goes on, where it must not.
    #[error("the marker `{0}` is malformed")]
    Malformed(String),
    /// It asks for something that there is not.
    #[error("the marker variable `{0}` is unknown")]
    UnknownVariable(String),
}

impl MarkerEnvironment {
    /// The environment of the interpreter of `version` (such as `3.11.7`) on `platform`.
    pub(crate) fn new(platform: Platform, implementation: &str, version: &str) -> Self {
        Self {
            platform,
            implementation: implementation.to_owned(),
            version: version.to_owned(),
        }
    }

    /// Whether `marker` holds; an empty one does. No extra is asked for.
    pub(crate) fn satisfies(&self, marker: &str) -> Result<bool, MarkerError> {
        if marker.trim().is_empty() {
            return Ok(true);
        }
        let malformed = || MarkerError::Malformed(marker.trim().to_owned());
        let tokens = tokens(marker).ok_or_else(malformed)?;
        let mut parser = Parser {
            environment: self,
            tokens: &tokens,
            marker,
        };
        let holds = parser.disjunction(0)?;
        if parser.tokens.is_empty() {
            Ok(holds)
        } else {
            Err(malformed())
        }
    }

    fn value(&self, variable: &str) -> Option<String> {
        use OperatingSystem::{Darwin, Linux, Windows};
        let system = self.platform.operating_system;
        let is_pypy = self.implementation == "pypy";
        let value = match variable {
            "os_name" => {
                if system == Windows {
                    "nt"
                } else {
                    "posix"
                }
            }
            "sys_platform" => match system {
                Darwin => "darwin",
                Linux => "linux",
                Windows => "win32",
            },
            "platform_system" => match system {
                Darwin => "Darwin",
                Linux => "Linux",
                Windows => "Windows",
            },
            "platform_machine" => match (self.platform.architecture, system) {
                (Architecture::Arm64, Linux) => "aarch64",
                (Architecture::Arm64, Windows) => "ARM64",
                (Architecture::Arm64, Darwin) => "arm64",
                (Architecture::X86_64, Windows) => "AMD64",
                (Architecture::X86_64, _) => "x86_64",
            },
            "platform_python_implementation" => {
                if is_pypy {
                    "PyPy"
                } else {
                    "CPython"
                }
            }
            "implementation_name" => &self.implementation,
            "python_full_version" | "implementation_version" => &self.version,
            "python_version" => return Some(crate::interpreters::minor(&self.version)),
            "platform_release" | "platform_version" | "extra" => "",
            _ => return None,
        };
        Some(value.to_owned())
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Text(String),
    Operator(String),
    Open,
    Close,
}

fn tokens(marker: &str) -> Option<Vec<Token>> {
    let mut tokens = Vec::new();
    let mut rest = marker.trim_start();
    while let Some(first) = rest.chars().next() {
        let (token, length) = match first {
            '(' => (Token::Open, 1),
            ')' => (Token::Close, 1),
            '\'' | '"' => {
                let text = rest[1..].split(first).next()?;
                let length = text.len() + 2;
                if rest.len() < length {
                    return None;
                }
                (Token::Text(text.to_owned()), length)
            }
            '<' | '>' | '=' | '!' | '~' => {
                let length = run(rest, |character| "<>=!~".contains(character));
                (Token::Operator(rest[..length].to_owned()), length)
            }
            _ => {
                let is_word = |character: char| {
                    character.is_ascii_alphanumeric() || character == '_' || character == '.'
                };
                let length = run(rest, is_word);
                if length == 0 {
                    return None;
                }
                (Token::Word(rest[..length].to_owned()), length)
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
    environment: &'a MarkerEnvironment,
    tokens: &'a [Token],
    marker: &'a str,
}

/// One side of a comparison.
struct Operand {
    text: String,
    is_version: bool,
}

impl Parser<'_> {
    fn disjunction(&mut self, depth: usize) -> Result<bool, MarkerError> {
        let mut holds = self.conjunction(depth)?;
        while self.take_word("or") {
            holds |= self.conjunction(depth)?;
        }
        Ok(holds)
    }

    fn conjunction(&mut self, depth: usize) -> Result<bool, MarkerError> {
        let mut holds = self.term(depth)?;
        while self.take_word("and") {
            holds &= self.term(depth)?;
        }
        Ok(holds)
    }

    fn term(&mut self, depth: usize) -> Result<bool, MarkerError> {
        let [Token::Open, rest @ ..] = self.tokens else {
            return self.comparison();
        };
        if depth == DEEPEST {
            return Err(self.malformed());
        }
        self.tokens = rest;
        let holds = self.disjunction(depth + 1)?;
        let [Token::Close, rest @ ..] = self.tokens else {
            return Err(self.malformed());
        };
        self.tokens = rest;
        Ok(holds)
    }

    fn comparison(&mut self) -> Result<bool, MarkerError> {
        let left = self.operand()?;
        let operator = self.operator()?;
        let right = self.operand()?;
        let versions = left.is_version || right.is_version;
        let by_version = versions
            .then(|| compare_versions(&left, &operator, &right))
            .flatten();
        match by_version {
            Some(holds) => Ok(holds),
            None => {
                compare_texts(&left.text, &operator, &right.text).ok_or_else(|| self.malformed())
            }
        }
    }

    fn operand(&mut self) -> Result<Operand, MarkerError> {
        let (operand, rest) = match self.tokens {
            [Token::Text(text), rest @ ..] => (
                Operand {
                    text: text.clone(),
                    is_version: false,
                },
                rest,
            ),
            [Token::Word(variable), rest @ ..] => {
                let name = variable.replace('.', "_");
                let value = self.environment.value(&name);
                let text = value.ok_or_else(|| MarkerError::UnknownVariable(variable.clone()))?;
                (
                    Operand {
                        text,
                        is_version: name.ends_with("version"),
                    },
                    rest,
                )
            }
            _ => return Err(self.malformed()),
        };
        self.tokens = rest;
        Ok(operand)
    }

    fn operator(&mut self) -> Result<String, MarkerError> {
        if self.take_word("in") {
            return Ok("in".to_owned());
        }
        if self.take_word("not") {
            return if self.take_word("in") {
                Ok("not in".to_owned())
            } else {
                Err(self.malformed())
            };
        }
        let [Token::Operator(operator), rest @ ..] = self.tokens else {
            return Err(self.malformed());
        };
        self.tokens = rest;
        Ok(operator.clone())
    }

    fn take_word(&mut self, wanted: &str) -> bool {
        match self.tokens {
            [Token::Word(word), rest @ ..] if word == wanted => {
                self.tokens = rest;
                true
            }
            _ => false,
        }
    }

    fn malformed(&self) -> MarkerError {
        MarkerError::Malformed(self.marker.trim().to_owned())
    }
}

/// None where one side is no version after all: then the texts are compared, as PEP 508 says.
fn compare_versions(left: &Operand, operator: &str, right: &Operand) -> Option<bool> {
    let (version, specified, operator) = if left.is_version {
        (&left.text, &right.text, operator)
    } else {
        (&right.text, &left.text, mirrored(operator))
    };
    let version = Version::from_str(version).ok()?;
    let holds = |specified: &str, operator: &str| {
        let clause = VersionSpecifier::from_str(&format!("{operator}{specified}")).ok()?;
        Some(clause.contains(&version))
    };
    match operator {
        "in" | "not in" => {
            let among = specified.split([',', ' ']).filter(|one| !one.is_empty());
            let found = among.filter_map(|one| holds(one, "==")).any(|holds| holds);
            Some(found == (operator == "in"))
        }
        operator => holds(specified, operator),
    }
}

fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        "<=" => ">=",
        ">" => "<",
        ">=" => "<=",
        same => same,
    }
}

fn compare_texts(left: &str, operator: &str, right: &str) -> Option<bool> {
    Some(match operator {
        "==" | "===" => left == right,
        "!=" => left != right,
        "<" => left < right,
        "<=" => left <= right,
        ">" => left > right,
        ">=" => left >= right,
        "in" => right.contains(left),
        "not in" => !right.contains(left),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn linux() -> MarkerEnvironment {
        MarkerEnvironment::new("linux-x86_64".parse().unwrap(), "cpython", "3.11.7")
    }

    #[track_caller]
    fn check(marker: &str, expected: bool) {
        assert_eq!(linux().satisfies(marker), Ok(expected), "{marker}");
    }

    #[test]
    fn versions_are_compared_as_versions() {
        check("python_version >= '3.9'", true);
        check("python_version < '3.9'", false);
        check("python_full_version == '3.11.*'", true);
        check("python_full_version ~= '3.11.2'", true);
        check("'3.9' <= python_version", true);
        check("python_version in '3.10, 3.11'", true);
        check("python_version not in '3.10 3.11'", false);
    }

    #[test]
    fn platforms_are_compared_as_text() {
        check("sys_platform == 'linux'", true);
        check(
            "sys_platform != \"win32\" and platform_machine == 'x86_64'",
            true,
        );
        check(
            "os_name == 'nt' or platform_python_implementation == 'CPython'",
            true,
        );
        check("'linux' in sys_platform", true);
        check("extra == 'dev'", false);
    }

    #[test]
    fn and_binds_stronger_than_or() {
        check(
            "os_name == 'posix' or os_name == 'nt' and os_name == 'nt'",
            true,
        );
        check(
            "(os_name == 'posix' or os_name == 'nt') and os_name == 'nt'",
            false,
        );
    }

    #[test]
    fn what_is_no_marker_is_refused() {
        let deep = format!("{}os_name == 'nt'{}", "(".repeat(200), ")".repeat(200));
        let odd = [
            "os_name",
            "os_name ==",
            "os_name ~= 'b'",
            "(os_name == 'nt'",
            "os_name == 'nt",
            "os_name == 'nt' os_name",
            "color == 'red'",
            &deep,
        ];
        for marker in odd {
            assert!(linux().satisfies(marker).is_err(), "{marker}");
        }
    }

    proptest! {
        #[test]
        fn odd_markers_do_not_panic(marker in "[a-z_ <>=!~()'\"0-9.é]{0,40}") {
            let _ = linux().satisfies(&marker);
        }
    }
}
