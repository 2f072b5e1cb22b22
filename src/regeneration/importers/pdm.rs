//! `pdm.lock`, of the formats 3 and 4.

use std::collections::{BTreeMap, BTreeSet};

use dhtl_project_model::DistributionName;

use super::constraint::Constraint;
use super::distribution::{Distribution, Origin, name, version};
use super::graph::{Edge, Graph, Package};
use super::marker::Marker;
use super::marker_parser::{Extras, parse};
use super::node::Node;
use super::requirement::RequirementText;
use super::source::{GitSource, archive, path};
use super::writing::Collection;
use super::{Fault, Located};

/// Reads a lock; every group is taken.
pub(super) fn read(
    document: &Node,
    manifest: Option<&Node>,
    collection: &mut Collection,
) -> Located<()> {
    let format = document.descend(&["metadata", "lock_version"]);
    let format = format.and_then(Node::text).unwrap_or("3");
    if !["3", "4"].contains(&format.split('.').next().unwrap_or_default()) {
        let version = format.to_owned();
        return Err((1, Fault::UnknownFormat { version }));
    }
    let nodes = document.list("package");
    let inherits = nodes.iter().any(|package| package.get("groups").is_some());
    let markers = if inherits {
        nodes.iter().map(stated_marker).collect::<Located<_>>()?
    } else {
        followed_markers(nodes, manifest, collection)?
    };
    for (node, marker) in nodes.iter().zip(markers) {
        let name = name(node.required("name")?, node.line_of("name"))?;
        let Some(origin) = origin(&name, node, collection)? else {
            continue;
        };
        let older = document.descend(&["metadata", "files"]).and_then(|files| {
            let version = node.text_of("version")?;
            files.get(&format!("{} {version}", node.text_of("name")?))
        });
        let files = node.list("files").iter();
        let files = files.chain(older.into_iter().flat_map(Node::elements));
        let hashes = files.filter_map(|file| Some((file.text_of("hash")?, file.line)));
        let hashes = match &origin {
            Origin::Address(address) if address.starts_with("git+") => Vec::new(),
            _ => hashes.collect(),
        };
        let hashes = collection.hashes(&name, hashes)?;
        collection.add(Distribution {
            name,
            origin,
            hashes,
            marker,
            rank: 0,
        });
    }
    Ok(())
}

fn stated_marker(node: &Node) -> Located<Marker> {
    let marker = node.text_of("marker").unwrap_or_default().to_owned();
    let line = node.line_of("marker");
    parse(&marker, Extras::All).ok_or((line, Fault::BadMarker { marker }))
}

fn origin(
    name: &DistributionName,
    node: &Node,
    collection: &mut Collection,
) -> Located<Option<Origin>> {
    let subdirectory = node.text_of("subdirectory");
    let given = if let Some(url) = node.text_of("git") {
        let git = GitSource {
            url,
            commit: node
                .text_of("revision")
                .or(node.text_of("ref"))
                .unwrap_or_default(),
            subdirectory,
        };
        git.origin(name, node.line_of("git"))?
    } else if let Some(folder) = node.text_of("path") {
        path(folder, node.flag("editable"))
    } else if let Some(url) = node.text_of("url") {
        archive(name, url, subdirectory, node.line_of("url"))?
    } else {
        let text = node.required("version")?;
        let version = version(name, text, node.line_of("version"))?;
        return Ok(Some(Origin::Version(version)));
    };
    Ok(collection.usable(name, given))
}

/// Without inherited metadata the conditions stand on the dependencies and in the manifest.
fn followed_markers(
    nodes: &[Node],
    manifest: Option<&Node>,
    collection: &mut Collection,
) -> Located<Vec<Marker>> {
    let packages: Vec<Package> = nodes.iter().map(package).collect::<Located<_>>()?;
    let mut roots = Vec::new();
    for node in manifest.into_iter().flat_map(declared) {
        let marker_reads = |edge: &Edge| parse(&edge.marker, Extras::All).is_some();
        // A manifest is read leniently: what it gets wrong is reported elsewhere.
        roots.extend(edge(node).ok().filter(marker_reads));
    }
    if roots.is_empty() {
        if let Some(first) = packages.first() {
            let why = "there is no manifest beside the lock, so every package of it counts as asked \
                       for";
            collection.note(&first.name, why);
        }
        return packages
            .iter()
            .zip(nodes)
            .map(|(package, node)| Ok(stated_marker(node)?.and(&package.python)))
            .collect();
    }
    let mut graph = Graph { packages, roots };
    // A package can be named for its folder or repository only, and then no name says so.
    let named: BTreeSet<DistributionName> =
        graph.roots.iter().map(|edge| edge.name.clone()).collect();
    let unnamed: Vec<Edge> = graph
        .packages
        .iter()
        .zip(nodes)
        .filter(|(package, node)| {
            let is_direct = ["git", "path", "url"]
                .iter()
                .any(|key| node.get(key).is_some());
            is_direct && !named.contains(&package.name)
        })
        .filter_map(|(package, _)| edge_to(package.name.as_str(), 1).ok())
        .collect();
    graph.roots.extend(unnamed);
    graph.markers()
}

/// Every requirement of the project, of every group and extra.
fn declared(manifest: &Node) -> Vec<&Node> {
    let tables = [
        &["project", "optional-dependencies"][..],
        &["dependency-groups"],
        &["tool", "pdm", "dev-dependencies"],
    ];
    let grouped = tables
        .into_iter()
        .filter_map(|keys| manifest.descend(keys))
        .flat_map(Node::entries)
        .flat_map(|(_, group)| group.elements());
    let main = manifest.descend(&["project", "dependencies"]);
    main.into_iter()
        .flat_map(Node::elements)
        .chain(grouped)
        .filter(|node| node.text().is_some())
        .collect()
}

fn package(node: &Node) -> Located<Package> {
    let edges = node.list("dependencies").iter().map(edge);
    let extras = node.texts_of("extras");
    Ok(Package {
        name: name(node.required("name")?, node.line_of("name"))?,
        extras: extras.into_iter().map(DistributionName::new).collect(),
        version: node.text_of("version").unwrap_or_default().to_owned(),
        index: None,
        python: node
            .text_of("requires_python")
            .map_or_else(Marker::always, |text| Constraint::new(text).python_marker()),
        edges: edges.collect::<Located<_>>()?,
        optional: BTreeMap::new(),
    })
}

fn edge(node: &Node) -> Located<Edge> {
    edge_to(node.text().unwrap_or_default(), node.line)
}

fn edge_to(text: &str, line: usize) -> Located<Edge> {
    let requirement = RequirementText::split(text);
    Ok(Edge {
        name: name(requirement.name, line)?,
        extras: requirement.extras().map(DistributionName::new).collect(),
        constraint: Constraint::new(requirement.specifiers),
        index: None,
        marker: requirement.marker.to_owned(),
        condition: Marker::always(),
        optional: false,
        line,
    })
}
