//! The ways in which an environment cannot be made or judged.

use std::path::PathBuf;

use dhtl_detection::DetectError;
use dhtl_project_model::config::ConfigError;
use dhtl_project_model::{Diagnostic, ExitCode};
use dhtl_tools::ToolError;
use dhtl_workflow::{FlowError, JournalError, LockError};

use crate::container::{ContainerError, has_container};
use crate::failure::UvFailure;

/// Why there is no environment, or no verdict on one.
#[derive(Debug, thiserror::Error)]
pub enum RegenerationError {
    /// `.dhtconfig` cannot be used.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// An external program is missing or failed.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// The journal of the project cannot be read or written.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// The lock on the project's state cannot be had.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The folder cannot be understood as a project.
    #[error(transparent)]
    Detection(#[from] DetectError),
    /// uv failed.
    #[error(transparent)]
    Uv(#[from] UvFailure),
    /// No container can be had.
    #[error(transparent)]
    Container(#[from] ContainerError),
    /// A step failed.
    #[error("{0}")]
    Step(Box<dyn Diagnostic>),
    /// The user stopped the run.
    #[error("interrupted")]
    Interrupted,
    /// The steps of a plan contradict each other.
    #[error(transparent)]
    Flow(#[from] FlowError),
    /// The folder holds no Python project.
    #[error("`{}` holds no Python project: no declaration of dependencies and no Python file", root.display())]
    NotPython {
        /// The folder.
        root: PathBuf,
    },
    /// A text file is none.
    #[error("`{path}:{line}`: the file is not UTF-8")]
    NotUtf8 {
        /// The file.
        path: String,
        /// The line, counted from 1.
        line: usize,
    },
    /// `.dhtconfig` asks for a newer dhtl.
    #[error("`{path}:{line}`: the project needs dhtl {required} or newer, this is {current}")]
    TooOld {
        /// The configuration file.
        path: String,
        /// The line of `dht_version`.
        line: u32,
        /// What the file asks for.
        required: String,
        /// What is running.
        current: &'static str,
    },
    /// `.dhtconfig` names a lock file that does not exist.
    #[error("`{path}:{line}`: the lock file `{lock_file}` does not exist")]
    MissingLockFile {
        /// The configuration file.
        path: String,
        /// The line that names the lock file.
        line: u32,
        /// The lock file.
        lock_file: String,
    },
    /// No interpreter meets what the project asks for, and none can be fetched.
    #[error(
        "no Python that meets {wanted} is on this machine, and uv could not fetch one: {reason}; \
         asked for by {evidence}; on this machine: {available}"
    )]
    NoInterpreter {
        /// The versions that would do.
        wanted: String,
        /// Who asks.
        evidence: String,
        /// The versions that are here.
        available: String,
        /// What uv said.
        reason: String,
    },
    /// `.venv` is something that dhtl must not replace.
    #[error("`{}` exists and is not a virtual environment of this project", path.display())]
    ForeignEnvironment {
        /// The folder.
        path: PathBuf,
    },
    /// A link stands where a file is to be written.
    #[error("`{}` is a link, and what it leads to must not be written", path.display())]
    Linked {
        /// The link.
        path: PathBuf,
    },
    /// A folder, a pipe or the like stands where a file is to be read or written, or the file is
    /// larger than anybody would make it.
    #[error("`{}` is no regular file of reasonable size", path.display())]
    NotAFile {
        /// What it is called.
        path: PathBuf,
    },
    /// A link or a file stands where a folder of ours belongs.
    #[error("`{}` is not a folder", path.display())]
    NotAFolder {
        /// What it is called.
        path: PathBuf,
    },
    /// An environment that lacks something essential is not worth recording.
    #[error("nothing was recorded, because the environment is not whole: {what} is missing: {why}")]
    NotWhole {
        /// What is missing.
        what: String,
        /// Why.
        why: String,
    },
    /// There is no environment to judge.
    #[error("`{}` has no environment: there is no usable `.venv`", root.display())]
    NoEnvironment {
        /// The project.
        root: PathBuf,
    },
    /// A lock cannot be understood.
    #[error("`{path}:{line}`: {message}")]
    BadLock {
        /// The lock file.
        path: String,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// Strict mode forbids the way out that was left.
    #[error("{what}, and `--strict` allows no way around it")]
    Strict {
        /// What went wrong.
        what: String,
    },
    /// A file or folder cannot be read or written.
    #[error("failed to {action} `{}`: {}", path.display(), describe(source))]
    Io {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl RegenerationError {
    /// Whether it is that this machine has no interpreter that would do, and can get none.
    #[must_use]
    pub fn is_lack_of_interpreter(&self) -> bool {
        let mut error: Option<&(dyn std::error::Error + 'static)> = match self {
            Self::Step(error) => Some(error.as_ref()),
            other => Some(other),
        };
        while let Some(one) = error {
            if let Some(Self::NoInterpreter { .. }) = one.downcast_ref() {
                return true;
            }
            error = one.source();
        }
        false
    }

    /// An input or output failure of `action` at `path`.
    pub(crate) fn io(
        action: &'static str,
        path: impl Into<PathBuf>,
    ) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| match source.kind() {
            // That is what `read_regular` says.
            std::io::ErrorKind::InvalidInput => Self::NotAFile { path },
            _ => Self::Io {
                action,
                path,
                source,
            },
        }
    }
}

fn describe(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::StorageFull => "the disk is full".to_owned(),
        std::io::ErrorKind::ReadOnlyFilesystem => "the file system is read-only".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}

impl Diagnostic for RegenerationError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::Config(error) => error.exit_code(),
            Self::Tool(error) => error.exit_code(),
            Self::Detection(error) => error.exit_code(),
            Self::Uv(error) => error.exit_code(),
            Self::Step(error) => error.exit_code(),
            Self::Container(error) => error.exit_code(),
            Self::Interrupted => ExitCode::Interrupted,
            Self::Journal(error) => error.exit_code(),
            Self::Lock(error) => error.exit_code(),
            Self::Flow(error) => error.exit_code(),
            Self::NotPython { .. }
            | Self::TooOld { .. }
            | Self::NotUtf8 { .. }
            | Self::MissingLockFile { .. }
            | Self::ForeignEnvironment { .. }
            | Self::Linked { .. }
            | Self::NotAFile { .. }
            | Self::NotAFolder { .. }
            | Self::BadLock { .. } => ExitCode::Invalid,
            Self::NoInterpreter { .. } => ExitCode::Prerequisite,
            Self::NoEnvironment { .. } | Self::NotWhole { .. } | Self::Strict { .. } => {
                ExitCode::Findings
            }
            Self::Io { .. } => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Config(error) => error.hint(),
            Self::Tool(error) => error.hint(),
            Self::Detection(error) => error.hint(),
            Self::Uv(error) => error.hint(),
            Self::Step(error) => error.hint(),
            Self::Container(error) => error.hint(),
            Self::Interrupted => {
                Some("run the same command again; it goes on where it stopped".into())
            }
            Self::Journal(error) => error.hint(),
            Self::Lock(error) => error.hint(),
            Self::Flow(error) => error.hint(),
            Self::NotPython { .. } => {
                Some("name the folder of a project, as in `dhtl regenerate --root <folder>`".into())
            }
            Self::NotUtf8 { .. } => Some("save it as UTF-8 in your editor".into()),
            Self::TooOld { required, .. } => Some(format!(
                "install dhtl {required} or newer, and check with `dhtl --version`"
            )),
            Self::MissingLockFile { .. } => {
                Some("restore it with `git checkout`, or lock anew with `dhtl setup`".into())
            }
            Self::NoInterpreter { .. } => Some(
                "install one that fits, for example with `pyenv install <version>`, or set \
                 `UV_PYTHON_INSTALL_MIRROR` where downloads are blocked, then run `dhtl regenerate` \
                 again; or let a container bring it, with `dhtl regenerate --container`"
                    .into(),
            ),
            Self::ForeignEnvironment { .. } => {
                Some("move it away, or let it be replaced with `dhtl regenerate --force`".into())
            }
            Self::Linked { path } | Self::NotAFolder { path } => {
                let path = path.to_string_lossy();
                Some(format!("remove it with `rm {}`", dhtl_tools::quote(&path)))
            }
            Self::NotAFile { .. } => Some("move it away, then run the same command again".into()),
            Self::NotWhole { .. } => Some("see the whole report with `dhtl regenerate`".into()),
            Self::NoEnvironment { root } if has_container(root) => Some(
                "it is for a container: type `.dht/state/container/run dhtl validate-env`".into(),
            ),
            Self::NoEnvironment { .. } => Some("make it with `dhtl regenerate`".into()),
            Self::BadLock { .. } => Some("lock anew with `dhtl setup --relock`".into()),
            Self::Strict { .. } => {
                Some("see what would be done without it: `dhtl regenerate --dry-run`".into())
            }
            Self::Io { source, .. } => match source.kind() {
                std::io::ErrorKind::StorageFull => Some(
                    "free some space, for example with `uv cache prune`, and run the command again"
                        .into(),
                ),
                _ => Some("check who owns the folder and whether it can be written".into()),
            },
        }
    }
}
