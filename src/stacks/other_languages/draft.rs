//! Facts, as they are put into a stack.

use dhtl_detection::formats::LineIndex;
use dhtl_detection::tree::Tree;
use dhtl_project_model::stack::{PackageManagerUse, ProjectType, Runtime, RuntimeVersion};
use dhtl_project_model::{Evidence, Found, Problem};

use crate::places;
use crate::sources::Sources;
use crate::versions::{self, Statement};

/// A fact and what shows it.
pub(super) fn found<T>(value: T, evidence: &Evidence) -> Found<T> {
    Found {
        value,
        evidence: evidence.clone(),
    }
}

/// A command and what it follows from.
#[expect(
    clippy::unnecessary_wraps,
    reason = "a command that there is becomes one of those that there may be"
)]
pub(super) fn command(text: impl Into<String>, evidence: &Evidence) -> Option<Found<String>> {
    Some(found(text.into(), evidence))
}

/// A package manager of which no version is known.
pub(super) fn manager(name: &str, lock: Option<String>, evidence: &Evidence) -> PackageManagerUse {
    PackageManagerUse {
        name: name.to_owned(),
        version: None,
        evidence: lock.as_ref().map_or_else(
            || evidence.clone(),
            |lock| Evidence::file(lock, "lock-file"),
        ),
        lock,
    }
}

/// The first of these files in `folder`, or else in the folders around it.
pub(super) fn nearest(tree: &Tree, folder: &str, names: &[&str]) -> Option<String> {
    let mut folders = std::iter::successors(Some(folder), |inner| {
        (*inner != ".").then(|| places::folder(inner))
    });
    folders.find_map(|folder| here(tree, folder, names))
}

/// The first of these files in `folder`.
pub(super) fn here(tree: &Tree, folder: &str, names: &[&str]) -> Option<String> {
    names
        .iter()
        .map(|name| places::inside(folder, name))
        .find(|path| tree.contains(path))
}

/// The version of a runtime: what `own` says first, then the files of version managers, then what
/// `weaker` says.
pub(super) fn runtime(
    sources: &Sources<'_>,
    folder: &str,
    runtime: Runtime,
    own: Vec<Statement>,
    weaker: Vec<Statement>,
) -> RuntimeVersion {
    let mut statements = own;
    statements.extend(versions::of_tool_files(sources, folder, runtime));
    statements.extend(weaker);
    versions::resolve(sources, runtime, statements)
}

/// The text of a manifest that is code, where it is there; what holds a NUL, or more than anybody
/// writes by hand, is something else under its name, which is reported.
pub(super) fn code(sources: &Sources<'_>, path: &str) -> Option<String> {
    const LARGEST: usize = 1024 * 1024;
    let text = sources.text(path)?;
    let (message, line) = if let Some(offset) = memchr::memchr(0, text.as_bytes()) {
        (
            "a binary file, not read",
            LineIndex::new(&text).line(offset),
        )
    } else if text.len() > LARGEST {
        ("larger than any manifest, not read", 1)
    } else {
        return Some(text);
    };
    sources.report(Problem {
        message: message.to_owned(),
        evidence: Evidence::at(path, line, "text-file"),
    });
    None
}

/// Puts back what stands in the file where something else was asked for in its place.
pub(super) fn as_written(
    version: &mut RuntimeVersion,
    rule: &str,
    written: impl Fn(&str) -> String,
) {
    for statement in &mut version.statements {
        if statement.evidence.rule == rule {
            statement.text = written(&statement.text);
        }
    }
}

/// What a service is called that answers people and not programs: one with pages of its own.
pub(super) fn with_pages(
    tree: &Tree,
    folder: &str,
    purpose: Found<ProjectType>,
) -> Found<ProjectType> {
    if purpose.value != ProjectType::Api {
        return purpose;
    }
    match page(tree, folder) {
        Some(path) => Found {
            value: ProjectType::Web,
            evidence: Evidence::file(path, "page-template"),
        },
        None => purpose,
    }
}

/// The first template or page below `folder` that is neither documentation nor of a front end that
/// has a `package.json` of its own.
fn page<'t>(tree: &'t Tree, folder: &str) -> Option<&'t str> {
    const ENDINGS: [&str; 14] = [
        "html", "htm", "tmpl", "gohtml", "templ", "mustache", "hbs", "tera", "ftl", "jsp", "leaf",
        "cshtml", "erb", "heex",
    ];
    const OTHERS: [&str; 8] = [
        "test",
        "tests",
        "testdata",
        "spec",
        "node_modules",
        "swagger",
        "swagger-ui",
        "coverage",
    ];
    let mut pages = tree
        .below(folder)
        .map(|file| file.path.as_str())
        .filter(|path| {
            let ending = path.rsplit_once('.').map_or("", |(_, ending)| ending);
            ENDINGS.contains(&ending)
                && !places::is_documentation(path)
                && !path
                    .split('/')
                    .any(|part| OTHERS.contains(&part) || part.starts_with('.'))
        });
    pages.find(|path| {
        let around = std::iter::successors(Some(places::folder(path)), |inner| {
            (*inner != "." && *inner != folder).then(|| places::folder(inner))
        });
        let mut around = around.filter(|around| *around != folder);
        !around.any(|around| tree.contains(&places::inside(around, "package.json")))
    })
}
