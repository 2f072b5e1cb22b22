//! The machine that a plan is made for, where it is not the one that makes it.

use std::fmt;
use std::str::FromStr;

use dhtl_project_model::config::Config;
use dhtl_project_model::{OperatingSystem, Platform};
use dhtl_tools::Environment;

use crate::system_packages::PackageManager;

/// A machine by its name: `darwin-arm64`, `windows-x86_64`, `ubuntu-22.04`, `alpine-arm64`.
///
/// The name is that of a system, then the version of it, then an architecture. The version may be
/// left out; without an architecture it is the one that most machines with this system have.
///
/// Source: the names `darwin-arm64` and `ubuntu-22.04` in seed 001.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    platform: Platform,
    distribution: Option<Distribution>,
}

/// A system of the Linux family, such as `ubuntu-22.04`.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Distribution {
    name: String,
    version: Option<String>,
    package_manager: PackageManager,
}

/// The machine that something is found out for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Machine<'a> {
    /// This one.
    Here(&'a Environment),
    /// Another one, of which nothing is known but its name; the variables and PATH are those of this
    /// one.
    Elsewhere(&'a Target, &'a Environment),
}

/// The text names no machine that a plan could be made for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a platform; known are {{darwin,linux,windows}}-{{arm64,x86_64}}, and {names} with or \
     without a version and an architecture, such as `ubuntu-22.04` or `alpine-arm64`",
    names = distribution_names()
)]
pub struct UnknownTarget(String);

/// The distributions of Linux whose package manager is known, as `ID` in os-release(5) calls them.
const DISTRIBUTIONS: [(&str, PackageManager); 12] = [
    ("debian", PackageManager::Apt),
    ("ubuntu", PackageManager::Apt),
    ("linuxmint", PackageManager::Apt),
    ("fedora", PackageManager::Dnf),
    ("rhel", PackageManager::Dnf),
    ("centos", PackageManager::Dnf),
    ("rocky", PackageManager::Dnf),
    ("almalinux", PackageManager::Dnf),
    ("amzn", PackageManager::Dnf),
    ("alpine", PackageManager::Apk),
    ("arch", PackageManager::Pacman),
    ("manjaro", PackageManager::Pacman),
];

/// Those of them that had `yum` until this version.
const LAST_WITH_YUM: [(&str, u32); 3] = [("rhel", 7), ("centos", 7), ("amzn", 2)];

impl Target {
    /// Its operating system and architecture.
    #[must_use]
    pub fn platform(&self) -> Platform {
        self.platform
    }

    /// The system of official images, on this machine's architecture: Debian.
    pub(crate) fn of_images() -> Self {
        Self {
            platform: Platform {
                operating_system: OperatingSystem::Linux,
                ..Platform::current()
            },
            distribution: Some(Distribution {
                name: "debian".to_owned(),
                version: None,
                package_manager: PackageManager::Apt,
            }),
        }
    }

    /// Whether nothing but the platform is said, and it is that of this machine: then the plan is
    /// the one for this machine as it is.
    pub(crate) fn is_this_machine(&self) -> bool {
        self.distribution.is_none() && self.platform == Platform::current()
    }

    /// The package manager it has.
    ///
    /// A Linux that is not named more closely has the one of this machine, where that is Linux, or
    /// else that of most. Windows has Chocolatey, unless `config` lists packages of winget only.
    fn package_manager(
        &self,
        config: Option<&Config>,
        environment: &Environment,
    ) -> PackageManager {
        if let Some(distribution) = &self.distribution {
            return distribution.package_manager;
        }
        match self.platform.operating_system {
            OperatingSystem::Darwin => PackageManager::Brew,
            OperatingSystem::Linux => PackageManager::of(environment)
                .filter(|manager| manager.operating_system() == OperatingSystem::Linux)
                .unwrap_or(PackageManager::Apt),
            OperatingSystem::Windows => {
                let lists = |manager: PackageManager| {
                    config.is_some_and(|config| !manager.packages(config).is_empty())
                };
                if lists(PackageManager::Winget) && !lists(PackageManager::Choco) {
                    PackageManager::Winget
                } else {
                    PackageManager::Choco
                }
            }
        }
    }
}

impl Machine<'_> {
    /// Its operating system and architecture.
    pub(crate) fn platform(self) -> Platform {
        match self {
            Self::Here(_) => Platform::current(),
            Self::Elsewhere(target, _) => target.platform,
        }
    }

    /// Its package manager, where it has one that dhtl knows.
    pub(crate) fn package_manager(self, config: Option<&Config>) -> Option<PackageManager> {
        match self {
            Self::Here(environment) => PackageManager::of(environment),
            Self::Elsewhere(target, environment) => {
                Some(target.package_manager(config, environment))
            }
        }
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(distribution) = &self.distribution else {
            return self.platform.fmt(f);
        };
        f.write_str(&distribution.name)?;
        if let Some(version) = &distribution.version {
            write!(f, "-{version}")?;
        }
        let platform = self.platform.to_string();
        let architecture = platform.rsplit('-').next().unwrap_or_default();
        write!(f, "-{architecture}")
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        parse(text).ok_or_else(|| UnknownTarget(text.to_owned()))
    }
}

fn parse(text: &str) -> Option<Target> {
    let (name, mut rest) = match text.split_once('-') {
        Some((name, rest)) => (name, Some(rest)),
        None => (text, None),
    };
    let known = DISTRIBUTIONS.iter().find(|(known, _)| *known == name);
    let Some((_, package_manager)) = known else {
        let platform = match rest {
            Some(_) => text.parse().ok()?,
            None => format!("{name}-{}", usual_architecture(name))
                .parse()
                .ok()?,
        };
        return Some(Target {
            platform,
            distribution: None,
        });
    };
    let version = rest.and_then(|rest| {
        let version = rest.split('-').next().filter(|part| is_version(part))?;
        Some(version.to_owned())
    });
    if let (Some(version), Some(whole)) = (&version, rest) {
        rest = whole[version.len()..].strip_prefix('-');
        if rest.is_none() && whole.len() > version.len() {
            return None;
        }
    }
    let platform = format!("linux-{}", rest.unwrap_or("x86_64")).parse().ok()?;
    let major = version.as_deref().and_then(|version| {
        let number = version.split('.').next()?;
        number.parse::<u32>().ok()
    });
    let is_old = LAST_WITH_YUM
        .iter()
        .any(|(old, last)| *old == name && major.is_some_and(|major| major <= *last));
    Some(Target {
        platform,
        distribution: Some(Distribution {
            name: name.to_owned(),
            version,
            package_manager: if is_old {
                PackageManager::Yum
            } else {
                *package_manager
            },
        }),
    })
}

fn is_version(part: &str) -> bool {
    part.starts_with(|first: char| first.is_ascii_digit())
        && part
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || character == '.')
}

/// The architecture of most machines that are sold with this system.
fn usual_architecture(system: &str) -> &'static str {
    match system {
        "darwin" | "macos" => "arm64",
        _ => "x86_64",
    }
}

fn distribution_names() -> String {
    let names = DISTRIBUTIONS.iter().map(|(name, _)| *name);
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, canonical: &str, platform: &str, manager: &str) {
        let target = text.parse::<Target>().unwrap();
        let environment = Environment::from_vars([("A", "")]);
        let found = target.package_manager(None, &environment).name();
        assert_eq!(
            (
                target.to_string().as_str(),
                target.platform().to_string().as_str(),
                found
            ),
            (canonical, platform, manager)
        );
    }

    #[test]
    fn systems_are_named_with_or_without_version_and_architecture() {
        check("darwin-arm64", "darwin-arm64", "darwin-arm64", "brew");
        check("macos", "darwin-arm64", "darwin-arm64", "brew");
        check("windows", "windows-x86_64", "windows-x86_64", "choco");
        check("linux-arm64", "linux-arm64", "linux-arm64", "apt");
        check("ubuntu-22.04", "ubuntu-22.04-x86_64", "linux-x86_64", "apt");
        check("debian-12-aarch64", "debian-12-arm64", "linux-arm64", "apt");
        check("fedora", "fedora-x86_64", "linux-x86_64", "dnf");
        check("centos-7", "centos-7-x86_64", "linux-x86_64", "yum");
        check("rhel-9.4", "rhel-9.4-x86_64", "linux-x86_64", "dnf");
        check("alpine-arm64", "alpine-arm64", "linux-arm64", "apk");
        check("arch", "arch-x86_64", "linux-x86_64", "pacman");
    }

    #[test]
    fn what_is_no_machine_is_refused() {
        for text in [
            "",
            "-",
            "plan9",
            "linux-riscv64",
            "ubuntu-",
            "ubuntu--arm64",
            "ubuntu-22.04-",
            "ubuntu-22.04-mips",
            "ubuntu-22.04-arm64-x",
            "Darwin-arm64",
        ] {
            assert!(text.parse::<Target>().is_err(), "{text}");
        }
    }

    #[test]
    fn winget_is_taken_where_only_its_packages_are_listed() {
        use dhtl_project_model::config::Document;
        let config = |list: &str| {
            let text = format!("version: '2.0'\nplatform_deps:\n  windows:\n    {list}\n");
            let document = Document::parse(&text, ".dhtconfig").unwrap();
            document.config().clone()
        };
        let windows = "windows".parse::<Target>().unwrap();
        let environment = Environment::from_vars([("A", "")]);
        let manager = |list: &str| windows.package_manager(Some(&config(list)), &environment);
        assert_eq!(manager("winget: [Git.Git]"), PackageManager::Winget);
        assert_eq!(manager("choco: [git]"), PackageManager::Choco);
    }

    proptest! {
        #[test]
        fn a_name_survives_a_round_trip(text in "(darwin|linux|windows|ubuntu|rhel|arch)(-[0-9.]{1,5})?(-arm64|-x86_64)?") {
            if let Ok(target) = text.parse::<Target>() {
                prop_assert_eq!(target.to_string().parse::<Target>().unwrap(), target);
            }
        }

        #[test]
        fn odd_names_do_not_panic(text in ".{0,30}") {
            let _ = text.parse::<Target>();
        }
    }
}
