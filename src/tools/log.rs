//! The record of one run, appended to a file.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;

use crate::ToolError;

/// Where the lines of one run go; nowhere when no log was asked for.
#[derive(Debug)]
pub(crate) struct RunLog {
    open: Option<(PathBuf, File)>,
    failure: Option<io::Error>,
}

impl RunLog {
    /// Opens `path` for appending, with its folder, and writes what is about to run.
    pub(crate) fn open(path: Option<&Path>, command: &str, cwd: &Path) -> Result<Self, ToolError> {
        let Some(path) = path else {
            return Ok(Self {
                open: None,
                failure: None,
            });
        };
        let file = append(path).map_err(|source| ToolError::Log {
            path: path.to_owned(),
            source,
        })?;
        let mut log = Self {
            open: Some((path.to_owned(), file)),
            failure: None,
        };
        log.line(&format!("=== {:.3} {command}", Timestamp::now()));
        log.line(&format!("=== in {}", cwd.display()));
        Ok(log)
    }

    /// Appends one line.
    ///
    /// One write per line: several runs may share the file, and their lines must not mix. A log
    /// that can no longer be written stops, but not the command it records.
    pub(crate) fn line(&mut self, line: &str) {
        if self.failure.is_some() {
            return;
        }
        if let Some((_, file)) = &mut self.open {
            self.failure = file.write_all(format!("{line}\n").as_bytes()).err();
        }
    }

    /// Writes how the run ended, and says where everything can be read.
    ///
    /// Hands a line about a log that could not be written to the end to `output`.
    pub(crate) fn close(
        mut self,
        ending: &str,
        elapsed: Duration,
        output: &dyn Fn(&str),
    ) -> Option<PathBuf> {
        self.line(&format!(
            "=== {ending} after {:.1} s",
            elapsed.as_secs_f64()
        ));
        let (path, _) = self.open?;
        if let Some(failure) = self.failure {
            output(&format!(
                "the log `{}` is incomplete: {failure}",
                path.display()
            ));
        }
        Some(path)
    }
}

fn append(path: &Path) -> io::Result<File> {
    if let Some(dir) = path.parent() {
        std::fs::create_dir_all(dir)?;
    }
    OpenOptions::new().create(true).append(true).open(path)
}
