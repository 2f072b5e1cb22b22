//! Where a project is, for commands that look at a part of it only.

use std::path::{Path, PathBuf};

use dhtl_detection::{DetectRequest, detect, find_root};
use dhtl_project_model::config::Document;
use dhtl_project_model::{EnvVar, Project};
use dhtl_tools::Environment as Surroundings;

use crate::RegenerationError;
use crate::installed::Environment;
use crate::spec::env_vars;
use crate::subject::{config_constraint, read_document};
use crate::uv::VENV;

/// A project by its place, and the world around it.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// The folder the search for the project begins in.
    pub start: &'a Path,
    /// The root, where the user names it.
    pub root: Option<&'a Path>,
    /// The environment variables and PATH.
    pub environment: &'a Surroundings,
}

impl Place<'_> {
    /// The root of the project; `start` itself where nothing around it looks like one.
    pub(crate) fn project_root(&self) -> PathBuf {
        let found = self
            .root
            .map(Path::to_owned)
            .or_else(|| find_root(self.start).map(|(root, _)| root))
            .unwrap_or_else(|| self.start.to_owned());
        // Without a current folder there is nothing to be absolute from.
        std::path::absolute(&found).unwrap_or(found)
    }

    /// The environment of the project at `root`, which has to have one.
    pub(crate) fn installed(root: &Path) -> Result<Environment, RegenerationError> {
        Environment::read(&root.join(VENV))?.ok_or_else(|| RegenerationError::NoEnvironment {
            root: root.to_owned(),
        })
    }

    /// The project, of whatever language, and the environment variables that it and its
    /// `.dhtconfig` name.
    pub(crate) fn variables(&self) -> Result<(Project, Vec<EnvVar>), RegenerationError> {
        let document = read_document(&self.project_root())?;
        let project = detect(&DetectRequest {
            start: self.start,
            root: self.root,
            config_python: document.as_ref().and_then(config_constraint),
        })?;
        let named = env_vars(&project, document.as_ref());
        Ok((project, named))
    }

    /// What `.dhtconfig` says; none where there is none.
    pub(crate) fn document(root: &Path) -> Result<Option<Document>, RegenerationError> {
        read_document(root)
    }
}
