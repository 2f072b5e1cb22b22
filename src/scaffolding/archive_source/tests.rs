//! Archives from files; those from the network are fetched end to end.

use dhtl_project_model::{CancelToken, Diagnostic as _, ExitCode};
use dhtl_tools::Environment;

use super::*;

fn obtained(
    folder: &Path,
    source: &str,
    sha256: Option<Digest>,
) -> Result<PathBuf, ArchiveSourceError> {
    let environment = Environment::from_vars([("PATH", "")]);
    let client = HttpClient::new(&environment, CancelToken::default());
    obtain(&ArchiveRequest {
        source: OsStr::new(source),
        sha256,
        current_folder: folder,
        client: &client,
        downloads: &folder.join("downloads"),
        progress: &|_| {},
        retrying: &|_, _| {},
    })
    .map(|archive| archive.path().to_path_buf())
}

#[test]
fn a_file_is_used_where_it_is() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.zip"), "text").unwrap();
    let digest = Digest::of("text");
    let path = obtained(folder.path(), "a.zip", Some(digest)).unwrap();
    assert_eq!(path, folder.path().join("a.zip"));
    assert!(!folder.path().join("downloads").exists());
}

#[test]
fn another_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.zip"), "changed").unwrap();
    let error = obtained(folder.path(), "a.zip", Some(Digest::of("text"))).unwrap_err();
    assert!(
        matches!(error, ArchiveSourceError::WrongDigest { .. }),
        "{error}"
    );
    assert_eq!(error.exit_code(), ExitCode::Invalid);
    assert!(folder.path().join("a.zip").exists());
}

#[test]
fn what_is_no_file_has_no_digest() {
    let folder = tempfile::tempdir().unwrap();
    for source in ["nowhere.zip", "."] {
        let error = obtained(folder.path(), source, Some(Digest::of(""))).unwrap_err();
        assert_eq!(error.exit_code(), ExitCode::Usage, "{error}");
    }
}

#[test]
fn only_addresses_of_the_web_are_fetched() {
    let address = |text| archive_address(OsStr::new(text));
    assert_eq!(
        address("HTTPS://files.example/a"),
        Some("HTTPS://files.example/a")
    );
    for text in [
        "a.zip",
        "file:///a.zip",
        "ftp://files.example/a",
        "https:a",
        "",
    ] {
        assert_eq!(address(text), None, "{text}");
    }
}
