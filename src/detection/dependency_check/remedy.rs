//! What to do about a finding, in the words of the tool that the project uses.

use dhtl_project_model::{DeclarationFormat, DistributionName, Scope};

use super::finding::Part;
use super::inventory::Entry;
use super::scene::Scene;

/// Declare `name` for `part` of the project in `folder`.
pub(super) fn add(scene: &Scene<'_>, folder: &str, name: &DistributionName, part: Part) -> String {
    let group = (part == Part::Development).then(|| group_of(scene, folder));
    let manifest = Manifest::of(scene, folder);
    let command = match (&manifest, group) {
        (Manifest::Poetry, None) => format!("poetry add {name}"),
        (Manifest::Poetry, Some(group)) => format!("poetry add --group {group} {name}"),
        (Manifest::Pdm, None) => format!("pdm add {name}"),
        (Manifest::Pdm, Some(group)) => format!("pdm add --dev --group {group} {name}"),
        (Manifest::Pipenv, None) => format!("pipenv install {name}"),
        (Manifest::Pipenv, Some(_)) => format!("pipenv install --dev {name}"),
        (Manifest::Pyproject, None) => format!("uv add {name}"),
        (Manifest::Pyproject, Some(group)) => format!("uv add --group {group} {name}"),
        (Manifest::File(path), None) => return format!("add `{name}` to `{path}`"),
        (Manifest::File(_), Some(_)) => {
            return match development_file(scene, folder) {
                Some(path) => format!("add `{name}` to `{path}`"),
                None => format!("add `{name}` to a list of what development needs"),
            };
        }
        (Manifest::None, _) => return format!("add `{name}` to a `requirements.txt`"),
    };
    if folder == "." {
        format!("declare it with `{command}`")
    } else {
        format!("declare it with `{command}` in `{folder}`")
    }
}

/// Declare `name` for everybody who installs the project, not for development only.
pub(super) fn move_to_runtime(scene: &Scene<'_>, folder: &str, name: &DistributionName) -> String {
    format!(
        "{}: only development has it now",
        add(scene, folder, name, Part::Runtime)
    )
}

/// Declare what `entry` says for development only.
pub(super) fn move_to_development(
    scene: &Scene<'_>,
    entry: &Entry<'_>,
    name: &DistributionName,
) -> String {
    let evidence = &entry.requirement.evidence;
    let line = evidence
        .line
        .map(|line| format!(":{line}"))
        .unwrap_or_default();
    format!(
        "{}, and remove it from `{}{line}`",
        add(scene, entry.project, name, Part::Development),
        evidence.path
    )
}

/// Remove the declarations of what is unused.
pub(super) fn remove(entries: &[&Entry<'_>]) -> String {
    let mut places: Vec<String> = entries
        .iter()
        .map(|entry| {
            let evidence = &entry.requirement.evidence;
            match evidence.line {
                Some(line) => format!("`{}:{line}`", evidence.path),
                None => format!("`{}`", evidence.path),
            }
        })
        .collect();
    places.sort();
    places.dedup();
    format!("remove it from {}", places.join(" and "))
}

/// Nobody here knows the distribution.
pub(super) fn find_out(module: &str) -> String {
    format!("declare the distribution that provides `{module}`; its name is not known here")
}

/// What a project declares its dependencies in.
enum Manifest {
    Poetry,
    Pdm,
    Pipenv,
    Pyproject,
    File(String),
    None,
}

impl Manifest {
    fn of(scene: &Scene<'_>, folder: &str) -> Self {
        let of_folder = || {
            let declarations = scene.lists.declarations.iter();
            declarations.filter(move |one| scene.inventory.project_of(&one.path) == folder)
        };
        let has = |format| of_folder().any(|one| one.format == format);
        if has(DeclarationFormat::Poetry) {
            Self::Poetry
        } else if has(DeclarationFormat::Pdm) {
            Self::Pdm
        } else if has(DeclarationFormat::Pep621) || has(DeclarationFormat::DependencyGroups) {
            Self::Pyproject
        } else if has(DeclarationFormat::Pipfile) {
            Self::Pipenv
        } else {
            of_folder()
                .filter(|one| one.format != DeclarationFormat::Tox)
                .find(|one| one.scope == Scope::Runtime)
                .map_or(Self::None, |one| Self::File(one.path.clone()))
        }
    }
}

/// The group that development of the project in `folder` has already, or else `dev`.
fn group_of(scene: &Scene<'_>, folder: &str) -> String {
    let groups: Vec<&str> = scene
        .lists
        .declarations
        .iter()
        .filter(|one| scene.inventory.project_of(&one.path) == folder)
        .filter(|one| {
            matches!(
                one.format,
                DeclarationFormat::DependencyGroups
                    | DeclarationFormat::Poetry
                    | DeclarationFormat::Pdm
            )
        })
        .filter_map(|one| match &one.scope {
            Scope::Group(name) => Some(name.as_str()),
            _ => None,
        })
        .collect();
    let preferred = ["dev", "test", "tests"];
    preferred
        .into_iter()
        .find(|name| groups.contains(name))
        .or_else(|| groups.first().copied())
        .unwrap_or("dev")
        .to_owned()
}

/// A file that lists what development of the project in `folder` needs.
fn development_file(scene: &Scene<'_>, folder: &str) -> Option<String> {
    let mut files = scene.lists.declarations.iter().filter(|one| {
        one.format == DeclarationFormat::Requirements
            && matches!(one.scope, Scope::Group(_))
            && scene.inventory.project_of(&one.path) == folder
    });
    files.next().map(|one| one.path.clone())
}
