//! `dhtl setup`: locks what is not locked, and records what the environment is.

mod additions;
mod git_section;
mod lock;
mod platform_section;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::config::{Document, FILE_NAME};
use dhtl_tools::SystemRunner;
use dhtl_tools::uv::{self, UvRequest};
use serde::Serialize;

use crate::application::git_steps;
use crate::binaries;
use crate::configuration::Configuration;
use crate::files::FileCheck;
use crate::missing_files;
use crate::plan::{COMMITTED_INFERENCE, RESOLUTION};
use crate::regenerate::{regenerate, regenerate_subject};
use crate::report::Report;
use crate::state::{StateDir, write_whole};
use crate::subject::{Locks, Subject};
use crate::tools_lock::TOOLS_LOCK;
use crate::uv::{MISLEADING, Refresh, UvCommands};
use crate::validate_env::{ValidateRequest, validate_env};
use crate::{RegenerationError, Request, Versions};
use lock::{Locker, REQUIREMENTS_LOCK};
use record::Recorder;

/// How to capture.
#[derive(Debug, Clone, Copy)]
pub struct SetupOptions {
    /// Whether locks that are there are made anew.
    pub refresh: Refresh,
}

/// What a capture wrote, and the environment it describes.
#[derive(Debug, Clone, Serialize)]
pub struct Capture {
    /// The files that were written or changed, relative to the root: what to commit.
    pub written: Vec<String>,
    /// The lock.
    pub lock: String,
    /// The environment.
    #[serde(flatten)]
    pub report: Report,
}

/// Locks what is not locked, makes the environment, and records it in `.dhtconfig` and
/// `.dht/tools.lock`.
///
/// Two captures of the same state write the same bytes: the time stamp changes only when something
/// else does. A capture that fails puts back what it had written.
pub fn setup(request: &Request<'_>, options: SetupOptions) -> Result<Capture, RegenerationError> {
    let subject = subject(request, options)?;
    check_places(subject.root())?;
    let before = Snapshot::of(subject.root());
    let captured = capture(request, options, &subject);
    match captured {
        Ok((lock, report)) => Ok(Capture {
            written: [
                before.changed(subject.root()),
                missing_files::to_commit(&report.files_written),
            ]
            .concat(),
            lock,
            report,
        }),
        Err(error) => {
            before.restore(subject.root());
            Err(error)
        }
    }
}

/// The project with its locks, or without them where they are to be made anew: the user wants it,
/// one is gone, or what they were made from has changed since it was recorded.
fn subject(request: &Request<'_>, options: SetupOptions) -> Result<Subject, RegenerationError> {
    let environment = request.surroundings.environment;
    let read = |locks| Subject::read(request.start, request.root, environment, locks);
    if options.refresh == Refresh::Upgrade {
        return read(Locks::Ignore);
    }
    match read(Locks::Follow) {
        Err(RegenerationError::MissingLockFile { .. }) => read(Locks::Ignore),
        Ok(subject) if is_outdated(&subject)? => read(Locks::Ignore),
        other => other,
    }
}

/// Whether a lock that dhtl wrote is older than what it was made from.
fn is_outdated(subject: &Subject) -> Result<bool, RegenerationError> {
    let config = subject.document.as_ref().map(Document::config);
    let recorded = config
        .and_then(|config| config.validation.as_ref())
        .and_then(|validation| validation.config_checksum.clone());
    let actual = Configuration::read(subject)?.checksum.to_string();
    Ok(recorded.is_some_and(|recorded| recorded != actual))
}

fn capture(
    request: &Request<'_>,
    options: SetupOptions,
    subject: &Subject,
) -> Result<(String, Report), RegenerationError> {
    let surroundings = request.surroundings;
    let root = subject.root();
    if subject.locks == Locks::Ignore {
        // A resolution that is there would be kept. There may be none.
        let _ = fs::remove_file(StateDir::of(root).file(RESOLUTION));
    }
    // Whoever locks now wants what is there now, as `uv lock` does.
    let request = &Request {
        versions: Versions::Newest,
        ..*request
    };
    if subject.locks == Locks::Ignore && options.refresh == Refresh::Keep {
        // uv keeps the versions that the file to be written has already. There may be none.
        let draft = StateDir::of(root).file(&format!("{RESOLUTION}.draft"));
        let _ = fs::copy(root.join(REQUIREMENTS_LOCK), draft);
    }
    let first = regenerate_subject(request, subject)?;
    if git_steps::fetched_submodules(&first.steps) {
        // What they hold may be part of the project.
        let whole = self::subject(request, options)?;
        if whole.project != subject.project {
            return capture(request, options, &whole);
        }
    }
    if let Some(missing) = first
        .shortfalls
        .iter()
        .find(|shortfall| shortfall.essential)
    {
        return Err(RegenerationError::NotWhole {
            what: missing.what.clone(),
            why: missing.why.clone(),
        });
    }
    let uv = uv_program(request)?;
    let runner = SystemRunner::new(
        surroundings.environment.without(&MISLEADING),
        surroundings.cancel.clone(),
    );
    let locker = Locker {
        subject,
        uv: UvCommands {
            platform: subject.spec.platform,
            program: &uv,
            root,
            as_of: None,
        },
        runner: &runner,
        fallbacks: request.fallbacks,
        refresh: options.refresh,
        shortfalls: &first.shortfalls,
    };
    let (lock, lock_shortfall) = locker.lock()?;
    let provider = (surroundings.environment, uv.as_path());
    let (binaries, missing_binaries) = binaries::capture(subject, provider, &runner);
    let recorder = Recorder {
        subject,
        environment: surroundings.environment,
        binaries: &binaries,
    };
    if !subject.inference_is_committed {
        recorder.commit_inference(locker.additions()?)?;
    }
    recorder.write_environment(&lock)?;
    let mut report = regenerate(&Request {
        root: Some(root),
        ..*request
    })?;
    report.files_written.extend(first.files_written);
    recorder.write_proof(&report)?;
    // The proof is repeated against what was just recorded.
    report.validation = validate_env(&ValidateRequest {
        start: root,
        root: Some(root),
        environment: surroundings.environment,
        files: FileCheck::Changed,
        skip_imports_of: request.skip_imports_of,
    })?;
    report.lock_conflicts = report.validation.lock_conflicts.take().unwrap_or_default();
    let shortfalls = first.shortfalls.into_iter().chain(lock_shortfall);
    for shortfall in shortfalls.chain(missing_binaries) {
        if !report.shortfalls.contains(&shortfall) {
            report.shortfalls.push(shortfall);
        }
    }
    Ok((lock, report))
}

fn uv_program(request: &Request<'_>) -> Result<PathBuf, RegenerationError> {
    let surroundings = &request.surroundings;
    let runner = SystemRunner::new(
        surroundings.environment.clone(),
        surroundings.cancel.clone(),
    );
    let uv_request = UvRequest::new(surroundings.environment, surroundings.home, &runner);
    Ok(uv::ensure(&uv_request.cancel(surroundings.cancel.clone()))?.program)
}

/// The files that a capture may write.
const WRITTEN: [&str; 5] = [
    FILE_NAME,
    "uv.lock",
    REQUIREMENTS_LOCK,
    COMMITTED_INFERENCE,
    TOOLS_LOCK,
];

/// Whether every one of them can be written: through a link a file anywhere could be changed, and a
/// pipe would be read forever.
fn check_places(root: &Path) -> Result<(), RegenerationError> {
    let folders = [".dht", ".dht/state"].map(|folder| (folder, true));
    let files = WRITTEN.map(|file| (file, false));
    for (place, is_folder) in folders.into_iter().chain(files) {
        let path = root.join(place);
        match path.symlink_metadata() {
            Ok(found) if found.is_symlink() => return Err(RegenerationError::Linked { path }),
            Ok(found) if is_folder && !found.is_dir() => {
                return Err(RegenerationError::NotAFolder { path });
            }
            Ok(found) if !is_folder && !found.is_file() => {
                return Err(RegenerationError::NotAFile { path });
            }
            // What is wrong with the place itself shows when it is written.
            _ => {}
        }
    }
    Ok(())
}

/// The files that a capture may write, as they were.
struct Snapshot(Vec<(&'static str, Option<Vec<u8>>)>);

impl Snapshot {
    fn of(root: &Path) -> Self {
        Self(
            WRITTEN
                .into_iter()
                .map(|file| (file, fs::read(root.join(file)).ok()))
                .collect(),
        )
    }

    fn changed(&self, root: &Path) -> Vec<String> {
        self.differing(root)
            .map(|(file, _)| file.to_owned())
            .collect()
    }

    /// Best effort: what cannot be put back was not lost by the capture but by the disk.
    fn restore(&self, root: &Path) {
        for (file, content) in self.differing(root) {
            let path = root.join(file);
            let _ = match content {
                Some(content) => write_whole(&path, content).map_err(drop),
                None => fs::remove_file(path).map_err(drop),
            };
        }
    }

    fn differing(&self, root: &Path) -> impl Iterator<Item = (&'static str, Option<&[u8]>)> {
        self.0
            .iter()
            .filter(move |(file, content)| fs::read(root.join(file)).ok() != *content)
            .map(|(file, content)| (*file, content.as_deref()))
    }
}
