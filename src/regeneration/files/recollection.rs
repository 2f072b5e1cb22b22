//! What an environment was when it was last found to be whole, so that nothing of it need be read
//! while it is the same.

use std::path::Path;
use std::thread;

use dhtl_project_model::Digest;
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::checksum::venv_checksum;
use crate::files::listing::Listing;
use crate::files::outline::Outline;
use crate::files::stamp::{A_TICK_AND_MORE, Now};
use crate::files::{FileCheck, FileReport, check, misled};
use crate::installed::{Distribution, Environment};
use crate::programs::Register;
use crate::state::{StateDir, read_regular, write_whole};

/// The name of the recollection in the state folder.
const NAME: &str = "environment.stamp";
/// That of the outline of what was listed for it.
const OUTLINE: &str = "folders.stamp";

/// An environment and what its files are.
#[derive(Debug)]
pub(crate) struct Inspection {
    /// The environment; its distributions come without their `RECORD`s where nothing had changed.
    pub(crate) environment: Environment,
    /// The digest of what is installed.
    pub(crate) venv_checksum: Digest,
    /// What its files are.
    pub(crate) files: FileReport,
}

/// What is remembered of an environment all files of which were right.
#[derive(Debug, Serialize, Deserialize)]
struct Recollection {
    /// The digest of its listing.
    listing: Digest,
    /// The scripts that are judged elsewhere.
    wrappers: Register,
    /// The digest of what is installed.
    venv_checksum: Digest,
    /// How many files the distributions say they have.
    files: usize,
    /// The distributions, without their `RECORD`s.
    distributions: Vec<Distribution>,
}

/// Reads the environment in `venv` and checks its files; none where there is no complete one.
///
/// Where nothing has changed since all was right, by what the system says of the files, nothing is
/// read but that. Fails as [`check`] does, and where the folder of the distributions cannot be read.
pub(crate) fn inspect(
    venv: &Path,
    state: &StateDir,
    depth: FileCheck,
) -> Result<Option<Inspection>, RegenerationError> {
    let Some(bare) = Environment::without_distributions(venv) else {
        return Ok(None);
    };
    // The listing comes first: what changes while files are read must not seem to be old.
    let is_ours = state.is_ours();
    let outline = match depth {
        FileCheck::Changed if is_ours => read_regular(&state.file(OUTLINE)).unwrap_or_default(),
        _ => Vec::new(),
    };
    let listing = is_ours.then(|| Listing::of(venv, &state.folder(), Outline::parse(&outline)));
    let listing = listing.flatten();
    let wrappers = Register::load(state);
    if depth == FileCheck::Changed
        && let Some(recollection) = recall(state, listing.as_ref(), &wrappers)
        && misled(venv).is_none()
    {
        return Ok(Some(recollection.inspection(bare)));
    }
    let is_settled = listing
        .as_ref()
        .is_some_and(|listing| is_settled(listing, state));
    let environment = bare.with_distributions()?;
    let files = check(venv, &environment, state, depth)?;
    let inspection = Inspection {
        venv_checksum: venv_checksum(&environment),
        environment,
        files,
    };
    if is_settled && let Some(listing) = listing {
        remember(state, &listing, wrappers, &inspection);
    }
    Ok(Some(inspection))
}

impl Recollection {
    fn inspection(self, bare: Environment) -> Inspection {
        Inspection {
            environment: Environment {
                distributions: self.distributions,
                ..bare
            },
            venv_checksum: self.venv_checksum,
            files: FileReport {
                files: self.files,
                findings: Vec::new(),
            },
        }
    }
}

/// The recollection of the environment that is listed, with these wrappers; none of any other.
fn recall(
    state: &StateDir,
    listing: Option<&Listing<'_>>,
    wrappers: &Register,
) -> Option<Recollection> {
    let bytes = read_regular(&state.file(NAME)).ok()?;
    let recollection = serde_json::from_slice::<Recollection>(&bytes).ok()?;
    let is_same = recollection.listing == listing?.digest && recollection.wrappers == *wrappers;
    is_same.then_some(recollection)
}

/// Whether every change from now on shows in another listing; waits for it where a moment is enough.
fn is_settled(listing: &Listing<'_>, state: &StateDir) -> bool {
    let now = Now::read(state);
    let is_near = now.is_some_and(|now| now.is_racy(listing.last_change, listing.device));
    let now = if is_near {
        thread::sleep(A_TICK_AND_MORE);
        Now::read(state)
    } else {
        now
    };
    now.is_some_and(|now| now.would_see_changes(listing.last_change, listing.device))
}

/// Remembers an environment in which nothing was wrong. That only saves time, so that it cannot be
/// written is no failure.
fn remember(state: &StateDir, listing: &Listing<'_>, wrappers: Register, inspection: &Inspection) {
    if !inspection.files.findings.is_empty() {
        return;
    }
    let recollection = Recollection {
        listing: listing.digest,
        wrappers,
        venv_checksum: inspection.venv_checksum,
        files: inspection.files.files,
        distributions: inspection.environment.distributions.clone(),
    };
    if let Ok(bytes) = serde_json::to_vec(&recollection) {
        let _ = write_whole(&state.file(NAME), bytes);
        let _ = write_whole(&state.file(OUTLINE), listing.outline.to_bytes());
    }
}
