//! How a run of a program ended.

use std::process::Output;

use serde_json::Value;

use super::Redaction;

/// The exit code and both streams of a program that has ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// The exit code; none when a signal ended the program.
    pub(crate) exit_code: Option<i32>,
    /// What it answered.
    pub(crate) stdout: String,
    /// What it said meanwhile.
    pub(crate) stderr: String,
    redaction: Redaction,
}

impl Outcome {
    /// The outcome of a program in the world that `redaction` knows.
    pub(super) fn new(output: Output, redaction: Redaction) -> Self {
        Self {
            exit_code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("stdout is UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("stderr is UTF-8"),
            redaction,
        }
    }

    /// The whole conversation, less what differs from run to run and from machine to machine.
    pub(crate) fn snapshot(&self) -> String {
        self.redaction.apply(&format!(
            "exit code: {}\n--- stdout\n{}--- stderr\n{}",
            self.exit_code
                .map_or_else(|| "none".to_owned(), |code| code.to_string()),
            self.stdout,
            self.stderr,
        ))
    }

    /// The answer alone, less what differs from run to run and from machine to machine.
    pub(crate) fn answer(&self) -> String {
        self.redaction.apply(&self.stdout)
    }

    /// Insists on an exit code.
    #[track_caller]
    pub(crate) fn exits(self, exit_code: i32) -> Self {
        assert_eq!(self.exit_code, Some(exit_code), "{}", self.snapshot());
        self
    }

    /// Insists on a part of what was said on stderr.
    #[track_caller]
    pub(crate) fn says(self, part: &str) -> Self {
        assert!(
            self.stderr.contains(part),
            "no `{part}` on stderr:\n{}",
            self.snapshot()
        );
        self
    }

    /// Insists on a part of the answer.
    #[track_caller]
    pub(crate) fn answers(self, part: &str) -> Self {
        assert!(
            self.stdout.contains(part),
            "no `{part}` on stdout:\n{}",
            self.snapshot()
        );
        self
    }

    /// The one JSON document on stdout.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        match serde_json::from_str(&self.stdout) {
            Ok(value) => value,
            Err(error) => panic!("stdout is no JSON document ({error}):\n{}", self.snapshot()),
        }
    }

    /// The text at `pointer` (RFC 6901) in the JSON document on stdout.
    #[track_caller]
    pub(crate) fn text(&self, pointer: &str) -> String {
        let document = self.json();
        match document.pointer(pointer).and_then(Value::as_str) {
            Some(text) => text.to_owned(),
            None => panic!("no text at `{pointer}`:\n{}", self.snapshot()),
        }
    }

    /// The digest of the installed set, as `regenerate` and `setup` report it with `--json`.
    #[track_caller]
    pub(crate) fn venv_checksum(&self) -> String {
        self.text("/validation/venv_checksum")
    }
}
