//! Command lines of git.
//!
//! **Invariant:** options are constants, values come after `--`, and no value begins with `-`, so
//! that nothing a stranger wrote can become an option.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
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

/// Checks out the submodule at `path`, and those inside it, at the commits that are recorded.
///
/// Where they come from is what `.gitmodules` says, which a stranger wrote: no transport may be a
/// command, whatever the user's configuration allows, and git itself refuses local ones unless it is
/// told otherwise (`protocol.file.allow`). Fails when `path` is empty or would be read as an option.
///
/// Source: `protocol.allow` in the manual page of `git config`.
pub fn submodule_update(
    path: &str,
    before: SubmoduleCheckout,
    repository: impl AsRef<Path>,
) -> Result<Invocation, ToolError> {
    let path = value("folder", path.as_ref())?;
    Ok(repository_command(repository.as_ref())
        .args(["-c", "protocol.ext.allow=never", "--literal-pathspecs"])
        .args(["submodule", "update", "--init", "--recursive"])
        .args((before == SubmoduleCheckout::Interrupted).then_some("--force"))
        .arg("--")
        .arg(path)
        .timeout(Duration::from_hours(2)))
}

/// What is there of a submodule before it is checked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubmoduleCheckout {
    /// Nothing.
    None,
    /// What a checkout left that did not end. Git believes in it, and has to be told that files
    /// which are half there are nobody's work.
    Interrupted,
}

/// Has git know the filters of Git LFS in this repository.
pub fn lfs_install(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["lfs", "install", "--local"])
        .timeout(Duration::from_mins(1))
}

/// Fetches the content of the files in Git LFS, and puts it in their place.
pub fn lfs_pull(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["lfs", "pull"])
        .timeout(Duration::from_hours(2))
}

/// Installs hooks with the pre-commit at `program`, or prek, which takes the same options. Another
/// hook in the same place is kept, and run first.
pub fn pre_commit_install<'hook>(
    program: impl Into<PathBuf>,
    hooks: impl IntoIterator<Item = &'hook str>,
    repository: impl AsRef<Path>,
) -> Invocation {
    let types = hooks.into_iter().flat_map(|hook| ["--hook-type", hook]);
    Invocation::new(program, repository.as_ref())
        .arg("install")
        .args(types)
        .timeout(HOOK_LIMIT)
}

/// Installs the hooks of `lefthook.yml` with the lefthook at `program`.
pub fn lefthook_install(program: impl Into<PathBuf>, repository: impl AsRef<Path>) -> Invocation {
    Invocation::new(program, repository.as_ref())
        .arg("install")
        .timeout(HOOK_LIMIT)
}

/// Installs hooks with a program of the project's `node_modules`; nothing is downloaded.
///
/// husky has `husky install` since version 5; from 9 on it is called old and still does its work.
pub fn npx_install(
    npx: impl Into<PathBuf>,
    tool: &str,
    repository: impl AsRef<Path>,
) -> Invocation {
    Invocation::new(npx, repository.as_ref())
        .args(["--no-install", tool, "install"])
        .timeout(HOOK_LIMIT)
}

/// Putting a few files in place takes no longer.
const HOOK_LIMIT: Duration = Duration::from_mins(2);

/// git at work on a repository: nobody can answer it, and no program watches files for it.
fn repository_command(repository: &Path) -> Invocation {
    Invocation::new("git", repository)
        .args(["-c", "core.fsmonitor=false"])
        .env("GIT_TERMINAL_PROMPT", "0")
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
    fn submodules_cannot_run_commands() {
        insta::assert_snapshot!(
            submodule_update("libs/a b", SubmoduleCheckout::None, "/srv").unwrap(),
            @"GIT_TERMINAL_PROMPT=0 git -c core.fsmonitor=false -c protocol.ext.allow=never --literal-pathspecs submodule update --init --recursive -- 'libs/a b'"
        );
        let again = submodule_update("a", SubmoduleCheckout::Interrupted, "/srv").unwrap();
        assert!(again.to_string().ends_with("--force -- a"), "{again}");
        assert!(submodule_update("--recursive", SubmoduleCheckout::None, "/srv").is_err());
    }

    #[test]
    fn every_hook_is_named() {
        insta::assert_snapshot!(
            pre_commit_install(".venv/bin/pre-commit", ["pre-commit", "commit-msg"], "/srv"),
            @".venv/bin/pre-commit install --hook-type pre-commit --hook-type commit-msg"
        );
        insta::assert_snapshot!(
            npx_install("npx", "husky", "/srv"),
            @"npx --no-install husky install"
        );
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
