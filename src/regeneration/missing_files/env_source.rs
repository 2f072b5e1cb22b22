//! What a new `.env` is made from.

use std::fs;
use std::path::Path;

use dhtl_detection::is_env_template;
use dhtl_project_model::EnvVar;

use crate::RegenerationError;
use crate::env_template::{existing, listing};
use crate::state::read_regular;
use crate::subject::Subject;

/// No template that somebody wrote is larger.
const LARGEST: u64 = 256 * 1024;

/// What a new `.env` is made from.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum EnvSource {
    /// A template of the project: its file, in the root.
    Template(String),
    /// The variables that `.dhtconfig` lists.
    Names(Vec<EnvVar>),
}

impl EnvSource {
    /// What there is to make it from. What only the code reads is no reason to write a file.
    pub(super) fn of(subject: &Subject) -> Option<Self> {
        if let Some(template) = template_of(subject.root()) {
            return Some(Self::Template(template));
        }
        // A template that is for something else is looked at by whoever wrote it.
        if existing(subject.root()).is_some() {
            return None;
        }
        let is_listed = |one: &&EnvVar| {
            let mut evidence = one.evidence.iter();
            evidence.any(|evidence| evidence.rule == "config-env-template")
        };
        let listed = subject.spec.env_vars.iter().filter(is_listed);
        let mut listed = listed.cloned().collect::<Vec<_>>();
        listed.sort_by_key(|one| (!one.required, one.name.clone()));
        (!listed.is_empty()).then_some(Self::Names(listed))
    }

    /// The bytes of the new file.
    pub(super) fn content(&self, root: &Path) -> Result<Vec<u8>, RegenerationError> {
        match self {
            Self::Template(template) => {
                let file = root.join(template);
                read_regular(&file).map_err(RegenerationError::io("read", file))
            }
            Self::Names(variables) => Ok(format!(
                "# Environment variables of this project: fill them in.\n\
                 # Never commit this file. What is commented out may stay so.\n{}",
                listing(variables)
            )
            .into_bytes()),
        }
    }
}

/// The template in the root that is one of `.env` itself, and not of `.env.production`: its name has
/// no other word. A link is none; it could lead to what is nobody's business.
pub(crate) fn template_of(root: &Path) -> Option<String> {
    let stands_for_env = |name: &str| {
        let name = name.to_ascii_lowercase();
        let words = name.split(['.', '-', '_']).filter(|word| !word.is_empty());
        let others = words.filter(|word| *word != "env");
        is_env_template(&name) && others.count() == 1
    };
    let is_plain = |name: &str| {
        let metadata = fs::symlink_metadata(root.join(name));
        metadata.is_ok_and(|metadata| metadata.is_file() && metadata.len() <= LARGEST)
    };
    existing(root).filter(|name| stands_for_env(name) && is_plain(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_template_of_the_file_itself_counts() {
        for (name, expected) in [
            (".env.example", true),
            ("env.sample", true),
            (".env-dist", true),
            ("example.env", true),
            (".env.production.example", false),
            (".env.test.template", false),
        ] {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), "A=\n").unwrap();
            let found = template_of(folder.path());
            assert_eq!(found.as_deref(), expected.then_some(name), "{name}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_no_template() {
        let folder = tempfile::tempdir().unwrap();
        let secret = folder.path().join("secret");
        fs::write(&secret, "A=1\n").unwrap();
        std::os::unix::fs::symlink(&secret, folder.path().join(".env.example")).unwrap();
        assert_eq!(template_of(folder.path()), None);
    }
}
