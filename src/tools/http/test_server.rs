//! A file server on the loopback interface, for tests.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Serves files until the test ends.
pub(crate) struct TestServer {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Manner {
    Honest,
    Truncating,
    Resumable,
    Weak,
    Silent,
}

impl TestServer {
    pub(crate) fn new(files: &[(&str, Vec<u8>)]) -> Self {
        Self::start(files, Manner::Honest)
    }

    /// Announces whole files and sends half of them.
    pub(crate) fn truncating(files: &[(&str, Vec<u8>)]) -> Self {
        Self::start(files, Manner::Truncating)
    }

    /// Sends at most 40,000 bytes before it hangs up, and goes on where it is asked to.
    pub(crate) fn resumable(files: &[(&str, Vec<u8>)]) -> Self {
        Self::start(files, Manner::Resumable)
    }

    /// The same, with a validator that does not vouch for every byte.
    pub(crate) fn weak(files: &[(&str, Vec<u8>)]) -> Self {
        Self::start(files, Manner::Weak)
    }

    /// Accepts connections and never answers.
    pub(crate) fn silent() -> Self {
        Self::start(&[], Manner::Silent)
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The ranges that were asked for, request by request; empty where the whole file was.
    pub(crate) fn ranges(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
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
        let requests: Arc<Mutex<Vec<String>>> = Arc::default();
        let heard = Arc::clone(&requests);
        thread::spawn(move || {
            let mut unanswered = Vec::new();
            for stream in listener.incoming().flatten() {
                if manner == Manner::Silent {
                    unanswered.push(stream);
                } else {
                    let files = Arc::clone(&files);
                    let heard = Arc::clone(&heard);
                    thread::spawn(move || answer(&stream, &files, manner, &heard));
                }
            }
        });
        Self { address, requests }
    }
}

/// Answers one request; a client that goes away early is none of our business.
///
/// A file whose content is `-> address` is a redirect.
fn answer(
    mut stream: &TcpStream,
    files: &BTreeMap<String, Vec<u8>>,
    manner: Manner,
    heard: &Mutex<Vec<String>>,
) {
    let mut lines = BufReader::new(stream).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    let headers: BTreeMap<String, String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_ascii_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let range = headers.get("range").cloned().unwrap_or_default();
    heard.lock().unwrap().push(range.clone());
    let path = request.split(' ').nth(1).unwrap_or_default();
    let Some(file) = files.get(path) else {
        respond(stream, "404 Not Found", "", b"no such file");
        return;
    };
    if let Some(target) = file.strip_prefix(b"-> ") {
        let location = format!("Location: {}\r\n", String::from_utf8_lossy(target));
        respond(stream, "302 Found", &location, b"");
        return;
    }
    let etag = match manner {
        Manner::Resumable => format!("ETag: \"{}\"\r\n", file.len()),
        Manner::Weak => format!("ETag: W/\"{}\"\r\n", file.len()),
        _ => String::new(),
    };
    let start: usize = range
        .strip_prefix("bytes=")
        .and_then(|range| range.strip_suffix('-')?.parse().ok())
        .unwrap_or(0);
    let is_same = headers.get("if-range") == Some(&format!("\"{}\"", file.len()));
    let start = if is_same { start } else { 0 };
    let status = if start > 0 {
        "206 Partial Content"
    } else {
        "200 OK"
    };
    let range = if start > 0 {
        let len = file.len();
        format!("Content-Range: bytes {start}-{}/{len}\r\n", len - 1)
    } else {
        String::new()
    };
    let body = &file[start..];
    let sent = match manner {
        Manner::Truncating => &body[..body.len() / 2],
        Manner::Resumable | Manner::Weak => &body[..body.len().min(40_000)],
        _ => body,
    };
    let header = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{etag}{range}Connection: close\r\n\r\n",
        body.len()
    );
    let _ = stream
        .write_all(header.as_bytes())
        .and_then(|()| stream.write_all(sent));
}

fn respond(mut stream: &TcpStream, status: &str, headers: &str, body: &[u8]) {
    let header = format!(
        "HTTP/1.1 {status}\r\nContent-Length: {}\r\n{headers}Connection: close\r\n\r\n",
        body.len()
    );
    let _ = stream
        .write_all(header.as_bytes())
        .and_then(|()| stream.write_all(body));
}
