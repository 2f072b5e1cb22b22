//! `dhtl regenerate`: what is declared besides the lock or the manifest.

use serde_json::json;

use crate::support::World;

/// A project with a `uv.lock` that knows nothing of what tox asks for.
fn locked(tox_deps: &str, world: World) -> World {
    world
        .write(
            "pyproject.toml",
            "[project]\nname = \"parcel\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
             dependencies = [\"idna==3.7\"]\n",
        )
        .write("parcel.py", "import idna\n")
        .write(
            "tox.ini",
            format!("[testenv]\ndeps =\n    idna==3.6\n    {tox_deps}\n"),
        );
    world.uv(&["lock"]).exits(0);
    world
}

fn commit(world: &World) {
    world.git(&["init", "--quiet"]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "Go on"]);
}

#[test]
fn what_tox_and_nox_install_is_there_and_recorded() {
    let here = locked("iniconfig==2.0.0", World::new());
    here.write(
        "noxfile.py",
        "import nox\n\n\n@nox.session\ndef lint(session):\n    session.install(\"pyyaml==6.0.2\")\n",
    );
    commit(&here);
    let plan = here.dhtl(&["regenerate", "--dry-run", "--json"]).exits(0);
    assert_eq!(
        plan.json()["supplements"]
            .as_array()
            .unwrap()
            .iter()
            .map(|source| (source["origin"].clone(), source["brings"].clone()))
            .collect::<Vec<_>>(),
        [
            (json!("`noxfile.py` (nox-lint)"), json!(["pyyaml==6.0.2"])),
            (json!("`tox.ini` (tox)"), json!(["iniconfig==2.0.0"])),
        ]
    );
    let captured = here.dhtl(&["setup", "--json"]).exits(0);
    // The lock has idna already, and its version is not tox's to change.
    for pin in ["idna 3.7", "iniconfig 2.0.0", "pyyaml 6.0.2"] {
        assert!(
            here.installed().contains(&pin.to_owned()),
            "{:?}",
            here.installed()
        );
    }
    let config = here.dhtl(&["config", "show", "--json"]).exits(0).json();
    let recorded = config["dependencies"]["inferred"].as_array().unwrap();
    for (requirement, evidence) in [
        ("iniconfig==2.0.0", "tox.ini"),
        ("pyyaml==6.0.2", "noxfile.py"),
    ] {
        let one = recorded
            .iter()
            .find(|one| one["requirement"] == requirement)
            .unwrap_or_else(|| panic!("no `{requirement}` in {recorded:#?}"));
        assert_eq!(one["evidence"], json!([evidence]));
        assert!(here.read(".dht/inferred.lock").contains(requirement));
    }
    commit(&here);

    let there = World::new();
    let origin = here.project();
    let clone = ["clone", origin.to_str().unwrap(), "demo", "--json"];
    let report = there.dhtl(&clone).exits(0);
    assert_eq!(report.text("/validation/verdict"), "match");
    assert_eq!(report.venv_checksum(), captured.venv_checksum());
    let validated = there.dhtl_in(&there.project().join("demo"), &["validate-env"]);
    validated.exits(0).answers("MATCH");
}

#[test]
fn it_is_resolved_as_of_the_last_commit_and_not_at_all_when_strict() {
    let world = World::new()
        .set("GIT_AUTHOR_DATE", "2023-06-01T12:00:00Z")
        .set("GIT_COMMITTER_DATE", "2023-06-01T12:00:00Z");
    // 2.0.0 was the newest between January 2023 and 2025.
    let world = locked("iniconfig", world);
    commit(&world);
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7", "iniconfig 2.0.0"]);
    world.remove(".venv");
    world.dhtl(&["regenerate", "--strict"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7"]);
}

#[test]
fn a_changed_tox_ini_is_followed() {
    let world = locked("iniconfig==2.0.0", World::new());
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7", "iniconfig 2.0.0"]);
    world.write("tox.ini", "[testenv]\ndeps = packaging==24.1\n");
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("Requirements: changed since the environment was made");
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7", "packaging 24.1"]);
    world.remove("tox.ini");
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7"]);
}

#[test]
fn what_of_it_cannot_be_had_leaves_the_environment_whole() {
    let world = locked(
        "dhtl-nobody-has-this
    iniconfig==2.0.0
    a @ https://host.example/a-1.0-py3-none-any.whl
    b @ https://host.example/b-1.0-py3-none-any.whl",
        World::new().set("UV_HTTP_RETRIES", "0"),
    );
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(world.installed(), ["idna 3.7", "iniconfig 2.0.0"]);
    let shortfalls = report["shortfalls"].as_array().unwrap();
    let whats = shortfalls.iter().map(|one| &one["what"]);
    // A host that does not answer is one thing to say, however many requirements name it.
    assert_eq!(
        whats.collect::<Vec<_>>(),
        [
            "`a`, `b` from `host.example`",
            "`dhtl-nobody-has-this` of `tox.ini` (tox)"
        ]
    );
}

#[test]
fn tests_get_something_that_runs_them_unless_it_is_declared() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("tests/test_app.py", "import idna\n");
    let supplements = || {
        let plan = world
            .dhtl(&["regenerate", "--dry-run", "--json"])
            .exits(0)
            .json();
        let sources = plan["supplements"].as_array().unwrap();
        let brings = sources.iter().map(|source| source["brings"].clone());
        brings.collect::<Vec<_>>()
    };
    assert_eq!(supplements(), [json!(["pytest"])]);
    world.write("requirements-dev.txt", "pytest==8.3.3\n");
    assert_eq!(supplements(), [json!(null); 0]);
}

#[test]
fn a_lock_that_lacks_what_its_distributions_need_is_completed() {
    let world = World::new();
    world
        .write("Pipfile", "[packages]\npython-dateutil = \"*\"\n")
        .write(
            "Pipfile.lock",
            r#"{
    "_meta": { "hash": { "sha256": "0" }, "pipfile-spec": 6, "requires": {}, "sources": [] },
    "default": {
        "python-dateutil": {
            "version": "==2.9.0.post0",
            "hashes": ["sha256:a8b2bc7bffae282281c8140a97d3aa9c14da0b136dfe83f850eea9a5f7470427"]
        }
    },
    "develop": {}
}
"#,
        )
        .write("app.py", "import dateutil.relativedelta\n");
    world.dhtl(&["regenerate"]).exits(0);
    // It needs six, which the lock does not have.
    world.venv_python(&world.project(), &["app.py"]).exits(0);
    assert_eq!(world.installed()[0], "python-dateutil 2.9.0.post0");
    assert_eq!(world.installed().len(), 2);
    world.dhtl(&["validate-env"]).exits(0);
}
