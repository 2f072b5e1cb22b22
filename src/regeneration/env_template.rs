//! `dhtl generate-env-template`: the names of a project's environment variables as a template of its
//! `.env`. Never a value.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use dhtl_detection::{is_env_template, is_ignored, is_set_by_platform};
use dhtl_project_model::{EnvVar, Evidence, env_lines};
use serde::Serialize;

use crate::RegenerationError;
use crate::place::Place;
use crate::state::{read_regular, write_whole};

/// The template where the project has none yet.
const FILE: &str = ".env.example";

/// The rule of names that a template lists.
const LISTED: &str = "env-template";

/// How many places of a variable are named.
const MOST_PLACES: usize = 3;

/// A template of the project's `.env`, and what it takes to make it whole.
#[derive(Debug, Clone, Serialize)]
pub struct EnvTemplate {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The template, relative to the root: one that is there, or `.env.example`.
    pub path: String,
    /// Whether it is there.
    pub exists: bool,
    /// Whether git ignores it, so that nobody else would see it.
    pub ignored: bool,
    /// The variables that belong into it, the required ones first.
    pub variables: Vec<EnvVar>,
    /// The names of those that it does not list.
    pub missing: Vec<String>,
    /// The template as it is written where there is none.
    pub text: String,
    /// What the file has to hold; not shown, because whoever wrote it may have put values there.
    #[serde(skip)]
    whole: String,
}

impl EnvTemplate {
    /// Writes the template, or appends to it what is missing. What it has already stays as it is.
    pub fn write(&self) -> Result<(), RegenerationError> {
        let path = self.root.join(&self.path);
        if path.is_symlink() {
            return Err(RegenerationError::Linked { path });
        }
        write_whole(&path, &self.whole)
    }
}

/// The template of the project at `place`. Reads files only.
pub fn env_template(place: Place<'_>) -> Result<EnvTemplate, RegenerationError> {
    let (project, named) = place.variables()?;
    let root = project.root;
    let variables = worth_setting(named);
    let found = existing(&root);
    let path = found.clone().unwrap_or_else(|| FILE.to_owned());
    let before = match &found {
        Some(path) => read_text(&root, path)?,
        None => String::new(),
    };
    let text = template(&variables);
    let missing = missing(&before, &variables);
    let whole = if before.trim().is_empty() {
        text.clone()
    } else {
        appended(&before, &missing)
    };
    Ok(EnvTemplate {
        exists: found.is_some(),
        ignored: is_ignored(&root, &path),
        missing: missing.iter().map(|one| one.name.clone()).collect(),
        root,
        path,
        variables,
        text,
        whole,
    })
}

/// Those that somebody has to set, the required ones first, each kind by name.
pub(crate) fn worth_setting(mut named: Vec<EnvVar>) -> Vec<EnvVar> {
    named.retain(|one| {
        let is_listed = one.evidence.iter().any(|evidence| evidence.rule == LISTED);
        one.required || is_listed || !is_set_by_platform(&one.name)
    });
    named.sort_by(|left, right| (!left.required, &left.name).cmp(&(!right.required, &right.name)));
    named
}

/// The template in the root that a user would look into first.
pub(crate) fn existing(root: &Path) -> Option<String> {
    const USUAL: [&str; 5] = [
        FILE,
        ".env.sample",
        ".env.template",
        ".env.dist",
        ".env.default",
    ];
    let names = fs::read_dir(root).ok()?.flatten().filter_map(|entry| {
        let name = entry.file_name().into_string().ok()?;
        (is_env_template(&name) && !entry.path().is_dir()).then_some(name)
    });
    names.min_by_key(|name| {
        let rank = USUAL.iter().position(|usual| usual == name);
        (rank.unwrap_or(USUAL.len()), name.len(), name.clone())
    })
}

fn read_text(root: &Path, path: &str) -> Result<String, RegenerationError> {
    let file = root.join(path);
    let bytes = match read_regular(&file) {
        Ok(bytes) => bytes,
        // A link that leads nowhere.
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(RegenerationError::io("read", file)(error)),
    };
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().get(..valid).unwrap_or_default();
        RegenerationError::NotUtf8 {
            path: path.to_owned(),
            line: before.split(|byte| *byte == b'\n').count(),
        }
    })
}

/// The variables that `text` does not list, neither as a line nor as one that is commented out.
fn missing<'a>(text: &str, variables: &'a [EnvVar]) -> Vec<&'a EnvVar> {
    let listed: BTreeSet<_> = env_lines(text).iter().map(|line| line.name).collect();
    let is_missing = |one: &&EnvVar| !listed.contains(one.name.as_str());
    variables.iter().filter(is_missing).collect()
}

/// A whole template.
///
/// Optional variables are commented out: an empty value is a value, and would take the place of the
/// default that the code has.
fn template(variables: &[EnvVar]) -> String {
    let mut text = String::from(
        "# Environment variables of this project: copy this file to `.env` and fill it in.\n\
         # Never commit `.env`. What is commented out may stay so.\n",
    );
    if variables.is_empty() {
        text.push_str("\n# The project reads none.\n");
    }
    text.push_str(&listing(variables));
    text
}

/// The lines for variables, the required ones first.
pub(crate) fn listing(variables: &[EnvVar]) -> String {
    let mut text = String::new();
    for (required, title) in [(true, "Required"), (false, "Optional")] {
        let of_kind = variables.iter().filter(|one| one.required == required);
        for (index, variable) in of_kind.enumerate() {
            if index == 0 {
                let _ = write!(text, "\n# {title}\n");
            }
            text.push('\n');
            text.push_str(&entry(variable));
        }
    }
    text
}

/// `before` with `missing` behind it, with the line ends that it has.
fn appended(before: &str, missing: &[&EnvVar]) -> String {
    if missing.is_empty() {
        return before.to_owned();
    }
    let mut added = String::new();
    if !before.ends_with('\n') {
        added.push('\n');
    }
    added.push_str("\n# Added by `dhtl generate-env-template`\n");
    for variable in missing {
        added.push('\n');
        added.push_str(&entry(variable));
    }
    if before.contains("\r\n") {
        added = added.replace('\n', "\r\n");
    }
    before.to_owned() + &added
}

fn entry(variable: &EnvVar) -> String {
    let comment = if variable.required { "" } else { "# " };
    format!(
        "# {}\n{comment}{}=\n",
        places(&variable.evidence),
        variable.name
    )
}

/// Where a variable comes from, in words: where it is read, or else used, or else listed.
pub(crate) fn places(evidence: &[Evidence]) -> String {
    let verb = |one: &Evidence| match &*one.rule {
        LISTED | "config-env-template" => "listed in",
        "compose-interpolation" | "compose-environment" => "used in",
        _ => "read in",
    };
    for wanted in ["read in", "used in", "listed in"] {
        let mut found: Vec<_> = evidence
            .iter()
            .filter(|one| verb(one) == wanted)
            .map(place)
            .collect();
        found.dedup();
        if found.is_empty() {
            continue;
        }
        let more = found.len().saturating_sub(MOST_PLACES);
        found.truncate(MOST_PLACES);
        let rest = match more {
            0 => String::new(),
            1 => " and in 1 more place".to_owned(),
            more => format!(" and in {more} more places"),
        };
        return format!("{wanted} {}{rest}", found.join(", "));
    }
    "asked for by the project".to_owned()
}

fn place(evidence: &Evidence) -> String {
    let path = on_one_line(&evidence.path);
    evidence
        .line
        .map_or_else(|| path.clone(), |line| format!("{path}:{line}"))
}

/// A file may be called anything, and must not write lines of its own into a template.
fn on_one_line(text: &str) -> String {
    let ends_line =
        |character: char| character.is_control() || matches!(character, '\u{2028}' | '\u{2029}');
    if text.contains(ends_line) {
        text.escape_debug().to_string()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;
    use proptest::prelude::*;

    use super::*;

    fn variable(name: &str, required: bool, evidence: &[(&str, u32, &'static str)]) -> EnvVar {
        EnvVar {
            name: name.to_owned(),
            required,
            evidence: evidence
                .iter()
                .map(|(path, line, rule)| Evidence::at(*path, *line, rule))
                .collect(),
        }
    }

    fn some() -> Vec<EnvVar> {
        worth_setting(vec![
            variable("HOME", false, &[("a.py", 1, "os-getenv")]),
            variable("LEVEL", false, &[(".env.sample", 1, "env-template")]),
            variable("PATH", false, &[(".env.sample", 2, "env-template")]),
            variable(
                "TAG",
                false,
                &[("compose.yaml", 2, "compose-interpolation")],
            ),
            variable(
                "URL",
                true,
                &[
                    (".dhtconfig", 9, "config-env-template"),
                    ("a.py", 2, "os-environ"),
                    ("a.py", 3, "os-environ"),
                    ("b\n.py", 1, "os-environ"),
                    ("c.py", 1, "os-environ"),
                ],
            ),
        ])
    }

    #[test]
    fn a_template_has_names_and_places_and_no_values() {
        assert_snapshot!(template(&some()), @r"
        # Environment variables of this project: copy this file to `.env` and fill it in.
        # Never commit `.env`. What is commented out may stay so.

        # Required

        # read in a.py:2, a.py:3, b\n.py:1 and in 1 more place
        URL=

        # Optional

        # listed in .env.sample:1
        # LEVEL=

        # listed in .env.sample:2
        # PATH=

        # used in compose.yaml:2
        # TAG=
        ");
        assert!(template(&[]).ends_with("\n# The project reads none.\n"));
    }

    #[test]
    fn what_is_there_stays_and_what_is_missing_follows() {
        let before = "URL=secret\r\n# TAG=1\r\nOWN=1";
        let variables = some();
        let missing = missing(before, &variables);
        let names: Vec<_> = missing.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["LEVEL", "PATH"]);
        assert_eq!(
            appended(before, &missing),
            "URL=secret\r\n# TAG=1\r\nOWN=1\r\n\r\n# Added by `dhtl generate-env-template`\r\n\r\n\
             # listed in .env.sample:1\r\n# LEVEL=\r\n\r\n# listed in .env.sample:2\r\n# PATH=\r\n"
        );
    }

    #[test]
    fn the_usual_name_is_found_first() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(existing(folder.path()), None);
        for (name, expected) in [
            ("example.env", "example.env"),
            (".env.test.example", "example.env"),
            (".env.sample", ".env.sample"),
            (".env.example", ".env.example"),
        ] {
            fs::write(folder.path().join(name), "").unwrap();
            assert_eq!(existing(folder.path()).as_deref(), Some(expected));
        }
    }

    proptest! {
        #[test]
        fn a_template_lists_everything_and_is_complete_after_one_addition(
            before in "([A-C]=1|# [A-D]=|x|'|\n|\r\n){0,8}",
            names in prop::collection::btree_set("[A-F]", 0..6),
            path in "[a\n\r\u{2028}'\"=]{1,5}",
        ) {
            let variables: Vec<_> = names
                .iter()
                .enumerate()
                .map(|(index, name)| variable(name, index % 2 == 0, &[(&path, 1, "os-environ")]))
                .collect();
            let whole = template(&variables);
            prop_assert_eq!(missing(&whole, &variables).len(), 0);
            prop_assert_eq!(env_lines(&whole).len(), variables.len());
            let after = appended(&before, &missing(&before, &variables));
            prop_assert!(after.starts_with(&before));
            prop_assert_eq!(appended(&after, &missing(&after, &variables)), after);
        }
    }
}
