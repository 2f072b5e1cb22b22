//! What was done, on disk, so that a killed run goes on where it was.
//!
//! One JSON document per line, appended and synced. Only whole lines count: what a crash left of
//! the last line is ignored, and cut off before the next line is written. A step's "started" is on
//! disk before its action runs, so that a lost later line can only make us do too much.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use dhtl_project_model::{Diagnostic, Digest, ExitCode};
use serde::{Deserialize, Serialize};

use crate::io_hint::io_hint;

/// From this size on, a journal is rewritten when it is opened.
pub(crate) const LARGE: u64 = 256 * 1024;
/// No journal of ours gets this long; a longer file is not worth reading.
const ABSURD: u64 = 64 * 1024 * 1024;

/// What happened to a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// Its action is about to run.
    Started,
    /// Its action did its work.
    Done,
    /// Its action found that it does not apply.
    Skipped,
    /// Its action failed for good.
    Failed,
    /// The user stopped it.
    Interrupted,
}

/// The record of what was done.
///
/// Nothing is created on disk before the first event is recorded. Two processes must not use the
/// same journal at the same time: hold a [`StateLock`](crate::StateLock).
#[derive(Debug)]
pub struct Journal {
    /// None keeps everything in memory.
    path: Option<PathBuf>,
    /// Open for writing at its end; none before the first event, and after a failed write.
    file: Option<File>,
    /// The length of all whole lines.
    whole: u64,
    /// The last event of each step.
    last: HashMap<String, Entry>,
    /// How many events there were.
    events: u64,
}

/// The last event of a step, and when the step last changed the world.
///
/// Time is counted in events; 0 is before the first.
#[derive(Debug, Clone)]
struct Entry {
    touched: u64,
    /// When it did before the event that counts now: a step that started and then found that it
    /// does not apply has changed nothing.
    touched_before: u64,
    line: Line,
}

/// A line of the file.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Line {
    /// Seconds since 1970-01-01T00:00:00Z.
    at: u64,
    step: String,
    event: Event,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<Digest>,
}

/// The journal cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It is there but cannot be read.
    #[error("failed to read the journal `{}`", path.display())]
    Read {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It cannot be created, or an event cannot be appended.
    #[error("failed to write the journal `{}`", path.display())]
    Write {
        /// The journal.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Its place is taken by a folder, a device, or a link, which could lead out of the project.
    #[error("the journal `{}` is not a regular file", path.display())]
    NotAFile {
        /// The journal.
        path: PathBuf,
    },
}

impl Diagnostic for JournalError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Read { .. } | Self::Write { .. } => ExitCode::External,
            Self::NotAFile { .. } => ExitCode::Invalid,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Read { path, source } | Self::Write { path, source } => io_hint(path, source),
            Self::NotAFile { path } => Some(format!("delete `{}`", path.display())),
        }
    }
}

impl Journal {
    /// Reads the journal at `path`, which need not exist; unreadable lines are not an error.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let mut journal = Self {
            path: Some(path.to_owned()),
            ..Self::in_memory()
        };
        let read = |source| JournalError::Read {
            path: path.to_owned(),
            source,
        };
        match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(journal),
            Err(error) => return Err(read(error)),
            Ok(metadata) if !metadata.is_file() => {
                return Err(JournalError::NotAFile {
                    path: path.to_owned(),
                });
            }
            // Whatever it is, we did not write it; the first event replaces it.
            Ok(metadata) if metadata.len() > ABSURD => return Ok(journal),
            Ok(_) => {}
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(read)?;
        file.take(ABSURD).read_to_end(&mut bytes).map_err(read)?;
        journal.replay(&bytes);
        if journal.whole > LARGE {
            // Only saves space: where it cannot be done, the long journal is as good.
            let _ = journal.compact();
        }
        Ok(journal)
    }

    /// A journal that is forgotten with the process.
    #[must_use]
    pub fn in_memory() -> Self {
        Self {
            path: None,
            file: None,
            whole: 0,
            last: HashMap::new(),
            events: 0,
        }
    }

    /// The last thing that happened to step `id`; none when nothing ever did.
    #[must_use]
    pub fn last_event(&self, id: &str) -> Option<Event> {
        self.last.get(id).map(|entry| entry.line.event)
    }

    /// Whether the last thing that happened to step `id` is that it was done with these inputs.
    #[must_use]
    pub fn is_done(&self, id: &str, inputs: &Digest) -> bool {
        self.last.get(id).is_some_and(|entry| {
            entry.line.event == Event::Done && entry.line.inputs.as_ref() == Some(inputs)
        })
    }

    /// Whether step `id` [is done](Self::is_done) and none of `needs` has run since.
    pub fn is_fresh<'n>(
        &self,
        id: &str,
        inputs: &Digest,
        needs: impl IntoIterator<Item = &'n str>,
    ) -> bool {
        let touched = |id: &str| self.last.get(id).map_or(0, |entry| entry.touched);
        self.is_done(id, inputs) && needs.into_iter().all(|need| touched(need) < touched(id))
    }

    /// Appends an event; it is on the disk when this returns.
    pub fn record(
        &mut self,
        id: &str,
        event: Event,
        inputs: Option<Digest>,
    ) -> Result<(), JournalError> {
        let at = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let line = Line {
            at,
            step: id.to_owned(),
            event,
            inputs,
        };
        // What cannot be written did happen: the event counts for this process in any case.
        let written = self.append(&line);
        self.remember(line);
        written
    }

    fn append(&mut self, line: &Line) -> Result<(), JournalError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        let write = |source| JournalError::Write {
            path: path.clone(),
            source,
        };
        let bytes = encode(line).map_err(write)?;
        let mut file = match self.file.take() {
            Some(file) => file,
            None => open_end(path, self.whole).map_err(write)?,
        };
        let written = file.write_all(&bytes).and_then(|()| file.sync_data());
        if let Err(error) = written {
            // A line that is only half there must not stay. Where even that fails, the half line
            // is ignored when the journal is read, and cut off before the next one is written.
            let _ = file.set_len(self.whole);
            return Err(write(error));
        }
        self.whole += bytes.len() as u64;
        self.file = Some(file);
        Ok(())
    }

    fn replay(&mut self, bytes: &[u8]) {
        for line in bytes.split_inclusive(|&byte| byte == b'\n') {
            let Some(text) = line.strip_suffix(b"\n") else {
                break;
            };
            self.whole += line.len() as u64;
            match serde_json::from_slice(text) {
                Ok(line) => self.remember(line),
                // It may have said that one of the steps before it failed later.
                Err(_) => self.last.clear(),
            }
        }
    }

    fn remember(&mut self, line: Line) {
        self.events += 1;
        let last = self
            .last
            .get(&line.step)
            .map(|entry| (entry.touched, entry.touched_before));
        let (touched, touched_before) = match (line.event, last.unwrap_or_default()) {
            (Event::Started, (touched, _)) => (self.events, touched),
            (Event::Skipped, (_, touched_before)) => (touched_before, touched_before),
            (_, (_, touched_before)) => (self.events, touched_before),
        };
        self.last.insert(
            line.step.clone(),
            Entry {
                touched,
                touched_before,
                line,
            },
        );
    }

    /// Rewrites the file with no more than one event per step.
    pub(crate) fn compact(&mut self) -> io::Result<()> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        // A step that changed nothing leaves no trace, and one that changed something before it
        // was skipped is as good as failed.
        self.last.retain(|_, entry| entry.touched > 0);
        let mut entries: Vec<&mut Entry> = self.last.values_mut().collect();
        entries.sort_by_key(|entry| entry.touched);
        let mut bytes = Vec::new();
        for entry in entries {
            if entry.line.event == Event::Skipped {
                entry.line.event = Event::Failed;
            }
            bytes.extend(encode(&entry.line)?);
        }
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut temporary = tempfile::NamedTempFile::new_in(folder)?;
        temporary.write_all(&bytes)?;
        temporary.as_file().sync_data()?;
        temporary.persist(path)?;
        self.whole = bytes.len() as u64;
        Ok(())
    }
}

fn encode(line: &Line) -> io::Result<Vec<u8>> {
    let mut bytes = serde_json::to_vec(line)?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// Opens the file for writing after its first `whole` bytes, and forgets the rest.
fn open_end(path: &Path, whole: u64) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    // Not in append mode, in which Windows refuses to shorten a file.
    let mut file = OpenOptions::new()
        .create(true)
        .write(true)
        .truncate(false)
        .open(path)?;
    file.set_len(whole)?;
    file.seek(SeekFrom::End(0))?;
    Ok(file)
}
