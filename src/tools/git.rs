//! Command lines of git.
//!
//! **Invariant:** options are constants, values come after `--`, and no value begins with `-`, so
//! that nothing a stranger wrote can become an option.

use std::ffi::{OsStr, OsString};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::{Invocation, ToolError};

/// Clones `url` into the folder `dir`, which is relative to the existing folder `parent`.
///
/// The user's own configuration applies: credentials, proxies, hooks. Git is told not to ask for a
/// password, because nobody could answer; credential helpers and SSH agents still do. Fails when a
/// value is empty or would be read as an option.
pub fn clone(
    url: &str,
    dir: impl AsRef<OsStr>,
    extent: CloneExtent<'_>,
    parent: impl AsRef<Path>,
) -> Result<Invocation, ToolError> {
    let url = value("URL", url.as_ref())?;
    let dir = value("folder", dir.as_ref())?;
    Ok(Invocation::new("git", parent.as_ref())
        // Without it git says nothing until it is done, for its stderr is no terminal here.
        .args(["clone", "--progress"])
        .args(extent.options()?)
        .arg("--")
        .args([url, dir])
        .env("GIT_TERMINAL_PROMPT", "0")
        .timeout(Duration::from_hours(2)))
}

/// How much of a repository is cloned.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CloneExtent<'a> {
    /// The branch or tag that is checked out; by default the one that the repository names.
    pub branch: Option<&'a str>,
    /// How many commits of its history; by default all, and of all branches.
    pub depth: Option<NonZeroU32>,
}

impl CloneExtent<'_> {
    /// The options of `git clone`; fails when the branch is empty or would be read as an option.
    pub(crate) fn options(self) -> Result<Vec<OsString>, ToolError> {
        let mut options = Vec::new();
        if let Some(branch) = self.branch {
            let mut option = OsString::from("--branch=");
            option.push(value("branch", branch.as_ref())?);
            options.push(option);
        }
        if let Some(depth) = self.depth {
            options.push(format!("--depth={depth}").into());
        }
        Ok(options)
    }
}

/// Prints the address of a remote as the configuration has it.
pub fn remote_url(remote: Remote, repository: impl AsRef<Path>) -> Invocation {
    let key = format!("remote.{}.url", remote.name());
    repository_command(repository.as_ref())
        .args(["config", "--get"])
        .arg(key)
        .timeout(REMOTE_LIMIT)
}

/// Adds the remote `upstream`. Fails when `url` is empty or would be read as an option.
pub fn add_upstream(url: &str, repository: impl AsRef<Path>) -> Result<Invocation, ToolError> {
    let url = value("URL", url.as_ref())?;
    Ok(repository_command(repository.as_ref())
        .args(["remote", "add", "--", "upstream"])
        .arg(url)
        .timeout(REMOTE_LIMIT))
}

/// Fetches what is new in the branches of a remote, on `host` with the login of gh.
///
/// `protocol.ext.allow`: no configuration makes a command of an address.
pub fn fetch(remote: Remote, host: &str, repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["-c", "protocol.ext.allow=never"])
        .args(login_of_gh(host))
        .args(["fetch", "--progress", "--no-recurse-submodules", "--"])
        .arg(remote.name())
        .timeout(Duration::from_hours(2))
}

/// Asks a remote for its default branch, on `host` with the login of gh, and notes it down as
/// `refs/remotes/<remote>/HEAD`.
pub fn note_default_branch(remote: Remote, host: &str, repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(login_of_gh(host))
        .args(["remote", "set-head", remote.name(), "--auto"])
        .timeout(Duration::from_mins(2))
}

/// The options by which git asks gh for a password, as gh itself has it.
///
/// The empty one takes back what the user's configuration says, whose helper may know another
/// account. Source: `gh auth setup-git`.
fn login_of_gh(host: &str) -> [String; 4] {
    let key = format!("credential.https://{host}.helper");
    [
        "-c".to_owned(),
        format!("{key}="),
        "-c".to_owned(),
        format!("{key}=!gh auth git-credential"),
    ]
}

/// Prints the default branch of a remote as in `upstream/main`, where it was noted down.
pub fn default_branch(remote: Remote, repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["symbolic-ref", "--quiet", "--short"])
        .arg(format!("refs/remotes/{}/HEAD", remote.name()))
        .timeout(REMOTE_LIMIT)
}

/// Prints the branch that is checked out, and the one it tracks, as in `main origin/main`.
pub fn tracked_branch(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["rev-parse", "--abbrev-ref", "HEAD", "@{upstream}"])
        .timeout(REMOTE_LIMIT)
}

/// Prints how many commits the default branch of `upstream` has that `HEAD` has not.
pub fn commits_behind_upstream(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args([
            "rev-list",
            "--count",
            "HEAD..refs/remotes/upstream/HEAD",
            "--",
        ])
        .timeout(REMOTE_LIMIT)
}

/// Takes over what the tracked branch has, where nothing of one's own stands against it.
pub fn fast_forward(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["merge", "--ff-only", "--quiet", "@{upstream}"])
        .timeout(Duration::from_mins(10))
}

/// A remote that dhtl knows by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remote {
    /// Where the clone comes from.
    Origin,
    /// What it is a fork of.
    Upstream,
}

impl Remote {
    /// The name, as git knows it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Origin => "origin",
            Self::Upstream => "upstream",
        }
    }
}

/// Looking into a repository takes no longer.
const REMOTE_LIMIT: Duration = Duration::from_mins(1);

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

/// Says `true` where `folder` is within the work tree of a repository.
pub fn inside_work_tree(folder: impl AsRef<Path>) -> Invocation {
    repository_command(folder.as_ref())
        .args(["rev-parse", "--is-inside-work-tree"])
        .timeout(NEW_LIMIT)
}

/// Makes a repository of `folder`, with the branch `main`.
pub fn init(folder: impl AsRef<Path>) -> Invocation {
    repository_command(folder.as_ref())
        // The option of `git init` itself is unknown to versions before 2.28.
        .args(["-c", "init.defaultBranch=main", "init", "--quiet"])
        .timeout(NEW_LIMIT)
}

/// Prints who commits in `folder`; fails where nobody has told git. What git would guess from the
/// names of the account and the machine does not count.
pub fn identity(folder: impl AsRef<Path>) -> Invocation {
    repository_command(folder.as_ref())
        .args([
            "-c",
            "user.useConfigOnly=true",
            "var",
            "GIT_COMMITTER_IDENT",
        ])
        .timeout(NEW_LIMIT)
}

/// Has git take all that is in `repository` and not ignored into the next commit.
pub fn add_all(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["add", "--all"])
        .timeout(NEW_LIMIT)
}

/// Commits for the first time, without asking hooks.
pub fn first_commit(repository: impl AsRef<Path>) -> Invocation {
    repository_command(repository.as_ref())
        .args(["commit", "--quiet", "--no-verify", "--message", "Begin"])
        .timeout(NEW_LIMIT)
}

/// A new project is small.
const NEW_LIMIT: Duration = Duration::from_mins(2);

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

pub(crate) fn value<'text>(
    what: &'static str,
    value: &'text OsStr,
) -> Result<&'text OsStr, ToolError> {
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
            clone("https://ada:pw@git.example/api.git", "api", CloneExtent::default(), "/srv").unwrap(),
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
            let error = clone(url, dir, CloneExtent::default(), "/srv").unwrap_err();
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
        let git = clone(&origin, "copy", CloneExtent::default(), dir.path()).unwrap();
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
