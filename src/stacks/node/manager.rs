//! Who installs the packages, in which version, and what is typed for it.
//!
//! Sources: `packageManager` and corepack in the documentation of Node.js, `devEngines` in that of npm,
//! `volta` in that of Volta; `npm ci`, `pnpm install --frozen-lockfile`, `yarn install --immutable` and
//! `bun install --frozen-lockfile` in those of the package managers.

use dhtl_project_model::stack::{PackageManagerUse, RuntimeVersion};
use dhtl_project_model::{Evidence, Found};

use super::lock::{self, Lock, Manager};
use super::package::Package;
use super::packages::{ListSource, MemberList, Packages};
use super::runtimes;
use crate::json::Node;
use crate::places;
use crate::sources::Sources;

/// Who installs the packages of a package, and how.
#[derive(Debug, Clone)]
pub(super) struct Installer {
    /// Who.
    pub(super) manager: Manager,
    /// Whether it is yarn from version 2 on.
    pub(super) is_berry: bool,
    /// The same, for a stack.
    pub(super) used: PackageManagerUse,
    /// What installs everything.
    pub(super) install: Found<String>,
    /// The name by which the package is picked out of a workspace, where it is a member of one.
    member: Option<String>,
    /// The folder of the package, as seen from where commands are typed.
    folder: String,
}

/// Who installs the packages of a folder, as far as names of files and of managers tell.
pub(super) fn manager_of(sources: &Sources<'_>, package: &Package) -> Manager {
    let named = named(package);
    let locks = lock::in_folder(sources, &package.folder);
    let is_named = |manager: Manager| named.as_ref().is_some_and(|named| named.manager == manager);
    let lock = locks
        .iter()
        .find(|(_, manager, _)| is_named(*manager))
        .or(locks.first());
    let named = named.as_ref().map(|named| named.manager);
    lock.map(|(_, manager, _)| *manager)
        .or(named)
        .unwrap_or(Manager::Npm)
}

impl Installer {
    /// The one of a package, which runs with this version of Node.js.
    pub(super) fn of(
        sources: &Sources<'_>,
        packages: &Packages,
        package: &Package,
        node: &RuntimeVersion,
    ) -> Self {
        let workspace = packages.workspace_of(&package.folder);
        let root = workspace
            .and_then(|workspace| packages.get(&workspace.folder))
            .unwrap_or(package);
        let named = named(package).or_else(|| named(root));
        let lock = chosen_lock(sources, packages, root, named.as_ref())
            .or_else(|| chosen_lock(sources, packages, package, named.as_ref()));
        let (manager, evidence) = manager(
            lock.as_ref(),
            named.as_ref(),
            workspace,
            root,
            (sources, packages),
        );
        let pinned = runtimes::of_volta(packages, package, manager.name());
        let version = version(
            (sources, root),
            manager,
            (lock.as_ref(), named.as_ref()),
            pinned,
            node,
        );
        let major = version
            .as_ref()
            .and_then(|version| version.value.split('.').next()?.parse().ok());
        let is_berry = manager == Manager::Yarn
            && major.map_or_else(
                || is_berry(sources, root, lock.as_ref(), named.as_ref()),
                |major: u32| major >= 2,
            );
        let problem = lock.as_ref().and_then(|lock| {
            let disagreement = lock.disagreement.clone();
            disagreement.or_else(|| lock.unread_by(major?))
        });
        let is_exact = lock.is_some() && problem.is_none();
        if let Some(problem) = problem {
            sources.report(problem);
        }
        let install = Found {
            value: install(manager, is_berry, is_exact).to_owned(),
            evidence: evidence.clone(),
        };
        let used = PackageManagerUse {
            name: manager.name().to_owned(),
            version,
            lock: lock.map(|lock| lock.path),
            evidence,
        };
        Self {
            manager,
            is_berry,
            used,
            install,
            member: workspace.map(|workspace| selector(package, workspace, manager)),
            folder: workspace
                .and_then(|workspace| places::relative(&package.folder, &workspace.folder))
                .unwrap_or(&package.folder)
                .to_owned(),
        }
    }

    /// What runs a script of the package.
    pub(super) fn run(&self, script: &str) -> String {
        match (&self.member, self.manager) {
            (None, manager) => format!("{} run {script}", manager.name()),
            (Some(member), Manager::Npm) => format!("npm run {script} --workspace={member}"),
            (Some(member), Manager::Pnpm) => format!("pnpm --filter {member} run {script}"),
            (Some(member), Manager::Yarn) => format!("yarn workspace {member} run {script}"),
            (Some(member), Manager::Bun) => format!("bun run --filter {member} {script}"),
        }
    }

    /// What runs a script of another member of the same workspace.
    pub(super) fn run_in(&self, other: &Package, script: &str) -> Option<String> {
        let name = other.name().filter(|name| is_plain(&name.value))?.value;
        let other = Self {
            member: Some(name),
            ..self.clone()
        };
        Some(other.run(script))
    }

    /// What runs a program of one of its packages.
    pub(super) fn program(&self, command: &str) -> String {
        match (&self.member, self.manager) {
            (None, _) => self.root_program(command),
            (Some(member), Manager::Npm) => format!("npm exec --workspace={member} -- {command}"),
            (Some(member), Manager::Pnpm) => format!("pnpm --filter {member} exec {command}"),
            (Some(member), Manager::Yarn) => format!("yarn workspace {member} {command}"),
            (Some(_), Manager::Bun) => format!("cd {} && bunx {command}", self.folder),
        }
    }

    /// What fetches a program that no package brings, and runs it in the folder of the package.
    pub(super) fn fetched(&self, command: &str) -> String {
        let runner = if self.manager == Manager::Bun {
            "bunx"
        } else {
            "npx"
        };
        match self.member {
            Some(_) => format!("cd {} && {runner} {command}", self.folder),
            None => format!("{runner} {command}"),
        }
    }

    /// Installs with Bun, which runs the package, where nothing says who installs it.
    pub(super) fn follow_bun(&mut self) {
        if self.manager != Manager::Npm || self.used.evidence.rule != "npm-default" {
            return;
        }
        self.manager = Manager::Bun;
        let evidence = Evidence {
            rule: "run-by-bun".into(),
            ..self.used.evidence.clone()
        };
        self.used = PackageManagerUse {
            name: Manager::Bun.name().to_owned(),
            version: None,
            lock: None,
            evidence: evidence.clone(),
        };
        self.install = Found {
            value: install(Manager::Bun, false, false).to_owned(),
            evidence,
        };
    }

    /// What runs a program at the root of the workspace, or in the package where there is none.
    pub(super) fn root_program(&self, command: &str) -> String {
        match self.manager {
            Manager::Npm => format!("npx {command}"),
            Manager::Pnpm => format!("pnpm exec {command}"),
            Manager::Yarn if self.is_berry => format!("yarn {command}"),
            Manager::Yarn => format!("yarn run {command}"),
            Manager::Bun => format!("bunx {command}"),
        }
    }

    /// A file of the package, as it is named where commands are typed.
    pub(super) fn file(&self, name: &str) -> String {
        match self.member {
            Some(_) => places::inside(&self.folder, name.trim_start_matches("./")),
            None => name.to_owned(),
        }
    }

    /// The name by which the package is picked out of its workspace.
    pub(super) fn member(&self) -> Option<&str> {
        self.member.as_deref()
    }
}

/// How the package manager picks a member: by its name, or else by its folder.
fn selector(package: &Package, workspace: &MemberList, manager: Manager) -> String {
    let folder = places::relative(&package.folder, &workspace.folder).unwrap_or(&package.folder);
    match package.name() {
        Some(name) if is_plain(&name.value) => name.value,
        _ if manager == Manager::Npm => folder.to_owned(),
        _ => format!("./{folder}"),
    }
}

/// Whether a shell takes `text` as it stands.
pub(super) fn is_plain(text: &str) -> bool {
    let is_plain =
        |character: char| character.is_ascii_alphanumeric() || "@/._-:+=,".contains(character);
    !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain)
}

/// A package manager that a `package.json` names.
struct Named {
    manager: Manager,
    /// The version or the range of versions; empty where it names none.
    request: String,
    evidence: Evidence,
}

fn named(package: &Package) -> Option<Named> {
    if let Some(field) = package.text(&["packageManager"], "package-manager-field") {
        let (name, request) = field
            .value
            .split_once('@')
            .unwrap_or((field.value.as_str(), ""));
        // A hash follows the version, and a URL can stand in its place.
        let request = request.split('+').next().unwrap_or_default();
        return Some(Named {
            manager: Manager::named(name)?,
            request: request.to_owned(),
            evidence: field.evidence,
        });
    }
    let wanted = package
        .manifest
        .descend(&["devEngines", "packageManager"])?;
    let one = wanted.elements().first().unwrap_or(wanted);
    Some(Named {
        manager: Manager::named(one.get("name").and_then(Node::text)?)?,
        request: one
            .get("version")
            .and_then(Node::text)
            .unwrap_or_default()
            .to_owned(),
        evidence: package.evidence(wanted.line, "dev-engines"),
    })
}

/// The lock beside a package: that of the manager that is named, or else the most telling.
fn chosen_lock(
    sources: &Sources<'_>,
    packages: &Packages,
    package: &Package,
    named: Option<&Named>,
) -> Option<Lock> {
    let locks = lock::in_folder(sources, &package.folder);
    let of_named = locks
        .iter()
        .position(|(_, manager, _)| named.is_some_and(|named| named.manager == *manager));
    let chosen = locks.into_iter().nth(of_named.unwrap_or_default())?;
    let path = chosen.0.clone();
    Some(packages.lock(&path, || Lock::read(sources, packages, package, chosen)))
}

fn manager(
    lock: Option<&Lock>,
    named: Option<&Named>,
    workspace: Option<&MemberList>,
    root: &Package,
    (sources, packages): (&Sources<'_>, &Packages),
) -> (Manager, Evidence) {
    if let Some(lock) = lock {
        let line = lock.major.map(|(_, line)| line);
        let evidence = Evidence {
            line,
            ..Evidence::file(&lock.path, lock.rule)
        };
        return (lock.manager, evidence);
    }
    if let Some(named) = named {
        return (named.manager, named.evidence.clone());
    }
    if let Some(workspace) = workspace.filter(|workspace| workspace.source == ListSource::Pnpm) {
        return (Manager::Pnpm, workspace.evidence.clone());
    }
    for (name, manager) in [
        ("pnpm-workspace.yaml", Manager::Pnpm),
        (".yarnrc.yml", Manager::Yarn),
        ("bunfig.toml", Manager::Bun),
    ] {
        let path = places::inside(&root.folder, name);
        if sources.tree.contains(&path) {
            return (manager, Evidence::file(path, "manager-config"));
        }
    }
    for manager in [Manager::Pnpm, Manager::Yarn, Manager::Bun] {
        let engine = root.text(&["engines", manager.name()], "package-manager-engine");
        let pinned = runtimes::of_volta(packages, root, manager.name());
        for said in [engine, pinned] {
            // `please-use-npm` is no version, and meant the other way round.
            if let Some(said) = said.filter(|said| exact_or_major(&said.value).is_some()) {
                return (manager, said.evidence);
            }
        }
    }
    (Manager::Npm, Evidence::file(&root.path, "npm-default"))
}

fn is_berry(
    sources: &Sources<'_>,
    root: &Package,
    lock: Option<&Lock>,
    named: Option<&Named>,
) -> bool {
    if let Some(lock) = lock.filter(|lock| lock.major.is_some()) {
        return lock.is_berry;
    }
    match named.filter(|named| named.manager == Manager::Yarn) {
        Some(named) => {
            let request = named.request.trim_start_matches(['^', '~', '>', '=', 'v']);
            !request.starts_with("0.") && !request.starts_with("1.") && request != "1"
        }
        None => sources
            .tree
            .contains(&places::inside(&root.folder, ".yarnrc.yml")),
    }
}

/// The version of the manager: the one that is pinned, or else the one whose lock it is.
fn version(
    (sources, root): (&Sources<'_>, &Package),
    manager: Manager,
    (lock, named): (Option<&Lock>, Option<&Named>),
    pinned: Option<Found<String>>,
    node: &RuntimeVersion,
) -> Option<Found<String>> {
    if let Some(named) = named.filter(|named| named.manager == manager)
        && let Some(value) = exact_or_major(&named.request)
    {
        return Some(Found {
            value,
            evidence: named.evidence.clone(),
        });
    }
    if let Some(path) = yarn_path(sources, root).filter(|_| manager == Manager::Yarn) {
        return Some(path);
    }
    let pinned = pinned.or_else(|| root.text(&["volta", manager.name()], "volta"));
    let pinned = pinned.or_else(|| root.text(&["engines", manager.name()], "engines"));
    let pinned = pinned.and_then(|pinned| {
        // A range without an end says less than the lock.
        let is_open = pinned.value.starts_with('>') && !pinned.value.contains('<');
        // Yarn 1, which people ask for to have the one that fetches the other, reads no newer lock.
        let is_fetching = manager == Manager::Yarn
            && lock.is_some_and(|lock| lock.is_berry)
            && pinned.value.trim_start_matches(['^', '~']).starts_with('1');
        let value = exact_or_major(&pinned.value).filter(|_| !is_open && !is_fetching)?;
        Some(Found {
            value,
            evidence: pinned.evidence,
        })
    });
    pinned.or_else(|| {
        let of_lock = lock.and_then(|lock| {
            let (major, line) = lock.major?;
            Some(Found {
                value: major.to_owned(),
                evidence: Evidence::at(&lock.path, line, "lock-file-version"),
            })
        });
        match (manager, of_lock) {
            // npm has written the same format from version 9 on, so the one that comes with Node.js
            // will do; older formats are rewritten by it.
            (Manager::Npm, Some(of_lock)) if of_lock.value != "9" => Some(of_lock),
            (Manager::Npm, of_lock) => Some(bundled_npm(node, of_lock)),
            // There is no other major version yet.
            (Manager::Bun, None) => lock.map(|lock| Found {
                value: "1".to_owned(),
                evidence: Evidence::file(&lock.path, lock.rule),
            }),
            (_, of_lock) => of_lock,
        }
    })
}

/// The npm that comes with a version of Node.js.
fn bundled_npm(node: &RuntimeVersion, of_lock: Option<Found<String>>) -> Found<String> {
    let line = node.version.value.split('.').next().unwrap_or_default();
    let major = match line.parse::<u32>().unwrap_or(u32::MAX) {
        ..=14 => 6,
        15..=17 => 8,
        18..=23 => 10,
        _ => 11,
    };
    match of_lock {
        Some(of_lock) if major < 9 => of_lock,
        of_lock => Found {
            value: major.to_string(),
            evidence: of_lock.map_or_else(
                || Evidence {
                    rule: "npm-of-node".into(),
                    ..node.version.evidence.clone()
                },
                |of_lock| of_lock.evidence,
            ),
        },
    }
}

/// `yarnPath: .yarn/releases/yarn-3.2.4.cjs`
fn yarn_path(sources: &Sources<'_>, root: &Package) -> Option<Found<String>> {
    let path = places::inside(&root.folder, ".yarnrc.yml");
    let text = sources.text(&path)?;
    (1..).zip(text.lines()).find_map(|(line, content)| {
        let value = content
            .strip_prefix("yarnPath:")?
            .trim()
            .trim_matches(['"', '\'']);
        let version = value.rsplit_once("yarn-")?.1;
        let version = version
            .strip_suffix(".cjs")
            .or_else(|| version.strip_suffix(".js"))?;
        Some(Found {
            value: exact_or_major(version)?,
            evidence: Evidence::at(&path, line, "yarn-path"),
        })
    })
}

/// `9.5.0` of itself, 9 of `^9` and `9.x`.
fn exact_or_major(request: &str) -> Option<String> {
    let request = request.trim().trim_start_matches('v');
    let is_exact = request.split('.').count() == 3
        && request
            .bytes()
            .all(|byte| byte.is_ascii_digit() || byte == b'.');
    if is_exact {
        return Some(request.to_owned());
    }
    let start = request.find(|first: char| first.is_ascii_digit())?;
    let digits = request[start..]
        .split(|end: char| !end.is_ascii_digit())
        .next()?;
    (digits.len() < 4).then(|| digits.to_owned())
}

/// What installs everything: exactly what the lock has, where there is one and it agrees.
const fn install(manager: Manager, is_berry: bool, is_exact: bool) -> &'static str {
    match (manager, is_exact) {
        (Manager::Npm, true) => "npm ci",
        (Manager::Npm, false) => "npm install",
        (Manager::Pnpm, true) => "pnpm install --frozen-lockfile",
        (Manager::Pnpm, false) => "pnpm install --no-frozen-lockfile",
        (Manager::Yarn, true) if is_berry => "yarn install --immutable",
        (Manager::Yarn, true) => "yarn install --frozen-lockfile",
        (Manager::Yarn, false) if is_berry => "yarn install --no-immutable",
        (Manager::Yarn, false) => "yarn install",
        (Manager::Bun, true) => "bun install --frozen-lockfile",
        (Manager::Bun, false) => "bun install",
    }
}
