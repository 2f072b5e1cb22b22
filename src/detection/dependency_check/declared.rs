//! The rules for what is declared: something must use it, and the part it is declared for.

use dhtl_project_model::{
    DeclarationFormat, DistributionName, Evidence, FileClass, ImportSite, RequirementSource,
};

use super::finding::{Finding, FindingKind, Part};
use super::inventory::Entry;
use super::mentions::{self, Mentions, Place};
use super::parsers;
use super::position::is_called_development;
use super::remedy;
use super::role::Role;
use super::scene::Scene;
use super::tools::{self, Kind};

/// The declared distributions that nothing uses, and those declared for everybody that only
/// development uses.
///
/// What works without being imported is left in peace: tools, plugins, drivers, and whatever a file
/// of the project names.
pub(super) fn check(scene: &Scene<'_>) -> Vec<Finding> {
    let mut candidates: Vec<Candidate<'_>> = scene
        .inventory
        .entries
        .iter()
        .filter_map(|(name, entries)| candidate(scene, name, entries))
        .collect();
    // Documentation is long, so it is only read for those that it can excuse.
    for is_prose_wanted in [false, true] {
        let names: Vec<&DistributionName> = candidates
            .iter()
            .filter(|candidate| !is_prose_wanted || candidate.listens_to_prose())
            .map(|candidate| candidate.name)
            .collect();
        if !names.is_empty() {
            let mentions = mentions::find(scene, &names, is_prose_wanted);
            candidates.retain(|candidate| !candidate.is_excused(&mentions));
        }
    }
    candidates
        .into_iter()
        .map(|candidate| candidate.finish(scene))
        .collect()
}

/// A distribution that is a finding unless some file names it.
struct Candidate<'a> {
    name: &'a DistributionName,
    suspicion: Suspicion,
    /// The declarations that are wrong.
    entries: Vec<&'a Entry<'a>>,
    /// The imports, where there are any.
    sites: Vec<&'a ImportSite>,
}

/// What a distribution is suspected of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suspicion {
    /// Nothing uses it, though everybody gets it.
    UnusedByAll,
    /// Nothing uses it, and only those get it who ask for it.
    UnusedByDevelopment,
    /// Only development imports it, and everybody gets it.
    ForDevelopment,
    /// It is a tool for development, and everybody gets it.
    ToolForDevelopment,
    /// Only jobs have use for it, and none may run it.
    NotRun,
}

fn candidate<'a>(
    scene: &'a Scene<'_>,
    name: &'a DistributionName,
    entries: &'a [Entry<'a>],
) -> Option<Candidate<'a>> {
    let chosen: Vec<&Entry<'_>> = entries
        .iter()
        .filter(|entry| is_chosen(scene, entry))
        .collect();
    if chosen.is_empty() || scene.inventory.own.contains(name) {
        return None;
    }
    let has = |host: &str| {
        let host = DistributionName::new(host);
        scene.inventory.entries.contains_key(&host) || scene.usage.distributions.contains(&host)
    };
    if tools::kind_of(name) == Some(Kind::Ambient)
        || tools::is_companion(name, has)
        || parsers::may_be_taken(scene, name)
    {
        return None;
    }
    let sites = scene
        .usage
        .of_declared
        .get(name)
        .cloned()
        .unwrap_or_default();
    // What is only thought to be imported may be needed anywhere.
    if !sites.is_empty() && scene.inventory.unclaimed.contains(name) {
        return None;
    }
    let (suspicion, entries) = suspicion(scene, name, chosen, &sites)?;
    Some(Candidate {
        name,
        suspicion,
        entries,
        sites,
    })
}

/// What `name` is suspected of, and the declarations that make it suspect.
fn suspicion<'a>(
    scene: &Scene<'_>,
    name: &DistributionName,
    chosen: Vec<&'a Entry<'a>>,
    sites: &[&ImportSite],
) -> Option<(Suspicion, Vec<&'a Entry<'a>>)> {
    let kind = tools::kind_of(name);
    if let Some(suspicion) = suspicion_of_automaton(scene, kind).filter(|_| sites.is_empty()) {
        return Some((suspicion, chosen));
    }
    if !sites.is_empty() || kind.is_some() {
        let is_for_development = sites.iter().all(|site| is_development(scene, site));
        let for_all: Vec<&Entry<'_>> = chosen
            .into_iter()
            .filter(|entry| is_for_all(scene, entry))
            .collect();
        if !is_for_development || for_all.is_empty() {
            return None;
        }
        return if !sites.is_empty() {
            Some((Suspicion::ForDevelopment, for_all))
        } else if for_all.iter().all(|entry| entry.role == Role::Runtime) {
            Some((Suspicion::ToolForDevelopment, for_all))
        } else {
            None
        };
    }
    if !can_be_called_unused(scene, name) {
        None
    } else if chosen.iter().any(|entry| entry.role <= Role::Environment) {
        Some((Suspicion::UnusedByAll, chosen))
    } else {
        Some((Suspicion::UnusedByDevelopment, chosen))
    }
}

/// What a program is suspected of that nobody types: some job or hook must run it, where the
/// repository shows any.
fn suspicion_of_automaton(scene: &Scene<'_>, kind: Option<Kind>) -> Option<Suspicion> {
    match kind? {
        Kind::Uploader if shows_jobs(scene) => Some(Suspicion::NotRun),
        Kind::Hook if scene.tree.contains(".pre-commit-config.yaml") => {
            Some(Suspicion::UnusedByDevelopment)
        }
        _ => None,
    }
}

/// Whether the repository holds the jobs of its continuous integration; an archive of the sources
/// does not.
fn shows_jobs(scene: &Scene<'_>) -> bool {
    const FILES: [&str; 6] = [
        ".gitlab-ci.yml",
        ".travis.yml",
        ".circleci/config.yml",
        "azure-pipelines.yml",
        "appveyor.yml",
        "Jenkinsfile",
    ];
    scene.tree.below(".github/workflows").next().is_some()
        || FILES.iter().any(|file| scene.tree.contains(file))
}

/// Whether a person decided that the project needs this very distribution.
fn is_chosen(scene: &Scene<'_>, entry: &Entry<'_>) -> bool {
    let requirement = entry.requirement;
    let is_frozen = scene.lists.frozen.contains(&requirement.evidence.path);
    let is_local = requirement.source == RequirementSource::Path || requirement.editable;
    let is_of_runner = matches!(
        entry.declaration.format,
        DeclarationFormat::Tox | DeclarationFormat::Nox | DeclarationFormat::Uv
    );
    entry.role != Role::Build
        && !is_frozen
        && !is_local
        && !is_of_runner
        && !only_forbids(&requirement.text)
}

/// Whether a requirement asks for nothing but that certain versions stay away: `urllib3<2` is about
/// what others bring along.
fn only_forbids(text: &str) -> bool {
    let text = text.split(';').next().unwrap_or(text);
    let Some(start) = text.find(['<', '>', '=', '!', '~', '@']) else {
        return false;
    };
    text[start..]
        .split(',')
        .map(|specifier| specifier.trim().trim_end_matches(')'))
        .filter(|specifier| !specifier.is_empty())
        .all(|specifier| specifier.starts_with(['<', '!']))
}

/// Whether everybody gets what `entry` declares, though there is a place for what only development
/// needs.
fn is_for_all(scene: &Scene<'_>, entry: &Entry<'_>) -> bool {
    match entry.role {
        Role::Runtime if scene.is_installable(entry.project) => true,
        // An application lists everything in one file, unless it has another for development.
        Role::Runtime | Role::Environment => {
            !scene.is_installable(entry.project)
                && scene
                    .inventory
                    .entries
                    .values()
                    .flatten()
                    .any(|other| other.role == Role::Development && other.project == entry.project)
        }
        Role::Extra | Role::Development | Role::Build => false,
    }
}

/// Whether only development needs what `site` imports.
fn is_development(scene: &Scene<'_>, site: &ImportSite) -> bool {
    let folder = scene.inventory.project_of(&site.path);
    match scene.class_of(site) {
        FileClass::Tests | FileClass::Docs | FileClass::Examples => true,
        // A script of an application may be the application.
        FileClass::Scripts => {
            scene.is_installable(folder)
                && is_about_the_project(&site.path, folder)
                && !is_shipped(scene, &site.path)
        }
        // What lies beside the packages may be an application of its own.
        FileClass::Package => {
            scene.part_of(site) == Part::Development && is_in_development_folder(&site.path, folder)
        }
        FileClass::Data => false,
    }
}

/// Whether the path has a folder whose name speaks of documentation, examples or tests.
fn is_in_development_folder(path: &str, folder: &str) -> bool {
    let below = path.strip_prefix(folder).unwrap_or(path);
    let mut folders = below
        .rsplit_once('/')
        .map_or("", |(folders, _)| folders)
        .split('/');
    folders.any(is_called_development)
}

/// Whether the script at `path` lies where scripts for the work on a project do.
fn is_about_the_project(path: &str, folder: &str) -> bool {
    const FOLDERS: [&str; 14] = [
        ".ci",
        ".github",
        "ci",
        "contrib",
        "dev",
        "devtools",
        "hack",
        "maintenance",
        "misc",
        "release",
        "script",
        "scripts",
        "tasks",
        "tools",
    ];
    let below = path.strip_prefix(folder).unwrap_or(path);
    let below = below.trim_start_matches('/');
    match below.split_once('/') {
        Some((first, _)) => FOLDERS.contains(&first),
        None => true,
    }
}

/// Whether a manifest names the script at `path`, and so installs it.
fn is_shipped(scene: &Scene<'_>, path: &str) -> bool {
    let folder = scene.inventory.project_of(path);
    let below = path
        .strip_prefix(folder)
        .map_or(path, |rest| rest.trim_start_matches('/'));
    ["setup.py", "setup.cfg", "pyproject.toml"]
        .iter()
        .any(|manifest| {
            let manifest = if folder == "." {
                (*manifest).to_owned()
            } else {
                format!("{folder}/{manifest}")
            };
            scene.tree.contains(&manifest)
                && path != manifest
                && scene
                    .tree
                    .text(&manifest)
                    .is_ok_and(|text| text.contains(below))
        })
}

/// Whether enough is known of `name` to say that nothing imports it.
///
/// A distribution of unknown modules may provide any import that nothing else explains.
fn can_be_called_unused(scene: &Scene<'_>, name: &DistributionName) -> bool {
    !scene.inventory.unknown.contains(name) || scene.usage.unexplained.is_empty()
}

/// Whether text for people and strings of tests use the name for what it means in English, or for
/// the part of the standard library that is called so.
fn is_ordinary_word(name: &DistributionName) -> bool {
    const WORDS: [&str; 20] = [
        "colour",
        "decorator",
        "fire",
        "first",
        "future",
        "futures",
        "html",
        "iterators",
        "mock",
        "parse",
        "path",
        "polling",
        "process",
        "pipe",
        "requests",
        "retry",
        "retrying",
        "schedule",
        "term",
        "toolz",
    ];
    WORDS.contains(&name.as_str())
}

impl Candidate<'_> {
    /// Whether being named in text for people can explain why it is declared.
    fn listens_to_prose(&self) -> bool {
        self.suspicion == Suspicion::UnusedByDevelopment && !is_ordinary_word(self.name)
    }

    /// Whether some file names the distribution in a way that explains why it is declared.
    fn is_excused(&self, mentions: &Mentions) -> bool {
        let Some(places) = mentions.get(self.name) else {
            return false;
        };
        let has = |place| places.contains(&place);
        match self.suspicion {
            Suspicion::UnusedByAll => {
                has(Place::Package) || has(Place::Configuration) || self.is_named_by_scripts(places)
            }
            // What is a word of its own is written for other reasons as well.
            Suspicion::UnusedByDevelopment => {
                !is_ordinary_word(self.name) || has(Place::Package) || has(Place::Configuration)
            }
            Suspicion::ForDevelopment | Suspicion::ToolForDevelopment => has(Place::Package),
            Suspicion::NotRun => has(Place::Command),
        }
    }

    /// Strings in tests are often about distributions, those of other code are about its own.
    fn is_named_by_scripts(&self, places: &std::collections::BTreeSet<Place>) -> bool {
        places.contains(&Place::DevelopmentCode)
            && self.entries.iter().any(|entry| entry.role != Role::Runtime)
    }

    fn finish(self, scene: &Scene<'_>) -> Finding {
        let mut declarations: Vec<Evidence> = self
            .entries
            .iter()
            .map(|entry| entry.requirement.evidence.clone())
            .collect();
        declarations.sort();
        declarations.dedup();
        let mut imports: Vec<Evidence> = self
            .sites
            .iter()
            .map(|site| Evidence::at(&site.path, site.line, "import"))
            .collect();
        imports.sort();
        imports.dedup();
        let first = self.entries[0];
        let is_misplaced = matches!(
            self.suspicion,
            Suspicion::ForDevelopment | Suspicion::ToolForDevelopment
        );
        Finding {
            kind: if is_misplaced {
                FindingKind::Misplaced
            } else {
                FindingKind::Unused
            },
            distribution: Some(self.name.clone()),
            module: None,
            project: first.project.to_owned(),
            needed_by: is_misplaced.then_some(Part::Development),
            evidence: imports,
            declarations,
            remedy: if is_misplaced {
                remedy::move_to_development(scene, first, self.name)
            } else {
                remedy::remove(&self.entries)
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upper_bound_alone_asks_for_nothing() {
        for text in ["urllib3<2", "a != 1.0, <=3 ; os_name == 'nt'", "a (<2)"] {
            assert!(only_forbids(text), "{text}");
        }
        for text in [
            "a",
            "a>=1,<2",
            "a==1",
            "a ; python_version < '3'",
            "a @ https://files.example/a<b",
        ] {
            assert!(!only_forbids(text), "{text}");
        }
    }
}
