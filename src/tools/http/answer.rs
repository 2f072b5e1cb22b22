//! One request and its answer, read by a thread of its own.

use std::io::{self, Read as _};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use dhtl_project_model::CancelToken;
use ureq::Agent;

use super::HttpError;
use super::address::shown;

/// How often waiting for the network looks at the cancel token.
const PAUSE: Duration = Duration::from_millis(50);

/// What a server says before it sends the file.
#[derive(Debug, Clone, Default)]
pub(super) struct Head {
    /// The number of RFC 9110, section 15.
    pub(super) status: u16,
    /// Where to look instead.
    pub(super) location: Option<String>,
    /// How many bytes follow.
    pub(super) length: Option<u64>,
    /// Which part of the file follows.
    pub(super) range: Option<String>,
    /// What tells this version of the file from others.
    pub(super) etag: Option<String>,
    /// When the file last changed.
    pub(super) last_modified: Option<String>,
}

/// What the thread has read.
enum Message {
    Head(Box<Head>),
    Bytes(Vec<u8>),
    Failed(String),
}

/// An answer that is still arriving.
pub(super) struct Answer<'a> {
    url: &'a str,
    cancel: &'a CancelToken,
    receiver: Receiver<Message>,
}

impl<'a> Answer<'a> {
    /// Asks for `url`, with more headers.
    pub(super) fn request(
        agent: Agent,
        url: &'a str,
        headers: &[(&'static str, String)],
        cancel: &'a CancelToken,
    ) -> Result<Self, HttpError> {
        let (sender, receiver) = sync_channel(16);
        let (address, headers) = (url.to_owned(), headers.to_vec());
        // The network can hang where no cancel token is looked at, so it has a thread of its own.
        thread::Builder::new()
            .name("download".to_owned())
            .spawn(move || receive(&agent, &address, &headers, &sender))
            .map_err(|error| HttpError::Failed {
                url: shown(url),
                reason: error.to_string(),
            })?;
        Ok(Self {
            url,
            cancel,
            receiver,
        })
    }

    /// What comes first.
    pub(super) fn head(&self) -> Result<Head, HttpError> {
        match self.next()? {
            Some(Message::Head(head)) => Ok(*head),
            _ => Err(self.failure("the server did not answer".to_owned())),
        }
    }

    /// The next bytes of the file; nothing when all have arrived.
    pub(super) fn bytes(&self) -> Result<Option<Vec<u8>>, HttpError> {
        match self.next()? {
            Some(Message::Bytes(bytes)) => Ok(Some(bytes)),
            _ => Ok(None),
        }
    }

    fn next(&self) -> Result<Option<Message>, HttpError> {
        loop {
            if self.cancel.is_cancelled() {
                return Err(HttpError::Cancelled);
            }
            match self.receiver.recv_timeout(PAUSE) {
                Ok(Message::Failed(reason)) => return Err(self.failure(reason)),
                Ok(message) => return Ok(Some(message)),
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }

    fn failure(&self, reason: String) -> HttpError {
        let url = shown(self.url);
        // rustls says so; the error has no other mark that survives ureq.
        if reason.contains("invalid peer certificate") {
            return HttpError::Untrusted { url, reason };
        }
        HttpError::Failed { url, reason }
    }
}

fn receive(
    agent: &Agent,
    url: &str,
    headers: &[(&'static str, String)],
    sender: &SyncSender<Message>,
) {
    // What is packed is packed already, and a part of it has to be counted in its own bytes.
    let mut request = agent.get(url).header("Accept-Encoding", "identity");
    for (name, value) in headers {
        request = request.header(*name, value);
    }
    let response = match request.call() {
        Ok(response) => response,
        Err(error) => {
            let _ = sender.send(Message::Failed(reason(&error)));
            return;
        }
    };
    let text = |name: &str| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
    let head = Head {
        status: response.status().as_u16(),
        location: text("location"),
        length: text("content-length").and_then(|length| length.parse().ok()),
        range: text("content-range"),
        etag: text("etag"),
        last_modified: text("last-modified"),
    };
    // Nobody listens any more once the download is cancelled, refused or too large.
    if sender.send(Message::Head(Box::new(head))).is_err() {
        return;
    }
    let mut body = response.into_body().into_reader();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let message = match body.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => Message::Bytes(buffer[..count].to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Message::Failed(error.to_string()),
        };
        let is_last = matches!(message, Message::Failed(_));
        if sender.send(message).is_err() || is_last {
            return;
        }
    }
}

fn reason(error: &ureq::Error) -> String {
    match error {
        ureq::Error::HostNotFound => "the host was not found".to_owned(),
        other => other.to_string(),
    }
}
