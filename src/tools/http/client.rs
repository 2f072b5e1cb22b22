//! Asks for files, and follows where the answers lead.

use dhtl_project_model::CancelToken;

use super::HttpError;
use super::address::{check, shown};
use super::agent::agent;
use super::answer::{Answer, Head};
use super::redirect::{LIMIT, follow, is_redirect};
use crate::Environment;

/// Fetches files with the proxy and the certificates of an environment.
pub struct HttpClient<'environment> {
    environment: &'environment Environment,
    pub(super) cancel: CancelToken,
}

impl<'environment> HttpClient<'environment> {
    /// A client that stops when `cancel` says so.
    #[must_use]
    pub fn new(environment: &'environment Environment, cancel: CancelToken) -> Self {
        Self {
            environment,
            cancel,
        }
    }

    /// The contents of `url`, which must not be larger than `limit` bytes.
    pub(crate) fn get(&self, url: &str, limit: u64) -> Result<Vec<u8>, HttpError> {
        self.ask(url, &[], |head, answer| {
            require_success(url, head)?;
            let mut contents: Vec<u8> = Vec::new();
            while let Some(bytes) = answer.bytes()? {
                contents.extend(bytes);
                if contents.len() as u64 > limit {
                    return Err(HttpError::TooLarge {
                        what: shown(url),
                        limit,
                    });
                }
            }
            Ok(contents)
        })
    }

    /// Asks for `url`, and hands the first answer that leads nowhere else to `read`.
    pub(super) fn ask<T>(
        &self,
        url: &str,
        headers: &[(&'static str, String)],
        read: impl FnOnce(&Head, &Answer<'_>) -> Result<T, HttpError>,
    ) -> Result<T, HttpError> {
        check(url)?;
        let mut current = url.to_owned();
        for _ in 0..=LIMIT {
            let agent = agent(self.environment, &current)?;
            let answer = Answer::request(agent, &current, headers, &self.cancel)?;
            let head = answer.head()?;
            match &head.location {
                Some(location) if is_redirect(head.status) => {
                    let next = follow(&current, location)?;
                    drop(answer);
                    current = next;
                }
                _ => return read(&head, &answer),
            }
        }
        Err(HttpError::TooManyRedirects {
            url: shown(url),
            limit: LIMIT,
        })
    }
}

/// Fails unless the file follows.
pub(super) fn require_success(url: &str, head: &Head) -> Result<(), HttpError> {
    if matches!(head.status, 200 | 206) {
        return Ok(());
    }
    Err(HttpError::Status {
        url: shown(url),
        status: head.status,
    })
}
