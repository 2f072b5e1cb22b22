//! Importers: a foreign lock file becomes the text of a compiled requirements file.
//!
//! **Invariants:** pure functions from text to text; nothing is resolved anew. Every line written is
//! a requirement whose name, version, URL, marker and hashes were checked, or a hash: a lock file of
//! a repository cannot smuggle an option of the installer in.

mod clause;
mod constraint;
mod distribution;
mod error;
mod graph;
mod marker;
mod marker_parser;
mod node;
mod pdm;
mod pipfile;
mod poetry;
mod poetry_graph;
mod pylock;
mod requirement;
mod source;
mod writing;

#[cfg(test)]
mod tests;

use dhtl_project_model::{LockKind, Platform};

pub(crate) use error::{Fault, ImportError};
use node::Node;

/// No lock file of a real project is larger; reading one that is would only fill the memory.
const LARGEST: usize = 32 * 1024 * 1024;

/// A foreign lock file, as text.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ImportRequest<'a> {
    /// The path of the lock file, for messages.
    pub(crate) path: &'a str,
    /// Its text.
    pub(crate) text: &'a str,
    /// The text of the `pyproject.toml` beside it: locks of Poetry before 2.0, and those of PDM
    /// without inherited metadata, do not say themselves what is needed when.
    pub(crate) manifest: Option<&'a str>,
    /// The kind of the lock file.
    pub(crate) kind: LockKind,
}

/// What an import came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Imported {
    /// A compiled requirements file: the union of all groups and extras, exact, with markers and
    /// every hash. Relative paths are relative to the folder of the lock file.
    pub(crate) text: String,
    /// What could not be carried over as it stands.
    pub(crate) notes: Vec<ImportNote>,
}

/// Something that was not carried over as it stands in the lock file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ImportNote {
    /// What: `` `tool` ``.
    pub(crate) what: String,
    /// Why, in lower case.
    pub(crate) why: String,
}

/// Refuses a lock that was made on another platform, for that one only.
pub(crate) fn check_platform(
    request: &ImportRequest<'_>,
    platform: Platform,
) -> Result<(), ImportError> {
    if request.kind != LockKind::Pylock {
        return Ok(());
    }
    let document = document(request)?;
    pylock::check_platform(&document, platform).map_err(|error| located(request, error))
}

/// Turns a foreign lock file into the text of a compiled requirements file.
pub(crate) fn import(request: &ImportRequest<'_>) -> Result<Imported, ImportError> {
    let document = document(request)?;
    // A manifest that is broken is reported by detection; here it counts as absent.
    let manifest = request
        .manifest
        .filter(|text| text.len() <= LARGEST)
        .and_then(|text| Node::from_toml(text.strip_prefix('\u{feff}').unwrap_or(text)).ok());
    let mut collection = writing::Collection::default();
    match request.kind {
        LockKind::Poetry => poetry::read(&document, manifest.as_ref(), &mut collection),
        LockKind::Pdm => pdm::read(&document, manifest.as_ref(), &mut collection),
        LockKind::Pipfile => pipfile::read(&document, &mut collection),
        LockKind::Pylock => pylock::read(&document, &mut collection),
        LockKind::Uv | LockKind::HashedRequirements => Err((1, Fault::NotForeign)),
    }
    .map_err(|error| located(request, error))?;
    Ok(collection.finish())
}

/// The lock as a tree.
fn document(request: &ImportRequest<'_>) -> Result<Node, ImportError> {
    let text = request
        .text
        .strip_prefix('\u{feff}')
        .unwrap_or(request.text);
    if text.len() > LARGEST {
        return Err(located(request, (1, Fault::TooLarge { limit: LARGEST })));
    }
    let document = match request.kind {
        LockKind::Pipfile => Node::from_json(text),
        _ => Node::from_toml(text),
    };
    document.map_err(|error| located(request, error))
}

fn located(request: &ImportRequest<'_>, (line, fault): (usize, Fault)) -> ImportError {
    ImportError {
        path: request.path.to_owned(),
        line,
        fault,
    }
}

/// A fault and the line it is on, before the path of the file is known.
type Located<T> = Result<T, (usize, Fault)>;
