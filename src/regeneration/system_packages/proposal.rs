//! Which packages a project is proposed that lists none in `.dhtconfig`.

use std::collections::BTreeSet;
use std::fmt;

use dhtl_project_model::{
    DistributionName, Evidence, Project, Requirement, SystemPackageHint, SystemPackageManager,
};
use serde::Serialize;

use super::capability::hinted_at;
use super::{Capability, PackageManager, Role, needed_by};

/// A package that the project is thought to need.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProposedPackage {
    /// Its name under this machine's package manager.
    pub package: String,
    /// Everything that speaks for it.
    pub because: Vec<PackageReason>,
    /// What it is to provide.
    #[serde(skip)]
    pub(crate) capabilities: Vec<&'static Capability>,
}

/// Something that speaks for a package.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PackageReason {
    /// The distribution that needs it; none where a file of the project has it installed.
    pub distribution: Option<DistributionName>,
    /// The package that this file has installed: another name for the same, maybe.
    pub hint: Option<String>,
    /// When it is needed.
    pub need: Role,
    /// Where that is said.
    pub evidence: Evidence,
}

impl fmt::Display for PackageReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.evidence.to_string();
        let rule = format!(" ({})", self.evidence.rule);
        let place = place.strip_suffix(&rule).unwrap_or(&place);
        match (&self.distribution, &self.hint) {
            (Some(distribution), _) => write!(f, "{place} asks for `{distribution}`"),
            (None, Some(package)) => write!(f, "{place} installs `{package}`"),
            (None, None) => f.write_str(place),
        }
    }
}

/// What `project` needs of a system with this package manager, in the order of the table.
///
/// `distributions` are those that the environment is made from, as far as that is known before it is
/// resolved, and `origin` is where those of them stand that no declaration names. What the files of
/// the project install counts where the table knows somebody who needs it: a container file also
/// installs web servers and editors. Only names of the table are ever proposed, never one that a
/// repository made up.
pub(crate) fn proposals(
    project: &Project,
    distributions: &BTreeSet<DistributionName>,
    origin: &Evidence,
    manager: PackageManager,
) -> Vec<ProposedPackage> {
    let mut proposed = Proposed {
        manager,
        packages: Vec::new(),
    };
    let declared = declared(project, distributions);
    let extras = declared
        .iter()
        .flat_map(|requirement| with_extras(requirement));
    let all = distributions.iter().cloned().chain(extras).collect();
    for need in needed_by(&all, manager) {
        let requirement = declared
            .iter()
            .find(|requirement| requirement.name.as_ref() == Some(&need.distribution));
        let evidence = requirement.map_or(origin, |requirement| &requirement.evidence);
        let reason = PackageReason {
            distribution: Some(need.distribution),
            hint: None,
            need: need.role,
            evidence: evidence.clone(),
        };
        proposed.add(need.capability, &reason);
    }
    for hint in &project.system_packages {
        proposed.add_hinted(hint);
    }
    proposed.packages
}

struct Proposed {
    manager: PackageManager,
    packages: Vec<ProposedPackage>,
}

impl Proposed {
    fn add(&mut self, capability: &'static Capability, reason: &PackageReason) {
        for package in capability.packages(self.manager) {
            let known = self.packages.iter_mut().find(|one| one.package == *package);
            let Some(known) = known else {
                self.packages.push(ProposedPackage {
                    package: package.clone(),
                    because: vec![reason.clone()],
                    capabilities: vec![capability],
                });
                continue;
            };
            if !known.because.contains(reason) {
                known.because.push(reason.clone());
            }
            if !known.capabilities.contains(&capability) {
                known.capabilities.push(capability);
            }
        }
    }

    fn add_hinted(&mut self, hint: &SystemPackageHint) {
        let Some(evidence) = hint.evidence.first() else {
            return;
        };
        let is_foreign = match hint.manager {
            // What is installed on another operating system says little about this one.
            SystemPackageManager::Brew => self.manager != PackageManager::Brew,
            SystemPackageManager::Choco => self.manager != PackageManager::Choco,
            _ => false,
        };
        if is_foreign {
            return;
        }
        for capability in hinted_at(hint.manager, &hint.package) {
            let need = if capability.run.is_empty() {
                Role::Build
            } else {
                Role::Run
            };
            let reason = PackageReason {
                distribution: None,
                hint: Some(hint.package.clone()),
                need,
                evidence: evidence.clone(),
            };
            self.add(capability, &reason);
        }
    }
}

/// The requirements that name one of `distributions`.
fn declared<'a>(
    project: &'a Project,
    distributions: &BTreeSet<DistributionName>,
) -> Vec<&'a Requirement> {
    let declarations = project
        .python
        .iter()
        .flat_map(|python| &python.declarations);
    declarations
        .flat_map(|declaration| &declaration.requirements)
        .filter(|requirement| {
            let name = requirement.name.as_ref();
            name.is_some_and(|name| distributions.contains(name))
        })
        .collect()
}

/// An extra often is a distribution of its own: `psycopg[binary]` brings `psycopg-binary`.
fn with_extras(requirement: &Requirement) -> Vec<DistributionName> {
    let extras = requirement
        .text
        .split_once('[')
        .and_then(|(name, rest)| Some((name, rest.split_once(']')?.0)));
    let Some((name, extras)) = extras else {
        return Vec::new();
    };
    extras
        .split(',')
        .map(|extra| DistributionName::new(&format!("{name}-{extra}")))
        .collect()
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use dhtl_project_model::{Declaration, DeclarationFormat, Found, PythonProject};
    use dhtl_project_model::{RequirementSource, Scope};

    use super::*;

    fn project(requirements: &[&str], hints: &[(SystemPackageManager, &str)]) -> Project {
        let file = || Evidence::file("requirements.txt", "test");
        let requirements = (1..)
            .zip(requirements)
            .map(|(line, text)| Requirement {
                text: (*text).to_owned(),
                name: Some(DistributionName::new(
                    text.split(['[', '=']).next().unwrap(),
                )),
                source: RequirementSource::Index,
                editable: false,
                hashes: Vec::new(),
                evidence: Evidence::at("requirements.txt", line, "test"),
            })
            .collect();
        let declaration = Declaration {
            path: "requirements.txt".to_owned(),
            format: DeclarationFormat::Requirements,
            scope: Scope::Runtime,
            requirements,
        };
        let hints = hints.iter().map(|(manager, package)| SystemPackageHint {
            manager: *manager,
            package: (*package).to_owned(),
            evidence: vec![Evidence::at("Dockerfile", 2, "test")],
        });
        Project {
            root: "/srv/api".into(),
            root_evidence: file(),
            name: Found {
                value: "api".to_owned(),
                evidence: file(),
            },
            languages: Vec::new(),
            python: Some(PythonProject {
                declarations: vec![declaration],
                ..PythonProject::default()
            }),
            language_packages: Vec::new(),
            env_vars: Vec::new(),
            system_packages: hints.collect(),
            git: dhtl_project_model::GitSetup::default(),
            problems: Vec::new(),
        }
    }

    fn proposed(project: &Project, locked: &[&str], manager: PackageManager) -> String {
        let python = project.python.as_ref().unwrap();
        let declared = python.declarations[0].requirements.iter();
        let names = declared.filter_map(|requirement| requirement.name.clone());
        let locked = locked.iter().map(|name| DistributionName::new(name));
        let distributions = names.chain(locked).collect();
        let origin = Evidence::file("uv.lock", "uv-lock");
        let mut shown = String::new();
        for package in proposals(project, &distributions, &origin, manager) {
            let because: Vec<_> = package.because.iter().map(ToString::to_string).collect();
            writeln!(shown, "{}: {}", package.package, because.join("; ")).unwrap();
        }
        shown
    }

    #[test]
    fn what_is_built_and_what_is_run_is_proposed_with_its_reason() {
        let project = project(&["flask", "psycopg2==2.9", "lxml", "pdf2image"], &[]);
        insta::assert_snapshot!(proposed(&project, &["pydub"], PackageManager::Apt), @"
        gcc: requirements.txt:2 asks for `psycopg2`
        libc6-dev: requirements.txt:2 asks for `psycopg2`
        ffmpeg: uv.lock asks for `pydub`
        libpq-dev: requirements.txt:2 asks for `psycopg2`
        poppler-utils: requirements.txt:4 asks for `pdf2image`
        ");
        insta::assert_snapshot!(proposed(&project, &[], PackageManager::Choco), @"poppler: requirements.txt:4 asks for `pdf2image`");
    }

    #[test]
    fn an_extra_can_bring_what_is_needed() {
        let plain = proposed(&project(&["psycopg"], &[]), &[], PackageManager::Apt);
        assert_eq!(plain, "libpq5: requirements.txt:1 asks for `psycopg`\n");
        let with_extra = project(&["psycopg[binary,pool]"], &[]);
        assert_eq!(proposed(&with_extra, &[], PackageManager::Apt), "");
    }

    #[test]
    fn only_what_somebody_needs_is_taken_from_container_files() {
        use SystemPackageManager::{Apk, Apt, Brew, Conda};
        let hints = [
            (Apt, "libgl1-mesa-glx"),
            (Apt, "nginx"),
            (Apt, "curl"),
            (Apk, "cairo-dev"),
            (Brew, "openssl@3"),
            (Conda, "hdf5"),
            (Conda, "ffmpeg"),
        ];
        let project = project(&[], &hints);
        insta::assert_snapshot!(proposed(&project, &[], PackageManager::Apt), @"
        libgl1: Dockerfile:2 installs `libgl1-mesa-glx`
        libcairo2-dev: Dockerfile:2 installs `cairo-dev`
        ffmpeg: Dockerfile:2 installs `ffmpeg`
        ");
        insta::assert_snapshot!(proposed(&project, &[], PackageManager::Brew), @"
        cairo: Dockerfile:2 installs `cairo-dev`
        openssl@3: Dockerfile:2 installs `openssl@3`
        ffmpeg: Dockerfile:2 installs `ffmpeg`
        ");
    }
}
