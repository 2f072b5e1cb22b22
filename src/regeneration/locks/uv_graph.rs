//! What of a `uv.lock` one platform gets: whatever is reached from the members of its workspace.
//!
//! Source: the format of `uv.lock`, version 1. All extras and groups of the members count.

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::DistributionName;

use super::tables::{Edge, Table};
use super::{Pin, Pins, may_hold};
use crate::markers::MarkerEnvironment;

/// What the tables have in one of the environments that `markers` describe.
pub(super) fn pins(tables: &[Table], markers: &[MarkerEnvironment]) -> Pins {
    let mut by_name: BTreeMap<&DistributionName, Vec<usize>> = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        by_name.entry(&table.name).or_default().push(index);
    }
    let mut walk = Walk {
        tables,
        by_name,
        markers,
        reached: BTreeMap::new(),
        seen: BTreeSet::new(),
        waiting: Vec::new(),
        verdicts: BTreeMap::new(),
    };
    for (index, table) in tables.iter().enumerate() {
        if table.is_own {
            walk.reached.entry(index).or_default();
            walk.waiting.push((index, Wanted::All));
        }
    }
    walk.run();
    walk.reached
        .into_iter()
        .map(|(index, asked_by)| {
            let table = &tables[index];
            let pin = Pin {
                version: table.version.clone(),
                line: Some(table.line),
                asked_by,
            };
            (table.name.clone(), pin)
        })
        .collect()
}

/// Which needs of a distribution are followed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    /// All there are: it is a member of the workspace.
    All,
    /// Those that it always has.
    Plain,
    /// Those of an extra.
    Extra(String),
}

struct Walk<'a> {
    tables: &'a [Table],
    by_name: BTreeMap<&'a DistributionName, Vec<usize>>,
    markers: &'a [MarkerEnvironment],
    /// The tables that are reached, each with who needs it.
    reached: BTreeMap<usize, BTreeSet<DistributionName>>,
    seen: BTreeSet<(usize, Wanted)>,
    waiting: Vec<(usize, Wanted)>,
    /// What is known of markers: a lock repeats the same few.
    verdicts: BTreeMap<&'a str, bool>,
}

impl<'a> Walk<'a> {
    fn run(&mut self) {
        while let Some((index, wanted)) = self.waiting.pop() {
            if !self.seen.insert((index, wanted.clone())) {
                continue;
            }
            let table: &'a Table = &self.tables[index];
            for edge in &table.edges {
                let is_wanted = match (&wanted, &edge.scope) {
                    (Wanted::All, _) | (Wanted::Plain, None) => true,
                    (Wanted::Extra(extra), Some(scope)) => extra == scope,
                    (Wanted::Plain, Some(_)) | (Wanted::Extra(_), None) => false,
                };
                if is_wanted && self.holds(&edge.marker) {
                    self.follow(&table.name, edge);
                }
            }
        }
    }

    fn holds(&mut self, marker: &'a str) -> bool {
        let markers = self.markers;
        let known = self.verdicts.entry(marker);
        *known.or_insert_with(|| may_hold(marker, markers))
    }

    fn follow(&mut self, from: &DistributionName, edge: &Edge) {
        let candidates = self.by_name.get(&edge.name).cloned().unwrap_or_default();
        for index in candidates {
            let table: &'a Table = &self.tables[index];
            let is_version = edge.version.is_none() || edge.version == table.version;
            let mut parts = table.resolution_markers.iter();
            let is_meant =
                table.resolution_markers.is_empty() || parts.any(|marker| self.holds(marker));
            if !is_version || !is_meant {
                continue;
            }
            self.reached.entry(index).or_default().insert(from.clone());
            self.waiting.push((index, Wanted::Plain));
            let extras = edge.extras.iter().cloned().map(Wanted::Extra);
            self.waiting.extend(extras.map(|extra| (index, extra)));
        }
    }
}
