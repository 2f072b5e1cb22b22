//! `poetry.lock`, of the formats 1.0 to 2.1.

use dhtl_project_model::DistributionName;

use super::constraint::Constraint;
use super::distribution::{Distribution, Origin, name, version};
use super::marker::Marker;
use super::marker_parser::{Extras, parse};
use super::node::{Content, Node};
use super::poetry_graph;
use super::source::{GitSource, Given, archive, path};
use super::writing::Collection;
use super::{Fault, Located};

/// Reads a lock; every group and every extra is taken.
pub(super) fn read(
    document: &Node,
    manifest: Option<&Node>,
    collection: &mut Collection,
) -> Located<()> {
    let format = document.descend(&["metadata", "lock-version"]);
    let format = format.and_then(Node::text).unwrap_or("1.0");
    if !format.starts_with("1.") && !format.starts_with("2.") {
        let version = format.to_owned();
        return Err((1, Fault::UnknownFormat { version }));
    }
    let packages = document.list("package");
    let states_groups = packages
        .iter()
        .any(|package| package.get("groups").is_some());
    let markers = if states_groups {
        packages.iter().map(stated_marker).collect::<Located<_>>()?
    } else {
        poetry_graph::markers(document, manifest, collection)?
    };
    for (package, marker) in packages.iter().zip(markers) {
        let name = name(package.required("name")?, package.line_of("name"))?;
        let Some(origin) = origin(&name, package, collection)? else {
            continue;
        };
        let files = package.list("files").iter();
        let older = document.descend(&["metadata", "files"]);
        let older = older.and_then(|files| files.get(package.text_of("name")?));
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

/// Format 2.1: the marker, or one marker for every group that has one; a group without has none.
fn stated_marker(package: &Node) -> Located<Marker> {
    let Some(markers) = package.get("markers") else {
        return Ok(Marker::always());
    };
    let read = |node: &Node| {
        let marker = node.text().unwrap_or_default().to_owned();
        parse(&marker, Extras::All).ok_or((node.line, Fault::BadMarker { marker }))
    };
    if !matches!(markers.content, Content::Table(_)) {
        return read(markers);
    }
    let mut any = Marker::never();
    for group in package.texts_of("groups") {
        any = any.or(&markers.get(group).map_or(Ok(Marker::always()), read)?);
    }
    Ok(any)
}

fn origin(
    name: &DistributionName,
    package: &Node,
    collection: &mut Collection,
) -> Located<Option<Origin>> {
    let from_index = || {
        let text = package.required("version")?;
        version(name, text, package.line_of("version")).map(Origin::Version)
    };
    let Some(source) = package.get("source") else {
        return from_index().map(Some);
    };
    let subdirectory = source.text_of("subdirectory");
    let line = source.line_of("url");
    let given = match source.text_of("type") {
        Some("git") => {
            let commit = source
                .text_of("resolved_reference")
                .or(source.text_of("reference"));
            let git = GitSource {
                url: source.required("url")?,
                commit: commit.unwrap_or_default(),
                subdirectory,
            };
            git.origin(name, line)?
        }
        Some("url") => archive(name, source.required("url")?, subdirectory, line)?,
        Some("directory") => path(source.required("url")?, package.flag("develop")),
        Some("file") => path(source.required("url")?, false),
        _ => {
            collection.note_index(source.text_of("reference").unwrap_or("another"), name);
            return from_index().map(Some);
        }
    };
    if let Given::Elsewhere(_) = given {
        // The version, where there is one, is still checked.
        from_index()?;
    }
    Ok(collection.usable(name, given))
}

/// The versions of Python that a package supports, as a marker.
pub(super) fn python_marker(package: &Node) -> Marker {
    package
        .text_of("python-versions")
        .map_or_else(Marker::always, |text| Constraint::new(text).python_marker())
}
