//! Programs of other languages that `.dhtconfig` requires.

use serde_json::{Value, json};

use crate::support::{Outcome, World};

/// A project without distributions that requires a program.
fn requiring(binary: &str) -> World {
    let world = World::new();
    require(&world, binary);
    world
}

fn require(world: &World, binary: &str) {
    world.write("requirements.txt", "six==1.16.0\n").write(
        ".dhtconfig",
        format!("version: \"2.0\"\nbinaries:\n  required:\n    - {{{binary}}}\n"),
    );
}

#[cfg(unix)]
fn program(world: &World, path: &str, says: &str) {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    let place = world.path().join(path);
    fs::create_dir_all(place.parent().unwrap()).unwrap();
    let script = format!("#!/bin/sh\necho asked >> \"$0.log\"\necho '{says}'\n");
    fs::write(&place, script).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The world with a folder of its own first on `PATH`.
#[cfg(unix)]
pub(crate) fn with_folder_first(world: World, folder: &str) -> World {
    use std::path::PathBuf;

    let own = world.path().join(folder);
    let system = ["/usr/local/bin", "/usr/bin", "/bin"].map(PathBuf::from);
    let path = std::env::join_paths(std::iter::once(own).chain(system)).unwrap();
    world.set("PATH", path)
}

fn differences(outcome: &Outcome) -> Vec<Value> {
    let document = outcome.json();
    let differences = document["differences"].as_array().unwrap().iter();
    differences
        .map(|one| json!([one["what"], one["kind"], one["actual"]]))
        .collect()
}

fn is_unchanged(world: &World) -> bool {
    let again = world.dhtl(&["regenerate", "--json"]).exits(0);
    again.json()["unchanged"] == true
}

#[cfg(unix)]
#[test]
fn a_program_that_is_there_is_asked_once() {
    let world = requiring("name: weaver, version: \"18\"");
    program(&world, "tools/weaver", "weaver 18.17.0");
    let world = with_folder_first(world, "tools");
    world.dhtl(&["regenerate"]).exits(0);
    let log = world.path().join("tools/weaver.log");
    let asked = || std::fs::read_to_string(&log).unwrap().lines().count();
    let before = asked();
    world
        .dhtl(&["validate-env"])
        .exits(0)
        .answers("Binaries: weaver 18 there");
    assert!(is_unchanged(&world));
    assert_eq!(asked(), before);

    // It is another program now, and only asking it tells which version.
    program(&world, "tools/weaver", "this is weaver 18.20.1");
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    let unknown = json!([
        "binary weaver",
        "modified",
        "another program than was asked"
    ]);
    assert_eq!(differences(&found), [unknown], "{}", found.snapshot());
    world.dhtl(&["regenerate"]).exits(0);
    assert!(is_unchanged(&world));
    program(&world, "tools/weaver", "weaver 20.0.1");
    let made = world.dhtl(&["regenerate"]).exits(1);
    made.answers("binary `weaver 18`");
}

#[test]
fn a_program_that_nobody_installs_is_reported() {
    let world = requiring("name: no-such-program, version: \"1.0\", installer: system");
    let made = world.dhtl(&["regenerate"]).exits(1);
    made.answers("install no-such-program 1.0 and put it on `PATH`");
    assert_eq!(world.installed(), ["six 1.16.0"]);
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    let missing = json!(["binary no-such-program", "missing", null]);
    assert_eq!(differences(&found), [missing], "{}", found.snapshot());
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("binary `no-such-program 1.0` is missing");
}

#[test]
fn a_program_comes_from_its_wheel() {
    let world = requiring("name: ninja, version: \"1.11.1\", installer: uv tool");
    let planned = world.dhtl(&["regenerate", "--dry-run"]).exits(0);
    planned.answers("'ninja==1.11.1.*'");
    let before = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(world.installed(), ["six 1.16.0"]);
    assert!(is_unchanged(&world));
    world.dhtl(&["validate-env", "--full"]).exits(0);
    let bin = if cfg!(windows) {
        "Scripts/ninja.cmd"
    } else {
        "bin/ninja"
    };
    let wrapper = format!(".venv/{bin}");
    let ninja = world.project().join(&wrapper);
    let said = world.run(&ninja, &world.project(), &["--version"]).exits(0);
    assert!(said.stdout.starts_with("1.11.1"), "{}", said.snapshot());

    // Its wrapper is put back.
    world.write(&wrapper, "exit 1\n");
    world.dhtl(&["validate-env"]).exits(1);
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(0);
    let repaired = json!([{"action": "installed", "what": "binary ninja==1.11.1"}]);
    assert_eq!(fixed.json()["repaired"], repaired, "{}", fixed.snapshot());
    world.run(&ninja, &world.project(), &["--version"]).exits(0);

    // So is what it starts.
    world.remove(".dht/state/binaries/ninja-1.11.1");
    world.dhtl(&["validate-env"]).exits(1);
    world.dhtl(&["regenerate"]).exits(0);
    world.run(&ninja, &world.project(), &["--version"]).exits(0);
    assert!(is_unchanged(&world));

    // It goes when it is not required any more.
    world.write(".dhtconfig", "version: \"2.0\"\n");
    let after = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert!(!world.has(&wrapper));
    assert!(!world.has(".dht/state/binaries/ninja-1.11.1"));
    assert_eq!(after.venv_checksum(), before.venv_checksum());
}

/// Node.js is large, but nothing else shows that npm finds its parts.
#[test]
fn node_comes_from_its_wheel_with_npm() {
    let world = requiring("name: node, version: \"22.20.0\", installer: uv tool");
    world.dhtl(&["regenerate"]).exits(0);
    let started = |name: &str| {
        let (folder, ending) = if cfg!(windows) {
            ("Scripts", ".cmd")
        } else {
            ("bin", "")
        };
        let program = format!(".venv/{folder}/{name}{ending}");
        let program = world.project().join(program);
        let said = world
            .run(program, &world.project(), &["--version"])
            .exits(0);
        said.stdout.trim().to_owned()
    };
    assert_eq!(started("node"), "v22.20.0");
    assert!(started("npm").starts_with("10."));
    assert!(started("npx").starts_with("10."));
    world.dhtl(&["validate-env"]).exits(0);
}

#[cfg(unix)]
#[test]
fn a_toolchain_is_chosen_by_its_wrappers() {
    use std::fs;

    let world = requiring("name: rust, version: \"1.70.0\", installer: rustup");
    program(&world, "tools/rustup", "rustup");
    program(&world, "tools/rustc", "");
    fs::write(
        world.path().join("tools/rustc"),
        "#!/bin/sh\necho \"rustc ${RUSTUP_TOOLCHAIN-1.95.0} (0000000 2023-01-01)\"\n",
    )
    .unwrap();
    let world = with_folder_first(world, "tools");
    world.dhtl(&["regenerate"]).exits(0);
    let wrapper = world.read(".venv/bin/rustc");
    assert!(wrapper.contains("RUSTUP_TOOLCHAIN='1.70.0'"), "{wrapper}");
    world.dhtl(&["validate-env"]).exits(0);
    assert!(is_unchanged(&world));

    // A file of the project leads, where there is one.
    world.write("rust-toolchain", "1.95.0\n");
    require(&world, "name: rust, version: \"1.95.0\"");
    world.remove(".venv/bin/rustc");
    world.dhtl(&["regenerate"]).exits(0);
    assert!(!world.has(".venv/bin/rustc"));
}

#[cfg(unix)]
#[test]
fn a_capture_records_what_files_ask_for() {
    let world = World::new();
    world
        .write("requirements.txt", "six==1.16.0\n")
        .write(".tool-versions", "shellcheck 0.9.0\ndeno 1.40.2\n");
    program(&world, "tools/deno", "deno 1.40.2");
    let world = with_folder_first(world, "tools");
    let captured = world.dhtl(&["setup"]).exits(0);
    let config = world.read(".dhtconfig");
    let recorded = config.split("binaries:").nth(1).unwrap_or_default();
    assert!(
        recorded.contains("deno") && recorded.contains("system"),
        "{config}"
    );
    // Nothing here brings that one, and a wheel of the name could be anybody's.
    if !config.contains("shellcheck") {
        captured.answers("binary `shellcheck 0.9.0`");
    }
    world.dhtl(&["setup"]).exits(0);
    assert_eq!(world.read(".dhtconfig"), config);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

#[test]
fn a_capture_takes_node_from_its_wheel_where_it_has_to() {
    let world = World::new();
    world
        .write("requirements.txt", "six==1.16.0\n")
        .write(".nvmrc", "v22.20.0\n");
    world.dhtl(&["setup"]).exits(0);
    let config = world.read(".dhtconfig");
    assert!(config.contains("22.20.0"), "{config}");
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}
