//! Whose packages a folder with a `package.json` has.
//!
//! Sources: "package.json" in the documentation of npm, `packageManager` in that of Node.js
//! (corepack), and the names of the lock files in those of npm, pnpm, yarn and bun.

use dhtl_project_model::{Evidence, LanguageManager, LanguagePackages, Problem};
use serde_json::Value;

use super::inside;
use crate::tree::Tree;

/// The locks, the most telling first: a `package-lock.json` comes into being with one `npm install`
/// that was typed by mistake.
const LOCKS: [(&str, LanguageManager, &str); 6] = [
    ("bun.lock", LanguageManager::Bun, "packages-bun-lock"),
    ("bun.lockb", LanguageManager::Bun, "packages-bun-lock"),
    (
        "pnpm-lock.yaml",
        LanguageManager::Pnpm,
        "packages-pnpm-lock",
    ),
    ("yarn.lock", LanguageManager::Yarn, "packages-yarn-lock"),
    (
        "npm-shrinkwrap.json",
        LanguageManager::Npm,
        "packages-npm-lock",
    ),
    (
        "package-lock.json",
        LanguageManager::Npm,
        "packages-npm-lock",
    ),
];

/// What the `package.json` in `folder` asks for; nothing where no lock is beside it, but for the
/// root.
pub(super) fn packages(
    tree: &Tree,
    folder: &str,
    problems: &mut Vec<Problem>,
) -> Option<LanguagePackages> {
    let manifest = inside(folder, "package.json");
    let locks = LOCKS.iter().filter_map(|(name, manager, rule)| {
        let path = inside(folder, name);
        tree.contains(&path).then_some((path, *manager, *rule))
    });
    let locks = locks.collect::<Vec<_>>();
    if locks.is_empty() && folder != "." {
        return None;
    }
    let package = read(tree, &manifest)
        .map_err(|problem| problems.push(problem))
        .ok()?;
    let named = named_manager(&package);
    let is_of_named =
        |manager: LanguageManager| named.is_some_and(|named| named.program() == manager.program());
    let of_named = locks
        .iter()
        .position(|(_, manager, _)| is_of_named(*manager));
    let chosen = locks.into_iter().nth(of_named.unwrap_or_default());
    let folder = folder.to_owned();
    let Some((lock, manager, rule)) = chosen else {
        return asks_for_packages(&package).then(|| without_lock(folder, manifest, named));
    };
    Some(LanguagePackages {
        manager: match manager {
            LanguageManager::Yarn => yarn(tree, &lock, &folder, named),
            other => other,
        },
        folder,
        manifest,
        evidence: Evidence::file(&lock, rule),
        lock: Some(lock),
    })
}

fn read(tree: &Tree, manifest: &str) -> Result<Value, Problem> {
    let text = tree.text(manifest)?;
    serde_json::from_str(&text).map_err(|error| Problem {
        message: format!("invalid JSON: {error}"),
        evidence: Evidence::at(
            manifest,
            u32::try_from(error.line().max(1)).unwrap_or(u32::MAX),
            "json-syntax",
        ),
    })
}

fn without_lock(
    folder: String,
    manifest: String,
    named: Option<LanguageManager>,
) -> LanguagePackages {
    let rule = match named {
        Some(_) => "packages-package-manager",
        None => "packages-npm-default",
    };
    LanguagePackages {
        folder,
        manager: named.unwrap_or(LanguageManager::Npm),
        evidence: Evidence::file(&manifest, rule),
        manifest,
        lock: None,
    }
}

/// The manager that `packageManager` names, as in `pnpm@9.1.0+sha256.…`.
fn named_manager(package: &Value) -> Option<LanguageManager> {
    let (name, version) = package.get("packageManager")?.as_str()?.split_once('@')?;
    Some(match name {
        "npm" => LanguageManager::Npm,
        "pnpm" => LanguageManager::Pnpm,
        "yarn" if version.starts_with("0.") || version.starts_with("1.") => {
            LanguageManager::YarnClassic
        }
        "yarn" => LanguageManager::Yarn,
        "bun" => LanguageManager::Bun,
        _ => return None,
    })
}

/// Which yarn wrote the lock; one that is empty says nothing.
fn yarn(tree: &Tree, lock: &str, folder: &str, named: Option<LanguageManager>) -> LanguageManager {
    let text = tree.text(lock).unwrap_or_default();
    if text.lines().any(|line| line.starts_with("__metadata:")) {
        return LanguageManager::Yarn;
    }
    if text.contains("# yarn lockfile v1") {
        return LanguageManager::YarnClassic;
    }
    match named {
        Some(LanguageManager::Yarn) => LanguageManager::Yarn,
        None if tree.contains(&inside(folder, ".yarnrc.yml")) => LanguageManager::Yarn,
        _ => LanguageManager::YarnClassic,
    }
}

/// Whether anything would be installed.
fn asks_for_packages(package: &Value) -> bool {
    ["dependencies", "devDependencies", "optionalDependencies"]
        .iter()
        .filter_map(|section| package.get(section)?.as_object())
        .any(|section| !section.is_empty())
}
