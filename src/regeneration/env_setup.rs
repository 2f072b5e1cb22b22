//! `dhtl env-setup`: which environment variables are missing, and what the user can do about it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use dhtl_detection::is_ignored;
use dhtl_project_model::{EnvLine, EnvVar, env_lines};
use dhtl_tools::Environment;
use serde::Serialize;

use crate::RegenerationError;
use crate::env_file::EnvFileReport;
use crate::env_template::{existing, places, worth_setting};
use crate::missing_files::{ENV_FILE, template_of};
use crate::place::Place;
use crate::state::read_regular;

/// The environment variables of a project, and where they can be set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvSetup {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The variables, the required ones first.
    pub variables: Vec<EnvVarStatus>,
    /// Whether there is a `.env`.
    pub env_file_exists: bool,
    /// Whether a `.gitignore` of the project keeps `.env` out of commits.
    pub env_file_ignored: bool,
    /// How the names in `.env` compare with those that the project knows; none without a `.env`.
    pub env_file: Option<EnvFileReport>,
    /// The template of it in the root, relative to it.
    pub template: Option<String>,
}

/// A variable, and whether it is set; never to what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EnvVarStatus {
    /// The variable.
    #[serde(flatten)]
    pub variable: EnvVar,
    /// Where it is set; none where it is not.
    pub set_in: Option<SetIn>,
    /// Where it comes from, in words: `read in src/app.py:12`.
    pub places: String,
}

/// Where a variable is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum SetIn {
    /// In the environment that dhtl was started in.
    #[serde(rename = "environment")]
    Environment,
    /// In the `.env` of the project.
    #[serde(rename = ".env")]
    EnvFile,
}

impl EnvSetup {
    /// The variables that are not set and are required, or are not.
    pub fn missing(&self, required: bool) -> impl Iterator<Item = &EnvVarStatus> {
        self.variables
            .iter()
            .filter(move |one| one.set_in.is_none() && one.variable.required == required)
    }
}

/// The environment variables of the project at `place`. Reads files only, and keeps no value.
pub fn env_setup(place: Place<'_>) -> Result<EnvSetup, RegenerationError> {
    let (project, named) = place.variables()?;
    let root = project.root;
    let in_file = set_in_file(&root);
    let env_file = EnvFileReport::of(&root, &named);
    let variables = worth_setting(named)
        .into_iter()
        .map(|variable| EnvVarStatus {
            set_in: set_in(&variable.name, place.environment, &in_file),
            places: places(&variable.evidence),
            variable,
        })
        .collect();
    Ok(EnvSetup {
        variables,
        env_file,
        env_file_exists: root.join(ENV_FILE).is_file(),
        env_file_ignored: is_ignored(&root, ENV_FILE),
        template: existing(&root),
        root,
    })
}

/// What the process has comes first: that is how `.env` files are read everywhere.
fn set_in(name: &str, environment: &Environment, in_file: &BTreeSet<String>) -> Option<SetIn> {
    let is_set = environment
        .var_os(name)
        .is_some_and(|value| !value.is_empty());
    if is_set {
        Some(SetIn::Environment)
    } else if in_file.contains(name) {
        Some(SetIn::EnvFile)
    } else {
        None
    }
}

/// The names that `.env` gives a value; none where it cannot be read.
///
/// A value is none that only holds the place of one there and in the template: somebody has copied the
/// template and not filled it in yet.
pub(crate) fn set_in_file(root: &Path) -> BTreeSet<String> {
    let text = |path: &str| {
        let bytes = read_regular(&root.join(path)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let template = template_of(root)
        .map(|path| text(&path))
        .unwrap_or_default();
    let template = env_lines(&template);
    let is_unfilled = |line: &EnvLine<'_>| {
        let mut same = template.iter().filter(|one| one.name == line.name);
        line.is_placeholder && same.any(|one| one.is_placeholder)
    };
    env_lines(&text(ENV_FILE))
        .iter()
        .filter(|line| line.has_value && !line.is_comment && !is_unfilled(line))
        .map(|line| line.name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn what_is_set_is_told_from_what_is_missing() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
        write(
            "app.py",
            "import os\nos.environ['A']\nos.environ['B']\nos.environ['C']\nos.getenv('D')\nos.getenv('HOME')\n",
        );
        write(".env", "A=correct horse\nB=\n# D=1\n");
        write(".gitignore", ".env\n");
        let environment = Environment::from_vars([("C", "battery staple"), ("B", "")]);
        let setup = env_setup(Place {
            start: folder.path(),
            root: Some(folder.path()),
            environment: &environment,
        })
        .unwrap();
        let found: Vec<_> = setup
            .variables
            .iter()
            .map(|one| (one.variable.name.as_str(), one.set_in, one.places.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("A", Some(SetIn::EnvFile), "read in app.py:2"),
                ("B", None, "read in app.py:3"),
                ("C", Some(SetIn::Environment), "read in app.py:4"),
                ("D", None, "read in app.py:5"),
            ]
        );
        assert_eq!(setup.missing(true).count(), 1);
        assert!(setup.env_file_exists && setup.env_file_ignored);
        let json = serde_json::to_string(&setup).unwrap();
        assert!(
            !json.contains("horse") && !json.contains("staple"),
            "{json}"
        );
    }
}
