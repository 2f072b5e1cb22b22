//! Addresses and paths of locks: which of them may be handed to the installer, and how.

use dhtl_project_model::DistributionName;

use super::distribution::Origin;
use super::{Fault, Located};

/// An address or path as a lock gives it.
pub(super) enum Given {
    /// It can be installed from there.
    Usable(Origin),
    /// It means something only elsewhere: why.
    Elsewhere(&'static str),
}

/// A commit of a git repository.
pub(super) struct GitSource<'a> {
    pub(super) url: &'a str,
    /// The commit, or whatever names it best.
    pub(super) commit: &'a str,
    pub(super) subdirectory: Option<&'a str>,
}

impl GitSource<'_> {
    /// The requirement `git+<url>@<commit>#subdirectory=<folder>`.
    pub(super) fn origin(&self, name: &DistributionName, line: usize) -> Located<Given> {
        let url = plain(name, self.url, line)?;
        let url = url.strip_prefix("git+").unwrap_or(url);
        if names_variable(url) {
            return Ok(Given::Elsewhere(VARIABLE));
        }
        // Poetry 2 writes the host that a folder has not as `None`.
        let url = match (scp_address(url), url.strip_prefix("file://None/")) {
            (Some(address), _) => address,
            (None, Some(folder)) => format!("file:///{folder}"),
            (None, None) => url.to_owned(),
        };
        let schemes = ["https://", "http://", "ssh://", "git://", "file:///"];
        let known = schemes.iter().any(|scheme| url.starts_with(scheme));
        let commit_is_plain = !self.commit.is_empty()
            && !self.commit.starts_with('-')
            && self
                .commit
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"._-/+".contains(&byte));
        if !known || !commit_is_plain || url.contains('#') {
            return Err(bad(name, &format!("{url}@{}", self.commit), line));
        }
        let mut address = format!("git+{url}@{}", self.commit);
        if let Some(folder) = self.subdirectory.filter(|folder| !folder.is_empty()) {
            if !is_plain_path(folder) || folder.starts_with('-') || folder.contains('&') {
                return Err(bad(name, folder, line));
            }
            address.push_str("#subdirectory=");
            address.push_str(folder);
        }
        Ok(Given::Usable(Origin::Address(address)))
    }
}

/// An archive at an address; its fragment is kept where it names a folder inside.
pub(super) fn archive(
    name: &DistributionName,
    url: &str,
    subdirectory: Option<&str>,
    line: usize,
) -> Located<Given> {
    let url = plain(name, url, line)?;
    if names_variable(url) {
        return Ok(Given::Elsewhere(VARIABLE));
    }
    if url.starts_with("file:") {
        return Ok(Given::Elsewhere(
            "it is a file of the machine that locked it",
        ));
    }
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err(bad(name, url, line));
    }
    let (address, fragment) = url.split_once('#').unwrap_or((url, ""));
    let in_fragment = fragment
        .split('&')
        .find_map(|part| part.strip_prefix("subdirectory="));
    let mut address = address.to_owned();
    if let Some(folder) = subdirectory.or(in_fragment) {
        if !is_plain_path(folder) || folder.contains('&') {
            return Err(bad(name, folder, line));
        }
        address.push_str("#subdirectory=");
        address.push_str(folder);
    }
    Ok(Given::Usable(Origin::Address(address)))
}

/// A folder or an archive beside the lock.
pub(super) fn path(path: &str, editable: bool) -> Given {
    let path = path.replace('\\', "/");
    let path = path.strip_prefix("file:").unwrap_or(&path);
    let path = path
        .trim_start_matches("///${PROJECT_ROOT}/")
        .trim_start_matches("./");
    let path = if path.is_empty() { "." } else { path };
    let has_drive = path.as_bytes().get(1) == Some(&b':');
    if path.starts_with(['/', '~']) || has_drive {
        return Given::Elsewhere("its path is one of the machine that locked it");
    }
    if !is_plain_path(path) {
        return Given::Elsewhere("its path holds characters that no requirements file can hold");
    }
    let is_dotted = path == "." || path == ".." || path.starts_with("../");
    let path = if is_dotted {
        path.to_owned()
    } else {
        format!("./{path}")
    };
    Given::Usable(Origin::Path { path, editable })
}

const VARIABLE: &str = "its address needs an environment variable";

/// uv replaces `${NAME}` in requirements by the environment's value, which may be a secret.
fn names_variable(url: &str) -> bool {
    url.contains('$')
}

/// An address without anything that would end it, or begin an option, in a requirements file.
fn plain<'a>(name: &DistributionName, url: &'a str, line: usize) -> Located<&'a str> {
    let belongs = |byte: u8| byte.is_ascii_graphic() && !b"\"'\\;<>`".contains(&byte);
    if url.is_empty() || url.starts_with('-') || !url.bytes().all(belongs) {
        return Err(bad(name, url, line));
    }
    Ok(url)
}

/// `git@host:owner/name` as an address.
fn scp_address(url: &str) -> Option<String> {
    if url.contains("://") {
        return None;
    }
    let (host, path) = url.split_once(':')?;
    let (user, host) = host.split_once('@')?;
    let is_word = |text: &str| {
        !text.is_empty()
            && !text.starts_with('-')
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
    };
    (is_word(user) && is_word(host))
        .then(|| format!("ssh://{user}@{host}/{}", path.trim_start_matches('/')))
}

fn is_plain_path(path: &str) -> bool {
    path.chars()
        .all(|character| character.is_alphanumeric() || "/._-+~@=,%&".contains(character))
        && !path.contains("--")
}

fn bad(name: &DistributionName, url: &str, line: usize) -> (usize, Fault) {
    let fault = Fault::BadUrl {
        name: name.to_string(),
        url: url.to_owned(),
    };
    (line, fault)
}
