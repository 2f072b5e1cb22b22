//! Packages of the operating system that `.dhtconfig` lists.

use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_project_model::config::Config;
use dhtl_tools::{Environment, Invocation, Runner, no_output};

/// A package manager that dhtl can ask and instruct.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum PackageManager {
    /// Debian and its relatives.
    Apt,
    /// Fedora and newer Red Hat systems.
    Dnf,
    /// Older Red Hat systems.
    Yum,
    /// Alpine.
    Apk,
    /// Arch.
    Pacman,
    /// Homebrew.
    Brew,
    /// Chocolatey.
    Choco,
    /// winget.
    Winget,
}

const ALL: [PackageManager; 8] = [
    PackageManager::Apt,
    PackageManager::Dnf,
    PackageManager::Yum,
    PackageManager::Apk,
    PackageManager::Pacman,
    PackageManager::Brew,
    PackageManager::Choco,
    PackageManager::Winget,
];

impl PackageManager {
    /// The package manager of this machine.
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        ALL.into_iter()
            .find(|manager| environment.find_program(manager.program()).is_some())
    }

    /// The packages that `config` lists for this manager.
    pub(crate) fn packages(self, config: &Config) -> Vec<String> {
        let Some(platform_deps) = &config.platform_deps else {
            return Vec::new();
        };
        let linux = platform_deps.linux.clone().unwrap_or_default();
        match self {
            Self::Apt => linux.apt,
            Self::Dnf if !linux.dnf.is_empty() => linux.dnf,
            Self::Dnf | Self::Yum => linux.yum,
            Self::Apk => linux.apk,
            Self::Pacman => linux.pacman,
            Self::Brew => platform_deps.darwin.clone().unwrap_or_default().brew,
            Self::Choco => platform_deps.windows.clone().unwrap_or_default().choco,
            Self::Winget => platform_deps.windows.clone().unwrap_or_default().winget,
        }
    }

    /// Those of `packages` that are not installed.
    pub(crate) fn missing(self, packages: &[String], runner: &dyn Runner) -> Vec<String> {
        let is_missing = |package: &&String| {
            let query = self.query(package).timeout(Duration::from_mins(1));
            runner.run(&query, &no_output).is_ok_and(|completed| {
                let is_there = completed.success()
                    && (self != Self::Apt || completed.stdout.starts_with("ii"));
                !is_there
            })
        };
        packages.iter().filter(is_missing).cloned().collect()
    }

    /// The command that installs `packages`, with `sudo` where it is needed.
    pub(crate) fn install(self, packages: &[String], privilege: Privilege) -> Invocation {
        let arguments: &[&str] = match self {
            Self::Apt | Self::Dnf | Self::Yum => &["install", "-y", "--"],
            Self::Apk => &["add", "--"],
            Self::Pacman => &["-S", "--noconfirm", "--needed", "--"],
            Self::Brew => &["install", "--"],
            Self::Choco => &["install", "-y"],
            Self::Winget => &["install", "--exact", "--id"],
        };
        let needs_root = !matches!(self, Self::Brew | Self::Choco | Self::Winget);
        let invocation = if needs_root && privilege == Privilege::User {
            Invocation::new("sudo", root_folder()).args(["-n", self.program()])
        } else {
            Invocation::new(self.program(), root_folder())
        };
        let invocation = match self {
            Self::Apt => invocation.env("DEBIAN_FRONTEND", "noninteractive"),
            _ => invocation,
        };
        invocation.args(arguments.iter().copied()).args(packages)
    }

    fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Yum => "yum",
            Self::Apk => "apk",
            Self::Pacman => "pacman",
            Self::Brew => "brew",
            Self::Choco => "choco",
            Self::Winget => "winget",
        }
    }

    fn query(self, package: &str) -> Invocation {
        let (program, arguments): (&str, &[&str]) = match self {
            Self::Apt => ("dpkg-query", &["-W", "-f", "${db:Status-Abbrev}", "--"]),
            Self::Dnf | Self::Yum => ("rpm", &["-q", "--"]),
            Self::Apk => ("apk", &["info", "-e", "--"]),
            Self::Pacman => ("pacman", &["-Q", "--"]),
            Self::Brew => ("brew", &["list", "--versions"]),
            Self::Choco => ("choco", &["list", "--exact", "--limit-output"]),
            Self::Winget => ("winget", &["list", "--exact", "--id"]),
        };
        Invocation::new(program, root_folder())
            .args(arguments.iter().copied())
            .arg(package)
    }
}

/// Whether this process may install system packages by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Privilege {
    /// It runs as the administrator.
    Root,
    /// It has to ask `sudo`.
    User,
}

impl Privilege {
    /// The privilege of this process.
    pub(crate) fn current() -> Self {
        if runs_as_root() {
            Self::Root
        } else {
            Self::User
        }
    }
}

/// A process's own entry in `/proc` belongs to its effective user; reading it needs no foreign call.
#[cfg(target_os = "linux")]
fn runs_as_root() -> bool {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

#[cfg(not(target_os = "linux"))]
fn runs_as_root() -> bool {
    false
}

/// Package managers have nothing to do with the project, so they do not run in its folder.
fn root_folder() -> PathBuf {
    if cfg!(windows) {
        PathBuf::from("C:\\")
    } else {
        Path::new("/").to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn command(manager: PackageManager, privilege: Privilege) -> String {
        manager
            .install(&["libpq-dev".to_owned()], privilege)
            .to_string()
    }

    #[test]
    fn sudo_is_used_only_where_it_is_needed() {
        assert_eq!(
            command(PackageManager::Apt, Privilege::User),
            "DEBIAN_FRONTEND=noninteractive sudo -n apt-get install -y -- libpq-dev"
        );
        assert_eq!(
            command(PackageManager::Apt, Privilege::Root),
            "DEBIAN_FRONTEND=noninteractive apt-get install -y -- libpq-dev"
        );
        assert_eq!(
            command(PackageManager::Brew, Privilege::User),
            "brew install -- libpq-dev"
        );
    }
}
