//! uv, built from its published sources by cargo.

use std::time::Duration;

use super::fetch_error::FetchError;
use super::locate::PROGRAM;
use super::pinned::PINNED;
use super::staging::Staging;
use super::{CargoConsent, Uv, UvOrigin, UvRequest};
use crate::Invocation;

/// A build on a slow machine takes long.
const TIMEOUT: Duration = Duration::from_hours(2);

/// Has cargo build the pinned version, everything in a temporary folder.
pub(super) fn fetch(request: &UvRequest<'_>) -> Result<Uv, FetchError> {
    if request.cargo_consent == CargoConsent::Refused {
        return Err(FetchError::NotAgreed);
    }
    let staging = Staging::new(request.home)?;
    let root = staging.work_dir().join("root");
    let invocation = Invocation::new("cargo", staging.work_dir())
        .args(["install", "--locked", "--version", PINNED, "--root"])
        .arg(&root)
        .arg("uv")
        .env("CARGO_TARGET_DIR", staging.work_dir().join("target"))
        .timeout(TIMEOUT);
    request
        .runner
        .run(&invocation, request.output)?
        .require_success()?;
    let built = root.join("bin").join(PROGRAM);
    std::fs::rename(&built, staging.program()).map_err(FetchError::write(built))?;
    staging.publish(UvOrigin::ManagedCargo, request)
}
