//! Which lock files a project has: those that lead, and those that only have a say besides.

use std::fs;
use std::path::Path;

use dhtl_project_model::config::Document;
use dhtl_project_model::{
    Declaration, DeclarationFormat, EnvironmentSpec, LockFile, LockKind, PythonProject, Strategy,
};

use crate::locks::{LockText, Pins, pins};
use crate::markers::MarkerEnvironment;
use crate::resolution::sources::is_locked;
use crate::spec::is_requirements_file;
use crate::subject::Subject;

/// The locks that decide what is installed.
pub(crate) fn leading(spec: &EnvironmentSpec, python: &PythonProject) -> Vec<LockFile> {
    match spec.strategy {
        Strategy::UvLock => vec![lock_file("uv.lock")],
        Strategy::ForeignLock => {
            let path = &spec.strategy_evidence.path;
            let locks = python.locks.iter();
            locks.filter(|lock| lock.path == *path).cloned().collect()
        }
        Strategy::HashedRequirements => {
            let files = spec.requirements_files.iter();
            files.map(|path| lock_file(path)).collect()
        }
        _ => Vec::new(),
    }
}

/// The locks of the project that another one leads, the most preferred first: those that detection
/// knows, those that `.dhtconfig` lists, and requirements files at the root in which everything is
/// exact. None where no lock leads: then all that is declared is resolved together.
///
/// Source: seed 001 section 5, "Lock File Conflicts".
pub(crate) fn led(
    root: &Path,
    spec: &EnvironmentSpec,
    python: &PythonProject,
    document: Option<&Document>,
) -> Vec<LockFile> {
    if !is_locked(spec.strategy) {
        return Vec::new();
    }
    let leading = leading(spec, python);
    let section = document.and_then(|document| document.config().dependencies.as_ref());
    let configured = section.map_or(&[][..], |section| &section.lock_files);
    let pinned = python.declarations.iter().filter(|one| is_pinned(one));
    let named = configured
        .iter()
        .map(String::as_str)
        .chain(REQUIREMENTS_LOCKS)
        .filter(|path| root.join(path).is_file());
    let candidates = python
        .locks
        .iter()
        .cloned()
        .chain(pinned.map(|declaration| lock_file(&declaration.path)))
        .chain(named.map(lock_file));
    let mut led: Vec<LockFile> = Vec::new();
    for lock in candidates {
        if !leading.iter().chain(&led).any(|one| one.path == lock.path) {
            led.push(lock);
        }
    }
    led
}

/// What a lock has in one of the environments that `markers` describe; nothing where it cannot be
/// read.
pub(crate) fn read(root: &Path, lock: &LockFile, markers: &[MarkerEnvironment]) -> Pins {
    let read = |path: &str| {
        let file = root.join(path);
        let is_readable = |metadata: fs::Metadata| metadata.is_file() && metadata.len() <= LARGEST;
        fs::metadata(&file).is_ok_and(is_readable).then_some(())?;
        fs::read_to_string(file).ok()
    };
    let Some(text) = read(&lock.path) else {
        return Pins::new();
    };
    let manifest = read("pyproject.toml");
    let text = LockText {
        path: &lock.path,
        kind: lock.kind,
        text: &text,
        manifest: manifest.as_deref(),
    };
    pins(&text, markers)
}

/// The locks of `subject` that another one leads.
pub(crate) fn led_of(subject: &Subject) -> Vec<LockFile> {
    let (root, spec, python) = (subject.root(), &subject.spec, subject.python());
    led(root, spec, python, subject.document.as_ref())
}

/// No lock of a real project is larger, in bytes; reading one that is would only fill the memory.
const LARGEST: u64 = 32 * 1024 * 1024;

/// Locks that neither end in `.txt` nor have a notation of their own: those of rye and of seed 001.
const REQUIREMENTS_LOCKS: [&str; 2] = ["requirements.lock", "requirements-dev.lock"];

fn lock_file(path: &str) -> LockFile {
    let kind = match path.rsplit('/').next() {
        Some("uv.lock") => LockKind::Uv,
        Some("pylock.toml") => LockKind::Pylock,
        Some("poetry.lock") => LockKind::Poetry,
        Some("pdm.lock") => LockKind::Pdm,
        Some("Pipfile.lock") => LockKind::Pipfile,
        _ => LockKind::HashedRequirements,
    };
    LockFile {
        path: path.to_owned(),
        kind,
    }
}

/// Whether a requirements file leaves no version open.
fn is_pinned(declaration: &Declaration) -> bool {
    let folder = declaration
        .path
        .rsplit_once('/')
        .map_or("", |(folder, _)| folder);
    let requirements = &declaration.requirements;
    declaration.format == DeclarationFormat::Requirements
        && is_requirements_file(declaration)
        && matches!(folder, "" | "requirements")
        && !requirements.is_empty()
        && requirements.iter().all(|requirement| {
            let specifier = requirement.text.split(';').next().unwrap_or_default();
            specifier.contains("==") && !specifier.contains(['*', ',', '@'])
        })
}

#[cfg(test)]
mod tests {
    use dhtl_project_model::{Evidence, Requirement, RequirementSource, Scope};

    use super::*;

    fn requirements(path: &str, lines: &[&str]) -> Declaration {
        let requirement = |text: &&str| Requirement {
            text: (*text).to_owned(),
            name: None,
            source: RequirementSource::Index,
            editable: false,
            hashes: Vec::new(),
            evidence: Evidence::file(path, "test"),
        };
        Declaration {
            path: path.to_owned(),
            format: DeclarationFormat::Requirements,
            scope: Scope::Runtime,
            requirements: lines.iter().map(requirement).collect(),
        }
    }

    #[test]
    fn a_requirements_file_with_an_open_version_is_no_lock() {
        let check = |path: &str, lines: &[&str], expected: bool| {
            assert_eq!(is_pinned(&requirements(path, lines)), expected, "{lines:?}");
        };
        check(
            "requirements.txt",
            &["a==1", "b[x]==2 ; os_name == 'nt'"],
            true,
        );
        check("requirements/dev.txt", &["a==1"], true);
        check("docs/requirements.txt", &["a==1"], false);
        check("requirements.txt", &["a==1", "b>=2"], false);
        check("requirements.txt", &["a==1.*"], false);
        check(
            "requirements.txt",
            &["a @ https://files.example/a-1==1.whl"],
            false,
        );
        check("requirements.txt", &[], false);
        check("environment.yml", &["a==1"], false);
    }
}
