//! Which values make sense.
//!
//! Many of them end up on the command line of a package manager or as a path, so a value that would
//! be taken for an option, a file or a shell's special character is refused here, at the door.

use std::collections::BTreeMap;

use super::model::{Binary, Config, DependenciesSection, Languages, PlatformDeps, PythonSection};
use super::warning::ConfigWarningKind;
use crate::{Digest, DistributionName};

/// What was found out about a value.
#[derive(Debug)]
pub(super) struct Finding {
    /// Its 2.0 path, such as `binaries.required[0].version`.
    pub(super) key: String,
    pub(super) verdict: Verdict,
}

/// Whether the file can be read all the same.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It cannot: what is wrong, and what to write instead.
    Refused { message: String, hint: String },
    /// It cannot: a name of an environment variable is none, and may be a secret.
    NotAName,
    /// It can.
    Odd(ConfigWarningKind),
}

/// Checks every value of `config`, in the order of the fields.
pub(super) fn validate(config: &Config) -> Vec<Finding> {
    let mut findings = Findings::default();
    findings.captured(config);
    if let Some(platform_deps) = &config.platform_deps {
        findings.platform_deps(platform_deps);
    }
    if let Some(languages) = &config.languages {
        findings.languages(languages);
    }
    let binaries = config
        .binaries
        .iter()
        .flat_map(|binaries| &binaries.required);
    for (index, binary) in binaries.enumerate() {
        findings.binary(index, binary);
    }
    findings.tools(&config.tools);
    findings.practice(config);
    if let Some(validation) = &config.validation {
        findings.digest(
            "validation.venv_checksum",
            validation.venv_checksum.as_ref(),
        );
        findings.digest(
            "validation.config_checksum",
            validation.config_checksum.as_ref(),
        );
    }
    findings.0
}

#[derive(Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn require(&mut self, holds: bool, key: &str, why: impl FnOnce() -> (String, &'static str)) {
        if !holds {
            let (message, hint) = why();
            self.add(
                key,
                Verdict::Refused {
                    message,
                    hint: hint.to_owned(),
                },
            );
        }
    }

    fn add(&mut self, key: &str, verdict: Verdict) {
        self.0.push(Finding {
            key: key.to_owned(),
            verdict,
        });
    }

    /// `dht_version`, `fingerprint`, `project`, `python` and `dependencies`.
    fn captured(&mut self, config: &Config) {
        if let Some(version) = &config.dht_version {
            let holds = version.starts_with(|first: char| first.is_ascii_digit());
            self.require(holds && is_release(version), "dht_version", || {
                let message = format!("is not a version: {version:?}");
                (message, "write a single version, such as `0.1.0`")
            });
        }
        if let Some(fingerprint) = &config.fingerprint {
            self.digest("fingerprint.digest", fingerprint.digest.as_ref());
        }
        if let Some(kind) = config
            .project
            .as_ref()
            .and_then(|project| project.kind.as_ref())
        {
            self.word("project.type", kind);
        }
        if let Some(python) = &config.python {
            self.python(python);
        }
        if let Some(dependencies) = &config.dependencies {
            self.dependencies(dependencies);
        }
    }

    fn python(&mut self, python: &PythonSection) {
        const KEY: &str = "python.version";
        match python.version.as_deref().map(python_version) {
            None | Some(PythonVersion::Exact) => {}
            Some(PythonVersion::Minor) => {
                self.add(KEY, Verdict::Odd(ConfigWarningKind::InexactPython));
            }
            Some(PythonVersion::Unusable) => self.require(false, KEY, || {
                let message = "must be an exact version, not a range".to_owned();
                (message, "write all three numbers, such as `3.11.7`")
            }),
        }
    }

    fn dependencies(&mut self, dependencies: &DependenciesSection) {
        if let Some(strategy) = &dependencies.strategy {
            self.word("dependencies.strategy", strategy);
        }
        self.paths("dependencies.lock_files", &dependencies.lock_files);
        self.words("dependencies.extras", &dependencies.extras);
        self.words("dependencies.groups", &dependencies.groups);
        for (index, distribution) in dependencies.inferred.iter().enumerate() {
            let requirement = &distribution.requirement;
            let holds = requirement.starts_with(|first: char| first.is_ascii_alphanumeric())
                && !requirement.contains(char::is_control);
            self.require(
                holds,
                &format!("dependencies.inferred[{index}].requirement"),
                || {
                    (
                        "is not a requirement".to_owned(),
                        "write it as in `pyyaml==6.0.2`",
                    )
                },
            );
        }
    }

    fn platform_deps(&mut self, platform_deps: &PlatformDeps) {
        if let Some(darwin) = &platform_deps.darwin {
            self.packages("darwin.brew", &darwin.brew);
            self.packages("darwin.system", &darwin.system);
        }
        if let Some(linux) = &platform_deps.linux {
            self.packages("linux.apt", &linux.apt);
            self.packages("linux.yum", &linux.yum);
            self.packages("linux.dnf", &linux.dnf);
            self.packages("linux.apk", &linux.apk);
            self.packages("linux.pacman", &linux.pacman);
            self.packages("linux.system", &linux.system);
        }
        if let Some(windows) = &platform_deps.windows {
            self.packages("windows.choco", &windows.choco);
            self.packages("windows.winget", &windows.winget);
        }
    }

    fn packages(&mut self, list: &str, packages: &[String]) {
        for (index, package) in packages.iter().enumerate() {
            self.require(
                is_package(package),
                &format!("platform_deps.{list}[{index}]"),
                || {
                    let message = format!("is not the name of a package: {package:?}");
                    (
                        message,
                        "write the name alone, such as `libpq-dev`, without options or paths",
                    )
                },
            );
        }
    }

    fn languages(&mut self, languages: &Languages) {
        if let Some(node) = &languages.node {
            if let Some(version) = &node.version {
                self.version_range("languages.node.version", version);
            }
            if let Some(package_manager) = &node.package_manager {
                self.word("languages.node.package_manager", package_manager);
            }
        }
        if let Some(toolchain) = languages
            .rust
            .as_ref()
            .and_then(|rust| rust.toolchain.as_ref())
        {
            self.word("languages.rust.toolchain", toolchain);
        }
        if let Some(version) = languages.go.as_ref().and_then(|go| go.version.as_ref()) {
            self.version("languages.go.version", version);
        }
    }

    fn binary(&mut self, index: usize, binary: &Binary) {
        let key = format!("binaries.required[{index}]");
        self.word(&format!("{key}.name"), &binary.name);
        if let Some(version) = &binary.version {
            self.version(&format!("{key}.version"), version);
        }
        if let Some(installer) = &binary.installer {
            // `uv tool` is the one installer of two words.
            let holds = installer.split(' ').all(is_word);
            self.require(holds, &format!("{key}.installer"), || {
                let message = format!("is not the name of an installer: {installer:?}");
                (message, "write `uv tool`, `rustup`, `nvm` or `system`")
            });
        }
    }

    /// Tools are asked of an index by their names, and compared as an index compares them.
    fn tools(&mut self, tools: &BTreeMap<String, String>) {
        let mut known = BTreeMap::new();
        for (name, version) in tools {
            let key = format!("tools.{name}");
            self.require(is_distribution(name), &key, || {
                let message = format!("is not the name of a distribution: {name:?}");
                (
                    message,
                    "use letters, digits and `-`, `_`, `.`, and begin and end with a letter or digit",
                )
            });
            self.version(&key, version);
            let first = known.insert(DistributionName::new(name), name);
            self.require(first.is_none(), &key, || {
                let first = first.map_or("", String::as_str);
                let message = format!("is the same tool as `tools.{first}`");
                (message, "remove one of the two lines")
            });
        }
    }

    /// `env_template`, `git`, `docker`, `ci` and `preferences`.
    fn practice(&mut self, config: &Config) {
        if let Some(env_template) = &config.env_template {
            self.env_names("env_template.required", &env_template.required);
            self.env_names("env_template.optional", &env_template.optional);
        }
        if let Some(git) = &config.git {
            self.paths("git.submodules", &git.submodules);
        }
        if let Some(variant) = config
            .docker
            .as_ref()
            .and_then(|d| d.base_image_variant.as_ref())
        {
            self.word("docker.base_image_variant", variant);
        }
        if let Some(docker) = &config.docker {
            for (index, port) in docker.exposed_ports.iter().enumerate() {
                self.require(*port > 0, &format!("docker.exposed_ports[{index}]"), || {
                    ("is not a port".to_owned(), "write a number from 1 to 65535")
                });
            }
        }
        if let Some(ci) = &config.ci {
            self.words("ci.providers", &ci.providers);
            let percent = ci.coverage_threshold.is_none_or(|percent| percent <= 100);
            self.require(percent, "ci.coverage_threshold", || {
                (
                    "is not a percentage".to_owned(),
                    "write a number from 0 to 100",
                )
            });
        }
        if let Some(preferences) = &config.preferences {
            let roles = [
                ("formatter", &preferences.formatter),
                ("linter", &preferences.linter),
                ("type_checker", &preferences.type_checker),
                ("test_runner", &preferences.test_runner),
            ];
            for (role, tool) in roles {
                if let Some(tool) = tool {
                    self.word(&format!("preferences.{role}"), tool);
                }
            }
        }
    }

    fn env_names(&mut self, list: &str, names: &[String]) {
        for (index, name) in names.iter().enumerate() {
            if !is_env_name(name) {
                self.add(&format!("{list}[{index}]"), Verdict::NotAName);
            }
        }
    }

    fn digest(&mut self, key: &str, digest: Option<&String>) {
        if digest.is_some_and(|digest| digest.parse::<Digest>().is_err()) {
            self.add(key, Verdict::Odd(ConfigWarningKind::MalformedDigest));
        }
    }

    fn words(&mut self, list: &str, words: &[String]) {
        for (index, word) in words.iter().enumerate() {
            self.word(&format!("{list}[{index}]"), word);
        }
    }

    fn word(&mut self, key: &str, word: &str) {
        self.require(is_word(word), key, || {
            let message = format!("is not a name: {word:?}");
            (
                message,
                "use letters, digits and `-`, `_`, `.`, and begin with a letter or digit",
            )
        });
    }

    fn version(&mut self, key: &str, version: &str) {
        self.require(is_release(version), key, || {
            let message = format!("must be an exact version, found {version:?}");
            (
                message,
                "write a single version, such as `1.70.0`, without operators or spaces",
            )
        });
    }

    fn version_range(&mut self, key: &str, version: &str) {
        let holds = version
            .starts_with(|first: char| first.is_ascii_alphanumeric() || ">=<~^*".contains(first))
            && version
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " .+-_*^~<>=|/".contains(c));
        self.require(holds, key, || {
            (
                format!("is not a version: {version:?}"),
                "write a version, such as `18.x` or `18.17.0`",
            )
        });
    }

    fn paths(&mut self, list: &str, paths: &[String]) {
        for (index, path) in paths.iter().enumerate() {
            self.require(is_inner_path(path), &format!("{list}[{index}]"), || {
                let message = format!("must be a path inside the project, found {path:?}");
                (
                    message,
                    "write it relative to the project, with `/` between its parts",
                )
            });
        }
    }
}

enum PythonVersion {
    /// `3.11.7`, `3.13.0rc2`, `3.13.1t`.
    Exact,
    /// `3.11`.
    Minor,
    /// A range, a wildcard, a single number, a word.
    Unusable,
}

/// Source: the seed's "exact version, not range", and the releases and pre-releases of PEP 440.
fn python_version(text: &str) -> PythonVersion {
    // `t` is the free-threaded build of that version.
    let text = text.strip_suffix('t').unwrap_or(text);
    let parts: Vec<&str> = text.split('.').collect();
    match parts.as_slice() {
        [major, minor] if is_number(major) && is_number(minor) => PythonVersion::Minor,
        [major, minor, patch] if is_number(major) && is_number(minor) => {
            let (patch, pre) = match patch.find(|c: char| !c.is_ascii_digit()) {
                Some(end) => patch.split_at(end),
                None => (*patch, ""),
            };
            let serial = ["a", "b", "rc"]
                .iter()
                .find_map(|phase| pre.strip_prefix(phase));
            if is_number(patch) && (pre.is_empty() || serial.is_some_and(is_number)) {
                PythonVersion::Exact
            } else {
                PythonVersion::Unusable
            }
        }
        _ => PythonVersion::Unusable,
    }
}

/// Short enough that nothing overflows further in.
fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// One version without operators: it begins with a digit, or with `v` or a word such as `stable`.
fn is_release(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || ".+-_!".contains(c))
        && text.split('.').all(|part| !matches!(part, "x" | "X"))
}

fn is_word(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.+@".contains(c))
}

/// The name of a distribution, as PEP 508 defines it.
///
/// With an `@` a name and a version would be a direct reference, which may be a file in the project.
fn is_distribution(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric())
        && text.ends_with(|last: char| last.is_ascii_alphanumeric())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// What a package manager takes for the name of a package in one of its sources.
///
/// A leading `-` would be an option, and `apt` reads a trailing one as "remove"; a leading `.` or
/// `/` would be a file, and `://` a download.
fn is_package(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphanumeric() || first == '@')
        && !text.ends_with(['-', '/', '@'])
        && !text.contains("..")
        && !text.contains("://")
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "-_.+@/:=~".contains(c))
}

fn is_env_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// A relative path, written the same on every platform, that stays where it starts.
fn is_inner_path(text: &str) -> bool {
    !text.starts_with(['-', '~'])
        && !text.contains(|c: char| c.is_control() || matches!(c, '\\' | ':'))
        && text.split('/').all(|part| !matches!(part, "" | "." | ".."))
}
