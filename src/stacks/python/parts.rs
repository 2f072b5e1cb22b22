//! The folders of a project that are Python projects of their own.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use dhtl_detection::formats::ini::IniFile;
use dhtl_detection::formats::toml::TomlFile;
use dhtl_project_model::{Evidence, FileClass, Origin, PythonProject, Scope};

use crate::places;
use crate::sources::Sources;

/// A folder with Python code, and what it declares.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// The folder, relative to the root.
    pub(super) folder: String,
    /// What makes it one.
    pub(super) evidence: Evidence,
    /// Its files, all languages, ordered by path.
    pub(super) files: Vec<&'a str>,
    /// Its `pyproject.toml`.
    pub(super) pyproject: Option<TomlFile>,
    /// Its `Pipfile`.
    pub(super) pipfile: Option<TomlFile>,
    /// Its `setup.cfg`.
    pub(super) setup_cfg: Option<IniFile>,
    /// The distributions it declares for its run time, by name, with what follows the name.
    pub(super) declared: BTreeMap<String, (String, Evidence)>,
    /// Those that it declares for anything else.
    pub(super) for_development: BTreeSet<String>,
}

/// Files that make their folder a Python project, the most telling first.
const MANIFESTS: [&str; 9] = [
    "pyproject.toml",
    "setup.py",
    "Pipfile",
    "requirements.txt",
    "setup.cfg",
    "environment.yml",
    "environment.yaml",
    "manage.py",
    "scrapy.cfg",
];

/// How many of them start something, and declare nothing.
const STARTERS: usize = 2;

/// Files that start something where nothing declares anything.
const LOOSE: [&str; 8] = [
    "main.py",
    "app.py",
    "bot.py",
    "server.py",
    "run.py",
    "wsgi.py",
    "__main__.py",
    "index.py",
];

/// Folders of requirements and tools rather than of code that is run.
const ASIDE: [&str; 8] = [
    "ci",
    "requirements",
    "reqs",
    "scripts",
    "script",
    "tools",
    "hack",
    "utils",
];

impl<'a> Part<'a> {
    /// The parts of a project, ordered by folder.
    pub(super) fn all(sources: &Sources<'a>, python: &PythonProject) -> Vec<Self> {
        let folders = folders(sources, python);
        let mut parts: Vec<Self> = folders
            .iter()
            .map(|(folder, evidence)| Self {
                folder: folder.clone(),
                evidence: evidence.clone(),
                files: Vec::new(),
                pyproject: toml(sources, folder, "pyproject.toml"),
                pipfile: toml(sources, folder, "Pipfile"),
                setup_cfg: setup_cfg(sources, folder),
                declared: BTreeMap::new(),
                for_development: BTreeSet::new(),
            })
            .collect();
        let indices: HashMap<String, usize> = parts
            .iter()
            .enumerate()
            .map(|(index, part)| (part.folder.clone(), index))
            .collect();
        let owner = |path: &str| ancestors(path).find_map(|folder| indices.get(folder).copied());
        // Files of one folder follow each other, so the answer is kept from file to file.
        let mut last: Option<(&str, Option<usize>)> = None;
        for file in &sources.tree.files {
            let folder = places::folder(&file.path);
            let index = match last {
                Some((known, index)) if known == folder => index,
                _ => owner(&file.path),
            };
            last = Some((folder, index));
            if let Some(index) = index {
                parts[index].files.push(&file.path);
            }
        }
        parts.retain(|part| part.is_own(sources));
        for declaration in &python.declarations {
            let folder = ancestors(&declaration.path)
                .find(|folder| parts.iter().any(|part| part.folder == *folder));
            let Some(part) = parts
                .iter_mut()
                .find(|part| Some(part.folder.as_str()) == folder)
            else {
                continue;
            };
            for requirement in &declaration.requirements {
                let Some(name) = &requirement.name else {
                    continue;
                };
                if declaration.scope == Scope::Runtime {
                    let rest = requirement.text.clone();
                    part.declared
                        .entry(name.to_string())
                        .or_insert_with(|| (rest, requirement.evidence.clone()));
                } else {
                    part.for_development.insert(name.to_string());
                }
            }
        }
        parts
    }

    /// Whether there is more to it than the settings of tools, or the list of a workspace: code, and
    /// something that declares or starts it.
    fn is_own(&self, sources: &Sources<'_>) -> bool {
        let is_declared = [
            "requirements.txt",
            "setup.py",
            "Pipfile",
            "manage.py",
            "scrapy.cfg",
        ]
        .iter()
        .chain(&LOOSE)
        .chain(&["environment.yml", "environment.yaml"])
        .any(|name| self.has(name));
        let names_itself = self.pyproject.as_ref().is_some_and(|file| {
            file.get(&["project"]).is_some() || file.get(&["tool", "poetry"]).is_some()
        });
        if is_declared || names_itself {
            return true;
        }
        let is_workspace = self
            .pyproject
            .as_ref()
            .is_some_and(|file| file.get(&["tool", "uv", "workspace"]).is_some());
        let language = sources.project.languages.first();
        let is_main =
            language.is_some_and(|language| language.value == dhtl_project_model::Language::Python);
        let has_code = self.files.iter().any(|path| {
            let is_code = places::is_python(path) || places::is_notebook(path);
            is_code
                && !is_aside(path)
                && !places::is_foreign(path)
                && !places::is_documentation(path)
        });
        self.folder == "." && is_main && has_code && !is_workspace
    }

    /// Whether the part has this file; `name` is relative to its folder.
    pub(super) fn has(&self, name: &str) -> bool {
        let path = places::inside(&self.folder, name);
        self.files.binary_search(&path.as_str()).is_ok()
    }

    /// Whether there is a file of Python in a folder, at any depth; it is relative to that of the part.
    pub(super) fn has_code_below(&self, folder: &str) -> bool {
        let prefix = format!("{}/", places::inside(&self.folder, folder));
        let first = self.files.partition_point(|file| *file < prefix.as_str());
        self.files[first..]
            .iter()
            .take_while(|file| file.starts_with(&prefix))
            .any(|file| places::is_python(file))
    }

    /// Whether any of these distributions is declared for the run time.
    pub(super) fn declares(&self, names: &[&str]) -> bool {
        names.iter().any(|name| self.declared.contains_key(*name))
    }

    /// Whether a file belongs to this part.
    pub(super) fn owns(&self, path: &str) -> bool {
        self.files.binary_search(&path).is_ok()
    }

    /// The path of a file as seen from the folder of the part.
    pub(super) fn relative<'path>(&self, path: &'path str) -> &'path str {
        places::relative(path, &self.folder).unwrap_or(path)
    }
}

fn toml(sources: &Sources<'_>, folder: &str, name: &str) -> Option<TomlFile> {
    let path = places::inside(folder, name);
    let text = sources.text(&path)?;
    // What cannot be parsed is a problem that detection has reported.
    TomlFile::parse(&path, text).ok()
}

fn setup_cfg(sources: &Sources<'_>, folder: &str) -> Option<IniFile> {
    let path = places::inside(folder, "setup.cfg");
    let text = sources.text(&path)?;
    Some(IniFile::parse(&path, &text))
}

/// Whether a `setup.py` below the root is one of setuptools, and not a module of that name.
fn is_setup(sources: &Sources<'_>, path: &str) -> bool {
    path == "setup.py"
        || sources.text(path).is_some_and(|text| {
            ["setuptools", "distutils", "skbuild"]
                .iter()
                .any(|word| text.contains(word))
        })
}

/// The folders of the parts, with what makes each one.
fn folders(sources: &Sources<'_>, python: &PythonProject) -> BTreeMap<String, Evidence> {
    let mut found: BTreeMap<String, (usize, Evidence)> = BTreeMap::new();
    let mut with_code: HashSet<&str> = HashSet::new();
    for file in &sources.tree.files {
        let path = file.path.as_str();
        // Most files end in another letter than all that matters here.
        if !path.ends_with(['e', 'g', 'l', 't', 'y']) {
            continue;
        }
        let name = places::file_name(path);
        if places::is_python(name) && !matches!(name, "setup.py" | "conf.py" | "noxfile.py") {
            for folder in ancestors(path) {
                if !with_code.insert(folder) {
                    break;
                }
            }
        }
        let Some(rank) = MANIFESTS.iter().position(|manifest| *manifest == name) else {
            continue;
        };
        if places::is_foreign(path) || places::is_documentation(path) || is_aside(path) {
            continue;
        }
        if name == "setup.py" && !is_setup(sources, path) {
            continue;
        }
        let evidence = Evidence::file(path, "python-manifest");
        let entry = found.entry(places::folder(path).to_owned());
        let known = entry.or_insert((rank, evidence.clone()));
        if rank < known.0 {
            *known = (rank, evidence);
        }
    }
    found.retain(|folder, (rank, evidence)| {
        with_code.contains(folder.as_str()) || (*rank < 4 && is_project(sources, &evidence.path))
    });
    let starters = MANIFESTS.len() - STARTERS;
    let declaring: BTreeSet<String> = found
        .iter()
        .filter(|(_, (rank, _))| *rank < starters)
        .map(|(folder, _)| folder.clone())
        .collect();
    // What starts Django belongs to whoever declares it.
    found.retain(|folder, (rank, _)| {
        *rank < starters
            || !ancestors(&format!("{folder}/x")).any(|outer| declaring.contains(outer))
    });
    let mut folders: BTreeMap<String, Evidence> = found
        .into_iter()
        .map(|(folder, (_, evidence))| (folder, evidence))
        .collect();
    if folders.is_empty()
        && let Some(evidence) = loose(sources, python)
    {
        folders.insert(".".to_owned(), evidence);
    }
    folders
}

/// Whether a manifest without code beside it still makes a project: a `pyproject.toml` that only
/// configures tools makes none.
fn is_project(sources: &Sources<'_>, path: &str) -> bool {
    if !path.ends_with("pyproject.toml") {
        return false;
    }
    let Some(text) = sources.text(path) else {
        return false;
    };
    TomlFile::parse(path, text).is_ok_and(|file| {
        file.get(&["project"]).is_some() || file.get(&["tool", "poetry"]).is_some()
    })
}

fn is_aside(path: &str) -> bool {
    let folder = places::folder(path);
    folder.split('/').any(|part| ASIDE.contains(&part))
}

fn ancestors(path: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(places::folder(path)), |inner| {
        (*inner != ".").then(|| places::folder(inner))
    })
}

/// What shows that the root is a Python project where nothing declares one: a file that something
/// starts from, or Python as the language of most files.
fn loose(sources: &Sources<'_>, python: &PythonProject) -> Option<Evidence> {
    if let Some(name) = LOOSE.iter().find(|name| sources.tree.contains(name)) {
        return Some(Evidence::file(*name, "python-entry-file"));
    }
    let language = sources.project.languages.first()?;
    if language.value != dhtl_project_model::Language::Python {
        return None;
    }
    let own = python
        .imports
        .iter()
        .filter(|import| import.origin != Origin::Own)
        .flat_map(|import| &import.sites)
        .find(|site| matches!(site.class, FileClass::Package | FileClass::Scripts));
    let path = match own {
        Some(site) => site.path.clone(),
        None => language.evidence.path.clone(),
    };
    Some(Evidence::file(path, "python-files"))
}
