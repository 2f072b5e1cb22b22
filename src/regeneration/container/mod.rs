//! The container fallback: where this machine cannot have the interpreter, an image brings it.
//!
//! The image holds the interpreter and the system packages, nothing of the project. The project is
//! mounted at its own place, so that every path in its environment is the same inside and outside,
//! and the dhtl that runs inside is the one that runs outside. Source: seed 001 section 4, "Python
//! Version Management".

mod docker;
mod image;

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::{Diagnostic, ExitCode};
use dhtl_tools::uv::{self, UvRequest};
use dhtl_tools::{Completed, Invocation, Runner as _, SystemRunner};
use serde::Serialize;

use crate::container::docker::Docker;
use crate::container::image::Image;
use crate::state::{StateDir, remove_whatever, write_whole};
use crate::subject::{Locks, Subject};
use crate::target::{Machine, Target};
use crate::uv::MISLEADING;
use crate::{RegenerationError, Request};

/// What stands in the state folder for the container.
const FOLDER: &str = "container";
/// Runs a command in the container, in that folder.
const SCRIPT: &str = "run";
/// What dhtl answered in the container, in that folder.
const ANSWER: &str = "answer";

/// The container that an environment is made in.
#[derive(Debug, Clone, Serialize)]
pub struct Container {
    /// The root of the project.
    #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
    pub root: PathBuf,
    /// The image it comes from.
    pub image: String,
    /// The image that this one is built upon.
    pub base_image: String,
    /// What the image is built from.
    pub dockerfile: String,
    /// The command that builds the image.
    pub build: Invocation,
    /// The command that makes the environment.
    pub run: Invocation,
    /// The file that runs any command in the container, relative to the root.
    pub script: String,
    /// The command that any command in the container begins with.
    #[serde(skip)]
    enter: Invocation,
}

/// What a run in a container came to.
#[derive(Debug, Clone)]
pub struct ContainerRun {
    /// The container.
    pub container: Container,
    /// The exit code of dhtl in it; none when a signal ended it.
    pub exit_code: Option<i32>,
    /// The answer of dhtl in it.
    pub answer: String,
}

/// Why no environment can be made in a container.
#[derive(Debug, thiserror::Error)]
pub enum ContainerError {
    /// There is no program that runs containers.
    #[error("docker is not installed")]
    NoDocker,
    /// The engine does not answer.
    #[error("docker does not answer: {said}")]
    NoEngine {
        /// What it said.
        said: String,
    },
    /// What runs here cannot run in a container of Linux.
    #[error("an environment in a container can be made on Linux only, for now")]
    NotLinux,
    /// The image could not be built.
    #[error("the image `{image}` could not be built: {said}")]
    Build {
        /// What it is called.
        image: String,
        /// What the engine said.
        said: String,
    },
    /// The container did not start.
    #[error("no container of the image `{image}` could be started: {said}")]
    Run {
        /// What it is called.
        image: String,
        /// What the engine said.
        said: String,
    },
}

impl Diagnostic for ContainerError {
    fn exit_code(&self) -> ExitCode {
        match self {
            Self::NoDocker | Self::NoEngine { .. } | Self::NotLinux => ExitCode::Prerequisite,
            Self::Build { .. } | Self::Run { .. } => ExitCode::External,
        }
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::NoDocker => "install Docker, and check with `docker version`".to_owned(),
            Self::NoEngine { .. } => {
                "start the engine, or see that you may use it, with `docker info`".to_owned()
            }
            Self::NotLinux => {
                "write a `Dockerfile` that installs dhtl and runs `dhtl regenerate`".to_owned()
            }
            Self::Run { .. } => {
                "see what is run with `dhtl regenerate --container --dry-run`".to_owned()
            }
            Self::Build { .. } => {
                format!("see what it is built from in `.dht/state/{FOLDER}/Dockerfile`")
            }
        })
    }
}

/// The container that the environment of a project would be made in, with `arguments` for the dhtl
/// inside. Nothing is written or built for it.
pub fn container(
    request: &Request<'_>,
    arguments: &[String],
) -> Result<Container, RegenerationError> {
    let surroundings = &request.surroundings;
    let machine = Target::of_images();
    let machine = Machine::Elsewhere(&machine, surroundings.environment);
    let subject = Subject::read_for(machine, request.start, request.root, Locks::Follow)?;
    let runner = SystemRunner::new(
        surroundings.environment.without(&MISLEADING),
        surroundings.cancel.clone(),
    );
    let uv = uv::find(surroundings.environment, surroundings.home, &runner)?;
    let uv = uv.map_or_else(|| PathBuf::from("uv"), |uv| uv.program);
    let image = Image::of(&subject);
    let docker = Docker {
        environment: surroundings.environment,
        home: surroundings.home,
        root: subject.root(),
        uv: &uv,
        image: &image,
    };
    // What the engine prints is both streams in one; the answer must not be among it.
    let answer = StateDir::relative(&format!("{FOLDER}/{ANSWER}"));
    let shell = format!("exec dhtl regenerate --no-input --root . \"$@\" > {answer}");
    let inside = ["sh", "-c", &shell, "dhtl"].map(str::to_owned);
    let inside = inside.into_iter().chain(arguments.iter().cloned());
    let enter = docker.run();
    Ok(Container {
        root: subject.root().to_owned(),
        image: image.tag.clone(),
        base_image: image.base.clone(),
        dockerfile: image.dockerfile.clone(),
        build: docker.build(&folder(subject.root())),
        run: enter.clone().args(inside),
        script: StateDir::relative(&format!("{FOLDER}/{SCRIPT}")),
        enter,
    })
}

/// Builds the image, where it is not there, and makes the environment in a container of it, with
/// `arguments` for the dhtl inside.
///
/// Fails where docker is not there or does not answer, and where the image cannot be built. How the
/// dhtl inside ended is part of the answer.
pub fn regenerate_in_container(
    request: &Request<'_>,
    arguments: &[String],
) -> Result<ContainerRun, RegenerationError> {
    if !cfg!(target_os = "linux") {
        return Err(ContainerError::NotLinux.into());
    }
    let surroundings = &request.surroundings;
    let runner = SystemRunner::new(
        surroundings.environment.without(&MISLEADING),
        surroundings.cancel.clone(),
    );
    engine(request, &runner)?;
    let uv_request = UvRequest::new(surroundings.environment, surroundings.home, &runner)
        .output(surroundings.notice)
        .cancel(surroundings.cancel.clone());
    uv::ensure(&uv_request)?;
    let container = container(request, arguments)?;
    write(&container, surroundings.home.path())?;
    let notice = |line: &str| (surroundings.notice)(line);
    let inspect = docker::inspect(&container.image, &container.root);
    if !runner.run(&inspect, &dhtl_tools::no_output)?.success() {
        notice(&format!("Building the image {}.", container.image));
        let built = runner.run(&container.build, &dhtl_tools::no_output)?;
        if !built.success() {
            return Err(ContainerError::Build {
                image: container.image,
                said: last_line(&built),
            }
            .into());
        }
    }
    notice(&format!(
        "Making the environment in a container of {}.",
        container.image
    ));
    let answer = folder(&container.root).join(ANSWER);
    // That of an earlier run must not be taken for the one of a container that never started.
    remove_whatever(&answer)?;
    let completed = runner.run(&container.run, &notice)?;
    if !answer.exists() {
        return Err(ContainerError::Run {
            image: container.image,
            said: last_line(&completed),
        }
        .into());
    }
    let bytes = fs::read(&answer).map_err(RegenerationError::io("read", answer))?;
    Ok(ContainerRun {
        container,
        exit_code: completed.exit_code,
        answer: String::from_utf8_lossy(&bytes).into_owned(),
    })
}

/// Insists on an engine that answers.
fn engine(request: &Request<'_>, runner: &SystemRunner) -> Result<(), RegenerationError> {
    let environment = request.surroundings.environment;
    if environment.find_program("docker").is_none() {
        return Err(ContainerError::NoDocker.into());
    }
    let completed = runner.run(&docker::version(request.start), &dhtl_tools::no_output)?;
    if completed.success() {
        return Ok(());
    }
    Err(ContainerError::NoEngine {
        said: last_line(&completed),
    }
    .into())
}

/// Writes what the image is built from, the script, and the home of whoever works in the container.
fn write(container: &Container, home: &Path) -> Result<(), RegenerationError> {
    let state = StateDir::of(&container.root);
    state.create()?;
    if !state.is_ours() {
        // The dhtl inside would throw away what is written now.
        state.take_over()?;
    }
    let folder = folder(&container.root);
    for folder in [&folder, &home.join(docker::HOME_FOLDER)] {
        fs::create_dir_all(folder).map_err(RegenerationError::io("create", folder))?;
    }
    write_whole(&folder.join("Dockerfile"), &container.dockerfile)?;
    let script = folder.join(SCRIPT);
    write_whole(&script, docker::script(&container.enter))?;
    make_executable(&script).map_err(RegenerationError::io("write", script))
}

fn folder(root: &Path) -> PathBuf {
    StateDir::of(root).file(FOLDER)
}

/// Whether the environment of the project at `root` was made in a container.
pub(crate) fn has_container(root: &Path) -> bool {
    folder(root).join(SCRIPT).is_file()
}

#[cfg(unix)]
fn make_executable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}

fn last_line(completed: &Completed) -> String {
    let lines = completed.stderr.lines().chain(completed.stdout.lines());
    let mut lines = lines.map(str::trim).filter(|line| !line.is_empty());
    let error = lines.clone().find(|line| line.contains("rror"));
    let line = error.or_else(|| lines.next_back());
    line.unwrap_or("it said nothing").to_owned()
}
