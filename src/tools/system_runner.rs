//! Runs programs for real.

use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use dhtl_project_model::CancelToken;

use crate::lines::{LineSplitter, shortened};
use crate::log::RunLog;
use crate::process_tree::ProcessTree;
use crate::supervision::{Ending, Limits, Stream, supervise};
use crate::{Completed, Environment, Invocation, Redactor, Runner, ToolError};

/// How much of stdout is kept for the caller.
const LONGEST_STDOUT: usize = 64 * 1024 * 1024;

/// How much of the end of stderr is kept for the caller.
const LONGEST_STDERR: usize = 256 * 1024;

/// How many of its last lines an error message shows.
const LAST_LINES: usize = 10;

/// Variables that tie git to a repository, whatever the folder; set while a git hook runs.
///
/// Source: `git rev-parse --local-env-vars`, without those that only hold configuration.
const REPOSITORY_VARIABLES: [&str; 9] = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GRAFT_FILE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
];

/// Runs programs on this machine, with the environment it was given.
///
/// Every child has no terminal, a time limit, English messages, and a process group that ends as a
/// whole when the user cancels or the time is up: SIGTERM first, SIGKILL two seconds later.
#[derive(Debug, Clone)]
pub struct SystemRunner {
    environment: Environment,
    cancel: CancelToken,
    redactor: Redactor,
    log: Option<PathBuf>,
    guard: Option<Arc<File>>,
}

impl SystemRunner {
    /// Runs programs with `environment`, until `cancel` says stop.
    #[must_use]
    pub fn new(environment: Environment, cancel: CancelToken) -> Self {
        let redactor = Redactor::from_environment(&environment);
        Self {
            environment,
            cancel,
            redactor,
            log: None,
            guard: None,
        }
    }

    /// Appends every command, what it prints and how it ends to the file `path`.
    #[must_use]
    pub fn with_log(mut self, path: PathBuf) -> Self {
        self.log = Some(path);
        self
    }

    /// Hands every child a duplicate of `lock_file`, an open and locked file, as its stdin.
    ///
    /// On Unix the lock then lasts until the last child has ended, even if dhtl is killed and its
    /// children go on alone: nobody else starts to work in a folder they still write to. The file
    /// should be empty, for a child that reads its stdin.
    #[must_use]
    pub fn with_guard(mut self, lock_file: File) -> Self {
        self.guard = Some(Arc::new(lock_file));
        self
    }

    fn command(&self, invocation: &Invocation) -> Result<Command, ToolError> {
        let program = self.resolve(&invocation.program)?;
        #[expect(
            clippy::disallowed_methods,
            reason = "this is the gate the lint points to"
        )]
        let mut command = Command::new(program);
        command
            .args(&invocation.args)
            .current_dir(&invocation.cwd)
            .env_clear();
        command.envs(self.child_environment(invocation));
        command.stdin(self.stdin(invocation)?);
        Ok(command)
    }

    /// The absolute path of `program`.
    fn resolve(&self, program: &Path) -> Result<PathBuf, ToolError> {
        let found = if program.is_absolute() {
            program.exists().then(|| program.to_owned())
        } else {
            program
                .to_str()
                .and_then(|name| self.environment.find_program(name))
        };
        found.ok_or_else(|| ToolError::NotFound {
            program: program.display().to_string(),
        })
    }

    fn child_environment(&self, invocation: &Invocation) -> Vec<(OsString, OsString)> {
        let is_changed = |name: &OsStr| invocation.env.contains_key(name);
        let locale = self
            .environment
            .var_os("LC_ALL")
            .filter(|_| !is_changed("LC_ALL".as_ref()));
        let mut variables: Vec<(OsString, OsString)> = self
            .environment
            .variables()
            .filter(|(name, _)| {
                !REPOSITORY_VARIABLES
                    .iter()
                    .any(|dropped| *name == OsStr::new(dropped))
            })
            .filter(|(name, _)| {
                // LC_ALL would override LC_MESSAGES. The same locale as LANG, without any other
                // LC_ variable, means the same for the encoding and everything else.
                let is_locale = *name == "LANG" || name.to_string_lossy().starts_with("LC_");
                locale.is_none() || !is_locale
            })
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        if let Some(locale) = locale {
            variables.push(("LANG".into(), locale.to_owned()));
        }
        variables.push(("LC_MESSAGES".into(), "C".into()));
        // Shells and pyenv take the current folder from here.
        variables.push(("PWD".into(), invocation.cwd.clone().into()));
        variables.retain(|(name, _)| !is_changed(name));
        let set = invocation
            .env
            .iter()
            .filter_map(|(name, value)| Some((name, value.as_ref()?)));
        variables.extend(set.map(|(name, value)| (name.clone(), value.clone())));
        variables
    }

    fn stdin(&self, invocation: &Invocation) -> Result<Stdio, ToolError> {
        let Some(guard) = &self.guard else {
            return Ok(Stdio::null());
        };
        guard
            .try_clone()
            .map(Stdio::from)
            .map_err(|source| ToolError::CannotStart {
                command: self.shown(invocation),
                source,
            })
    }

    /// The command line without any secret.
    fn shown(&self, invocation: &Invocation) -> String {
        self.redactor.redact(&invocation.to_string()).into_owned()
    }

    fn start(&self, invocation: &Invocation) -> Result<ProcessTree, ToolError> {
        let mut attempts = 0;
        loop {
            match ProcessTree::spawn(self.command(invocation)?) {
                Ok(tree) => return Ok(tree),
                // Another thread forked while this program was being written and holds it open for
                // a moment.
                Err(error) if is_busy(&error) && attempts < 50 => {
                    attempts += 1;
                    thread::sleep(Duration::from_millis(10));
                }
                Err(_) if !invocation.cwd.is_dir() => {
                    return Err(ToolError::NoFolder {
                        command: self.shown(invocation),
                        cwd: invocation.cwd.clone(),
                    });
                }
                Err(source) => {
                    let command = self.shown(invocation);
                    return Err(ToolError::CannotStart { command, source });
                }
            }
        }
    }
}

impl SystemRunner {
    fn transcript<'run>(
        &self,
        invocation: &Invocation,
        output: &'run (dyn Fn(&str) + Sync),
    ) -> Result<Transcript<'run>, ToolError> {
        Ok(Transcript {
            redactor: self.redactor.clone().with(invocation.secrets()),
            log: RunLog::open(
                self.log.as_deref(),
                &self.shown(invocation),
                &invocation.cwd,
            )?,
            output,
            splitters: Default::default(),
            stdout: Vec::new(),
            stdout_truncated: false,
            stderr: VecDeque::new(),
            last_lines: Default::default(),
        })
    }
}

impl Runner for SystemRunner {
    fn run(
        &self,
        invocation: &Invocation,
        output: &(dyn Fn(&str) + Sync),
    ) -> Result<Completed, ToolError> {
        if self.cancel.is_cancelled() {
            return Err(ToolError::Cancelled);
        }
        let command = self.shown(invocation);
        let mut transcript = self.transcript(invocation, output)?;
        let started = Instant::now();
        let tree = match self.start(invocation) {
            Ok(tree) => tree,
            Err(error) => {
                transcript.abandon("not started", started.elapsed());
                return Err(error);
            }
        };
        let limits = Limits {
            cancel: &self.cancel,
            timeout: invocation.timeout,
        };
        let ending = supervise(tree, &limits, &mut |stream, bytes| {
            transcript.take(stream, bytes);
        });
        let elapsed = started.elapsed();
        match ending {
            Ok(Ending::Exited(status)) => Ok(transcript.complete(command, status, elapsed)),
            Ok(Ending::Cancelled) => {
                transcript.abandon("cancelled", elapsed);
                Err(ToolError::Cancelled)
            }
            Ok(Ending::TimedOut) => {
                let last_lines = transcript.abandon("out of time, stopped", elapsed);
                Err(ToolError::TimedOut {
                    command,
                    limit: invocation.timeout,
                    last_lines,
                })
            }
            Err(source) => {
                transcript.abandon("lost", elapsed);
                Err(ToolError::Lost { command, source })
            }
        }
    }
}

fn is_busy(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::ExecutableFileBusy
}

/// What one run printed.
struct Transcript<'run> {
    redactor: Redactor,
    log: RunLog,
    output: &'run (dyn Fn(&str) + Sync),
    /// Of stdout and of stderr.
    splitters: [LineSplitter; 2],
    stdout: Vec<u8>,
    stdout_truncated: bool,
    stderr: VecDeque<u8>,
    /// Of stdout and of stderr.
    last_lines: [VecDeque<String>; 2],
}

impl Transcript<'_> {
    fn take(&mut self, stream: Stream, bytes: &[u8]) {
        if stream == Stream::Stdout {
            let kept = bytes.len().min(LONGEST_STDOUT - self.stdout.len());
            self.stdout.extend_from_slice(&bytes[..kept]);
            self.stdout_truncated |= kept < bytes.len();
        }
        self.split(stream, |splitter, emit| splitter.feed(bytes, emit));
    }

    /// Runs a splitter, and shows, logs and keeps the lines that come out of it.
    fn split(&mut self, stream: Stream, run: impl FnOnce(&mut LineSplitter, &mut dyn FnMut(&str))) {
        let mut splitter = std::mem::take(&mut self.splitters[stream as usize]);
        run(&mut splitter, &mut |line| self.line(stream, line));
        self.splitters[stream as usize] = splitter;
    }

    fn line(&mut self, stream: Stream, line: &str) {
        let line = shortened(&self.redactor.redact(line));
        self.log.line(&line);
        if stream == Stream::Stderr {
            self.stderr.extend(line.bytes().chain([b'\n']));
            let excess = self.stderr.len().saturating_sub(LONGEST_STDERR);
            self.stderr.drain(..excess);
        }
        if line.trim().is_empty() {
            return;
        }
        (self.output)(&line);
        let last_lines = &mut self.last_lines[stream as usize];
        if last_lines.len() == LAST_LINES {
            last_lines.pop_front();
        }
        last_lines.push_back(line);
    }

    /// The output is over: completes what was left without a line end.
    fn finish(&mut self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            self.split(stream, LineSplitter::finish);
        }
    }

    fn complete(mut self, command: String, status: ExitStatus, elapsed: Duration) -> Completed {
        self.finish();
        let last_lines = self.last_words();
        Completed {
            command,
            exit_code: status.code(),
            stdout: String::from_utf8_lossy(&self.stdout).into_owned(),
            stdout_truncated: self.stdout_truncated,
            stderr: String::from_utf8_lossy(self.stderr.make_contiguous()).into_owned(),
            last_lines,
            log: self.log.close(&status.to_string(), elapsed, self.output),
            elapsed,
        }
    }

    /// The run was stopped: closes the log and returns the last words.
    fn abandon(mut self, ending: &str, elapsed: Duration) -> Vec<String> {
        self.finish();
        let last_lines = self.last_words();
        self.log.close(ending, elapsed, self.output);
        last_lines
    }

    /// The last lines of stderr, or of stdout for a program that only complains there.
    fn last_words(&self) -> Vec<String> {
        let [stdout, stderr] = &self.last_lines;
        let lines = if stderr.is_empty() { stdout } else { stderr };
        lines.iter().cloned().collect()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests;
