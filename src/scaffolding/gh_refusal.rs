//! What gh means when it fails, told by its words.

use dhtl_tools::Completed;

/// Why gh did not do what it was asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum GhRefusal {
    /// It has no login for the host, or one that is no longer valid.
    NotLoggedIn,
    /// GitHub has answered too many requests.
    RateLimited,
    /// There is no such repository, as far as this login can see.
    NotFound,
    /// A fork of one's own repository.
    OwnRepository,
    /// GitHub has trouble.
    ServerTrouble,
    /// There is no way to the host.
    Unreachable,
    /// The connection ended in the middle.
    CutOff,
    /// None of these: something that only its own words can tell, or git's.
    Other,
}

impl GhRefusal {
    /// What the words come to.
    ///
    /// Lines that begin with `remote:` are the words of a stranger's host and prove nothing; neither
    /// does the name of the folder.
    pub(crate) fn of(completed: &Completed) -> Self {
        let lines = completed.stderr.lines().map(str::trim_start);
        let lines: Vec<String> = lines
            .filter(|line| !line.starts_with("remote:") && !line.starts_with("Cloning into "))
            .map(str::to_ascii_lowercase)
            .collect();
        let said = |needles: &[&str]| {
            lines
                .iter()
                .any(|line| needles.iter().any(|needle| line.contains(needle)))
        };
        if said(RATE_LIMITED) {
            Self::RateLimited
        } else if completed.exit_code == Some(NEEDS_LOGIN) || said(NOT_LOGGED_IN) {
            Self::NotLoggedIn
        } else if said(OWN_REPOSITORY) {
            Self::OwnRepository
        } else if said(NOT_FOUND) {
            Self::NotFound
        } else if said(SERVER_TROUBLE) {
            Self::ServerTrouble
        } else if said(UNREACHABLE) {
            Self::Unreachable
        } else if said(CUT_OFF) || lines.iter().any(|line| line.ends_with(": eof")) {
            Self::CutOff
        } else {
            Self::Other
        }
    }
}

/// What gh exits with when it has no login at all.
///
/// Source: `gh help exit-codes`.
const NEEDS_LOGIN: i32 = 4;

/// Also a `403`, so it comes first.
const RATE_LIMITED: &[&str] = &["rate limit", "http 429"];

const NOT_LOGGED_IN: &[&str] = &[
    "http 401",
    "bad credentials",
    "gh auth login",
    "not logged in",
];

/// Said by gh, and by GitHub.
const OWN_REPOSITORY: &[&str] = &["cannot be forked", "cannot own both a parent and fork"];

const NOT_FOUND: &[&str] = &["could not resolve to a repository", "http 404"];

const SERVER_TROUBLE: &[&str] = &["http 500", "http 502", "http 503", "http 504"];

/// Said by the network library of Go.
const UNREACHABLE: &[&str] = &[
    "error connecting to",
    "no such host",
    "connection refused",
    "i/o timeout",
    "network is unreachable",
    "no route to host",
    "tls handshake timeout",
    "proxyconnect",
];

/// Said by the same, within a conversation.
const CUT_OFF: &[&str] = &["unexpected eof", "connection reset by peer", "broken pipe"];

#[cfg(test)]
mod tests {
    use dhtl_tools::{Invocation, Runner as _, ScriptedRunner, no_output};

    use super::*;

    #[track_caller]
    fn check(exit_code: i32, said: &str, expected: GhRefusal) {
        let runner = ScriptedRunner::default().expect_failure("gh", exit_code, said);
        let completed = runner.run(&Invocation::new("gh", "/"), &no_output).unwrap();
        assert_eq!(GhRefusal::of(&completed), expected, "{said}");
    }

    #[test]
    fn the_words_of_gh_are_understood() {
        use GhRefusal::*;
        check(
            4,
            "To get started with GitHub CLI, please run:  gh auth login",
            NotLoggedIn,
        );
        check(
            1,
            "HTTP 401: Bad credentials (https://api.github.com/graphql)",
            NotLoggedIn,
        );
        check(
            1,
            "HTTP 403: API rate limit exceeded for user ID 1. (https://api.github.com/graphql)",
            RateLimited,
        );
        check(1, "You have exceeded a secondary rate limit.", RateLimited);
        check(
            1,
            "GraphQL: Could not resolve to a Repository with the name 'a/b'. (repository)",
            NotFound,
        );
        check(
            1,
            "failed to fork: HTTP 404: Not Found (https://api.github.com/repos/a/b/forks)",
            NotFound,
        );
        check(1, "failed to fork: ada/api cannot be forked", OwnRepository);
        check(
            1,
            "HTTP 502: Bad Gateway (https://api.github.com/graphql)",
            ServerTrouble,
        );
        check(1, "error connecting to api.github.com", Unreachable);
        check(
            1,
            "failed to fork: Post \"https://api.github.com/repos/a/b/forks\": EOF",
            CutOff,
        );
        check(
            1,
            "HTTP 403: Resource protected by organization SAML enforcement.",
            Other,
        );
    }

    #[test]
    fn the_words_of_the_host_prove_nothing() {
        check(
            1,
            "Cloning into '/srv/rate limit'\nremote: rate limit, gh auth login\nfatal: odd",
            GhRefusal::Other,
        );
    }
}
