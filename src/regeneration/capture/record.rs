//! Writes `.dhtconfig`, `.dht/inferred.lock` and `.dht/tools.lock`.

use std::collections::BTreeMap;
use std::fs;

use dhtl_detection::imports_table::distribution_for;
use dhtl_detection::is_set_by_platform;
use dhtl_project_model::DistributionName;
use dhtl_project_model::config::{
    Binaries, Binary, Config, DependenciesSection, Document, EnvTemplate, FILE_NAME, Fingerprint,
    Implementation, InferredDistribution, PythonSection, Validation, render,
};
use dhtl_tools::Environment as Surroundings;

use crate::RegenerationError;
use crate::application::inference;
use crate::configuration::Configuration;
use crate::git::GitFindings;
use crate::installed::Environment;
use crate::locked_set::CompiledRequirements;
use crate::plan::{COMMITTED_INFERENCE, SUPPLEMENT, SUPPLEMENT_INPUT};
use crate::report::Report;
use crate::resolution::sources::name_of;
use crate::state::{StateDir, read_regular, write_whole};
use crate::subject::{Locks, Subject, parse_document};
use crate::tools_lock::{self, TOOLS_LOCK};
use crate::uv::VENV;

use super::{git_section, platform_section};

/// Records one environment.
pub(super) struct Recorder<'a> {
    /// The project, as it was before its lock was written.
    pub(super) subject: &'a Subject,
    /// The environment variables and PATH.
    pub(super) environment: &'a Surroundings,
    /// The programs that are not recorded yet.
    pub(super) binaries: &'a [Binary],
}

impl Recorder<'_> {
    /// Puts the lock of what was added where it can be committed.
    pub(super) fn commit_inference(&self, lock: Option<String>) -> Result<(), RegenerationError> {
        let path = self.subject.root().join(COMMITTED_INFERENCE);
        match lock {
            Some(text) => write_whole(&path, &text),
            // What an earlier capture inferred is not needed any more.
            None => match fs::remove_file(&path) {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(RegenerationError::io("remove", path)(error))
                }
                _ => Ok(()),
            },
        }
    }

    /// Writes the sections that say what the environment must be.
    pub(super) fn write_environment(&self, lock: &str) -> Result<(), RegenerationError> {
        let document = self.document()?;
        let mut config = config_of(document.as_ref());
        let environment = self.installed()?;
        config
            .dht_version
            .get_or_insert_with(|| env!("CARGO_PKG_VERSION").to_owned());
        let python = config.python.get_or_insert_with(PythonSection::default);
        python.version = Some(environment.python_version.clone());
        python.implementation = Some(implementation(&environment));
        let dependencies = config
            .dependencies
            .get_or_insert_with(DependenciesSection::default);
        dependencies.strategy.get_or_insert_with(|| "uv".to_owned());
        dependencies.hash_validation.get_or_insert(true);
        if !dependencies.lock_files.iter().any(|file| file == lock) {
            dependencies.lock_files.insert(0, lock.to_owned());
        }
        if !self.subject.inference_is_committed {
            dependencies.inferred = self.inferred(&environment);
        }
        config.tools = tools_lock::with_pins(&environment, &config.tools);
        self.add_env_vars(&mut config);
        if !self.binaries.is_empty() {
            let binaries = config.binaries.get_or_insert_with(Binaries::default);
            binaries.required.extend(self.binaries.iter().cloned());
        }
        if let Some(findings) = GitFindings::of(self.subject, self.environment) {
            git_section::record(&mut config, &findings);
        }
        self.save(document.as_ref(), &config)?;
        self.write_platform_deps()
    }

    /// Writes what the distributions of the lock, as it is now, need of each platform.
    fn write_platform_deps(&self) -> Result<(), RegenerationError> {
        let root = self.subject.root();
        let subject = Subject::read(root, Some(root), self.environment, Locks::Follow)?;
        let document = self.document()?;
        let mut config = config_of(document.as_ref());
        platform_section::record(&mut config, &subject);
        self.save(document.as_ref(), &config)
    }

    /// Writes the sections that are compared with later: the digests, and when and where they were
    /// taken.
    pub(super) fn write_proof(&self, report: &Report) -> Result<(), RegenerationError> {
        let document = self.document()?;
        let mut config = config_of(document.as_ref());
        let root = self.subject.root();
        let subject = Subject::read(root, Some(root), self.environment, Locks::Follow)?;
        config.validation = Some(Validation {
            venv_checksum: Some(report.validation.venv_checksum.to_string()),
            config_checksum: Some(Configuration::read(&subject)?.checksum.to_string()),
        });
        let before = config.fingerprint.take();
        let created_at = before
            .as_ref()
            .and_then(|fingerprint| fingerprint.created_at.clone());
        config.fingerprint = Some(Fingerprint {
            created_at: created_at.clone(),
            created_by: Some(concat!("dhtl/", env!("CARGO_PKG_VERSION")).to_owned()),
            platform: Some(report.platform),
            digest: Some(report.validation.fingerprint.to_string()),
        });
        let is_unchanged = document
            .as_ref()
            .is_some_and(|document| *document.config() == config);
        if let Some(fingerprint) = &mut config.fingerprint
            && !(is_unchanged && created_at.is_some())
        {
            let now = jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ");
            fingerprint.created_at = Some(now.to_string());
        }
        self.write_tools_lock(&config)?;
        self.save(document.as_ref(), &config)
    }

    fn document(&self) -> Result<Option<Document>, RegenerationError> {
        match read_regular(&self.subject.root().join(FILE_NAME)) {
            Ok(bytes) => parse_document(&bytes).map(Some),
            Err(_) => Ok(None),
        }
    }

    fn save(&self, document: Option<&Document>, config: &Config) -> Result<(), RegenerationError> {
        let text = document.map_or_else(|| render(config), |document| document.rewrite(config));
        if document.is_some_and(|document| document.text() == text) {
            return Ok(());
        }
        write_whole(&self.subject.root().join(FILE_NAME), &text)
    }

    fn installed(&self) -> Result<Environment, RegenerationError> {
        let root = self.subject.root();
        Environment::read(&root.join(VENV))?.ok_or_else(|| RegenerationError::NoEnvironment {
            root: root.to_owned(),
        })
    }

    /// What the lock does not bring: what imports need, with the modules and the places that import
    /// them, and what is declared besides, with the files that declare it.
    fn inferred(&self, environment: &Environment) -> Vec<InferredDistribution> {
        let asked_for = inference::asked_for(self.subject);
        let mut evidence = asked_for
            .iter()
            .map(|name| (DistributionName::new(name), Vec::new()))
            .collect::<BTreeMap<_, Vec<String>>>();
        for (name, path) in self.declared_besides() {
            evidence.entry(name).or_default().push(path);
        }
        evidence
            .into_iter()
            .filter_map(|(name, files)| Some((environment.distribution(&name)?, files)))
            .map(|(distribution, files)| {
                let imports = self.subject.python().imports.iter().filter(|import| {
                    distribution_for(&import.module).as_ref() == Some(&distribution.name)
                });
                let imports = imports.collect::<Vec<_>>();
                let places = imports.iter().filter_map(|import| import.sites.first());
                let places = places.map(|site| format!("{}:{}", site.path, site.line));
                InferredDistribution {
                    requirement: format!("{}=={}", distribution.name, distribution.version),
                    modules: imports.iter().map(|import| import.module.clone()).collect(),
                    evidence: places.chain(files).collect(),
                }
            })
            .collect()
    }

    /// What the supplement step installed, each with the file that declares it.
    fn declared_besides(&self) -> Vec<(DistributionName, String)> {
        let state = StateDir::of(self.subject.root());
        let locked = fs::read_to_string(state.file(SUPPLEMENT)).unwrap_or_default();
        let locked = CompiledRequirements::parse(&locked);
        let is_locked = |name: &DistributionName| {
            let mut requirements = locked.requirements.iter();
            requirements.any(|requirement| requirement.name.as_ref() == Some(name))
        };
        let mut besides = Vec::new();
        for source in &self.subject.supplements {
            let names = source.brings.iter();
            let names = names.map(|line| DistributionName::new(name_of(line)));
            besides.extend(
                names
                    .filter(is_locked)
                    .map(|name| (name, source.evidence.path.clone())),
            );
        }
        // What a lock lacked is asked for by no declaration of the project's.
        let asked_for = state.file(SUPPLEMENT_INPUT);
        let asked_for = fs::read_to_string(asked_for).unwrap_or_default();
        let names = asked_for
            .lines()
            .map(|line| DistributionName::new(name_of(line)));
        let lacking = names
            .filter(|name| is_locked(name) && !besides.iter().any(|(other, _)| other == name))
            .collect::<Vec<_>>();
        let lock = &self.subject.spec.strategy_evidence.path;
        besides.extend(lacking.into_iter().map(|name| (name, lock.clone())));
        besides
    }

    /// Names that the file already has stay where they are; what the code reads is added.
    fn add_env_vars(&self, config: &mut Config) {
        // What every platform sets is no part of the project.
        let found = self.subject.project.env_vars.iter();
        let found = found.filter(|env_var| !is_set_by_platform(&env_var.name));
        let found = found.collect::<Vec<_>>();
        if found.is_empty() && config.env_template.is_none() {
            return;
        }
        let template = config.env_template.get_or_insert_with(EnvTemplate::default);
        for env_var in found {
            let is_known = template.required.contains(&env_var.name)
                || template.optional.contains(&env_var.name);
            let list = if env_var.required {
                &mut template.required
            } else {
                &mut template.optional
            };
            if !is_known {
                list.push(env_var.name.clone());
            }
        }
    }

    fn write_tools_lock(&self, config: &Config) -> Result<(), RegenerationError> {
        let path = self.subject.root().join(TOOLS_LOCK);
        write_whole(&path, tools_lock::text(&config.tools))
    }
}

fn config_of(document: Option<&Document>) -> Config {
    document
        .map(|document| document.config().clone())
        .unwrap_or_default()
}

fn implementation(environment: &Environment) -> Implementation {
    match environment.implementation.as_str() {
        "pypy" => Implementation::Pypy,
        "graalpy" => Implementation::Graalpy,
        _ => Implementation::Cpython,
    }
}
