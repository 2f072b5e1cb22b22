//! `dhtl setup`: what it records, and that everyone else gets the same.

use insta::assert_snapshot;

use crate::support::{World, parcel};

/// The project of [`parcel`], committed.
fn committed() -> World {
    let world = parcel();
    world.write(".gitignore", ".env\n");
    world.git(&["init", "--quiet", "--initial-branch", "main"]);
    commit(&world);
    world
}

fn commit(world: &World) {
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "Go on"]);
}

/// What git would commit: the whole world less what is ignored.
fn to_commit(world: &World) -> Vec<String> {
    let status = world.git(&["status", "--porcelain", "--untracked-files=all"]);
    status.lines().map(str::to_owned).collect()
}

#[test]
fn writes_the_config_the_lock_and_the_tools() {
    let world = committed();
    assert_snapshot!(world.dhtl(&["setup"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python [VERSION] environment created
    ✓ Dependencies locked (uv.lock)
    ✓ .dhtconfig generated
    ✓ Environment fingerprint: sha256:[DIGEST]
    ✓ Imports: 3 third-party modules, all resolve in the project's packages

    Commit what was written: git add .dhtconfig uv.lock .dht/tools.lock
    --- stderr
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    > Install the distributions
    ✓ Install the distributions: 3 distributions ([TIME])
    > Install the project
    ✓ Install the project ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ✓ Create the virtual environment with Python [VERSION] (nothing to do)
    > Install the distributions
    ✓ Install the distributions: 4 distributions ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
    assert_eq!(
        to_commit(&world),
        ["?? .dht/tools.lock", "?? .dhtconfig", "?? uv.lock"]
    );
    assert_eq!(
        world.installed(),
        ["idna 3.7", "iniconfig 2.0.0", "parcel 1.0", "pyyaml 6.0.2"]
    );
    world.dhtl(&["config", "validate"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn what_it_records_is_exact() {
    let world = committed();
    let capture = world.dhtl(&["setup", "--json"]).exits(0);
    let config = world.dhtl(&["config", "show", "--json"]).exits(0);
    let python = capture.text("/validation/python_version");
    assert_eq!(config.text("/python/version"), python);
    assert_eq!(python.split('.').count(), 3, "{python}");
    assert_eq!(
        config.text("/fingerprint/digest"),
        capture.text("/validation/fingerprint")
    );
    assert_eq!(
        config.text("/validation/venv_checksum"),
        capture.venv_checksum()
    );
    assert_eq!(
        config.json()["dependencies"]["lock_files"],
        serde_json::json!(["uv.lock"])
    );
    assert_eq!(
        capture.json()["written"],
        serde_json::json!([".dhtconfig", "uv.lock", ".dht/tools.lock"])
    );
}

#[test]
fn a_second_one_changes_no_byte() {
    let world = committed();
    world.dhtl(&["setup"]).exits(0);
    let recorded = [".dhtconfig", "uv.lock", ".dht/tools.lock"].map(|file| world.read(file));
    assert_snapshot!(world.dhtl(&["setup"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python [VERSION] environment created
    ✓ Dependencies locked (uv.lock)
    ✓ .dhtconfig unchanged
    ✓ Environment fingerprint: sha256:[DIGEST]
    ✓ Imports: 3 third-party modules, all resolve in the project's packages
    --- stderr
    ");
    assert_eq!(
        [".dhtconfig", "uv.lock", ".dht/tools.lock"].map(|file| world.read(file)),
        recorded
    );
    // Nor does one without the environment that the first has made.
    world.remove(".venv").remove(".dht/state");
    world.dhtl(&["setup"]).exits(0);
    assert_eq!(
        [".dhtconfig", "uv.lock", ".dht/tools.lock"].map(|file| world.read(file)),
        recorded
    );
}

#[test]
fn requirements_are_locked_for_every_platform() {
    let world = World::new();
    world
        .write("requirements.txt", "click==8.1.7\n")
        .write("app.py", "import click\nimport yaml\n")
        .write(".gitignore", ".env\n");
    world.git(&["init", "--quiet"]);
    commit(&world);
    world.dhtl(&["setup"]).exits(0);
    assert_eq!(
        to_commit(&world),
        [
            "?? .dht/inferred.lock",
            "?? .dht/tools.lock",
            "?? .dhtconfig",
            "?? requirements.lock"
        ]
    );
    let lock = world.read("requirements.lock");
    assert!(lock.contains("--hash=sha256:"), "{lock}");
    // click needs it on Windows only.
    assert!(
        lock.contains("colorama") && lock.contains("sys_platform == 'win32'"),
        "{lock}"
    );
    assert_eq!(world.installed().len(), 2, "{:?}", world.installed());
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn what_is_added_is_locked_for_every_platform() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import click\nimport idna\n")
        .write("tox.ini", "[testenv]\ndeps = tqdm==4.66.5\n");
    world.dhtl(&["setup"]).exits(0);
    let lock = world.read(".dht/inferred.lock");
    for distribution in ["click==", "tqdm==4.66.5"] {
        assert!(lock.contains(distribution), "{lock}");
    }
    // Both need it on Windows only.
    let colorama = lock.lines().find(|line| line.starts_with("colorama=="));
    assert!(colorama.unwrap_or_default().contains("'win32'"), "{lock}");
    let names = world.installed();
    assert!(
        names.iter().all(|name| !name.contains("colorama")),
        "{names:?}"
    );
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
    let capture = world.dhtl(&["setup", "--json"]).exits(0).json();
    assert_eq!(capture["written"], serde_json::json!([]));
    assert_eq!(world.read(".dht/inferred.lock"), lock);
}

#[test]
fn comments_and_keys_of_the_user_survive() {
    let world = parcel();
    let text = "# Ask Ada first.\nversion: \"2.0\"\n\nx-team:   # ours\n  lead: Ada\n";
    world.write(".dhtconfig", text);
    world.dhtl(&["setup"]).exits(0);
    let written = world.read(".dhtconfig");
    for part in ["# Ask Ada first.\n", "\nx-team:   # ours\n  lead: Ada\n"] {
        assert!(written.contains(part), "{written}");
    }
}

#[test]
fn everyone_else_gets_the_same() {
    let here = committed();
    let captured = here.dhtl(&["setup", "--json"]).exits(0);
    commit(&here);

    let there = World::new();
    let origin = here.project();
    there.git_in(
        there.path(),
        &[
            "clone",
            "--quiet",
            origin.to_str().unwrap(),
            "somewhere-else",
        ],
    );
    let clone = there.path().join("somewhere-else");
    assert_snapshot!(there.dhtl_in(&clone, &["regenerate"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from uv.lock: 4 distributions
    ✓ Imports: 3 third-party modules, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST] ✓ MATCH
    --- stderr
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Install the distributions
    ✓ Install the distributions: 4 distributions ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
    let verdict = there.dhtl_in(&clone, &["validate-env", "--json"]).exits(0);
    assert_eq!(verdict.text("/verdict"), "match");
    assert_eq!(
        verdict.text("/fingerprint"),
        captured.text("/validation/fingerprint")
    );
    assert_eq!(verdict.text("/venv_checksum"), captured.venv_checksum());
    assert_eq!(there.git_in(&clone, &["status", "--porcelain"]), "");
}

#[test]
fn an_edited_lock_is_noticed() {
    let world = committed();
    world.dhtl(&["setup"]).exits(0);
    let lock = world.read("uv.lock");
    world.write(
        "uv.lock",
        lock.replace(
            "name = \"iniconfig\"\nversion = \"2.0.0\"",
            "name = \"iniconfig\"\nversion = \"2.0.1\"",
        ),
    );
    assert_ne!(world.read("uv.lock"), lock);
    let outcome = world.dhtl(&["validate-env"]).exits(1);
    assert!(!outcome.stdout.contains("MATCH"), "{}", outcome.stdout);
    world.write("uv.lock", lock);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn relock_takes_the_newest_versions() {
    let world = World::new();
    world
        .write("requirements.txt", "idna>=3\n")
        .write("app.py", "import idna\n");
    world.dhtl(&["setup"]).exits(0);
    let newest = world.read("requirements.lock");
    let old = "idna==3.7 --hash=sha256:82fee1fc78add43492d3a1898bfa6d8a904cc97d8427f683ed8e798d07761aa0\n";
    world.write("requirements.lock", old);
    world.dhtl(&["setup"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7"]);
    assert_eq!(world.read("requirements.lock"), old);
    world.dhtl(&["setup", "--relock"]).exits(0);
    assert_eq!(world.read("requirements.lock"), newest);
}

#[test]
fn a_capture_that_fails_writes_nothing() {
    let world = World::new();
    world.write("requirements.txt", "dhtl-no-such-distribution==1.0\n");
    world
        .dhtl(&["setup"])
        .exits(1)
        .says("nothing was recorded, because the environment is not whole");
    // The environment stays, as `regenerate` would leave it.
    for file in [
        ".dhtconfig",
        "requirements.lock",
        ".dht/inferred.lock",
        ".dht/tools.lock",
    ] {
        assert!(!world.has(file), "{file}");
    }
}
