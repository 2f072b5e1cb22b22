//! `dhtl new`: what it makes works at once, without an edit.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use insta::assert_snapshot;

use crate::support::{Outcome, World, listing, python};

/// A project that was made just now.
struct Made {
    world: World,
    folder: PathBuf,
    uv: PathBuf,
}

impl Made {
    fn uv(&self, args: &[&str]) -> Outcome {
        self.world.run(&self.uv, &self.folder, args)
    }

    /// A program of the project's environment.
    fn program(&self, name: &str) -> PathBuf {
        let bin = if cfg!(windows) { "Scripts" } else { "bin" };
        self.folder.join(".venv").join(bin).join(name)
    }
}

/// The minor version of the interpreter that the tests have: 3.11 on the machine they were written on.
fn python_minor(world: &World) -> String {
    let script = "import sys; print('%d.%d' % sys.version_info[:2])";
    let outcome = world.run(python(), world.path(), &["-c", script]).exits(0);
    outcome.stdout.trim().to_owned()
}

/// Makes a project of the type `kind`, and insists on all that is said of every new project.
#[track_caller]
fn check(kind: &str) -> Made {
    let world = World::new();
    let name = format!("my-{kind}");
    let minor = python_minor(&world);
    let args = [
        "new",
        &name,
        "--type",
        kind,
        "--python",
        &minor,
        "--ci",
        "github,gitlab",
    ];
    world.dhtl(&args).exits(0).answers("First commit made");
    let uv = PathBuf::from(
        world
            .dhtl(&["tools", "--json"])
            .exits(0)
            .text("/tools/0/path"),
    );
    let folder = world.project().join(&name);
    let made = Made { world, folder, uv };
    let (world, folder) = (&made.world, &made.folder);

    assert_eq!(world.git_in(folder, &["status", "--porcelain"]), "");
    world
        .dhtl_in(folder, &["validate-env"])
        .exits(0)
        .answers("MATCH");
    world.dhtl_in(folder, &["deps", "check"]).exits(0);
    let package = format!("src/{}", name.replace('-', "_"));
    for command in [
        &["run", "--no-sync", "ruff", "check"][..],
        &["run", "--no-sync", "ruff", "format", "--check"],
        &["run", "--no-sync", "mypy", "--strict", &package],
        &["run", "--no-sync", "mypy"],
        &["run", "--no-sync", "pytest", "--cov", "--quiet"],
        &["build", "--quiet"],
    ] {
        made.uv(command).exits(0);
    }
    assert_eq!(
        fs::read_dir(folder.join("dist")).unwrap().count(),
        3,
        "two archives, and what ignores them"
    );
    check_schemas(&made);
    assert_eq!(world.git_in(folder, &["status", "--porcelain"]), "");
    made
}

/// The schemas of both services are part of `check-jsonschema`.
#[track_caller]
fn check_schemas(made: &Made) {
    let tool = [
        "tool",
        "run",
        "--quiet",
        "check-jsonschema",
        "--builtin-schema",
    ];
    let with = |rest: &[&str]| made.uv(&[&tool[..], rest].concat());
    let workflows = made.folder.join(".github/workflows");
    for entry in fs::read_dir(workflows).unwrap() {
        let path = entry.unwrap().path();
        with(&["vendor.github-workflows", path.to_str().unwrap()]).exits(0);
    }
    let pipeline = [
        "vendor.gitlab-ci",
        "--data-transform",
        "gitlab-ci",
        ".gitlab-ci.yml",
    ];
    with(&pipeline).exits(0);
}

#[test]
fn a_library_works_and_can_be_published() {
    let made = check("library");
    let workflow = fs::read_to_string(made.folder.join(".github/workflows/publish.yml")).unwrap();
    assert!(workflow.contains("id-token: write"), "{workflow}");
    let script =
        "import zipfile, glob; print(zipfile.ZipFile(glob.glob('dist/*.whl')[0]).namelist())";
    let names = made
        .world
        .run(python(), &made.folder, &["-c", script])
        .exits(0)
        .stdout;
    assert!(
        names.contains("my_library/py.typed") && names.contains("licenses/LICENSE"),
        "{names}"
    );
}

#[test]
fn an_app_runs() {
    let made = check("app");
    let run = made
        .world
        .run(made.program("my-app"), &made.folder, &[])
        .exits(0);
    assert_eq!(run.stdout.trim(), "Everything is in place.");
    made.uv(&["run", "--no-sync", "python", "-m", "my_app"])
        .exits(0);
    let example = fs::read_to_string(made.folder.join(".env.example")).unwrap();
    assert!(example.contains("# MY_APP_LOG_LEVEL="), "{example}");
}

#[test]
fn a_cli_is_a_command() {
    let made = check("cli");
    let program = made.program("my-cli");
    let run = made
        .world
        .run(&program, &made.folder, &["count", "LICENSE"])
        .exits(0);
    assert!(run.stdout.contains(" lines, "), "{}", run.stdout);
    made.world
        .run(&program, &made.folder, &["count", "nowhere"])
        .exits(2);
    let version = made
        .world
        .run(&program, &made.folder, &["--version"])
        .exits(0);
    assert_eq!(version.stdout.trim(), "my-cli 0.1.0");
}

/// Ends with the test.
struct Service(Child);

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn an_api_answers() {
    let made = check("api");
    let port = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port();
    let mut command = made.world.command(made.program("my-api"), &made.folder);
    let _service = Service(
        command
            .env("MY_API_PORT", port.to_string())
            .spawn()
            .unwrap(),
    );
    let begin = Instant::now();
    let mut stream = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) if begin.elapsed() > Duration::from_mins(1) => panic!("no answer: {error}"),
            Err(_) => std::thread::sleep(Duration::from_millis(50)),
        }
    };
    stream
        .write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert!(
        answer.ends_with(r#"{"status":"ok","version":"0.1.0"}"#),
        "{answer}"
    );
}

#[test]
fn a_notebook_of_data_science_runs() {
    let made = check("data-science");
    made.uv(&["run", "--no-sync", "my-data-science"])
        .exits(0)
        .answers("north");
    made.uv(&[
        "run",
        "--no-sync",
        "jupyter",
        "execute",
        "notebooks/explore.ipynb",
    ])
    .exits(0);
    // What the pipeline makes is not for the repository.
    assert_eq!(
        made.world.git_in(&made.folder, &["status", "--porcelain"]),
        ""
    );
}

/// Names are in imports, messages and variables, and no formatter may find a line too long for them.
#[test]
fn the_longest_name_fits_in_every_line() {
    let world = World::new();
    let uv = world
        .dhtl(&["tools", "--json"])
        .exits(0)
        .text("/tools/0/path");
    let name = format!("a{}z", "-bc".repeat(20)) + "de";
    assert_eq!(name.len(), 64);
    for kind in ["library", "app", "cli", "api", "data-science"] {
        files_only(&world, &[&name, "--type", kind, "--into", kind]).exits(0);
        let folder = world.project().join(kind);
        for rest in [&["check"][..], &["format", "--check"]] {
            let args = [&["tool", "run", "--quiet", "ruff"], rest].concat();
            world.run(&uv, &folder, &args).exits(0);
        }
    }
}

/// As `check`, but the files only.
fn files_only(world: &World, args: &[&str]) -> Outcome {
    world.dhtl(&[&["new", "--no-setup"], args].concat())
}

#[test]
fn the_answer_says_what_was_made() {
    let world = World::new();
    assert_snapshot!(files_only(&world, &["shop", "--type", "library"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ shop made in [WORLD]/project/shop: library, 13 files
    ✓ First commit made
    ! uv is not on PATH, and the hooks of the project need it there
        add [DHTL_HOME]/bin/uv-0.13.8 to PATH
        go on with `cd shop` and `dhtl setup`
    --- stderr
    ");
    assert_eq!(
        world.git_in(&world.project().join("shop"), &["log", "--format=%an %s"]),
        "Ada Begin\n"
    );
}

#[test]
fn names_that_cannot_be_are_refused_and_leave_nothing() {
    let world = World::new();
    for name in [
        "",
        " ",
        ".",
        "..",
        "../shop",
        "/tmp/shop",
        "a/b",
        "a\\b",
        "-shop",
        "shop-",
        "Käse",
        "a b",
        "1st",
        "class",
        "None",
        "test",
        "email",
        "json",
        "tests",
        "con",
        "shop\n",
        "shop;rm -rf",
        "$(touch x)",
        &"x".repeat(300),
    ] {
        let outcome = world
            .dhtl(&["new", "--type", "app", "--no-setup", "--", name])
            .exits(2);
        outcome.says("error: ").says("hint: ");
        assert_eq!(listing(&world.project()), [""; 0], "{name:?}");
    }
    let outcome = files_only(&world, &["pytest", "--type", "library"]).exits(2);
    outcome.says("the project would depend on `pytest`");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn without_a_type_nobody_is_asked_in_a_script() {
    assert_snapshot!(World::new().dhtl(&["new", "shop"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    error: what kind of project is it to be?

    hint: say it with `--type`: api, app, cli, data-science, library
    ");
    assert_snapshot!(World::new().dhtl(&["new", "shop", "--type", "game"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    error: there is no template `game`

    hint: choose one of api, app, cli, data-science, library; see `dhtl templates list`
    ");
}

#[test]
fn nothing_of_the_user_is_overwritten() {
    let world = World::new();
    world.write("shop/mine", "mine");
    assert_snapshot!(files_only(&world, &["shop", "--type", "app"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    error: `[WORLD]/project/shop` already exists and is not an empty folder

    hint: name another folder with `--into`, or add to the project with `dhtl init`
    ");
    assert_eq!(listing(&world.project()), ["shop/", "shop/mine"]);
}

#[test]
fn an_environment_that_cannot_be_made_leaves_nothing() {
    let world = World::new();
    let empty = world.path().join("empty-cache");
    let world = world
        .set("UV_CACHE_DIR", empty)
        .set("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
        .set("UV_HTTP_RETRIES", "0")
        .unset("UV_INDEX")
        .unset("UV_INDEX_URL")
        .unset("UV_EXTRA_INDEX_URL")
        .unset("UV_FIND_LINKS")
        .unset("PIP_FIND_LINKS");
    let outcome = world.dhtl(&["new", "shop", "--type", "library"]);
    assert_ne!(outcome.exit_code, Some(0));
    outcome.says("nothing was left behind; `--no-setup`");
    assert_eq!(listing(&world.project()), [""; 0]);
}

#[test]
fn what_is_in_the_cache_is_enough() {
    let world = World::new();
    world.dhtl(&["new", "one", "--type", "library"]).exits(0);
    let world = world.set("UV_OFFLINE", "1");
    world.dhtl(&["new", "two", "--type", "library"]).exits(0);
    assert!(world.has("two/.venv") && world.has("two/uv.lock"));
}

#[test]
fn without_a_name_for_git_there_is_no_commit() {
    let world = ["AUTHOR", "COMMITTER"]
        .iter()
        .fold(World::new(), |world, who| {
            world
                .unset(&format!("GIT_{who}_NAME"))
                .unset(&format!("GIT_{who}_EMAIL"))
        });
    let outcome = files_only(&world, &["shop", "--type", "app"]).exits(0);
    outcome.answers("No commit: git does not know who you are");
    assert!(world.has("shop/.git") && !world.read("shop/pyproject.toml").contains("authors"));
}

#[test]
fn a_commit_that_git_refuses_is_no_failure() {
    let world = World::new();
    let settings = "[commit]\n\tgpgSign = true\n[gpg]\n\tprogram = no-such-program\n";
    fs::write(world.home().join(".gitconfig"), settings).unwrap();
    files_only(&world, &["shop", "--type", "app"])
        .exits(0)
        .answers("No commit: ");
    assert!(world.has("shop/pyproject.toml"));
}

#[test]
fn without_git_there_is_no_repository() {
    let world = World::new();
    let empty = world.path().join("empty");
    fs::create_dir(&empty).unwrap();
    let world = world.set("PATH", &empty);
    files_only(&world, &["shop", "--type", "app"])
        .exits(0)
        .answers("No repository: git was not found on PATH");
    assert!(world.has("shop/pyproject.toml") && !world.has("shop/.git"));
}

#[test]
fn within_a_repository_it_becomes_a_part_of_it() {
    let world = World::new();
    world.git(&["init", "--quiet"]);
    files_only(&world, &["shop", "--type", "app"])
        .exits(0)
        .answers("Part of the repository around it");
    assert!(!world.has("shop/.git"));
    files_only(&world, &["bar", "--type", "app", "--no-git"]).exits(0);
    assert!(!world.has("bar/.git"));
}

#[test]
fn what_was_said_is_what_is_written() {
    let world = World::new();
    let args = [
        "shop",
        "--type",
        "library",
        "--into",
        "here",
        "--license",
        "apache-2.0",
        "--author",
        "Eve \"E\" <eve@mail.example>",
        "--description",
        "Sells \"bread\" \\ & more",
        "--ci",
        "none",
        "--python",
        "3.13.1",
    ];
    files_only(&world, &args).exits(0);
    let script = "import json, sys, tomllib; print(json.dumps(tomllib.load(open('here/pyproject.toml', 'rb'))))";
    let outcome = world
        .run(python(), &world.project(), &["-c", script])
        .exits(0);
    assert_eq!(
        outcome.text("/project/description"),
        "Sells \"bread\" \\ & more"
    );
    assert_eq!(outcome.text("/project/authors/0/name"), "Eve \"E\"");
    assert_eq!(outcome.text("/project/license"), "Apache-2.0");
    assert_eq!(outcome.text("/project/requires-python"), ">=3.13");
    assert_eq!(world.read("here/.python-version"), "3.13.1\n");
    assert!(world.read("here/LICENSE").contains("Apache License"));
    assert!(!world.has("here/.github") && !world.has("here/.gitlab-ci.yml"));
}

#[test]
fn every_licence_has_its_text() {
    let world = World::new();
    for (license, part) in [
        ("MIT", "Permission is hereby granted, free of charge"),
        ("Apache-2.0", "Version 2.0, January 2004"),
        ("BSD-3-Clause", "Neither the name of the copyright holder"),
        ("GPL-3.0-or-later", "GNU GENERAL PUBLIC LICENSE"),
        ("GPL-3.0-only", "GNU GENERAL PUBLIC LICENSE"),
        ("MPL-2.0", "Mozilla Public License Version 2.0"),
        ("Unlicense", "released into the public domain"),
    ] {
        let name = format!("p-{}", license.to_lowercase());
        files_only(&world, &[&name, "--type", "library", "--license", license]).exits(0);
        let text = world.read(&format!("{name}/LICENSE"));
        assert!(
            text.contains(part) && !text.contains("{{"),
            "{license}: {text}"
        );
    }
    files_only(
        &world,
        &["closed", "--type", "library", "--license", "none"],
    )
    .exits(0);
    assert!(!world.has("closed/LICENSE") && !world.has("closed/.github/workflows/publish.yml"));
    assert!(
        world
            .read("closed/pyproject.toml")
            .contains("Private :: Do Not Upload")
    );
}

/// A template with one file, in the folder `template` beside the project.
fn template(world: &World, path: &str, text: &str) -> String {
    let folder = world.path().join("template");
    let file = folder.join(path);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, text).unwrap();
    fs::write(folder.join("template.toml"), "description = 'Mine'\n").unwrap();
    folder.to_str().unwrap().to_owned()
}

#[test]
fn a_template_of_the_users_own_is_a_folder_or_a_repository() {
    let world = World::new();
    let folder = template(&world, "{{package}}.py.j2", "NAME = {{ name | quoted }}\n");
    files_only(&world, &["one", "--template", &folder]).exits(0);
    assert_eq!(world.read("one/one.py"), "NAME = \"one\"\n");

    let path = Path::new(&folder);
    world.git_in(path, &["init", "--quiet"]);
    world.git_in(path, &["add", "."]);
    world.git_in(path, &["commit", "--quiet", "--message", "Begin"]);
    files_only(&world, &["two", "--template", &format!("file://{folder}")]).exits(0);
    assert_eq!(world.read("two/two.py"), "NAME = \"two\"\n");
    files_only(&world, &["three", "--template", "--upload-pack=touch x"]).exits(2);
    assert!(!world.has("three") && !world.has("x"));
}

#[test]
fn a_hostile_template_is_refused_and_leaves_nothing() {
    for (path, text) in [
        ("{{ '..' }}{{ '/..' }}/x", ""),
        ("{{ '/tmp/x' }}", ""),
        ("{{ '.git' }}/hooks/post-commit", "#!/bin/sh\ntouch run\n"),
        (
            "a.j2",
            "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        ),
        ("a.j2", "{{ 'x' * 90000000 }}"),
        ("a.j2", "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"),
        ("a.j2", "{% include '/etc/passwd' %}"),
        ("a.j2", "{{ name.__class__.__mro__ }}"),
    ] {
        let world = World::new();
        let folder = template(&world, path, text);
        files_only(&world, &["shop", "--template", &folder])
            .exits(4)
            .says("hint: ");
        assert_eq!(listing(&world.project()), [""; 0], "{path}");
        assert_eq!(fs::read_dir(world.path()).unwrap().count(), 3, "{path}");
    }
}

#[cfg(unix)]
#[test]
fn a_template_with_a_link_or_a_pipe_is_refused() {
    let world = World::new();
    let folder = template(&world, "a", "");
    std::os::unix::fs::symlink("/etc/passwd", Path::new(&folder).join("b")).unwrap();
    files_only(&world, &["shop", "--template", &folder])
        .exits(4)
        .says("is a link");
    assert_eq!(listing(&world.project()), [""; 0]);
}
