//! Follows the dependencies inside a lock: which entry is needed under which conditions.
//!
//! Locks of Poetry before 2.0, and those of PDM without inherited metadata, list packages and the
//! edges between them; the conditions stand on the edges. Along a path all of them must hold, over
//! several paths one of them.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use dhtl_project_model::DistributionName;

use super::constraint::Constraint;
use super::marker::Marker;
use super::marker_parser::{Extras, parse};
use super::{Fault, Located};

/// Following more edges than this, over and over, says that the conditions do not come to an end.
///
/// An edge counts as often as the condition that is carried along it has alternatives.
const MOST_STEPS: usize = 300_000;

/// How often the choice between versions of one name is made anew from what followed of it.
const MOST_ROUNDS: usize = 4;

/// A package of the lock.
#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: DistributionName,
    /// The extras that the entry is for; PDM gives `name[extra]` an entry of its own.
    pub(super) extras: BTreeSet<DistributionName>,
    pub(super) version: String,
    /// The name of the index it comes from.
    pub(super) index: Option<String>,
    /// The versions of Python it supports.
    pub(super) python: Marker,
    pub(super) edges: Vec<Edge>,
    /// For the names of dependencies that are optional: the extras that ask for them.
    pub(super) optional: BTreeMap<DistributionName, BTreeSet<DistributionName>>,
}

/// A dependency of a package, or of the project itself.
#[derive(Debug, Clone)]
pub(super) struct Edge {
    pub(super) name: DistributionName,
    pub(super) extras: BTreeSet<DistributionName>,
    pub(super) constraint: Constraint,
    pub(super) index: Option<String>,
    /// The condition as it stands there.
    pub(super) marker: String,
    /// The condition that other keys add.
    pub(super) condition: Marker,
    pub(super) optional: bool,
    pub(super) line: usize,
}

/// A lock as packages and the dependencies of the project.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) packages: Vec<Package>,
    pub(super) roots: Vec<Edge>,
}

/// A package, as itself or as what one of its extras adds.
type Visit = (usize, Option<DistributionName>);

struct Walk<'a> {
    graph: &'a Graph,
    by_name: BTreeMap<&'a DistributionName, Vec<usize>>,
    /// Where a package may be chosen at all.
    allowed: Vec<Marker>,
    /// Where a package is needed by an edge that no other package of the name meets; and the
    /// package the edge is of, none for the project.
    forced: BTreeMap<(usize, Option<usize>), Marker>,
    reached: BTreeMap<Visit, Marker>,
    queue: VecDeque<Visit>,
    /// What is in the queue.
    queued: BTreeSet<Visit>,
}

impl Graph {
    /// For every package, where it is needed.
    pub(super) fn markers(&self) -> Located<Vec<Marker>> {
        let mut allowed = vec![Marker::always(); self.packages.len()];
        let mut steps = 0;
        let mut walk = Walk::new(self, allowed.clone()).run(&mut steps)?;
        for _ in 0..MOST_ROUNDS {
            let narrower = walk.narrowed();
            if narrower == allowed {
                break;
            }
            allowed.clone_from(&narrower);
            walk = Walk::new(self, narrower).run(&mut steps)?;
        }
        let mut markers = vec![Marker::never(); self.packages.len()];
        for ((index, _), marker) in &walk.reached {
            markers[*index] = markers[*index].or(marker);
        }
        Ok(markers)
    }
}

impl<'a> Walk<'a> {
    fn new(graph: &'a Graph, allowed: Vec<Marker>) -> Self {
        let mut by_name: BTreeMap<&DistributionName, Vec<usize>> = BTreeMap::new();
        for (index, package) in graph.packages.iter().enumerate() {
            by_name.entry(&package.name).or_default().push(index);
        }
        Self {
            graph,
            by_name,
            forced: BTreeMap::new(),
            allowed,
            reached: BTreeMap::new(),
            queue: VecDeque::new(),
            queued: BTreeSet::new(),
        }
    }

    fn run(mut self, steps: &mut usize) -> Located<Self> {
        for edge in &self.graph.roots {
            self.follow(edge, None, &Marker::always(), Extras::All)?;
        }
        while let Some(visit) = self.queue.pop_front() {
            self.queued.remove(&visit);
            let (index, extra) = &visit;
            let package = &self.graph.packages[*index];
            let marker = self.reached[&visit].clone();
            *steps += package.edges.len() * marker.len();
            if *steps > MOST_STEPS {
                return Err((1, Fault::TooEntangled));
            }
            for edge in &package.edges {
                if !offered(package, edge, extra.as_ref()) {
                    continue;
                }
                let extras = match extra {
                    Some(extra) => Extras::One(extra.as_str()),
                    None => Extras::None,
                };
                self.follow(edge, Some(*index), &marker, extras)?;
            }
        }
        Ok(self)
    }

    fn follow(
        &mut self,
        edge: &'a Edge,
        of: Option<usize>,
        so_far: &Marker,
        extras: Extras<'_>,
    ) -> Located<()> {
        let bad = || Fault::BadMarker {
            marker: edge.marker.clone(),
        };
        let own = parse(&edge.marker, extras).ok_or_else(|| (edge.line, bad()))?;
        let needed = so_far.and(&own).and(&edge.condition);
        if needed.is_never() {
            return Ok(());
        }
        let candidates = self.candidates(edge);
        let is_only = candidates
            .windows(2)
            .all(|pair| self.version(pair[0]) == self.version(pair[1]));
        let mut left = needed;
        for (position, index) in candidates.iter().enumerate() {
            let package = &self.graph.packages[*index];
            let mut here = left.and(&self.allowed[*index]);
            let is_last = position + 1 == candidates.len();
            if !is_last && !is_only {
                here = here.and(&package.python);
            }
            if is_only {
                let forced = self.forced.entry((*index, of)).or_insert(Marker::never());
                *forced = forced.or(&here);
            } else {
                left = left.and(&here.negated());
            }
            self.reach((*index, None), &here);
            for extra in &edge.extras {
                self.reach((*index, Some(extra.clone())), &here);
            }
        }
        Ok(())
    }

    /// Where every package may be chosen, given what the choices so far led to.
    ///
    /// Where an edge leaves no choice, the other edges follow it. A version that was chosen freely
    /// is given up where it forces another choice than the project or what has one version does.
    fn narrowed(&self) -> Vec<Marker> {
        let mut allowed = self.allowed.clone();
        let several = |index: usize| self.same_name(index).len() > 1;
        let firm = |of: Option<usize>| !of.is_some_and(several);
        let mut firmly = vec![Marker::never(); allowed.len()];
        for ((index, of), marker) in &self.forced {
            if several(*index) && firm(*of) {
                firmly[*index] = firmly[*index].or(marker);
            }
        }
        let others = |index: usize| {
            let others = self.same_name(index).iter().copied();
            let others = others.filter(move |other| self.version(*other) != self.version(index));
            others.fold(Marker::never(), |all, other| all.or(&firmly[other]))
        };
        for ((index, of), marker) in &self.forced {
            let Some(of) = of.filter(|of| several(*of) && several(*index)) else {
                continue;
            };
            let conflict = marker.and(&others(*index));
            if !conflict.is_never() {
                allowed[of] = allowed[of].and(&conflict.negated());
            }
        }
        if allowed == self.allowed {
            for index in (0..allowed.len()).filter(|index| several(*index)) {
                let free = firmly[index].or(&others(index).negated());
                allowed[index] = allowed[index].and(&free);
            }
        }
        allowed
    }

    fn same_name(&self, index: usize) -> &[usize] {
        let name = &self.graph.packages[index].name;
        self.by_name.get(name).map_or(&[], Vec::as_slice)
    }

    /// The packages that meet an edge, the newest first; all of the name where none does.
    fn candidates(&self, edge: &Edge) -> Vec<usize> {
        let Some(same_name) = self.by_name.get(&edge.name) else {
            return Vec::new();
        };
        let packages = &self.graph.packages;
        let narrowed = |from: Vec<usize>, keep: &dyn Fn(usize) -> bool| {
            let kept: Vec<usize> = from.iter().copied().filter(|index| keep(*index)).collect();
            if kept.is_empty() { from } else { kept }
        };
        let found = narrowed(same_name.clone(), &|index| {
            packages[index].extras.is_empty() || packages[index].extras.is_subset(&edge.extras)
        });
        let found = narrowed(found, &|index| {
            edge.constraint.allows(&packages[index].version)
        });
        let mut found = narrowed(found, &|index| {
            edge.index.is_none() || edge.index == packages[index].index
        });
        found.sort_by_key(|index| {
            let version: Option<pep440_rs::Version> = packages[*index].version.parse().ok();
            std::cmp::Reverse(version)
        });
        found
    }

    fn version(&self, index: usize) -> &str {
        &self.graph.packages[index].version
    }

    fn reach(&mut self, visit: Visit, marker: &Marker) {
        if marker.is_never() {
            return;
        }
        let known = self.reached.get(&visit);
        let joined = known.map_or_else(|| marker.clone(), |known| known.or(marker));
        if known != Some(&joined) {
            self.reached.insert(visit.clone(), joined);
            if self.queued.insert(visit.clone()) {
                self.queue.push_back(visit);
            }
        }
    }
}

/// Whether a dependency that is optional is asked for; its marker says so, or the list of extras.
fn offered(package: &Package, edge: &Edge, extra: Option<&DistributionName>) -> bool {
    if !edge.optional || edge.marker.contains("extra") {
        return true;
    }
    let asking = package.optional.get(&edge.name);
    extra.is_some_and(|extra| asking.is_some_and(|asking| asking.contains(extra)))
}
