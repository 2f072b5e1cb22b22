//! The files that say what a project is, each parsed once.

use dhtl_project_model::Problem;

use crate::formats::ini::IniFile;
use crate::formats::toml::TomlFile;
use crate::formats::yaml;
use crate::paths;
use crate::setup_py::{self, SetupPy};
use crate::threads::map;
use crate::tree::Tree;

/// Every manifest of the project and its sub-projects, ordered by path.
#[derive(Debug)]
pub(crate) struct Manifests<'a> {
    /// The files they were found among.
    pub(crate) tree: &'a Tree,
    /// `pyproject.toml`.
    pub(crate) pyprojects: Vec<TomlFile>,
    /// `Pipfile`.
    pub(crate) pipfiles: Vec<TomlFile>,
    /// `hatch.toml`.
    pub(crate) hatch_tomls: Vec<TomlFile>,
    /// `tox.toml`.
    pub(crate) tox_tomls: Vec<TomlFile>,
    /// `setup.cfg`.
    pub(crate) setup_cfgs: Vec<IniFile>,
    /// `setup.py`.
    pub(crate) setup_pys: Vec<SetupPy>,
    /// `tox.ini`.
    pub(crate) tox_inis: Vec<IniFile>,
    /// `environment.yml` and its variants.
    pub(crate) conda_environments: Vec<YamlFile>,
    /// What could not be parsed.
    pub(crate) problems: Vec<Problem>,
}

/// A parsed YAML file.
#[derive(Debug)]
pub(crate) struct YamlFile {
    /// The path relative to the root of the project.
    pub(crate) path: String,
    /// Its first document.
    pub(crate) root: yaml::Node,
}

impl<'a> Manifests<'a> {
    /// Reads the manifests among the files of `tree`; what belongs to somebody else is left out.
    pub(crate) fn read(tree: &'a Tree) -> Self {
        let kinds: Vec<(&str, Kind)> = tree
            .files
            .iter()
            .filter_map(|file| Some((file.path.as_str(), Kind::of(&file.path)?)))
            .filter(|(path, _)| !paths::is_foreign(path))
            .collect();
        let parsed = map(kinds, |(path, kind)| parse(tree, path, kind));
        let mut manifests = Self {
            tree,
            pyprojects: Vec::new(),
            pipfiles: Vec::new(),
            hatch_tomls: Vec::new(),
            tox_tomls: Vec::new(),
            setup_cfgs: Vec::new(),
            setup_pys: Vec::new(),
            tox_inis: Vec::new(),
            conda_environments: Vec::new(),
            problems: Vec::new(),
        };
        for parsed in parsed {
            match parsed {
                Ok(parsed) => manifests.add(parsed),
                Err(problem) => manifests.problems.push(problem),
            }
        }
        manifests
    }

    /// The parsed `pyproject.toml` of a folder.
    pub(crate) fn pyproject(&self, folder: &str) -> Option<&TomlFile> {
        self.pyprojects
            .iter()
            .find(|file| paths::folder(&file.path) == folder)
    }

    /// The parsed `setup.cfg` of a folder.
    pub(crate) fn setup_cfg(&self, folder: &str) -> Option<&IniFile> {
        self.setup_cfgs
            .iter()
            .find(|file| paths::folder(&file.path) == folder)
    }

    /// What the `setup.py` of a folder says.
    pub(crate) fn setup_py(&self, folder: &str) -> Option<&SetupPy> {
        self.setup_pys
            .iter()
            .find(|file| paths::folder(&file.path) == folder)
    }

    fn add(&mut self, parsed: Parsed) {
        match parsed {
            Parsed::Toml(Kind::Pipfile, file) => self.pipfiles.push(*file),
            Parsed::Toml(Kind::HatchToml, file) => self.hatch_tomls.push(*file),
            Parsed::Toml(Kind::ToxToml, file) => self.tox_tomls.push(*file),
            Parsed::Toml(_, file) => self.pyprojects.push(*file),
            Parsed::Ini(Kind::ToxIni, file) => self.tox_inis.push(file),
            Parsed::Ini(_, file) => self.setup_cfgs.push(file),
            Parsed::Python(file) => self.setup_pys.push(*file),
            Parsed::Yaml(file) => self.conda_environments.extend(file),
        }
    }
}

#[derive(Debug, Clone, Copy)]
enum Kind {
    Pyproject,
    Pipfile,
    HatchToml,
    ToxToml,
    SetupPy,
    SetupCfg,
    ToxIni,
    CondaEnvironment,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        Some(match paths::file_name(path) {
            "pyproject.toml" => Self::Pyproject,
            "Pipfile" => Self::Pipfile,
            "hatch.toml" => Self::HatchToml,
            "tox.toml" => Self::ToxToml,
            "setup.py" => Self::SetupPy,
            "setup.cfg" => Self::SetupCfg,
            "tox.ini" => Self::ToxIni,
            name if is_conda_environment(name) => Self::CondaEnvironment,
            _ => return None,
        })
    }
}

fn is_conda_environment(name: &str) -> bool {
    let stem = name
        .strip_suffix(".yml")
        .or_else(|| name.strip_suffix(".yaml"));
    stem.is_some_and(|stem| {
        stem.split(['-', '_', '.'])
            .any(|part| matches!(part, "environment" | "conda" | "env"))
    })
}

enum Parsed {
    Toml(Kind, Box<TomlFile>),
    Ini(Kind, IniFile),
    Python(Box<SetupPy>),
    Yaml(Option<YamlFile>),
}

fn parse(tree: &Tree, path: &str, kind: Kind) -> Result<Parsed, Problem> {
    let text = tree.text(path)?;
    Ok(match kind {
        Kind::Pyproject | Kind::Pipfile | Kind::HatchToml | Kind::ToxToml => {
            Parsed::Toml(kind, Box::new(TomlFile::parse(path, text)?))
        }
        Kind::SetupPy => Parsed::Python(Box::new(setup_py::read(tree, path, &text)?)),
        Kind::SetupCfg | Kind::ToxIni => Parsed::Ini(kind, IniFile::parse(path, &text)),
        Kind::CondaEnvironment => Parsed::Yaml(yaml::parse(path, &text)?.map(|root| YamlFile {
            path: path.to_owned(),
            root,
        })),
    })
}
