//! Packages of other languages: npm, pnpm, yarn, cargo.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;

use insta::assert_snapshot;

use crate::support::{Outcome, World, listing, skip};

const MANIFEST: &str = r#"{
  "name": "ui", "version": "1.0.0", "private": true,
  "dependencies": {"left-pad": "1.3.0"}, "devDependencies": {"is-number": "^7.0.0"}
}"#;

/// Without addresses: whoever installs from it has a registry of its own.
const LOCK: &str = r#"{
  "name": "ui", "version": "1.0.0", "lockfileVersion": 3, "requires": true,
  "packages": {
    "": {
      "name": "ui", "version": "1.0.0",
      "dependencies": {"left-pad": "1.3.0"}, "devDependencies": {"is-number": "^7.0.0"}
    },
    "node_modules/is-number": {"version": "7.0.0", "dev": true},
    "node_modules/left-pad": {"version": "1.3.0"}
  }
}"#;

/// A Python project with nothing in another language; none where npm is not installed.
fn project() -> Option<World> {
    let world = World::new().set("NPM_CONFIG_CACHE", World::shared("npm-cache"));
    if program(&world, "npm").is_none() {
        skip("npm is not installed");
        return None;
    }
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n");
    Some(world)
}

/// The same with a part that has a lock of npm.
fn with_npm() -> Option<World> {
    let world = project()?;
    world
        .write("ui/package.json", MANIFEST)
        .write("ui/package-lock.json", LOCK);
    Some(world)
}

fn program(world: &World, name: &str) -> Option<PathBuf> {
    let paths = std::env::split_paths(world.variable("PATH")?).collect::<Vec<_>>();
    let names = [
        name.to_owned(),
        format!("{name}.cmd"),
        format!("{name}.exe"),
    ];
    let mut places = paths
        .iter()
        .flat_map(|path| names.iter().map(move |name| path.join(name)));
    places.find(|place| place.is_file())
}

/// The same world with pnpm and both kinds of yarn in front of everything else on `PATH`: they are
/// installed once, and stay.
fn with_manager(world: World, package: &str) -> World {
    static INSTALLED: OnceLock<()> = OnceLock::new();
    let folder = World::shared("node-managers");
    INSTALLED.get_or_init(|| {
        for package in ["pnpm@9.15.9", "yarn@1.22.22", "@yarnpkg/cli-dist@4.9.1"] {
            let prefix = folder.join(package.replace('/', "-"));
            fs::create_dir_all(&prefix).unwrap();
            let npm = program(&world, "npm").unwrap();
            let prefix = prefix.display().to_string();
            let args = [
                "install",
                "--no-audit",
                "--no-fund",
                "--prefix",
                &prefix,
                package,
            ];
            world.run(npm, world.path(), &args).exits(0);
        }
    });
    let bin = folder
        .join(package.replace('/', "-"))
        .join("node_modules/.bin");
    let others = world.variable("PATH").unwrap().to_owned();
    let path = std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&others)));
    world.set("PATH", path.unwrap())
}

fn check(outcome: &Outcome, name: &str) -> Option<String> {
    let document = outcome.json();
    let checks = document["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name)?;
    let mark = if check["passed"] == true { "yes" } else { "no" };
    Some(format!("{mark}, {}", check["detail"].as_str().unwrap()))
}

fn node_packages(world: &World) -> Option<String> {
    check(&world.dhtl(&["validate-env", "--json"]), "Node packages")
}

fn is_unchanged(world: &World) -> bool {
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    report.json()["unchanged"].as_bool().unwrap()
}

#[test]
fn what_a_lock_of_npm_says_is_installed_and_proven() {
    let Some(world) = with_npm() else { return };
    world
        .dhtl(&["regenerate", "--dry-run"])
        .exits(0)
        .answers("(cd 'ui' && env -u NODE_ENV CI=1 ")
        .answers(" npm ci --no-audit --no-fund)");
    assert!(!world.has("ui/node_modules"));
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .says("Install the packages of other languages: npm in ui")
        .answers("✓ Node packages: ui: as locked");
    assert!(
        world
            .read("ui/node_modules/left-pad/package.json")
            .contains("1.3.0")
    );
    assert!(world.has("ui/node_modules/is-number"));
    assert_eq!(world.read("ui/package.json"), MANIFEST);
    assert_eq!(world.read("ui/package-lock.json"), LOCK);
    assert_eq!(node_packages(&world).unwrap(), "yes, ui: as locked");
    assert!(is_unchanged(&world));
}

#[test]
fn packages_that_are_gone_or_others_are_named_and_installed_again() {
    let Some(world) = with_npm() else { return };
    world.dhtl(&["regenerate"]).exits(0);
    let before = world
        .dhtl(&["validate-env", "--json"])
        .exits(0)
        .text("/venv_checksum");
    world
        .remove("ui/node_modules/is-number")
        .write("late/package.json", MANIFEST)
        .write("late/package-lock.json", LOCK);
    let hidden = world.read("ui/node_modules/.package-lock.json");
    world.write(
        "ui/node_modules/.package-lock.json",
        hidden.replace("1.3.0", "1.2.0"),
    );
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("ui/node_modules/is-number: missing, must be 7.0.0")
        .answers("ui/node_modules/left-pad: 1.2.0 instead of 1.3.0");
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(0);
    let actions = &fixed.json()["repaired"];
    assert_eq!(actions.as_array().unwrap().len(), 1, "{actions}");
    assert_eq!(actions[0]["what"], "packages of npm in ui");
    assert_eq!(fixed.text("/venv_checksum"), before);
    assert!(world.has("ui/node_modules/is-number/package.json"));
    // What nobody has installed yet is no drift.
    assert!(!world.has("late/node_modules"));
    world.remove("late");
    // What is deleted altogether comes back with the next run, too.
    world.remove("ui/node_modules");
    world.dhtl(&["validate-env"]).exits(1);
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(node_packages(&world).unwrap(), "yes, ui: as locked");
}

#[test]
fn another_lock_is_installed_anew() {
    let Some(world) = with_npm() else { return };
    world.dhtl(&["regenerate"]).exits(0);
    let manifest = MANIFEST.replace("1.3.0", "1.2.0");
    world
        .write("ui/package.json", manifest)
        .write("ui/package-lock.json", LOCK.replace("1.3.0", "1.2.0"));
    world.dhtl(&["validate-env"]).exits(1);
    world.dhtl(&["regenerate"]).exits(0);
    assert!(
        world
            .read("ui/node_modules/left-pad/package.json")
            .contains("1.2.0")
    );
}

#[test]
fn a_lock_that_does_not_fit_is_reported_and_never_mended() {
    let Some(world) = with_npm() else { return };
    let manifest = MANIFEST.replace("1.3.0", "1.2.0");
    world.write("ui/package.json", &manifest);
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    let shortfall = &report.json()["shortfalls"][0];
    assert_eq!(shortfall["what"], "Node packages in `ui`");
    assert_eq!(shortfall["essential"], false);
    let why = shortfall["why"].as_str().unwrap();
    assert!(why.contains("in sync"), "{why}");
    assert_eq!(
        shortfall["next"],
        "run `npm ci --no-audit --no-fund` in `ui` to see more"
    );
    assert_eq!(world.read("ui/package.json"), manifest);
    assert_eq!(world.read("ui/package-lock.json"), LOCK);
    // Nothing has to be there that never was.
    assert_eq!(node_packages(&world), None);
    world
        .dhtl(&["regenerate", "--strict"])
        .exits(1)
        .says("Node packages in `ui` are missing");
    world.write("ui/package.json", MANIFEST);
    world.dhtl(&["regenerate", "--strict"]).exits(0);
    assert!(is_unchanged(&world));
}

#[cfg(unix)]
#[test]
fn without_the_program_everything_else_is_there() {
    let Some(world) = with_npm() else { return };
    let programs = [("python3", crate::support::python())];
    let world = world.with_programs_only(&programs);
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    assert_eq!(
        report.json()["shortfalls"][0]["why"],
        "`npm` is not installed"
    );
    assert!(is_unchanged(&world));
    world.dhtl(&["validate-env"]).exits(0);
    // Who records that the project has a Node.js side wants it.
    world.write(".dhtconfig", "version: \"2.0\"\nlanguages:\n  node: {}\n");
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("✗ Node packages: ui: not installed");
}

#[test]
fn without_a_lock_none_is_written() {
    let Some(world) = project() else { return };
    world.write("package.json", MANIFEST);
    let before = listing(&world.project());
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .says("npm without a lock")
        .answers("Node packages: installed, and no lock says which versions");
    let mut after = listing(&world.project());
    after.retain(|path| {
        let is_ours = [".venv", ".dht", "node_modules"].iter();
        !is_ours.clone().any(|folder| path.starts_with(folder))
    });
    assert_eq!(after, before);
    assert!(is_unchanged(&world));
}

#[test]
fn a_manifest_that_asks_for_nothing_and_parts_of_others_start_nothing() {
    let Some(world) = project() else { return };
    world
        .write("package.json", r#"{"name": "x", "prettier": {}}"#)
        .write("docs/package.json", MANIFEST)
        .write("docs/package-lock.json", LOCK)
        .write("examples/a/package.json", MANIFEST)
        .write("examples/a/package-lock.json", LOCK);
    let plan = world.dhtl(&["regenerate", "--dry-run"]).exits(0);
    assert!(
        !plan.stdout.contains("language-packages"),
        "{}",
        plan.stdout
    );
}

#[test]
fn scripts_run_without_anybody_to_answer_and_leave_hooks_alone() {
    let Some(world) = project() else { return };
    world
        .write(
            "package.json",
            r#"{"name": "x", "dependencies": {"left-pad": "1.3.0"},
                "scripts": {"prepare": "node prepare.js"}}"#,
        )
        .write(
            "prepare.js",
            "require('fs').writeFileSync('seen', `${process.env.CI} ${process.env.HUSKY}`)",
        )
        .write(
            "package-lock.json",
            r#"{"name": "x", "lockfileVersion": 3, "packages": {
                "": {"name": "x", "dependencies": {"left-pad": "1.3.0"}},
                "node_modules/left-pad": {"version": "1.3.0"}}}"#,
        );
    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(world.read("seen"), "1 0");
}

#[test]
fn a_hook_that_comes_with_the_packages_is_installed_in_the_same_run() {
    let Some(world) = project() else { return };
    world
        .write(
            "package.json",
            r#"{"name": "x", "devDependencies": {"husky": "9.1.7"}, "scripts": {"prepare": "husky"}}"#,
        )
        .write(
            "package-lock.json",
            r#"{"name": "x", "lockfileVersion": 3, "packages": {
                "": {"name": "x", "devDependencies": {"husky": "9.1.7"}},
                "node_modules/husky": {
                    "version": "9.1.7", "dev": true, "bin": {"husky": "bin.js"}
                }}}"#,
        )
        .write(".husky/pre-commit", "exit 1\n")
        .write(".gitignore", ".venv\nnode_modules\n");
    world.git(&["init", "--quiet", "--initial-branch", "main"]);
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .says("Install the packages of other languages: npm")
        .says("Install the git hooks: pre-commit");
    world.git(&["add", "--all"]);
    let commit = ["commit", "--quiet", "--message", "first"];
    assert_eq!(
        world.run("git", &world.project(), &commit).exit_code,
        Some(1)
    );
    assert!(is_unchanged(&world));
}

#[test]
fn every_manager_follows_its_lock() {
    let cases = [
        ("pnpm@9.15.9", "pnpm", &["install", "--lockfile-only"][..]),
        ("yarn@1.22.22", "yarn", &["install"]),
        ("@yarnpkg/cli-dist@4.9.1", "yarn", &["install"]),
    ];
    for (package, name, args) in cases {
        let Some(world) = project() else { return };
        let world = with_manager(world, package)
            .set("YARN_GLOBAL_FOLDER", World::shared("yarn-global"))
            .set("YARN_CACHE_FOLDER", World::shared("yarn-cache"));
        world
            .write("package.json", MANIFEST)
            .write(".yarnrc.yml", "nodeLinker: node-modules\n");
        let manager = program(&world, name).unwrap();
        world.run(manager, &world.project(), args).exits(0);
        if world.has("node_modules") {
            world.remove("node_modules");
        }
        let lock = if name == "pnpm" {
            "pnpm-lock.yaml"
        } else {
            "yarn.lock"
        };
        let before = (world.read(lock), world.read("package.json"));
        world
            .dhtl(&["regenerate"])
            .exits(0)
            .says(&format!("Install the packages of other languages: {name}"))
            .answers("✓ Node packages: as locked");
        assert!(world.has("node_modules/left-pad/package.json"), "{package}");
        assert_eq!((world.read(lock), world.read("package.json")), before);
        assert!(is_unchanged(&world), "{package}");
        // Whatever else the lock says, it is not what was installed.
        world.write(lock, format!("{}\n# changed\n", before.0));
        assert_eq!(
            node_packages(&world).unwrap(),
            "no, installed before the lock or the manifest changed"
        );
        world.write(lock, &before.0).remove("node_modules");
        world
            .dhtl(&["validate-env", "--fix"])
            .exits(0)
            .answers(&format!("Installed again: packages of {name}"));
    }
}

#[test]
fn cargo_fetches_what_is_locked() {
    let world = World::new();
    if program(&world, "cargo").is_none() {
        skip("cargo is not installed");
        return;
    }
    let lock = "version = 3\n\n[[package]]\nname = \"native\"\nversion = \"0.1.0\"\n";
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n")
        .write(
            "native/Cargo.toml",
            "[package]\nname = \"native\"\nversion = \"0.1.0\"\n",
        )
        .write("native/src/lib.rs", "")
        .write("native/Cargo.lock", lock);
    world
        .dhtl(&["regenerate"])
        .exits(0)
        .answers("✓ Rust packages: native: as locked");
    assert!(is_unchanged(&world));
    // A lock that does not fit is nothing that cargo may mend.
    world.write(
        "native/Cargo.toml",
        "[package]\nname = \"native\"\nversion = \"0.2.0\"\n",
    );
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    let why = report.text("/shortfalls/0/why");
    assert!(why.contains("lock file"), "{why}");
    assert_eq!(world.read("native/Cargo.lock"), lock);
}

#[test]
fn detection_says_whose_lock_it_is() {
    let world = World::new();
    world
        .write("app.py", "")
        .write("ui/package.json", MANIFEST)
        .write("ui/package-lock.json", LOCK);
    let document = world.dhtl(&["detect", "--json"]).exits(0).json();
    assert_snapshot!(document["language_packages"].to_string(), @r#"[{"evidence":{"line":null,"path":"ui/package-lock.json","rule":"packages-npm-lock"},"folder":"ui","lock":"ui/package-lock.json","manager":"npm","manifest":"ui/package.json"}]"#);
}
