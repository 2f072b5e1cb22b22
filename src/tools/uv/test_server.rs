//! A file server on the loopback interface, for tests.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// Serves files until the test ends.
pub(super) struct TestServer {
    address: SocketAddr,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Honest,
    Truncating,
    Silent,
}

impl TestServer {
    pub(super) fn new(files: &[(&str, Vec<u8>)]) -> Self {
        Self::start(files, Manner::Honest)
    }

    /// Announces whole files and sends half of them.
    pub(super) fn truncating(files: &[(&str, Vec<u8>)]) -> Self {
        Self::start(files, Manner::Truncating)
    }

    /// Accepts connections and never answers.
    pub(super) fn silent() -> Self {
        Self::start(&[], Manner::Silent)
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    fn start(files: &[(&str, Vec<u8>)], manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let files: Arc<BTreeMap<String, Vec<u8>>> = Arc::new(
            files
                .iter()
                .map(|(path, file)| ((*path).to_owned(), file.clone()))
                .collect(),
        );
        thread::spawn(move || {
            let mut unanswered = Vec::new();
            for stream in listener.incoming().flatten() {
                if manner == Manner::Silent {
                    unanswered.push(stream);
                } else {
                    let files = Arc::clone(&files);
                    thread::spawn(move || answer(&stream, &files, manner));
                }
            }
        });
        Self { address }
    }
}

/// Answers one request; a client that goes away early is none of our business.
fn answer(mut stream: &TcpStream, files: &BTreeMap<String, Vec<u8>>, manner: Manner) {
    let mut lines = BufReader::new(stream).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    while lines
        .next()
        .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
    {}
    let path = request.split(' ').nth(1).unwrap_or_default();
    let (status, body): (&str, &[u8]) = match files.get(path) {
        Some(file) => ("200 OK", file),
        None => ("404 Not Found", b"no such file"),
    };
    let header = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    let sent = if manner == Manner::Truncating {
        &body[..body.len() / 2]
    } else {
        body
    };
    let _ = stream
        .write_all(header.as_bytes())
        .and_then(|()| stream.write_all(sent));
}
