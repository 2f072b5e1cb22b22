//! Who installs the packages of a Python project, and how.
//!
//! Sources: the manuals of uv (`uv sync`), poetry (`poetry install`), PDM (`pdm sync`), pipenv
//! (`pipenv install --deploy`), pip, conda and pixi.

use dhtl_project_model::stack::PackageManagerUse;
use dhtl_project_model::{Evidence, Found};

use super::modules::is_installable;
use super::parts::Part;
use crate::places;
use crate::sources::Sources;

/// Who installs the packages of a part, and what is typed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Installer {
    /// Who.
    pub(super) manager: PackageManagerUse,
    /// The command, typed in the folder of the part.
    pub(super) command: Found<String>,
}

/// The lock files, in the order in which environments are made of them, with whose they are.
const LOCKS: [(&str, &str); 7] = [
    ("uv.lock", "uv"),
    ("pylock.toml", "uv"),
    ("poetry.lock", "poetry"),
    ("pdm.lock", "pdm"),
    ("Pipfile.lock", "pipenv"),
    ("pixi.lock", "pixi"),
    ("conda-lock.yml", "conda"),
];

/// Requirements files of the run time, the most telling first.
const REQUIREMENTS: [&str; 10] = [
    "requirements.txt",
    "requirements/production.txt",
    "requirements/prod.txt",
    "requirements-prod.txt",
    "requirements/base.txt",
    "requirements/common.txt",
    "requirements/main.txt",
    "requirements/requirements.txt",
    "requirements/default.txt",
    "requirement.txt",
];

/// Makes `install` put the part itself on the path, where it only installs a list of requirements: what
/// is imported or typed is the package, and it declares what it needs itself.
pub(super) fn install_itself(part: &Part<'_>, installer: &Installer, install: &mut Found<String>) {
    let is_list = installer.manager.evidence.rule == "requirements-file";
    let Some(path) = ["pyproject.toml", "setup.py"]
        .iter()
        .find(|name| part.has(name))
    else {
        return;
    };
    if is_list && is_installable(part) {
        *install = Found {
            value: "pip install .".to_owned(),
            evidence: Evidence::file(places::inside(&part.folder, path), "python-package"),
        };
    }
}

/// The installer of a part; none where it declares nothing.
pub(super) fn of(part: &Part<'_>, sources: &Sources<'_>) -> Option<Installer> {
    let (name, lock, evidence) = who(part, sources)?;
    let version = version(part, sources, name, lock.as_deref());
    let command = Found {
        value: command(part, sources, name, lock.as_deref()),
        evidence: evidence.clone(),
    };
    Some(Installer {
        manager: PackageManagerUse {
            name: name.to_owned(),
            version,
            lock,
            evidence,
        },
        command,
    })
}

fn who(part: &Part<'_>, sources: &Sources<'_>) -> Option<(&'static str, Option<String>, Evidence)> {
    for (file, name) in LOCKS {
        if part.has(file) {
            let path = places::inside(&part.folder, file);
            let evidence = Evidence::file(&path, "python-lock");
            return Some((name, Some(path), evidence));
        }
    }
    if let Some(lock) = workspace_lock(part, sources) {
        let evidence = Evidence::file(&lock, "python-workspace-lock");
        return Some(("uv", Some(lock), evidence));
    }
    if let Some(file) = &part.pyproject {
        for (keys, name) in [
            (["tool", "uv"], "uv"),
            (["tool", "poetry"], "poetry"),
            (["tool", "pdm"], "pdm"),
            (["tool", "pixi"], "pixi"),
        ] {
            if let Some(node) = file.get(&keys)
                && !(part.has("requirements.txt") && name == "pdm")
            {
                return Some((name, None, node.evidence("pyproject-tool")));
            }
        }
        let backend = file.get(&["build-system", "build-backend"]);
        let of_backend = backend.and_then(|node| {
            let name = match node.as_str()? {
                "uv_build" => "uv",
                "poetry.core.masonry.api" => "poetry",
                "pdm.backend" => "pdm",
                _ => return None,
            };
            Some((name, None, node.evidence("build-backend")))
        });
        if let Some(found) = of_backend.filter(|_| !part.has("requirements.txt")) {
            return Some(found);
        }
        if let Some(node) = file.get(&["tool", "hatch", "envs"])
            && !part.has("requirements.txt")
        {
            return Some(("hatch", None, node.evidence("pyproject-tool")));
        }
    }
    if part.has("Pipfile") {
        let path = places::inside(&part.folder, "Pipfile");
        return Some(("pipenv", None, Evidence::file(path, "pipfile")));
    }
    if let Some(path) = requirements_file(part) {
        let path = places::inside(&part.folder, path);
        return Some(("pip", None, Evidence::file(path, "requirements-file")));
    }
    let is_package = is_installable(part) && declares_dependencies(part);
    for file in ["environment.yml", "environment.yaml"] {
        if part.has(file) && !is_package {
            let path = places::inside(&part.folder, file);
            return Some(("conda", None, Evidence::file(path, "conda-environment")));
        }
    }
    let declares = ["project", "build-system"].iter().any(|key| {
        let file = part.pyproject.as_ref();
        file.is_some_and(|file| file.get(&[key]).is_some())
    });
    let file = match (declares, part.has("setup.py")) {
        (true, _) => "pyproject.toml",
        (false, true) => "setup.py",
        (false, false) => return None,
    };
    let path = places::inside(&part.folder, file);
    Some(("pip", None, Evidence::file(path, "python-package")))
}

/// The `uv.lock` of the uv workspace that a part is a member of.
fn workspace_lock(part: &Part<'_>, sources: &Sources<'_>) -> Option<String> {
    let python = sources.project.python.as_ref()?;
    let is_member = python
        .sub_projects
        .iter()
        .any(|project| project.workspace_member && project.path == part.folder);
    (is_member && sources.tree.contains("uv.lock")).then(|| "uv.lock".to_owned())
}

pub(super) fn requirements_file(part: &Part<'_>) -> Option<&'static str> {
    REQUIREMENTS.into_iter().find(|name| part.has(name))
}

/// The version that something pins: a file of a version manager, the settings of the manager, or
/// the line at the top of its lock that says what wrote it.
fn version(
    part: &Part<'_>,
    sources: &Sources<'_>,
    name: &str,
    lock: Option<&str>,
) -> Option<Found<String>> {
    let folders = std::iter::successors(Some(part.folder.as_str()), |inner| {
        (*inner != ".").then(|| places::folder(inner))
    });
    for folder in folders {
        let path = places::inside(folder, ".tool-versions");
        let text = sources.text(&path).unwrap_or_default();
        for (line, content) in (1..).zip(text.lines()) {
            let mut words = content.split_whitespace();
            if words.next() == Some(name)
                && let Some(version) = words.next()
            {
                return Some(Found {
                    value: version.to_owned(),
                    evidence: Evidence::at(path, line, "tool-versions"),
                });
            }
        }
    }
    let setting = part.pyproject.as_ref().and_then(|file| {
        file.get(&["tool", "uv", "required-version"])
            .filter(|_| name == "uv")
            .or_else(|| file.get(&["tool", "poetry", "requires-poetry"]))
    });
    if let Some(node) = setting
        && let Some(text) = node.as_str()
    {
        let exact = text.trim_start_matches('=').trim();
        if exact.starts_with(|first: char| first.is_ascii_digit()) {
            return Some(Found {
                value: exact.to_owned(),
                evidence: node.evidence("required-version"),
            });
        }
    }
    written_by(sources, lock?)
}

/// `# This file is automatically @generated by Poetry 1.8.2 and should not be changed by hand.`
fn written_by(sources: &Sources<'_>, lock: &str) -> Option<Found<String>> {
    if !lock.ends_with("poetry.lock") {
        return None;
    }
    let text = sources.text(lock)?;
    let first = text.lines().next()?;
    let version = first
        .split_once("by Poetry ")?
        .1
        .split_whitespace()
        .next()?;
    version
        .starts_with(|first: char| first.is_ascii_digit())
        .then(|| Found {
            value: version.to_owned(),
            evidence: Evidence::at(lock, 1, "lock-written-by"),
        })
}

fn command(part: &Part<'_>, sources: &Sources<'_>, name: &str, lock: Option<&str>) -> String {
    let has_lock = lock.is_some();
    match name {
        "uv" if lock.is_some_and(|lock| lock.ends_with("pylock.toml")) => {
            "uv pip sync pylock.toml".to_owned()
        }
        "uv" if has_lock => "uv sync --locked --no-dev".to_owned(),
        "uv" if part.has("requirements.txt") && !declares_dependencies(part) => {
            "uv pip install -r requirements.txt".to_owned()
        }
        "uv" => "uv sync --no-dev".to_owned(),
        "poetry" => {
            let root = if is_installable(part) {
                ""
            } else {
                " --no-root"
            };
            format!("poetry install --only main{root} --no-interaction")
        }
        "pdm" if has_lock => "pdm sync --prod".to_owned(),
        "pdm" => "pdm install --prod".to_owned(),
        "pipenv" if has_lock => "pipenv install --deploy".to_owned(),
        "pipenv" => "pipenv install".to_owned(),
        "pixi" if has_lock => "pixi install --locked".to_owned(),
        "pixi" => "pixi install".to_owned(),
        "conda" if has_lock => "conda-lock install conda-lock.yml".to_owned(),
        "conda" => {
            let yml = part.has("environment.yml");
            let file = if yml {
                "environment.yml"
            } else {
                "environment.yaml"
            };
            format!("conda env create --file {file}")
        }
        "hatch" => "pip install .".to_owned(),
        _ => pip(part, sources),
    }
}

fn pip(part: &Part<'_>, sources: &Sources<'_>) -> String {
    let Some(file) = requirements_file(part) else {
        return "pip install .".to_owned();
    };
    let path = places::inside(&part.folder, file);
    let is_hashed = sources
        .project
        .python
        .as_ref()
        .is_some_and(|python| python.locks.iter().any(|lock| lock.path == path));
    let hashes = if is_hashed { "--require-hashes " } else { "" };
    format!("pip install {hashes}-r {file}")
}

fn declares_dependencies(part: &Part<'_>) -> bool {
    part.pyproject
        .as_ref()
        .is_some_and(|file| file.get(&["project", "dependencies"]).is_some())
}
