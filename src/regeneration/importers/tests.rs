//! Whole locks of every format, and what must not get through.

use std::fmt::Write as _;

use dhtl_project_model::{Diagnostic as _, ExitCode};
use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;
use crate::locked_set::CompiledRequirements;

const HASH: &str = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

fn imported_with(
    kind: LockKind,
    text: &str,
    manifest: Option<&str>,
) -> Result<Imported, ImportError> {
    let text = text.replace("HASH", HASH);
    import(&ImportRequest {
        path: "the.lock",
        text: &text,
        manifest,
        kind,
    })
}

/// The requirements file, followed by the notes; the hashes are cut short.
#[track_caller]
fn shown(kind: LockKind, text: &str, manifest: Option<&str>) -> String {
    let imported = imported_with(kind, text, manifest).unwrap();
    CompiledRequirements::parse(&imported.text);
    let notes = imported
        .notes
        .iter()
        .map(|note| format!("# {}: {}\n", note.what, note.why));
    let text = imported.text.replace(HASH, "sha256:aa");
    notes.fold(text, |text, note| text + &note)
}

#[track_caller]
fn fault(kind: LockKind, text: &str) -> String {
    let error = imported_with(kind, text, None).unwrap_err();
    assert_eq!(error.exit_code(), ExitCode::Invalid);
    assert!(error.hint().is_some());
    error.to_string()
}

const POETRY_1: &str = r#"
[[package]]
name = "Coverage"
version = "7.0"
python-versions = ">=3.7"

[package.dependencies]
tomli = {version = "*", optional = true, markers = "python_full_version <= \"3.11.0a6\" and extra == \"toml\""}

[package.extras]
toml = ["tomli"]

[[package]]
name = "pytest"
version = "8.0"

[package.dependencies]
colorama = {version = "*", markers = "sys_platform == \"win32\""}
tomli = {version = ">=1", markers = "python_version < \"3.11\""}
pluggy = "*"

[[package]]
name = "colorama"
version = "0.4.6"

[[package]]
name = "tomli"
version = "2.0.1"

[[package]]
name = "pluggy"
version = "1.5.0"
[package.dependencies]
pytest = "*"

[[package]]
name = "unrelated"
version = "1"

[[package]]
name = "socks"
version = "1.7"

[[package]]
name = "requests"
version = "2.0"
[package.dependencies]
socks = {version = "*", optional = true}
[package.extras]
proxy = ["Socks (>=1)"]

[metadata]
lock-version = "1.1"

[metadata.files]
coverage = [{file = "c.whl", hash = "HASH"}]
Coverage = [{file = "c.whl", hash = "HASH"}]
tomli = [{file = "t.whl", hash = "HASH"}, {file = "t.tar.gz", hash = "md5:aa"}]
"#;

#[test]
fn poetry_1_is_followed_from_the_manifest() {
    let manifest = r#"
[tool.poetry.dependencies]
python = ">=3.8"
requests = {version = "^2", extras = ["Proxy"]}
[tool.poetry.dev-dependencies]
coverage = {version = "^7", extras = ["toml"], optional = true}
[tool.poetry.group.test]
optional = true
[tool.poetry.group.test.dependencies]
PyTest = {version = "*", python = ">=3.9", platform = "!= darwin"}
"#;
    assert_snapshot!(shown(LockKind::Poetry, POETRY_1, Some(manifest)), @r#"
    colorama==0.4.6 ; python_full_version >= '3.9' and sys_platform == 'win32'
    coverage==7.0 \
        --hash=sha256:aa
    pluggy==1.5.0 ; python_full_version >= '3.9' and sys_platform != 'darwin'
    pytest==8.0 ; python_full_version >= '3.9' and sys_platform != 'darwin'
    requests==2.0
    socks==1.7
    tomli==2.0.1 ; python_full_version <= '3.11.0a6' or (python_full_version >= '3.9' and python_full_version < '3.11' and sys_platform != 'darwin') \
        --hash=sha256:aa
    # `tomli`: a hash of it is of an algorithm that proves nothing
    "#);
}

#[test]
fn poetry_1_without_a_manifest_starts_at_what_nothing_needs() {
    assert_snapshot!(shown(LockKind::Poetry, POETRY_1, None), @r#"
    colorama==0.4.6 ; sys_platform == 'win32'
    coverage==7.0 \
        --hash=sha256:aa
    pluggy==1.5.0
    pytest==8.0
    requests==2.0
    socks==1.7
    tomli==2.0.1 ; python_full_version < '3.11' \
        --hash=sha256:aa
    unrelated==1
    # `coverage`: there is no manifest beside the lock, so what nothing depends on counts as asked for
    # `tomli`: a hash of it is of an algorithm that proves nothing
    "#);
}

#[test]
fn versions_of_one_name_are_told_apart() {
    let lock = r#"
[[package]]
name = "numpy"
version = "1.24.4"
python-versions = ">=3.8"
[[package]]
name = "numpy"
version = "2.0.0"
python-versions = ">=3.9"
[[package]]
name = "metadata"
version = "5.0"
[[package]]
name = "metadata"
version = "8.0"
[[package]]
name = "pandas"
version = "2"
[package.dependencies]
metadata = "*"
numpy = [
    {version = ">=1.20", markers = "python_version < \"3.11\""},
    {version = ">=1.23", markers = "python_version >= \"3.11\""},
]
[metadata]
lock-version = "2.0"
"#;
    let manifest = r#"
[tool.poetry.dependencies]
pandas = "*"
metadata = [{version = "<6", python = "<3.10"}, {version = "^8", python = ">=3.10"}]
"#;
    assert_snapshot!(shown(LockKind::Poetry, lock, Some(manifest)), @r#"
    metadata==8.0 ; python_full_version >= '3.10'
    metadata==5.0 ; python_full_version < '3.10'
    numpy==2.0.0 ; python_full_version >= '3.9'
    numpy==1.24.4 ; python_full_version < '3.9'
    pandas==2
    "#);
}

#[test]
fn poetry_2_states_markers_by_group() {
    let lock = r#"
[[package]]
name = "a"
version = "1"
groups = ["main", "dev"]
files = [{file = "a.whl", hash = "HASH"}]
markers = {main = "extra == \"x\" and sys_platform == \"win32\"", dev = "python_version < \"3.9\""}
[[package]]
name = "b"
version = "1"
groups = ["main", "dev"]
markers = {main = "sys_platform == \"win32\""}
[[package]]
name = "c"
version = "1"
groups = ["main"]
markers = "platform_machine == \"x86_64\" or python_version >= \"3.9\" and python_version < \"3.12\""
[metadata]
lock-version = "2.1"
"#;
    assert_snapshot!(shown(LockKind::Poetry, lock, None), @r#"
    a==1 ; sys_platform == 'win32' or python_full_version < '3.9' \
        --hash=sha256:aa
    b==1
    c==1 ; platform_machine == 'x86_64' or (python_full_version >= '3.9' and python_full_version < '3.12')
    "#);
}

#[test]
fn poetry_sources_are_kept() {
    let lock = r#"
[[package]]
name = "repo"
version = "1"
groups = ["main"]
source = {type = "git", url = "https://git.example/a/repo.git", reference = "main", resolved_reference = "4f2a", subdirectory = "py"}
[[package]]
name = "scp"
version = "1"
groups = ["main"]
source = {type = "git", url = "git@git.example:a/scp.git", resolved_reference = "4f2a"}
[[package]]
name = "archive"
version = "1"
groups = ["main"]
markers = "sys_platform == 'linux'"
files = [{file = "a.zip", hash = "HASH"}]
source = {type = "url", url = "https://files.example/a.zip#sha256=aa"}
[[package]]
name = "folder"
version = "1"
groups = ["main"]
develop = true
source = {type = "directory", url = "libs/folder"}
[[package]]
name = "wheel"
version = "1"
groups = ["main"]
files = [{file = "w-1.whl", hash = "HASH"}]
source = {type = "file", url = "../dist/w-1.whl"}
[[package]]
name = "elsewhere"
version = "1"
groups = ["main"]
source = {type = "directory", url = "/home/me/lib"}
[[package]]
name = "mirrored"
version = "1"
groups = ["main"]
files = [{file = "m.whl", hash = "HASH"}]
source = {type = "legacy", url = "https://index.example/simple", reference = "inner"}
[[package]]
name = "secret"
version = "1"
groups = ["main"]
source = {type = "url", url = "https://${TOKEN}@files.example/a.zip"}
[metadata]
lock-version = "2.1"
"#;
    assert_snapshot!(shown(LockKind::Poetry, lock, None), @r#"
    archive @ https://files.example/a.zip ; sys_platform == 'linux' \
        --hash=sha256:aa
    -e ./libs/folder
    mirrored==1 \
        --hash=sha256:aa
    repo @ git+https://git.example/a/repo.git@4f2a#subdirectory=py
    scp @ git+ssh://git@git.example/a/scp.git@4f2a
    ../dist/w-1.whl \
        --hash=sha256:aa
    # `elsewhere`: its path is one of the machine that locked it
    # `secret`: its address needs an environment variable
    # the index `inner`: the lock takes from it: mirrored
    "#);
}

#[test]
fn pdm_states_markers_or_is_followed() {
    let inherited = r#"
[metadata]
lock_version = "4.5.0"
strategy = ["inherit_metadata"]
[[package]]
name = "coverage"
version = "7"
groups = ["test"]
marker = "python_version < \"3.11\""
files = [{file = "c.whl", hash = "HASH"}]
[[package]]
name = "coverage"
version = "7"
extras = ["toml"]
groups = ["test"]
files = [{file = "c.whl", hash = "HASH"}]
[[package]]
name = "repo"
version = "1"
git = "https://git.example/repo"
revision = "4f2a"
groups = ["default"]
[[package]]
name = "folder"
version = "1"
path = "./folder"
editable = true
groups = ["default"]
"#;
    assert_snapshot!(shown(LockKind::Pdm, inherited, None), @r#"
    coverage==7 \
        --hash=sha256:aa
    -e ./folder
    repo @ git+https://git.example/repo@4f2a
    "#);
    let followed = r#"
[metadata]
lock_version = "4.4"
[[package]]
name = "coverage"
version = "7"
[[package]]
name = "coverage"
version = "7"
extras = ["toml"]
dependencies = ["coverage==7", "tomli; python_full_version <= \"3.11\""]
[[package]]
name = "tomli"
version = "2"
[[package]]
name = "colorama"
version = "1"
[[package]]
name = "repo"
version = "1"
git = "https://git.example/repo"
revision = "4f2a"
dependencies = ["colorama (>=0.1) ; os_name == 'nt'"]
[metadata.files]
"tomli 2" = [{file = "t.whl", hash = "HASH"}]
"#;
    let manifest = r#"
[project]
dependencies = ["coverage[toml]>=6; python_version >= '3.8'"]
[tool.pdm.dev-dependencies]
dev = ["git+https://git.example/repo"]
"#;
    assert_snapshot!(shown(LockKind::Pdm, followed, Some(manifest)), @r#"
    colorama==1 ; os_name == 'nt'
    coverage==7 ; python_full_version >= '3.8'
    repo @ git+https://git.example/repo@4f2a
    tomli==2 ; python_full_version >= '3.8' and python_full_version < '3.11.1' \
        --hash=sha256:aa
    "#);
}

/// As `pipenv sync --dev` leaves it: `develop` is installed over `default`.
#[test]
fn pipfile_lets_develop_decide_over_newer_versions() {
    let lock = r#"{
    "default": {"a": {"version": "==1.3"}, "b": {"version": "==2"}},
    "develop": {"a": {"version": "==1.1", "markers": "python_version >= '3.7'"}},
    "docs": {"a": {"version": "==9"}, "b": {"version": "==9"}, "c": {"version": "==9"}}
}"#;
    assert_snapshot!(shown(LockKind::Pipfile, lock, None), @"
    a==1.1 ; python_full_version >= '3.7'
    a==1.3 ; python_full_version < '3.7'
    b==2
    c==9
    # `a`: `a==9` is locked beside another version of it
    # `b`: `b==9` is locked beside another version of it
    ");
}

#[test]
fn pipfile_merges_its_categories() {
    let lock = r#"{
    "_meta": {"pipfile-spec": 6},
    "default": {
        "a": {"version": "==1.0", "hashes": ["HASH"], "markers": "python_version >= '3.9'", "index": "inner", "extras": ["x"]},
        "repo": {"git": "https://git.example/repo.git", "ref": "4f2a", "editable": true, "subdirectory": "py"},
        "e1839a8": {"path": ".", "editable": true},
        "b": {"file": "https://files.example/b.zip", "hashes": ["HASH"]},
        "c": {"version": "*"}
    },
    "develop": {
        "A": {"version": "==1.0", "markers": "python_version < '3.9'"},
        "d": {"version": "==2", "sys_platform": "== 'win32'"}
    },
    "docs": {"a": {"version": "==0.9", "markers": "python_version < '3.7'"}}
}"#;
    assert_snapshot!(shown(LockKind::Pipfile, lock, None), @r#"
    a==1.0 \
        --hash=sha256:aa
    b @ https://files.example/b.zip \
        --hash=sha256:aa
    d==2 ; sys_platform == 'win32'
    -e .
    repo @ git+https://git.example/repo.git@4f2a#subdirectory=py
    # `a`: `a==0.9 ; python_full_version < '3.7'` is locked beside another version of it
    # `c`: the lock gives no version of it
    "#);
}

#[test]
fn pylock_takes_every_extra_and_group() {
    let lock = r#"
lock-version = "1.0"
[[packages]]
name = "a"
version = "1"
marker = "'dev' in dependency_groups and python_version >= '3.9' or 'x' in extras and sys_platform == 'win32'"
sdist = {url = "https://files.example/a.tar.gz", hashes = {sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", blake2b = "0"}}
[[packages]]
name = "b"
vcs = {type = "git", url = "https://git.example/b", commit-id = "4f2a"}
[[packages]]
name = "c"
directory = {path = "libs/c", editable = true}
[[packages]]
name = "d"
archive = {url = "https://files.example/d.zip", subdirectory = "py", hashes = {sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}
[[packages]]
name = "e"
version = "1"
wheels = [{path = "dist/e-1.whl", hashes = {sha256 = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"}}]
[[packages]]
name = "f"
version = "1"
marker = "'cpu' in extras and 'cuda' not in extras"
[[packages]]
name = "f"
version = "2"
marker = "'cpu' not in extras and 'cuda' in extras"
"#;
    assert_snapshot!(shown(LockKind::Pylock, lock, None), @r#"
    a==1 ; sys_platform == 'win32' or python_full_version >= '3.9' \
        --hash=sha256:aa
    b @ git+https://git.example/b@4f2a
    -e ./libs/c
    d @ https://files.example/d.zip#subdirectory=py \
        --hash=sha256:aa
    f==2
    # `e`: its files lie beside the lock
    # `f`: `f==1` is locked beside another version of it
    "#);
}

/// What `check_platform` says of a package with these wheels and lines, on Linux.
fn platform_fault(wheels: &str, rest: &str) -> String {
    let lock = format!(
        "lock-version = \"1.0\"\n[[packages]]\nname = \"a\"\nversion = \"1\"\nwheels = [{wheels}]\n{rest}\n"
    );
    let request = ImportRequest {
        path: "the.lock",
        text: &lock,
        manifest: None,
        kind: LockKind::Pylock,
    };
    let checked = check_platform(&request, "linux-x86_64".parse().unwrap());
    checked.map_or_else(|error| error.to_string(), |()| "fits".to_owned())
}

#[test]
fn a_pylock_of_another_platform_is_refused() {
    let mac = "{name = \"a-1-cp312-cp312-macosx_11_0_arm64.whl\"}";
    let windows = "{url = \"https://files.example/a-1-py3-none-win_amd64.whl\"}";
    let linux = "{path = \"a-1-cp312-cp312-manylinux_2_28_x86_64.whl\"}";
    let pure = "{name = \"a-1-py3-none-any.whl\"}";
    let said = [
        platform_fault(mac, ""),
        platform_fault(&format!("{windows}, {mac}"), ""),
        platform_fault(&format!("{mac}, {linux}"), ""),
        platform_fault(&format!("{mac}, {pure}"), ""),
        platform_fault(mac, "sdist = {name = \"a-1.tar.gz\"}"),
        platform_fault(mac, "marker = \"sys_platform == 'darwin'\""),
        platform_fault(
            &format!("{mac}, {{url = \"https://files.example/a?b\"}}"),
            "",
        ),
        platform_fault("{name = \"a\"}, {}", ""),
        platform_fault("", ""),
    ];
    assert_snapshot!(said.join("\n"), @"
    `the.lock:5`: `a` is locked for `macosx_11_0_arm64` only, so the lock is not one for this machine
    `the.lock:5`: `a` is locked for `win_amd64` only, so the lock is not one for this machine
    fits
    fits
    fits
    fits
    fits
    fits
    fits
    ");
}

#[test]
fn no_option_is_smuggled_in() {
    let package = |rest: &str| {
        format!("[metadata]\nlock-version = '2.1'\n[[package]]\ngroups = ['main']\n{rest}\n")
    };
    let mut faults = String::new();
    for rest in [
        "name = 'a --index-url'\nversion = '1'",
        "name = 'a'\nversion = \"1.0 --index-url https://evil.example\"",
        "name = 'a'\nversion = \"1.0\\n--index-url https://evil.example\"",
        "name = '-r'\nversion = '1'",
        "name = 'a'\nversion = '1'\nfiles = [{hash = 'sha256:aa --x'}]",
        "name = 'a'\nversion = '1'\nmarkers = \"os_name == 'x' --x\"",
        "name = 'a'\nversion = '1'\nmarkers = \"os_name == 'x --hash=y'\"",
        "name = 'a'\nversion = '1'\nsource = {type = 'url', url = \"https://a.example/ b\"}",
        "name = 'a'\nversion = '1'\nsource = {type = 'git', url = 'ext::sh', reference = 'a'}",
        "name = 'a'\nversion = '1'\nsource = {type = 'git', url = 'https://a.example', reference = '-a'}",
        "name = 'a'",
    ] {
        faults.push_str(&fault(LockKind::Poetry, &package(rest)));
        faults.push('\n');
    }
    assert_snapshot!(faults, @r#"
    `the.lock:5`: `a --index-url` is not the name of a distribution
    `the.lock:6`: `1.0 --index-url https://evil.example` is not a version of `a`
    `the.lock:6`: `1.0\n--index-url https://evil.example` is not a version of `a`
    `the.lock:5`: `-r` is not the name of a distribution
    `the.lock:7`: `sha256:aa --x` is not a hash of `a`
    `the.lock:7`: `os_name == 'x' --x` is not a marker
    `the.lock:7`: `os_name == 'x --hash=y'` is not a marker
    `the.lock:7`: `https://a.example/ b` is not an address that `a` can be installed from
    `the.lock:7`: `ext::sh@a` is not an address that `a` can be installed from
    `the.lock:7`: `https://a.example@-a` is not an address that `a` can be installed from
    `the.lock:3`: `version` is missing or is not a text
    "#);
}

#[test]
fn what_is_no_lock_says_where() {
    let faults = [
        fault(LockKind::Poetry, "[[package]]\nname ="),
        fault(LockKind::Poetry, "[metadata]\nlock-version = '3.0'"),
        fault(LockKind::Pdm, "[metadata]\nlock_version = '9'"),
        fault(LockKind::Pylock, "lock-version = '2.0'"),
        fault(LockKind::Pipfile, "{\n\"default\": {\n"),
        fault(LockKind::Pipfile, "{}"),
        fault(
            LockKind::Pipfile,
            "{\"default\": {\n\"a\": {\n\"version\": \">1\"}}}",
        ),
        fault(LockKind::Uv, ""),
        fault(LockKind::Pipfile, &"[".repeat(100_000)),
    ];
    assert_snapshot!(faults.join("\n"), @r#"
    `the.lock:2`: invalid TOML: string values must be quoted, expected literal string
    `the.lock:1`: the lock format `3.0` is not known
    `the.lock:1`: the lock format `9` is not known
    `the.lock:1`: the lock format `2.0` is not known
    `the.lock:3`: invalid JSON: EOF while parsing an object at line 3 column 0
    `the.lock:1`: `default` is missing or is not a table
    `the.lock:3`: `>1` is not a version of `a`
    `the.lock:1`: the lock is no foreign one and needs no import
    `the.lock:1`: invalid JSON: recursion limit exceeded at line 1 column 128
    "#);
    let deep = format!("a = {}", "[".repeat(100_000));
    assert!(fault(LockKind::Poetry, &deep).starts_with("`the.lock:1`: invalid TOML"));
    let dotted = format!("[{}a]", "a.".repeat(100_000));
    assert!(fault(LockKind::Poetry, &dotted).starts_with("`the.lock:1`: invalid TOML"));
}

/// Packages that all depend on each other, every edge with another condition.
#[test]
fn entangled_locks_come_to_an_end() {
    let mut lock = String::from("[metadata]\nlock-version = '2.0'\n");
    for package in 0..40 {
        let _ = writeln!(
            lock,
            "[[package]]\nname = 'p{package}'\nversion = '1'\n[package.dependencies]"
        );
        for other in 0..40 {
            let machine = (package * 7 + other) % 11;
            let release = (package + other * 3) % 13;
            let _ = writeln!(
                lock,
                "p{other} = {{version = '*', markers = \"platform_machine == 'm{machine}' or \
                 platform_release != 'r{release}' and platform_system == '{other}'\"}}"
            );
        }
    }
    let manifest = "[tool.poetry.dependencies]\np0 = '*'\n";
    let imported = imported_with(LockKind::Poetry, &lock, Some(manifest)).unwrap();
    assert_eq!(imported.text.lines().count(), 40);
}

/// Texts that are nearly locks, so that more than the parsers of TOML and JSON are reached.
fn lock_texts() -> impl Strategy<Value = String> {
    let name = "[a-c]{1,2}|[a-z -]{0,4}";
    let version = "[0-9]{1,2}(\\.[0-9]){0,2}|[0-9a-z .\\-\\\\n]{0,6}";
    let marker = "((python_version|os_name|extra|sys_platform) (==|<|>=|!=|in) '[0-9.a-c]{0,4}'( and | or )?){0,3}";
    let url = "https://[a-z./#;$ -]{0,8}|file:[a-z/]{0,4}|[./a-z -]{0,8}";
    let package = (name, version, marker, url, 0..6_usize, name).prop_map(
        |(name, version, marker, url, kind, other)| {
            let extra = match kind {
                0 => format!("source = {{type = 'git', url = '{url}', reference = '{version}'}}\ngit = '{url}'\nrevision = '{version}'"),
                1 => format!("source = {{type = 'directory', url = '{url}'}}\npath = '{url}'\neditable = true\ndevelop = true"),
                2 => format!("source = {{type = 'url', url = '{url}'}}\nurl = '{url}'\narchive = {{url = '{url}'}}"),
                3 => "groups = ['main']".to_owned(),
                4 => format!("dependencies = ['{other}>=1']"),
                _ => format!("dependencies = {{'{other}' = {{version = '*', markers = \"{marker}\"}}}}"),
            };
            let fields = format!(
                "name = '{name}'\nversion = \"{version}\"\nmarkers = \"{marker}\"\nmarker = \"{marker}\"\n{extra}\n"
            );
            format!("[[package]]\n{fields}[[packages]]\n{fields}")
        },
    );
    proptest::collection::vec(package, 0..6)
        .prop_map(|packages| format!("lock-version = '1.0'\n{}", packages.concat()))
}

/// Every line of what was imported is a requirement, a folder or a hash.
fn check_lines(imported: &Imported) {
    let lines = imported.text.lines().count();
    let hashes = imported.text.matches("    --hash=sha256:").count();
    let parsed = CompiledRequirements::parse(&imported.text);
    assert_eq!(
        parsed.requirements.len() + hashes,
        lines,
        "{}",
        imported.text
    );
    for line in imported.text.lines() {
        let is_option = line.trim_start().starts_with('-');
        let is_known = line.starts_with("    --hash=sha") || line.starts_with("-e .");
        assert!(!is_option || is_known, "{line}");
        assert!(
            !line.contains(" --") || line.starts_with("    --hash=sha"),
            "{line}"
        );
    }
    let markers = crate::markers::MarkerEnvironment::new(
        "linux-x86_64".parse().unwrap(),
        "cpython",
        "3.11.7",
    );
    parsed.evaluate("the.lock", &markers).unwrap();
}

const KINDS: [LockKind; 4] = [
    LockKind::Poetry,
    LockKind::Pdm,
    LockKind::Pipfile,
    LockKind::Pylock,
];

proptest! {
    #[test]
    fn odd_text_does_not_panic(text: String) {
        for kind in KINDS {
            let _ = imported_with(kind, &text, Some(&text));
        }
    }

    #[test]
    fn what_is_accepted_holds_requirements_only(text in lock_texts()) {
        for kind in KINDS {
            if let Ok(imported) = imported_with(kind, &text, None) {
                check_lines(&imported);
            }
        }
    }

    #[test]
    fn odd_categories_hold_requirements_only(
        name in "[a-c]|.{0,4}",
        value in "==1|[=><*]{0,2}[0-9. -]{0,4}",
        key in "version|path|file|git|markers|ref",
    ) {
        let lock = serde_json::json!({"default": {name: {key: value, "version": "==1"}}});
        if let Ok(imported) = imported_with(LockKind::Pipfile, &lock.to_string(), None) {
            check_lines(&imported);
        }
    }
}
