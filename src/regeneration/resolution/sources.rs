//! Where the requirements of an unlocked project come from, in pieces that can be left out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use dhtl_detection::imports_table::modules_of;
use dhtl_project_model::{
    Declaration, DeclarationFormat, Digest, DistributionName, EnvironmentSpec, Evidence, FileClass,
    PythonProject, Requirement, RequirementSource, Scope, Strategy, SubProject,
};
use serde::{Deserialize, Serialize};

use crate::locked_set::LockedSet;
use crate::spec::{buildable, is_example, is_requirements_file, sub_projects};
use crate::state::{StateDir, one_per_line};

/// One piece of what is resolved together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// What it is called in reports: ``extra `dev` ``.
    pub label: String,
    /// What the source is called that it is a part of; the same as the label for a whole one.
    pub origin: String,
    /// The arguments that bring it into `uv pip compile`.
    pub arguments: Vec<String>,
    /// The requirements file that must be written first, as name and text, for requirements in a
    /// notation that uv does not read.
    pub generated: Option<(String, String)>,
    /// Whether the project is nothing without it.
    pub mandatory: bool,
    /// The requirements it is known to bring, to find out which source a failure comes from.
    pub brings: Vec<String>,
    /// The file it stands in.
    pub evidence: Evidence,
}

impl Source {
    /// The two halves of what it brings, as sources of their own; none for a single requirement.
    ///
    /// What a half brings is written out, so extras and groups lose what only their manifest knows.
    pub(crate) fn halves(&self) -> Option<[Self; 2]> {
        let (first, second) = self.brings.split_at(self.brings.len() / 2);
        (!first.is_empty()).then(|| [self.part(first), self.part(second)])
    }

    /// Whether it is an extra or a group: a choice among what a manifest offers.
    pub(crate) fn is_choice(&self) -> bool {
        self.generated.is_none()
            && self
                .arguments
                .iter()
                .any(|argument| argument.starts_with("--"))
    }

    /// The same requirements in a file of their own; none where it is not known to bring any.
    pub(crate) fn written_out(&self) -> Option<Self> {
        (!self.brings.is_empty()).then(|| self.part(&self.brings))
    }

    /// What it brings less the requirements that `is_bad` names; none where that is all or nothing.
    pub(crate) fn without(&self, is_bad: impl Fn(&str) -> bool) -> Option<Self> {
        let good = self
            .brings
            .iter()
            .filter(|line| !is_bad(line))
            .cloned()
            .collect::<Vec<_>>();
        (!good.is_empty() && good.len() < self.brings.len()).then(|| self.part(&good))
    }

    /// What it brings that `base` has not, in a file of its own; none where that is nothing. Where
    /// no lock decides, an extra of what `base` has may bring more.
    pub(crate) fn besides(&self, base: &LockedSet, is_locked: bool) -> Option<Self> {
        let is_new = |line: &&String| {
            !is_locked && line.contains('[')
                || !base.contains_key(&DistributionName::new(name_of(line)))
        };
        let lines = self
            .brings
            .iter()
            .filter(is_new)
            .cloned()
            .collect::<Vec<_>>();
        (!lines.is_empty()).then(|| self.part(&lines))
    }

    fn part(&self, lines: &[String]) -> Self {
        let text = one_per_line(lines);
        let name = format!("part-{}.in", &Digest::of(&text).hex()[..12]);
        let label = match lines {
            [line] => format!("`{line}` of {}", self.origin),
            _ => self.label.clone(),
        };
        Self {
            label,
            origin: self.origin.clone(),
            arguments: vec![StateDir::relative(&name)],
            generated: Some((name, text)),
            mandatory: self.mandatory,
            brings: lines.to_vec(),
            evidence: self.evidence.clone(),
        }
    }
}

/// The sources of an unlocked project, the indispensable ones first.
pub(crate) fn sources(spec: &EnvironmentSpec, python: &PythonProject) -> Vec<Source> {
    let own = &spec.project;
    let mut sources = Vec::new();
    if let Some(installable) = buildable(python) {
        sources.push(Source {
            label: format!("`{}`", installable.path),
            origin: format!("`{}`", installable.path),
            arguments: vec![installable.path.clone()],
            generated: None,
            mandatory: true,
            brings: brought(own, python, &installable.path, &Scope::Runtime),
            evidence: installable.clone(),
        });
        let choice = |kind: &str, name: &String, scope: &Scope| Source {
            label: format!("{kind} `{name}` of `{}`", installable.path),
            origin: format!("{kind} `{name}` of `{}`", installable.path),
            arguments: vec![format!("--{kind}"), name.clone()],
            generated: None,
            mandatory: false,
            brings: brought(own, python, &installable.path, scope),
            evidence: installable.clone(),
        };
        let extras = spec.extras.iter();
        sources.extend(extras.map(|name| choice("extra", name, &Scope::Extra(name.clone()))));
        let groups = spec.groups.iter();
        sources.extend(groups.map(|name| choice("group", name, &Scope::Group(name.clone()))));
    }
    for path in &spec.requirements_files {
        sources.push(Source {
            label: format!("`{path}`"),
            origin: format!("`{path}`"),
            arguments: vec![as_argument(path)],
            generated: None,
            mandatory: buildable(python).is_none() && spec.strategy_evidence.path == *path,
            brings: requirements_of(own, python, |declaration| declaration.path == *path),
            evidence: Evidence::file(path.clone(), "requirements-file"),
        });
    }
    sources.extend(generated(spec, python));
    sources
        .extend(sub_projects(python).filter_map(|sub_project| of_sub_project(python, sub_project)));
    if spec.strategy == Strategy::Inferred {
        sources.push(inferred(python));
    }
    sources.sort_by_key(|source| !source.mandatory);
    sources
}

/// All that a sub-project declares, without the other sub-projects: those are installed from here.
fn of_sub_project(python: &PythonProject, sub_project: &SubProject) -> Option<Source> {
    let own = python
        .sub_projects
        .iter()
        .filter_map(|other| other.name.as_deref());
    let own = own.map(DistributionName::new).collect::<Vec<_>>();
    let prefix = format!("{}/", sub_project.path);
    let declarations = python.declarations.iter().filter(|declaration| {
        let inside = declaration
            .path
            .strip_prefix(&prefix)
            .is_some_and(|rest| !rest.contains('/'));
        inside
            && declaration.scope != Scope::Build
            && declaration.format != DeclarationFormat::Requirements
    });
    let requirements = declarations.flat_map(|declaration| &declaration.requirements);
    let mut brings = requirements
        .filter(|requirement| requirement.source != RequirementSource::Path)
        .filter(|requirement| {
            !requirement
                .name
                .as_ref()
                .is_some_and(|name| own.contains(name))
        })
        .map(|requirement| requirement.text.clone())
        .collect::<Vec<_>>();
    brings.sort();
    brings.dedup();
    if brings.is_empty() {
        return None;
    }
    let slug = DistributionName::new(&sub_project.path.replace('/', "-"));
    let name = format!("sub-project-{slug}.in");
    let label = format!("sub-project `{}`", sub_project.path);
    Some(Source {
        origin: label.clone(),
        label,
        arguments: vec![StateDir::relative(&name)],
        generated: Some((name, one_per_line(&brings))),
        mandatory: false,
        brings,
        evidence: sub_project.evidence.clone(),
    })
}

/// Requirements in notations that `uv pip compile` does not read, one source per file and scope.
fn generated(spec: &EnvironmentSpec, python: &PythonProject) -> Vec<Source> {
    let mut texts: BTreeMap<(&str, String), String> = BTreeMap::new();
    for declaration in python
        .declarations
        .iter()
        .filter(|declaration| is_foreign(python, declaration))
    {
        let text = texts
            .entry((&declaration.path, scope_name(&declaration.scope)))
            .or_default();
        for requirement in &declaration.requirements {
            if requirement.source != RequirementSource::Path
                && has_known_name(declaration, requirement)
            {
                // Writing into a `String` cannot fail.
                let _ = writeln!(text, "{}", requirement.text);
            }
        }
    }
    texts
        .into_iter()
        .filter(|(_, text)| !text.is_empty())
        .map(|((path, scope), text)| {
            let slug = DistributionName::new(&path.replace('/', "-"));
            let name = format!("{slug}-{}.in", DistributionName::new(&scope));
            Source {
                label: format!("`{path}` ({scope})"),
                origin: format!("`{path}` ({scope})"),
                arguments: vec![StateDir::relative(&name)],
                brings: text.lines().map(str::to_owned).collect(),
                generated: Some((name, text)),
                mandatory: buildable(python).is_none()
                    && scope == "runtime"
                    && (!is_of_conda(path) || spec.strategy_evidence.path == path),
                evidence: Evidence::file(path.to_owned(), "generated-requirements"),
            }
        })
        .collect()
}

fn is_of_conda(path: &str) -> bool {
    [".yml", ".yaml"]
        .iter()
        .any(|ending| path.ends_with(ending))
}

/// Whether uv does not see a declaration when it reads the project's manifest.
fn is_foreign(python: &PythonProject, declaration: &Declaration) -> bool {
    use DeclarationFormat::{Conda, Hatch, Pdm, Pipfile, Poetry, Requirements, SetupCfg, Uv};
    // Sub-projects are projects of their own.
    if declaration.path.contains('/') || declaration.scope == Scope::Build {
        return false;
    }
    match declaration.format {
        Conda | Pipfile | Uv => true,
        Requirements => !is_requirements_file(declaration),
        SetupCfg => buildable(python).is_none(),
        Poetry | Pdm | Hatch => {
            buildable(python).is_none() || matches!(declaration.scope, Scope::Group(_))
        }
        _ => false,
    }
}

/// Whether an index is known to have what a requirement names: what only conda has must not be
/// taken from there, where somebody else may have taken the name.
fn has_known_name(declaration: &Declaration, requirement: &Requirement) -> bool {
    declaration.format != DeclarationFormat::Conda
        || requirement
            .name
            .as_ref()
            .is_some_and(|name| !modules_of(name).is_empty())
}

/// What `environment.yml` asks for and no index is known to have.
pub(crate) fn of_conda_alone(python: &PythonProject) -> impl Iterator<Item = &Requirement> {
    python.declarations.iter().flat_map(|declaration| {
        declaration
            .requirements
            .iter()
            .filter(|requirement| !has_known_name(declaration, requirement))
    })
}

/// What the project declares or is known to need for its development, and neither its lock nor its
/// manifest brings: what tox and nox install, a test runner, and, where a lock is followed, all that
/// is declared besides it. `base` is what is locked or resolved already, as far as it is known.
pub(crate) fn supplements(
    spec: &EnvironmentSpec,
    python: &PythonProject,
    base: &BTreeSet<DistributionName>,
) -> Vec<Source> {
    let is_locked = is_locked(spec.strategy);
    let own = own_names(spec, python);
    let is_candidate = |declaration: &&Declaration| {
        let folder = declaration
            .path
            .rsplit_once('/')
            .map_or("", |(folder, _)| folder);
        let is_besides = matches!(
            declaration.format,
            DeclarationFormat::Tox | DeclarationFormat::Nox
        ) || is_locked
            || declaration.format == DeclarationFormat::Conda && !folder.is_empty();
        is_besides && declaration.scope != Scope::Build && !is_example(folder)
    };
    let candidates = python.declarations.iter().filter(is_candidate);
    let mut supplements = candidates
        .filter_map(|declaration| {
            let is_wanted = |requirement: &&Requirement| {
                requirement.source != RequirementSource::Path
                    && has_known_name(declaration, requirement)
                    && requirement.name.as_ref().is_some_and(|name| {
                        !own.contains(name)
                            && (!base.contains(name)
                                || !is_locked && requirement.text.contains('['))
                    })
            };
            let requirements = declaration.requirements.iter().filter(is_wanted);
            let lines = requirements
                .map(|requirement| requirement.text.clone())
                .collect::<Vec<_>>();
            let label = format!(
                "`{}` ({})",
                declaration.path,
                scope_name(&declaration.scope)
            );
            let evidence = Evidence::file(declaration.path.clone(), "declared-besides");
            written(label, lines, evidence)
        })
        .collect::<Vec<_>>();
    let runner = DistributionName::new(TEST_RUNNER);
    let mut lines = supplements.iter().flat_map(|source| &source.brings);
    let has_runner =
        base.contains(&runner) || lines.any(|line| DistributionName::new(name_of(line)) == runner);
    if let Some(evidence) = first_test(python).filter(|_| !has_runner) {
        let label = "a test runner".to_owned();
        supplements.extend(written(label, vec![TEST_RUNNER.to_owned()], evidence));
    }
    supplements
}

/// What runs the tests of a project that does not say what does; it runs those of `unittest`, too.
const TEST_RUNNER: &str = "pytest";

/// The name that a requirement in the notation of PEP 508 begins with.
pub(crate) fn name_of(requirement: &str) -> &str {
    let end = requirement
        .find(|character: char| !(character.is_ascii_alphanumeric() || "-_.".contains(character)));
    &requirement[..end.unwrap_or(requirement.len())]
}

/// Whether versions come from a lock, and not from a resolution of dhtl's.
pub(crate) fn is_locked(strategy: Strategy) -> bool {
    matches!(
        strategy,
        Strategy::UvLock | Strategy::ForeignLock | Strategy::HashedRequirements
    )
}

/// The names that stand for the project itself and its parts.
fn own_names(spec: &EnvironmentSpec, python: &PythonProject) -> BTreeSet<DistributionName> {
    let below = python
        .sub_projects
        .iter()
        .filter_map(|other| other.name.as_deref());
    let below = below.map(DistributionName::new);
    std::iter::once(spec.project.clone()).chain(below).collect()
}

/// Requirements in a file of their own; none where there are none.
pub(crate) fn written(label: String, mut lines: Vec<String>, evidence: Evidence) -> Option<Source> {
    lines.sort();
    lines.dedup();
    let source = Source {
        origin: label.clone(),
        label,
        arguments: Vec::new(),
        generated: None,
        mandatory: false,
        brings: lines,
        evidence,
    };
    source.written_out()
}

/// The first file of tests that imports anything.
fn first_test(python: &PythonProject) -> Option<Evidence> {
    let sites = python.imports.iter().flat_map(|import| &import.sites);
    let tests = sites.filter(|site| site.class == FileClass::Tests);
    let first = tests.min_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)))?;
    Some(Evidence::at(first.path.clone(), first.line, "test-runner"))
}

/// A path that uv cannot take for an option.
pub(crate) fn as_argument(path: &str) -> String {
    if path.starts_with('-') {
        format!("./{path}")
    } else {
        path.to_owned()
    }
}

fn brought(
    own: &DistributionName,
    python: &PythonProject,
    path: &str,
    scope: &Scope,
) -> Vec<String> {
    requirements_of(own, python, |declaration| {
        declaration.path == path && declaration.scope == *scope
    })
}

fn requirements_of(
    own: &DistributionName,
    python: &PythonProject,
    is_meant: impl Fn(&Declaration) -> bool,
) -> Vec<String> {
    let declarations = python
        .declarations
        .iter()
        .filter(|declaration| is_meant(declaration));
    declarations
        .flat_map(|declaration| &declaration.requirements)
        // A path means something else in another folder, and the project installs itself.
        .filter(|requirement| requirement.source != RequirementSource::Path)
        .filter(|requirement| requirement.name.as_ref() != Some(own))
        .map(|requirement| requirement.text.clone())
        .collect()
}

fn scope_name(scope: &Scope) -> String {
    match scope {
        Scope::Runtime => "runtime".to_owned(),
        Scope::Extra(name) | Scope::Group(name) => name.clone(),
        Scope::Build => "build".to_owned(),
    }
}

/// What the code imports, for a project that declares nothing.
fn inferred(python: &PythonProject) -> Source {
    let mut names = python
        .undeclared
        .iter()
        .filter_map(|import| import.distribution.as_ref())
        .map(DistributionName::to_string)
        .collect::<Vec<_>>();
    names.sort();
    names.dedup();
    let text = one_per_line(&names);
    Source {
        label: "imports".to_owned(),
        origin: "imports".to_owned(),
        // Nobody of the project chose these: no code of theirs runs to build them.
        arguments: ["--only-binary", ":all:", &StateDir::relative("imports.in")]
            .map(str::to_owned)
            .to_vec(),
        generated: Some(("imports.in".to_owned(), text)),
        mandatory: false,
        brings: names,
        evidence: Evidence::file(".", "nothing-declared"),
    }
}
