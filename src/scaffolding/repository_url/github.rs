//! Repositories on GitHub, by the names that its program takes.

use std::fmt;
use std::str::FromStr;

use dhtl_tools::{Environment, gh};

use super::{Address, RepositoryUrl};

/// The host when none is named.
pub(super) const GITHUB: &str = "github.com";

/// The host that `owner/name` is looked for on: `GH_HOST`, as for gh, and else github.com.
pub(crate) fn github_host(environment: &Environment) -> &str {
    let named = environment.var(gh::HOST_VARIABLE);
    named.filter(|host| is_host(host)).unwrap_or(GITHUB)
}

/// A repository on a host that gh knows.
#[derive(Debug, Clone)]
pub(crate) struct GitHubRepository {
    host: String,
    owner: String,
    name: String,
    /// How the address wants it to be reached.
    pub(crate) transport: Transport,
}

/// How an address wants its repository to be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Transport {
    /// With the login of gh, or that of git's credential helpers.
    Http,
    /// With the user's keys.
    Ssh,
}

impl GitHubRepository {
    /// What gh is to be given.
    pub(crate) fn argument(&self) -> String {
        format!("{}/{}/{}", self.host, self.owner, self.name)
    }

    /// The host.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// The account that it belongs to.
    pub(crate) fn owner(&self) -> &str {
        &self.owner
    }

    /// The last part of its name, which a clone is called by.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// Its address, reached as `transport` says.
    pub(crate) fn url(&self, transport: Transport) -> RepositoryUrl {
        let Self {
            host, owner, name, ..
        } = self;
        RepositoryUrl(match transport {
            Transport::Http => Address::on_github(host, owner, name),
            Transport::Ssh => Address::Scp {
                host: format!("git@{host}"),
                path: format!("{owner}/{name}.git"),
            },
        })
    }

    /// Whether both are one repository; GitHub does not tell upper from lower case.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.argument().eq_ignore_ascii_case(&other.argument())
    }
}

/// `owner/name`, as people call it.
impl fmt::Display for GitHubRepository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl Address {
    /// The address of a repository on a GitHub, as gh would write it.
    pub(super) fn on_github(host: &str, owner: &str, name: &str) -> Self {
        // gh speaks plain HTTP with this host alone, which is no other machine (RFC 6761).
        let scheme = if host == "github.localhost" {
            "http"
        } else {
            "https"
        };
        Self::Url {
            scheme: scheme.to_owned(),
            user_info: None,
            rest: format!("{host}/{owner}/{name}.git"),
        }
    }
}

impl RepositoryUrl {
    /// The repository on GitHub that this address names; `host` is another host that gh knows.
    ///
    /// Nothing where the address says more than a repository's name, such as a password, because
    /// gh would drop it.
    pub(crate) fn github(&self, host: &str) -> Option<GitHubRepository> {
        let (found, path, transport) = match &self.0 {
            Address::Url {
                scheme,
                user_info,
                rest,
            } => {
                let (found, path) = rest.split_once('/')?;
                let transport = match (scheme.as_str(), user_info.as_deref()) {
                    ("https" | "http", None) => Transport::Http,
                    ("ssh", Some("git")) => Transport::Ssh,
                    _ => return None,
                };
                (found, path, transport)
            }
            Address::Scp { host, path } => {
                (host.strip_prefix("git@")?, path.as_str(), Transport::Ssh)
            }
            Address::Local(_) => return None,
        };
        let found = found.to_ascii_lowercase();
        let found = found.strip_prefix("www.").unwrap_or(&found);
        let is_known = found == GITHUB
            || found.eq_ignore_ascii_case(host)
            || (found.ends_with(".ghe.com") && is_host(found));
        let path = path.trim_matches('/');
        let (owner, name) = path.split_once('/')?;
        let name = name.strip_suffix(".git").unwrap_or(name);
        (is_known && is_owner(owner) && is_name(name)).then(|| GitHubRepository {
            host: found.to_owned(),
            owner: owner.to_owned(),
            name: name.to_owned(),
            transport,
        })
    }
}

/// Whether `text` can be the host of a GitHub.
fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('-')
            && part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    };
    text.len() <= 253 && text.split('.').all(is_part)
}

/// Whether `text` can be the name of an account: letters, digits and hyphens inside.
pub(super) fn is_owner(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    !text.is_empty() && !text.starts_with('-') && text.len() <= 100 && text.bytes().all(is_part)
}

/// Whether `text` can be the name of a repository.
pub(super) fn is_name(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !matches!(text, "" | "." | "..") && text.len() <= 100 && text.bytes().all(is_part)
}

/// The name of an account on GitHub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountName(String);

/// The name of a repository on GitHub, without its owner's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepositoryName(String);

/// Why a text is no name on GitHub.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitHubNameError {
    /// It is no account.
    #[error("`{0}` cannot be the name of an account: those have letters, digits and hyphens")]
    Account(String),
    /// It is no repository.
    #[error(
        "`{0}` cannot be the name of a repository: those have letters, digits, `-`, `_` and dots"
    )]
    Repository(String),
}

impl AccountName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl RepositoryName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for AccountName {
    type Err = GitHubNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_owner(text) {
            return Ok(Self(text.to_owned()));
        }
        Err(GitHubNameError::Account(text.escape_debug().to_string()))
    }
}

impl FromStr for RepositoryName {
    type Err = GitHubNameError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if is_name(text) && !text.starts_with('-') {
            return Ok(Self(text.to_owned()));
        }
        Err(GitHubNameError::Repository(text.escape_debug().to_string()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, Transport)>) {
        let url: RepositoryUrl = text.parse().unwrap();
        let found = url.github("git.corp.example");
        let found = found.map(|found| (found.argument(), found.transport));
        let expected = expected.map(|(argument, transport)| (argument.to_owned(), transport));
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn addresses_of_github_are_known_in_every_form() {
        use Transport::{Http, Ssh};
        check("ada/api", Some(("github.com/ada/api", Http)));
        check(
            "https://github.com/ada/api.git",
            Some(("github.com/ada/api", Http)),
        );
        check(
            "https://www.GitHub.com/ada/api/",
            Some(("github.com/ada/api", Http)),
        );
        check(
            "git@github.com:ada/api.git",
            Some(("github.com/ada/api", Ssh)),
        );
        check(
            "ssh://git@github.com/ada/api",
            Some(("github.com/ada/api", Ssh)),
        );
        check(
            "https://git.corp.example/ada/api",
            Some(("git.corp.example/ada/api", Http)),
        );
        check(
            "https://acme.ghe.com/ada/api",
            Some(("acme.ghe.com/ada/api", Http)),
        );
    }

    #[test]
    fn whatever_says_more_is_for_git() {
        for text in [
            "https://token@github.com/ada/api",
            "https://github.com/ada/api?ref=main",
            "https://github.com/ada/api/tree/main",
            "https://github.com:8443/ada/api",
            "https://github.com.evil.example/ada/api",
            "https://git.example/ada/api",
            "https://github.com/-ada/api",
            "ssh://ada@github.com/ada/api",
            "file:///github.com/ada/api",
            "./ada/api",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn a_host_that_is_none_is_not_believed() {
        for host in ["-x", "a/b", "a b", "host:1", "", ".."] {
            let environment = Environment::from_vars([(gh::HOST_VARIABLE, host)]);
            assert_eq!(github_host(&environment), GITHUB, "{host:?}");
        }
        let environment = Environment::from_vars([(gh::HOST_VARIABLE, "git.corp.example")]);
        assert_eq!(github_host(&environment), "git.corp.example");
    }

    #[test]
    fn names_are_no_options() {
        for text in ["", "-x", "--org", "a/b", "a b", "a\nb", "ä"] {
            assert!(text.parse::<AccountName>().is_err(), "{text:?}");
            assert!(text.parse::<RepositoryName>().is_err(), "{text:?}");
        }
        assert!("..".parse::<RepositoryName>().is_err());
        assert_eq!(
            "a.b_c-d".parse::<RepositoryName>().unwrap().as_str(),
            "a.b_c-d"
        );
        assert_eq!("acme-1".parse::<AccountName>().unwrap().as_str(), "acme-1");
    }

    proptest! {
        #[test]
        fn what_gh_is_given_names_one_repository(
            text in "(https://|ssh://|git@)?[-a-z.@:/]{0,8}(github.com)?[-a-zA-Z0-9_./:@ ]{0,20}",
        ) {
            let Ok(url) = text.parse::<RepositoryUrl>() else { return Ok(()) };
            if let Some(found) = url.github(GITHUB) {
                let argument = found.argument();
                prop_assert_eq!(argument.split('/').count(), 3);
                prop_assert!(!argument.starts_with('-'));
                prop_assert!(argument.bytes().all(
                    |byte| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)
                ), "{}", argument);
            }
        }
    }
}
