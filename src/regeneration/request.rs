//! What a front end asks for.

use std::num::NonZeroUsize;
use std::path::Path;

use dhtl_project_model::{CancelToken, Progress};
use dhtl_tools::{Environment, Home};
use serde::{Deserialize, Serialize};

use crate::closure::CodePart;

/// What may be tried when the best way does not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fallbacks {
    /// The next best way, with a report of what was left out.
    Allowed,
    /// Nothing: the run fails.
    Forbidden,
}

/// As of when an unlocked project is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versions {
    /// The day of the last commit, where the project is a git repository.
    OfLastCommit,
    /// Today.
    Newest,
}

/// Whether what imports need and nothing declares is installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Inferring {
    /// As far as the built-in table knows it.
    Wanted,
    /// It is only reported.
    Unwanted,
}

/// What may be done to the system outside the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SystemConsent {
    /// System packages may be installed without asking.
    Granted,
    /// The user is asked; where nobody can be asked, nothing is installed.
    Ask,
    /// The system is left alone.
    Refused,
}

/// What a run may use of the world around it.
#[derive(Clone, Copy)]
pub struct Surroundings<'a> {
    /// The environment variables and PATH.
    pub environment: &'a Environment,
    /// Where dhtl keeps its own things.
    pub home: &'a Home,
    /// Set when the user wants to stop.
    pub cancel: &'a CancelToken,
    /// Receives what the steps do.
    pub progress: &'a dyn Progress,
    /// Receives what happens outside any step.
    pub notice: &'a (dyn Fn(&str) + Sync),
    /// Asks the user a question; no answer where nobody can be asked.
    pub confirm: &'a (dyn Fn(&str) -> Option<bool> + Sync),
}

/// What to regenerate, and how.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The folder the search for the project begins in.
    pub start: &'a Path,
    /// The root, where the user names it.
    pub root: Option<&'a Path>,
    /// What may be tried when the best way does not work.
    pub fallbacks: Fallbacks,
    /// What may be done to the system.
    pub system: SystemConsent,
    /// As of when an unlocked project is resolved.
    pub versions: Versions,
    /// Whether what imports need and nothing declares is installed.
    pub inferring: Inferring,
    /// The parts of the project whose imports need not resolve.
    pub skip_imports_of: &'a [CodePart],
    /// Whether an existing `.venv` is replaced, whatever it is.
    pub replace: bool,
    /// How many independent steps run at the same time.
    pub jobs: NonZeroUsize,
    /// The world around the run.
    pub surroundings: Surroundings<'a>,
}
