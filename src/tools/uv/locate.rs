//! Finds a `uv` that is already there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::path_cache::PathCache;
use super::pinned::PINNED;
use super::staging::managed_dir;
use super::{Uv, UvOrigin, version};
use crate::{Environment, Home, Invocation, Runner, ToolError, no_output, shims};

/// A program that only says its version and takes longer than this is broken.
const VERSION_TIMEOUT: Duration = Duration::from_secs(20);

/// The name of the program's file.
pub(super) const PROGRAM: &str = if cfg!(windows) { "uv.exe" } else { "uv" };

/// The file beside a managed program that says how it was fetched.
pub(super) const ORIGIN: &str = "origin.json";

/// The first suitable `uv` on `PATH`, else the managed one, if it has been fetched.
///
/// Suitable are versions from [`MINIMUM`](super::MINIMUM) up to 1.0. Starts a process only for a
/// `uv` on `PATH` that it has not seen before. Fails only when it is cancelled.
pub fn find(
    environment: &Environment,
    home: &Home,
    runner: &dyn Runner,
) -> Result<Option<Uv>, ToolError> {
    if let Some(uv) = on_path(environment, home, runner)? {
        return Ok(Some(uv));
    }
    Ok(managed(home))
}

/// The managed `uv`, if it has been fetched.
pub(super) fn managed(home: &Home) -> Option<Uv> {
    let dir = managed_dir(home);
    let program = dir.join(PROGRAM);
    let is_program = program
        .metadata()
        .is_ok_and(|file| file.is_file() && file.len() > 0);
    let origin = serde_json::from_slice(&std::fs::read(dir.join(ORIGIN)).ok()?).ok()?;
    is_program.then(|| Uv {
        program,
        version: PINNED.to_owned(),
        origin,
    })
}

/// The version that `program` answers with; nothing if it does not work.
pub(super) fn ask(program: &Path, runner: &dyn Runner) -> Result<Option<String>, ToolError> {
    // Its own folder: no configuration and no version file of a repository is found from there.
    let cwd = program.parent().unwrap_or(program);
    let invocation = Invocation::new(program, cwd)
        .arg("--version")
        .timeout(VERSION_TIMEOUT);
    match runner.run(&invocation, &no_output) {
        Ok(completed) if completed.success() => Ok(version::in_output(&completed.stdout)),
        Err(ToolError::Cancelled) => Err(ToolError::Cancelled),
        Ok(_) | Err(_) => Ok(None),
    }
}

fn on_path(
    environment: &Environment,
    home: &Home,
    runner: &dyn Runner,
) -> Result<Option<Uv>, ToolError> {
    let programs: Vec<PathBuf> = shims::resolved(environment.all_programs("uv"), "uv");
    if programs.is_empty() {
        return Ok(None);
    }
    let mut cache = PathCache::load(home);
    for program in programs {
        let known = cache.version(&program);
        let found = if known.is_some() {
            known
        } else {
            ask(&program, runner)?
        };
        let Some(found) = found else { continue };
        if cache.version(&program).is_none() {
            cache.remember(&program, &found);
        }
        if version::is_suitable(&found) {
            return Ok(Some(Uv {
                program,
                version: found,
                origin: UvOrigin::Path,
            }));
        }
    }
    Ok(None)
}
