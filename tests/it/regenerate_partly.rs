//! `dhtl regenerate` where not everything that is declared can be had at the same time.

use std::fs;

use insta::assert_snapshot;
use serde_json::json;

use crate::support::{TarEntry, World, python, tar_gz};

#[test]
fn of_contradicting_pins_the_first_holds() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\niniconfig==2.0.0\n")
        .write("requirements-dev.txt", "idna==3.6\npackaging==24.1\n")
        .write("app.py", "import idna\n");
    assert_snapshot!(world.dhtl(&["regenerate"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Python [VERSION] from [ORIGIN]: [REASON]
    ✓ Platform: [PLATFORM] (detected)
    ✓ Python packages restored from requirements, resolved: 3 distributions
    ✓ Imports: 1 third-party module, all resolve in the project's packages
    ! Not as declared: `idna==3.6` of `requirements-dev.txt`: it contradicts `idna==3.7` of `requirements.txt`
    ✓ Environment validated: sha256:[DIGEST]
        record it for everyone with `dhtl setup`
    --- stderr
    > Create the virtual environment with Python [VERSION]
    ✓ Create the virtual environment with Python [VERSION] ([TIME])
    > Resolve the requirements
    ✓ Resolve the requirements: 1 left out ([TIME])
    > Install the distributions
    ✓ Install the distributions: 3 distributions ([TIME])
    > Install what else is imported
    ✓ Install what else is imported ([TIME])
    ");
    assert_eq!(
        world.installed(),
        ["idna 3.7", "iniconfig 2.0.0", "packaging 24.1"]
    );
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("you require idna==3.7 and idna==3.6");
}

#[test]
fn of_extras_that_exclude_each_other_one_is_installed() {
    let world = World::new();
    world.write(
        "pyproject.toml",
        r#"[project]
name = "parcel"
version = "1.0"
requires-python = ">=3.9"

[project.optional-dependencies]
old = ["idna==3.6"]
new = ["idna==3.7", "iniconfig==2.0.0"]

[tool.uv]
conflicts = [[{ extra = "old" }, { extra = "new" }]]
"#,
    );
    world.uv(&["lock"]).exits(0);
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    let shortfalls = report["shortfalls"].as_array().unwrap();
    assert_eq!(shortfalls.len(), 1, "{shortfalls:#?}");
    assert_eq!(shortfalls[0]["what"], "extra `old`");
    assert_eq!(
        shortfalls[0]["why"],
        "extra `new` excludes it by pyproject.toml:11 (uv-conflicts)"
    );
    // The one that brings more.
    assert_eq!(world.installed(), ["idna 3.7", "iniconfig 2.0.0"]);
    let detected = world.dhtl(&["detect", "--json"]).exits(0).json();
    assert_eq!(
        detected["python"]["exclusions"][0]["members"],
        json!([{ "kind": "extra", "name": "old" }, { "kind": "extra", "name": "new" }])
    );
}

#[test]
fn what_conda_alone_has_is_named() {
    let world = World::new();
    world
        .write(
            "environment.yml",
            "name: demo\ndependencies:\n  - idna=3.7\n  - dhtl-conda-only=1.0\n  - pip:\n      \
             - iniconfig==2.0.0\n",
        )
        .write("app.py", "import idna\n");
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    let shortfalls = report["shortfalls"].as_array().unwrap();
    assert_eq!(shortfalls.len(), 1, "{shortfalls:#?}");
    assert_eq!(
        shortfalls[0]["what"],
        "`dhtl-conda-only==1.0.*` of environment.yml:4 (conda-dependencies)"
    );
    assert_eq!(shortfalls[0]["essential"], false);
    assert_eq!(world.installed(), ["idna 3.7", "iniconfig 2.0.0"]);
}

#[test]
fn a_hashed_file_is_installed_without_what_cannot_be_built() {
    let world = World::new();
    let archives = world.path().join("archives");
    let world = world.set("UV_FIND_LINKS", &archives);
    fs::create_dir(&archives).unwrap();
    let manifest = "[build-system]\nrequires = []\nbuild-backend = \"nowhere\"\n\
                    [project]\nname = \"broken\"\nversion = \"1.0\"\n";
    let entries = [TarEntry {
        name: "broken-1.0/pyproject.toml",
        text: manifest,
    }];
    let archive = archives.join("broken-1.0.tar.gz");
    tar_gz(&archive, &entries);
    let script =
        "import hashlib, sys; print(hashlib.sha256(open(sys.argv[1], 'rb').read()).hexdigest())";
    let hashed = ["-c", script, archive.to_str().unwrap()];
    let hash = world.run(python(), world.path(), &hashed).exits(0).stdout;
    world
        .write(
            "requirements.txt",
            format!(
                "idna==3.7 --hash=sha256:82fee1fc78add43492d3a1898bfa6d8a904cc97d8427f683ed8e798d07761aa0\n\
                 broken==1.0 --hash=sha256:{hash}"
            ),
        )
        .write("app.py", "import idna\n");
    let report = world.dhtl(&["regenerate", "--json"]).exits(1).json();
    assert_eq!(world.installed(), ["idna 3.7"]);
    let shortfall = &report["shortfalls"][0];
    assert_eq!(shortfall["distribution"], "broken");
    assert_eq!(shortfall["essential"], true);
    assert_eq!(
        shortfall["cause"],
        json!({ "kind": "undeclared-build-requirement", "module": "nowhere" })
    );
    assert_eq!(
        shortfall["last_lines"],
        json!(["ModuleNotFoundError: No module named 'nowhere'"])
    );
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("broken: missing, must be 1.0");
    world.dhtl(&["regenerate", "--strict"]).exits(1);
}
