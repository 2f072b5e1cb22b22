//! `dhtl setup-from`.

use std::path::PathBuf;

use insta::assert_snapshot;

use crate::support::{EndlessZip, TarEntry, World, listing, tar_gz};

/// An archive of a small project, beside the project's folder.
fn archive(world: &World, entries: &[TarEntry<'_>]) -> PathBuf {
    let archive = world.path().join("demo-1.0.tar.gz");
    tar_gz(&archive, entries);
    archive
}

const HONEST: [TarEntry<'_>; 2] = [
    TarEntry {
        name: "demo-1.0/requirements.txt",
        text: "idna==3.7\n",
    },
    TarEntry {
        name: "demo-1.0/app.py",
        text: "import idna\n",
    },
];

#[test]
fn unpacks_and_regenerates() {
    let world = World::new();
    let archive = archive(&world, &HONEST);
    assert_snapshot!(world.dhtl(&["setup-from", archive.to_str().unwrap()]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Archive unpacked into [WORLD]/project/demo-1.0 (3 entries)
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from requirements, resolved: 1 distribution
    ✓ Imports: 1 third-party module, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    Unpacking the archive.
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    > Install the distributions
    ✓ Install the distributions: 1 distribution ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
    let folder = world.project().join("demo-1.0");
    world.venv_python(&folder, &["app.py"]).exits(0);
    world.dhtl_in(&folder, &["validate-env"]).exits(0);
    assert!(
        listing(&world.project())
            .iter()
            .all(|path| path.starts_with("demo-1.0/"))
    );
}

#[test]
fn the_new_folder_can_be_named() {
    let world = World::new();
    let archive = archive(&world, &HONEST);
    let outcome = world
        .dhtl(&["setup-from", archive.to_str().unwrap(), "here", "--json"])
        .exits(0);
    assert!(
        outcome.text("/root").ends_with("here"),
        "{}",
        outcome.stdout
    );
    assert!(world.has("here/.venv") && !world.has("demo-1.0"));
}

#[test]
fn what_surrounds_the_new_folder_is_not_its_project() {
    let world = World::new();
    world.write(
        "pyproject.toml",
        "[project]\nname = \"around\"\nversion = \"1\"\n",
    );
    let archive = archive(&world, &HONEST);
    let outcome = world
        .dhtl(&["setup-from", archive.to_str().unwrap(), "--json"])
        .exits(0);
    assert!(
        outcome.text("/root").ends_with("demo-1.0"),
        "{}",
        outcome.stdout
    );
    assert!(!world.has(".venv") && !world.has(".dht"));
}

#[test]
fn nothing_of_the_user_is_overwritten() {
    let world = World::new();
    let archive = archive(&world, &HONEST);
    world.write("demo-1.0/app.py", "mine\n");
    assert_snapshot!(world.dhtl(&["setup-from", archive.to_str().unwrap()]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    Unpacking the archive.
    error: `[WORLD]/project/demo-1.0` already exists and is not an empty folder

    hint: name a folder that does not exist yet, after the first argument
    ");
    assert_eq!(listing(&world.project()), ["demo-1.0/", "demo-1.0/app.py"]);
    assert_eq!(world.read("demo-1.0/app.py"), "mine\n");
}

#[test]
fn no_archive_is_an_error() {
    let world = World::new();
    assert_snapshot!(world.dhtl(&["setup-from", "nowhere.zip"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    Unpacking the archive.
    error: there is no archive `nowhere.zip`

    hint: check the path of the archive
    ");
    world.write("text.zip", "this is no archive\n");
    assert_snapshot!(world.dhtl(&["setup-from", "text.zip"]).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    Unpacking the archive.
    error: `text.zip` is not an archive: its content has no known format

    hint: pack the project as `.tar.gz`, `.tar.bz2`, `.tar.xz`, `.tar.zst` or `.zip`
    ");
    assert_eq!(listing(&world.project()), ["text.zip"]);
}

#[test]
fn a_path_that_leads_out_is_refused() {
    let world = World::new();
    let escape = [
        HONEST[0],
        TarEntry {
            name: "demo-1.0/../../../escaped.txt",
            text: "out\n",
        },
    ];
    let archive = archive(&world, &escape);
    assert_snapshot!(world.dhtl(&["setup-from", archive.to_str().unwrap()]).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    Unpacking the archive.
    error: the archive has an entry `demo-1.0/../../../escaped.txt`: `..` leads out of the new folder

    hint: do not unpack this archive by other means unless you know who made it
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
    assert!(!world.path().join("escaped.txt").exists());
}

#[test]
fn an_absolute_path_is_refused() {
    let world = World::new();
    let escape = [TarEntry {
        name: "/tmp/dhtl-escaped.txt",
        text: "out\n",
    }];
    let archive = archive(&world, &escape);
    world
        .dhtl(&["setup-from", archive.to_str().unwrap()])
        .exits(4)
        .says("/tmp/dhtl-escaped.txt");
    assert_eq!(listing(&world.project()), [""; 0]);
    assert!(!std::path::Path::new("/tmp/dhtl-escaped.txt").exists());
}

#[test]
fn a_zip_with_three_million_entries_is_refused() {
    let world = World::new();
    let archive = world.path().join("demo.zip");
    EndlessZip { entries: 3_000_000 }.write(&archive).unwrap();
    assert_snapshot!(world.dhtl(&["setup-from", archive.to_str().unwrap()]).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    Unpacking the archive.
    error: the archive has more than 200000 files and folders

    hint: if you trust the archive, unpack it with `tar` or `unzip` and run `dhtl regenerate` in its folder
    ");
    assert_eq!(listing(&world.project()), [""; 0]);
}

/// Proves that the one above is refused for its size alone.
#[test]
fn a_zip_of_the_same_making_with_few_entries_is_no_project() {
    let world = World::new();
    let archive = world.path().join("demo.zip");
    EndlessZip { entries: 30 }.write(&archive).unwrap();
    // There is nothing in it that could be regenerated.
    world
        .dhtl(&["setup-from", archive.to_str().unwrap()])
        .exits(4)
        .says("no project");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn a_truncated_archive_leaves_nothing_behind() {
    let world = World::new();
    let archive = archive(&world, &HONEST);
    let bytes = std::fs::read(&archive).unwrap();
    std::fs::write(&archive, &bytes[..bytes.len() / 2]).unwrap();
    world
        .dhtl(&["setup-from", archive.to_str().unwrap()])
        .exits(4);
    assert_eq!(listing(&world.project()), [""; 0]);
}
