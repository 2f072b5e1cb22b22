//! An environment that holds one program and nothing of the project.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::DistributionName;
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::files::{self, FileCheck, scripts_folder};
use crate::installed::Environment;
use crate::programs::script_names;
use crate::state::{StateDir, read_regular, write_whole};

/// A folder of such environments, in the state folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Store {
    /// For development tools.
    Tools,
    /// For programs of other languages.
    Binaries,
}

/// What is written down of one of them when it is whole, in its folder.
const RECORD: &str = "dhtl-tool.json";

/// The environment of one program in one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Isolated {
    /// The distribution that brings it.
    pub(crate) name: DistributionName,
    /// The version that was asked for, as it stands in the name of the folder.
    pub(crate) version: String,
    /// Its folder.
    pub(crate) folder: PathBuf,
    store: Store,
}

/// Why such an environment is not what it must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// It is not there.
    Missing,
    /// It holds another version.
    OtherVersion(String),
    /// Something is the matter with it, in words.
    Damaged(String),
}

/// What a whole one was when it was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Record {
    /// The interpreter of the project that it was made for.
    made_for: String,
    /// Everything in it, with versions.
    packages: BTreeMap<DistributionName, String>,
}

impl Isolated {
    /// The one in a store of the project at `root` for this distribution in this version.
    pub(crate) fn of(root: &Path, store: Store, name: DistributionName, version: &str) -> Self {
        // A version is text from a file, and becomes part of a path.
        let is_plain = |character: &char| character.is_ascii_alphanumeric() || *character == '.';
        let version = version
            .chars()
            .map(|one| if is_plain(&one) { one } else { '_' });
        let version = version.collect::<String>();
        let folder = store.of(root).join(format!("{name}-{version}"));
        Self {
            name,
            version,
            folder,
            store,
        }
    }

    /// The folder it is built in, relative to the root.
    pub(crate) fn building(&self) -> String {
        let Self { name, version, .. } = self;
        StateDir::relative(&format!("{}/.new-{name}-{version}", self.store.name()))
    }

    /// Reads it, and holds it against what it was when it was made; reads files only.
    ///
    /// `accepts` says which versions will do, and `made_for` is the project's interpreter.
    pub(crate) fn inspect(
        &self,
        made_for: &str,
        depth: FileCheck,
        accepts: impl Fn(&str) -> bool,
    ) -> Result<Result<Environment, Flaw>, RegenerationError> {
        let is_folder = self.folder.symlink_metadata();
        if !is_folder.is_ok_and(|metadata| metadata.is_dir()) {
            return Ok(Err(Flaw::Missing));
        }
        let damaged = |why: String| Ok(Err(Flaw::Damaged(why)));
        let state = StateDir::of(&self.folder);
        let Some(inspection) = files::inspect(&self.folder, &state, depth)? else {
            return damaged("an environment without its interpreter".to_owned());
        };
        let environment = inspection.environment;
        match environment.distribution(&self.name) {
            None => return damaged("an environment without it".to_owned()),
            Some(found) if !accepts(&found.version) => {
                return Ok(Err(Flaw::OtherVersion(found.version.clone())));
            }
            Some(_) => {}
        }
        let Some(record) = self.record() else {
            return damaged("an environment that is half made".to_owned());
        };
        if record.made_for != made_for {
            return damaged(format!("one for {}", record.made_for));
        }
        if record.packages != packages(&environment) {
            return damaged("an environment with other distributions".to_owned());
        }
        if let Some(finding) = inspection.files.findings.first() {
            return damaged(format!("an environment with `{}` changed", finding.path));
        }
        Ok(Ok(environment))
    }

    /// Writes down what is in the environment at `folder`, which is whole.
    pub(super) fn write_record(
        folder: &Path,
        made_for: &str,
        environment: &Environment,
    ) -> Result<(), RegenerationError> {
        let record = Record {
            made_for: made_for.to_owned(),
            packages: packages(environment),
        };
        let path = folder.join(RECORD);
        let text = serde_json::to_string_pretty(&record)
            .map_err(|error| RegenerationError::io("write", &path)(error.into()))?;
        write_whole(&path, text + "\n")
    }

    fn record(&self) -> Option<Record> {
        serde_json::from_slice(&read_regular(&self.folder.join(RECORD)).ok()?).ok()
    }
}

impl Store {
    /// The folders of all that are in it but for those of `kept`, and what was never finished.
    pub(crate) fn superfluous(self, root: &Path, kept: &[Isolated]) -> Vec<PathBuf> {
        // There may be none at all.
        let entries = fs::read_dir(self.of(root)).into_iter().flatten().flatten();
        let folders = entries.map(|entry| entry.path());
        folders
            .filter(|folder| !kept.iter().any(|isolated| isolated.folder == *folder))
            .collect()
    }

    fn of(self, root: &Path) -> PathBuf {
        StateDir::of(root).file(self.name())
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Binaries => "binaries",
        }
    }
}

/// The programs of the distribution `name` in an environment: what one types, and the file.
pub(crate) fn scripts_of(
    environment: &Environment,
    name: &DistributionName,
    folder: &Path,
) -> Vec<(String, PathBuf)> {
    let (scripts, ending) = (scripts_folder(), std::env::consts::EXE_SUFFIX);
    let names = script_names(environment, name).into_iter();
    names
        // No program of a tool takes the place of the project's interpreter, or of what activates it.
        .filter(|name| !files::is_own_script(name))
        .map(|name| {
            let exact = folder.join(scripts).join(&name);
            let program = if ending.is_empty() || exact.is_file() {
                exact
            } else {
                folder.join(scripts).join(format!("{name}{ending}"))
            };
            (name, program)
        })
        .collect()
}

fn packages(environment: &Environment) -> BTreeMap<DistributionName, String> {
    let distributions = environment.distributions.iter();
    distributions
        .map(|distribution| (distribution.name.clone(), distribution.version.clone()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::installed::{Distribution, RecordEntry};

    #[test]
    fn no_tool_takes_the_place_of_what_makes_an_environment() {
        let scripts = scripts_folder();
        let record = ["activate", "python", "python3.13", "ruff"].map(|name| RecordEntry {
            path: format!("../../../{scripts}/{name}"),
            hash: String::new(),
        });
        let name = DistributionName::new("ruff");
        let environment = Environment {
            python_version: "3.13.0".to_owned(),
            implementation: "cpython".to_owned(),
            site_packages: PathBuf::from("/srv/site-packages"),
            distributions: vec![Distribution {
                name: name.clone(),
                version: "0.1.0".to_owned(),
                folder: String::new(),
                editable: false,
                built_here: false,
                record: record.into(),
            }],
        };
        let scripts = scripts_of(&environment, &name, Path::new("/srv/tool"));
        let names = scripts.iter().map(|(name, _)| name.as_str());
        assert_eq!(names.collect::<Vec<_>>(), ["ruff"]);
    }
}
