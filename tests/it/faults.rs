//! `dhtl validate-env --fix`: one fault after the other, found by its name and repaired.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Outcome, World, files, listing, parcel, python};

/// Small distributions, one of them with native code, pinned and recorded.
fn recorded() -> World {
    let world = World::new();
    record(&world);
    world
}

/// The same with a cache of its own: whoever writes to an installed file writes to the cache as well.
fn recorded_with_own_cache() -> World {
    let world = World::new();
    let cache = world.path().join("cache");
    let world = world.set("UV_CACHE_DIR", cache);
    record(&world);
    world
}

fn record(world: &World) {
    choose_python(world);
    world.write(
        "requirements.txt",
        "attrs==24.2.0\nmarkupsafe==3.0.2\npackaging==24.1\nsix==1.16.0\n",
    );
    world.dhtl(&["setup"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

/// Where only one interpreter will do, nobody has to ask which wheels there are for the others.
fn choose_python(world: &World) {
    let script = "import sys; print('%d.%d' % sys.version_info[:2])";
    let version = world.run(python(), world.path(), &["-c", script]).exits(0);
    world.write(".python-version", version.stdout);
}

/// The folder of the distributions, relative to the project.
fn site_packages(world: &World) -> String {
    let folder = listing(&world.project().join(".venv"))
        .into_iter()
        .find(|path| path.ends_with("/site-packages/"))
        .unwrap();
    format!(".venv/{}", folder.trim_end_matches('/'))
}

/// An installed file, relative to the project.
fn installed(world: &World, file: &str) -> String {
    format!("{}/{file}", site_packages(world))
}

/// The installed file of native code.
fn native(world: &World) -> String {
    let folder = installed(world, "markupsafe");
    let name = listing(&world.project().join(&folder))
        .into_iter()
        .find(|name| {
            let extension = Path::new(name).extension().unwrap_or_default();
            extension == "so" || extension == "pyd"
        })
        .unwrap();
    format!("{folder}/{name}")
}

/// Changes one byte of a file, and leaves alone what shares its content with it.
fn change_a_byte(world: &World, path: &str) {
    let place = world.project().join(path);
    let mut content = fs::read(&place).unwrap();
    let middle = content.len() / 2;
    content[middle] ^= 1;
    fs::remove_file(&place).unwrap();
    fs::write(place, content).unwrap();
}

/// What the user wrote and what is committed.
fn project_files(world: &World) -> BTreeMap<String, Vec<u8>> {
    let paths = listing(&world.project()).into_iter().filter(|path| {
        !path.starts_with(".venv/") && !path.starts_with(".dht/state/") && !path.ends_with('/')
    });
    paths
        .map(|path| {
            let content = fs::read(world.project().join(&path)).unwrap();
            (path, content)
        })
        .collect()
}

/// The differences but for the digest that follows from them: what, how, and whose.
fn differences(outcome: &Outcome) -> Vec<Value> {
    let document = outcome.json();
    let differences = document["differences"].as_array().unwrap().iter();
    differences
        .filter(|one| one["what"] != "venv_checksum")
        .map(|one| json!([one["what"], one["kind"], one["distribution"]]))
        .collect()
}

/// Insists that `faults` are found and nothing else, that `repairs` are made and nothing else, and
/// that nothing differs then.
#[track_caller]
fn check(world: &World, faults: &[Value], repairs: &[(&str, &str)]) {
    let before = project_files(world);
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    assert_eq!(differences(&found), faults, "{}", found.snapshot());
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(0);
    let repairs = repairs
        .iter()
        .map(|(action, what)| json!({ "action": action, "what": what }))
        .collect::<Vec<_>>();
    assert_eq!(
        fixed.json()["repaired"],
        Value::Array(repairs),
        "{}",
        fixed.snapshot()
    );
    world
        .dhtl(&["validate-env", "--full"])
        .exits(0)
        .answers("MATCH");
    assert!(
        project_files(world) == before,
        "a file of the project changed"
    );
}

#[track_caller]
fn check_installed_again(world: &World, path: &str, kind: &str, distribution: &str) {
    check(
        world,
        &[json!([path, kind, distribution])],
        &[("installed", distribution)],
    );
}

#[test]
fn a_removed_package() {
    let world = recorded();
    let uninstall = ["pip", "uninstall", "--python", ".venv", "six"];
    world.uv(&uninstall).exits(0);
    check_installed_again(&world, "six", "missing", "six");
}

#[test]
fn an_added_package() {
    let world = recorded();
    let install = ["pip", "install", "--python", ".venv", "iniconfig==2.0.0"];
    world.uv(&install).exits(0);
    check(
        &world,
        &[json!(["iniconfig", "extra", "iniconfig"])],
        &[("uninstalled", "iniconfig")],
    );
}

#[test]
fn upgraded_and_downgraded_packages() {
    let world = recorded();
    let install = ["pip", "install", "--python", ".venv"];
    let versions = ["attrs==24.3.0", "packaging==24.0"];
    world.uv(&[&install[..], &versions[..]].concat()).exits(0);
    check(
        &world,
        &[
            json!(["attrs", "modified", "attrs"]),
            json!(["packaging", "modified", "packaging"]),
        ],
        &[("installed", "attrs"), ("installed", "packaging")],
    );
}

#[test]
fn a_changed_byte_of_a_module() {
    let world = recorded();
    let path = installed(&world, "six.py");
    change_a_byte(&world, &path);
    check_installed_again(&world, &path, "modified", "six");
}

#[test]
fn a_changed_byte_of_native_code() {
    let world = recorded();
    let path = native(&world);
    change_a_byte(&world, &path);
    check_installed_again(&world, &path, "modified", "markupsafe");
}

/// Neither the size nor the time of the last change says that anything happened.
#[cfg(unix)]
#[test]
fn a_changed_byte_in_the_same_second_of_the_same_file() {
    let world = recorded_with_own_cache();
    let path = installed(&world, "six.py");
    let place = world.project().join(&path);
    let mut content = fs::read(&place).unwrap();
    content[100] ^= 1;
    let modified = fs::metadata(&place).unwrap().modified().unwrap();
    fs::write(&place, content).unwrap();
    let file = fs::File::options().write(true).open(&place).unwrap();
    file.set_modified(modified).unwrap();
    drop(file);
    check_installed_again(&world, &path, "modified", "six");
}

#[test]
fn a_deleted_file() {
    let world = recorded();
    let path = installed(&world, "packaging/version.py");
    world.remove(&path);
    check_installed_again(&world, &path, "missing", "packaging");
}

#[test]
fn files_that_nobody_installed() {
    let world = recorded();
    let bin = if cfg!(windows) { "Scripts" } else { "bin" };
    let script = format!(".venv/{bin}/node");
    let custom = installed(&world, "sitecustomize.py");
    let module = installed(&world, "packaging/extra.py");
    let folder = installed(&world, "unknown/");
    for path in [&script, &custom, &module] {
        world.write(path, "");
    }
    world.write(&format!("{folder}__init__.py"), "");
    world.write(&format!("{folder}below/a.txt"), "");
    let paths = [&script, &module, &custom, &folder];
    let faults = paths.map(|path| json!([path, "extra", null]));
    check(
        &world,
        &faults,
        &paths.map(|path| ("removed", path.as_str())),
    );
    for path in paths {
        assert!(!world.has(path), "{path}");
    }
}

#[test]
fn a_lost_description() {
    for file in ["METADATA", "RECORD"] {
        let world = recorded();
        let path = installed(&world, &format!("six-1.16.0.dist-info/{file}"));
        world.remove(&path);
        let found = world.dhtl(&["validate-env", "--json"]).exits(1);
        let fault = json!([path, "missing", "six"]);
        assert!(differences(&found).contains(&fault), "{}", found.snapshot());
        world.dhtl(&["validate-env", "--fix"]).exits(0);
        world.dhtl(&["validate-env", "--full"]).exits(0);
    }
}

/// What a link leads to is neither read nor written nor removed.
#[cfg(unix)]
#[test]
fn a_link_out_of_the_environment() {
    let world = recorded();
    let outside = world.path().join("outside");
    let folder = installed(&world, "packaging");
    fs::rename(world.project().join(&folder), &outside).unwrap();
    std::os::unix::fs::symlink(&outside, world.project().join(&folder)).unwrap();
    let module = installed(&world, "six.py");
    fs::rename(world.project().join(&module), outside.join("six.py")).unwrap();
    std::os::unix::fs::symlink(outside.join("six.py"), world.project().join(&module)).unwrap();
    let before = files(&outside);
    check(
        &world,
        &[
            json!([folder, "modified", "packaging"]),
            json!([module, "modified", "six"]),
        ],
        &[("installed", "packaging"), ("installed", "six")],
    );
    assert_eq!(files(&outside), before);
}

/// The interpreters of one release line that this machine has: Debian's and that of pyenv.
#[cfg(target_os = "linux")]
fn two_patch_releases() -> Option<(PathBuf, PathBuf)> {
    let debian = PathBuf::from("/usr/bin/python3.11");
    let home = std::env::home_dir().unwrap_or_default();
    let pyenv = home.join(".pyenv/versions/3.11.7/bin/python3.11");
    (debian.is_file() && pyenv.is_file()).then_some((debian, pyenv))
}

#[cfg(target_os = "linux")]
fn recorded_with_python_3_11_7() -> World {
    let world = World::new();
    world.write("requirements.txt", "six==1.16.0\n");
    world.write(".python-version", "3.11.7\n");
    world.dhtl(&["setup"]).exits(0);
    assert!(world.read(".venv/pyvenv.cfg").contains("3.11.7"));
    world
}

#[cfg(target_os = "linux")]
#[test]
fn an_environment_with_another_patch_release() {
    let Some((debian, _)) = two_patch_releases() else {
        return crate::support::skip_without("a second patch release of Python 3.11");
    };
    let world = recorded_with_python_3_11_7();
    let debian = debian.to_str().unwrap();
    world
        .uv(&["venv", "--clear", "--python", debian, ".venv"])
        .exits(0);
    let install = ["pip", "install", "--python", ".venv", "six==1.16.0"];
    world.uv(&install).exits(0);
    let found = world.dhtl(&["validate-env", "--json"]).exits(1).json();
    let differences = found["differences"].as_array().unwrap();
    let python = &differences[0];
    assert_eq!(
        (&python["what"], &python["kind"]),
        (&json!("python"), &json!("modified"))
    );
    assert_eq!(python["expected"], "cpython 3.11.7");
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(0);
    assert_eq!(
        fixed.json()["repaired"],
        json!([{ "action": "made-anew", "what": ".venv" }])
    );
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
}

/// `pyvenv.cfg` still says what was.
#[cfg(target_os = "linux")]
#[test]
fn an_interpreter_that_was_exchanged() {
    let Some((debian, _)) = two_patch_releases() else {
        return crate::support::skip_without("a second patch release of Python 3.11");
    };
    let world = recorded_with_python_3_11_7();
    let python = world.project().join(".venv/bin/python");
    fs::remove_file(&python).unwrap();
    std::os::unix::fs::symlink(debian, &python).unwrap();
    check(
        &world,
        &[json!([".venv/bin/python", "modified", null])],
        &[("made-anew", ".venv")],
    );
    fs::remove_file(&python).unwrap();
    std::os::unix::fs::symlink("/usr/bin/python3.11", &python).unwrap();
    world.dhtl(&["regenerate"]).exits(0).answers("MATCH");
}

#[test]
fn several_faults_at_once() {
    let world = recorded();
    let module = installed(&world, "six.py");
    change_a_byte(&world, &module);
    let custom = installed(&world, "sitecustomize.py");
    world.write(&custom, "");
    let install = ["pip", "install", "--python", ".venv", "iniconfig==2.0.0"];
    world.uv(&install).exits(0);
    check(
        &world,
        &[
            json!(["iniconfig", "extra", "iniconfig"]),
            json!([custom, "extra", null]),
            json!([module, "modified", "six"]),
        ],
        &[
            ("uninstalled", "iniconfig"),
            ("installed", "six"),
            ("removed", &custom),
        ],
    );
}

/// With links from the cache, the changed file is in the cache, too.
#[test]
fn a_damaged_cache_is_not_believed() {
    let world = recorded_with_own_cache();
    let path = installed(&world, "six.py");
    let place = world.project().join(&path);
    let original = fs::read(&place).unwrap();
    fs::write(&place, "print('changed')\n").unwrap();
    check_installed_again(&world, &path, "modified", "six");
    assert_eq!(fs::read(&place).unwrap(), original);
    fs::write(&place, "print('changed')\n").unwrap();
    world.remove(".venv");
    world.dhtl(&["regenerate"]).exits(0).answers("MATCH");
    assert_eq!(fs::read(&place).unwrap(), original);
}

#[test]
fn regenerate_repairs_files_too() {
    let world = recorded();
    let (module, custom) = (installed(&world, "six.py"), installed(&world, "custom.pth"));
    change_a_byte(&world, &module);
    world.write(&custom, "");
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(report["unchanged"], false);
    world
        .dhtl(&["validate-env", "--full"])
        .exits(0)
        .answers("MATCH");
    assert!(!world.has(&custom));
    let report = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(report["unchanged"], true);
}

#[test]
fn a_uv_lock_is_repaired_from() {
    let world = parcel();
    world.dhtl(&["setup"]).exits(0);
    assert!(world.has("uv.lock"));
    let lock = world.read("uv.lock");
    let module = installed(&world, "idna/core.py");
    change_a_byte(&world, &module);
    check_installed_again(&world, &module, "modified", "idna");
    let uninstall = ["pip", "uninstall", "--python", ".venv", "parcel"];
    world.uv(&uninstall).exits(0);
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("`parcel` itself is not installed");
    world
        .dhtl(&["validate-env", "--fix"])
        .exits(0)
        .answers("Installed again: parcel");
    assert_eq!(world.read("uv.lock"), lock);
}

/// What the user may have meant is followed, and what was recorded is not forgotten for it.
#[test]
fn an_edited_lock() {
    let world = World::new();
    choose_python(&world);
    world.write(
        "pyproject.toml",
        "[project]\nname = \"locked\"\nversion = \"1.0\"\ndependencies = [\"idna>=3.6\"]\n",
    );
    world.dhtl(&["setup"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0).answers("MATCH");
    let recorded = world.read("uv.lock");
    let upgrade = ["lock", "--quiet", "--upgrade-package", "idna==3.7"];
    world.uv(&upgrade).exits(0);
    let edited = world.read("uv.lock");
    assert_ne!(edited, recorded);

    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    assert_eq!(
        differences(&found),
        [
            json!(["uv.lock", "modified", null]),
            json!(["fingerprint", "modified", null]),
            json!([
                "requirements: changed since the environment was made",
                "modified",
                null
            ]),
        ]
    );
    let fixed = world.dhtl(&["validate-env", "--fix", "--json"]).exits(1);
    assert_eq!(
        fixed.json()["repaired"],
        json!([{ "action": "brought-up-to-date", "what": ".venv" }])
    );
    assert_eq!(
        differences(&fixed),
        [
            json!(["uv.lock", "modified", null]),
            json!(["fingerprint", "modified", null]),
        ]
    );
    assert_eq!(world.installed(), ["idna 3.7"]);
    assert_eq!(world.read("uv.lock"), edited);

    world.write("uv.lock", recorded);
    let fixed = world.dhtl(&["validate-env", "--fix"]).exits(0);
    fixed.answers("Brought up to date: .venv").answers("MATCH");
    assert_ne!(world.installed(), ["idna 3.7"]);
}

#[test]
fn edited_and_new_configuration() {
    let world = recorded();
    let requirements = world.read("requirements.txt");
    world
        .write(
            "requirements.txt",
            format!("{requirements}# nothing more\n"),
        )
        .write("requirements-dev.txt", "iniconfig==2.0.0\n");
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    let found = differences(&found);
    for path in [
        json!(["requirements.txt", "modified", null]),
        json!(["requirements-dev.txt", "extra", null]),
    ] {
        assert!(found.contains(&path), "{path} is not in {found:#?}");
    }
    world.dhtl(&["validate-env", "--fix"]).exits(1);
    world.write("requirements.txt", requirements);
    world.remove("requirements-dev.txt");
    let fixed = world.dhtl(&["validate-env", "--fix"]).exits(0);
    fixed.answers("MATCH");
}

/// The pin of the interpreter is what `.dhtconfig` says now, and the environment follows it.
#[test]
fn an_edited_pin_of_the_interpreter() {
    let Some((other, _)) = two_patch_releases() else {
        return;
    };
    let world = recorded_with_python_3_11_7();
    let config = world.read(".dhtconfig");
    let script = "import platform; print(platform.python_version())";
    let version = world
        .run(other, world.path(), &["-I", "-c", script])
        .exits(0);
    let pinned = config
        .lines()
        .find(|line| line.trim_start().starts_with("version:") && line.starts_with(' '))
        .unwrap();
    let edited = config.replace(pinned, &format!("  version: {}", version.stdout.trim()));
    assert_ne!(edited, config);
    world.write(".dhtconfig", &edited);
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    let found = differences(&found);
    assert!(
        found.contains(&json!(["python", "modified", null])),
        "{found:#?}"
    );
    let fixed = world.dhtl(&["validate-env", "--fix"]).exits(1);
    fixed
        .answers("Made anew: .venv")
        .answers(&format!("Python version: {}", version.stdout.trim()));
    assert_eq!(world.read(".dhtconfig"), edited);
    world.write(".dhtconfig", config);
    let fixed = world.dhtl(&["validate-env", "--fix"]).exits(0);
    fixed.answers("Made anew: .venv").answers("MATCH");
}

#[test]
fn an_editable_project_is_checked_by_its_own_files_only() {
    let world = parcel();
    world.dhtl(&["regenerate"]).exits(0);
    world.write("parcel/config.py", "import yaml\n\nX = 1\n");
    world.dhtl(&["validate-env", "--full"]).exits(0);
    let own = listing(&world.project().join(site_packages(&world)));
    let own = own
        .iter()
        .find(|path| path.ends_with("parcel.pth"))
        .unwrap();
    let path = installed(&world, own);
    world.remove(&path);
    let found = world.dhtl(&["validate-env", "--json"]).exits(1);
    assert!(differences(&found).contains(&json!([path, "missing", "parcel"])));
    world
        .dhtl(&["validate-env", "--fix"])
        .exits(0)
        .answers("Installed again: parcel");
}

/// Scripts, bytecode, and whatever else is written where distributions are installed.
#[test]
fn use_is_no_fault() {
    let world = World::new();
    choose_python(&world);
    world.write(
        "requirements.txt",
        "attrs==24.2.0\ncharset-normalizer==3.3.2\nsetuptools==75.1.0\nsix==1.16.0\n",
    );
    world.dhtl(&["regenerate"]).exits(0);
    world.dhtl(&["validate-env", "--full"]).exits(0);
    let import = ["-c", "import attrs, charset_normalizer, setuptools, six"];
    world.venv_python(&world.project(), &import).exits(0);
    let compile = ["-m", "compileall", "-q", ".venv"];
    world.venv_python(&world.project(), &compile);
    world.dhtl(&["validate-env", "--full"]).exits(0);
    world.dhtl(&["validate-env"]).exits(0);
}

#[test]
fn the_stamp_of_another_environment_says_nothing() {
    let world = recorded();
    let path = installed(&world, "six.py");
    let other = world.path().join("other");
    copy(&world.project(), &other);
    change_a_byte(&world, &path);
    let stamps = [".dht/state/files.stamp", ".dht/state/environment.stamp"];
    for stamp in stamps {
        fs::copy(other.join(stamp), world.project().join(stamp)).unwrap();
    }
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("six.py was modified");
    world.write(stamps[0], "dhtl-files-1\nnonsense");
    world.write(stamps[1], "{}");
    world
        .dhtl(&["validate-env"])
        .exits(1)
        .answers("six.py was modified");
}

fn copy(from: &Path, to: &Path) {
    for path in listing(from) {
        let (source, place) = (from.join(&path), to.join(&path));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        if source.is_file() {
            fs::copy(source, place).unwrap();
        }
    }
}

#[test]
fn quiet_says_nothing_but_errors() {
    let world = recorded();
    let silent = |outcome: &Outcome| outcome.stdout.is_empty() && outcome.stderr.is_empty();
    assert!(silent(&world.dhtl(&["validate-env", "-q"]).exits(0)));
    change_a_byte(&world, &installed(&world, "six.py"));
    assert!(silent(&world.dhtl(&["validate-env", "--quiet"]).exits(1)));
    assert!(silent(
        &world.dhtl(&["validate-env", "-q", "--fix"]).exits(0)
    ));
    world.remove(".venv");
    let outcome = world.dhtl(&["validate-env", "-q"]).exits(1);
    assert!(outcome.stdout.is_empty(), "{}", outcome.snapshot());
    outcome.says("has no environment");
}

#[test]
fn an_environment_that_dhtl_did_not_make_is_left_alone() {
    let world = World::new();
    world.write("requirements.txt", "six==1.16.0\n");
    world.uv(&["venv", ".venv"]).exits(0);
    let before = listing(&world.project());
    world.dhtl(&["validate-env", "--fix"]).exits(1);
    assert_eq!(listing(&world.project()), before);
}
