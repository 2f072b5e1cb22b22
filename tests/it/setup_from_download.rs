//! `dhtl setup-from` of an archive on the network.

use std::io::{Cursor, Write as _};

use insta::assert_snapshot;

use crate::support::{FileServer, World, listing, python};

/// A zip as GitHub makes it of a branch: one folder at the top, and the commit as the comment.
fn archive() -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.set_comment("6c7b4cc6c7b4cc6c7b4cc6c7b4cc6c7b4cc6c7b4")
        .unwrap();
    zip.add_directory("api-main/", options).unwrap();
    for (name, text) in [("requirements.txt", ""), ("app.py", "import json\n")] {
        zip.start_file(format!("api-main/{name}"), options).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A world that reaches its own servers without a proxy.
fn world() -> World {
    World::new()
        .unset("http_proxy")
        .unset("all_proxy")
        .unset("ALL_PROXY")
}

const PATH: &str = "/acme/api/archive/refs/heads/main.zip";

#[test]
fn downloads_unpacks_and_regenerates() {
    let world = world();
    let server = FileServer::start(PATH, archive(), 0);
    let url = server.url(PATH);
    assert_snapshot!(world.dhtl(&["setup-from", &url]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Archive unpacked into [WORLD]/project/api-main (3 entries)
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from requirements, resolved: 0 distributions
    ✓ Imports: 0 third-party modules, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    warning: `http://` is not encrypted: `--sha256` makes sure that nobody changes it
    > Download the archive
    ✓ Download the archive: 404 bytes ([TIME])
    Unpacking the archive.
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    ✓ Install the distributions (nothing to do)
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
    assert!(world.has("api-main/.venv"));
}

#[test]
fn a_connection_that_breaks_off_goes_on() {
    let world = world();
    let archive = archive();
    let half = archive.len() / 2;
    let server = FileServer::start(PATH, archive, 1);
    let url = server.url(PATH);
    world
        .dhtl(&["setup-from", &url, "--into", "here"])
        .exits(0)
        .says("trying again in");
    assert_eq!(server.ranges(), [String::new(), format!("bytes={half}-")]);
    assert!(world.has("here/.venv") && !world.has("api-main"));
}

#[test]
fn the_next_run_goes_on_where_the_last_one_gave_up() {
    let world = world();
    let archive = archive();
    let server = FileServer::start(PATH, archive, 12);
    let url = server.url(PATH);
    // Each answer brings half of what is left, until there is nothing to halve.
    world
        .dhtl(&["setup-from", &url])
        .exits(5)
        .says("it goes on where it stopped");
    assert_eq!(listing(&world.project()), [""; 0]);
    let asked = server.ranges().len();
    world.dhtl(&["setup-from", &url]).exits(0);
    assert_ne!(server.ranges()[asked], "");
}

#[test]
fn only_the_archive_that_was_meant_is_unpacked() {
    let world = world();
    let server = FileServer::start(PATH, archive(), 0);
    let url = server.url(PATH);
    let wrong = "0".repeat(64);
    world
        .dhtl(&["setup-from", &url, "--sha256", &wrong])
        .exits(4)
        .says("not sha256:0000");
    assert_eq!(listing(&world.project()), [""; 0]);
    world.dhtl(&["setup-from", &url, "--sha256", "12"]).exits(2);
}

#[test]
fn a_file_is_checked_too() {
    let world = world();
    world.write("api.zip", archive());
    let script = "import hashlib; print(hashlib.sha256(open('api.zip', 'rb').read()).hexdigest())";
    let digest = world
        .run(python(), &world.project(), &["-c", script])
        .exits(0);
    let digest = digest.stdout.trim();
    world
        .dhtl(&["setup-from", "api.zip", "--sha256", digest])
        .exits(0);
    let other = format!("sha256:{}", "f".repeat(64));
    world
        .dhtl(&["setup-from", "api.zip", "other", "--sha256", &other])
        .exits(4);
    assert!(world.has("api-main") && !world.has("other"));
}

#[test]
fn nothing_is_fetched_for_a_folder_that_is_in_the_way() {
    let world = world();
    let server = FileServer::start(PATH, archive(), 0);
    world.write("here/mine", "mine\n");
    world
        .dhtl(&["setup-from", &server.url(PATH), "here"])
        .exits(2)
        .says("already exists and is not an empty folder");
    assert_eq!(server.ranges(), [""; 0]);
    assert_eq!(listing(&world.project()), ["here/", "here/mine"]);
}

#[test]
fn an_address_without_a_file_is_named() {
    let world = world();
    let server = FileServer::start(PATH, archive(), 0);
    world
        .dhtl(&["setup-from", &server.url("/nothing.zip")])
        .exits(5)
        .says("/nothing.zip`: the server answered 404");
    world
        .dhtl(&["setup-from", "http://127.0.0.1:9/a.zip?key=s3cret"])
        .exits(5)
        .says("cannot fetch `http://127.0.0.1:9/a.zip?***`");
    assert_eq!(listing(&world.project()), [""; 0]);
}
