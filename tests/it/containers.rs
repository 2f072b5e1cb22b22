//! `dhtl regenerate --container`: an environment where this machine has no interpreter for it.
#![cfg(target_os = "linux")]

use std::path::PathBuf;

use insta::assert_snapshot;

use crate::binaries::with_folder_first;
use crate::support::{World, skip};

/// The image that the tests work with.
const BASE: &str = "python:3.11-slim";

/// Whether an engine answers and has the image, or gets it.
fn has_image(world: &World) -> bool {
    let shell = |script: &str| {
        let outcome = world.run("sh", world.path(), &["-c", script]);
        outcome.exit_code == Some(0)
    };
    if !shell("docker version") {
        skip("docker does not answer");
        return false;
    }
    if !shell(&format!(
        "docker image inspect {BASE} || docker pull {BASE}"
    )) {
        skip("there is no image of Python");
        return false;
    }
    true
}

/// A project with native code, for a release line that the image has.
fn project() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\nmarkupsafe==3.0.2\n")
        .write("app.py", "import idna\nimport markupsafe\n")
        .write(".python-version", "3.11\n");
    world
}

#[test]
fn the_plan_shows_the_image_and_the_command() {
    let world = project();
    world.write(
        ".dhtconfig",
        "version: \"2.0\"\nplatform_deps:\n  linux:\n    apt: [libpq-dev]\n",
    );
    let plan = world
        .dhtl(&["regenerate", "--container", "--dry-run", "--json"])
        .exits(0);
    assert_snapshot!(plan.text("/dockerfile"), @"
    # The image that `dhtl regenerate --container` works in. It is written anew by every run.
    FROM python:3.11-slim
    RUN apt-get update && apt-get install -y --no-install-recommends build-essential ca-certificates git libpq-dev && rm -rf /var/lib/apt/lists/*
    ");
    assert_eq!(plan.text("/base_image"), BASE);
    assert!(plan.text("/image").starts_with("dhtl-project:"));
    assert!(!world.has(".dht"));
}

#[test]
fn an_environment_is_made_and_proven_in_a_container() {
    let world = project();
    if !has_image(&world) {
        return;
    }
    let made = world
        .dhtl(&["regenerate", "--container", "--json"])
        .exits(0);
    assert!(made.text("/validation/python_version").starts_with("3.11."));
    let script = made.text("/container/script");
    let run = |command: &[&str]| world.run(format!("./{script}"), &world.project(), command);
    let code = "import idna, markupsafe._speedups, sys; print(sys.prefix)";
    let inside = run(&[".venv/bin/python", "-c", code]).exits(0);
    assert_eq!(
        PathBuf::from(inside.stdout.trim()),
        world.project().join(".venv")
    );
    run(&["dhtl", "validate-env"]).exits(0);
    world.remove(".venv/lib/python3.11/site-packages/idna/core.py");
    run(&["dhtl", "validate-env"])
        .exits(1)
        .answers("idna/core.py is missing");

    // The second time nothing is built.
    let again = world.dhtl(&["regenerate", "--container"]).exits(0);
    assert!(!again.stderr.contains("Building"), "{}", again.stderr);
    run(&["dhtl", "validate-env"]).exits(0);
}

#[test]
fn where_nothing_else_is_left_a_container_is_offered() {
    let world = project();
    if !has_image(&world) {
        return;
    }
    let tools = world.dhtl(&["tools", "--json"]).exits(0);
    let uv = PathBuf::from(tools.text("/tools/0/path"));
    let program = |name: &str| {
        let found = world.run("which", world.path(), &[name]).exits(0);
        PathBuf::from(found.stdout.trim())
    };
    let programs = [
        ("docker", program("docker")),
        ("git", program("git")),
        ("uv", uv),
    ];
    let none = world.path().join("none");
    let world = world
        .with_programs_only(&programs)
        .set("PYENV_ROOT", &none)
        .set("UV_PYTHON_INSTALL_DIR", &none)
        .set("UV_PYTHON_DOWNLOADS", "never");
    world
        .dhtl(&["regenerate"])
        .exits(3)
        .says("dhtl regenerate --container");
    assert!(!world.has(".venv"));
    world
        .dhtl(&["regenerate", "--yes"])
        .exits(0)
        .answers("Container: dhtl-project:");
}

/// What an earlier run answered is no answer of this one.
#[test]
fn a_container_that_does_not_start_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;
    let world = project();
    if !has_image(&world) {
        return;
    }
    world.dhtl(&["regenerate", "--container"]).exits(0);
    let docker = world.run("which", world.path(), &["docker"]).exits(0);
    let folder = world.path().join("first");
    std::fs::create_dir(&folder).unwrap();
    let script = format!(
        "#!/bin/sh\nif [ \"$1\" = run ]; then echo 'no space for it' >&2; exit 125; fi\nexec {} \"$@\"\n",
        docker.stdout.trim()
    );
    let program = folder.join("docker");
    std::fs::write(&program, script).unwrap();
    std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
    let world = with_folder_first(world, "first");
    let outcome = world.dhtl(&["regenerate", "--container"]).exits(5);
    assert_eq!(outcome.stdout, "");
    outcome
        .says("could be started: no space for it")
        .says("dhtl regenerate --container --dry-run");
}

#[test]
fn without_an_engine_it_says_so() {
    let world = project().with_programs_only(&[]);
    world
        .dhtl(&["regenerate", "--container"])
        .exits(3)
        .says("docker is not installed")
        .says("docker version");
    assert!(!world.has(".dht"));
}
