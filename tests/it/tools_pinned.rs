//! Development tools that `.dhtconfig` pins and no lock brings.

use std::fs;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::support::{Outcome, World, listing};

/// Where the scripts of an environment are.
const BIN: &str = if cfg!(windows) {
    ".venv/Scripts"
} else {
    ".venv/bin"
};

/// A project that pins a tool which none of its locks brings.
fn pinning(tools: &str) -> World {
    let world = World::new();
    world.write("requirements.txt", "six==1.16.0\n");
    world.dhtl(&["setup"]).exits(0);
    pin(&world, tools);
    world
}

/// Writes the section of the tools anew; the digest that was recorded with it goes.
fn pin(world: &World, tools: &str) {
    let config = world.read(".dhtconfig");
    let kept = config.lines().filter(|line| {
        let is_tool = line.starts_with("tools:") || line.starts_with("  # tool");
        !is_tool && !line.contains("digest:")
    });
    let kept = kept.collect::<Vec<_>>().join("\n");
    world.write(".dhtconfig", format!("{kept}\n{tools}"));
}

/// One line, because that is easily taken out again.
const PYFLAKES: &str = "tools: {pyflakes: \"3.2.0\"}\n";

fn wrapper(name: &str) -> String {
    let ending = if cfg!(windows) { ".cmd" } else { "" };
    format!("{BIN}/{name}{ending}")
}

/// What the environment of a tool is called.
fn apart(world: &World, name: &str) -> String {
    let tools = world.project().join(".dht/state/tools");
    let folder = listing(&tools).into_iter().next().unwrap();
    assert!(folder.starts_with(name), "{folder}");
    format!(".dht/state/tools/{}", folder.trim_end_matches('/'))
}

fn version(world: &World, name: &str) -> String {
    let program = world.project().join(wrapper(name));
    let outcome = world
        .run(program, &world.project(), &["--version"])
        .exits(0);
    outcome.stdout.split(' ').next().unwrap().trim().to_owned()
}

fn differences(outcome: &Outcome) -> Vec<Value> {
    let document = outcome.json();
    let differences = document["differences"].as_array().unwrap().iter();
    differences
        .map(|one| json!([one["what"], one["kind"], one["actual"]]))
        .collect()
}

/// Insists that only this differs, that `--fix` does only this, and that nothing differs then.
#[track_caller]
fn check(world: &World, difference: &Value, repair: &Value) {
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    assert_eq!(
        differences(&found),
        std::slice::from_ref(difference),
        "{}",
        found.snapshot()
    );
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(0);
    assert_eq!(
        fixed.json()["repaired"],
        json!([repair]),
        "{}",
        fixed.snapshot()
    );
    world.dhtl(&["validate-env", "--full"]).exits(0);
}

#[test]
fn a_pinned_tool_is_kept_apart() {
    let world = World::new();
    world.write("requirements.txt", "six==1.16.0\n");
    let before = world.dhtl(&["setup", "--json"]).exits(0).venv_checksum();
    let lock = world.read("requirements.lock");
    pin(&world, PYFLAKES);
    let planned = world.dhtl(&["regenerate", "--dry-run"]).exits(0);
    planned.answers("uv pip install --python .dht/state/tools/.new-pyflakes-3.2.0/");
    let made = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(made.venv_checksum(), before);
    assert_eq!(world.read("requirements.lock"), lock);
    assert_eq!(world.installed(), ["six 1.16.0"]);
    assert_eq!(version(&world, "pyflakes"), "3.2.0");
    world
        .dhtl(&["validate-env", "--full"])
        .exits(0)
        .answers("Tools: all present with correct versions");
    let again = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(again.json()["unchanged"], true, "{}", again.snapshot());
    let planned = world.dhtl(&["regenerate", "--dry-run"]).exits(0);
    assert!(
        !planned.stdout.contains("pyflakes"),
        "{}",
        planned.snapshot()
    );

    // A capture keeps the pin, and the lock of the tools names it.
    world.dhtl(&["setup"]).exits(0);
    let frozen = world.dhtl(&["freeze-tools"]).exits(0).stdout;
    assert!(frozen.contains("pyflakes==3.2.0\n"), "{frozen}");
    assert_eq!(world.read(".dht/tools.lock"), frozen);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn another_version_of_a_tool_is_found_and_repaired() {
    let world = pinning(PYFLAKES);
    world.dhtl(&["regenerate"]).exits(0);
    let folder = apart(&world, "pyflakes");
    world
        .uv(&["pip", "install", "--python", &folder, "pyflakes==3.1.0"])
        .exits(0);
    assert_eq!(version(&world, "pyflakes"), "3.1.0");
    check(
        &world,
        &json!(["tool pyflakes", "modified", "3.1.0"]),
        &json!({"action": "installed", "what": "tool pyflakes==3.2.0"}),
    );
    assert_eq!(version(&world, "pyflakes"), "3.2.0");
}

#[test]
fn a_wrapper_that_was_deleted_or_edited_is_put_back() {
    let world = pinning(PYFLAKES);
    world.dhtl(&["regenerate"]).exits(0);
    let path = wrapper("pyflakes");
    let whole = world.read(&path);
    let repair = json!({"action": "installed", "what": "tool pyflakes==3.2.0"});
    world.remove(&path);
    check(&world, &json!(["tool pyflakes", "missing", null]), &repair);
    assert_eq!(world.read(&path), whole);
    world.write(&path, "exit 0\n");
    let difference = json!(["tool pyflakes", "modified", "another file"]);
    check(&world, &difference, &repair);
    assert_eq!(world.read(&path), whole);

    // `regenerate` does the same.
    world.remove(&path);
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.read(&path), whole);
}

#[test]
fn a_broken_tool_is_made_anew() {
    let world = pinning(PYFLAKES);
    world.dhtl(&["regenerate"]).exits(0);
    let folder = apart(&world, "pyflakes");
    let repair = json!({"action": "installed", "what": "tool pyflakes==3.2.0"});
    let module = listing(&world.project().join(&folder))
        .into_iter()
        .find(|path| path.ends_with("pyflakes/checker.py"))
        .unwrap();
    world.remove(&format!("{folder}/{module}"));
    let found = format!("an environment with `{module}` changed");
    check(
        &world,
        &json!(["tool pyflakes", "modified", found]),
        &repair,
    );
    world.remove(&folder);
    check(&world, &json!(["tool pyflakes", "missing", null]), &repair);
    assert_eq!(version(&world, "pyflakes"), "3.2.0");
}

#[test]
fn what_is_not_pinned_any_more_goes() {
    let world = pinning(PYFLAKES);
    world.dhtl(&["regenerate"]).exits(0);
    pin(&world, "");
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    let left = json!(["tool pyflakes", "extra"]);
    let document = found.json();
    let differences = document["differences"].as_array().unwrap();
    let named = differences
        .iter()
        .map(|one| json!([one["what"], one["kind"]]));
    assert_eq!(named.collect::<Vec<_>>(), [left], "{}", found.snapshot());
    world.dhtl(&["regenerate"]).exits(0);
    assert!(!world.has(&wrapper("pyflakes")));
    assert_eq!(listing(&world.project().join(".dht/state/tools")), [""; 0]);
    world.dhtl(&["validate-env"]).exits(0);
}

/// What the lock brings is not overwritten: that is for the user to decide.
#[test]
fn a_lock_and_a_pin_that_contradict_each_other_are_reported() {
    let world = World::new();
    world.write("requirements.txt", "pyflakes==3.2.0\n");
    world.dhtl(&["setup"]).exits(0);
    pin(&world, "tools: {pyflakes: \"3.1.0\"}\n");
    let made = world.dhtl(&["regenerate"]).exits(1);
    made.answers("tool pyflakes: 3.2.0 instead of 3.1.0 repair: dhtl setup");
    world.dhtl(&["validate-env", "--fix"]).exits(1);
    assert_eq!(version_in_lock(&world), "3.2.0");
    assert!(!world.has(".dht/state/tools/pyflakes-3.1.0"));
}

fn version_in_lock(world: &World) -> String {
    let installed = world.installed();
    let name_and_version = installed[0].split_once(' ').unwrap();
    name_and_version.1.to_owned()
}

#[test]
fn a_tool_that_cannot_be_had_is_reported() {
    let world = pinning("tools: {pyflakes: \"0.0.0.1\"}\n");
    let made = world.dhtl(&["regenerate"]).exits(1);
    made.answers("tool `pyflakes` 0.0.0.1");
    assert_eq!(world.installed(), ["six 1.16.0"]);
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("tool `pyflakes` 0.0.0.1 is missing");
}

#[cfg(unix)]
#[test]
fn an_unpinned_tool_first_on_path_is_named() {
    use std::os::unix::fs::PermissionsExt as _;

    let world = pinning(PYFLAKES);
    world.dhtl(&["regenerate"]).exits(0);
    let elsewhere = world.path().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    let other = elsewhere.join("pyflakes");
    fs::write(&other, "#!/bin/sh\necho 0.0\n").unwrap();
    fs::set_permissions(&other, fs::Permissions::from_mode(0o755)).unwrap();

    let before = path_of(&world, &[elsewhere.clone(), world.project().join(BIN)]);
    let world = world.set("PATH", before);
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    let difference = json!([
        "tool pyflakes on PATH",
        "modified",
        other.display().to_string()
    ]);
    assert_eq!(differences(&found), [difference], "{}", found.snapshot());

    let after = path_of(&world, &[world.project().join(BIN), elsewhere.clone()]);
    let world = world.set("PATH", after);
    world.dhtl(&["validate-env"]).exits(0);
    // The pinned one wins now.
    let script = "pyflakes --version";
    let started = world.run("sh", &world.project(), &["-c", script]).exits(0);
    assert!(
        started.stdout.starts_with("3.2.0"),
        "{}",
        started.snapshot()
    );

    let without = path_of(&world, &[elsewhere]);
    let world = world.set("PATH", without);
    world.dhtl(&["validate-env"]).exits(0);
}

/// A PATH with these folders and those that every machine has.
#[cfg(unix)]
fn path_of(world: &World, folders: &[PathBuf]) -> std::ffi::OsString {
    assert!(world.project().is_dir());
    let system = ["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from);
    std::env::join_paths(folders.iter().chain(&system)).unwrap()
}

/// What a distribution installed under the name of a tool's program stays.
#[test]
fn a_program_of_a_distribution_is_not_overwritten() {
    let world = World::new();
    // Each brings a program of the same name.
    world.write("requirements.txt", "pip==24.0\n");
    world.dhtl(&["setup"]).exits(0);
    let ending = if cfg!(windows) { ".exe" } else { "" };
    let program = world.project().join(format!("{BIN}/pip{ending}"));
    let before = fs::read(&program).unwrap();
    pin(&world, "tools: {pyflakes: \"3.2.0\"}\n");
    world.dhtl(&["regenerate"]).exits(0);
    world.write(&wrapper("pyflakes"), "");
    let install = ["pip", "install", "--python", ".venv", "--reinstall"];
    world
        .uv(&[&install[..], &["pyflakes==3.1.0"]].concat())
        .exits(0);
    let taken = world.dhtl(&["validate-env"]).exits(1);
    taken.answers("tool pyflakes: 3.1.0 instead of 3.2.0");
    world.dhtl(&["validate-env", "--fix"]).exits(0);
    assert_eq!(version(&world, "pyflakes"), "3.2.0");
    assert_eq!(world.installed(), ["pip 24.0"]);
    assert_eq!(fs::read(&program).unwrap(), before);
}

/// The tool that installs the hooks may be one that is kept apart.
#[test]
fn hooks_are_installed_by_a_pinned_tool() {
    let world = pinning("tools: {pre-commit: \"3.8.0\"}\n");
    world.git(&["init", "--quiet"]);
    world.write(".pre-commit-config.yaml", "repos: []\n");
    world.dhtl(&["regenerate"]).exits(0);
    assert!(world.read(".git/hooks/pre-commit").contains("pre-commit"));
}

#[test]
fn what_a_killed_run_left_is_replaced() {
    let world = pinning(PYFLAKES);
    let tools = ".dht/state/tools";
    // One that was being built, and one that nobody has finished.
    world
        .write(&format!("{tools}/.new-pyflakes-3.2.0/pyvenv.cfg"), "home")
        .write(&format!("{tools}/.new-ruff-0.1.0/pyvenv.cfg"), "home")
        .write(&format!("{tools}/pyflakes-3.2.0/pyvenv.cfg"), "home");
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(version(&world, "pyflakes"), "3.2.0");
    let folders = fs::read_dir(world.project().join(tools)).unwrap();
    assert_eq!(folders.count(), 1);
    world.dhtl(&["validate-env", "--full"]).exits(0);
}

/// A tool that the lock brings is repaired as the distribution that it is.
#[test]
fn a_tool_of_the_lock_is_not_kept_apart() {
    let world = World::new();
    world.write("requirements.txt", "pyflakes==3.2.0\nsix==1.16.0\n");
    world.dhtl(&["setup"]).exits(0);
    pin(&world, PYFLAKES);
    world.dhtl(&["regenerate"]).exits(0);
    assert!(!world.has(".dht/state/tools"));
    let uninstall = ["pip", "uninstall", "--python", ".venv", "pyflakes"];
    world.uv(&uninstall).exits(0);
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("tool pyflakes: missing, must be 3.2.0");
    world.dhtl(&["validate-env", "--fix"]).exits(0);
    assert_eq!(world.installed(), ["pyflakes 3.2.0", "six 1.16.0"]);
    assert!(!world.has(".dht/state/tools"));
}

#[test]
fn a_plan_for_another_machine_has_its_paths() {
    let world = pinning(PYFLAKES);
    let args = ["regenerate", "--dry-run", "--platform", "windows-x86_64"];
    world
        .dhtl(&args)
        .exits(0)
        .answers(".dht/state/tools/.new-pyflakes-3.2.0/Scripts/python.exe pyflakes==3.2.0");
}
