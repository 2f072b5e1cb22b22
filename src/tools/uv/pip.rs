//! uv's wheel, through the pip of the machine.
//!
//! pip knows the user's index, proxy, credentials and certificates; nothing is installed.

use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_project_model::Digest;

use super::fetch_error::FetchError;
use super::locate::PROGRAM;
use super::pinned::{PINNED, WHEELS, requirements};
use super::staging::Staging;
use super::{Uv, UvOrigin, UvRequest, unpack};
use crate::{Completed, Environment, Invocation, ToolError, shims};

/// The wheel is 20 MB; pip's own retries are within this time.
const TIMEOUT: Duration = Duration::from_mins(10);

/// How many pips that are there may fail: the third will not fare better than the second.
const MOST_FAILURES: usize = 2;

/// No wheel of uv is nearly as large.
const LARGEST_WHEEL: u64 = 200 * 1024 * 1024;

/// Downloads the wheel with a pip of the machine, and takes the program out of it.
pub(super) fn fetch(request: &UvRequest<'_>) -> Result<Uv, FetchError> {
    let pips = pips(request.environment);
    if pips.is_empty() {
        return Err(FetchError::NoPip);
    }
    let mut reasons: Vec<String> = Vec::new();
    let mut failures = 0;
    for pip in pips {
        match fetch_with(&pip, request) {
            Ok(uv) => return Ok(uv),
            Err(PipFailure::Absent(reason)) => reasons.push(reason),
            Err(PipFailure::Failed(FetchError::Tool(ToolError::Cancelled))) => {
                return Err(ToolError::Cancelled.into());
            }
            Err(PipFailure::Failed(fatal @ FetchError::Write { .. })) => return Err(fatal),
            Err(PipFailure::Failed(failure)) => {
                let reason = failure.to_string();
                failures += 1;
                // Its words for an index that is out of reach; another pip would wait for it as
                // long again.
                let is_offline = reason.contains("connection broken by");
                reasons.push(reason);
                if is_offline || failures == MOST_FAILURES {
                    break;
                }
            }
        }
    }
    Err(FetchError::Pip { reasons })
}

/// A program and what makes it pip.
#[derive(Debug, PartialEq, Eq)]
struct Pip {
    program: PathBuf,
    args: &'static [&'static str],
}

enum PipFailure {
    /// There is no pip behind this program.
    Absent(String),
    /// pip is there and did not manage.
    Failed(FetchError),
}

impl<E: Into<FetchError>> From<E> for PipFailure {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// All pips of the machine, the most promising first.
///
/// An interpreter with `-m pip` comes before the script `pip`, whose interpreter may be gone.
fn pips(environment: &Environment) -> Vec<Pip> {
    let mut pips: Vec<Pip> = Vec::new();
    let mut seen: Vec<(PathBuf, &[&str])> = Vec::new();
    let module: &[&str] = &["-m", "pip"];
    for (name, args) in [
        ("python3", module),
        ("python", module),
        ("pip3", &[]),
        ("pip", &[]),
    ] {
        for program in shims::resolved(environment.all_programs(name), name) {
            // `/bin` is `/usr/bin` on many machines. A virtual environment's interpreter is a link
            // too, but has its own pip: only the folder is resolved.
            let dir = program.parent().and_then(|dir| dir.canonicalize().ok());
            let key = (dir.unwrap_or_default().join(real_name(&program)), args);
            if !seen.contains(&key) {
                seen.push(key);
                pips.push(Pip { program, args });
            }
        }
    }
    pips
}

/// The file name of `program`, or of the file beside it that it is a link to: `python` is usually
/// just another name of `python3`.
fn real_name(program: &Path) -> PathBuf {
    match fs::read_link(program) {
        Ok(target) if target.components().count() == 1 => program
            .parent()
            .map_or_else(|| target.clone(), |dir| real_name(&dir.join(&target))),
        _ => program.file_name().map(PathBuf::from).unwrap_or_default(),
    }
}

fn fetch_with(pip: &Pip, request: &UvRequest<'_>) -> Result<Uv, PipFailure> {
    let staging = Staging::new(request.home)?;
    let requirements_file = staging.work_dir().join("requirements.txt");
    fs::write(&requirements_file, requirements()).map_err(FetchError::write(requirements_file))?;
    let completed = request
        .runner
        .run(&download(pip, &staging.work_dir()), request.output)?;
    if !completed.success() && is_absent(&completed) {
        let reason = completed.last_lines.last().cloned().unwrap_or_default();
        return Err(PipFailure::Absent(format!(
            "`{}`: {reason}",
            pip.program.display()
        )));
    }
    completed.require_success()?;
    let wheel = checked_wheel(&staging.work_dir().join("wheels"))?;
    let entry = format!("uv-{PINNED}.data/scripts/{PROGRAM}");
    unpack::from_zip(Cursor::new(wheel), &entry, &staging.program())?;
    Ok(staging.publish(UvOrigin::ManagedPip, request)?)
}

fn download(pip: &Pip, work_dir: &Path) -> Invocation {
    Invocation::new(&pip.program, work_dir)
        .args(pip.args)
        .args([
            "download",
            "--no-deps",
            "--only-binary",
            ":all:",
            "--require-hashes",
        ])
        .args([
            "--no-input",
            "--disable-pip-version-check",
            "--progress-bar",
            "off",
        ])
        .args(["--dest", "wheels", "-r", "requirements.txt"])
        // A user who lets pip install into virtual environments only has nothing against this.
        .env("PIP_REQUIRE_VIRTUALENV", "0")
        .timeout(TIMEOUT)
}

/// Whether it failed because there is no pip, rather than because pip could not do it.
fn is_absent(completed: &Completed) -> bool {
    let says_so = |line: &String| line.contains("No module named");
    matches!(completed.exit_code, Some(126 | 127)) || completed.last_lines.iter().any(says_so)
}

/// The one wheel in `dir`, if its digest is a known one.
///
/// pip has checked it too, unless somebody's pip is a wrapper that does not.
fn checked_wheel(dir: &Path) -> Result<Vec<u8>, FetchError> {
    let entries = fs::read_dir(dir).map_err(|_| FetchError::NoWheel)?;
    let is_wheel = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "whl");
    let path = entries
        .flatten()
        .map(|entry| entry.path())
        .find(is_wheel)
        .ok_or(FetchError::NoWheel)?;
    let size = fs::metadata(&path).map_err(|_| FetchError::NoWheel)?.len();
    if size > LARGEST_WHEEL {
        let what = path.display().to_string();
        return Err(FetchError::TooLarge {
            what,
            limit: LARGEST_WHEEL,
        });
    }
    let wheel = fs::read(&path).map_err(|error| FetchError::Damaged(error.to_string()))?;
    let actual = Digest::of(&wheel);
    let text = actual.to_string();
    if !WHEELS.iter().any(|(_, digest)| *digest == text) {
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        return Err(FetchError::UnknownDigest { file, actual });
    }
    Ok(wheel)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pip_is_told_to_check_and_to_install_nothing() {
        let pip = Pip {
            program: PathBuf::from("python3"),
            args: &["-m", "pip"],
        };
        insta::assert_snapshot!(
            download(&pip, Path::new("/tmp")),
            @"PIP_REQUIRE_VIRTUALENV=0 python3 -m pip download --no-deps --only-binary :all: --require-hashes --no-input --disable-pip-version-check --progress-bar off --dest wheels -r requirements.txt"
        );
    }

    #[test]
    fn every_platform_has_a_pinned_digest() {
        let requirements = requirements();
        assert!(
            requirements.starts_with("uv==0.13.8 \\\n"),
            "{requirements}"
        );
        for (tag, digest) in WHEELS {
            assert!(digest.parse::<Digest>().is_ok(), "{tag}");
            assert!(requirements.contains(&format!("--hash={digest}")), "{tag}");
        }
        for tag in [
            "macosx_10_12_x86_64",
            "macosx_11_0_arm64",
            "manylinux_2_17_x86_64",
            "manylinux_2_28_aarch64",
            "musllinux_1_1_x86_64",
            "musllinux_1_1_aarch64",
            "win_amd64",
            "win_arm64",
        ] {
            assert!(
                WHEELS
                    .iter()
                    .any(|(tags, _)| tags.split('.').any(|one| one == tag)),
                "{tag}"
            );
        }
    }

    #[test]
    fn an_unknown_wheel_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let error = checked_wheel(dir.path()).unwrap_err();
        assert!(matches!(error, FetchError::NoWheel), "{error}");
        fs::write(dir.path().join("uv-0.13.8-py3-none-any.whl"), "evil").unwrap();
        let error = checked_wheel(dir.path()).unwrap_err();
        assert!(matches!(error, FetchError::UnknownDigest { .. }), "{error}");
    }
}
