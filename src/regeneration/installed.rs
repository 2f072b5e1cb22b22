//! What a virtual environment holds, read from its files alone.

use std::fs;
use std::path::{Path, PathBuf};

use dhtl_project_model::DistributionName;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::RegenerationError;
use crate::state::read_regular;
use crate::validation::same_version;

/// A virtual environment as it stands on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Environment {
    /// The exact version of its interpreter, such as `3.11.7`.
    pub(crate) python_version: String,
    /// Its implementation in lower case, such as `cpython`.
    pub(crate) implementation: String,
    /// The folder its distributions are in.
    pub(crate) site_packages: PathBuf,
    /// The distributions, ordered by name.
    pub(crate) distributions: Vec<Distribution>,
}

/// An installed distribution.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Distribution {
    /// Its normalised name.
    pub(crate) name: DistributionName,
    /// Its version.
    pub(crate) version: String,
    /// The name of its `*.dist-info` folder.
    pub(crate) folder: String,
    /// Whether it points into a source folder instead of holding a copy.
    pub(crate) editable: bool,
    /// Whether its wheel was built on this machine and holds native code.
    pub(crate) built_here: bool,
    /// Its files and their hashes, ordered by path; none where it is only remembered.
    #[serde(skip)]
    pub(crate) record: Vec<RecordEntry>,
}

/// A line of a `RECORD` file.
///
/// Source: the specification "Recording installed projects" of the Python packaging guide.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct RecordEntry {
    /// The path, relative to the folder of the distributions.
    pub(crate) path: String,
    /// The hash as it stands there, such as `sha256=…`; empty where there is none.
    pub(crate) hash: String,
}

impl Environment {
    /// Reads the environment in `venv`; none where there is no complete one.
    pub(crate) fn read(venv: &Path) -> Result<Option<Self>, RegenerationError> {
        Self::without_distributions(venv)
            .map(Self::with_distributions)
            .transpose()
    }

    /// The environment in `venv` before anybody has looked at its distributions.
    pub(crate) fn without_distributions(venv: &Path) -> Option<Self> {
        let settings = Settings::read(venv)?;
        Some(Self {
            python_version: settings.version,
            implementation: settings.implementation,
            site_packages: site_packages(venv)?,
            distributions: Vec::new(),
        })
    }

    /// The same with its distributions.
    pub(crate) fn with_distributions(self) -> Result<Self, RegenerationError> {
        let mut distributions = dist_infos(&self.site_packages)?
            .par_iter()
            .filter_map(|dist_info| Distribution::read(dist_info))
            .collect::<Vec<_>>();
        distributions.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.version.cmp(&b.version)));
        Ok(Self {
            distributions,
            ..self
        })
    }

    /// The installed distribution of this name.
    pub(crate) fn distribution(&self, name: &DistributionName) -> Option<&Distribution> {
        self.distributions
            .iter()
            .find(|distribution| distribution.name == *name)
    }

    /// Whether a distribution is installed in this version; in any, where none is named.
    pub(crate) fn has(&self, name: &DistributionName, version: Option<&String>) -> bool {
        self.distribution(name).is_some_and(|installed| {
            version.is_none_or(|version| same_version(version, &installed.version))
        })
    }
}

/// The interpreter of the environment in `venv`: implementation and exact version. None where uv did
/// not make it: others put packages of their own into it, which no lock asks for.
pub(crate) fn interpreter(venv: &Path) -> Option<(String, String)> {
    let settings = Settings::read(venv).filter(|settings| settings.made_by_uv);
    settings.map(|settings| (settings.implementation, settings.version))
}

/// The Python program of an environment, relative to the environment's folder.
pub(crate) const fn program() -> &'static str {
    if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    }
}

/// The folder of the interpreter that the environment in `venv` was made with, and its version.
pub(crate) fn home(venv: &Path) -> Option<(PathBuf, String)> {
    let settings = Settings::read(venv)?;
    Some((settings.home?, settings.version))
}

/// The part of `pyvenv.cfg` that matters here.
struct Settings {
    version: String,
    implementation: String,
    home: Option<PathBuf>,
    made_by_uv: bool,
}

impl Settings {
    fn read(venv: &Path) -> Option<Self> {
        let text = text_of(&venv.join("pyvenv.cfg"))?;
        let value = |wanted: &str| {
            text.lines()
                .filter_map(|line| line.split_once('='))
                .find(|(key, _)| key.trim() == wanted)
                .map(|(_, value)| value.trim().to_owned())
        };
        // `python -m venv` writes `version`, uv and virtualenv write `version_info`.
        let version = value("version_info").or_else(|| value("version"))?;
        let release = version.split('.').take(3).collect::<Vec<_>>().join(".");
        let implementation = value("implementation").unwrap_or_else(|| "cpython".to_owned());
        let program = venv.join(program());
        // A dangling link means that the interpreter was removed: the environment is not usable.
        program.exists().then(|| Self {
            version: release,
            implementation: implementation.to_ascii_lowercase(),
            home: value("home").map(PathBuf::from),
            made_by_uv: value("uv").is_some(),
        })
    }
}

/// The folder of the distributions in `venv`; none where there is none.
pub(crate) fn site_packages(venv: &Path) -> Option<PathBuf> {
    let windows = venv.join("Lib/site-packages");
    if cfg!(windows) && windows.is_dir() {
        return Some(windows);
    }
    let mut found = fs::read_dir(venv.join("lib"))
        .ok()?
        .flatten()
        .map(|entry| entry.path().join("site-packages"))
        .filter(|folder| folder.is_dir())
        .collect::<Vec<_>>();
    found.sort();
    found.into_iter().next()
}

fn dist_infos(site_packages: &Path) -> Result<Vec<PathBuf>, RegenerationError> {
    let failed = || RegenerationError::io("read", site_packages);
    let mut folders = Vec::new();
    for entry in fs::read_dir(site_packages).map_err(failed())? {
        let path = entry.map_err(failed())?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "dist-info")
        {
            folders.push(path);
        }
    }
    Ok(folders)
}

impl Distribution {
    fn read(dist_info: &Path) -> Option<Self> {
        let metadata = text_of(&dist_info.join("METADATA"))?;
        let field = |name: &str| {
            metadata
                .lines()
                .take_while(|line| !line.is_empty())
                .filter_map(|line| line.split_once(':'))
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.trim().to_owned())
        };
        let direct_url = text_of(&dist_info.join("direct_url.json"));
        let wheel = text_of(&dist_info.join("WHEEL")).unwrap_or_default();
        let record = text_of(&dist_info.join("RECORD")).unwrap_or_default();
        Some(Self {
            name: DistributionName::new(&field("Name")?),
            version: field("Version")?,
            folder: folder_name(dist_info),
            editable: direct_url.is_some_and(|text| is_editable(&text)),
            built_here: is_built_here(&wheel),
            record: record_entries(&record),
        })
    }

    /// The same with its `RECORD`, where it was only remembered.
    pub(crate) fn with_record(&self, site_packages: &Path) -> Self {
        let mut whole = self.clone();
        if whole.record.is_empty() {
            let record = text_of(&site_packages.join(&self.folder).join("RECORD"));
            whole.record = record_entries(&record.unwrap_or_default());
        }
        whole
    }

    /// What is left of a distribution that lost its `METADATA`, by the name of its folder and its
    /// `RECORD`.
    pub(crate) fn broken(dist_info: &Path) -> Option<Self> {
        let folder = folder_name(dist_info);
        let (name, version) = folder.strip_suffix(".dist-info")?.rsplit_once('-')?;
        let record = text_of(&dist_info.join("RECORD")).unwrap_or_default();
        Some(Self {
            name: DistributionName::new(name),
            version: version.to_owned(),
            editable: false,
            built_here: false,
            record: record_entries(&record),
            folder,
        })
    }
}

fn folder_name(dist_info: &Path) -> String {
    let name = dist_info.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

fn text_of(path: &Path) -> Option<String> {
    let bytes = read_regular(path).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Source: `direct_url.json`, PEP 610.
fn is_editable(direct_url: &str) -> bool {
    serde_json::from_str::<serde_json::Value>(direct_url).is_ok_and(|value| {
        value
            .pointer("/dir_info/editable")
            .and_then(serde_json::Value::as_bool)
            == Some(true)
    })
}

/// Package indexes refuse the plain `linux_*` platform tags, so only a build on the spot has one
/// (PEP 513, PEP 600).
fn is_built_here(wheel: &str) -> bool {
    wheel.lines().any(|line| {
        line.strip_prefix("Tag:").is_some_and(|tag| {
            tag.trim()
                .rsplit('-')
                .next()
                .is_some_and(|platform| platform.starts_with("linux_"))
        })
    })
}

fn record_entries(record: &str) -> Vec<RecordEntry> {
    let mut entries = record.lines().filter_map(record_entry).collect::<Vec<_>>();
    entries.sort();
    entries
}

fn record_entry(line: &str) -> Option<RecordEntry> {
    let mut fields = line.trim_end().rsplitn(3, ',');
    let (_size, hash, path) = (fields.next()?, fields.next()?, fields.next()?);
    let path = match path
        .strip_prefix('"')
        .and_then(|path| path.strip_suffix('"'))
    {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => path.to_owned(),
    };
    Some(RecordEntry {
        path: path.replace('\\', "/"),
        hash: hash.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_record_line_may_hold_commas_in_quotes() {
        assert_eq!(
            record_entry("\"a,\"\"b\"\".py\",sha256=xyz,12"),
            Some(RecordEntry {
                path: "a,\"b\".py".into(),
                hash: "sha256=xyz".into()
            })
        );
    }

    #[test]
    fn only_a_plain_linux_tag_means_built_here() {
        assert!(is_built_here(
            "Wheel-Version: 1.0\nTag: cp311-cp311-linux_x86_64\n"
        ));
        assert!(!is_built_here("Tag: cp311-cp311-manylinux_2_17_x86_64\n"));
        assert!(!is_built_here("Tag: py3-none-any\n"));
    }

    #[test]
    fn a_folder_without_settings_is_no_environment() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Environment::read(folder.path()).unwrap(), None);
    }

    proptest! {
        #[test]
        fn odd_record_lines_do_not_panic(text: String) {
            record_entries(&text);
        }
    }
}
