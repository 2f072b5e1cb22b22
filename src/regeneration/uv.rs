//! The command lines of uv, as values.
//!
//! Source: `uv --help` of the pinned version. All run in the project's root, with paths relative to
//! it, so that a printed plan is true on any machine.

use std::path::Path;
use std::time::Duration;

use dhtl_tools::Invocation;

/// The environment's folder, relative to the root of the project.
pub(crate) const VENV: &str = ".venv";

/// Variables of an activated environment or of the user's shell that would lead uv elsewhere, and
/// that it must not see.
pub(crate) const MISLEADING: [&str; 6] = [
    "VIRTUAL_ENV",
    "CONDA_PREFIX",
    "UV_PROJECT_ENVIRONMENT",
    "UV_PYTHON",
    "PYTHONHOME",
    "PYTHONPATH",
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
    pub(crate) fn venv(&self, interpreter: &Path) -> Invocation {
        self.uv(["venv", "--clear", "--no-project", "--python"])
            .arg(interpreter)
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
            .args(["--python", VENV_PYTHON]);
        self.as_of(reach.apply(uv))
            .args(["--output-file", output])
            .args(arguments)
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
            .args(["--python", VENV_PYTHON]);
        let uv = self.as_of(reach.apply(uv));
        uv.args(["--constraint", constraints, "--output-file", output, input])
    }

    /// Makes the environment hold exactly what the files ask for.
    pub(crate) fn pip_sync(&self, files: &[String], hashes: Hashes) -> Invocation {
        let uv = self
            .uv(["pip", "sync", "--allow-empty-requirements"])
            .args(["--python", VENV_PYTHON]);
        hashes.apply(uv).args(files)
    }

    /// Adds what the file asks for and touches nothing else.
    pub(crate) fn pip_install(&self, file: &str, hashes: Hashes) -> Invocation {
        let uv = self
            .uv(["pip", "install", "--no-deps"])
            .args(["--python", VENV_PYTHON]);
        hashes.apply(uv).args(["--requirements", file])
    }

    /// Takes distributions out and touches nothing else.
    pub(crate) fn pip_uninstall(&self, names: &[String]) -> Invocation {
        self.uv(["pip", "uninstall", "--python", VENV_PYTHON])
            .args(names)
    }

    /// Installs the project in `folder` in editable mode, its requirements being there already.
    pub(crate) fn pip_install_project(&self, folder: &str) -> Invocation {
        self.uv(["pip", "install", "--no-deps"])
            .args(["--python", VENV_PYTHON])
            .args(["--editable", folder])
    }

    /// Makes the environment what `uv.lock` says.
    pub(crate) fn sync(&self, staleness: Staleness, selection: &[String]) -> Invocation {
        let uv = self
            .uv(["sync", staleness.flag()])
            .args(["--python", VENV_PYTHON]);
        uv.args(selection)
    }

    /// Prints what `uv.lock` says as requirements.
    pub(crate) fn export(&self, selection: &[String], output: &str) -> Invocation {
        self.uv([
            "export",
            "--quiet",
            "--frozen",
            "--no-emit-local",
            "--no-header",
        ])
        .args(["--format", "requirements-txt", "--output-file", output])
        .args(selection)
    }

    /// Writes `uv.lock`, with the newest versions when `refresh` says so.
    pub(crate) fn lock(&self, refresh: Refresh) -> Invocation {
        let uv = self.uv(["lock"]).args(["--python", VENV_PYTHON]);
        match refresh {
            Refresh::Keep => uv,
            Refresh::Upgrade => uv.arg("--upgrade"),
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

/// The interpreter of the environment, relative to the root.
const VENV_PYTHON: &str = if cfg!(windows) {
    ".venv/Scripts/python.exe"
} else {
    ".venv/bin/python"
};

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
