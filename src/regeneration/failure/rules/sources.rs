//! What cannot be fetched: archives, repositories, whole hosts.

use super::{Place, QUOTES, after, between, quoted};
use crate::failure::cause::Cause;

/// A git server that asks who we are.
pub(super) fn git_credentials(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let address = between(text, "could not read Username for '", &['\''])
        .or_else(|| between(text, "could not read Password for '", &['\'']))
        .or_else(|| between(text, "Authentication failed for '", &['\'']))
        .or_else(|| {
            let is_refused = text.contains("The requested URL returned error: 401")
                || text.contains("The requested URL returned error: 403");
            is_refused.then(|| quoted(text))?
        })?;
    Some(Cause::CredentialsNeeded {
        address: address.to_owned(),
    })
}

/// A git server that knows no key of ours.
pub(super) fn git_key(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_it = text.contains("Permission denied (publickey")
        || text.contains("Host key verification failed");
    is_it.then_some(Cause::SshKeyRefused)
}

/// A repository that is not there, or that is hidden from us.
pub(super) fn git_repository(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let is_it = text.contains("ERROR: Repository not found")
        || text.contains("remote: Repository not found")
        || text.contains("does not appear to be a git repository")
        || text.starts_with("fatal: repository '") && text.ends_with("not found")
        || text.contains("The project you were looking for could not be found");
    is_it.then_some(Cause::RepositoryNotFound)
}

/// A branch, tag or commit that the repository does not have.
pub(super) fn git_revision(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let revision = after(text, "couldn't find remote ref ")
        .or_else(|| after(text, "Remote branch ").and_then(|rest| rest.split(' ').next()))
        .or_else(|| between(text, "failed to fetch branch or tag `", &['`']))
        .or_else(|| between(text, "failed to find branch, tag, or commit `", &['`']))
        .or_else(|| between(text, "failed to fetch commit `", &['`']))?;
    let revision = revision
        .trim_start_matches("refs/tags/")
        .trim_start_matches("refs/heads/");
    Some(Cause::RevisionNotFound {
        revision: revision.trim_matches(QUOTES).to_owned(),
    })
}

/// An answer of a server that is a refusal.
pub(super) fn http_status(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let rest = after(text, "HTTP status client error (")?;
    let address = between(rest, "for url (", &[')'])?.to_owned();
    match rest.split(' ').next()? {
        "401" | "403" | "407" => Some(Cause::CredentialsNeeded { address }),
        "404" | "410" => Some(Cause::NothingThere { address }),
        _ => None,
    }
}

/// A host without an address.
pub(super) fn unknown_host(place: Place<'_>) -> Option<Cause> {
    let text = place.text();
    let named = [
        "Could not resolve host: ",
        "Could not resolve hostname ",
        "failed to resolve address for ",
        "getaddrinfo ENOTFOUND ",
    ];
    let host = named
        .iter()
        .find_map(|mark| between(text, mark, &[' ', ':', ';', '\'', ')']));
    if let Some(host) = host {
        let host = Some(host.to_owned());
        return Some(Cause::HostUnreachable { host });
    }
    let is_nameless = [
        "Name or service not known",
        "Temporary failure in name resolution",
        "nodename nor servname provided",
        "getaddrinfo failed",
    ];
    let is_it = is_nameless.iter().any(|part| text.contains(part)) && !text.starts_with("cause:");
    is_it.then_some(Cause::HostUnreachable { host: None })
}
