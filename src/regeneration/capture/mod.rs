//! `dhtl setup`: locks what is not locked, and records what the environment is.

mod lock;
mod record;

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::config::FILE_NAME;
use dhtl_tools::SystemRunner;
use dhtl_tools::uv::{self, UvRequest};
use serde::Serialize;

use crate::plan::{COMMITTED_INFERENCE, RESOLUTION};
use crate::regenerate::{regenerate, regenerate_subject};
use crate::report::Report;
use crate::state::StateDir;
use crate::subject::{Locks, Subject};
use crate::uv::{MISLEADING, Refresh, UvCommands};
use crate::validate_env::{ValidateRequest, validate_env};
use crate::{RegenerationError, Request, Versions};
use lock::{Locker, REQUIREMENTS_LOCK};
use record::{Recorder, TOOLS_LOCK};

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
    let locks = match options.refresh {
        Refresh::Keep => Locks::Follow,
        Refresh::Upgrade => Locks::Ignore,
    };
    let environment = request.surroundings.environment;
    let subject = Subject::read(request.start, request.root, environment, locks)?;
    let before = Snapshot::of(subject.root());
    let captured = capture(request, options, &subject);
    match captured {
        Ok((lock, report)) => Ok(Capture {
            written: before.changed(subject.root()),
            lock,
            report,
        }),
        Err(error) => {
            before.restore(subject.root());
            Err(error)
        }
    }
}

fn capture(
    request: &Request<'_>,
    options: SetupOptions,
    subject: &Subject,
) -> Result<(String, Report), RegenerationError> {
    let surroundings = request.surroundings;
    let root = subject.root();
    if options.refresh == Refresh::Upgrade {
        // A resolution that is there would be kept. There may be none.
        let _ = fs::remove_file(StateDir::of(root).file(RESOLUTION));
    }
    // Whoever locks now wants what is there now, as `uv lock` does.
    let request = &Request {
        versions: Versions::Newest,
        ..*request
    };
    let first = regenerate_subject(request, subject)?;
    let uv = uv_program(request)?;
    let runner = SystemRunner::new(
        surroundings.environment.without(&MISLEADING),
        surroundings.cancel.clone(),
    );
    let locker = Locker {
        subject,
        uv: UvCommands {
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
    let recorder = Recorder {
        subject,
        environment: surroundings.environment,
    };
    recorder.commit_inference()?;
    recorder.write_environment(&lock)?;
    let mut report = regenerate(&Request {
        root: Some(root),
        ..*request
    })?;
    recorder.write_proof(&report)?;
    // The proof is repeated against what was just recorded.
    report.validation = validate_env(&ValidateRequest {
        start: root,
        root: Some(root),
        environment: surroundings.environment,
    })?;
    for shortfall in first.shortfalls.into_iter().chain(lock_shortfall) {
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

/// The files that a capture may write, as they were.
struct Snapshot(Vec<(&'static str, Option<Vec<u8>>)>);

impl Snapshot {
    fn of(root: &Path) -> Self {
        let files = [
            FILE_NAME,
            "uv.lock",
            REQUIREMENTS_LOCK,
            COMMITTED_INFERENCE,
            TOOLS_LOCK,
        ];
        Self(
            files
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
                Some(content) => fs::write(path, content),
                None => fs::remove_file(path),
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
