//! What a project has already: tools that it has configured, services that check it.

use std::fs;
use std::path::Path;

use dhtl_project_model::{DistributionName, FileClass, Project, PythonProject, RequirementSource};

/// The largest configuration file that is looked into.
const LARGEST: u64 = 1 << 20;

/// What is known of a project before something is proposed.
pub(super) struct Survey<'a> {
    /// The project.
    pub(super) project: &'a Project,
    /// Its Python side.
    pub(super) python: &'a PythonProject,
    /// The distributions that are added to its group `dev`.
    pub(super) added: Vec<String>,
}

/// A program that checks code or its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Checker {
    Ruff,
    RuffFormat,
    Black,
    Isort,
    Flake8,
}

impl Checker {
    /// The distribution it is in.
    pub(super) fn distribution(self) -> &'static str {
        match self {
            Self::Ruff | Self::RuffFormat => "ruff",
            Self::Black => "black",
            Self::Isort => "isort",
            Self::Flake8 => "flake8",
        }
    }
}

impl Survey<'_> {
    /// Whether the root has `path`, whatever it is.
    pub(super) fn has(&self, path: &str) -> bool {
        self.project.root.join(path).symlink_metadata().is_ok()
    }

    /// The text of a file in the root; empty where there is none, or none that could be one.
    pub(super) fn text(&self, path: &str) -> String {
        let path = self.project.root.join(path);
        let is_small = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= LARGEST;
        if !fs::metadata(&path).is_ok_and(is_small) {
            return String::new();
        }
        String::from_utf8_lossy(&fs::read(path).unwrap_or_default()).into_owned()
    }

    /// The checkers that the project has configured, and no others: what a project has never been
    /// checked with, it would not pass.
    pub(super) fn checkers(&self) -> Vec<Checker> {
        let pyproject = self.text("pyproject.toml");
        let setup_cfg = self.text("setup.cfg");
        let tox = self.text("tox.ini");
        let section = |text: &str, name: &str| {
            text.lines().map(str::trim).any(|line| {
                let inner = line
                    .strip_prefix('[')
                    .and_then(|line| line.strip_prefix(name));
                inner.is_some_and(|rest| rest.starts_with([']', '.']))
            })
        };
        let ruff =
            section(&pyproject, "tool.ruff") || self.has("ruff.toml") || self.has(".ruff.toml");
        let ruff_toml = self.text("ruff.toml") + &self.text(".ruff.toml");
        let ruff_format = section(&pyproject, "tool.ruff.format") || section(&ruff_toml, "format");
        let flake8 =
            self.has(".flake8") || section(&setup_cfg, "flake8") || section(&tox, "flake8");
        let isort = self.has(".isort.cfg")
            || section(&pyproject, "tool.isort")
            || section(&setup_cfg, "isort");
        let found = [
            (ruff, Checker::Ruff),
            (ruff_format, Checker::RuffFormat),
            (section(&pyproject, "tool.black"), Checker::Black),
            (isort, Checker::Isort),
            (flake8, Checker::Flake8),
        ];
        let configured = found
            .into_iter()
            .filter(|(is_configured, _)| *is_configured);
        configured.map(|(_, checker)| checker).collect()
    }

    /// How some file of the project asks for a distribution, with its version where that is plain.
    pub(super) fn declared(&self, distribution: &str) -> Option<String> {
        if self.added.iter().any(|added| added == distribution) {
            return Some(distribution.to_owned());
        }
        let name = DistributionName::new(distribution);
        let declarations = self.python.declarations.iter();
        let mut requirements = declarations.flat_map(|declaration| &declaration.requirements);
        let requirement = requirements.find(|requirement| {
            requirement.name.as_ref() == Some(&name)
                && requirement.source == RequirementSource::Index
        })?;
        let text = requirement.text.split(';').next().unwrap_or_default();
        Some(text.split_whitespace().collect())
    }

    /// Whether tests of the project import `module`.
    pub(super) fn tests_import(&self, module: &str) -> bool {
        let imports = self.python.imports.iter();
        let mut sites = imports
            .filter(|import| import.module.split('.').next() == Some(module))
            .flat_map(|import| &import.sites);
        sites.any(|site| site.class == FileClass::Tests)
    }

    /// The service that checks the project already, by what it is configured with.
    pub(super) fn existing_ci(&self) -> Option<&'static str> {
        if has_workflow(&self.project.root.join(".github/workflows")) {
            return Some(".github/workflows");
        }
        OTHER_CI.into_iter().find(|path| self.has(path))
    }

    /// Whether the repository of the project says that it comes from a GitLab.
    pub(super) fn is_from_gitlab(&self) -> bool {
        let config = self.text(".git/config");
        let mut urls = config
            .lines()
            .filter_map(|line| line.trim().strip_prefix("url"));
        urls.any(|url| url.contains("gitlab"))
    }
}

/// Whether `folder` has the file of a workflow.
pub(super) fn has_workflow(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .filter_map(|entry| entry.path().extension().map(std::ffi::OsStr::to_owned))
        .any(|extension| extension == "yml" || extension == "yaml")
}

/// What other services are configured with.
const OTHER_CI: [&str; 13] = [
    ".gitlab-ci.yml",
    ".travis.yml",
    ".circleci",
    ".cirrus.yml",
    ".drone.yml",
    ".woodpecker.yml",
    ".woodpecker",
    "azure-pipelines.yml",
    ".azure-pipelines",
    "appveyor.yml",
    ".appveyor.yml",
    "bitbucket-pipelines.yml",
    "Jenkinsfile",
];
