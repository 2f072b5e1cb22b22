//! A server of one file on this machine, which hangs up as often as a test wants.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Serves one file until the test ends.
pub(crate) struct FileServer {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    path: String,
    file: Vec<u8>,
    /// How many answers are cut in the middle.
    cuts: AtomicUsize,
    ranges: Mutex<Vec<String>>,
}

impl FileServer {
    /// Serves `file` at `path`, and hangs up in the middle of the first `cuts` answers.
    pub(crate) fn start(path: &str, file: Vec<u8>, cuts: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            path: path.to_owned(),
            file,
            cuts: AtomicUsize::new(cuts),
            ranges: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                serving.answer(&stream);
            }
        });
        Self { port, shared }
    }

    /// The address of `path`.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// The ranges that were asked for, request by request; empty where the whole file was.
    pub(crate) fn ranges(&self) -> Vec<String> {
        self.shared.ranges.lock().unwrap().clone()
    }
}

impl Shared {
    /// Answers one request; a client that goes away early is none of our business.
    fn answer(&self, mut stream: &TcpStream) {
        let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
        let Some(request) = lines.next() else {
            return;
        };
        let range = lines
            .take_while(|line| !line.is_empty())
            .find_map(|line| {
                let (name, value) = line.split_once(':')?;
                let is_range = name.eq_ignore_ascii_case("range");
                is_range.then(|| value.trim().to_owned())
            })
            .unwrap_or_default();
        self.ranges.lock().unwrap().push(range.clone());
        if request.split(' ').nth(1) != Some(self.path.as_str()) {
            let _ = stream.write_all(b"HTTP/1.1 404 None\r\nContent-Length: 0\r\n\r\n");
            return;
        }
        let digits = range.trim_start_matches("bytes=").trim_end_matches('-');
        let start: usize = digits.parse().unwrap_or(0);
        let body = &self.file[start..];
        let (status, range) = if start > 0 {
            let len = self.file.len();
            let range = format!("Content-Range: bytes {start}-{}/{len}\r\n", len - 1);
            ("206 Part", range)
        } else {
            ("200 OK", String::new())
        };
        let head = format!(
            "HTTP/1.1 {status}\r\n{range}Content-Length: {}\r\nETag: \"1\"\r\n\
             Connection: close\r\n\r\n",
            body.len()
        );
        let is_cut = self
            .cuts
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |cuts| {
                cuts.checked_sub(1)
            })
            .is_ok();
        let count = if is_cut { body.len() / 2 } else { body.len() };
        let _ = stream
            .write_all(head.as_bytes())
            .and_then(|()| stream.write_all(&body[..count]));
    }
}
