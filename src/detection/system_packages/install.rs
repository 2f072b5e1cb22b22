//! The commands that install packages.
//!
//! Source: the manuals of apt-get, dnf, yum, apk, pacman, brew and choco.

use dhtl_project_model::SystemPackageManager;
use dhtl_project_model::SystemPackageManager::{Apk, Apt, Brew, Choco, Conda, Dnf, Pacman, Yum};

use super::shell::{Word, commands};

/// A script inside a script inside a script is as deep as it gets.
const DEEPEST: u8 = 3;

/// How a package manager is called.
struct Usage {
    manager: SystemPackageManager,
    programs: &'static [&'static str],
    /// What makes it install.
    verbs: &'static [&'static str],
    /// The options that are followed by a word of their own.
    valued: &'static [&'static str],
}

const USAGES: [Usage; 7] = [
    Usage {
        manager: Apt,
        programs: &["apt-get", "apt", "aptitude", "apt-fast"],
        verbs: &["install"],
        valued: &[
            "-o",
            "--option",
            "-t",
            "--target-release",
            "--default-release",
            "-c",
            "-a",
        ],
    },
    Usage {
        manager: Dnf,
        programs: &["dnf", "microdnf", "dnf5"],
        verbs: &["install"],
        valued: RPM_VALUED,
    },
    Usage {
        manager: Yum,
        programs: &["yum"],
        verbs: &["install"],
        valued: RPM_VALUED,
    },
    Usage {
        manager: Apk,
        programs: &["apk"],
        verbs: &["add"],
        valued: &[
            "--virtual",
            "-t",
            "--repository",
            "-X",
            "--root",
            "-p",
            "--arch",
        ],
    },
    Usage {
        manager: Pacman,
        programs: &["pacman"],
        verbs: &["-S", "-Sy", "-Syu", "-Syyu", "-Su", "--sync"],
        valued: &["--root", "-r", "--dbpath", "-b", "--config"],
    },
    Usage {
        manager: Brew,
        programs: &["brew"],
        verbs: &["install"],
        valued: &[],
    },
    Usage {
        manager: Choco,
        programs: &["choco", "choco.exe"],
        verbs: &["install"],
        valued: &[
            "--version",
            "--source",
            "-s",
            "--params",
            "--package-parameters",
        ],
    },
];

const RPM_VALUED: &[&str] = &[
    "--enablerepo",
    "--disablerepo",
    "--repo",
    "--setopt",
    "--releasever",
    "--exclude",
    "-x",
    "--config",
    "-c",
    "--installroot",
];

/// Commands that only say something.
const SPEAKERS: [&str; 4] = ["echo", "printf", "alias", "#"];

/// The words that `script` has package managers install, as they stand there.
pub(super) fn installed(script: &str, first_line: u32) -> Vec<(SystemPackageManager, Word)> {
    let mut found = Vec::new();
    search(script, first_line, DEEPEST, &mut found);
    found
}

fn search(script: &str, first_line: u32, depth: u8, found: &mut Vec<(SystemPackageManager, Word)>) {
    for command in commands(script, first_line) {
        let speaks = |word: &Word| SPEAKERS.contains(&word.text.as_str());
        if command.first().is_some_and(speaks) {
            continue;
        }
        found.extend(installed_by(&command));
        let scripts = command.iter().filter(|word| {
            let text = &word.text;
            [" install", " add ", " -S"]
                .iter()
                .any(|verb| text.contains(verb))
        });
        for inner in scripts.filter(|_| depth > 0) {
            search(&inner.text, inner.line, depth - 1, found);
        }
    }
}

/// The words that one command has a package manager install.
pub(super) fn installed_by(command: &[Word]) -> Vec<(SystemPackageManager, Word)> {
    // Others may stand before it: `sudo -E`, `retry 3`, `docker run alpine`.
    let found = command.iter().enumerate().find_map(|(index, word)| {
        let usage = usage(&word.text)?;
        let packages = packages(usage, &command[index + 1..])?;
        Some((usage.manager, packages))
    });
    let (manager, packages) = found.unwrap_or((Apt, Vec::new()));
    packages
        .into_iter()
        .map(|word| (manager, word.clone()))
        .collect()
}

fn usage(word: &str) -> Option<&'static Usage> {
    let is_option = word.starts_with('-') || word.contains('=');
    let program = word.rsplit('/').next().filter(|_| !is_option)?;
    USAGES
        .iter()
        .find(|usage| usage.programs.contains(&program))
}

/// The packages among the arguments of a package manager; none where it does not install.
fn packages<'a>(usage: &Usage, arguments: &'a [Word]) -> Option<Vec<&'a Word>> {
    let mut arguments = arguments.iter();
    let mut installs = false;
    let mut packages = Vec::new();
    while let Some(word) = arguments.next() {
        let text = word.text.as_str();
        if usage.verbs.contains(&text) && !installs {
            installs = true;
        } else if usage.valued.contains(&text) {
            arguments.next();
        } else if text == "--cask" {
            // An application, and nothing that is built or run with.
            return None;
        } else if !text.starts_with('-') {
            if !installs {
                return None;
            }
            packages.push(word);
        }
    }
    installs.then_some(packages)
}

/// The name of the package that `word` asks this package manager for, without a version; none where
/// it is a variable, a pattern, a file, an address or a group.
pub(super) fn package_name(manager: SystemPackageManager, word: &str) -> Option<&str> {
    let name = match manager {
        Apt => word
            .split(['=', '/', ':'])
            .next()
            .filter(|name| !name.ends_with('-') && !is_file(word, "deb")),
        Apk => word.split(['=', '<', '>', '~', '@']).next(),
        Pacman => word.split(['=', '<', '>']).next().map(last_part),
        Brew => Some(last_part(word)),
        Dnf | Yum => Some(without_architecture(word)).filter(|name| !is_file(name, "rpm")),
        Choco | Conda => Some(word),
    }?;
    let is_part = |character: char| {
        character.is_ascii_alphanumeric()
            || "+._-".contains(character)
            || (character == '@' && manager == Brew)
    };
    let is_name = name.starts_with(|first: char| first.is_ascii_alphanumeric())
        && name.len() <= 100
        && name.chars().all(is_part)
        && (manager != Apt || !name.contains(|character: char| character.is_ascii_uppercase()));
    is_name.then_some(name)
}

fn is_file(word: &str, extension: &str) -> bool {
    word.rsplit_once('.')
        .is_some_and(|(_, end)| end.eq_ignore_ascii_case(extension))
}

fn last_part(word: &str) -> &str {
    word.rsplit('/').next().unwrap_or(word)
}

fn without_architecture(word: &str) -> &str {
    [".x86_64", ".aarch64", ".i686", ".noarch"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending))
        .unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(script: &str, expected: &[&str]) {
        let found: Vec<String> = installed(script, 1)
            .iter()
            .filter_map(|(manager, word)| {
                let name = package_name(*manager, &word.text)?;
                Some(format!("{manager} {name}:{}", word.line))
            })
            .collect();
        assert_eq!(found, expected, "{script}");
    }

    #[test]
    fn options_are_no_packages() {
        check(
            "sudo -E apt-get -qq update && sudo apt-get -o Acquire::Retries=3 install -yq \\\n \
             --no-install-recommends -t bookworm-backports libpq-dev g++ >/dev/null",
            &["apt libpq-dev:2", "apt g++:2"],
        );
        check(
            "apk add --no-cache --virtual .build-deps gcc 'musl-dev>1.2' -X http://a.example postgresql-dev=~15",
            &["apk gcc:1", "apk musl-dev:1", "apk postgresql-dev:1"],
        );
        check(
            "microdnf install -y --setopt=a=b --enablerepo crb libpq-devel.x86_64 @development",
            &["dnf libpq-devel:1"],
        );
    }

    #[test]
    fn what_is_no_name_is_left_out() {
        check(
            "apt-get install ./x.deb /tmp/y.deb $MORE linux-headers-$(uname -r) 'python3-*' z- \
             a=1.2* b:amd64 c/stable https://x.example/d.deb",
            &["apt a:1", "apt b:1", "apt c:1"],
        );
    }

    #[test]
    fn other_commands_install_nothing() {
        check("apt-get update; apt-cache search install x", &[]);
        check("pip install apt", &[]);
        check("apt-get remove install x", &[]);
        check("echo apt-get install x", &[]);
        check("brew install --cask firefox", &[]);
        check("# apt-get install x", &[]);
    }

    #[test]
    fn a_command_may_stand_inside_others() {
        check("if ! x; then retry 3 apt install y; fi", &["apt y:1"]);
        check(
            "docker run alpine sh -c \"apk update &&\napk add libffi-dev\"",
            &["apk libffi-dev:2"],
        );
        check(
            "brew install homebrew/core/openssl@3 pkg-config",
            &["brew openssl@3:1", "brew pkg-config:1"],
        );
        check(
            "pacman -Syu --noconfirm extra/gtk3 && choco install -y graphviz --version 2",
            &["pacman gtk3:1", "choco graphviz:1"],
        );
    }

    proptest! {
        #[test]
        fn odd_scripts_do_not_panic(script in "(apt-get|install|-y|apk|add|\"|'| |\n|\\$\\(|a|é|=|/){0,30}") {
            for (manager, word) in installed(&script, 1) {
                let _ = package_name(manager, &word.text);
            }
        }
    }
}
