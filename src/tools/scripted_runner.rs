//! A runner for tests that starts nothing and forgives nothing.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::{Completed, Invocation, Runner, ToolError};

/// Answers exactly the commands it was told to expect, in that order.
///
/// Commands are compared by their text form. An unexpected command panics, and so does dropping the
/// runner while an expected one has not come.
#[derive(Debug, Default)]
pub struct ScriptedRunner {
    script: Mutex<VecDeque<Expected>>,
}

#[derive(Debug)]
struct Expected {
    command: String,
    exit_code: i32,
    stdout: String,
    stderr: String,
}

impl ScriptedRunner {
    /// Expects `command` next, which succeeds and prints `stdout`.
    #[must_use]
    pub fn expect(self, command: impl Into<String>, stdout: impl Into<String>) -> Self {
        self.add(Expected {
            command: command.into(),
            exit_code: 0,
            stdout: stdout.into(),
            stderr: String::new(),
        })
    }

    /// Expects `command` next, which fails with `exit_code` and prints `stderr`.
    #[must_use]
    pub fn expect_failure(
        self,
        command: impl Into<String>,
        exit_code: i32,
        stderr: impl Into<String>,
    ) -> Self {
        self.add(Expected {
            command: command.into(),
            exit_code,
            stdout: String::new(),
            stderr: stderr.into(),
        })
    }

    fn add(self, expected: Expected) -> Self {
        self.script().push_back(expected);
        self
    }

    fn script(&self) -> MutexGuard<'_, VecDeque<Expected>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Runner for ScriptedRunner {
    fn run(
        &self,
        invocation: &Invocation,
        output: &(dyn Fn(&str) + Sync),
    ) -> Result<Completed, ToolError> {
        let command = invocation.to_string();
        let next = self.script().pop_front();
        let Some(expected) = next else {
            panic!("unexpected command: {command}\nnone was expected any more");
        };
        assert!(
            expected.command == command,
            "unexpected command: {command}\n       expected was: {}",
            expected.command
        );
        let lines = || expected.stderr.lines().chain(expected.stdout.lines());
        lines().for_each(output);
        Ok(Completed {
            command,
            exit_code: Some(expected.exit_code),
            last_lines: lines().map(str::to_owned).collect(),
            stdout: expected.stdout,
            stdout_truncated: false,
            stderr: expected.stderr,
            log: None,
            elapsed: Duration::ZERO,
        })
    }
}

impl Drop for ScriptedRunner {
    fn drop(&mut self) {
        // A second panic would abort the test run and hide the first.
        if std::thread::panicking() {
            return;
        }
        let missing: Vec<String> = self
            .script()
            .iter()
            .map(|expected| expected.command.clone())
            .collect();
        assert!(
            missing.is_empty(),
            "expected commands never came:\n{}",
            missing.join("\n")
        );
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::no_output;

    fn status() -> Invocation {
        Invocation::new("git", "/srv").arg("status")
    }

    #[test]
    fn expected_commands_get_their_answers() {
        let runner = ScriptedRunner::default()
            .expect("git status", "clean\n")
            .expect_failure("git status", 128, "fatal: no repository\n");
        let seen = Mutex::new(Vec::new());
        let first = runner
            .run(&status(), &|line| {
                seen.lock().unwrap().push(line.to_owned());
            })
            .unwrap();
        assert_eq!((first.stdout.as_str(), first.success()), ("clean\n", true));
        assert_eq!(seen.into_inner().unwrap(), ["clean"]);
        let error = runner
            .run(&status(), &no_output)
            .unwrap()
            .require_success()
            .unwrap_err();
        insta::assert_snapshot!(error, @r"
        `git status` failed with exit code 128
            fatal: no repository
        ");
    }

    #[test]
    #[should_panic(expected = "unexpected command: git status")]
    fn an_unexpected_command_panics() {
        let runner = ScriptedRunner::default().expect("git log", "");
        let _ = runner.run(&status(), &no_output);
    }

    #[test]
    #[should_panic(expected = "none was expected any more")]
    fn a_command_too_many_panics() {
        let _ = ScriptedRunner::default().run(&status(), &no_output);
    }

    #[test]
    #[should_panic(expected = "expected commands never came:\ngit log")]
    fn a_command_too_few_panics() {
        drop(ScriptedRunner::default().expect("git log", ""));
    }
}
