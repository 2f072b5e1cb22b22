//! One file after the other, many at a time.

use std::borrow::Cow;
use std::path::Path;
use std::thread;

use dhtl_project_model::DistributionName;
use rayon::prelude::*;

use crate::files::FileCheck;
use crate::files::claims::{Claim, Claims};
use crate::files::finding::{FileFinding, Found};
use crate::files::hashing::{Algorithm, same};
use crate::files::stamp::{A_TICK_AND_MORE, Now, Stamp, Token};
use crate::files::tree::{Entry, Facts, Kind, Tree};
use crate::state::StateDir;

/// Holds what is claimed against what is there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Judge<'a> {
    /// The environment's folder.
    pub(super) venv: &'a Path,
    /// What is there.
    pub(super) tree: &'a Tree,
    /// What is known to be right.
    pub(super) stamp: &'a Stamp,
    /// Whether that is believed.
    pub(super) depth: FileCheck,
}

/// What is thought of a claimed path before any file is read.
enum Opinion<'a> {
    /// It is right.
    Right(Option<Token>),
    /// It is wrong.
    Wrong(FileFinding),
    /// Its content decides.
    Open(&'a [Claim<'a>], Entry, Token),
}

impl Judge<'_> {
    /// What is wrong, and the tokens of what is right where these are not those of the stamp.
    pub(super) fn judge(
        &self,
        claims: &Claims<'_>,
        state: &StateDir,
    ) -> (Vec<FileFinding>, Option<Vec<Token>>) {
        let opinions = claims
            .groups()
            .into_par_iter()
            .map(|group| self.opinion(group))
            .collect::<Vec<_>>();
        let (mut right, mut wrong, mut open) = (Vec::new(), Vec::new(), Vec::new());
        for opinion in opinions {
            match opinion {
                Opinion::Right(token) => right.extend(token),
                Opinion::Wrong(finding) => wrong.push(finding),
                Opinion::Open(group, entry, token) => open.push((group, entry, token)),
            }
        }
        if open.is_empty() && wrong.is_empty() {
            return (wrong, None);
        }
        let now = settled(state, open.iter().map(|(_, entry, _)| &entry.facts));
        let read = open
            .into_par_iter()
            .map(|(group, entry, token)| match mismatch(group, &entry) {
                Some(finding) => Opinion::Wrong(finding),
                None => Opinion::Right(
                    now.filter(|now| {
                        now.would_see_changes(entry.facts.last_change(), entry.facts.device)
                    })
                    .map(|_| token),
                ),
            })
            .collect::<Vec<_>>();
        for opinion in read {
            match opinion {
                Opinion::Right(token) => right.extend(token),
                Opinion::Wrong(finding) => wrong.push(finding),
                Opinion::Open(..) => {}
            }
        }
        (wrong, now.map(|_| right))
    }

    fn opinion<'a>(&self, group: &'a [Claim<'a>]) -> Opinion<'a> {
        let path = &group[0].path;
        let entry = match self.tree.get(path) {
            Some(entry) => Cow::Borrowed(entry),
            None => match self.elsewhere(path) {
                Ok(entry) => Cow::Owned(entry),
                Err(None) => return Opinion::Wrong(missing(group, self.venv)),
                Err(Some((part, place))) => {
                    return Opinion::Wrong(FileFinding {
                        owners: owners(group),
                        ..FileFinding::not_a_folder(part, place)
                    });
                }
            },
        };
        if entry.facts.kind != Kind::File {
            return Opinion::Wrong(no_file(group, &entry));
        }
        let mut hashes = checkable(group).peekable();
        if hashes.peek().is_none() {
            return Opinion::Right(None);
        }
        let token = self.stamp.token(path, &entry.facts, hashes);
        if self.depth == FileCheck::Changed && self.stamp.knows(&token) {
            return Opinion::Right(Some(token));
        }
        Opinion::Open(group, entry.into_owned(), token)
    }

    /// What is at a path that the tree does not cover, such as a manual page, or one that is written
    /// otherwise on a file system that takes both for one.
    ///
    /// Fails with the link that stands where a folder must be, or with nothing where nothing is.
    fn elsewhere(&self, path: &str) -> Result<Entry, Option<(String, std::path::PathBuf)>> {
        let mut place = self.venv.to_owned();
        let mut way = String::new();
        let (folders, name) = path.rsplit_once('/').unwrap_or(("", path));
        for part in folders.split('/').filter(|part| !part.is_empty()) {
            place.push(part);
            way.push_str(part);
            match Facts::at(&place).map(|facts| facts.kind) {
                Some(Kind::Folder) => {}
                // This one is part of every environment on 64-bit Linux.
                Some(Kind::Link) if way == "lib64" => {}
                Some(Kind::Link) => return Err(Some((way, place))),
                _ => return Err(None),
            }
            way.push('/');
        }
        place.push(name);
        let facts = Facts::at(&place).ok_or(None)?;
        Ok(Entry {
            path: path.to_owned(),
            place,
            facts,
        })
    }
}

/// The time, once every file that was changed just now has become a file that was changed before.
fn settled<'a>(state: &StateDir, mut facts: impl Iterator<Item = &'a Facts>) -> Option<Now> {
    let now = Now::read(state)?;
    if !facts.any(|facts| now.is_racy(facts.changed, facts.device)) {
        return Some(now);
    }
    thread::sleep(A_TICK_AND_MORE);
    Now::read(state)
}

/// The hashes that can be checked.
fn checkable<'a>(group: &'a [Claim<'a>]) -> impl Iterator<Item = &'a str> {
    group
        .iter()
        .map(|claim| claim.hash)
        .filter(|hash| Algorithm::of(hash).is_some())
}

/// What is wrong with the content of a file; nothing when it is that of one of its owners: the one
/// that was installed last wrote it.
fn mismatch(group: &[Claim<'_>], entry: &Entry) -> Option<FileFinding> {
    let mut actual: Option<(Algorithm, String)> = None;
    for recorded in checkable(group) {
        let algorithm = Algorithm::of(recorded)?;
        if actual.as_ref().is_none_or(|(of, _)| *of != algorithm) {
            match algorithm.hash(entry) {
                Ok(hash) => actual = Some((algorithm, hash)),
                Err(error) => {
                    return Some(FileFinding {
                        actual: Some(format!("unreadable: {}", error.kind())),
                        ..wrong(group, entry)
                    });
                }
            }
        }
        if actual
            .as_ref()
            .is_some_and(|(_, hash)| same(recorded, hash))
        {
            return None;
        }
    }
    Some(FileFinding {
        actual: actual.map(|(_, hash)| hash),
        ..wrong(group, entry)
    })
}

fn wrong(group: &[Claim<'_>], entry: &Entry) -> FileFinding {
    FileFinding {
        path: entry.path.clone(),
        place: entry.place.clone(),
        found: Found::Modified,
        owners: owners(group),
        expected: checkable(group).next().map(str::to_owned),
        actual: None,
    }
}

fn no_file(group: &[Claim<'_>], entry: &Entry) -> FileFinding {
    let what = match entry.facts.kind {
        Kind::Link => "a link",
        Kind::Folder => "a folder",
        Kind::File | Kind::Other => "no regular file",
    };
    FileFinding {
        expected: Some(
            checkable(group)
                .next()
                .map_or_else(|| "a file".to_owned(), str::to_owned),
        ),
        actual: Some(what.to_owned()),
        ..wrong(group, entry)
    }
}

fn missing(group: &[Claim<'_>], venv: &Path) -> FileFinding {
    let path = group[0].path.clone();
    FileFinding {
        place: venv.join(&path),
        path,
        found: Found::Missing,
        owners: owners(group),
        expected: checkable(group).next().map(str::to_owned),
        actual: None,
    }
}

fn owners(group: &[Claim<'_>]) -> Vec<DistributionName> {
    let mut owners = group
        .iter()
        .map(|claim| claim.owner.clone())
        .collect::<Vec<_>>();
    owners.dedup();
    owners
}
