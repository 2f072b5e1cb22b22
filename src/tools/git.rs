//! Command lines of git.
//!
//! **Invariant:** options are constants, values come after `--`, and no value begins with `-`, so
//! that nothing a stranger wrote can become an option.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use crate::{Invocation, ToolError};

/// Clones `url` into the folder `dir`, which is relative to the existing folder `parent`.
///
/// The user's own configuration applies: credentials, proxies, hooks. Git is told not to ask for a
/// password, because nobody could answer; credential helpers and SSH agents still do. Fails when
/// `url` or `dir` is empty or would be read as an option.
pub fn clone(
    url: &str,
    dir: impl AsRef<OsStr>,
    parent: impl AsRef<Path>,
) -> Result<Invocation, ToolError> {
    let url = value("URL", url.as_ref())?;
    let dir = value("folder", dir.as_ref())?;
    Ok(Invocation::new("git", parent.as_ref())
        // Without it git says nothing until it is done, for its stderr is no terminal here.
        .args(["clone", "--progress", "--"])
        .args([url, dir])
        .env("GIT_TERMINAL_PROMPT", "0")
        .timeout(Duration::from_hours(2)))
}

/// Prints the commit that is checked out, as git stores it.
///
/// `cat-file` is plumbing: it runs no hook, filter, pager or signature check, whatever the
/// repository's configuration says.
pub fn head_commit(repository: impl AsRef<Path>) -> Invocation {
    Invocation::new("git", repository.as_ref())
        .args(["-c", "core.fsmonitor=false", "cat-file", "commit", "HEAD"])
        .timeout(Duration::from_secs(10))
}

fn value<'text>(what: &'static str, value: &'text OsStr) -> Result<&'text OsStr, ToolError> {
    if value.is_empty() {
        return Err(ToolError::Empty { what });
    }
    // `--` ends the options of git itself, but git hands values on to ssh and to remote helpers.
    if value.as_encoded_bytes().starts_with(b"-") {
        return Err(ToolError::LooksLikeOption {
            what,
            value: value.to_string_lossy().into_owned(),
        });
    }
    Ok(value)
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{CancelToken, Diagnostic as _, ExitCode};

    use super::*;
    use crate::{Environment, Runner as _, SystemRunner, no_output};

    #[test]
    fn values_come_after_the_options() {
        insta::assert_snapshot!(
            clone("https://ada:pw@git.example/api.git", "api", "/srv").unwrap(),
            @"GIT_TERMINAL_PROMPT=0 git clone --progress -- 'https://ada:***@git.example/api.git' api"
        );
    }

    #[test]
    fn a_value_that_would_be_an_option_is_refused() {
        for (url, dir) in [
            ("--upload-pack=evil", "api"),
            ("https://git.example", "-x"),
            ("", "x"),
        ] {
            let error = clone(url, dir, "/srv").unwrap_err();
            assert_eq!(error.exit_code(), ExitCode::Usage, "{error}");
        }
    }

    #[test]
    fn a_real_repository_is_cloned() {
        let environment = Environment::capture();
        let runner = SystemRunner::new(environment, CancelToken::default());
        let dir = tempfile::tempdir().unwrap();
        let run = |args: &[&str]| {
            let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@mail.example"];
            let git = Invocation::new("git", dir.path()).args(identity).args(args);
            runner
                .run(&git, &no_output)
                .unwrap()
                .require_success()
                .unwrap();
        };
        run(&["init", "--quiet", "origin"]);
        std::fs::write(dir.path().join("origin/hello"), "hello").unwrap();
        run(&["-C", "origin", "add", "hello"]);
        run(&[
            "-C",
            "origin",
            "commit",
            "--quiet",
            "--no-gpg-sign",
            "-m",
            "first",
        ]);

        let origin = dir.path().join("origin").display().to_string();
        let git = clone(&origin, "copy", dir.path()).unwrap();
        runner
            .run(&git, &no_output)
            .unwrap()
            .require_success()
            .unwrap();
        assert_eq!(
            std::fs::read_to_string(dir.path().join("copy/hello")).unwrap(),
            "hello"
        );
    }
}
