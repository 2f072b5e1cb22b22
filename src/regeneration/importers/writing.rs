//! Gathers the distributions of a lock and writes them as a compiled requirements file.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::str::FromStr as _;

use dhtl_project_model::DistributionName;
use pep440_rs::Version;

use super::distribution::{Distribution, Hash, Origin, hash};
use super::error::shown;
use super::marker::Marker;
use super::source::Given;
use super::{ImportNote, Imported, Located};

/// What was read of a lock so far.
#[derive(Debug, Default)]
pub(super) struct Collection {
    distributions: BTreeMap<DistributionName, Vec<Distribution>>,
    notes: BTreeSet<ImportNote>,
    /// The distributions that are locked from an index of a name.
    by_index: BTreeMap<String, BTreeSet<DistributionName>>,
}

impl Collection {
    /// Notes that something is not carried over as it stands.
    pub(super) fn note(&mut self, name: &DistributionName, why: impl Into<String>) {
        self.notes.insert(ImportNote {
            what: format!("`{name}`"),
            why: why.into(),
        });
    }

    /// Notes that a distribution is locked from an index that the lock names.
    pub(super) fn note_index(&mut self, index: &str, name: &DistributionName) {
        let distributions = self.by_index.entry(shown(index)).or_default();
        distributions.insert(name.clone());
    }

    /// Adds a distribution; the same one twice is needed where either is.
    pub(super) fn add(&mut self, distribution: Distribution) {
        if distribution.marker.is_never() {
            return;
        }
        let same_name = self
            .distributions
            .entry(distribution.name.clone())
            .or_default();
        let same = same_name
            .iter_mut()
            .find(|known| known.origin == distribution.origin);
        match same {
            Some(known) => {
                known.marker = known.marker.or(&distribution.marker);
                known.hashes.extend(distribution.hashes);
                known.rank = known.rank.max(distribution.rank);
            }
            None => same_name.push(distribution),
        }
    }

    /// The origin, where it can be used; a note where it means something only elsewhere.
    pub(super) fn usable(&mut self, name: &DistributionName, given: Given) -> Option<Origin> {
        match given {
            Given::Usable(origin) => Some(origin),
            Given::Elsewhere(why) => {
                self.note(name, why);
                None
            }
        }
    }

    /// Reads hashes such as `sha256:…`, each with the line it is on.
    pub(super) fn hashes<'a>(
        &mut self,
        name: &DistributionName,
        texts: impl IntoIterator<Item = (&'a str, usize)>,
    ) -> Located<BTreeSet<String>> {
        let mut hashes = BTreeSet::new();
        for (text, line) in texts {
            match hash(name, text, line)? {
                Hash::Proof(hash) => {
                    hashes.insert(hash);
                }
                Hash::Weak => {
                    self.note(name, "a hash of it is of an algorithm that proves nothing");
                }
            }
        }
        Ok(hashes)
    }

    /// The text of the requirements file.
    pub(super) fn finish(mut self) -> Imported {
        let mut text = String::new();
        for (name, mut distributions) in std::mem::take(&mut self.distributions) {
            // The first wins where the conditions of several overlap.
            distributions.sort_by_key(|one| std::cmp::Reverse((one.rank, version_of(&one.origin))));
            let mut taken = Marker::never();
            for mut distribution in distributions {
                let free = distribution.marker.and(&taken.negated());
                if free.is_never() {
                    let why = format!("`{distribution}` is locked beside another version of it");
                    self.note(&name, why);
                    continue;
                }
                let own = std::mem::replace(&mut distribution.marker, free);
                taken = taken.or(&own);
                write_one(&mut text, &distribution);
            }
        }
        for (index, distributions) in self.by_index {
            let names: Vec<&str> = distributions.iter().map(DistributionName::as_str).collect();
            self.notes.insert(ImportNote {
                what: format!("the index {index}"),
                why: format!("the lock takes from it: {}", names.join(", ")),
            });
        }
        Imported {
            text,
            notes: self.notes.into_iter().collect(),
        }
    }
}

/// The version; nothing sorts after every version, so that an address wins.
fn version_of(origin: &Origin) -> (bool, Option<Version>) {
    match origin {
        Origin::Version(version) => (false, Version::from_str(version).ok()),
        Origin::Address(_) | Origin::Path { .. } => (true, None),
    }
}

fn write_one(text: &mut String, distribution: &Distribution) {
    // Writing to a text cannot fail.
    let _ = write!(text, "{distribution}");
    for hash in &distribution.hashes {
        let _ = write!(text, " \\\n    --hash={hash}");
    }
    text.push('\n');
}
