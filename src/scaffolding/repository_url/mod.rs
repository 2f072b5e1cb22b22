//! Where a repository is: checked once, so that git can only take it for what it is.

mod github;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use dhtl_project_model::{Diagnostic, ExitCode};

use github::{GITHUB, is_name, is_owner};

pub use github::{AccountName, GitHubNameError, RepositoryName};
pub(crate) use github::{GitHubRepository, Transport, github_host};

/// The transports that are accepted: encrypted or local ones, and `http` for private networks.
const SCHEMES: &[&str] = &["https", "http", "ssh", "file"];

/// Passwords and tokens shorter than this are masked as part of an address only.
const SECRET_LEN: usize = 6;

/// The address of a repository.
///
/// Its text form is fit to be shown: passwords, tokens and queries are masked.
#[derive(Clone, PartialEq, Eq)]
pub struct RepositoryUrl(Address);

#[derive(Clone, PartialEq, Eq)]
enum Address {
    /// `scheme://[user[:password]@]host/path`.
    Url {
        scheme: String,
        user_info: Option<String>,
        rest: String,
    },
    /// `[user@]host:path`, which stands for SSH.
    Scp { host: String, path: String },
    /// A folder or bundle on this machine.
    Local(PathBuf),
}

/// Why a text is not the address of a repository that is cloned.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RepositoryUrlError {
    /// There is no text.
    #[error("the address of the repository is empty")]
    Empty,
    /// git would read it as an option.
    #[error("`{text}` begins with `-` and would be read as an option")]
    LooksLikeOption {
        /// The text.
        text: String,
    },
    /// It has characters that never belong in an address.
    #[error("the address of the repository has a line break or another control character in it")]
    ControlCharacter,
    /// It would run another program.
    #[error("`{transport}::` addresses run another program, so they are not accepted")]
    RemoteHelper {
        /// The transport.
        transport: String,
    },
    /// The transport is unknown, or not protected.
    #[error("`{scheme}://` addresses are not accepted")]
    Scheme {
        /// The transport.
        scheme: String,
    },
    /// There is no host, or no path on it.
    #[error("`{text}` does not say which repository it means")]
    Incomplete {
        /// The text, fit to be shown.
        text: String,
    },
    /// It is none of the forms that are known.
    #[error("`{text}` is neither the address of a repository nor a folder that exists")]
    Unrecognised {
        /// The text.
        text: String,
    },
}

impl Diagnostic for RepositoryUrlError {
    fn exit_code(&self) -> ExitCode {
        ExitCode::Usage
    }

    fn hint(&self) -> Option<String> {
        Some(match self {
            Self::LooksLikeOption { text } => format!("write a folder as `./{text}`"),
            Self::Scheme { .. } | Self::RemoteHelper { .. } => {
                "use the `https://` or `ssh://` address of the repository".to_owned()
            }
            _ => "name it as in `dhtl clone https://git.example/owner/name.git`, \
                  `dhtl clone git@git.example:owner/name.git`, `dhtl clone owner/name` for a \
                  repository on GitHub, or `dhtl clone ./folder`"
                .to_owned(),
        })
    }
}

impl RepositoryUrl {
    /// Reads what the user typed; an existing folder or file in `parent` comes before everything
    /// else that `owner/name` could mean, as it does for git.
    ///
    /// `host` is where `owner/name` is looked for otherwise.
    pub fn resolve(text: &str, parent: &Path, host: &str) -> Result<Self, RepositoryUrlError> {
        check_text(text)?;
        let names_transport = text.contains("://") || transport(text).is_some();
        if !names_transport && parent.join(text).exists() {
            return Ok(Self(Address::Local(PathBuf::from(text))));
        }
        Self::parse_on(text, host)
    }

    /// Reads what the user typed, whatever there is on this machine.
    pub(crate) fn parse_on(text: &str, host: &str) -> Result<Self, RepositoryUrlError> {
        check_text(text)?;
        let is_short = !is_path(text) && split_scp(text).is_none() && !text.contains("::");
        match github(text, host).filter(|_| is_short) {
            Some(address) => Ok(Self(address)),
            None => text.parse(),
        }
    }

    /// What git is to be given; a folder on this machine is looked for from `parent`.
    #[must_use]
    pub(crate) fn argument(&self, parent: &Path) -> OsString {
        match &self.0 {
            Address::Url {
                scheme,
                user_info,
                rest,
            } => {
                let user_info = user_info.as_ref().map(|user_info| format!("{user_info}@"));
                format!("{scheme}://{}{rest}", user_info.unwrap_or_default()).into()
            }
            Address::Scp { host, path } => format!("{host}:{path}").into(),
            Address::Local(path) => {
                let path = parent.join(path);
                std::path::absolute(&path).unwrap_or(path).into()
            }
        }
    }

    /// The name a folder gets by default: the last part of the path, without `.git`.
    #[must_use]
    pub(crate) fn folder_name(&self, parent: &Path) -> OsString {
        match &self.0 {
            Address::Url { rest, .. } => {
                let path = rest.split(['?', '#']).next().unwrap_or_default();
                last_part(path.split_once('/').map_or("", |(_host, path)| path)).into()
            }
            Address::Scp { path, .. } => last_part(path).into(),
            Address::Local(_) => {
                let path = PathBuf::from(self.argument(parent));
                let path = std::fs::canonicalize(&path).unwrap_or(path);
                let is_git_dir = path.file_name() == Some(OsStr::new(".git"));
                let path = path.parent().filter(|_| is_git_dir).unwrap_or(&path);
                match path.extension().and_then(OsStr::to_str) {
                    Some("git" | "bundle") => path.file_stem(),
                    _ => path.file_name(),
                }
                .unwrap_or_default()
                .to_owned()
            }
        }
    }

    /// What must never be shown, not even by git.
    pub(crate) fn secrets(&self) -> Vec<String> {
        let Address::Url {
            scheme,
            user_info: Some(user_info),
            ..
        } = &self.0
        else {
            return Vec::new();
        };
        let secret = match user_info.split_once(':') {
            Some((_user, password)) => password,
            // Services take a token in the place of the user; for SSH it is a plain name.
            None if scheme.starts_with("http") => user_info,
            None => return Vec::new(),
        };
        if secret.len() < SECRET_LEN {
            Vec::new()
        } else {
            vec![secret.to_owned()]
        }
    }

    /// The host, for addresses that have one.
    pub(crate) fn host(&self) -> Option<&str> {
        match &self.0 {
            Address::Url { scheme, rest, .. } if scheme != "file" => rest.split('/').next(),
            Address::Scp { host, .. } => host.rsplit('@').next(),
            Address::Url { .. } | Address::Local(_) => None,
        }
    }

    /// What `ssh` is to be given to reach the same account, for addresses that use it.
    pub(crate) fn ssh_arguments(&self) -> Option<String> {
        match &self.0 {
            Address::Url {
                scheme, user_info, ..
            } if scheme == "ssh" => {
                let host = self.host()?;
                let user = user_info
                    .as_deref()
                    .and_then(|user_info| user_info.split(':').next());
                let user = user.map(|user| format!("{user}@")).unwrap_or_default();
                // The last colon of `[::1]` is no port.
                match host
                    .rsplit_once(':')
                    .filter(|(_, port)| !port.contains(']'))
                {
                    Some((host, port)) => Some(format!("-p {port} {user}{host}")),
                    None => Some(format!("{user}{host}")),
                }
            }
            Address::Scp { host, .. } => Some(host.clone()),
            Address::Url { .. } | Address::Local(_) => None,
        }
    }
}

impl FromStr for RepositoryUrl {
    type Err = RepositoryUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        check_text(text)?;
        if let Some(transport) = transport(text) {
            return Err(RepositoryUrlError::RemoteHelper {
                transport: transport.to_owned(),
            });
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            return url(scheme, rest).map(Self);
        }
        if is_path(text) {
            return Ok(Self(Address::Local(PathBuf::from(text))));
        }
        if let Some((host, path)) = split_scp(text) {
            return scp(host, path).map(Self);
        }
        if let Some(address) = github(text, GITHUB) {
            return Ok(Self(address));
        }
        Err(RepositoryUrlError::Unrecognised {
            text: text.to_owned(),
        })
    }
}

impl fmt::Display for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Address::Url {
                scheme,
                user_info,
                rest,
            } => {
                write!(f, "{scheme}://")?;
                match user_info
                    .as_deref()
                    .map(|user_info| user_info.split_once(':'))
                {
                    Some(None) if scheme == "ssh" => {
                        write!(f, "{}@", user_info.as_deref().unwrap_or_default())?;
                    }
                    Some(_) => f.write_str("***@")?,
                    None => {}
                }
                match rest.find(['?', '#']) {
                    Some(end) => write!(f, "{}?***", &rest[..end]),
                    None => f.write_str(rest),
                }
            }
            Address::Scp { host, path } => write!(f, "{host}:{path}"),
            Address::Local(path) => write!(f, "{}", path.display()),
        }
    }
}

/// The text form: what is secret stays out of debug output too.
impl fmt::Debug for RepositoryUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RepositoryUrl")
            .field(&self.to_string())
            .finish()
    }
}

fn check_text(text: &str) -> Result<(), RepositoryUrlError> {
    if text.is_empty() {
        return Err(RepositoryUrlError::Empty);
    }
    // A line break can smuggle a second host into what git tells its credential helpers.
    if text.chars().any(char::is_control) {
        return Err(RepositoryUrlError::ControlCharacter);
    }
    if text.starts_with('-') {
        return Err(RepositoryUrlError::LooksLikeOption {
            text: text.to_owned(),
        });
    }
    Ok(())
}

/// The remote helper that git would start, as in `ext::sh -c …`.
///
/// Source: `gitremote-helpers(7)`, "Invocation".
fn transport(text: &str) -> Option<&str> {
    let (transport, _) = text.split_once("::")?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte);
    (!transport.is_empty() && transport.bytes().all(is_name)).then_some(transport)
}

fn url(scheme: &str, rest: &str) -> Result<Address, RepositoryUrlError> {
    let scheme = scheme.to_ascii_lowercase();
    if !SCHEMES.contains(&scheme.as_str()) {
        return Err(RepositoryUrlError::Scheme { scheme });
    }
    let host_end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (user_info, rest) = match rest[..host_end].rfind('@') {
        Some(at) => (Some(rest[..at].to_owned()), rest[at + 1..].to_owned()),
        None => (None, rest.to_owned()),
    };
    let address = Address::Url {
        scheme,
        user_info,
        rest,
    };
    let Address::Url {
        scheme,
        user_info,
        rest,
    } = &address
    else {
        return Ok(address);
    };
    let plain = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = plain.split_once('/').unwrap_or((plain, ""));
    // ssh would read a host or user that begins with `-` as an option.
    let hidden_option =
        host.starts_with('-') || user_info.as_ref().is_some_and(|user| user.starts_with('-'));
    let no_host = host.is_empty() && scheme != "file";
    if hidden_option || no_host || last_part(path).is_empty() {
        return Err(RepositoryUrlError::Incomplete {
            text: RepositoryUrl(address).to_string(),
        });
    }
    Ok(address)
}

/// The two sides of the colon in `user@host:path`, with regard to hosts like `[::1]`.
fn split_scp(text: &str) -> Option<(&str, &str)> {
    let bracket = text.find("]:").filter(|end| text[..*end].contains('['));
    let colon = bracket.map(|end| end + 1).or_else(|| text.find(':'))?;
    let (host, path) = (&text[..colon], &text[colon + 1..]);
    (!host.contains('/')).then_some((host, path))
}

fn scp(host: &str, path: &str) -> Result<Address, RepositoryUrlError> {
    let name = host.rsplit('@').next().unwrap_or_default();
    let hidden_option = [host, name, path].iter().any(|part| part.starts_with('-'));
    if hidden_option || name.is_empty() || last_part(path).is_empty() {
        return Err(RepositoryUrlError::Incomplete {
            text: format!("{host}:{path}"),
        });
    }
    Ok(Address::Scp {
        host: host.to_owned(),
        path: path.to_owned(),
    })
}

/// Whether the text can only be a path: `/a`, `./a`, `..`, `C:\a`.
fn is_path(text: &str) -> bool {
    let has_drive = matches!(
        text.as_bytes(),
        [letter, b':', b'/' | b'\\', ..] if letter.is_ascii_alphabetic()
    );
    let first = text.split(['/', '\\']).next().unwrap_or_default();
    has_drive || matches!(first, "" | "." | "..")
}

/// The repository on GitHub that `owner/name` stands for.
fn github(text: &str, host: &str) -> Option<Address> {
    let (owner, name) = text.split_once('/')?;
    let name = name.strip_suffix(".git").unwrap_or(name);
    (is_owner(owner) && is_name(name)).then(|| Address::on_github(host, owner, name))
}

/// The last part of the path on a host, without `.git`; nothing when there is none.
fn last_part(path: &str) -> &str {
    let path = path.trim_end_matches('/');
    let path = path
        .strip_suffix("/.git")
        .unwrap_or(path)
        .trim_end_matches('/');
    let last = path.rsplit('/').next().unwrap_or_default();
    last.strip_suffix(".git").unwrap_or(last)
}
