//! The project whose environment is at stake, read once.

use std::collections::BTreeSet;
use std::path::Path;

use dhtl_detection::{DetectRequest, detect, find_root};
use dhtl_project_model::config::{Document, FILE_NAME};
use dhtl_project_model::{
    Digest, DistributionName, EnvironmentSpec, Evidence, InterpreterConstraint, InterpreterSource,
    LockFile, Project, PythonProject, Strategy,
};
use dhtl_tools::Environment;

use crate::RegenerationError;
use crate::closure::{CodePart, leave_out};
use crate::expected;
use crate::lock_files;
use crate::plan::COMMITTED_INFERENCE;
use crate::resolution::sources::{Source, supplements};
use crate::spec::spec;
use crate::state::read_regular;
use crate::system_packages::{PackageManager, ProposedPackage, proposals};
use crate::target::Machine;

/// A project, what it configures, and what its environment must be.
#[derive(Debug)]
pub(crate) struct Subject {
    /// What detection found.
    pub(crate) project: Project,
    /// Its `.dhtconfig`.
    pub(crate) document: Option<Document>,
    /// What the environment must be.
    pub(crate) spec: EnvironmentSpec,
    /// The digest of everything an environment is made from.
    pub(crate) inputs: Digest,
    /// Whether `.dhtconfig` lists distributions that imports need, with their lock beside it.
    pub(crate) inference_is_committed: bool,
    /// Whether `.dhtconfig` says which locks there are.
    pub(crate) is_captured: bool,
    /// What is declared besides its lock or its manifest.
    pub(crate) supplements: Vec<Source>,
    /// Whether its locks were followed.
    pub(crate) locks: Locks,
    /// The system packages that are proposed, where `.dhtconfig` lists none.
    pub(crate) proposed: Vec<ProposedPackage>,
    /// The package manager of the machine it is read for.
    pub(crate) package_manager: Option<PackageManager>,
}

/// Whether the locks of a project count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Locks {
    /// They say what is installed.
    Follow,
    /// They are about to be made anew from what the project declares.
    Ignore,
}

impl Subject {
    /// Reads the project that `start` belongs to, or the one at `root`, for this machine.
    pub(crate) fn read(
        start: &Path,
        root: Option<&Path>,
        environment: &Environment,
        locks: Locks,
    ) -> Result<Self, RegenerationError> {
        Self::read_for(Machine::Here(environment), start, root, locks)
    }

    /// Reads the project that `start` belongs to, or the one at `root`, for `machine`.
    pub(crate) fn read_for(
        machine: Machine<'_>,
        start: &Path,
        root: Option<&Path>,
        locks: Locks,
    ) -> Result<Self, RegenerationError> {
        let found = root
            .map(Path::to_owned)
            .or_else(|| find_root(start).map(|(root, _)| root));
        let document = found.as_deref().map(read_document).transpose()?.flatten();
        if let Some(document) = &document {
            check_version(document)?;
        }
        let config_python = document.as_ref().and_then(config_constraint);
        let project = detect(&DetectRequest {
            start,
            root,
            config_python,
        })?;
        let package_manager = machine.package_manager(document.as_ref().map(Document::config));
        let mut spec = spec(&project, document.as_ref(), machine.platform(), locks)?;
        spec.system_packages = package_manager
            .zip(document.as_ref())
            .map(|(manager, document)| manager.packages(document.config()))
            .unwrap_or_default();
        let inference_is_committed = document
            .as_ref()
            .and_then(|document| document.config().dependencies.as_ref())
            .is_some_and(|section| !section.inferred.is_empty())
            && locks == Locks::Follow
            && project.root.join(COMMITTED_INFERENCE).is_file();
        let led = project.python.as_ref().map_or_else(Vec::new, |python| {
            lock_files::led(&project.root, &spec, python, document.as_ref())
        });
        let inputs = inputs(&project, &spec, (&led, inference_is_committed))?;
        let is_captured = is_captured(document.as_ref(), locks);
        let base = expected::names(&project, &spec);
        let supplements = match (&project.python, is_captured) {
            (Some(python), false) => supplements(&spec, python, &base),
            _ => Vec::new(),
        };
        let proposed = proposed(&project, &spec, (base, &supplements), package_manager);
        // They are no input: a line in a container file does not change what is installed.
        let names = proposed.iter().map(|one| one.package.clone());
        spec.system_packages.extend(names);
        Ok(Self {
            project,
            document,
            spec,
            inputs,
            inference_is_committed,
            is_captured,
            supplements,
            locks,
            proposed,
            package_manager,
        })
    }

    /// The same without what only `parts` of the project import.
    pub(crate) fn without_imports_of(mut self, parts: &[CodePart]) -> Self {
        if let Some(python) = &mut self.project.python {
            leave_out(&mut python.imports, parts);
        }
        self
    }

    /// The root of the project.
    pub(crate) fn root(&self) -> &Path {
        &self.project.root
    }

    /// The development tools that `.dhtconfig` pins, by name.
    pub(crate) fn tools(&self) -> impl Iterator<Item = (&String, &String)> {
        self.document
            .iter()
            .flat_map(|document| &document.config().tools)
    }

    /// The Python side, which every subject has: without one there is no spec.
    pub(crate) fn python(&self) -> &PythonProject {
        static NONE: std::sync::LazyLock<PythonProject> =
            std::sync::LazyLock::new(PythonProject::default);
        self.project.python.as_ref().unwrap_or(&NONE)
    }
}

/// Whether `.dhtconfig` says which locks there are: what they do not have is no part of the
/// environment that was recorded.
fn is_captured(document: Option<&Document>, locks: Locks) -> bool {
    let section = document.and_then(|document| document.config().dependencies.as_ref());
    locks == Locks::Follow && section.is_some_and(|section| !section.lock_files.is_empty())
}

/// What the project needs of the system, where `.dhtconfig` does not say it for this machine.
fn proposed(
    project: &Project,
    spec: &EnvironmentSpec,
    (base, supplements): (BTreeSet<DistributionName>, &[Source]),
    manager: Option<PackageManager>,
) -> Vec<ProposedPackage> {
    let Some(manager) = manager.filter(|_| spec.system_packages.is_empty()) else {
        return Vec::new();
    };
    let propose = |distributions: &BTreeSet<DistributionName>| {
        proposals(project, distributions, &spec.strategy_evidence, manager)
    };
    let distributions = base
        .into_iter()
        .chain(expected::names_of(supplements))
        .collect();
    let proposed = propose(&distributions);
    let mut reasons = proposed.iter().flat_map(|package| &package.because);
    if !reasons.any(|reason| reason.distribution.is_some()) {
        return proposed;
    }
    // Most projects need nothing of the system, so only the others pay for a look at the markers.
    propose(&expected::names_on_platform(
        project,
        spec,
        supplements,
        &distributions,
    ))
}

/// What the `.dhtconfig` of the project around `start` says about the interpreter.
pub fn config_python(
    start: &Path,
    root: Option<&Path>,
) -> Result<Option<InterpreterConstraint>, RegenerationError> {
    let found = root
        .map(Path::to_owned)
        .or_else(|| find_root(start).map(|(root, _)| root));
    let document = found.as_deref().map(read_document).transpose()?.flatten();
    Ok(document.as_ref().and_then(config_constraint))
}

pub(crate) fn read_document(root: &Path) -> Result<Option<Document>, RegenerationError> {
    let path = root.join(FILE_NAME);
    match read_regular(&path) {
        Ok(bytes) => Ok(Some(parse_document(&bytes)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(RegenerationError::io("read", path)(error)),
    }
}

/// Reads the bytes of a `.dhtconfig`.
pub fn parse_document(bytes: &[u8]) -> Result<Document, RegenerationError> {
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let before = bytes.get(..error.valid_up_to()).unwrap_or_default();
        RegenerationError::NotUtf8 {
            path: FILE_NAME.to_owned(),
            line: before.split(|byte| *byte == b'\n').count(),
        }
    })?;
    Ok(Document::parse(text, FILE_NAME)?)
}

/// Source: seed 001 section 2, phase 2, "Validate DHT Version".
fn check_version(document: &Document) -> Result<(), RegenerationError> {
    use std::str::FromStr as _;
    let current = env!("CARGO_PKG_VERSION");
    let Some(required) = &document.config().dht_version else {
        return Ok(());
    };
    let version = |text: &str| pep440_rs::Version::from_str(text);
    // What cannot be read, such as a number that is too long, asks for no version that is known.
    let will_do = matches!(
        (version(required), version(current)),
        (Ok(required), Ok(current)) if required <= current
    );
    if !will_do {
        return Err(RegenerationError::TooOld {
            path: FILE_NAME.to_owned(),
            line: document.line_of("dht_version").unwrap_or(1),
            required: required.clone(),
            current,
        });
    }
    Ok(())
}

pub(crate) fn config_constraint(document: &Document) -> Option<InterpreterConstraint> {
    let version = document.config().python.as_ref()?.version.as_ref()?;
    let is_whole = version.split('.').count() >= 3;
    let line = document.line_of("python.version").unwrap_or(1);
    Some(InterpreterConstraint {
        source: InterpreterSource::Config,
        specifiers: if is_whole {
            format!("=={version}")
        } else {
            format!("=={version}.*")
        },
        evidence: Evidence::at(FILE_NAME, line, "config-python-version"),
    })
}

/// Everything that decides what is installed: what the project declares, which interpreter it asks
/// for, and the content of the files that are installed from. The code itself is no part of it.
fn inputs(
    project: &Project,
    spec: &EnvironmentSpec,
    (led, inference_is_committed): (&[LockFile], bool),
) -> Result<Digest, RegenerationError> {
    let declarations = project.python.as_ref().map(|python| &python.declarations);
    let EnvironmentSpec {
        interpreter,
        strategy,
        requirements_files,
        extras,
        groups,
        ..
    } = spec;
    // Where a statement stands does not count, so the evidence is left out.
    let described = serde_json::to_string(&(
        (
            spec.platform,
            strategy,
            requirements_files,
            extras,
            groups,
            spec.install_project,
        ),
        (
            &interpreter.exact,
            &interpreter.implementation,
            &interpreter.request.specifiers,
        ),
        (
            &interpreter.request.preferred,
            &spec.system_packages,
            declarations,
        ),
    ))
    .map_err(|error| RegenerationError::io("describe", &project.root)(error.into()))?;
    let mut fields = vec![env!("CARGO_PKG_VERSION").to_owned(), described];
    let led = led.iter().map(|lock| lock.path.clone());
    for path in input_files(project, spec, inference_is_committed)
        .into_iter()
        .chain(led)
    {
        let bytes = read_regular(&project.root.join(&path)).unwrap_or_default();
        fields.extend([path, Digest::of(bytes).to_string()]);
    }
    Ok(Digest::of_fields(fields))
}

fn input_files(
    project: &Project,
    spec: &EnvironmentSpec,
    inference_is_committed: bool,
) -> Vec<String> {
    let manifest = project
        .python
        .as_ref()
        .and_then(|python| python.installable.as_ref());
    let lock = match spec.strategy {
        Strategy::UvLock => Some("uv.lock".to_owned()),
        Strategy::ForeignLock => Some(spec.strategy_evidence.path.clone()),
        _ => None,
    };
    let inference = inference_is_committed.then(|| COMMITTED_INFERENCE.to_owned());
    manifest
        .map(|evidence| evidence.path.clone())
        .into_iter()
        .chain(lock)
        .chain(inference)
        .chain(spec.requirements_files.iter().cloned())
        .collect()
}
