//! What is believed, and what is not: environments, state and verdicts that dhtl did not make.

use crate::support::World;

fn project() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n");
    world
}

#[test]
fn an_environment_of_another_maker_is_made_anew() {
    let world = project();
    world
        .run("python3", &world.project(), &["-m", "venv", ".venv"])
        .exits(0);
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7"]);
    world.dhtl(&["validate-env"]).exits(0);
}

#[cfg(unix)]
#[test]
fn an_environment_behind_a_link_is_left_alone() {
    let world = project();
    let elsewhere = world.path().join("elsewhere");
    std::fs::create_dir(&elsewhere).unwrap();
    std::fs::write(
        elsewhere.join("pyvenv.cfg"),
        "uv = 1\nversion_info = 3.11.7\n",
    )
    .unwrap();
    std::os::unix::fs::symlink(&elsewhere, world.project().join(".venv")).unwrap();
    world
        .dhtl(&["regenerate"])
        .exits(4)
        .says("is not a virtual environment of this project");
    assert!(elsewhere.join("pyvenv.cfg").is_file());
    assert!(world.project().join(".venv").is_symlink());
    assert!(!world.has(".dht"));
}

#[test]
fn state_that_came_with_the_project_is_not_believed() {
    let world = project();
    world.dhtl(&["regenerate"]).exits(0);
    let copy = world.path().join("copy");
    std::fs::create_dir_all(copy.join(".dht/state")).unwrap();
    for file in ["requirements.txt", "app.py", ".dht/state/journal.jsonl"] {
        std::fs::copy(world.project().join(file), copy.join(file)).unwrap();
    }
    // As a hostile repository would ship it: other versions, said to be resolved already.
    std::fs::write(copy.join(".dht/state/requirements.lock"), "idna==3.6\n").unwrap();
    world.dhtl_in(&copy, &["regenerate"]).exits(0);
    let version = ["-I", "-c", "import idna; print(idna.__version__)"];
    assert_eq!(world.venv_python(&copy, &version).exits(0).stdout, "3.7\n");
}

#[test]
fn after_a_run_that_failed_nothing_is_validated() {
    let world = project();
    world.dhtl(&["regenerate"]).exits(0);
    world.write("requirements.txt", "dhtl-nobody-has-this\n");
    world.dhtl(&["regenerate", "--strict"]).exits(1);
    world.dhtl(&["validate-env"]).exits(1);
}

#[test]
fn the_project_itself_is_part_of_the_proof() {
    let world = World::new();
    world.write(
        "pyproject.toml",
        "[build-system]\nrequires = [\"setuptools\"]\nbuild-backend = \"setuptools.build_meta\"\n\
         [project]\nname = \"demo\"\nversion = \"1\"\n[tool.setuptools]\npy-modules = [\"demo\"]\n",
    );
    world.write("demo.py", "");
    world.dhtl(&["regenerate"]).exits(0);
    world
        .uv(&["pip", "uninstall", "--python", ".venv/bin/python", "demo"])
        .exits(0);
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("`demo` itself is not installed");
    world.dhtl(&["regenerate"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0);
}

#[test]
fn setup_locks_what_was_added_and_keeps_the_rest() {
    let world = World::new();
    world
        .write("requirements.txt", "idna>=3,<3.8\n")
        .write("app.py", "import idna\n");
    world.dhtl(&["setup"]).exits(0);
    let before = world.read("requirements.lock");
    world.write("requirements.txt", "idna>=3,<4\niniconfig==2.0.0\n");
    world.dhtl(&["validate-env"]).exits(1);
    world.dhtl(&["setup"]).exits(0);
    let after = world.read("requirements.lock");
    let pin = before.lines().next().unwrap();
    assert!(after.contains(pin), "{after}");
    assert!(after.contains("iniconfig==2.0.0"), "{after}");
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn an_import_that_is_gone_takes_its_distribution_along() {
    let world = project();
    world.write("more.py", "import iniconfig\n");
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed().len(), 2);
    world.remove("more.py");
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.installed(), ["idna 3.7"]);
    world.dhtl(&["validate-env"]).exits(0);
}

#[test]
fn the_lock_of_another_tool_is_followed() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[tool.poetry]\nname = \"demo\"\nversion = \"1\"\ndescription = \"\"\nauthors = []\n\
             package-mode = false\n[tool.poetry.dependencies]\npython = \">=3.9\"\nidna = \"*\"\n",
        )
        .write("app.py", "import idna\n")
        .write(
            "poetry.lock",
            "[[package]]\nname = \"idna\"\nversion = \"3.7\"\ndescription = \"\"\noptional = false\n\
             python-versions = \">=3.5\"\ngroups = [\"main\"]\nfiles = [\n    \
             {file = \"idna-3.7-py3-none-any.whl\", hash = \
             \"sha256:82fee1fc78add43492d3a1898bfa6d8a904cc97d8427f683ed8e798d07761aa0\"},\n]\n\n\
             [metadata]\nlock-version = \"2.1\"\npython-versions = \">=3.9\"\ncontent-hash = \"0\"\n",
        );
    let outcome = world.dhtl(&["regenerate"]);
    assert!(
        outcome.stdout.contains("restored from poetry.lock"),
        "{}",
        outcome.snapshot()
    );
    assert!(
        world.installed().contains(&"idna 3.7".to_owned()),
        "{:?}",
        world.installed()
    );
}

#[cfg(unix)]
#[test]
fn state_behind_a_link_is_neither_used_nor_touched() {
    let world = project();
    let elsewhere = world.path().join("elsewhere");
    std::fs::create_dir_all(elsewhere.join("state")).unwrap();
    for file in ["requirements.lock", "notes.txt"] {
        std::fs::write(elsewhere.join("state").join(file), "mine\n").unwrap();
    }
    std::os::unix::fs::symlink(&elsewhere, world.project().join(".dht")).unwrap();
    for command in ["regenerate", "setup"] {
        world.dhtl(&[command]).exits(4);
        let mut left = std::fs::read_dir(elsewhere.join("state"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect::<Vec<_>>();
        left.sort();
        assert_eq!(left, ["notes.txt", "requirements.lock"], "after {command}");
    }
}
