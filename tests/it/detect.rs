//! `dhtl detect`.

use std::fs;

use insta::assert_snapshot;
use serde_json::Value;

use crate::support::{World, files, listing};

/// A small project that asks for something in every way that matters here.
fn service() -> World {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            r#"[project]
name = "service"
version = "1.0"
requires-python = ">=3.9"
dependencies = ["idna==3.7"]

[project.optional-dependencies]
yaml = ["pyyaml>=6"]

[dependency-groups]
dev = ["iniconfig"]
"#,
        )
        .write(".python-version", "3.11\n")
        .write(
            "src/service/__init__.py",
            "import idna\nimport yaml\nfrom . import settings\n",
        )
        .write(
            "src/service/settings.py",
            "import os\n\nTOKEN = os.environ[\"SERVICE_TOKEN\"]\n",
        )
        .write(
            "tests/test_service.py",
            "import iniconfig\nimport toml\n\nimport service\n",
        );
    world
}

#[test]
fn says_what_a_project_is_and_needs() {
    let world = service();
    let before = files(&world.project());
    assert_snapshot!(world.dhtl(&["detect"]).snapshot(), @"
    exit code: 0
    --- stdout
    service [WORLD]/project
    Languages: Python
    Python: ==3.11.*,>=3.9
    Declares: pyproject.toml runtime: 1 requirement
    Declares: pyproject.toml extra yaml: 1 requirement
    Declares: pyproject.toml group dev: 1 requirement
    Imports: 4 third-party packages
    ! Undeclared: toml (toml)
    Stack: .: Python 3.11, library
      Packages: pip
      Install: pip install .
    Environment variable: SERVICE_TOKEN (required)
    --- stderr
    ");
    assert_eq!(files(&world.project()), before);
}

#[test]
fn explain_names_the_file_line_and_rule_of_every_statement() {
    assert_snapshot!(service().dhtl(&["detect", "--explain"]).snapshot(), @"
    exit code: 0
    --- stdout
    service [WORLD]/project
        pyproject.toml:2 (project-name)
        pyproject.toml (root-nearest-manifest)
    Languages: Python
        pyproject.toml (language-manifest)
    Python: ==3.11.*,>=3.9
        ==3.11.* .python-version:1 (python-version-file)
        >=3.9 pyproject.toml:4 (pep621-requires-python)
    Declares: pyproject.toml runtime: 1 requirement
        idna==3.7 pyproject.toml:5 (pep621-dependencies)
    Declares: pyproject.toml extra yaml: 1 requirement
        pyyaml>=6 pyproject.toml:8 (pep621-optional-dependencies)
    Declares: pyproject.toml group dev: 1 requirement
        iniconfig pyproject.toml:11 (pep735-dependency-groups)
    Imports: 4 third-party packages
    ! Undeclared: toml (toml)
        tests/test_service.py:2 (undeclared-import)
    Stack: .: Python 3.11, library
        pyproject.toml (python-manifest)
        3.11 .python-version:1 (python-version-file)
        >=3.9 pyproject.toml:4 (pep621-requires-python)
      Packages: pip
        pyproject.toml (python-package)
      Install: pip install .
        pyproject.toml (python-package)
    Environment variable: SERVICE_TOKEN (required)
        src/service/settings.py:3 (os-environ)
    --- stderr
    ");
}

#[test]
fn json_has_everything() {
    let document = service().dhtl(&["detect", "--json"]).exits(0).json();
    let keys = |value: &Value| {
        value
            .as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_snapshot!(keys(&document), @"application deploy env_vars git language_packages languages name problems python root root_evidence stacks system_packages workspaces");
    assert_snapshot!(keys(&document["python"]), @"declarations exclusions import_roots imports installable interpreter interpreter_constraints locks sub_projects undeclared");
    assert_eq!(document["name"]["value"], "service");
    assert_eq!(
        document["python"]["declarations"][0]["requirements"][0]["evidence"]["line"],
        5
    );
    assert_eq!(
        document["python"]["interpreter"]["specifiers"],
        "==3.11.*,>=3.9"
    );
    assert_eq!(document["env_vars"][0]["name"], "SERVICE_TOKEN");
    assert_eq!(document["env_vars"][0]["required"], true);
}

#[test]
fn says_what_can_be_run_and_how_it_is_deployed() {
    let world = World::new();
    world
        .write("requirements.txt", "flask==3.0\ngunicorn\npsycopg2\n")
        .write("shop/__init__.py", "")
        .write(
            "shop/main.py",
            "from flask import Flask\n\napp = Flask(__name__)\n\n\n@app.route(\"/healthz\")\ndef health():\n    return \"\"\n",
        )
        .write("compose.yaml", "services:\n  db:\n    image: postgres:16\n")
        .write("worker/go.mod", "module example.example/worker\n\ngo 1.24\n")
        .write("worker/main.go", "package main\n\nfunc main() {}\n");
    assert_snapshot!(world.dhtl(&["detect"]).snapshot(), @"
    exit code: 0
    --- stdout
    project [WORLD]/project
    Languages: Python, Go
    Python: any
    Declares: requirements.txt runtime: 3 requirements
    Imports: 1 third-party package
    Stack: .: Python 3.13 by default, API, flask
      Packages: pip
      Install: pip install -r requirements.txt
      Start: gunicorn --bind 0.0.0.0:$PORT shop.main:app
      Loads: shop.main:app
      Port: 8000
      Health: /healthz
      Service: postgresql 16 (optional)
    Stack: worker: Go 1.24, worker
      Packages: go modules
      Install: go mod download
      Build: go build -o out
      Start: ./out
      Loads: .
    Application: .
    --- stderr
    ");
    let document = world.dhtl(&["detect", "--json"]).exits(0).json();
    assert_snapshot!(serde_json::to_string_pretty(&document["deploy"]).unwrap(), @r#"
    {
      "build_command": "pip install -r requirements.txt",
      "environment": {
        "PORT": "8000",
        "PYTHONUNBUFFERED": "1"
      },
      "install_path": "/app",
      "port": 8000,
      "start_command": "gunicorn --bind 0.0.0.0:$PORT shop.main:app",
      "type": "python"
    }
    "#);
    assert_eq!(document["stacks"][0]["services"][0]["kind"], "postgresql");
}

#[test]
fn a_language_that_is_only_detected_is_a_project_as_well() {
    let world = World::new();
    world.write("composer.json", r#"{"require": {"php": "^8.3"}}"#);
    world.write("public/index.php", "<?php echo 1;\n");
    let document = world.dhtl(&["detect", "--json"]).exits(0).json();
    assert_eq!(document["stacks"][0]["kind"], "php");
}

#[test]
fn a_folder_inside_the_project_leads_to_its_root() {
    let world = service();
    let below = world.project().join("src/service");
    let root = world.project().canonicalize().unwrap();
    let from_below = world.dhtl_in(&below, &["detect", "--json"]).exits(0);
    assert_eq!(from_below.text("/root"), root.to_str().unwrap());
    let named = world
        .dhtl_in(world.path(), &["detect", "project/src", "--json"])
        .exits(0);
    assert_eq!(named.text("/root"), from_below.text("/root"));
}

#[test]
fn root_wins_over_the_search() {
    let world = service();
    world.write("tools/check.py", "import yaml\n");
    let outcome = world
        .dhtl(&["detect", "--root", "tools", "--json"])
        .exits(0);
    assert!(
        outcome.text("/root").ends_with("tools"),
        "{}",
        outcome.stdout
    );
    assert_eq!(outcome.text("/root_evidence/rule"), "root-named");
    assert_eq!(
        outcome.json()["python"]["declarations"],
        Value::Array(Vec::new())
    );
}

#[test]
fn a_folder_without_a_project_is_an_error() {
    let world = World::new();
    world.write("notes.txt", "nothing to run\n");
    let before = listing(world.path());
    assert_snapshot!(world.dhtl(&["detect"]).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    error: no project in `[WORLD]/project` or in a folder above it

    hint: name the folder of a project with `--root <folder>`
    ");
    assert_snapshot!(world.dhtl(&["detect", "--json"]).exits(4).answer(), @r#"
    {
      "error": {
        "message": "no project in `[WORLD]/project` or in a folder above it",
        "causes": [],
        "hint": "name the folder of a project with `--root <folder>`",
        "exit_code": 4
      }
    }
    "#);
    assert_eq!(listing(world.path()), before);
}

#[test]
fn a_folder_that_does_not_exist_is_an_error() {
    let world = World::new();
    assert_snapshot!(world.dhtl(&["detect", "nowhere"]).snapshot(), @"
    exit code: 2
    --- stdout
    --- stderr
    error: `nowhere` is not a folder

    hint: check the path, and name a folder
    ");
    assert!(!world.has("nowhere"));
}

#[test]
fn nothing_of_the_project_is_run() {
    let world = World::new();
    world
        .write(
            "setup.py",
            "import pathlib\npathlib.Path('was-run').touch()\nraise SystemExit(1)\n",
        )
        .write(
            "demo.py",
            "import pathlib\npathlib.Path('was-run').touch()\n",
        )
        .write(
            "conftest.py",
            "import pathlib\npathlib.Path('was-run').touch()\n",
        );
    world.dhtl(&["detect"]).exits(0);
    assert_eq!(
        listing(&world.project()),
        ["conftest.py", "demo.py", "setup.py"]
    );
}

#[test]
fn broken_files_are_reported_and_the_rest_is_read() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n???\n")
        .write("good.py", "import idna\n")
        .write("bad.py", "def broken(:\n")
        .write("binary.py", [0xff, 0xfe, 0x00, 0x01]);
    fs::create_dir(world.project().join("folder.py")).unwrap();
    assert_snapshot!(world.dhtl(&["detect"]).snapshot(), @"
    exit code: 0
    --- stdout
    project [WORLD]/project
    Languages: Python
    Python: any
    Declares: requirements.txt runtime: 1 requirement
    Imports: 1 third-party package
    Stack: .: Python 3.13 by default, app
      Packages: pip
      Install: pip install -r requirements.txt
    ! `???` is no requirement: expected a name requirements.txt:2 (requirements-file)
    --- stderr
    ");
}

#[test]
fn a_manifest_that_cannot_be_read_is_not_the_same_as_no_project() {
    for (path, content) in [
        ("pom.xml", &b"<project>\n<artifactId>"[..]),
        ("mix.exs", b"defmodule\0"),
        ("composer.json", b"{\n  \"name\": }"),
        ("deno.json", b"{\n  \"tasks\": }"),
    ] {
        let world = World::new();
        world.write(path, content);
        world.dhtl(&["detect"]).exits(0).answers(path);
    }
}

/// `demo` is also what examples are called; here it is what the project consists of.
#[test]
fn a_package_that_is_called_as_its_project_is_no_example() {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            "[project]\nname = \"demo\"\nversion = \"1\"\n",
        )
        .write("demo/__init__.py", "import idna\n");
    let document = world.dhtl(&["detect", "--json"]).exits(0).json();
    assert_eq!(
        document.pointer("/python/imports/0/sites/0/class"),
        Some(&"package".into())
    );
}
