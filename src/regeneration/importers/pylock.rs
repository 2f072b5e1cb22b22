//! `pylock.toml` (PEP 751).

use dhtl_project_model::{DistributionName, OperatingSystem, Platform};

use super::distribution::{Distribution, Origin, name, version};
use super::marker_parser::{Extras, parse};
use super::node::Node;
use super::source::{GitSource, Given, archive, path};
use super::writing::Collection;
use super::{Fault, Located};

/// Reads a lock; every extra and every group is taken.
pub(super) fn read(document: &Node, collection: &mut Collection) -> Located<()> {
    let format = document.required("lock-version")?;
    if !format.starts_with("1.") {
        let version = format.to_owned();
        return Err((
            document.line_of("lock-version"),
            Fault::UnknownFormat { version },
        ));
    }
    for package in document.list("packages") {
        let name = name(package.required("name")?, package.line_of("name"))?;
        let text = package.text_of("marker").unwrap_or_default();
        let marker = parse(text, Extras::All).ok_or_else(|| {
            let marker = text.to_owned();
            (package.line_of("marker"), Fault::BadMarker { marker })
        })?;
        let given = origin(&name, package)?;
        let Some(origin) = collection.usable(&name, given) else {
            continue;
        };
        let hashes = match &origin {
            Origin::Address(address) if address.starts_with("git+") => Vec::new(),
            _ => hashes(package),
        };
        let texts = hashes.iter().map(|(hash, line)| (hash.as_str(), *line));
        let hashes = collection.hashes(&name, texts)?;
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

/// Refuses a lock that has a package without any condition, and only files of it for other systems.
///
/// `pip lock` writes the files that fit the machine it runs on and no marker that says so. The hash
/// of the file that does fit would look like one that somebody replaced.
pub(super) fn check_platform(document: &Node, platform: Platform) -> Located<()> {
    for package in document.list("packages") {
        let has_source = ["sdist", "archive", "vcs", "directory"]
            .iter()
            .any(|key| package.get(key).is_some());
        if has_source || package.get("marker").is_some() {
            continue;
        }
        let wheels = package.list("wheels");
        let may_fit = |wheel: &Node| {
            platform_tag(wheel).is_none_or(|tag| may_fit(tag, platform.operating_system))
        };
        let Some((wheel, tag)) = wheels
            .first()
            .and_then(|one| Some((one, platform_tag(one)?)))
        else {
            continue;
        };
        if !wheels.iter().any(may_fit) {
            let name = name(package.required("name")?, package.line_of("name"))?.to_string();
            let tag = tag.to_owned();
            return Err((wheel.line, Fault::OtherPlatform { name, tag }));
        }
    }
    Ok(())
}

/// The platform tag of a wheel, from its file name.
fn platform_tag(wheel: &Node) -> Option<&str> {
    let file = ["name", "path", "url"]
        .iter()
        .find_map(|key| wheel.text_of(key));
    let stem = file?.strip_suffix(".whl")?;
    stem.rsplit('-').next()
}

/// Whether a wheel with that platform tag may be one for a system; one of no known system may be.
fn may_fit(tag: &str, system: OperatingSystem) -> bool {
    let is_for = |system: OperatingSystem| match system {
        OperatingSystem::Linux => tag.contains("linux"),
        OperatingSystem::Darwin => tag.contains("macosx"),
        OperatingSystem::Windows => tag.starts_with("win"),
    };
    let known = [
        OperatingSystem::Linux,
        OperatingSystem::Darwin,
        OperatingSystem::Windows,
    ];
    is_for(system) || !known.into_iter().any(is_for)
}

fn origin(name: &DistributionName, package: &Node) -> Located<Given> {
    if let Some(vcs) = package.get("vcs") {
        if vcs.text_of("type") != Some("git") {
            return Ok(Given::Elsewhere("its repository is not one of git"));
        }
        if vcs.get("url").is_none() {
            return Ok(Given::Elsewhere(
                "its repository is a folder beside the lock",
            ));
        }
        let git = GitSource {
            url: vcs.required("url")?,
            commit: vcs.required("commit-id")?,
            subdirectory: vcs.text_of("subdirectory"),
        };
        return git.origin(name, vcs.line_of("url"));
    }
    if let Some(directory) = package.get("directory") {
        let folder = directory.required("path")?;
        let inner = directory.text_of("subdirectory");
        let folder = inner.map_or(folder.to_owned(), |inner| format!("{folder}/{inner}"));
        return Ok(path(&folder, directory.flag("editable")));
    }
    if let Some(given) = package.get("archive") {
        let subdirectory = given.text_of("subdirectory");
        return match given.text_of("url") {
            Some(url) => archive(name, url, subdirectory, given.line_of("url")),
            None => Ok(path(given.required("path")?, false)),
        };
    }
    let files = package.list("wheels").iter().chain(package.get("sdist"));
    let mut addressed = files.filter(|file| file.get("url").is_some());
    let Some(text) = package.text_of("version") else {
        return Ok(Given::Elsewhere("the lock gives no version of it"));
    };
    let number = version(name, text, package.line_of("version"))?;
    let is_empty = package.list("wheels").is_empty() && package.get("sdist").is_none();
    if is_empty || addressed.next().is_some() {
        return Ok(Given::Usable(Origin::Version(number)));
    }
    Ok(Given::Elsewhere("its files lie beside the lock"))
}

/// The hashes of every file of a package, as `<algorithm>:<digest>`.
fn hashes(package: &Node) -> Vec<(String, usize)> {
    let wheels = package.list("wheels").iter();
    let files = wheels
        .chain(package.get("sdist"))
        .chain(package.get("archive"));
    files
        .filter_map(|file| file.get("hashes"))
        .flat_map(Node::entries)
        .filter_map(|(algorithm, digest)| {
            // Algorithms that the installer does not take are no proof, but no fault either.
            let known = ["sha256", "sha384", "sha512"].contains(&algorithm);
            let digest_text = digest.text()?;
            known.then(|| (format!("{algorithm}:{digest_text}"), digest.line))
        })
        .collect()
}
