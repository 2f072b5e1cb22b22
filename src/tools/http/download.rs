//! Brings a file to the disk, in several attempts when it has to.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::address::{file_name, shown};
use super::answer::{Answer, Head};
use super::client::require_success;
use super::partial::{Partial, Version, sweep};
use super::{HttpClient, HttpError};

/// How often a connection that breaks off is made again when nothing new arrives.
const ATTEMPTS: u32 = 4;

/// How often somebody is told how far it is.
const REPORT: Duration = Duration::from_millis(200);

/// What to fetch, and where it is kept meanwhile.
pub struct Download<'a> {
    /// The address.
    pub url: &'a str,
    /// The folder for what has arrived so far; it need not exist.
    pub folder: &'a Path,
    /// The most bytes that are accepted.
    pub limit: u64,
    /// Is told how far it is.
    pub progress: &'a dyn Fn(Transfer),
    /// Is told why it begins again, and after how long.
    pub retrying: &'a dyn Fn(&str, Duration),
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Transfer {
    /// The bytes that are there.
    pub done: u64,
    /// The bytes that there will be, where the server says so.
    pub total: Option<u64>,
}

/// A file from the network, gone when this is dropped.
#[derive(Debug)]
pub struct Downloaded {
    /// The file, called as in the address.
    pub path: PathBuf,
    /// How many bytes it has.
    pub bytes: u64,
    /// How many of them were there from an earlier attempt.
    pub resumed_from: u64,
    _folder: TempDir,
}

impl HttpClient<'_> {
    /// Fetches a file to the disk.
    ///
    /// A connection that breaks off is made again and goes on where it ended, when the server can do
    /// that and says that the file is still the same (RFC 9110, sections 13.1.5 and 14); so does the
    /// next call for the same address, in this process or another.
    pub fn download(&self, request: &Download<'_>) -> Result<Downloaded, HttpError> {
        super::address::check(request.url)?;
        sweep(request.folder);
        let mut partial = Partial::open(request.folder, request.url)?;
        let mut resumed_from = 0;
        let mut failures = 0;
        loop {
            let before = partial.len();
            match self.attempt(request, &mut partial, &mut resumed_from) {
                Ok(()) => break,
                Err(error) if error.may_pass() => {
                    failures = if partial.len() > before {
                        1
                    } else {
                        failures + 1
                    };
                    if failures >= ATTEMPTS {
                        return Err(error);
                    }
                    let delay = Duration::from_millis(250) * 2_u32.pow(failures);
                    (request.retrying)(&error.to_string(), delay);
                    self.wait(delay)?;
                }
                Err(error) => {
                    if matches!(error, HttpError::TooLarge { .. }) {
                        partial.restart(None)?;
                    }
                    return Err(error);
                }
            }
        }
        let bytes = partial.len();
        let (path, done) = partial.finish(&file_name(request.url))?;
        Ok(Downloaded {
            path,
            bytes,
            resumed_from,
            _folder: done,
        })
    }

    fn attempt(
        &self,
        request: &Download<'_>,
        partial: &mut Partial,
        resumed_from: &mut u64,
    ) -> Result<(), HttpError> {
        let known = partial.version().filter(|_| partial.len() > 0);
        let headers = known.as_ref().map_or_else(Vec::new, |version| {
            vec![
                ("Range", format!("bytes={}-", partial.len())),
                ("If-Range", version.validator.clone()),
            ]
        });
        self.ask(request.url, &headers, |head, answer| {
            // 416: there is no such part, so what is there is no beginning of this file.
            if head.status == 416 && known.is_some() {
                partial.restart(None)?;
                return Err(HttpError::Failed {
                    url: shown(request.url),
                    reason: "the file has changed meanwhile".to_owned(),
                });
            }
            require_success(request.url, head)?;
            let goes_on = head.status == 206 && begins_at(head, partial.len());
            if head.status == 206 && !goes_on {
                partial.restart(None)?;
                return Err(HttpError::Failed {
                    url: shown(request.url),
                    reason: "the server sent another part than the one asked for".to_owned(),
                });
            }
            if goes_on {
                *resumed_from = partial.len();
            } else {
                *resumed_from = 0;
                partial.restart(Version::of(head).as_ref())?;
            }
            let total = head
                .length
                .map(|length| length.saturating_add(partial.len()));
            receive(request, partial, answer, total)
        })
    }

    fn wait(&self, delay: Duration) -> Result<(), HttpError> {
        let end = Instant::now() + delay;
        while Instant::now() < end {
            if self.cancel.is_cancelled() {
                return Err(HttpError::Cancelled);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(())
    }
}

/// Whether the part that follows is the one after the first `len` bytes.
fn begins_at(head: &Head, len: u64) -> bool {
    let start = head.range.as_deref().and_then(|range| {
        let range = range.trim().strip_prefix("bytes")?.trim_start();
        range.split('-').next()?.parse::<u64>().ok()
    });
    start == Some(len)
}

fn receive(
    request: &Download<'_>,
    partial: &mut Partial,
    answer: &Answer<'_>,
    total: Option<u64>,
) -> Result<(), HttpError> {
    let too_large = || HttpError::TooLarge {
        what: format!("`{}`", shown(request.url)),
        limit: request.limit,
    };
    if total.is_some_and(|total| total > request.limit) {
        return Err(too_large());
    }
    let mut told: Option<Instant> = None;
    while let Some(bytes) = answer.bytes()? {
        if partial.len().saturating_add(bytes.len() as u64) > request.limit {
            return Err(too_large());
        }
        partial.append(&bytes)?;
        if told.is_none_or(|told| told.elapsed() >= REPORT) {
            told = Some(Instant::now());
            let done = partial.len();
            (request.progress)(Transfer { done, total });
        }
    }
    match total {
        Some(total) if partial.len() < total => Err(HttpError::Failed {
            url: shown(request.url),
            reason: "the connection ended too early".to_owned(),
        }),
        _ => Ok(()),
    }
}
