//! Gets uv in the first way that works.

use std::error::Error;

use super::fetch_error::FetchError;
use super::locate::{find, managed};
use super::pinned::PINNED;
use super::staging::FetchLock;
use super::{Uv, UvRequest, archive, cargo, pip};
use crate::{FetchAttempt, Redactor, ToolError};

/// A suitable `uv`: one that is there already, or else version [`PINNED`], fetched now.
///
/// The ways, in this order: the machine's pip, so that the user's own index, proxy and certificate
/// settings apply; the official release archive with its published checksum; cargo, if the user
/// agreed. Nothing outside `$DHTL_HOME` changes. Fails with [`ToolError::NoUv`] when none works.
pub fn ensure(request: &UvRequest<'_>) -> Result<Uv, ToolError> {
    if let Some(uv) = find(request.environment, request.home, request.runner)? {
        return Ok(uv);
    }
    let _lock = FetchLock::acquire(request)?;
    // Another dhtl may have been faster.
    if let Some(uv) = managed(request.home) {
        return Ok(uv);
    }
    let redactor = Redactor::from_environment(request.environment);
    let mut attempts = Vec::new();
    for (way, fetch) in WAYS {
        if request.cancel.is_cancelled() {
            return Err(ToolError::Cancelled);
        }
        (request.output)(&format!("getting uv {PINNED} through {way}"));
        match fetch(request).map_err(FetchError::fatal) {
            Ok(uv) => return Ok(uv),
            Err(Ok(fatal)) => return Err(fatal),
            Err(Err(failure)) => {
                let reason = redactor.redact(&chain(&failure)).into_owned();
                (request.output)(&format!("no uv through {way}: {reason}"));
                attempts.push(FetchAttempt { way, reason });
            }
        }
    }
    Err(ToolError::NoUv { attempts })
}

type Way = fn(&UvRequest<'_>) -> Result<Uv, FetchError>;

const WAYS: [(&str, Way); 3] = [
    ("pip", pip::fetch),
    ("the release archive", archive::fetch),
    ("cargo", cargo::fetch),
];

/// The message of `error` with those of what caused it.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
