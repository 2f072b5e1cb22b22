//! A home, a project and an environment that belong to one test alone.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use tempfile::TempDir;

use super::{Outcome, Redaction, outside};

/// Kept from run to run, because everything in it can be had again: the cache of uv, a managed uv,
/// downloaded archives.
const SHARED: &str = env!("CARGO_TARGET_TMPDIR");

/// A folder with `home/` and `project/`, gone when the test ends.
///
/// Programs see nothing of the environment but what [`outside::variables`] names and what
/// [`World::set`] adds.
pub(crate) struct World {
    folder: TempDir,
    variables: BTreeMap<OsString, OsString>,
}

impl World {
    /// A world that shares its managed uv with the others.
    pub(crate) fn new() -> Self {
        let world = Self::without_uv().set("DHTL_HOME", Self::shared("dhtl-home"));
        world.fetch_uv_once();
        world
    }

    /// A world in which dhtl has fetched nothing yet.
    pub(crate) fn without_uv() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("dhtl-it-")
            .tempdir()
            .unwrap();
        let mut world = Self {
            folder,
            variables: outside::variables().into_iter().collect(),
        };
        for folder in [world.home(), world.project()] {
            fs::create_dir(folder).unwrap();
        }
        let (home, dhtl_home) = (world.home(), world.path().join("dhtl-home"));
        world = world
            .set("HOME", &home)
            .set("USERPROFILE", &home)
            .set("DHTL_HOME", dhtl_home)
            .set("UV_CACHE_DIR", Self::shared("uv-cache"))
            .set("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .set("GIT_CONFIG_NOSYSTEM", "1");
        for who in ["AUTHOR", "COMMITTER"] {
            world = world
                .set(&format!("GIT_{who}_NAME"), "Ada")
                .set(&format!("GIT_{who}_EMAIL"), "ada@git.example");
        }
        world
    }

    /// A folder that outlives the tests.
    pub(crate) fn shared(name: &str) -> PathBuf {
        Path::new(SHARED).join(name)
    }

    /// With the environment variable `name`.
    #[must_use]
    pub(crate) fn set(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.variables
            .insert(name.into(), value.as_ref().to_owned());
        self
    }

    /// Without the environment variable `name`.
    #[must_use]
    pub(crate) fn unset(mut self, name: &str) -> Self {
        self.variables.remove(OsStr::new(name));
        self
    }

    /// The value of an environment variable of this world.
    pub(crate) fn variable(&self, name: &str) -> Option<&OsStr> {
        self.variables
            .get(OsStr::new(name))
            .map(OsString::as_os_str)
    }

    /// With `PATH` reduced to a folder of this world that holds the named programs only.
    #[cfg(unix)]
    #[must_use]
    pub(crate) fn with_programs_only(self, programs: &[(&str, PathBuf)]) -> Self {
        let bin = self.path().join("bin");
        fs::create_dir(&bin).unwrap();
        for (name, program) in programs {
            std::os::unix::fs::symlink(program, bin.join(name)).unwrap();
        }
        self.set("PATH", bin)
    }

    /// Whether there is a program of that name.
    #[cfg(unix)]
    pub(crate) fn has_program(&self, name: &str) -> bool {
        let path = self.variable("PATH").unwrap_or_default();
        std::env::split_paths(path).any(|folder| folder.join(name).is_file())
    }

    /// The folder of this world.
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// The user's home.
    pub(crate) fn home(&self) -> PathBuf {
        self.path().join("home")
    }

    /// The folder that commands run in.
    pub(crate) fn project(&self) -> PathBuf {
        self.path().join("project")
    }

    /// Where dhtl keeps its own things.
    pub(crate) fn dhtl_home(&self) -> &Path {
        Path::new(&self.variables[OsStr::new("DHTL_HOME")])
    }

    /// Writes a file of the project.
    pub(crate) fn write(&self, path: &str, text: impl AsRef<[u8]>) -> &Self {
        let file = self.project().join(path);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
        self
    }

    /// The text of a file of the project.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        match fs::read_to_string(self.project().join(path)) {
            Ok(text) => text,
            Err(error) => panic!("failed to read `{path}`: {error}"),
        }
    }

    /// Whether the project has something at `path`.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.project().join(path).symlink_metadata().is_ok()
    }

    /// Removes a file or folder of the project.
    pub(crate) fn remove(&self, path: &str) -> &Self {
        let path = self.project().join(path);
        if path.is_dir() {
            fs::remove_dir_all(path).unwrap();
        } else {
            fs::remove_file(path).unwrap();
        }
        self
    }

    /// Runs dhtl in the project.
    pub(crate) fn dhtl(&self, args: &[&str]) -> Outcome {
        self.dhtl_in(&self.project(), args)
    }

    /// Runs dhtl in another folder.
    pub(crate) fn dhtl_in(&self, folder: &Path, args: &[&str]) -> Outcome {
        let output = self.dhtl_command(folder, args).output().unwrap();
        Outcome::new(output, self.redaction())
    }

    /// dhtl as a command line that is not started yet.
    pub(crate) fn dhtl_command(&self, folder: &Path, args: &[&str]) -> Command {
        let mut command = self.command(env!("CARGO_BIN_EXE_dhtl"), folder);
        command.args(args);
        command
    }

    /// Runs git in the project, which has to succeed; returns its stdout.
    #[track_caller]
    pub(crate) fn git(&self, args: &[&str]) -> String {
        self.git_in(&self.project(), args)
    }

    /// Runs git in another folder.
    #[track_caller]
    pub(crate) fn git_in(&self, folder: &Path, args: &[&str]) -> String {
        self.run("git", folder, args).exits(0).stdout
    }

    /// Runs the `uv` that dhtl uses, in the project.
    pub(crate) fn uv(&self, args: &[&str]) -> Outcome {
        let tools = self.dhtl(&["tools", "--json"]).exits(0);
        let uv = tools.text("/tools/0/path");
        self.run(uv, &self.project(), args)
    }

    /// Runs the interpreter of the project's environment.
    pub(crate) fn venv_python(&self, project: &Path, args: &[&str]) -> Outcome {
        let program = if cfg!(windows) {
            ".venv/Scripts/python.exe"
        } else {
            ".venv/bin/python"
        };
        self.run(project.join(program), project, args)
    }

    /// The names and versions of what is installed in the project's environment.
    #[track_caller]
    pub(crate) fn installed(&self) -> Vec<String> {
        let script = "import importlib.metadata as metadata
for one in sorted(one.name.lower() + ' ' + one.version for one in metadata.distributions()):
    print(one)";
        let outcome = self
            .venv_python(&self.project(), &["-I", "-c", script])
            .exits(0);
        outcome.stdout.lines().map(str::to_owned).collect()
    }

    /// Runs any program.
    pub(crate) fn run(&self, program: impl AsRef<OsStr>, folder: &Path, args: &[&str]) -> Outcome {
        let program = program.as_ref();
        match self.command(program, folder).args(args).output() {
            Ok(output) => Outcome::new(output, self.redaction()),
            Err(error) => panic!("failed to start `{}`: {error}", program.display()),
        }
    }

    /// Any program as a command line that is not started yet.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, folder: &Path) -> Command {
        let mut command = outside::command(program);
        command
            .current_dir(folder)
            .env_clear()
            .envs(&self.variables);
        command
    }

    fn redaction(&self) -> Redaction {
        Redaction::default()
            .path(self.path(), "[WORLD]")
            .path(self.dhtl_home(), "[DHTL_HOME]")
            .path(Path::new(SHARED), "[SHARED]")
    }

    /// So that no test has the words of a download in its conversation.
    fn fetch_uv_once(&self) {
        static FETCHED: OnceLock<()> = OnceLock::new();
        FETCHED.get_or_init(|| {
            let folder = self.path().join("first");
            fs::create_dir(&folder).unwrap();
            fs::write(folder.join("requirements.txt"), "").unwrap();
            self.dhtl_in(&folder, &["regenerate"]).exits(0);
            fs::remove_dir_all(folder).unwrap();
        });
    }
}
