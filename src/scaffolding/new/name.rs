//! The name of a new project, checked once.

use std::fmt;

use dhtl_detection::imports_table::is_standard_library;
use dhtl_project_model::{Diagnostic, DistributionName, ExitCode};

/// The longest accepted name, in bytes: lines of code that hold it still fit, and so do paths on
/// Windows, which end at 260 characters.
const LONGEST: usize = 64;

/// A name that a distribution and, with `_` for what it must not contain, a package can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectName(String);

/// Why a text is not the name of a new project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// It is a path.
    #[error("`{name}` is a path, not a name")]
    Path {
        /// The text.
        name: String,
        /// Its last part.
        last: String,
    },
    /// It is not a name by PEP 508.
    #[error(
        "`{name}` is no name of a project: it takes letters and digits of ASCII, and between them \
         `-`, `_` and `.`"
    )]
    Characters {
        /// The text.
        name: String,
    },
    /// It is too long.
    #[error("the name has {length} characters, and more than {LONGEST} fit nowhere")]
    TooLong {
        /// Its length.
        length: usize,
    },
    /// No module can have it.
    #[error("`{name}` begins with a digit, and no module of Python can")]
    Digit {
        /// The text.
        name: String,
    },
    /// Python means something by it.
    #[error("`{module}` is a keyword of Python, and so no module can be imported by it")]
    Keyword {
        /// The module it would be.
        module: String,
    },
    /// The standard library has a module of that name.
    #[error("`{module}` is a module of Python's standard library, and one would hide the other")]
    StandardLibrary {
        /// The module it would be.
        module: String,
    },
    /// The project itself has something else of that name.
    #[error("`{module}` is how {what} called, and one would hide the other")]
    Reserved {
        /// The module it would be.
        module: String,
        /// What is called so.
        what: &'static str,
    },
    /// The project would depend on itself.
    #[error("the project would depend on `{name}`, which is another project of that name")]
    Dependency {
        /// The name.
        name: String,
    },
}

impl Diagnostic for NameError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Path { name, last } => {
                format!("name the project and its folder: `dhtl new {last} --into {name}`")
            }
            Self::Characters { name } => suggestion(name),
            Self::TooLong { .. } => "choose a shorter one".to_owned(),
            Self::Digit { name } => suggestion(&format!("project-{name}")),
            Self::Keyword { module }
            | Self::StandardLibrary { module }
            | Self::Reserved { module, .. } => suggestion(&format!("{module}-project")),
            Self::Dependency { name } => suggestion(&format!("my-{name}")),
        })
    }
}

/// A name that comes near to `text`.
fn suggestion(text: &str) -> String {
    let mut near = String::new();
    for character in text.chars().take(LONGEST) {
        if character.is_ascii_alphanumeric() {
            near.push(character.to_ascii_lowercase());
        } else if !near.is_empty() && !near.ends_with('-') {
            near.push('-');
        }
    }
    let near = near.trim_matches('-');
    match ProjectName::parse(near) {
        Ok(name) => format!("choose another one, such as `{name}`"),
        Err(_) => "choose another one, such as `my-project`".to_owned(),
    }
}

impl ProjectName {
    /// Checks `text`.
    ///
    /// The characters are those of PEP 508; the module has to be importable and must hide nothing.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if let Some(last) = text.contains(['/', '\\']).then(|| last_part(text)) {
            return Err(NameError::Path {
                name: text.to_owned(),
                last: last.to_owned(),
            });
        }
        if text.len() > LONGEST {
            return Err(NameError::TooLong {
                length: text.chars().count(),
            });
        }
        let is_edge =
            |character: Option<char>| character.is_some_and(|c| c.is_ascii_alphanumeric());
        let is_plain = |character: char| {
            character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.')
        };
        let mut characters = text.chars();
        if !text.chars().all(is_plain)
            || !is_edge(characters.next())
            || !is_edge(text.chars().next_back())
        {
            return Err(NameError::Characters {
                name: text.to_owned(),
            });
        }
        let name = Self(text.to_owned());
        name.check_module()?;
        Ok(name)
    }

    fn check_module(&self) -> Result<(), NameError> {
        let module = self.module();
        if module.starts_with(|character: char| character.is_ascii_digit()) {
            return Err(NameError::Digit {
                name: self.0.clone(),
            });
        }
        // `None` and its like are keywords in that spelling only, but hide too much in any.
        if KEYWORDS.contains(&module.as_str()) {
            return Err(NameError::Keyword { module });
        }
        if let Some((_, what)) = RESERVED.iter().find(|(name, _)| *name == module) {
            return Err(NameError::Reserved { module, what });
        }
        if is_standard_library(&module) {
            return Err(NameError::StandardLibrary { module });
        }
        Ok(())
    }

    /// The name as it was typed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as indexes compare it.
    #[must_use]
    pub fn normalised(&self) -> DistributionName {
        DistributionName::new(&self.0)
    }

    /// The name of its package: that of its distribution, with `_` for what no module's name has.
    #[must_use]
    pub fn module(&self) -> String {
        self.normalised().as_str().replace('-', "_")
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn last_part(text: &str) -> &str {
    let parts = text.split(['/', '\\']);
    let mut parts = parts.filter(|part| !part.is_empty() && !part.starts_with('.'));
    parts.next_back().unwrap_or("my-project")
}

/// Source: "Keywords" in the reference of the Python language, in lower case.
const KEYWORDS: [&str; 35] = [
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif",
    "else", "except", "false", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "none", "nonlocal", "not", "or", "pass", "raise", "return", "true", "try", "while",
    "with", "yield",
];

/// Names that mean something in every project, and names of devices that no folder can have on
/// Windows.
const RESERVED: [(&str, &str); 10] = [
    ("src", "the folder of all packages is"),
    ("tests", "the folder of the tests is"),
    ("conftest", "the common part of tests is"),
    ("dist", "the folder of what is built is"),
    ("setup", "the program that builds old projects is"),
    ("con", "a device of Windows is"),
    ("prn", "a device of Windows is"),
    ("aux", "a device of Windows is"),
    ("nul", "a device of Windows is"),
    ("build", "the folder of what is being built is"),
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn refused(text: &str) -> String {
        let error = ProjectName::parse(text).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Usage);
        format!("{error}; {}", error.hint().unwrap())
    }

    #[test]
    fn a_name_becomes_a_module() {
        for (name, module) in [
            ("shop", "shop"),
            ("My.Shop-2", "my_shop_2"),
            ("a--_b", "a_b"),
            ("x", "x"),
        ] {
            assert_eq!(ProjectName::parse(name).unwrap().module(), module);
        }
    }

    #[test]
    fn each_mistake_has_its_words_and_a_way_out() {
        insta::assert_snapshot!(refused(""), @"`` is no name of a project: it takes letters and digits of ASCII, and between them `-`, `_` and `.`; choose another one, such as `my-project`");
        insta::assert_snapshot!(refused("../shop"), @"`../shop` is a path, not a name; name the project and its folder: `dhtl new shop --into ../shop`");
        insta::assert_snapshot!(refused("-shop"), @"`-shop` is no name of a project: it takes letters and digits of ASCII, and between them `-`, `_` and `.`; choose another one, such as `shop`");
        insta::assert_snapshot!(refused("Käse Laden"), @"`Käse Laden` is no name of a project: it takes letters and digits of ASCII, and between them `-`, `_` and `.`; choose another one, such as `k-se-laden`");
        insta::assert_snapshot!(refused(&"x".repeat(65)), @"the name has 65 characters, and more than 64 fit nowhere; choose a shorter one");
        insta::assert_snapshot!(refused("3d-tools"), @"`3d-tools` begins with a digit, and no module of Python can; choose another one, such as `project-3d-tools`");
        insta::assert_snapshot!(refused("Class"), @"`class` is a keyword of Python, and so no module can be imported by it; choose another one, such as `class-project`");
        insta::assert_snapshot!(refused("test"), @"`test` is a module of Python's standard library, and one would hide the other; choose another one, such as `test-project`");
        insta::assert_snapshot!(refused("Email"), @"`email` is a module of Python's standard library, and one would hide the other; choose another one, such as `email-project`");
        insta::assert_snapshot!(refused("tests"), @"`tests` is how the folder of the tests is called, and one would hide the other; choose another one, such as `tests-project`");
    }

    proptest! {
        #[test]
        fn what_passes_is_an_identifier_that_hides_nothing(text in "[a-zA-Z0-9._/ -]{0,12}|\\PC{0,70}") {
            match ProjectName::parse(&text) {
                Ok(name) => {
                    let module = name.module();
                    prop_assert!(module.starts_with(|c: char| c.is_ascii_lowercase()));
                    prop_assert!(
                        module.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                    );
                    prop_assert!(!is_standard_library(&module));
                    prop_assert!(std::path::Path::new(name.as_str()).components().count() == 1);
                }
                Err(error) => prop_assert!(error.hint().is_some()),
            }
        }
    }
}
