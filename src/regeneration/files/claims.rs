//! What the `RECORD` files say is installed.

use dhtl_project_model::DistributionName;
use rayon::prelude::*;

use crate::installed::Distribution;

/// The files that distributions say they have, in groups of those that name one path.
#[derive(Debug)]
pub(super) struct Claims<'a> {
    /// By path.
    claims: Vec<Claim<'a>>,
}

/// A line of a `RECORD` that speaks of a file in the environment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Claim<'a> {
    /// The path relative to the environment's folder, with `/` between its parts.
    pub(super) path: String,
    /// The distribution.
    pub(super) owner: &'a DistributionName,
    /// The hash as it stands there; empty where there is none.
    pub(super) hash: &'a str,
}

impl<'a> Claims<'a> {
    /// What `distributions` say, whose folder is `base` in the environment.
    ///
    /// Left out: bytecode, which Python makes anew, and paths outside the environment.
    pub(super) fn of(distributions: impl Iterator<Item = &'a Distribution>, base: &str) -> Self {
        let mut claims = distributions
            .flat_map(|distribution| {
                distribution
                    .record
                    .iter()
                    .map(move |entry| (&distribution.name, entry))
            })
            .filter(|(_, entry)| !is_bytecode(&entry.path))
            .filter_map(|(owner, entry)| {
                Some(Claim {
                    path: located(base, &entry.path)?,
                    owner,
                    hash: &entry.hash,
                })
            })
            .collect::<Vec<_>>();
        claims.par_sort_unstable();
        Self { claims }
    }

    /// The claims to each path, by path.
    pub(super) fn groups(&self) -> Vec<&[Claim<'a>]> {
        self.claims
            .chunk_by(|one, other| one.path == other.path)
            .collect()
    }

    /// How many paths are claimed.
    pub(super) fn len(&self) -> usize {
        self.claims
            .chunk_by(|one, other| one.path == other.path)
            .count()
    }

    /// Whether anyone claims `path`.
    pub(super) fn has(&self, path: &str) -> bool {
        self.claims
            .binary_search_by(|claim| claim.path.as_str().cmp(path))
            .is_ok()
    }

    /// Whether anyone claims something in `folder`, which ends with `/`.
    pub(super) fn has_below(&self, folder: &str) -> bool {
        let first = self
            .claims
            .partition_point(|claim| claim.path.as_str() < folder);
        self.claims
            .get(first)
            .is_some_and(|claim| claim.path.starts_with(folder))
    }
}

/// Bytecode beside its source is made anew whenever the source seems newer, hash or no hash.
fn is_bytecode(path: &str) -> bool {
    path.contains("__pycache__/")
}

/// A path of a `RECORD` relative to the environment's folder; none when it leads out of it.
pub(super) fn located(base: &str, path: &str) -> Option<String> {
    let is_absolute = path.starts_with('/') || (cfg!(windows) && path.contains(':'));
    if is_absolute {
        return None;
    }
    if matches!(path.rsplit('/').next(), Some("" | "." | "..")) {
        // That is a folder, and no file can be there.
        return None;
    }
    if !path.starts_with('.') && !path.contains("/.") && !path.contains("//") {
        return Some(format!("{base}/{path}"));
    }
    let mut parts = base.split('/').collect::<Vec<_>>();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
