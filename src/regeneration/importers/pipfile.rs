//! `Pipfile.lock`, of the format 6.

use dhtl_project_model::DistributionName;

use super::distribution::{Distribution, Origin, name, version};
use super::marker::Marker;
use super::marker_parser::{Extras, parse};
use super::node::{Content, Node};
use super::source::{GitSource, Given, archive, path};
use super::writing::Collection;
use super::{Fault, Located};

/// Reads a lock; every category is taken.
pub(super) fn read(document: &Node, collection: &mut Collection) -> Located<()> {
    if document.get("default").is_none() && document.get("develop").is_none() {
        let (key, expected) = ("default", "a table");
        return Err((1, Fault::Missing { key, expected }));
    }
    let categories = document.entries().filter(|(key, _)| *key != "_meta");
    let entries = categories.flat_map(|(category, packages)| {
        let rank = rank(category);
        packages.entries().map(move |(key, node)| (key, node, rank))
    });
    for (key, node, rank) in entries {
        // Pipfile.lock of a path without a name has a digest of the path as its key.
        let name = name(key, node.line)?;
        let Some(origin) = origin(&name, node, collection)? else {
            continue;
        };
        let hashes = node.list("hashes").iter();
        let hashes = hashes.filter_map(|hash| Some((hash.text()?, hash.line)));
        let hashes = match &origin {
            Origin::Address(address) if address.starts_with("git+") => Vec::new(),
            _ => hashes.collect(),
        };
        let hashes = collection.hashes(&name, hashes)?;
        collection.add(Distribution {
            name,
            origin,
            hashes,
            marker: marker(node)?,
            rank,
        });
    }
    Ok(())
}

/// Which category decides where several lock a distribution in different versions.
///
/// `pipenv sync --dev` installs `default` and then `develop`, whose versions are what remains. The
/// others are installed by themselves, when they are asked for, so that they decide last.
fn rank(category: &str) -> u8 {
    match category {
        "develop" => 2,
        "default" => 1,
        _ => 0,
    }
}

/// The markers, and the keys named after a marker variable: `"sys_platform": "== 'win32'"`.
fn marker(node: &Node) -> Located<Marker> {
    const VARIABLES: [&str; 9] = [
        "os_name",
        "sys_platform",
        "platform_machine",
        "platform_python_implementation",
        "platform_system",
        "python_version",
        "python_full_version",
        "implementation_name",
        "implementation_version",
    ];
    let markers = node.text_of("markers").map(str::to_owned);
    let keys = VARIABLES.iter().filter_map(|variable| {
        let condition = node.text_of(variable)?;
        Some(format!("{variable} {condition}"))
    });
    let mut all = Marker::always();
    for text in markers.into_iter().chain(keys) {
        let marker = parse(&text, Extras::All);
        let marker = marker.ok_or((node.line, Fault::BadMarker { marker: text }))?;
        all = all.and(&marker);
    }
    Ok(all)
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
            commit: node.text_of("ref").unwrap_or_default(),
            subdirectory,
        };
        git.origin(name, node.line_of("git"))?
    } else if let Some(folder) = node.text_of("path") {
        path(folder, node.flag("editable"))
    } else if let Some(file) = node.text_of("file") {
        if file.contains("://") {
            archive(name, file, subdirectory, node.line_of("file"))?
        } else {
            path(file, false)
        }
    } else {
        let text = match &node.content {
            Content::Text(text) => Some(text.as_str()),
            _ => node.text_of("version"),
        };
        match text.map(|text| (text, text.strip_prefix("=="))) {
            Some((_, Some(number))) => {
                let line = node.line_of("version");
                let number = version(name, number.trim_start_matches('='), line)?;
                Given::Usable(Origin::Version(number))
            }
            None | Some(("*", _)) => Given::Elsewhere("the lock gives no version of it"),
            Some((other, None)) => {
                let version = other.to_owned();
                let name = name.to_string();
                return Err((node.line_of("version"), Fault::BadVersion { name, version }));
            }
        }
    };
    Ok(collection.usable(name, given))
}
