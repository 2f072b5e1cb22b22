//! From what a project is to what its environment must be.

use std::path::Path;

use dhtl_project_model::config::{Config, Document};
use dhtl_project_model::{
    Declaration, DeclarationFormat, DistributionName, EnvVar, EnvironmentSpec, Evidence, Found,
    InterpreterSpec, LockFile, LockKind, Platform, Project, PythonProject, Scope, Strategy,
    SubProject,
};

use crate::RegenerationError;
use crate::state::read_text;
use crate::subject::Locks;

/// What the environment of `project` must be on `platform`.
///
/// Config beats inference, inference fills the gaps: every section of `.dhtconfig` that is there is
/// followed, and what it leaves open follows from the project's own files.
pub(crate) fn spec(
    project: &Project,
    document: Option<&Document>,
    platform: Platform,
    locks: Locks,
) -> Result<EnvironmentSpec, RegenerationError> {
    let python = project
        .python
        .as_ref()
        .ok_or_else(|| RegenerationError::NotPython {
            root: project.root.clone(),
        })?;
    let config = document.map(Document::config);
    let (strategy, lock_files) = strategy(python, document, &project.root, locks)?;
    let section = config.and_then(|config| config.python.as_ref());
    let chosen = Chosen {
        extras: extras(python, config),
        groups: groups(python, config),
    };
    let excluded = excluded(python, &chosen);
    let is_kept = |scope: &Scope| !excluded.iter().any(|one| one.scope == *scope);
    Ok(EnvironmentSpec {
        project: DistributionName::new(&project.name.value),
        platform,
        interpreter: InterpreterSpec {
            exact: section.and_then(|python| python.version.clone()),
            implementation: section
                .and_then(|python| python.implementation)
                .unwrap_or_default()
                .to_string(),
            request: python.interpreter.clone(),
        },
        strategy: strategy.value,
        strategy_evidence: strategy.evidence,
        requirements_files: lock_files,
        extras: kept(&chosen.extras, |name| is_kept(&Scope::Extra(name))),
        groups: kept(&chosen.groups, |name| is_kept(&Scope::Group(name))),
        install_project: buildable(python).is_some(),
        system_packages: config
            .map(|config| system_packages(config, platform))
            .unwrap_or_default(),
        env_vars: env_vars(project, document),
    })
}

type StrategyAndFiles = (Found<Strategy>, Vec<String>);

fn strategy(
    python: &PythonProject,
    document: Option<&Document>,
    root: &Path,
    locks: Locks,
) -> Result<StrategyAndFiles, RegenerationError> {
    if locks == Locks::Follow
        && let Some(document) = document
        && let Some(strategy) = configured_strategy(document, root)?
    {
        return Ok(strategy);
    }
    Ok(inferred_strategy(python, &followed(python, root, locks)))
}

/// The locks that can be followed. uv writes one without any package when it is started by mistake
/// beside a `pyproject.toml` that only poetry reads.
fn followed(python: &PythonProject, root: &Path, locks: Locks) -> Vec<LockFile> {
    let is_empty = |lock: &LockFile| {
        lock.kind == LockKind::Uv
            && read_text(&root.join(&lock.path)).is_ok_and(|text| !text.contains("[[package]]"))
    };
    let found = python.locks.iter().filter(|_| locks == Locks::Follow);
    found.filter(|lock| !is_empty(lock)).cloned().collect()
}

/// The first lock file that `.dhtconfig` lists decides; the others are fallbacks for other tools.
fn configured_strategy(
    document: &Document,
    root: &Path,
) -> Result<Option<StrategyAndFiles>, RegenerationError> {
    let dependencies = document.config().dependencies.as_ref();
    let lock_files = dependencies
        .map(|section| section.lock_files.as_slice())
        .unwrap_or_default();
    let Some(first) = lock_files.first() else {
        return Ok(None);
    };
    let line = document.line_of("dependencies.lock_files").unwrap_or(1);
    let evidence = Evidence::at(
        dhtl_project_model::config::FILE_NAME,
        line,
        "config-lock-files",
    );
    let Some(present) = lock_files
        .iter()
        .find(|lock_file| root.join(lock_file).is_file())
    else {
        return Err(RegenerationError::MissingLockFile {
            path: dhtl_project_model::config::FILE_NAME.to_owned(),
            line,
            lock_file: first.clone(),
        });
    };
    Ok(Some(if present.rsplit('/').next() == Some("uv.lock") {
        (
            Found {
                value: Strategy::UvLock,
                evidence,
            },
            Vec::new(),
        )
    } else {
        (
            Found {
                value: Strategy::HashedRequirements,
                evidence,
            },
            vec![present.clone()],
        )
    }))
}

/// The best of what is there, in the order of [`Strategy`].
fn inferred_strategy(python: &PythonProject, locks: &[LockFile]) -> StrategyAndFiles {
    let found = |value, evidence| Found { value, evidence };
    let lock_of = |kind| locks.iter().filter(move |lock| lock.kind == kind);
    if let Some(lock) = lock_of(LockKind::Uv).next() {
        let evidence = Evidence::file(lock.path.clone(), "uv-lock");
        return (found(Strategy::UvLock, evidence), Vec::new());
    }
    let foreign = [
        LockKind::Pylock,
        LockKind::Poetry,
        LockKind::Pdm,
        LockKind::Pipfile,
    ];
    if let Some(lock) = foreign.into_iter().find_map(|kind| lock_of(kind).next()) {
        let evidence = Evidence::file(lock.path.clone(), "foreign-lock");
        return (found(Strategy::ForeignLock, evidence), Vec::new());
    }
    let hashed = lock_of(LockKind::HashedRequirements)
        .map(|lock| lock.path.clone())
        .filter(|path| !path.contains('/'))
        .collect::<Vec<_>>();
    if let Some(first) = hashed.first() {
        let evidence = Evidence::file(first.clone(), "hashed-requirements");
        return (found(Strategy::HashedRequirements, evidence), hashed);
    }
    let requirements_files = requirements_files(python);
    let manifest = python.installable.clone();
    if let Some(pyproject) = manifest
        .as_ref()
        .filter(|evidence| evidence.path == "pyproject.toml")
    {
        return (
            found(Strategy::Pyproject, pyproject.clone()),
            requirements_files,
        );
    }
    if let Some(first) = main_file(&requirements_files) {
        let evidence = Evidence::file(first.clone(), "requirements-file");
        return (found(Strategy::Requirements, evidence), requirements_files);
    }
    if let Some(setup) = manifest {
        return (found(Strategy::Setup, setup), requirements_files);
    }
    let declared = python
        .declarations
        .iter()
        .find(|one| one.scope != Scope::Build);
    match declared {
        Some(declaration) => {
            let evidence = Evidence::file(declaration.path.clone(), "declaration");
            (found(Strategy::Requirements, evidence), requirements_files)
        }
        None => (
            found(Strategy::Inferred, Evidence::file(".", "nothing-declared")),
            Vec::new(),
        ),
    }
}

/// The requirements files of the project itself: examples have needs of their own, and their pins
/// must not decide for the project.
fn requirements_files(python: &PythonProject) -> Vec<String> {
    python
        .declarations
        .iter()
        .filter(|declaration| is_requirements_file(declaration))
        .map(|declaration| declaration.path.clone())
        .filter(|path| !is_example(folder(path)))
        .collect()
}

/// Whether uv reads the file as it is; the pip part of an `environment.yml` is written in the same
/// notation, inside another.
pub(crate) fn is_requirements_file(declaration: &Declaration) -> bool {
    declaration.format == DeclarationFormat::Requirements
        && ![".yml", ".yaml"]
            .iter()
            .any(|ending| declaration.path.ends_with(ending))
}

/// The projects below the root that are installed with it: not the members of a uv workspace, which
/// `uv sync` installs, and not examples.
pub(crate) fn sub_projects(python: &PythonProject) -> impl Iterator<Item = &SubProject> {
    python.sub_projects.iter().filter(|sub_project| {
        let is_built = !sub_project.evidence.path.ends_with("setup.cfg");
        !sub_project.workspace_member && is_built && !is_example(&sub_project.path)
    })
}

/// Whether a folder holds examples, which have needs of their own.
pub(crate) fn is_example(folders: &str) -> bool {
    folders.split('/').any(|folder| {
        matches!(
            folder,
            "example" | "examples" | "samples" | "demo" | "demos" | "tutorial" | "tutorials"
        )
    })
}

/// The one that says what the project runs with: `requirements.txt`, or else the one that stands
/// highest.
fn main_file(requirements_files: &[String]) -> Option<&String> {
    requirements_files.iter().min_by_key(|path| {
        (
            *path != "requirements.txt",
            path.matches('/').count(),
            path.len(),
        )
    })
}

/// What builds the project. A `setup.cfg` alone says what the project needs, and no tool builds it.
pub(crate) fn buildable(python: &PythonProject) -> Option<&Evidence> {
    python
        .installable
        .as_ref()
        .filter(|evidence| evidence.path != "setup.cfg")
}

fn extras(python: &PythonProject, config: Option<&Config>) -> Vec<String> {
    if let Some(chosen) = config.and_then(|config| config.dependencies.as_ref())
        && !chosen.extras.is_empty()
    {
        return chosen.extras.clone();
    }
    let manifest = python
        .installable
        .as_ref()
        .map(|evidence| folder(&evidence.path));
    names(
        python
            .declarations
            .iter()
            .filter_map(|declaration| match &declaration.scope {
                Scope::Extra(name) if manifest == Some(folder(&declaration.path)) => {
                    Some(name.clone())
                }
                _ => None,
            }),
    )
}

fn groups(python: &PythonProject, config: Option<&Config>) -> Vec<String> {
    if let Some(chosen) = config.and_then(|config| config.dependencies.as_ref())
        && !chosen.groups.is_empty()
    {
        return chosen.groups.clone();
    }
    names(
        python
            .declarations
            .iter()
            .filter_map(|declaration| match &declaration.scope {
                Scope::Group(name)
                    if declaration.format == DeclarationFormat::DependencyGroups
                        && declaration.path == "pyproject.toml" =>
                {
                    Some(name.clone())
                }
                _ => None,
            }),
    )
}

fn kept(names: &[String], is_kept: impl Fn(String) -> bool) -> Vec<String> {
    let kept = names.iter().filter(|name| is_kept((*name).clone()));
    kept.cloned().collect()
}

/// Extras and groups that are to be installed together.
struct Chosen {
    extras: Vec<String>,
    groups: Vec<String>,
}

/// An extra or a group that is not installed, because another one is that excludes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Excluded {
    /// What is not installed.
    pub(crate) scope: Scope,
    /// What is.
    pub(crate) by: Scope,
    /// Where it is declared that they exclude each other.
    pub(crate) evidence: Evidence,
}

/// The extras and groups that declared exclusions leave out of all that could be installed.
pub(crate) fn left_out(python: &PythonProject, config: Option<&Config>) -> Vec<Excluded> {
    let chosen = Chosen {
        extras: extras(python, config),
        groups: groups(python, config),
    };
    excluded(python, &chosen)
}

/// Of those that exclude each other the one that brings most stays, or the first of equals.
fn excluded(python: &PythonProject, chosen: &Chosen) -> Vec<Excluded> {
    let is_chosen = |scope: &&Scope| match scope {
        Scope::Extra(name) => chosen.extras.contains(name),
        Scope::Group(name) => chosen.groups.contains(name),
        Scope::Runtime | Scope::Build => false,
    };
    let brings = |scope: &Scope| -> usize {
        let of_scope = python.declarations.iter().filter(|one| one.scope == *scope);
        of_scope.map(|one| one.requirements.len()).sum()
    };
    let mut excluded: Vec<Excluded> = Vec::new();
    for exclusion in &python.exclusions {
        let is_there = |scope: &&Scope| !excluded.iter().any(|one| one.scope == **scope);
        let members = exclusion.members.iter().filter(is_chosen).filter(is_there);
        let members = members.cloned().collect::<Vec<_>>();
        let Some(stays) = members.iter().rev().max_by_key(|scope| brings(scope)) else {
            continue;
        };
        let others = members.iter().filter(|scope| *scope != stays);
        excluded.extend(others.map(|scope| Excluded {
            scope: scope.clone(),
            by: stays.clone(),
            evidence: exclusion.evidence.clone(),
        }));
    }
    excluded
}

fn names(names: impl Iterator<Item = String>) -> Vec<String> {
    // What is no name by PEP 508 could be an option of uv.
    let is_name = |name: &String| name.starts_with(|first: char| first.is_ascii_alphanumeric());
    let mut names = names.filter(is_name).collect::<Vec<_>>();
    names.sort();
    names.dedup();
    names
}

fn folder(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

/// The packages of the platform's first package manager; which of Linux's managers is there is
/// found out when they are installed.
fn system_packages(config: &Config, platform: Platform) -> Vec<String> {
    use dhtl_project_model::OperatingSystem::{Darwin, Linux, Windows};
    let Some(platform_deps) = &config.platform_deps else {
        return Vec::new();
    };
    match platform.operating_system {
        Darwin => platform_deps
            .darwin
            .as_ref()
            .map(|darwin| darwin.brew.clone()),
        Linux => platform_deps.linux.as_ref().map(|linux| linux.apt.clone()),
        Windows => platform_deps
            .windows
            .as_ref()
            .map(|windows| windows.choco.clone()),
    }
    .unwrap_or_default()
}

/// What the code reads and what `.dhtconfig` lists, by name.
pub(crate) fn env_vars(project: &Project, document: Option<&Document>) -> Vec<EnvVar> {
    let mut env_vars = project.env_vars.clone();
    let template = document.and_then(|document| document.config().env_template.as_ref());
    let Some(template) = template else {
        return env_vars;
    };
    let listed = template
        .required
        .iter()
        .map(|name| (name, true))
        .chain(template.optional.iter().map(|name| (name, false)));
    for (name, required) in listed {
        let key = if required {
            "env_template.required"
        } else {
            "env_template.optional"
        };
        let line = document
            .and_then(|document| document.line_of(key))
            .unwrap_or(1);
        let evidence = Evidence::at(
            dhtl_project_model::config::FILE_NAME,
            line,
            "config-env-template",
        );
        match env_vars.iter_mut().find(|env_var| env_var.name == *name) {
            Some(env_var) => {
                env_var.required = required;
                env_var.evidence.insert(0, evidence);
            }
            None => {
                env_vars.push(EnvVar {
                    name: name.clone(),
                    required,
                    evidence: vec![evidence],
                });
            }
        }
    }
    env_vars.sort_by(|a, b| a.name.cmp(&b.name));
    env_vars
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Exclusion, LockFile, Requirement, RequirementSource};

    use super::*;

    fn requirements(path: &str) -> Declaration {
        Declaration {
            path: path.to_owned(),
            format: DeclarationFormat::Requirements,
            scope: Scope::Runtime,
            requirements: Vec::new(),
        }
    }

    #[track_caller]
    fn check(python: &PythonProject, locks: Locks, expected: Strategy, decided_by: &str) {
        let locks = followed(python, Path::new("nowhere"), locks);
        let (strategy, _) = inferred_strategy(python, &locks);
        assert_eq!(
            (strategy.value, strategy.evidence.path.as_str()),
            (expected, decided_by)
        );
    }

    #[test]
    fn the_best_of_what_is_there_decides() {
        let mut python = PythonProject::default();
        check(&python, Locks::Follow, Strategy::Inferred, ".");
        python.installable = Some(Evidence::file("setup.py", "test"));
        check(&python, Locks::Follow, Strategy::Setup, "setup.py");
        python.declarations = vec![
            requirements("docs/requirements.txt"),
            requirements("requirements.txt"),
        ];
        check(
            &python,
            Locks::Follow,
            Strategy::Requirements,
            "requirements.txt",
        );
        python.installable = Some(Evidence::file("pyproject.toml", "test"));
        check(
            &python,
            Locks::Follow,
            Strategy::Pyproject,
            "pyproject.toml",
        );
        python.locks = vec![
            LockFile {
                path: "uv.lock".into(),
                kind: LockKind::Uv,
            },
            LockFile {
                path: "requirements.lock".into(),
                kind: LockKind::HashedRequirements,
            },
        ];
        check(&python, Locks::Follow, Strategy::UvLock, "uv.lock");
        check(
            &python,
            Locks::Ignore,
            Strategy::Pyproject,
            "pyproject.toml",
        );
        python.locks.remove(0);
        check(
            &python,
            Locks::Follow,
            Strategy::HashedRequirements,
            "requirements.lock",
        );
    }

    #[test]
    fn of_what_excludes_each_other_most_stays() {
        let declared = |name: &str, count: usize| Declaration {
            scope: Scope::Extra(name.to_owned()),
            requirements: vec![requirement(); count],
            ..requirements("pyproject.toml")
        };
        let extra = |name: &str| Scope::Extra(name.to_owned());
        let exclusion = |names: &[&str]| Exclusion {
            members: names.iter().map(|name| extra(name)).collect(),
            evidence: Evidence::file("pyproject.toml", "test"),
        };
        let python = PythonProject {
            installable: Some(Evidence::file("pyproject.toml", "test")),
            declarations: vec![declared("cpu", 1), declared("gpu", 3), declared("x", 1)],
            exclusions: vec![
                exclusion(&["cpu", "gpu"]),
                exclusion(&["cpu", "x"]),
                exclusion(&["x", "unknown"]),
            ],
            ..PythonProject::default()
        };
        let left_out = left_out(&python, None);
        let pairs = left_out.iter().map(|one| (&one.scope, &one.by));
        assert_eq!(pairs.collect::<Vec<_>>(), [(&extra("cpu"), &extra("gpu"))]);
    }

    fn requirement() -> Requirement {
        Requirement {
            text: "a".to_owned(),
            name: None,
            source: RequirementSource::Index,
            editable: false,
            hashes: Vec::new(),
            evidence: Evidence::file("pyproject.toml", "test"),
        }
    }

    #[test]
    fn a_lock_of_uv_without_packages_decides_nothing() {
        let root = tempfile::tempdir().unwrap();
        let lock = |path: &str, kind| LockFile {
            path: path.to_owned(),
            kind,
        };
        let python = PythonProject {
            locks: vec![
                lock("uv.lock", LockKind::Uv),
                lock("poetry.lock", LockKind::Poetry),
            ],
            ..PythonProject::default()
        };
        let strategy = |text: &str| {
            std::fs::write(root.path().join("uv.lock"), text).unwrap();
            let (strategy, _) = strategy(&python, None, root.path(), Locks::Follow).unwrap();
            strategy.value
        };
        assert_eq!(strategy("version = 1\n"), Strategy::ForeignLock);
        let locked = "version = 1\n\n[[package]]\nname = \"demo\"\n";
        assert_eq!(strategy(locked), Strategy::UvLock);
    }

    #[test]
    fn pins_of_examples_do_not_decide_for_the_project() {
        let python = PythonProject {
            declarations: vec![requirements("examples/web/requirements.txt")],
            ..PythonProject::default()
        };
        assert_eq!(requirements_files(&python), [""; 0]);
    }
}
