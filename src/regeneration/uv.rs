//! The command lines of uv, as values.
//!
//! Source: `uv --help` of the pinned version. All run in the project's root, with paths relative to
//! it, so that a printed plan is true on any machine.

use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use dhtl_project_model::{OperatingSystem, Platform};
use dhtl_tools::Invocation;

use crate::interpreters::uv_key;
use crate::locked_set::CompiledRequirements;

/// The environment's folder, relative to the root of the project.
pub(crate) const VENV: &str = ".venv";

/// Variables of an activated environment, of the user's shell or of a git hook that dhtl runs in:
/// they would lead uv or git elsewhere, so neither must see them.
pub(crate) const MISLEADING: [&str; 9] = [
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "PYTHONHOME",
    "PYTHONPATH",
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
];

/// Makes the command lines of one uv for one project.
#[derive(Debug, Clone, Copy)]
pub(crate) struct UvCommands<'a> {
    /// The program.
    pub(crate) program: &'a Path,
    /// The root of the project.
    pub(crate) root: &'a Path,
    /// The moment that resolutions are made as of; none for now.
    pub(crate) as_of: Option<&'a str>,
    /// The platform of the environment.
    pub(crate) platform: Platform,
}

impl UvCommands<'_> {
    /// Fetches an interpreter.
    pub(crate) fn python_install(&self, request: &str) -> Invocation {
        self.uv(["python", "install", request])
    }

    /// Prints the path of an interpreter that uv manages.
    pub(crate) fn python_find(&self, request: &str) -> Invocation {
        self.uv(["python", "find", "--managed-python", request])
    }

    /// Makes an empty environment, in place of one that may be there.
    ///
    /// One of uv's own interpreters is named by its key: given its path, uv would link to the minor
    /// release, and a later `uv python upgrade` would change the environment behind our back.
    pub(crate) fn venv(&self, interpreter: &Path) -> Invocation {
        let uv = self.uv(["venv", "--clear", "--no-project"]);
        match uv_key(interpreter) {
            Some(key) => uv.args(["--managed-python", "--python", &key]),
            None => uv.arg("--python").arg(interpreter),
        }
        .arg(VENV)
    }

    /// Resolves requirements into a file with exact versions and hashes.
    pub(crate) fn compile(&self, arguments: &[String], reach: Reach, output: &str) -> Invocation {
        let uv = self
            .uv([
                "pip",
                "compile",
                "--quiet",
                "--generate-hashes",
                "--no-header",
            ])
            .args(["--python", self.venv_python()]);
        self.as_of(reach.apply(uv))
            .args(["--output-file", output])
            .args(arguments)
    }

    /// Writes every wheel that the index has of what `input` pins, for `CPython` 3 from the minor
    /// release `oldest` on, in the notation of PEP 751. Nothing is built for it, and any interpreter
    /// that is here will do.
    pub(crate) fn list_wheels(
        &self,
        interpreter: &Path,
        input: &Path,
        oldest: u64,
        output: &Path,
    ) -> Invocation {
        self.uv(["pip", "compile", "--quiet", "--no-header", "--no-deps"])
            .args(["--no-python-downloads", "--python"])
            .arg(interpreter)
            .args(["--only-binary", ":all:", "--universal"])
            .args(["--python-version", &format!("3.{oldest}")])
            .args(["--format", "pylock.toml", "--output-file"])
            .args([output, input])
    }

    /// Resolves what imports were traced to: wheels only, for nobody of the project chose them, and
    /// nothing that is locked may change for them.
    pub(crate) fn compile_inferred(
        &self,
        input: &str,
        constraints: &str,
        reach: Reach,
        output: &str,
    ) -> Invocation {
        let uv = self
            .uv([
                "pip",
                "compile",
                "--quiet",
                "--generate-hashes",
                "--no-header",
            ])
            .args(["--only-binary", ":all:"])
            .args(["--python", self.venv_python()]);
        let uv = self.as_of(reach.apply(uv));
        uv.args(["--constraint", constraints, "--output-file", output, input])
    }

    /// Makes the environment hold exactly what the files ask for.
    pub(crate) fn pip_sync(&self, files: &[String], hashes: Hashes) -> Invocation {
        let uv = self
            .uv(["pip", "sync", "--allow-empty-requirements"])
            .args(["--python", self.venv_python()]);
        hashes.apply(uv).args(files)
    }

    /// Adds what the file asks for and touches nothing else.
    pub(crate) fn pip_install(&self, file: &str, hashes: Hashes) -> Invocation {
        let uv = self
            .uv(["pip", "install", "--no-deps"])
            .args(["--python", self.venv_python()]);
        hashes.apply(uv).args(["--requirements", file])
    }

    /// Installs `names` in place of what there is of them, as the file asks for them, and touches
    /// nothing else. What the cache has of them is not believed: with links, whoever changes an
    /// installed file changes the cache as well.
    pub(crate) fn pip_reinstall(&self, file: &str, names: &[String], hashes: Hashes) -> Invocation {
        self.pip_install(file, hashes).args(again(names))
    }

    /// Takes distributions out and touches nothing else.
    pub(crate) fn pip_uninstall(&self, names: &[String]) -> Invocation {
        self.uv(["pip", "uninstall", "--python", self.venv_python()])
            .args(names)
    }

    /// Installs the project in `folder` in editable mode, its requirements being there already.
    pub(crate) fn pip_install_project(&self, folder: &str) -> Invocation {
        self.uv(["pip", "install", "--no-deps"])
            .args(["--python", self.venv_python()])
            .args(["--editable", folder])
    }

    /// Installs the project in `folder` in editable mode, in place of what there is of it.
    pub(crate) fn pip_reinstall_project(&self, folder: &str) -> Invocation {
        self.pip_install_project(folder).arg("--reinstall")
    }

    /// Installs `names` in place of what there is of them, as `uv.lock` asks for them, and takes
    /// nothing out.
    pub(crate) fn sync_again(
        &self,
        selection: &[String],
        names: &[String],
        members: Members,
    ) -> Invocation {
        let uv = self.sync(Staleness::Accepted, selection).arg("--inexact");
        let uv = match members {
            Members::Install => uv,
            Members::Leave => uv.arg("--no-install-workspace"),
        };
        uv.args(again(names))
    }

    /// Makes the environment what `uv.lock` says.
    pub(crate) fn sync(&self, staleness: Staleness, selection: &[String]) -> Invocation {
        let uv = self
            .uv(["sync", staleness.flag()])
            .args(["--python", self.venv_python()]);
        uv.args(selection)
    }

    /// Prints what `uv.lock` says as requirements.
    pub(crate) fn export(&self, selection: &[String], output: impl AsRef<OsStr>) -> Invocation {
        self.uv([
            "export",
            "--quiet",
            "--frozen",
            "--no-emit-local",
            "--no-header",
        ])
        .args(["--format", "requirements-txt", "--output-file"])
        .arg(output.as_ref())
        .args(selection)
    }

    /// Writes `uv.lock`, with the newest versions when `refresh` says so.
    pub(crate) fn lock(&self, refresh: Refresh) -> Invocation {
        let uv = self.uv(["lock"]).args(["--python", self.venv_python()]);
        match refresh {
            Refresh::Keep => uv,
            Refresh::Upgrade => uv.arg("--upgrade"),
        }
    }

    /// The interpreter of the environment, relative to the root.
    fn venv_python(&self) -> &'static str {
        match self.platform.operating_system {
            OperatingSystem::Windows => ".venv/Scripts/python.exe",
            OperatingSystem::Darwin | OperatingSystem::Linux => ".venv/bin/python",
        }
    }

    fn as_of(&self, invocation: Invocation) -> Invocation {
        match self.as_of {
            Some(moment) => invocation.args(["--exclude-newer", moment]),
            None => invocation,
        }
    }

    fn uv<const N: usize>(&self, arguments: [&str; N]) -> Invocation {
        Invocation::new(self.program, self.root)
            .args(arguments)
            .timeout(Duration::from_hours(1))
    }
}

fn again(names: &[String]) -> impl Iterator<Item = String> {
    names
        .iter()
        .flat_map(|name| ["--reinstall-package".to_owned(), name.clone()])
}

/// Whether the members of the workspace are installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Members {
    /// As the lock says.
    Install,
    /// They stay as they are.
    Leave,
}

/// The platforms a resolution is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reach {
    /// The one it is made on.
    ThisPlatform,
    /// All, with markers where they differ.
    EveryPlatform,
}

impl Reach {
    fn apply(self, invocation: Invocation) -> Invocation {
        match self {
            Self::ThisPlatform => invocation,
            Self::EveryPlatform => invocation.arg("--universal"),
        }
    }
}

/// What happens to the versions that a lock already names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refresh {
    /// They stay.
    Keep,
    /// The newest that are accepted take their place.
    Upgrade,
}

/// Whether every file must match a hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hashes {
    /// A requirement without a hash is an error.
    Required,
    /// Those that are there are checked.
    WherePresent,
}

impl Hashes {
    /// Demanded wherever every entry has one; a repository or a folder has none.
    pub(crate) fn of(compiled: &CompiledRequirements) -> Self {
        if compiled.all_hashed() {
            Self::Required
        } else {
            Self::WherePresent
        }
    }

    fn apply(self, invocation: Invocation) -> Invocation {
        match self {
            Self::Required => invocation.arg("--require-hashes"),
            Self::WherePresent => invocation,
        }
    }
}

/// What to do with a `uv.lock` that is older than its `pyproject.toml`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Staleness {
    /// It is an error.
    Refused,
    /// The lock is followed.
    Accepted,
}

impl Staleness {
    fn flag(self) -> &'static str {
        match self {
            Self::Refused => "--locked",
            Self::Accepted => "--frozen",
        }
    }
}
