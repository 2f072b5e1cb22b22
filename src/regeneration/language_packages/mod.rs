//! The packages of other languages: what is asked for, what is there, and the commands between.
//!
//! **Invariants:** to find out what is there, files are read and nothing else; no manifest and no
//! lock of the project changes because packages are installed.

mod check;
mod commands;
mod complaint;
mod guard;
mod npm_tree;
mod record;

use dhtl_project_model::{Digest, Language, LanguageManager, LanguagePackages};
use dhtl_tools::Environment;

pub(crate) use check::checks;
pub(crate) use commands::{Program, command, with_environment_first};
pub(crate) use complaint::complaint;
pub(crate) use guard::Guard;
pub(crate) use npm_tree::PackageDifference;
pub(crate) use record::InstalledPackages;

use crate::plan::{Plan, PlannedStep, StepId};
use crate::state::{StateDir, read_regular};
use crate::subject::Subject;

/// What the folders with packages of other languages have.
#[derive(Debug, Default)]
pub(crate) struct PackageFindings(pub(crate) Vec<PackageFinding>);

/// What one of them has.
#[derive(Debug)]
pub(crate) struct PackageFinding {
    /// What it asks for.
    pub(crate) packages: LanguagePackages,
    /// The digest of its manifest and its lock.
    pub(crate) inputs: Digest,
    /// What is there.
    pub(crate) state: PackageState,
    /// Whether the packages have to be there: dhtl installed them, or `.dhtconfig` asks for them.
    pub(crate) is_recorded: bool,
}

/// What is there of the packages that are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum PackageState {
    /// All of them.
    Installed,
    /// Something that somebody else installed, of which nobody can tell what it is.
    Unproven,
    /// Nothing.
    Missing,
    /// What another lock or manifest asked for.
    Outdated,
    /// Other packages.
    Differs(Vec<PackageDifference>),
}

impl PackageFinding {
    /// Whether something has to be there that is not.
    pub(crate) fn is_drift(&self) -> bool {
        let is_there = matches!(self.state, PackageState::Installed | PackageState::Unproven);
        self.is_recorded && !is_there
    }
}

impl PackageFindings {
    /// What is there for a project.
    pub(crate) fn of(subject: &Subject) -> Self {
        let installed = InstalledPackages::load(&StateDir::of(subject.root()));
        let packages = subject.project.language_packages.iter();
        Self(
            packages
                .map(|packages| finding(subject, as_configured(packages, subject), &installed))
                .collect(),
        )
    }

    /// Those that are not known to be installed.
    pub(crate) fn lacking(&self) -> impl Iterator<Item = &PackageFinding> {
        let findings = self.0.iter();
        findings.filter(|finding| finding.state != PackageState::Installed)
    }

    /// One line for each that is not known to be installed.
    fn outstanding(&self) -> Vec<String> {
        let lines = self.lacking().map(|finding| {
            let LanguagePackages {
                manager, folder, ..
            } = &finding.packages;
            format!("{manager} {folder} {}", finding.inputs)
        });
        lines.collect()
    }
}

/// What was not there when the last run ended, in the state folder.
const OUTSTANDING: &str = "language-packages-outstanding.txt";

/// Whether no run could do anything about what is not there, and it is what was not there when the
/// last run ended. What could not be installed is tried again: nothing else tells when a host answers.
pub(crate) fn is_as_left(subject: &Subject, state: &StateDir, environment: &Environment) -> bool {
    let findings = PackageFindings::of(subject);
    let mut lacking = findings.lacking();
    let can_be_mended = lacking
        .any(|finding| Program::find(&finding.packages, subject.root(), environment).is_some());
    let before = read_regular(&state.file(OUTSTANDING)).unwrap_or_default();
    !can_be_mended && crate::state::one_per_line(findings.outstanding()).into_bytes() == before
}

/// Writes down what is still not there, for the next run.
pub(crate) fn remember(
    subject: &Subject,
    state: &StateDir,
) -> Result<(), crate::RegenerationError> {
    let text = crate::state::one_per_line(PackageFindings::of(subject).outstanding());
    let path = state.file(OUTSTANDING);
    if text.is_empty() && !path.exists() {
        return Ok(());
    }
    crate::state::write_whole(&path, text)
}

/// The machine that a plan is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Whose {
    /// This one, with what it has.
    Ours,
    /// Another one, of which nobody knows what it has.
    Elsewhere,
}

/// The plan with a step that installs what is not there, before the hooks, which may come from there.
pub(crate) fn planned(
    mut plan: Plan,
    subject: &Subject,
    environment: &Environment,
    whose: Whose,
) -> Plan {
    let findings = PackageFindings::of(subject);
    let wanted = findings
        .0
        .iter()
        .filter(|finding| whose == Whose::Elsewhere || finding.state != PackageState::Installed);
    let wanted = wanted.collect::<Vec<_>>();
    if wanted.is_empty() {
        return plan;
    }
    let commands = wanted.iter().filter_map(|finding| {
        let found = match whose {
            Whose::Ours => Program::find(&finding.packages, subject.root(), environment),
            Whose::Elsewhere => None,
        };
        let program = found.unwrap_or_else(|| Program::usual(finding.packages.manager));
        command(&finding.packages, &program, subject.root())
    });
    let before = plan.steps.iter().filter(|step| step.id != StepId::Hooks);
    let step = PlannedStep {
        id: StepId::LanguagePackages,
        title: "Install the packages of other languages".to_owned(),
        // A package manager may come from the environment, and so may what a package is built with.
        needs: before.map(|step| step.id).collect(),
        network: true,
        commands: commands.collect(),
    };
    let hooks = plan.steps.iter().position(|step| step.id == StepId::Hooks);
    if let Some(hooks) = hooks.and_then(|index| plan.steps.get_mut(index)) {
        hooks.needs.push(StepId::LanguagePackages);
    }
    plan.steps.insert(hooks.unwrap_or(plan.steps.len()), step);
    plan
}

/// What `.dhtconfig` says about a manager counts where no lock says anything.
///
/// Source: seed 000 section 3, `languages.node.package_manager`.
fn as_configured(packages: &LanguagePackages, subject: &Subject) -> LanguagePackages {
    let mut packages = packages.clone();
    let named = subject
        .document
        .as_ref()
        .and_then(|document| document.config().languages.as_ref()?.node.as_ref())
        .and_then(|node| node.package_manager.as_deref());
    if packages.lock.is_none() && packages.manager.language() == Language::Node {
        packages.manager = match named {
            Some("npm") => LanguageManager::Npm,
            Some("pnpm") => LanguageManager::Pnpm,
            Some("yarn") => LanguageManager::YarnClassic,
            Some("bun") => LanguageManager::Bun,
            _ => packages.manager,
        };
    }
    packages
}

fn finding(
    subject: &Subject,
    packages: LanguagePackages,
    installed: &InstalledPackages,
) -> PackageFinding {
    let root = subject.root();
    let read = |path: &str| read_regular(&root.join(path)).unwrap_or_default();
    let lock = packages.lock.as_deref().map(read).unwrap_or_default();
    let inputs = Digest::of_fields([
        packages.manager.program().as_bytes(),
        &read(&packages.manifest),
        &lock,
    ]);
    let recorded = installed.inputs(&packages);
    let folder = root.join(&packages.folder);
    let has_marks = markers(packages.manager)
        .iter()
        .any(|marker| folder.join(marker).exists());
    let of_npm = (packages.manager == LanguageManager::Npm && packages.lock.is_some())
        .then(|| npm_tree::differences(&folder, &lock))
        .flatten();
    let state = match (of_npm, recorded) {
        (Some(differences), _) if differences.is_empty() => PackageState::Installed,
        (Some(_), _) if !has_marks => PackageState::Missing,
        (Some(differences), _) => PackageState::Differs(differences),
        (None, Some(before)) if *before != inputs => PackageState::Outdated,
        // cargo and go keep what they fetch where it is no business of ours.
        (None, Some(_)) if has_marks || markers(packages.manager).is_empty() => {
            PackageState::Installed
        }
        (None, None) if has_marks => PackageState::Unproven,
        (None, _) => PackageState::Missing,
    };
    PackageFinding {
        is_recorded: recorded.is_some() || is_configured(subject, packages.manager.language()),
        packages,
        inputs,
        state,
    }
}

fn is_configured(subject: &Subject, language: Language) -> bool {
    let config = subject.document.as_ref();
    let languages = config.and_then(|document| document.config().languages.as_ref());
    languages.is_some_and(|languages| match language {
        Language::Node => languages.node.is_some(),
        Language::Rust => languages.rust.is_some(),
        Language::Go => languages.go.is_some(),
        Language::Python => false,
    })
}

/// What a manager leaves in a folder when it is done there, relative to the folder; one of them is
/// enough.
const fn markers(manager: LanguageManager) -> &'static [&'static str] {
    match manager {
        LanguageManager::Npm => &["node_modules/.package-lock.json"],
        LanguageManager::Pnpm => &["node_modules/.modules.yaml"],
        LanguageManager::YarnClassic => &["node_modules/.yarn-integrity"],
        LanguageManager::Yarn => &["node_modules/.yarn-state.yml", ".pnp.cjs", ".pnp.js"],
        LanguageManager::Bun => &["node_modules"],
        LanguageManager::Cargo | LanguageManager::Go => &[],
    }
}
