//! The `uv` that dhtl works with: the user's own if it is suitable, else one that dhtl fetches.
//!
//! **Invariant:** `$DHTL_HOME/bin/uv-<version>` appears whole, with a program that has already
//! answered with the right version, or not at all; two dhtl at once do not get in each other's way.

mod archive;
mod cargo;
mod fetch;
mod fetch_error;
mod locate;
mod path_cache;
mod pinned;
mod pip;
mod staging;
mod unpack;
mod version;

use std::fmt;
use std::path::PathBuf;

use dhtl_project_model::CancelToken;
use serde::{Deserialize, Serialize};

use crate::{Environment, Home, Runner, no_output};

pub use fetch::ensure;
pub use locate::find;
pub use pinned::{MINIMUM, PINNED};

/// A `uv` to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Uv {
    /// The program, absolute, and never a shim of a version manager.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub program: PathBuf,
    /// Its version, such as `0.13.8`.
    pub version: String,
    /// Where it comes from.
    pub origin: UvOrigin,
}

/// Where a `uv` comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UvOrigin {
    /// It was on `PATH`; the user looks after it.
    Path,
    /// dhtl fetched its wheel through the machine's pip.
    ManagedPip,
    /// dhtl fetched the official release archive.
    ManagedArchive,
    /// dhtl had cargo build it.
    ManagedCargo,
}

impl UvOrigin {
    /// Whether dhtl fetched it, into its own folder.
    #[must_use]
    pub const fn is_managed(self) -> bool {
        !matches!(self, Self::Path)
    }
}

impl fmt::Display for UvOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Path => "PATH",
            Self::ManagedPip => "managed, through pip",
            Self::ManagedArchive => "managed, from the release archive",
            Self::ManagedCargo => "managed, built by cargo",
        })
    }
}

/// Whether cargo may be used, which takes many minutes and a compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CargoConsent {
    /// The user agreed.
    Granted,
    /// The user did not agree, or could not be asked.
    Refused,
}

/// All that [`ensure`] needs to know.
#[derive(Clone)]
pub struct UvRequest<'request> {
    /// `PATH`, proxies, certificates, mirrors.
    pub environment: &'request Environment,
    /// Where a managed one is kept.
    pub home: &'request Home,
    /// Runs pip, cargo and the fetched program.
    pub runner: &'request dyn Runner,
    /// Receives what is being done, line by line.
    pub output: &'request (dyn Fn(&str) + Sync),
    /// Whether cargo may be used.
    pub cargo_consent: CargoConsent,
    /// Stops downloads and waiting.
    pub cancel: CancelToken,
}

impl<'request> UvRequest<'request> {
    /// A request without output, without consent for cargo and without a way to cancel.
    #[must_use]
    pub fn new(
        environment: &'request Environment,
        home: &'request Home,
        runner: &'request dyn Runner,
    ) -> Self {
        Self {
            environment,
            home,
            runner,
            output: &no_output,
            cargo_consent: CargoConsent::Refused,
            cancel: CancelToken::default(),
        }
    }

    /// With `output` told what is being done.
    #[must_use]
    pub fn output(mut self, output: &'request (dyn Fn(&str) + Sync)) -> Self {
        self.output = output;
        self
    }

    /// With the user's answer about cargo.
    #[must_use]
    pub fn cargo_consent(mut self, cargo_consent: CargoConsent) -> Self {
        self.cargo_consent = cargo_consent;
        self
    }

    /// With a way to stop.
    #[must_use]
    pub fn cancel(mut self, cancel: CancelToken) -> Self {
        self.cancel = cancel;
        self
    }
}

#[cfg(test)]
mod tests;
