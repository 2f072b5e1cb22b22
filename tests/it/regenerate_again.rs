//! `dhtl regenerate` where there is an environment already.

use std::fs;

use insta::assert_snapshot;

use crate::support::{World, files, parcel};

#[test]
fn a_second_run_starts_nothing() {
    let world = parcel();
    let first = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(first.json()["unchanged"], false);
    let log = world.project().join(".dht/state/logs/last.log");
    let written = fs::metadata(&log).unwrap().modified().unwrap();
    let state = || {
        let mut state = files(&world.project().join(".dht"));
        // Other tests link to the installed files from the same cache, which renews it.
        state.remove("state/files.stamp");
        state.remove("state/environment.stamp");
        state
    };
    let before = state();

    let second = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(second.json()["unchanged"], true);
    assert_eq!(second.json()["steps"], serde_json::json!([]));
    assert_eq!(second.venv_checksum(), first.venv_checksum());
    // Whatever is started is logged.
    assert_eq!(fs::metadata(&log).unwrap().modified().unwrap(), written);
    assert_eq!(state(), before);
    assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python [VERSION]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages unchanged from pyproject.toml, resolved: 4 distributions
    ✓ Imports: 3 third-party modules, all resolve in the project's packages
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    ");
}

#[test]
fn a_deleted_environment_comes_back_the_same() {
    let world = parcel();
    let first = world.dhtl(&["regenerate", "--json"]).exits(0);
    world.remove(".venv");
    let second = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(second.json()["unchanged"], false);
    assert_eq!(second.venv_checksum(), first.venv_checksum());
    assert_eq!(
        second.text("/validation/fingerprint"),
        first.text("/validation/fingerprint")
    );
    assert_eq!(
        world.installed(),
        ["idna 3.7", "iniconfig 2.0.0", "parcel 1.0", "pyyaml 6.0.2"]
    );
}

#[test]
fn deleted_state_is_no_loss() {
    let world = parcel();
    let first = world.dhtl(&["regenerate", "--json"]).exits(0);
    world.remove(".dht");
    let second = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(second.venv_checksum(), first.venv_checksum());
}

#[test]
fn a_new_requirement_is_installed() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\npackaging==24.1\n");
    world.dhtl(&["regenerate"]).exits(0);
    world.write("requirements.txt", "idna==3.6\n");
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.6"]);
}

#[test]
fn a_new_import_is_noticed() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n");
    world.dhtl(&["regenerate"]).exits(0);
    world.write("app.py", "import idna\nimport yaml\n");
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("Added because the code imports them: pyyaml");
    world.venv_python(&world.project(), &["app.py"]).exits(0);
}

#[test]
fn something_that_was_uninstalled_is_repaired() {
    let world = parcel();
    let first = world.dhtl(&["regenerate", "--json"]).exits(0);
    let uninstall = ["pip", "uninstall", "--python", ".venv", "idna"];
    world.uv(&uninstall).exits(0);
    assert_snapshot!(world.dhtl(&["validate-env"]).snapshot(), @"
    exit code: 1
    --- stdout
    ✓ Python version: [VERSION] (meets cpython >=3.9)
    ✗ Packages: 3 installed, 1 differs from the lock
    ✓ Files: all as installed
    ✗ Imports: 1 module of the project's packages does not resolve
      - import idna parcel/__init__.py:1 (import)
      - idna: missing, must be 3.7 repair: dhtl regenerate

    Environment is not as it must be: repair it with 'dhtl regenerate'.
    --- stderr
    ");
    let second = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(second.venv_checksum(), first.venv_checksum());
    world.dhtl(&["validate-env"]).exits(0);
}

#[test]
fn something_that_was_added_by_hand_is_removed() {
    let world = parcel();
    let first = world.dhtl(&["regenerate", "--json"]).exits(0);
    world
        .uv(&["pip", "install", "--python", ".venv", "packaging==24.1"])
        .exits(0);
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("packaging: 24.1 is not asked for");
    let second = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(second.venv_checksum(), first.venv_checksum());
}

#[test]
fn what_was_left_out_is_said_again() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\ndhtl-nobody-has-this==1.0\n")
        .write("app.py", "import idna\n");
    let left_out = "✗ Not as declared: `dhtl-nobody-has-this==1.0` of `requirements.txt`";
    let first = world.dhtl(&["regenerate"]).exits(1);
    assert!(first.stdout.contains(left_out), "{}", first.stdout);
    assert_eq!(world.installed(), ["idna 3.7"]);
    world.remove(".venv");
    let second = world.dhtl(&["regenerate"]).exits(1);
    assert!(second.stdout.contains(left_out), "{}", second.stdout);
    let third = world.dhtl(&["regenerate"]).exits(1);
    assert!(third.stdout.contains(left_out), "{}", third.stdout);
    let forced = world.dhtl(&["regenerate", "--strict"]);
    assert_ne!(forced.exit_code, Some(0));
}
