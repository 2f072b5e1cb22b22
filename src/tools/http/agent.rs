//! How the network is reached: certificates, proxies, time limits.

use std::path::PathBuf;
use std::time::Duration;

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use super::HttpError;
use super::address::{is_plain, shown};
use crate::Environment;

/// How long a connection may be silent.
const SILENCE: Duration = Duration::from_mins(1);

/// How long one file may take.
const TIMEOUT: Duration = Duration::from_hours(2);

/// What asks for `url`: exactly that address, once.
pub(super) fn agent(environment: &Environment, url: &str) -> Result<Agent, HttpError> {
    let tls = TlsConfig::builder()
        .root_certs(root_certs(environment)?)
        .build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .proxy(proxy(environment, url)?)
        // Where an answer leads is for us to decide, and what its number means too.
        .max_redirects(0)
        .http_status_as_error(false)
        .https_only(!is_plain(url))
        .user_agent(concat!("dhtl/", env!("CARGO_PKG_VERSION")))
        .timeout_global(Some(TIMEOUT))
        .timeout_connect(Some(Duration::from_secs(20)))
        .timeout_recv_response(Some(SILENCE))
        .timeout_per_read(Some(SILENCE))
        .build();
    Ok(config.new_agent())
}

/// The certificates in `SSL_CERT_FILE`, as everywhere; else those of the platform.
fn root_certs(environment: &Environment) -> Result<RootCerts, HttpError> {
    let Some(path) = environment.var_os("SSL_CERT_FILE").map(PathBuf::from) else {
        return Ok(RootCerts::PlatformVerifier);
    };
    let failed = |reason: String| HttpError::Certificates {
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
fn proxy(environment: &Environment, url: &str) -> Result<Option<Proxy>, HttpError> {
    let names = if is_plain(url) {
        // Not HTTP_PROXY: in a CGI process a stranger's header sets it (httpoxy).
        ["http_proxy", "all_proxy", "ALL_PROXY"].as_slice()
    } else {
        &["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    };
    let Some(proxy) = names.iter().find_map(|name| environment.var(name)) else {
        return Ok(None);
    };
    with_exceptions(environment, proxy)
        .map(Some)
        .map_err(|error| HttpError::Failed {
            url: shown(url),
            reason: format!("the proxy `{}`: {error}", shown(proxy)),
        })
}

fn with_exceptions(environment: &Environment, proxy: &str) -> Result<Proxy, ureq::Error> {
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
        .find_map(|name| environment.var(name));
    for exception in exceptions.unwrap_or_default().split(',').map(str::trim) {
        // A domain stands for its subdomains too, for curl and pip.
        let domain = exception.trim_start_matches('.');
        if !domain.is_empty() {
            builder = builder.no_proxy(domain).no_proxy(&format!(".{domain}"));
        }
    }
    builder.build()
}
