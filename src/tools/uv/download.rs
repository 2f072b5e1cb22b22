//! Fetches files over HTTP, within limits.

use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use dhtl_project_model::CancelToken;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use super::fetch_error::FetchError;
use crate::{Environment, Redactor, ToolError};

/// How often waiting for the network looks at the cancel token.
const PAUSE: Duration = Duration::from_millis(50);

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_mins(1);

/// How long one file may take.
const TIMEOUT: Duration = Duration::from_mins(15);

/// Fetches files with the proxy and the certificates of an environment.
pub(super) struct Downloader<'environment> {
    environment: &'environment Environment,
    cancel: CancelToken,
}

impl<'environment> Downloader<'environment> {
    pub(super) fn new(environment: &'environment Environment, cancel: CancelToken) -> Self {
        Self {
            environment,
            cancel,
        }
    }

    /// The contents of `url`, which must not be larger than `limit` bytes.
    pub(super) fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
        let agent = self.agent(url)?;
        let (sender, receiver) = sync_channel(16);
        let address = url.to_owned();
        // The network can hang where no cancel token is looked at, so it has a thread of its own.
        thread::Builder::new()
            .name("download".to_owned())
            .spawn(move || receive(&agent, &address, &sender))
            .map_err(|error| download_error(url, &error.to_string()))?;
        let mut contents: Vec<u8> = Vec::new();
        loop {
            match receiver.recv_timeout(PAUSE) {
                Ok(Ok(bytes)) => contents.extend(bytes),
                Ok(Err(reason)) => return Err(download_error(url, &reason)),
                Err(RecvTimeoutError::Disconnected) => return Ok(contents),
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.cancel.is_cancelled() {
                return Err(ToolError::Cancelled.into());
            }
            if contents.len() as u64 > limit {
                return Err(FetchError::TooLarge {
                    what: shown(url),
                    limit,
                });
            }
        }
    }

    fn agent(&self, url: &str) -> Result<Agent, FetchError> {
        let tls = TlsConfig::builder().root_certs(self.root_certs()?).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(self.proxy(url)?)
            // A mirror without TLS was the user's choice; a redirect to one was not.
            .https_only(!is_plain_http(url))
            .user_agent(concat!("dhtl/", env!("CARGO_PKG_VERSION")))
            .timeout_global(Some(TIMEOUT))
            .timeout_connect(Some(Duration::from_secs(20)))
            .timeout_per_read(Some(SILENCE))
            .build();
        Ok(config.new_agent())
    }

    /// The certificates in `SSL_CERT_FILE`, as everywhere; else those of the platform.
    fn root_certs(&self) -> Result<RootCerts, FetchError> {
        let Some(path) = self.environment.var_os("SSL_CERT_FILE").map(PathBuf::from) else {
            return Ok(RootCerts::PlatformVerifier);
        };
        let failed = |reason: String| FetchError::Certificates {
            path: path.clone(),
            reason,
        };
        let pem = std::fs::read(&path).map_err(|error| failed(error.to_string()))?;
        // As everywhere, what is no certificate in a bundle is passed over.
        let certificates: Vec<_> = parse_pem(&pem)
            .filter_map(|item| match item {
                Ok(PemItem::Certificate(certificate)) => Some(certificate),
                _ => None,
            })
            .collect();
        if certificates.is_empty() {
            return Err(failed("it holds none".to_owned()));
        }
        Ok(RootCerts::from(certificates))
    }

    /// The proxy for `url`, by the variables that curl and pip read.
    fn proxy(&self, url: &str) -> Result<Option<Proxy>, FetchError> {
        let names = if is_plain_http(url) {
            // Not HTTP_PROXY: in a CGI process a stranger's header sets it (httpoxy).
            ["http_proxy", "all_proxy", "ALL_PROXY"].as_slice()
        } else {
            &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
        };
        let Some(proxy) = names.iter().find_map(|name| self.environment.var(name)) else {
            return Ok(None);
        };
        self.with_exceptions(proxy)
            .map(Some)
            .map_err(|error| download_error(url, &format!("the proxy `{proxy}`: {error}")))
    }

    fn with_exceptions(&self, proxy: &str) -> Result<Proxy, ureq::Error> {
        let proxy = Proxy::new(proxy)?;
        let mut builder = Proxy::builder(proxy.protocol())
            .host(proxy.host())
            .port(proxy.port());
        if let Some(username) = proxy.username() {
            builder = builder.username(username);
        }
        if let Some(password) = proxy.password() {
            builder = builder.password(password);
        }
        let exceptions = ["no_proxy", "NO_PROXY"]
            .iter()
            .find_map(|name| self.environment.var(name));
        for exception in exceptions.unwrap_or_default().split(',').map(str::trim) {
            // A domain stands for its subdomains too, for curl and pip.
            let domain = exception.trim_start_matches('.');
            if !domain.is_empty() {
                builder = builder.no_proxy(domain).no_proxy(&format!(".{domain}"));
            }
        }
        builder.build()
    }
}

type Chunk = Result<Vec<u8>, String>;

fn receive(agent: &Agent, url: &str, sender: &SyncSender<Chunk>) {
    let mut body = match agent.get(url).call() {
        Ok(response) => response.into_body().into_reader(),
        Err(error) => {
            let _ = sender.send(Err(reason(&error)));
            return;
        }
    };
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let chunk = match body.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Ok(buffer[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error.to_string()),
        };
        let is_last = chunk.is_err();
        // Nobody listens any more once the download is cancelled or too large.
        if sender.send(chunk).is_err() || is_last {
            return;
        }
    }
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::StatusCode(code) => format!("the server answered {code}"),
        ureq::Error::HostNotFound => "the host was not found".to_owned(),
        other => other.to_string(),
    }
}

fn download_error(url: &str, reason: &str) -> FetchError {
    FetchError::Download {
        url: shown(url),
        reason: reason.to_owned(),
    }
}

fn shown(url: &str) -> String {
    Redactor::default().redact(url).into_owned()
}

fn is_plain_http(url: &str) -> bool {
    url.get(.."http://".len())
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("http://"))
}

/// The last part of a URL, for messages.
pub(super) fn file_name(url: &str) -> String {
    Path::new(url)
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

#[cfg(test)]
mod tests {
    use super::super::test_server::TestServer;
    use super::*;

    fn get(vars: &[(&str, &str)], url: &str, limit: u64) -> Result<Vec<u8>, FetchError> {
        let environment = Environment::from_vars(vars.iter().copied());
        Downloader::new(&environment, CancelToken::default()).get(url, limit)
    }

    #[test]
    fn the_whole_file_arrives() {
        let contents: Vec<u8> = (0..200_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let server = TestServer::new(&[("/file", contents.clone())]);
        assert_eq!(get(&[], &server.url("/file"), 1_000_000).unwrap(), contents);
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let server = TestServer::new(&[("/file", vec![0; 300_000])]);
        let error = get(&[], &server.url("/file"), 100_000).unwrap_err();
        assert!(matches!(error, FetchError::TooLarge { .. }), "{error}");
    }

    #[test]
    fn an_answer_that_is_no_file_is_an_error_without_the_password() {
        let server = TestServer::new(&[]);
        let url = server.url("/none").replace("http://", "http://ada:s3cret@");
        let error = get(&[], &url, 100).unwrap_err().to_string();
        assert!(
            error.ends_with("/none`: the server answered 404"),
            "{error}"
        );
        assert!(!error.contains("s3cret"), "{error}");
    }

    #[test]
    fn a_truncated_file_is_an_error() {
        let server = TestServer::truncating(&[("/file", vec![7; 100_000])]);
        let error = get(&[], &server.url("/file"), 1_000_000).unwrap_err();
        assert!(matches!(error, FetchError::Download { .. }), "{error}");
    }

    #[test]
    fn the_proxy_is_used_except_where_it_is_not_wanted() {
        let server = TestServer::new(&[("/file", b"direct".to_vec())]);
        let proxy = [("http_proxy", "http://127.0.0.1:9")];
        assert!(get(&proxy, &server.url("/file"), 100).is_err());
        let except = [proxy[0], ("no_proxy", "mirror.example, 127.0.0.1")];
        assert_eq!(get(&except, &server.url("/file"), 100).unwrap(), b"direct");
    }

    #[test]
    fn a_cancelled_download_stops_at_once() {
        let server = TestServer::silent();
        let environment = Environment::from_vars([("PATH", "")]);
        let cancel = CancelToken::default();
        cancel.cancel();
        let error = Downloader::new(&environment, cancel)
            .get(&server.url("/x"), 100)
            .unwrap_err();
        assert!(
            matches!(error, FetchError::Tool(ToolError::Cancelled)),
            "{error}"
        );
    }

    #[test]
    fn a_certificate_file_that_is_none_is_named() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ca.pem");
        for contents in [None, Some("no certificate")] {
            if let Some(contents) = contents {
                std::fs::write(&path, contents).unwrap();
            }
            let vars = [("SSL_CERT_FILE", path.to_str().unwrap())];
            let error = get(&vars, "https://mirror.example/uv", 100).unwrap_err();
            assert!(matches!(error, FetchError::Certificates { .. }), "{error}");
        }
    }
}
