//! Several locks in one project: the best leads, and the report lists where the others disagree.

use serde_json::json;

use crate::support::World;

const HASH: &str = "sha256:0000000000000000000000000000000000000000000000000000000000000000";

/// A project with a `uv.lock` of idna 3.7 and packaging 24.1.
fn locked(extra: &str) -> World {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            format!(
                "[project]\nname = \"parcel\"\nversion = \"1.0\"\nrequires-python = \">=3.9\"\n\
                 dependencies = [\"idna==3.7\", \"packaging>=24.0,<24.2\"]\n{extra}"
            ),
        )
        .write("parcel.py", "import idna\nimport packaging\n");
    world.uv(&["lock"]).exits(0);
    world
}

/// A `poetry.lock` with these packages, each with what it needs.
fn poetry_lock(packages: &[(&str, &str, &str)]) -> String {
    let package = |(name, version, needs): &(&str, &str, &str)| {
        let needs = match *needs {
            "" => String::new(),
            needs => format!("\n[package.dependencies]\n{needs} = \"*\"\n"),
        };
        format!(
            "[[package]]\nname = \"{name}\"\nversion = \"{version}\"\noptional = false\n\
             python-versions = \">=3.8\"\ngroups = [\"main\"]\n\
             files = [{{file = \"{name}.tar.gz\", hash = \"{HASH}\"}}]\n{needs}\n"
        )
    };
    let packages = packages.iter().map(package).collect::<String>();
    format!(
        "{packages}[metadata]\nlock-version = \"2.1\"\npython-versions = \">=3.9\"\ncontent-hash = \"x\"\n"
    )
}

#[test]
fn what_locks_disagree_on_is_listed_and_fails_nothing() {
    let world = locked("");
    world.write(
        "poetry.lock",
        poetry_lock(&[("httpx", "0.27.0", "idna"), ("idna", "3.6", "")]),
    );
    world.write("requirements.txt", "packaging==24.0\n    # via httpx\n");
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert!(world.installed().contains(&"idna 3.7".to_owned()));
    let line = 1 + world
        .read("uv.lock")
        .lines()
        .position(|line| line == "name = \"idna\"")
        .unwrap();
    let conflicts = &report["lock_conflicts"];
    assert_eq!(
        conflicts[0],
        json!({
            "distribution": "idna",
            "kept": {"version": "3.7", "path": "uv.lock", "line": line, "asked_by": ["parcel"]},
            "dropped": [
                {"version": "3.6", "path": "poetry.lock", "line": 13, "asked_by": ["httpx"]},
            ],
            "required_by": [{
                "requirement": "idna==3.7",
                "evidence": {"path": "pyproject.toml", "line": 5, "rule": "pep621-dependencies"},
            }],
        })
    );
    assert_eq!(conflicts[1]["distribution"], "packaging");
    assert_eq!(conflicts[1]["dropped"][0]["path"], "requirements.txt");
    assert_eq!(conflicts[1]["dropped"][0]["asked_by"], json!(["httpx"]));
    assert_eq!(conflicts.as_array().unwrap().len(), 2);
    let text = "! Locks disagree on 2 distributions; uv.lock leads:\n";
    // A run with nothing to do knows it, too.
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers(text)
        .answers("instead of 3.6 (poetry.lock:13, for `httpx`); `idna==3.7` of pyproject.toml:5\n");
    let validated = world.dhtl(&["validate-env", "--json"]).exits(0).json();
    assert_eq!(&validated["lock_conflicts"], conflicts);
    world.dhtl(&["validate-env"]).exits(0).answers(text);
}

#[test]
fn strictly_locks_have_to_agree() {
    let world = locked("");
    world.write("Pipfile.lock", pipfile_lock("3.6"));
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("locks disagree: idna 3.7 (uv.lock:")
        .says("instead of 3.6 (Pipfile.lock:");
    assert!(!world.path().join("project/.venv").exists());
    world.write("Pipfile.lock", pipfile_lock("3.7"));
    let report = world.dhtl(&["regenerate", "--strict", "--json"]).exits(0);
    assert_eq!(report.json()["lock_conflicts"], json!([]));
}

fn pipfile_lock(version: &str) -> String {
    format!(
        "{{\n  \"_meta\": {{\"pipfile-spec\": 6}},\n  \"default\": {{\n    \"idna\": {{\n      \
         \"hashes\": [\"{HASH}\"],\n      \"version\": \"=={version}\"\n    }}\n  }},\n  \"develop\": {{}}\n}}\n"
    )
}

#[test]
fn what_only_platforms_elsewhere_get_is_no_conflict() {
    let world = locked("");
    world.write(
        "requirements.txt",
        "idna==3.6 ; sys_platform == 'never'\npackaging==24.1\n",
    );
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(report["lock_conflicts"], json!([]));
}

#[test]
fn what_only_a_lower_lock_has_comes_in_its_version() {
    let world = locked("");
    world
        .write(
            "tox.ini",
            "[testenv]\ndeps =\n    iniconfig\n    pyyaml>=6.0.1\n",
        )
        .write(
            "poetry.lock",
            // The one fits, and the other does not with what tox asks for.
            poetry_lock(&[("iniconfig", "1.1.1", ""), ("pyyaml", "6.0", "")]),
        );
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    let installed = world.installed();
    assert!(
        installed.contains(&"iniconfig 1.1.1".to_owned()),
        "{installed:?}"
    );
    assert!(
        !installed.contains(&"pyyaml 6.0".to_owned()),
        "{installed:?}"
    );
    let shortfalls = report["shortfalls"].as_array().unwrap();
    let given_up = shortfalls
        .iter()
        .find(|one| one["what"] == "`pyyaml==6.0` of `poetry.lock`");
    assert_eq!(given_up.unwrap()["essential"], false);
    assert_eq!(shortfalls.len(), 1, "{shortfalls:?}");
    // A changed preference is followed by the next run.
    world.write("poetry.lock", poetry_lock(&[("iniconfig", "2.0.0", "")]));
    world.dhtl(&["regenerate"]).exits(0);
    assert!(world.installed().contains(&"iniconfig 2.0.0".to_owned()));
}

#[test]
fn a_lower_lock_that_is_garbled_says_nothing() {
    let world = locked("");
    world.write(
        "poetry.lock",
        "[[package]\nname = \"idna\nversion = \"3.6\"\n",
    );
    world.write("requirements.lock", "\u{feff}idna==3.6\r\n");
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    let conflicts = report["lock_conflicts"].as_array().unwrap();
    assert_eq!(conflicts.len(), 1);
    assert_eq!(conflicts[0]["dropped"][0]["path"], "requirements.lock");
}
