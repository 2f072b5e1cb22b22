//! Clones with git as it is on this machine, and with one that fails in known words.

use std::ffi::OsString;
use std::fs;
use std::sync::Mutex;

use dhtl_project_model::{CancelToken, Diagnostic as _, ExitCode};
use dhtl_tools::{Environment, Invocation, Runner, SystemRunner, no_output};

use super::*;
use crate::DestinationError;

/// A folder with a repository in it, and git as it is on this machine.
struct World {
    folder: tempfile::TempDir,
    cancel: CancelToken,
    /// Has no gh: what that does is tested with the real one, end to end.
    environment: Environment,
    runner: SystemRunner,
    output: Mutex<Vec<String>>,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let home = folder.path().join("home");
        fs::create_dir(&home).unwrap();
        let captured = Environment::capture();
        let mut clean: Vec<(OsString, OsString)> = captured
            .names()
            .filter(|name| !name.starts_with("GIT_"))
            .filter_map(|name| Some((name.into(), captured.var_os(name)?.to_owned())))
            .collect();
        // Whatever this user has told git in general does not count here.
        clean.push(("HOME".into(), home.into()));
        clean.push(("GIT_CONFIG_NOSYSTEM".into(), "1".into()));
        Self::with(folder, Environment::from_vars(clean))
    }

    fn with(folder: tempfile::TempDir, environment: Environment) -> Self {
        let cancel = CancelToken::default();
        let runner = SystemRunner::new(environment, cancel.clone());
        fs::create_dir(folder.path().join("parent")).unwrap();
        Self {
            folder,
            cancel,
            environment: Environment::from_vars([("PATH", "")]),
            runner,
            output: Mutex::default(),
        }
    }

    fn git(&self, args: &[&str]) {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@mail.example"];
        let git = Invocation::new("git", self.folder.path())
            .args(identity)
            .args(args);
        self.runner
            .run(&git, &no_output)
            .unwrap()
            .require_success()
            .unwrap();
    }

    /// A bare repository with one file in it.
    fn with_repository(self) -> Self {
        self.git(&["init", "--quiet", "origin"]);
        fs::write(self.folder.path().join("origin/hello"), "hello").unwrap();
        self.git(&["-C", "origin", "add", "hello"]);
        self.git(&[
            "-C",
            "origin",
            "commit",
            "--quiet",
            "--no-gpg-sign",
            "-m",
            "first",
        ]);
        self.git(&["clone", "--quiet", "--bare", "origin", "api.git"]);
        self
    }

    fn parent(&self) -> PathBuf {
        self.folder.path().join("parent")
    }

    fn clone_with(
        &self,
        runner: &dyn Runner,
        url: &str,
        destination: Option<&str>,
    ) -> Result<Cloned, CloneError> {
        clone(&CloneRequest {
            url,
            branch: None,
            depth: None,
            destination: destination.map(Path::new),
            parent: &self.parent(),
            surroundings: Surroundings {
                environment: &self.environment,
                runner,
                interactive: false,
                cancel: &self.cancel,
                output: &|line| self.output.lock().unwrap().push(line.to_owned()),
                notice: &|_| {},
            },
        })
    }

    fn clone(&self, url: &str, destination: Option<&str>) -> Result<Cloned, CloneError> {
        self.clone_with(&self.runner, url, destination)
    }

    /// The error of an attempt that left nothing behind.
    #[track_caller]
    fn refusal(&self, url: &str) -> CloneError {
        let error = self.clone(url, None).unwrap_err();
        assert_eq!(self.names(), [""; 0]);
        error
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.parent()).unwrap();
        names
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }
}

/// Fails as git does, with these last words.
struct Failing(&'static str);

impl Runner for Failing {
    fn run(
        &self,
        invocation: &Invocation,
        output: &(dyn Fn(&str) + Sync),
    ) -> Result<Completed, ToolError> {
        let script = dhtl_tools::ScriptedRunner::default();
        script
            .expect_failure(invocation.to_string(), 128, self.0)
            .run(invocation, output)
    }
}

#[test]
fn a_local_repository_is_cloned_whole() {
    let world = World::new().with_repository();
    for (url, destination, name) in [
        ("../api.git", None, "api"),
        ("../origin", Some("mine"), "mine"),
        ("../origin/.git", None, "origin"),
        ("../origin", Some("-dash"), "-dash"),
    ] {
        let cloned = world.clone(url, destination).unwrap();
        assert_eq!(cloned.folder, world.parent().join(name));
        assert_eq!(cloned.repository, url);
        assert_eq!(
            fs::read_to_string(cloned.folder.join("hello")).unwrap(),
            "hello"
        );
        let git = Invocation::new("git", &cloned.folder).args(["status", "--porcelain"]);
        let completed = world
            .runner
            .run(&git, &no_output)
            .unwrap()
            .require_success()
            .unwrap();
        assert_eq!(completed.stdout, "");
    }
    let mut names = world.names();
    names.sort();
    assert_eq!(names, ["-dash", "api", "mine", "origin"]);
}

#[test]
fn a_file_url_is_cloned() {
    let world = World::new().with_repository();
    let url = format!("file://{}", world.folder.path().join("api.git").display());
    let cloned = world.clone(&url, None).unwrap();
    assert_eq!(cloned.repository, url);
    assert!(cloned.folder.join("hello").is_file());
}

#[test]
fn what_exists_is_not_overwritten() {
    let world = World::new().with_repository();
    fs::create_dir(world.parent().join("api")).unwrap();
    fs::write(world.parent().join("api/mine"), "mine").unwrap();
    let error = world.clone("../api.git", None).unwrap_err();
    assert!(
        matches!(
            error,
            CloneError::Destination(DestinationError::Exists { .. })
        ),
        "{error}"
    );
    assert_eq!(error.exit_code(), ExitCode::Usage);
    assert_eq!(world.names(), ["api"]);
}

#[test]
fn a_missing_repository_leaves_nothing() {
    let world = World::new();
    let file_url = format!("file://{}/missing", world.folder.path().display());
    for url in ["../missing", &file_url] {
        let error = world.refusal(url);
        assert!(matches!(error, CloneError::NotFound { .. }), "{error}");
        assert_eq!(error.exit_code(), ExitCode::External);
        assert_eq!(error.to_string(), format!("there is no repository `{url}`"));
    }
}

#[test]
fn a_host_that_does_not_answer_is_told_apart() {
    let world = World::new();
    // Port 1 of this machine: nobody listens there.
    let error = world.refusal("https://ada:hunter22@127.0.0.1:1/api.git");
    let CloneError::Unreachable { host } = &error else {
        panic!("{error}")
    };
    assert_eq!(host, "127.0.0.1:1");
    let said = world.output.lock().unwrap().join("\n") + &format!("{error:?}");
    assert!(!said.contains("hunter22"), "{said}");
}

#[cfg(unix)]
#[test]
fn what_git_says_about_a_token_is_masked() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("git");
    fs::write(
        &fake,
        "#!/bin/sh\necho 'odd token: ghp_0123456789' >&2\nexit 1\n",
    )
    .unwrap();
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
    let environment = Environment::from_vars([("PATH", folder.path().display().to_string())]);
    let world = World::with(folder, environment);
    let error = world.refusal("https://ghp_0123456789@git.example/api.git");
    assert!(error.to_string().contains("odd token: ***"), "{error}");
    assert_eq!(*world.output.lock().unwrap(), ["odd token: ***"]);
    assert!(!format!("{error:?}").contains("ghp_"), "{error:?}");
}

#[test]
fn a_repository_that_cannot_be_checked_out_leaves_nothing() {
    let world = World::new().with_repository();
    let objects = world.folder.path().join("api.git/objects");
    fs::remove_dir_all(&objects).unwrap();
    fs::create_dir(&objects).unwrap();
    let error = world.refusal("../api.git");
    assert!(
        matches!(error, CloneError::Git(ToolError::Failed { .. })),
        "{error}"
    );
    assert_eq!(error.exit_code(), ExitCode::External);
}

#[test]
fn without_git_the_error_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let empty = Environment::from_vars([("PATH", folder.path().display().to_string())]);
    let error = World::with(folder, empty).refusal("owner/name");
    assert!(
        matches!(error, CloneError::Git(ToolError::NotFound { .. })),
        "{error}"
    );
    assert_eq!(error.exit_code(), ExitCode::Prerequisite);
}

#[test]
fn an_interrupt_leaves_nothing() {
    let world = World::new().with_repository();
    world.cancel.cancel();
    let error = world.refusal("../api.git");
    assert!(matches!(error, CloneError::Interrupted), "{error}");
    assert_eq!(error.exit_code(), ExitCode::Interrupted);
}

#[cfg(unix)]
#[test]
fn an_interrupt_while_git_works_leaves_nothing() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let fake = folder.path().join("git");
    // The last argument is the folder to clone into.
    let script = "#!/bin/sh\nfor last; do :; done\n\
                  /bin/mkdir -p \"$last/.git/objects\"\necho started\nexec /bin/sleep 600\n";
    fs::write(&fake, script).unwrap();
    fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).unwrap();
    let environment = Environment::from_vars([("PATH", folder.path().display().to_string())]);
    let world = World::with(folder, environment);
    let error = clone(&CloneRequest {
        url: "owner/api",
        branch: None,
        depth: None,
        destination: None,
        parent: &world.parent(),
        surroundings: Surroundings {
            environment: &world.environment,
            runner: &world.runner,
            interactive: false,
            cancel: &world.cancel,
            output: &|_started| {
                assert_eq!(world.names().len(), 1);
                world.cancel.cancel();
            },
            notice: &|_| {},
        },
    })
    .unwrap_err();
    assert!(matches!(error, CloneError::Interrupted), "{error}");
    assert_eq!(world.names(), [""; 0]);
}

#[test]
fn a_name_with_another_meaning_needs_a_folder() {
    let world = World::new();
    for url in ["git@git.example:..", "https://git.example/.."] {
        let error = world.refusal(url);
        assert!(
            matches!(
                error,
                CloneError::Destination(DestinationError::Name { .. })
            ),
            "{url}: {error}"
        );
    }
}

#[track_caller]
fn check_words(said: &'static str, url: &str, expected: &str) {
    let world = World::new();
    let error = world.clone_with(&Failing(said), url, None).unwrap_err();
    assert_eq!(error.to_string(), expected);
    assert!(error.hint().is_some());
    assert_eq!(world.names(), [""; 0]);
}

#[test]
fn the_words_of_git_are_understood() {
    let https = "https://git.example/owner/api.git";
    check_words(
        "fatal: repository 'https://git.example/owner/api.git/' not found",
        https,
        "there is no repository `https://git.example/owner/api.git`",
    );
    check_words(
        "fatal: could not read Username for 'https://git.example': terminal prompts disabled",
        https,
        "`https://git.example/owner/api.git` is private or does not exist: git was not let in",
    );
    check_words(
        "fatal: unable to access 'https://git.example/owner/api.git/': Could not resolve host: git.example",
        https,
        "`git.example` cannot be reached",
    );
    let ssh = "git@git.example:owner/api.git";
    check_words(
        "git@git.example: Permission denied (publickey).\nfatal: Could not read from remote repository.",
        ssh,
        "`git@git.example:owner/api.git` is private or does not exist: git was not let in",
    );
    check_words(
        "Host key verification failed.\nfatal: Could not read from remote repository.",
        ssh,
        "ssh does not trust `git.example`: its key is unknown or has changed",
    );
    check_words(
        "ERROR: Repository not found.\nfatal: Could not read from remote repository.",
        ssh,
        "there is no repository `git@git.example:owner/api.git`",
    );
}

#[test]
fn a_full_disk_is_told_apart() {
    let world = World::new();
    let said =
        "fatal: write error: No space left on device\nfatal: fetch-pack: invalid index-pack output";
    let error = world
        .clone_with(&Failing(said), "owner/api", None)
        .unwrap_err();
    assert!(
        matches!(
            error,
            CloneError::Destination(DestinationError::DiskFull { .. })
        ),
        "{error}"
    );
    assert_eq!(error.exit_code(), ExitCode::External);
}

#[test]
fn the_words_of_the_host_prove_nothing() {
    let world = World::new();
    let said = "remote: Could not resolve host\nfatal: the remote end hung up unexpectedly";
    let error = world
        .clone_with(&Failing(said), "owner/api", None)
        .unwrap_err();
    assert!(
        matches!(error, CloneError::Git(ToolError::Failed { .. })),
        "{error}"
    );
}
