//! `poetry.lock` before 2.1: the conditions stand on the dependencies and in the manifest.

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::DistributionName;

use super::Located;
use super::constraint::Constraint;
use super::distribution::name;
use super::graph::{Edge, Graph, Package};
use super::marker::Marker;
use super::marker_parser::{Extras, parse};
use super::node::{Content, Node};
use super::poetry::python_marker;
use super::requirement::RequirementText;
use super::writing::Collection;

/// For every package of the lock, where it is needed.
pub(super) fn markers(
    document: &Node,
    manifest: Option<&Node>,
    collection: &mut Collection,
) -> Located<Vec<Marker>> {
    let nodes = document.list("package");
    let packages: Vec<Package> = nodes.iter().map(package).collect::<Located<_>>()?;
    let mut roots = Vec::new();
    if let Some(manifest) = manifest {
        for table in dependency_tables(manifest) {
            // A manifest is read leniently: what it gets wrong is reported elsewhere.
            roots.extend(
                edges(table)
                    .unwrap_or_default()
                    .into_iter()
                    .map(|edge| Edge {
                        optional: false,
                        marker: readable(edge.marker),
                        ..edge
                    }),
            );
        }
    }
    if roots.is_empty() {
        if let Some(first) = packages.first() {
            let why = "there is no manifest beside the lock, so what nothing depends on counts as \
                       asked for";
            collection.note(&first.name, why);
        }
        roots = unneeded(&packages);
    }
    Graph { packages, roots }.markers()
}

fn readable(marker: String) -> String {
    if parse(&marker, Extras::All).is_some() {
        marker
    } else {
        String::new()
    }
}

/// The dependencies of the project, of every group.
fn dependency_tables(manifest: &Node) -> Vec<&Node> {
    let Some(poetry) = manifest.descend(&["tool", "poetry"]) else {
        return Vec::new();
    };
    let groups = poetry.get("group").into_iter().flat_map(Node::entries);
    let groups = groups.filter_map(|(_, group)| group.get("dependencies"));
    ["dependencies", "dev-dependencies"]
        .iter()
        .filter_map(|key| poetry.get(key))
        .chain(groups)
        .collect()
}

/// Edges to packages from which every package can be reached: those that nothing depends on, and
/// of those that depend on each other the one that most are reached from.
fn unneeded(packages: &[Package]) -> Vec<Edge> {
    /// Beyond this, looking for the fewest roots would cost more than it is worth.
    const MOST_PACKAGES: usize = 1000;
    let mut by_name: BTreeMap<&DistributionName, Vec<usize>> = BTreeMap::new();
    for (index, package) in packages.iter().enumerate() {
        by_name.entry(&package.name).or_default().push(index);
    }
    let reached_from = |start: usize| {
        let mut reached = BTreeSet::from([start]);
        let mut queue = vec![start];
        while let Some(index) = queue.pop() {
            let required = packages[index].edges.iter().filter(|edge| !edge.optional);
            for next in required
                .filter_map(|edge| by_name.get(&edge.name))
                .flatten()
            {
                if reached.insert(*next) {
                    queue.push(*next);
                }
            }
        }
        reached
    };
    let mut roots: Vec<usize> = (0..packages.len()).collect();
    if packages.len() <= MOST_PACKAGES {
        let mut reaches: Vec<_> = roots
            .drain(..)
            .map(|one| (one, reached_from(one)))
            .collect();
        reaches.sort_by_key(|(_, reached)| std::cmp::Reverse(reached.len()));
        let mut covered = BTreeSet::new();
        for (index, reached) in reaches {
            if !covered.contains(&index) {
                covered.extend(reached);
                roots.push(index);
            }
        }
    }
    let names = roots.into_iter().map(|index| &packages[index].name);
    names.map(plain_edge).collect()
}

fn plain_edge(name: &DistributionName) -> Edge {
    Edge {
        name: name.clone(),
        extras: BTreeSet::new(),
        constraint: Constraint::new("*"),
        index: None,
        marker: String::new(),
        condition: Marker::always(),
        optional: false,
        line: 1,
    }
}

fn package(node: &Node) -> Located<Package> {
    let name = name(node.required("name")?, node.line_of("name"))?;
    let edges = node.get("dependencies").map_or(Ok(Vec::new()), edges)?;
    let mut optional: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (extra, list) in node.get("extras").into_iter().flat_map(Node::entries) {
        for text in list.elements().iter().filter_map(Node::text) {
            let asked = DistributionName::new(RequirementText::split(text).name);
            let extras = optional.entry(asked).or_default();
            extras.insert(DistributionName::new(extra));
        }
    }
    Ok(Package {
        name,
        extras: BTreeSet::new(),
        version: node.text_of("version").unwrap_or_default().to_owned(),
        index: node
            .descend(&["source", "reference"])
            .and_then(Node::text)
            .map(str::to_owned),
        python: python_marker(node),
        edges,
        optional,
    })
}

/// A table of dependencies: names, each with a constraint, a table, or a list of these.
fn edges(table: &Node) -> Located<Vec<Edge>> {
    let mut edges = Vec::new();
    for (key, node) in table.entries() {
        if key.eq_ignore_ascii_case("python") {
            continue;
        }
        let name = name(key, node.line)?;
        edges.extend(node.elements().iter().map(|one| edge(&name, one)));
    }
    Ok(edges)
}

fn edge(name: &DistributionName, node: &Node) -> Edge {
    let constraint = match &node.content {
        Content::Text(text) => text,
        _ => node.text_of("version").unwrap_or("*"),
    };
    let python = node
        .text_of("python")
        .map_or_else(Marker::always, |text| Constraint::new(text).python_marker());
    let platform = node.text_of("platform").and_then(platform_marker);
    Edge {
        name: name.clone(),
        extras: node
            .texts_of("extras")
            .into_iter()
            .map(DistributionName::new)
            .collect(),
        constraint: Constraint::new(constraint),
        index: node.text_of("source").map(str::to_owned),
        marker: node.text_of("markers").unwrap_or_default().to_owned(),
        condition: python.and(&platform.unwrap_or_else(Marker::always)),
        optional: node.flag("optional"),
        line: node.line,
    }
}

/// `platform = "win32"`, `platform = "!=win32"`, `platform = "linux || darwin"`.
fn platform_marker(text: &str) -> Option<Marker> {
    let mut any = Marker::never();
    for one in text.split('|').map(str::trim).filter(|one| !one.is_empty()) {
        let value = one.trim_start_matches(['=', '!', ' ']);
        let operator = if one.starts_with('!') { "!=" } else { "==" };
        any = any.or(&parse(
            &format!("sys_platform {operator} \"{value}\""),
            Extras::None,
        )?);
    }
    Some(any)
}
