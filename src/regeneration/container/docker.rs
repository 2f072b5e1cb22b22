//! The command lines of docker, as values.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_tools::{Environment, Home, Invocation};

use crate::container::image::Image;

/// The home folder of whoever works in a container, in dhtl's own: caches outlive the containers.
pub(super) const HOME_FOLDER: &str = "container-home";

/// Where that is in the container.
const HOME_INSIDE: &str = "/home/dhtl";

/// Variables that say which index there is and how it is reached. Their values are handed over by
/// the engine's client and stand in no command line.
const PASSED_ON: [&str; 22] = [
    "UV_DEFAULT_INDEX",
    "UV_INDEX",
    "UV_INDEX_URL",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_INSECURE_HOST",
    "UV_NATIVE_TLS",
    "UV_SYSTEM_CERTS",
    "UV_HTTP_TIMEOUT",
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "NO_PROXY",
    "http_proxy",
    "https_proxy",
    "all_proxy",
    "no_proxy",
    "SSL_CERT_FILE",
    "REQUESTS_CA_BUNDLE",
    "CI",
];

/// Variables that name files which have to be there inside, too.
const FILES: [&str; 2] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"];

/// The longest that an image takes, and that everything in it takes.
const BUILD_TIMEOUT: Duration = Duration::from_hours(1);
const RUN_TIMEOUT: Duration = Duration::from_hours(2);

/// Makes the command lines for one project.
pub(super) struct Docker<'a> {
    /// The environment variables and PATH.
    pub(super) environment: &'a Environment,
    /// Where dhtl keeps its own things.
    pub(super) home: &'a Home,
    /// The root of the project.
    pub(super) root: &'a Path,
    /// The uv that runs inside, too.
    pub(super) uv: &'a Path,
    /// The image.
    pub(super) image: &'a Image,
}

impl Docker<'_> {
    /// Builds the image from the `Dockerfile` in `folder`, which holds nothing else that matters.
    pub(super) fn build(&self, folder: &Path) -> Invocation {
        Invocation::new("docker", self.root)
            .args(["build", "--tag", &self.image.tag])
            .arg(folder)
            .timeout(BUILD_TIMEOUT)
    }

    /// Runs whatever follows in a container that sees the project, and nothing else of this machine
    /// but two programs and the settings of uv and pip.
    pub(super) fn run(&self) -> Invocation {
        let docker = Invocation::new("docker", self.root)
            .args(["run", "--rm", "--init"])
            .timeout(RUN_TIMEOUT);
        let docker = match user() {
            Some(user) => docker.args(["--user", &user]),
            None => docker,
        };
        let docker = self
            .mounts()
            .into_iter()
            .fold(docker, |docker, mount| docker.arg("--mount").arg(mount));
        let home = format!("HOME={HOME_INSIDE}");
        let docker = self
            .passed_on()
            .into_iter()
            .chain([home.as_str()])
            .fold(docker, |docker, name| docker.args(["--env", name]));
        docker.arg("--workdir").arg(self.root).arg(&self.image.tag)
    }

    fn passed_on(&self) -> Vec<&'static str> {
        let is_set = |name: &&str| self.environment.var(name).is_some();
        PASSED_ON.into_iter().filter(is_set).collect()
    }

    fn mounts(&self) -> Vec<OsString> {
        let home = self.home.path().join(HOME_FOLDER);
        let mut mounts = vec![
            mount(self.root, self.root, Access::ReadWrite),
            mount(&home, Path::new(HOME_INSIDE), Access::ReadWrite),
            mount(self.uv, Path::new("/usr/local/bin/uv"), Access::ReadOnly),
        ];
        if let Ok(program) = std::env::current_exe() {
            mounts.push(mount(
                &program,
                Path::new("/usr/local/bin/dhtl"),
                Access::ReadOnly,
            ));
        }
        let files = FILES
            .iter()
            .filter_map(|name| self.environment.var_os(name).map(PathBuf::from))
            .filter(|file| file.is_absolute() && file.is_file());
        for file in files {
            let mount = mount(&file, &file, Access::ReadOnly);
            if !mounts.contains(&mount) {
                mounts.push(mount);
            }
        }
        let settings = self.environment.home_dir();
        let settings = settings.into_iter().flat_map(|home| {
            [".config/uv", ".config/pip"].map(|folder| (home.join(folder), folder))
        });
        for (folder, name) in settings.filter(|(folder, _)| folder.is_dir()) {
            let inside = Path::new(HOME_INSIDE).join(name);
            mounts.push(mount(&folder, &inside, Access::ReadOnly));
        }
        mounts
    }
}

/// Whether what is mounted can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    ReadOnly,
    ReadWrite,
}

/// A bind mount in the notation of `docker run --mount`: one line of CSV (RFC 4180).
fn mount(from: &Path, to: &Path, access: Access) -> OsString {
    let field = |name: &str, path: &Path| {
        let text = format!("{name}={}", path.display());
        if text.contains([',', '"']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text
        }
    };
    let (source, target) = (field("source", from), field("target", to));
    let end = match access {
        Access::ReadOnly => ",readonly",
        Access::ReadWrite => "",
    };
    format!("type=bind,{source},{target}{end}").into()
}

/// Asks the engine for its version.
pub(super) fn version(folder: &Path) -> Invocation {
    Invocation::new("docker", folder)
        .args(["version", "--format", "{{.Server.Version}}"])
        .timeout(Duration::from_secs(20))
}

/// Succeeds where the image is there.
pub(super) fn inspect(image: &str, folder: &Path) -> Invocation {
    Invocation::new("docker", folder)
        .args(["image", "inspect", "--format", "{{.Id}}", image])
        .timeout(Duration::from_mins(1))
}

/// The script that runs whatever it is given the way that `run` does.
pub(super) fn script(run: &Invocation) -> String {
    let command = run.to_string();
    let command = command.replacen("docker run ", "exec docker run $terminal ", 1);
    format!(
        "#!/bin/sh\n\
         # Runs a command in the container that this project's environment was made for, such as\n\
         # `dhtl validate-env` or `.venv/bin/python`. `dhtl regenerate --container` writes it.\n\
         terminal=\n\
         if [ -t 0 ] && [ -t 1 ]; then terminal='--interactive --tty'; fi\n\
         {command} \"$@\"\n"
    )
}

/// The user and group of this process, for whom files in the project are to be made; none where that
/// is the administrator, who is the user of a container anyway.
#[cfg(target_os = "linux")]
fn user() -> Option<String> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata("/proc/self").ok()?;
    (metadata.uid() != 0).then(|| format!("{}:{}", metadata.uid(), metadata.gid()))
}

#[cfg(not(target_os = "linux"))]
fn user() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_may_hold_what_the_notation_is_made_of() {
        let shown = |from: &str| {
            let mount = mount(Path::new(from), Path::new("/x"), Access::ReadOnly);
            mount.into_string().unwrap()
        };
        assert_eq!(
            shown("/a b:c"),
            "type=bind,source=/a b:c,target=/x,readonly"
        );
        assert_eq!(
            shown("/a,\"b\""),
            "type=bind,\"source=/a,\"\"b\"\"\",target=/x,readonly"
        );
    }

    #[test]
    fn the_script_takes_any_command() {
        let run =
            Invocation::new("docker", "/").args(["run", "--rm", "--workdir", "/a b", "dhtl-a:1"]);
        let script = script(&run);
        let last = script.lines().next_back().unwrap();
        assert_eq!(
            last,
            "exec docker run $terminal --rm --workdir '/a b' dhtl-a:1 \"$@\""
        );
    }
}
