//! The commands that install packages as they are locked.
//!
//! Sources: `npm ci`, `pnpm install --frozen-lockfile`, `yarn install`, `bun install`, `cargo fetch`
//! and `go mod download` in the documentation of each.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use dhtl_project_model::{Language, LanguageManager, LanguagePackages};
use dhtl_tools::{Environment, Invocation};

use crate::uv::VENV;

/// How long it may take to install what is locked.
const LIMIT: Duration = Duration::from_mins(20);
/// The same for what is not: many a Python project has a `package.json` for one tool, and nobody
/// waits for that.
const LIMIT_WITHOUT_LOCK: Duration = Duration::from_mins(4);

/// A program to install packages with, and what stands before its arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Program {
    /// The program: a name on `PATH`, or a path.
    program: PathBuf,
    /// What makes a launcher start the one that is meant.
    prefix: &'static [&'static str],
}

impl Program {
    /// The program of a manager under its own name, whether it is there or not.
    pub(crate) fn usual(manager: LanguageManager) -> Self {
        Self {
            program: manager.program().into(),
            prefix: &[],
        }
    }

    /// The program that installs these packages: the one of the environment, then one on `PATH`.
    ///
    /// `JupyterLab` brings a yarn called `jlpm`, and Node.js before version 25 corepack, which fetches
    /// the yarn or pnpm that `package.json` names.
    pub(crate) fn find(
        packages: &LanguagePackages,
        root: &Path,
        environment: &Environment,
    ) -> Option<Self> {
        type Way = (&'static str, &'static [&'static str]);
        let ways: &[Way] = match (packages.manager, &packages.lock) {
            // It cannot do without writing a lock.
            (LanguageManager::Yarn, None) => &[],
            (LanguageManager::Npm, _) => &[("npm", &[])],
            (LanguageManager::Pnpm, _) => &[("pnpm", &[]), ("corepack", &["pnpm"])],
            (LanguageManager::YarnClassic, _) => &[("yarn", &[]), ("corepack", &["yarn"])],
            (LanguageManager::Yarn, _) => &[("yarn", &[]), ("jlpm", &[]), ("corepack", &["yarn"])],
            (LanguageManager::Bun, _) => &[("bun", &[])],
            (LanguageManager::Cargo, _) => &[("cargo", &[])],
            (LanguageManager::Go, _) => &[("go", &[])],
        };
        ways.iter().find_map(|(name, prefix)| {
            let program = in_environment(root, name).or_else(|| {
                let found = environment.find_program(name);
                found.map(|_| PathBuf::from(name))
            })?;
            Some(Self { program, prefix })
        })
    }
}

/// The command that installs what a folder asks for; none where that cannot be done without
/// writing a lock.
pub(crate) fn command(
    packages: &LanguagePackages,
    program: &Program,
    root: &Path,
) -> Option<Invocation> {
    let args: &[&str] = match (packages.manager, packages.lock.is_some()) {
        (LanguageManager::Npm, true) => &["ci", "--no-audit", "--no-fund"],
        (LanguageManager::Npm, false) => {
            &["install", "--no-package-lock", "--no-audit", "--no-fund"]
        }
        (LanguageManager::Pnpm | LanguageManager::Bun, true) => &["install", "--frozen-lockfile"],
        (LanguageManager::Pnpm, false) => &["install", "--no-lockfile"],
        (LanguageManager::YarnClassic, true) => {
            &["install", "--frozen-lockfile", "--non-interactive"]
        }
        (LanguageManager::YarnClassic, false) => &["install", "--no-lockfile", "--non-interactive"],
        (LanguageManager::Yarn, true) => &["install", "--immutable"],
        (LanguageManager::Yarn, false) => return None,
        (LanguageManager::Bun, false) => &["install", "--no-save"],
        (LanguageManager::Cargo, _) => &["fetch", "--locked"],
        (LanguageManager::Go, _) => &["mod", "download"],
    };
    let folder = if packages.folder == "." {
        root.to_owned()
    } else {
        root.join(&packages.folder)
    };
    let limit = match packages.lock {
        Some(_) => LIMIT,
        None => LIMIT_WITHOUT_LOCK,
    };
    let invocation = Invocation::new(&program.program, folder)
        .args(program.prefix)
        .args(args)
        .timeout(limit);
    Some(if packages.manager.language() == Language::Node {
        of_node(invocation)
    } else {
        invocation
    })
}

/// The command with the programs of the environment first on `PATH`, so that a Node.js from there
/// is the one that packages are installed with.
pub(crate) fn with_environment_first(
    invocation: Invocation,
    root: &Path,
    environment: &Environment,
) -> Invocation {
    if in_environment(root, "node").is_none() {
        return invocation;
    }
    let others = environment.var_os("PATH").unwrap_or_default();
    let places = [scripts(root)]
        .into_iter()
        .chain(std::env::split_paths(others));
    // A path that cannot be in `PATH` is not first on it, and that is all.
    match std::env::join_paths(places) {
        Ok(path) => invocation.env("PATH", path),
        Err(_) => invocation,
    }
}

/// Nobody can answer a question, hooks are installed in a step of their own, which keeps those of
/// the user, and everybody gets the tools for development, too. corepack would write into
/// `package.json` which manager it took.
fn of_node(invocation: Invocation) -> Invocation {
    [
        ("CI", "1"),
        ("COREPACK_ENABLE_AUTO_PIN", "0"),
        ("COREPACK_ENABLE_DOWNLOAD_PROMPT", "0"),
        ("HUSKY", "0"),
        ("SKIP_INSTALL_SIMPLE_GIT_HOOKS", "1"),
    ]
    .into_iter()
    .fold(invocation, |invocation, (name, value)| {
        invocation.env(name, value)
    })
    .env_remove("NODE_ENV")
}

/// A program among the scripts of the environment.
fn in_environment(root: &Path, name: &str) -> Option<PathBuf> {
    let folder = scripts(root);
    let endings: &[&str] = if cfg!(windows) {
        &[".exe", ".cmd"]
    } else {
        &[""]
    };
    endings
        .iter()
        .map(|ending| folder.join(OsString::from(format!("{name}{ending}"))))
        .find(|program| program.is_file())
}

fn scripts(root: &Path) -> PathBuf {
    let name = if cfg!(windows) { "Scripts" } else { "bin" };
    root.join(VENV).join(name)
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::Evidence;

    use super::*;

    fn shown(manager: LanguageManager, lock: Option<&str>) -> String {
        let packages = LanguagePackages {
            folder: "ui".to_owned(),
            manager,
            manifest: "ui/package.json".to_owned(),
            lock: lock.map(str::to_owned),
            evidence: Evidence::file("ui/package.json", "test"),
        };
        let program = Program::usual(manager);
        command(&packages, &program, Path::new("/srv")).map_or_else(
            || "nothing".to_owned(),
            |command| {
                assert!(command.cwd.ends_with("ui"));
                command.to_string()
            },
        )
    }

    #[test]
    fn no_command_changes_a_lock() {
        let all = [
            LanguageManager::Npm,
            LanguageManager::Pnpm,
            LanguageManager::YarnClassic,
            LanguageManager::Yarn,
            LanguageManager::Bun,
            LanguageManager::Cargo,
            LanguageManager::Go,
        ];
        let lines = all.map(|manager| {
            let both = [Some("lock"), None].map(|lock| shown(manager, lock));
            both.join("\n")
        });
        let setting = "env -u NODE_ENV CI=1 COREPACK_ENABLE_AUTO_PIN=0 \
                       COREPACK_ENABLE_DOWNLOAD_PROMPT=0 HUSKY=0 SKIP_INSTALL_SIMPLE_GIT_HOOKS=1";
        insta::assert_snapshot!(lines.join("\n").replace(setting, "…"), @"
        … npm ci --no-audit --no-fund
        … npm install --no-package-lock --no-audit --no-fund
        … pnpm install --frozen-lockfile
        … pnpm install --no-lockfile
        … yarn install --frozen-lockfile --non-interactive
        … yarn install --no-lockfile --non-interactive
        … yarn install --immutable
        nothing
        … bun install --frozen-lockfile
        … bun install --no-save
        cargo fetch --locked
        cargo fetch --locked
        go mod download
        go mod download
        ");
    }
}
