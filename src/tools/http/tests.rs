//! Fetches from servers on this machine that behave in all the ways servers do.

use std::path::Path;

use dhtl_project_model::CancelToken;

use super::test_server::TestServer;
use super::*;
use crate::Environment;

fn get(vars: &[(&str, &str)], url: &str, limit: u64) -> Result<Vec<u8>, HttpError> {
    let environment = Environment::from_vars(vars.iter().copied());
    HttpClient::new(&environment, CancelToken::default()).get(url, limit)
}

fn contents(len: u32) -> Vec<u8> {
    (0..len)
        .map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3])
        .collect()
}

fn download(folder: &Path, url: &str, limit: u64) -> Result<Downloaded, HttpError> {
    let environment = Environment::from_vars([("PATH", "")]);
    HttpClient::new(&environment, CancelToken::default()).download(&Download {
        url,
        folder,
        limit,
        progress: &|_transfer| {},
        retrying: &|_reason, _delay| {},
    })
}

#[test]
fn the_whole_file_arrives() {
    let contents = contents(200_000);
    let server = TestServer::new(&[("/file", contents.clone())]);
    assert_eq!(get(&[], &server.url("/file"), 1_000_000).unwrap(), contents);
}

#[test]
fn a_file_beyond_the_limit_is_refused() {
    let server = TestServer::new(&[("/file", vec![0; 300_000])]);
    let error = get(&[], &server.url("/file"), 100_000).unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { .. }), "{error}");
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
    assert!(matches!(error, HttpError::Failed { .. }), "{error}");
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
    let error = HttpClient::new(&environment, cancel)
        .get(&server.url("/x"), 100)
        .unwrap_err();
    assert!(matches!(error, HttpError::Cancelled), "{error}");
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
        assert!(matches!(error, HttpError::Certificates { .. }), "{error}");
    }
}

#[test]
fn redirects_are_followed_for_a_while() {
    let server = TestServer::new(&[
        ("/a/first", b"-> second".to_vec()),
        ("/a/second", b"-> /third".to_vec()),
        ("/third", b"here".to_vec()),
        ("/loop", b"-> /loop".to_vec()),
    ]);
    assert_eq!(get(&[], &server.url("/a/first"), 100).unwrap(), b"here");
    let error = get(&[], &server.url("/loop"), 100).unwrap_err();
    assert!(
        matches!(error, HttpError::TooManyRedirects { .. }),
        "{error}"
    );
    assert_eq!(server.ranges().len(), 3 + 6);
}

#[test]
fn a_file_is_kept_under_its_name_until_it_is_dropped() {
    let folder = tempfile::tempdir().unwrap();
    let contents = contents(100_000);
    let server = TestServer::new(&[("/a/api-1.0.tar.gz", contents.clone())]);
    let url = server.url("/a/api-1.0.tar.gz?key=1");
    // The server knows the path alone.
    assert!(download(folder.path(), &url, 1_000_000).is_err());
    let url = server.url("/a/api-1.0.tar.gz");
    let downloaded = download(folder.path(), &url, 1_000_000).unwrap();
    assert!(downloaded.path.ends_with("api-1.0.tar.gz"));
    assert_eq!(std::fs::read(&downloaded.path).unwrap(), contents);
    drop(downloaded);
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 0, "{left:?}");
}

#[test]
fn a_connection_that_breaks_off_goes_on_where_it_ended() {
    let folder = tempfile::tempdir().unwrap();
    let contents = contents(100_000);
    let server = TestServer::resumable(&[("/file", contents.clone())]);
    let downloaded = download(folder.path(), &server.url("/file"), 1_000_000).unwrap();
    assert_eq!(std::fs::read(&downloaded.path).unwrap(), contents);
    let ranges = server.ranges();
    assert_eq!(ranges[0], "");
    assert_eq!(ranges[1], "bytes=40000-");
    assert_eq!(downloaded.resumed_from, 80_000);
}

#[test]
fn another_call_goes_on_too() {
    let folder = tempfile::tempdir().unwrap();
    let contents = contents(100_000);
    let server = TestServer::resumable(&[("/file", contents.clone())]);
    let url = server.url("/file");
    let environment = Environment::from_vars([("PATH", "")]);
    let cancel = CancelToken::default();
    let stopped = cancel.clone();
    let interrupted = HttpClient::new(&environment, cancel).download(&Download {
        url: &url,
        folder: folder.path(),
        limit: 1_000_000,
        progress: &|_transfer| {},
        retrying: &move |_reason, _delay| stopped.cancel(),
    });
    assert!(matches!(interrupted, Err(HttpError::Cancelled)));
    let downloaded = download(folder.path(), &url, 1_000_000).unwrap();
    assert_eq!(std::fs::read(&downloaded.path).unwrap(), contents);
    assert_eq!(server.ranges()[1], "bytes=40000-");
}

#[test]
fn a_file_that_has_changed_begins_anew() {
    let folder = tempfile::tempdir().unwrap();
    let contents = contents(30_000);
    let server = TestServer::resumable(&[("/file", contents.clone())]);
    let url = server.url("/file");
    let mut partial = partial::Partial::open(folder.path(), &url).unwrap();
    let version = partial::Version {
        validator: "\"of yesterday\"".to_owned(),
    };
    partial.restart(Some(&version)).unwrap();
    partial.append(&vec![b'x'; 20_000]).unwrap();
    drop(partial);
    let downloaded = download(folder.path(), &url, 1_000_000).unwrap();
    assert_eq!(std::fs::read(&downloaded.path).unwrap(), contents);
    assert_eq!(server.ranges(), ["bytes=20000-"]);
}

#[test]
fn what_no_validator_vouches_for_is_not_put_together() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::weak(&[("/file", contents(100_000))]);
    let error = download(folder.path(), &server.url("/file"), 1_000_000).unwrap_err();
    assert!(matches!(error, HttpError::Failed { .. }), "{error}");
    assert!(server.ranges().iter().all(String::is_empty));
}

#[test]
fn a_download_beyond_the_limit_leaves_nothing_to_go_on_with() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::resumable(&[("/file", contents(100_000))]);
    let error = download(folder.path(), &server.url("/file"), 50_000).unwrap_err();
    assert!(matches!(error, HttpError::TooLarge { .. }), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_nobody_came_back_for_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let server = TestServer::new(&[("/file", b"text".to_vec())]);
    let old = folder.path().join("0123456789abcdef");
    std::fs::create_dir(&old).unwrap();
    std::fs::write(old.join("part"), "old").unwrap();
    let fresh = folder.path().join("fedcba9876543210");
    std::fs::create_dir(&fresh).unwrap();
    std::fs::write(fresh.join("part"), "new").unwrap();
    let month = std::time::Duration::from_hours(30 * 24);
    let file = std::fs::File::options()
        .write(true)
        .open(old.join("part"))
        .unwrap();
    file.set_modified(std::time::SystemTime::now() - month)
        .unwrap();
    drop(file);
    download(folder.path(), &server.url("/file"), 100).unwrap();
    assert!(!old.exists() && fresh.exists());
}

#[test]
fn two_at_once_do_not_write_to_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let url = "http://files.example/file";
    let first = partial::Partial::open(folder.path(), url).unwrap();
    let error = download(folder.path(), url, 100).unwrap_err();
    assert!(matches!(error, HttpError::Busy { .. }), "{error}");
    drop(first);
}

#[test]
fn what_is_no_address_is_never_asked() {
    let folder = tempfile::tempdir().unwrap();
    for url in ["file:///etc/passwd", "http://", "http://a.example/\r\nX: y"] {
        let error = download(folder.path(), url, 100).unwrap_err();
        assert!(matches!(error, HttpError::Address { .. }), "{url}: {error}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
