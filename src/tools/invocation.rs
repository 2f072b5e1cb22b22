//! A command line as a value: described here, run elsewhere.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};

use crate::quote::quote;
use crate::redact::{Redactor, mask, sounds_secret};

/// How long a program may run when nobody says otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_mins(30);

/// A program to run, with everything it needs to know.
///
/// Its text form is the command line as a POSIX shell would read it, with secrets masked; the
/// folder it runs in is not part of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Invocation {
    /// The program: a name to look up on `PATH`, or an absolute path.
    pub program: PathBuf,
    /// Its arguments.
    pub args: Vec<OsString>,
    /// The folder it runs in.
    pub cwd: PathBuf,
    /// Changes to the environment: a value to set, or nothing for a variable to remove.
    pub env: BTreeMap<OsString, Option<OsString>>,
    /// How long it may run before it is stopped.
    pub timeout: Duration,
    secrets: Vec<String>,
}

impl Invocation {
    /// Runs `program` in the folder `cwd`.
    #[must_use]
    pub fn new(program: impl Into<PathBuf>, cwd: impl Into<PathBuf>) -> Self {
        Self {
            program: program.into(),
            args: Vec::new(),
            cwd: cwd.into(),
            env: BTreeMap::new(),
            timeout: DEFAULT_TIMEOUT,
            secrets: Vec::new(),
        }
    }

    /// With one more argument.
    #[must_use]
    pub fn arg(mut self, arg: impl Into<OsString>) -> Self {
        self.args.push(arg.into());
        self
    }

    /// With more arguments.
    #[must_use]
    pub fn args<I>(mut self, args: I) -> Self
    where
        I: IntoIterator,
        I::Item: Into<OsString>,
    {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    /// With the environment variable `name` set to `value`.
    #[must_use]
    pub fn env(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), Some(value.into()));
        self
    }

    /// Without the environment variable `name`.
    #[must_use]
    pub fn env_remove(mut self, name: impl Into<OsString>) -> Self {
        self.env.insert(name.into(), None);
        self
    }

    /// With `limit` as the longest time it may take.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// With `value` masked wherever this command or its output is shown or kept.
    #[must_use]
    pub fn secret(mut self, value: impl Into<String>) -> Self {
        self.secrets.push(value.into());
        self
    }

    /// What must not be shown: registered secrets, and values given to variables that sound secret.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = String> {
        let from_env = self
            .env
            .iter()
            .filter(|(name, _)| sounds_secret(&name.to_string_lossy()))
            .filter_map(|(_, value)| value.as_ref()?.to_str())
            .filter(|value| value.len() >= 8);
        self.secrets
            .iter()
            .map(String::as_str)
            .chain(from_env)
            .map(str::to_owned)
    }

    fn redactor(&self) -> Redactor {
        Redactor::default().with(self.secrets())
    }

    /// The value of a variable as it may be shown.
    fn shown_value(&self, name: &OsStr, value: &OsStr) -> String {
        if sounds_secret(&name.to_string_lossy()) {
            return mask().to_owned();
        }
        self.redactor()
            .redact(&value.to_string_lossy())
            .into_owned()
    }
}

impl fmt::Display for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let redactor = self.redactor();
        let shown = |word: &OsStr| quote(&redactor.redact(&word.to_string_lossy())).into_owned();
        // A shell has no prefix that removes a variable, so `env` does it.
        if self.env.values().any(Option::is_none) {
            f.write_str("env ")?;
        }
        for (name, _) in self.env.iter().filter(|(_, value)| value.is_none()) {
            write!(f, "-u {} ", shown(name))?;
        }
        for (name, value) in &self.env {
            if let Some(value) = value {
                write!(
                    f,
                    "{}={} ",
                    shown(name),
                    quote(&self.shown_value(name, value))
                )?;
            }
        }
        f.write_str(&shown(self.program.as_os_str()))?;
        for arg in &self.args {
            write!(f, " {}", shown(arg))?;
        }
        Ok(())
    }
}

/// The text form and the folder: what is secret stays out of debug output too.
impl fmt::Debug for Invocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Invocation")
            .field("command", &self.to_string())
            .field("cwd", &self.cwd)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The text form and its parts, with secrets masked.
impl Serialize for Invocation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let redactor = self.redactor();
        let shown = |word: &OsStr| redactor.redact(&word.to_string_lossy()).into_owned();
        let args: Vec<String> = self.args.iter().map(|arg| shown(arg)).collect();
        let env: BTreeMap<String, Option<String>> = self
            .env
            .iter()
            .map(|(name, value)| {
                let value = value.as_ref().map(|value| self.shown_value(name, value));
                (name.to_string_lossy().into_owned(), value)
            })
            .collect();
        let mut invocation = serializer.serialize_struct("Invocation", 6)?;
        invocation.serialize_field("command", &self.to_string())?;
        invocation.serialize_field("program", &shown(self.program.as_os_str()))?;
        invocation.serialize_field("args", &args)?;
        invocation.serialize_field("cwd", &self.cwd.to_string_lossy())?;
        invocation.serialize_field("env", &env)?;
        invocation.serialize_field("timeout_seconds", &self.timeout.as_secs())?;
        invocation.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push() -> Invocation {
        Invocation::new("git", "/srv/api")
            .args(["push", "https://ada:hunter22@git.example/api", "my branch"])
            .arg("--token=abc")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GITHUB_TOKEN", "0123456789")
            .env_remove("GIT_DIR")
            .secret("abc")
    }

    #[test]
    fn the_text_form_can_be_typed_and_hides_secrets() {
        insta::assert_snapshot!(
            push(),
            @"env -u GIT_DIR GITHUB_TOKEN='***' GIT_TERMINAL_PROMPT=0 git push 'https://ada:***@git.example/api' 'my branch' '--token=***'"
        );
    }

    #[test]
    fn json_and_debug_output_hide_secrets_too() {
        for text in [
            serde_json::to_string(&push()).unwrap(),
            format!("{:?}", push()),
        ] {
            assert!(text.contains("my branch"), "{text}");
            for secret in ["hunter22", "abc", "0123456789"] {
                assert!(!text.contains(secret), "{secret} in {text}");
            }
        }
    }

    #[test]
    fn json_carries_every_part() {
        insta::assert_snapshot!(
            serde_json::to_string(&Invocation::new("uv", "/srv").arg("sync").env("A", "b")).unwrap(),
            @r#"{"command":"A=b uv sync","program":"uv","args":["sync"],"cwd":"/srv","env":{"A":"b"},"timeout_seconds":1800}"#
        );
    }
}
