//! `dhtl validate-env`.

use std::collections::BTreeMap;

use insta::assert_snapshot;

use crate::support::{World, files, parcel};

#[test]
fn no_environment_is_an_answer_and_a_next_command() {
    let world = parcel();
    assert_snapshot!(world.dhtl(&["validate-env"]).snapshot(), @"
    exit code: 1
    --- stdout
    --- stderr
    error: `[WORLD]/project` has no environment: there is no usable `.venv`

    hint: make it with `dhtl regenerate`
    ");
    assert!(!world.has(".venv") && !world.has(".dht"));
}

#[test]
fn an_environment_that_is_as_it_must_be_is_confirmed() {
    let world = parcel();
    world.dhtl(&["regenerate"]).exits(0);
    let before = state(&world);
    assert_snapshot!(world.dhtl(&["validate-env"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python version: [VERSION] (meets cpython >=3.9)
    ✓ Packages: 4 installed, all as locked
    ✓ Files: all as installed
    ✓ Imports: all 3 third-party modules resolve

    Environment is as it must be: sha256:[DIGEST]
    Record it for everyone with 'dhtl setup'.
    --- stderr
    ");
    assert_eq!(state(&world), before);
}

/// What is known of the environment, but for the stamps of the files: other tests link to them from the
/// same cache, which changes what the system says of them.
fn state(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut state = files(&world.project().join(".dht"));
    state.remove("state/files.stamp");
    state.remove("state/environment.stamp");
    state
}

#[test]
fn the_recorded_environment_matches() {
    let world = parcel();
    world.dhtl(&["setup"]).exits(0);
    assert_snapshot!(world.dhtl(&["validate-env"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python version: [VERSION] (exact match)
    ✓ Packages: 4 installed, all as locked
    ✓ Files: all as installed
    ✓ Imports: all 3 third-party modules resolve
    ✓ Configuration: matches original exactly

    Environment successfully regenerated! sha256:[DIGEST] ✓ MATCH
    --- stderr
    ");
}

#[test]
fn every_difference_has_its_repair() {
    let world = parcel();
    world.dhtl(&["setup"]).exits(0);
    world
        .uv(&[
            "pip",
            "install",
            "--python",
            ".venv",
            "idna==3.6",
            "packaging==24.1",
        ])
        .exits(0);
    world
        .uv(&["pip", "uninstall", "--python", ".venv", "iniconfig"])
        .exits(0);
    assert_snapshot!(world.dhtl(&["validate-env"]).snapshot(), @"
    exit code: 1
    --- stdout
    ✓ Python version: [VERSION] (exact match)
    ✗ Packages: 4 installed, 3 differ from the lock
    ✓ Files: all as installed
    ✓ Imports: 2 third-party modules resolve, among them all that the project's packages need; 1 other does not
    ✓ Configuration: matches original exactly
      - idna: 3.6 instead of 3.7 repair: dhtl regenerate
      - iniconfig: missing, must be 2.0.0 repair: dhtl regenerate
      - packaging: 24.1 is not asked for repair: dhtl regenerate
      - venv_checksum: sha256:[DIGEST] instead of sha256:[DIGEST] repair: dhtl regenerate

    Environment is not as it must be: repair it with 'dhtl regenerate'.
    --- stderr
    ");
    let document = world.dhtl(&["validate-env", "--json"]).exits(1).json();
    assert_eq!(document["verdict"], "drift");
    let differences = document["differences"].as_array().unwrap();
    let idna = differences
        .iter()
        .find(|one| one["what"] == "idna")
        .unwrap();
    assert_eq!(
        (&idna["expected"], &idna["actual"]),
        (&"3.7".into(), &"3.6".into())
    );
    assert_eq!(idna["repair"], "dhtl regenerate");
    world.dhtl(&["regenerate"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn another_interpreter_than_the_recorded_one_is_drift() {
    let world = parcel();
    world.dhtl(&["setup"]).exits(0);
    let text = world.read(".dhtconfig");
    let version = text
        .lines()
        .find(|line| line.starts_with("  version: "))
        .unwrap();
    world.write(".dhtconfig", text.replace(version, "  version: \"3.9.0\""));
    world.dhtl(&["validate-env"]).exits(1).answers("instead of");
}

#[test]
fn an_import_that_does_not_resolve_is_named() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n");
    world.dhtl(&["regenerate"]).exits(0);
    world.write("app.py", "import idna\nimport dhtl_nobody_knows_this\n");
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("dhtl_nobody_knows_this app.py:2");
}

#[test]
fn changed_requirements_are_noticed() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n");
    world.dhtl(&["regenerate"]).exits(0);
    world.write("requirements.txt", "idna==3.7\npackaging==24.1\n");
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("Requirements: changed since the environment was made");
    world.dhtl(&["regenerate"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0);
}

#[test]
fn variables_that_are_not_set_are_listed() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\n").write(
        "app.py",
        "import os\n\nTOKEN = os.environ[\"DEMO_TOKEN\"]\n",
    );
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("  - DEMO_TOKEN (required)");
    world
        .dhtl(&["validate-env"])
        .exits(0)
        .answers("  - DEMO_TOKEN (required)");
    let world = world.set("DEMO_TOKEN", "correct horse battery");
    let outcome = world.dhtl(&["validate-env"]).exits(0);
    assert!(!outcome.stdout.contains("DEMO_TOKEN"), "{}", outcome.stdout);
}
