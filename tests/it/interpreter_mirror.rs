//! `dhtl regenerate` on a machine that lacks the recorded interpreter: uv fetches it from a mirror.
#![cfg(target_os = "linux")]

use std::path::{Path, PathBuf};

use crate::support::{World, python};

/// Packs the interpreter that runs it the way uv's own archives are made, and lists it the way uv's
/// own list does, with an address on this machine.
const MAKE_MIRROR: &str = r#"
import hashlib, json, os, platform, sys, sysconfig, tarfile
folder = sys.argv[1]
major, minor, patch = sys.version_info[:3]
library = sysconfig.get_path("platstdlib")
archive = os.path.join(folder, "interpreter.tar.gz")

def wanted(member):
    parts = member.name.split("/")
    kept = {"site-packages", "dist-packages", "test", "idlelib", "tkinter", "__pycache__"}
    return None if kept.intersection(parts[3:5]) or "__pycache__" in parts else member

with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
    name = f"python{major}.{minor}"
    tar.add(os.path.realpath(sys.executable), f"python/bin/{name}")
    tar.add(library, f"python/lib/{name}", filter=wanted)
with open(archive, "rb") as file:
    digest = hashlib.sha256(file.read()).hexdigest()
machine = platform.machine()
listed = {
    "name": "cpython", "arch": {"family": machine, "variant": None}, "os": "linux",
    "libc": "gnu", "major": major, "minor": minor, "patch": patch, "prerelease": "",
    "url": "file://" + archive, "sha256": digest, "variant": None, "build": "20240107",
}
with open(os.path.join(folder, "list.json"), "w") as file:
    json.dump({f"cpython-{major}.{minor}.{patch}-linux-{machine}-gnu": listed}, file)
"#;

/// A machine with nothing but git and uv, and a list of interpreters that uv can fetch.
fn bare_machine() -> World {
    let world = World::new();
    let mirror = world.path().join("mirror");
    std::fs::create_dir(&mirror).unwrap();
    let arguments = ["-c", MAKE_MIRROR, mirror.to_str().unwrap()];
    world.run(python(), world.path(), &arguments).exits(0);
    let tools = world.dhtl(&["tools", "--json"]).exits(0);
    let uv = PathBuf::from(tools.text("/tools/0/path"));
    let git = world.run("which", world.path(), &["git"]).exits(0);
    let git = PathBuf::from(git.stdout.trim());
    let interpreters = world.path().join("interpreters");
    world
        .with_programs_only(&[("git", git), ("uv", uv)])
        .unset("PYENV_ROOT")
        .set("UV_PYTHON_INSTALL_DIR", interpreters)
        .set("UV_PYTHON_DOWNLOADS_JSON_URL", mirror.join("list.json"))
}

/// A clone of `origin` in a folder of `world` with another name.
fn clone(world: &World, origin: &Path) -> PathBuf {
    let clone = world.path().join("a clone");
    let arguments = ["clone", "--quiet", origin.to_str().unwrap(), "a clone"];
    world.git_in(world.path(), &arguments);
    clone
}

#[test]
fn the_exact_interpreter_comes_from_a_mirror() {
    let here = World::new();
    here.write(
        "requirements.txt",
        "idna==3.7\nmarkupsafe==3.0.2\npyyaml==6.0.2\n",
    )
    .write("app.py", "import idna\nimport markupsafe\nimport yaml\n");
    here.git(&["init", "--quiet"]);
    here.run(python(), here.path(), &["--version"]).exits(0);
    let script = "import platform; print(platform.python_version())";
    let version = here.run(python(), here.path(), &["-c", script]).exits(0);
    here.write(".python-version", &version.stdout);
    let recorded = here.dhtl(&["setup", "--json"]).exits(0);
    here.git(&["add", "--all"]);
    here.git(&["commit", "--quiet", "--message", "Record"]);

    let there = bare_machine();
    let clone = clone(&there, &here.project());
    let made = there.dhtl_in(&clone, &["regenerate", "--json"]).exits(0);
    assert_eq!(made.text("/python_origin"), "uv", "{}", made.snapshot());
    let proof = there
        .dhtl_in(&clone, &["validate-env", "--full", "--json"])
        .exits(0);
    assert_eq!(proof.text("/verdict"), "match");
    assert_eq!(proof.text("/python_version"), version.stdout.trim());
    assert_eq!(
        proof.text("/fingerprint"),
        recorded.text("/validation/fingerprint")
    );
    assert_eq!(proof.text("/venv_checksum"), recorded.venv_checksum());
    assert_eq!(there.git_in(&clone, &["status", "--porcelain"]), "");

    let settings = std::fs::read_to_string(clone.join(".venv/pyvenv.cfg")).unwrap();
    let interpreters = there.path().join("interpreters");
    assert!(
        settings.contains(interpreters.to_str().unwrap()),
        "{settings}"
    );
}

#[test]
fn a_damaged_archive_is_refused() {
    let world = bare_machine();
    let archive = world.path().join("mirror/interpreter.tar.gz");
    let mut content = std::fs::read(&archive).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    std::fs::write(archive, content).unwrap();
    world.write("requirements.txt", "idna==3.7\n");
    let outcome = world.dhtl(&["regenerate"]).exits(3);
    assert!(
        outcome.stderr.contains("UV_PYTHON_INSTALL_MIRROR"),
        "{}",
        outcome.snapshot()
    );
    assert!(!world.has(".venv"));
}
