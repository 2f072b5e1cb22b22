//! Gathers what the proof needs, from files alone, and has it judged.

use dhtl_project_model::{Digest, DistributionName, Strategy};
use dhtl_tools::Environment;

use crate::RegenerationError;
use crate::application::inference;
use crate::application::installation::locked_set;
use crate::binaries::BinaryFindings;
use crate::checksum::{FingerprintInputs, fingerprint};
use crate::closure::{SearchPath, closure};
use crate::configuration::Configuration;
use crate::env_file::EnvFileReport;
use crate::env_setup::set_in_file;
use crate::files::{self, FileCheck, FileReport, Inspection};
use crate::git::GitFindings;
use crate::installed;
use crate::language_packages::{self, PackageFindings};
use crate::lock_conflicts::{self, LockConflict};
use crate::locked_set::LockedSet;
use crate::markers::MarkerEnvironment;
use crate::plan::{COMMITTED_INFERENCE, base_locks};
use crate::state::{StateDir, read_text};
use crate::subject::Subject;
use crate::tools::{self, ToolFindings};
use crate::uv::VENV;
use crate::validation::{Digests, Exhibits, Validation, validate};

/// An environment and the verdict on it.
#[derive(Debug)]
pub(crate) struct Proof {
    /// The verdict.
    pub(crate) validation: Validation,
    /// The digests.
    pub(crate) digests: Digests,
    /// The files that say what is installed, relative to the root.
    pub(crate) locks: Vec<String>,
    /// The distributions that were inferred from imports.
    pub(crate) inferred: Vec<String>,
    /// The environment as it is.
    pub(crate) environment: installed::Environment,
    /// What its files are.
    pub(crate) files: FileReport,
    /// What must be installed; none where nothing is locked.
    pub(crate) locked_set: Option<LockedSet>,
    /// The files that configure it.
    pub(crate) configuration: Configuration,
}

/// The proof for the environment of `subject`; none where there is no environment.
pub(crate) fn of(
    subject: &Subject,
    surroundings: &Environment,
    depth: FileCheck,
) -> Result<Option<Proof>, RegenerationError> {
    let root = subject.root();
    let venv = root.join(VENV);
    let Some(inspection) = files::inspect(&venv, &StateDir::of(root), depth)? else {
        return Ok(None);
    };
    let Inspection {
        environment, files, ..
    } = inspection;
    let closure = closure(
        &subject.python().imports,
        &SearchPath::of(&environment.site_packages),
    );
    let base = base_locks(&subject.spec);
    let inferred = inference::locks(subject);
    let whole_set = whole_set(subject, &base, &inferred, &environment)?;
    let configuration = Configuration::read(subject)?;
    let changed_configuration = configuration.differences(subject);
    let interpreter = (
        environment.implementation.as_str(),
        environment.python_version.as_str(),
    );
    let digests = Digests {
        venv_checksum: inspection.venv_checksum,
        fingerprint: fingerprint_of(subject, &base, &inferred, interpreter),
        config_checksum: configuration.checksum,
    };
    let set_env_vars = set_env_vars(subject, surroundings);
    let git = GitFindings::of(subject, surroundings);
    let tools = ToolFindings::of(subject, &environment, whole_set.as_ref(), depth)?;
    let binaries = BinaryFindings::of(subject, surroundings, depth)?;
    let overshadowed = tools::overshadowed(root, &tools, (surroundings, &environment));
    let mut validation = validate(&Exhibits {
        git: git.as_ref(),
        binaries: &binaries,
        tools: &tools,
        overshadowed: &overshadowed,
        subject,
        environment: &environment,
        files: &files,
        locked_set: whole_set.as_ref(),
        closure: &closure,
        digests,
        changed_configuration: &changed_configuration,
        set_env_vars: &set_env_vars,
    });
    let packages = PackageFindings::of(subject);
    let of_packages = language_packages::checks(&packages, &mut validation.differences);
    validation.checks.extend(of_packages);
    validation.env_file = EnvFileReport::of(root, &subject.spec.env_vars);
    validation.lock_conflicts = Some(lock_conflicts(subject, &environment));
    Ok(Some(Proof {
        validation,
        digests,
        locks: shown_locks(subject, &base),
        inferred: inference::asked_for(subject),
        environment,
        files,
        locked_set: whole_set,
        configuration,
    }))
}

/// What the locks disagree on for the interpreter of `environment`.
fn lock_conflicts(subject: &Subject, environment: &installed::Environment) -> Vec<LockConflict> {
    let markers = MarkerEnvironment::new(
        subject.spec.platform,
        &environment.implementation,
        &environment.python_version,
    );
    lock_conflicts::of(subject, &markers)
}

impl Proof {
    /// Those of `projects` that are not installed any more.
    pub(crate) fn missing_projects(&self, projects: &[DistributionName]) -> Vec<DistributionName> {
        projects
            .iter()
            .filter(|name| self.environment.distribution(name).is_none())
            .cloned()
            .collect()
    }
}

/// What must be installed in `environment`; none where nothing is locked.
pub(crate) fn whole_set_of(
    subject: &Subject,
    environment: &installed::Environment,
) -> Result<Option<LockedSet>, RegenerationError> {
    let base = base_locks(&subject.spec);
    whole_set(subject, &base, &inference::locks(subject), environment)
}

/// What the locks `base` and `inferred` ask for; none where one of `base` is not there.
pub(crate) fn whole_set(
    subject: &Subject,
    base: &[String],
    inferred: &[String],
    environment: &installed::Environment,
) -> Result<Option<LockedSet>, RegenerationError> {
    if base.iter().any(|path| !subject.root().join(path).is_file()) {
        return Ok(None);
    }
    let mut set = locked_set(subject, inferred, environment)?;
    set.extend(locked_set(subject, base, environment)?);
    Ok(Some(set))
}

/// The fingerprint that the environment of `subject` will have on any platform; none where that is
/// decided only when it is made: the interpreter is not pinned, or not everything is locked in files
/// of the project.
pub(crate) fn expected_fingerprint(subject: &Subject) -> Option<Digest> {
    let interpreter = &subject.spec.interpreter;
    let version = interpreter.exact.as_deref()?;
    let is_locked = matches!(
        subject.spec.strategy,
        Strategy::UvLock | Strategy::HashedRequirements
    );
    if !is_locked || !subject.is_captured {
        return None;
    }
    let committed = subject
        .inference_is_committed
        .then(|| COMMITTED_INFERENCE.to_owned());
    let added = committed.into_iter().collect::<Vec<_>>();
    let interpreter = (interpreter.implementation.as_str(), version);
    Some(fingerprint_of(
        subject,
        &base_locks(&subject.spec),
        &added,
        interpreter,
    ))
}

fn fingerprint_of(
    subject: &Subject,
    base: &[String],
    inferred: &[String],
    (implementation, python_version): (&str, &str),
) -> Digest {
    let root = subject.root();
    // The export of `uv.lock` is for this platform; the lock itself is for all.
    let base = match subject.spec.strategy {
        Strategy::UvLock => vec!["uv.lock".to_owned()],
        _ => base.to_vec(),
    };
    let locks = base
        .iter()
        .chain(inferred)
        .filter_map(|path| {
            let text = read_text(&root.join(path)).ok()?;
            // Where a lock stands says nothing about what it asks for.
            let name = path.rsplit('/').next().unwrap_or(path).to_owned();
            (!text.trim().is_empty()).then_some((name, text))
        })
        .collect::<Vec<_>>();
    let tools = subject
        .tools()
        .map(|(name, version)| (name.clone(), version.clone()))
        .collect::<Vec<_>>();
    fingerprint(&FingerprintInputs {
        implementation,
        python_version,
        locks: &locks,
        tools: &tools,
    })
}

/// What a user knows as the lock: not the files in the state folder.
fn shown_locks(subject: &Subject, base: &[String]) -> Vec<String> {
    match subject.spec.strategy {
        Strategy::UvLock => vec!["uv.lock".to_owned()],
        Strategy::ForeignLock => vec![subject.spec.strategy_evidence.path.clone()],
        _ => base.to_vec(),
    }
}

/// The names of the variables that are set in the process or in `.env`; values are never kept.
fn set_env_vars(subject: &Subject, surroundings: &Environment) -> Vec<String> {
    let names = surroundings
        .names()
        .filter(|name| surroundings.var(name).is_some());
    let in_file = set_in_file(subject.root());
    names.map(str::to_owned).chain(in_file).collect()
}
