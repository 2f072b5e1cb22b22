//! `dhtl regenerate --strict`: no fallback of any kind.

use insta::assert_snapshot;

use crate::support::{World, parcel};

#[test]
fn an_undeclared_import_is_an_error() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\nimport yaml\n");
    assert_snapshot!(world.dhtl(&["regenerate", "--strict"]).snapshot(), @"
    exit code: 1
    --- stdout
    --- stderr
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements ([TIME])
    > Install the distributions
    ✓ Install the distributions: 1 distribution ([TIME])
    > Install what else is imported
    ✗ Install what else is imported failed ([TIME])
    error: `yaml`, which app.py:2 (import) imports, is not declared, and `--strict` allows no way around it

    hint: see what would be done without it: `dhtl regenerate --dry-run`
    ");
    world.dhtl(&["regenerate"]).exits(0);
    // What an indulgent run has put there is no excuse.
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("yaml");
}

#[test]
fn what_is_declared_is_no_obstacle() {
    let world = parcel();
    world.dhtl(&["regenerate", "--strict"]).exits(0);
}

#[test]
fn a_stale_lock_is_an_error() {
    let world = parcel();
    world.uv(&["lock"]).exits(0);
    let changed = world
        .read("pyproject.toml")
        .replace("idna==3.7", "idna==3.6");
    world.write("pyproject.toml", changed);
    assert_snapshot!(world.dhtl(&["regenerate", "--strict"]).snapshot(), @"
    exit code: 1
    --- stdout
    --- stderr
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Install the distributions
    ✗ Install the distributions failed ([TIME])
    - Install what else is imported skipped: needs `installation`, which failed
    error: `uv.lock` is out of date: `pyproject.toml` was changed after it was written, and `--strict` allows no way around it

    hint: see what would be done without it: `dhtl regenerate --dry-run`
    ");
    assert!(!world.has(".venv"));
    // Without it the lock is followed as it is, and that is said.
    world
        .dhtl(&["regenerate"])
        .answers("`uv.lock` is out of date");
    assert!(world.installed().contains(&"idna 3.7".to_owned()));
}
