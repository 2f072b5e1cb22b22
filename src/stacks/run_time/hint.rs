//! What files that describe how something runs say, in one form.

use dhtl_project_model::Evidence;

/// A statement about whatever is run in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    /// The folder that the commands are typed in, relative to the root.
    pub(super) folder: String,
    /// What is said.
    pub(super) saying: Saying,
    /// Where.
    pub(super) evidence: Evidence,
}

/// What is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saying {
    /// What starts it.
    Start(String),
    /// What builds it.
    Build(String),
    /// What runs before a new version starts.
    Release(String),
    /// One of several processes.
    Process(String, String),
    /// The port it listens on.
    Port(u16),
    /// The path that answers while it is well.
    Health(String),
    /// A folder in the container that outlives it.
    Volume(String),
}

impl Hint {
    /// A statement about `folder`.
    pub(super) fn new(folder: &str, saying: Saying, evidence: Evidence) -> Self {
        Self {
            folder: folder.to_owned(),
            saying,
            evidence,
        }
    }
}

/// The path of a URL that is asked whether all is well: `/healthz` of `http://localhost:80/healthz`.
pub(super) fn path_of_url(url: &str) -> Option<String> {
    let rest = url
        .strip_prefix("http://")
        .or_else(|| url.strip_prefix("https://"))?;
    let path = rest.find('/').map_or("/", |start| &rest[start..]);
    let end = path.find(|one: char| one.is_whitespace() || "\"'|&;)>?#".contains(one));
    Some(path[..end.unwrap_or(path.len())].to_owned())
}

/// The path that a command of a health check asks for.
pub(super) fn path_of_check(command: &str) -> Option<String> {
    command
        .split([' ', '"', '\'', '(', ',', '['])
        .find_map(path_of_url)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_check_is_what_it_asks_for() {
        let check = |command, expected: Option<&str>| {
            assert_eq!(path_of_check(command).as_deref(), expected, "{command}");
        };
        check(
            "curl -f http://localhost:8000/healthz || exit 1",
            Some("/healthz"),
        );
        check("wget --spider 'http://127.0.0.1/up'", Some("/up"));
        check(
            "python -c \"import urllib.request; urllib.request.urlopen('http://localhost:80/a?x=1')\"",
            Some("/a"),
        );
        check("curl http://localhost", Some("/"));
        check("pg_isready -U postgres", None);
    }
}
