//! Lock files: whose they are, which version of it wrote them, and whether they agree with the
//! `package.json` beside them.
//!
//! Sources: `lockfileVersion` in the documentation of npm ("package-lock.json") and of pnpm, the
//! sources of yarn berry (`__metadata.version`: 4 is yarn 2, 5 and 6 are yarn 3, 8 is yarn 4).
//!
//! Lock files can have megabytes, so no parser goes over them: the root's entry is the first thing
//! that every package manager writes.

use std::collections::BTreeMap;

use dhtl_detection::formats::LineIndex;
use dhtl_project_model::{Evidence, Problem};

use super::package::Package;
use super::packages::Packages;
use crate::json::{self, Dialect};
use crate::places;
use crate::sources::Sources;

/// Who installs packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Manager {
    Npm,
    Pnpm,
    Yarn,
    Bun,
}

impl Manager {
    /// The program.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pnpm => "pnpm",
            Self::Yarn => "yarn",
            Self::Bun => "bun",
        }
    }

    /// The one of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Npm, Self::Pnpm, Self::Yarn, Self::Bun]
            .into_iter()
            .find(|manager| manager.name() == name)
    }
}

/// The locks, the most telling first: a `package-lock.json` comes into being with one `npm install`
/// that was typed by mistake. The same order as that of `dhtl regenerate`.
const LOCKS: [(&str, Manager, &str); 6] = [
    ("bun.lock", Manager::Bun, "bun-lock"),
    ("bun.lockb", Manager::Bun, "bun-lock"),
    ("pnpm-lock.yaml", Manager::Pnpm, "pnpm-lock"),
    ("yarn.lock", Manager::Yarn, "yarn-lock"),
    ("npm-shrinkwrap.json", Manager::Npm, "npm-lock"),
    ("package-lock.json", Manager::Npm, "npm-lock"),
];

/// What a lock file says.
#[derive(Debug, Clone)]
pub(crate) struct Lock {
    pub(super) path: String,
    pub(super) manager: Manager,
    pub(super) rule: &'static str,
    /// The major version of the manager that its format belongs to, with the line that says so.
    pub(super) major: Option<(&'static str, u32)>,
    /// Whether it was written by yarn from version 2 on.
    pub(super) is_berry: bool,
    /// What the package beside it asks for and the lock does not have.
    pub(super) disagreement: Option<Problem>,
}

/// The locks in `folder`, the most telling first.
pub(super) fn in_folder(
    sources: &Sources<'_>,
    folder: &str,
) -> Vec<(String, Manager, &'static str)> {
    let locks = LOCKS.iter().map(|(name, manager, rule)| {
        let path = places::inside(folder, name);
        (path, *manager, *rule)
    });
    locks
        .filter(|(path, ..)| sources.tree.contains(path))
        .collect()
}

impl Lock {
    /// What is wrong where this major version of the manager does not read the format of the lock.
    ///
    /// Source: the release notes of pnpm 8 and 9, and of yarn 2.
    pub(super) fn unread_by(&self, major: u32) -> Option<Problem> {
        let (written, line) = self.major?;
        let written_by: u32 = written.parse().ok()?;
        let is_read = match self.manager {
            Manager::Pnpm => major.clamp(7, 9) == written_by.clamp(7, 9),
            Manager::Yarn => (major >= 2) == self.is_berry,
            Manager::Npm | Manager::Bun => true,
        };
        let name = self.manager.name();
        (!is_read).then(|| Problem {
            message: format!("{name} {major} does not read what {name} {written} wrote"),
            evidence: Evidence::at(&self.path, line, "lock-file-version"),
        })
    }

    /// Reads the lock beside a package.
    pub(super) fn read(
        sources: &Sources<'_>,
        packages: &Packages,
        package: &Package,
        (path, manager, rule): (String, Manager, &'static str),
    ) -> Self {
        // What is binary says nothing of itself.
        let text = if places::file_name(&path) == "bun.lockb" {
            String::new()
        } else {
            sources.text(&path).unwrap_or_default()
        };
        let major = if text.is_empty() {
            None
        } else {
            major(manager, &text)
        };
        let contents = Contents {
            path: &path,
            manager,
            is_berry: is_berry(&text),
            text: &text,
        };
        Self {
            disagreement: contents.disagreement(package, packages),
            is_berry: contents.is_berry,
            major,
            path,
            manager,
            rule,
        }
    }
}

fn is_berry(text: &str) -> bool {
    let mut lines = text.lines().take(20);
    lines.any(|line| line.starts_with("__metadata:"))
}

/// The text of a lock.
struct Contents<'a> {
    path: &'a str,
    manager: Manager,
    is_berry: bool,
    text: &'a str,
}

impl Contents<'_> {
    /// What a package asks for and the lock does not have; a lock with conflict markers has nothing.
    fn disagreement(&self, package: &Package, packages: &Packages) -> Option<Problem> {
        if let Some(start) = memchr::memmem::find(self.text.as_bytes(), b"\n<<<<<<< ") {
            let line = LineIndex::new(&self.text[..=start]).line(start) + 1;
            return Some(Problem {
                message: "the lock holds an unresolved merge conflict".to_owned(),
                evidence: Evidence::at(self.path, line, "lock-conflict"),
            });
        }
        if self.text.is_empty() || overrides(package) {
            return None;
        }
        let missing = match self.manager {
            Manager::Npm => self.missing_in_npm(package),
            // Overrides of `pnpm-workspace.yaml` stand in the lock instead of what is asked for.
            Manager::Pnpm if self.text.contains("\noverrides:\n") => return None,
            Manager::Pnpm => differing(package, &pnpm_specifiers(self.text)?),
            Manager::Yarn => self.missing_in_yarn(package, packages),
            Manager::Bun => differing(package, &root_entry(self.text, "\"workspaces\"")?),
        }?;
        let line = package
            .dependency(&missing)
            .map_or(1, |dependency| dependency.line);
        let name = places::file_name(self.path);
        Some(Problem {
            message: format!("`{name}` is out of date: it does not have `{missing}` as asked for"),
            evidence: package.evidence(line, "lock-out-of-date"),
        })
    }

    fn missing_in_npm(&self, package: &Package) -> Option<String> {
        let Some(root) = root_entry(self.text, "\"packages\"") else {
            // Version 1 has no entry for the root: only names can be compared.
            let found = |name: &str| self.text.contains(&format!("\"{name}\": {{"));
            let mut asked = package.dependencies();
            return asked
                .find(|(name, _)| !found(name))
                .map(|(name, _)| name.to_owned());
        };
        differing(package, &root)
    }

    fn missing_in_yarn(&self, package: &Package, packages: &Packages) -> Option<String> {
        let has = |name: &str, request: &str| {
            let exact = format!("{name}@{request}");
            let of_npm = format!("{name}@npm:{request}");
            let ends = |rest: &str| rest.starts_with(['"', ',', ':']);
            let stands = |key: &str| {
                memchr::memmem::find_iter(self.text.as_bytes(), key.as_bytes())
                    .any(|start| self.text.get(start + key.len()..).is_some_and(ends))
            };
            // Patches, links and tags are written in ways of their own.
            let is_plain = request.starts_with(|first: char| "^~>=<0123456789*".contains(first));
            if is_plain {
                stands(&exact)
                    || (self.is_berry
                        && (stands(&of_npm) || self.text.contains(&format!("{name}@patch:"))))
            } else {
                self.text.contains(&format!("{name}@"))
            }
        };
        package
            .dependencies()
            .filter(|(name, _)| packages.named(name).is_none())
            .find(|(name, dependency)| !has(name, &dependency.request))
            .map(|(name, _)| name.to_owned())
    }
}

/// Whether something replaces what is asked for, so that the lock holds the replacement.
fn overrides(package: &Package) -> bool {
    ["resolutions", "overrides", "pnpm"]
        .iter()
        .any(|key| package.manifest.get(key).is_some())
}

/// The major version of the manager that a format belongs to.
fn major(manager: Manager, text: &str) -> Option<(&'static str, u32)> {
    let mut lines = (1..).zip(text.lines().take(200));
    match manager {
        Manager::Npm => lines.find_map(|(line, content)| {
            let version = content.trim().strip_prefix("\"lockfileVersion\":")?;
            let major = match version.trim().trim_end_matches(',') {
                "1" => "6",
                "2" => "8",
                _ => "9",
            };
            Some((major, line))
        }),
        Manager::Pnpm => lines.find_map(|(line, content)| {
            let version = content.strip_prefix("lockfileVersion:")?;
            let version = version.trim().trim_matches(['"', '\'']);
            let major = match version.split_once('.').unwrap_or((version, "")) {
                ("5", "4") => "7",
                ("5", "3") => "6",
                ("5", _) => "5",
                ("6" | "7", _) => "8",
                _ => "9",
            };
            Some((major, line))
        }),
        Manager::Yarn => {
            let mut is_berry = false;
            lines
                .find_map(|(line, content)| {
                    is_berry |= content.starts_with("__metadata:");
                    let version = content.trim().strip_prefix("version:")?;
                    let major = match version.trim() {
                        "4" => "2",
                        "5" | "6" => "3",
                        _ => "4",
                    };
                    is_berry.then_some((major, line))
                })
                .or_else(|| text.contains("# yarn lockfile v1").then_some(("1", 1)))
        }
        Manager::Bun => None,
    }
}

/// What a lock has as the requests of the root.
#[derive(Debug, Default, PartialEq, Eq)]
struct Requests(BTreeMap<String, String>);

/// The first dependency that the lock has otherwise, or that only the lock has.
fn differing(package: &Package, locked: &Requests) -> Option<String> {
    let asked = package.dependencies();
    let changed = asked
        .filter(|(_, dependency)| !dependency.request.is_empty())
        .find(|(name, dependency)| locked.0.get(*name) != Some(&dependency.request));
    changed.map(|(name, _)| name.to_owned()).or_else(|| {
        // pnpm and bun install what others are asked to bring, and write it down.
        let is_peer = |name: &str| {
            let peers = package.manifest.get("peerDependencies");
            peers.is_some_and(|peers| peers.get(name).is_some())
        };
        let mut names = locked.0.keys();
        names
            .find(|name| package.dependency(name).is_none() && !is_peer(name))
            .cloned()
    })
}

/// The requests in the entry `""` behind `section`, in the locks of npm and bun.
fn root_entry(text: &str, section: &str) -> Option<Requests> {
    let start = text.find(section)?;
    let behind = &text[start + section.len()..];
    let object = behind.find("\"\":").filter(|offset| *offset < 40)?;
    let behind = &behind[object + 3..];
    let entry = balanced(behind.trim_start())?;
    let (root, _) = json::parse("", entry, Dialect::WithComments);
    let root = root?;
    let mut requests = Requests::default();
    for section in ["devDependencies", "optionalDependencies", "dependencies"] {
        for (name, request) in root.get(section).map_or(&[][..], json::Node::entries) {
            let request = request.text().unwrap_or_default().to_owned();
            requests.0.insert(name.clone(), request);
        }
    }
    Some(requests)
}

/// The object that `text` begins with.
fn balanced(text: &str) -> Option<&str> {
    let mut depth = 0_usize;
    let mut is_text = false;
    let mut is_escaped = false;
    for (offset, byte) in text.bytes().enumerate() {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' if is_text => is_escaped = true,
            b'"' => is_text = !is_text,
            b'{' if !is_text => depth += 1,
            b'}' if !is_text => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return text.get(..=offset);
                }
            }
            _ if depth == 0 => return None,
            _ => {}
        }
    }
    None
}

/// The requests of the root in a lock of pnpm: below `specifiers`, or as `specifier` of each
/// dependency, at the top or below `importers` and `.`.
///
/// Since version 11 that is the second of two documents: the first locks pnpm itself.
fn pnpm_specifiers(text: &str) -> Option<Requests> {
    let text = text.rsplit_once("\n---\n").map_or(text, |(_, last)| last);
    let mut requests = Requests::default();
    let mut is_found = false;
    // The indentation of the keys of the root's entry.
    let mut level = 0;
    let mut section = "";
    let mut name = String::new();
    for line in text.lines() {
        let content = line.trim_start();
        let indent = line.len() - content.len();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let (key, value) = content.split_once(':').unwrap_or((content, ""));
        let value = value.trim();
        if indent == 0 && key == "importers" {
            level = 4;
            is_found = true;
            continue;
        }
        if level == 4 && indent == 2 && key != "." {
            // The root's entry comes first; what follows is a member's.
            break;
        }
        if indent == 0 && matches!(key, "packages" | "snapshots") {
            break;
        }
        if indent == level {
            section = key;
            is_found |= matches!(key, "specifiers" | "dependencies" | "devDependencies");
        } else if section == "specifiers" && indent == level + 2 {
            requests.0.insert(unquoted(key), unquoted(value));
        } else if section.ends_with("ependencies") && indent == level + 2 {
            name = unquoted(key);
        } else if indent == level + 4 && key == "specifier" && section.ends_with("ependencies") {
            requests.0.insert(name.clone(), unquoted(value));
        }
    }
    (is_found && !requests.0.is_empty()).then_some(requests)
}

fn unquoted(text: &str) -> String {
    text.trim_matches(['"', '\'']).to_owned()
}
