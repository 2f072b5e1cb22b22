//! The package managers of operating systems, and the commands that ask and instruct them.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use dhtl_project_model::OperatingSystem;
use dhtl_project_model::config::Config;
use dhtl_tools::{Environment, Invocation, Runner, no_output};

/// After this time the lists of packages are read anew.
const OLDEST_LISTS: Duration = Duration::from_hours(24);

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

impl PackageManager {
    /// All of them, in the order in which they are looked for.
    pub(crate) const ALL: [Self; 8] = [
        Self::Apt,
        Self::Dnf,
        Self::Yum,
        Self::Apk,
        Self::Pacman,
        Self::Brew,
        Self::Choco,
        Self::Winget,
    ];

    /// Its name in `.dhtconfig`, in the table and in reports.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Apt => "apt",
            _ => self.program(),
        }
    }

    /// The package manager of this machine.
    pub(crate) fn of(environment: &Environment) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|manager| environment.find_program(manager.program()).is_some())
    }

    /// The operating system whose packages it manages.
    pub(crate) fn operating_system(self) -> OperatingSystem {
        match self {
            Self::Apt | Self::Dnf | Self::Yum | Self::Apk | Self::Pacman => OperatingSystem::Linux,
            Self::Brew => OperatingSystem::Darwin,
            Self::Choco | Self::Winget => OperatingSystem::Windows,
        }
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
                let is_there = if self == Self::Apt {
                    completed.stdout.lines().any(|line| line.starts_with("ii"))
                } else {
                    completed.success()
                };
                !is_there
            })
        };
        packages.iter().filter(is_missing).cloned().collect()
    }

    /// The command that installs `packages`, with `sudo` where it is needed.
    pub(crate) fn install(self, packages: &[String], privilege: Privilege) -> Invocation {
        self.privileged(privilege)
            .args(self.verb().iter().copied())
            .args(self.end_of_options())
            .args(packages)
    }

    /// The same without what the packages only recommend: nobody asked for that.
    pub(crate) fn install_alone(self, packages: &[String], privilege: Privilege) -> Invocation {
        self.privileged(privilege)
            .args(self.verb().iter().copied())
            .args(self.alone())
            .args(self.end_of_options())
            .args(packages)
    }

    /// The command that reads the lists of packages anew, where they are missing or old on this
    /// machine and an installation does not do that by itself.
    pub(crate) fn refresh(self, privilege: Privilege) -> Option<Invocation> {
        self.refresh_elsewhere(privilege)
            .filter(|_| self.lists_are_old())
    }

    /// The same for a machine whose lists nobody has seen.
    pub(crate) fn refresh_elsewhere(self, privilege: Privilege) -> Option<Invocation> {
        let arguments: &[&str] = match self {
            Self::Apt | Self::Apk => &["update"],
            Self::Pacman => &["-Sy"],
            _ => return None,
        };
        Some(self.privileged(privilege).args(arguments.iter().copied()))
    }

    /// The command that installs `packages`, as a user types it.
    pub(crate) fn typed(self, packages: &[String], privilege: Privilege) -> String {
        let mut words = Vec::new();
        if self.needs_root() && privilege == Privilege::User {
            words.push("sudo");
        }
        words.push(self.program());
        words.extend(self.verb());
        words.extend(packages.iter().map(String::as_str));
        words.join(" ")
    }

    /// The instruction that installs `packages` in an image, where this package manager makes any.
    pub(crate) fn instruction(self, packages: &[String]) -> Option<String> {
        let packages = packages.join(" ");
        let command = match self {
            Self::Apt => format!(
                "apt-get update && apt-get install -y --no-install-recommends {packages} \
                 && rm -rf /var/lib/apt/lists/*"
            ),
            Self::Dnf | Self::Yum => {
                let program = self.program();
                format!("{program} install -y {packages} && {program} clean all")
            }
            Self::Apk => format!("apk add --no-cache {packages}"),
            Self::Pacman => format!("pacman -Sy --noconfirm --needed {packages}"),
            Self::Brew | Self::Choco | Self::Winget => return None,
        };
        Some(format!("RUN {command}"))
    }

    fn verb(self) -> &'static [&'static str] {
        match self {
            Self::Apt | Self::Dnf | Self::Yum | Self::Choco => &["install", "-y"],
            Self::Apk => &["add"],
            Self::Pacman => &["-S", "--noconfirm", "--needed"],
            Self::Brew => &["install"],
            Self::Winget => &["install", "--exact", "--id"],
        }
    }

    fn alone(self) -> Option<&'static str> {
        match self {
            Self::Apt => Some("--no-install-recommends"),
            Self::Dnf => Some("--setopt=install_weak_deps=False"),
            _ => None,
        }
    }

    fn end_of_options(self) -> Option<&'static str> {
        (!matches!(self, Self::Choco | Self::Winget)).then_some("--")
    }

    fn needs_root(self) -> bool {
        !matches!(self, Self::Brew | Self::Choco | Self::Winget)
    }

    fn privileged(self, privilege: Privilege) -> Invocation {
        let invocation = if self.needs_root() && privilege == Privilege::User {
            Invocation::new("sudo", self.root_folder()).args(["-n", self.program()])
        } else {
            Invocation::new(self.program(), self.root_folder())
        };
        match self {
            Self::Apt => invocation.env("DEBIAN_FRONTEND", "noninteractive"),
            _ => invocation,
        }
    }

    /// Whether the lists of packages are missing, as images of containers leave them out, or are so
    /// old that what they name may be gone.
    fn lists_are_old(self) -> bool {
        let (folder, part) = match self {
            Self::Apt => ("/var/lib/apt/lists", "_Packages"),
            Self::Apk => ("/var/cache/apk", "APKINDEX"),
            Self::Pacman => ("/var/lib/pacman/sync", ".db"),
            _ => return false,
        };
        let folder = Path::new(folder);
        let has_lists = fs::read_dir(folder).is_ok_and(|entries| {
            entries
                .flatten()
                .any(|entry| entry.file_name().to_string_lossy().contains(part))
        });
        // The lists themselves have the times that their servers gave them.
        let touched = [folder.to_owned(), folder.join("partial")]
            .iter()
            .filter_map(|path| fs::metadata(path).ok()?.modified().ok())
            .max();
        let is_recent = |moment: SystemTime| moment.elapsed().is_ok_and(|age| age < OLDEST_LISTS);
        // A moment in the future says nothing, and reading the lists once too often does no harm.
        !(has_lists && (self != Self::Apt || touched.is_some_and(is_recent)))
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

    /// Package managers have nothing to do with the project, so they do not run in its folder.
    fn root_folder(self) -> PathBuf {
        PathBuf::from(match self.operating_system() {
            OperatingSystem::Windows => "C:\\",
            OperatingSystem::Darwin | OperatingSystem::Linux => "/",
        })
    }

    fn query(self, package: &str) -> Invocation {
        let (program, arguments): (&str, &[&str]) = match self {
            Self::Apt => ("dpkg-query", &["-W", "-f", "${db:Status-Abbrev}\\n", "--"]),
            Self::Dnf | Self::Yum => ("rpm", &["-q", "--"]),
            Self::Apk => ("apk", &["info", "-e", "--"]),
            Self::Pacman => ("pacman", &["-Q", "--"]),
            Self::Brew => ("brew", &["list", "--versions"]),
            Self::Choco => ("choco", &["list", "--exact", "--limit-output"]),
            Self::Winget => ("winget", &["list", "--exact", "--id"]),
        };
        // Libraries whose notion of time changed got another name in newer releases, and stand in for
        // the old one.
        let successor = (self == Self::Apt).then(|| format!("{package}t64"));
        Invocation::new(program, self.root_folder())
            .args(arguments.iter().copied())
            .arg(package)
            .args(successor)
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
        let typed = |manager: PackageManager| {
            manager.typed(&["a".to_owned(), "b".to_owned()], Privilege::User)
        };
        assert_eq!(typed(PackageManager::Apt), "sudo apt-get install -y a b");
        assert_eq!(typed(PackageManager::Brew), "brew install a b");
    }

    #[test]
    fn what_is_only_recommended_stays_out() {
        let alone = |manager: PackageManager| {
            manager
                .install_alone(&["a".to_owned()], Privilege::Root)
                .to_string()
        };
        assert_eq!(
            alone(PackageManager::Apt),
            "DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends -- a"
        );
        assert_eq!(alone(PackageManager::Apk), "apk add -- a");
    }

    #[test]
    fn an_image_gets_an_instruction() {
        let instruction = |manager: PackageManager| manager.instruction(&["a".to_owned()]);
        assert_eq!(
            instruction(PackageManager::Apt).unwrap(),
            "RUN apt-get update && apt-get install -y --no-install-recommends a && rm -rf /var/lib/apt/lists/*"
        );
        assert_eq!(
            instruction(PackageManager::Dnf).unwrap(),
            "RUN dnf install -y a && dnf clean all"
        );
        assert_eq!(instruction(PackageManager::Winget), None);
    }
}
