//! `dhtl deps check`.

use insta::assert_snapshot;

use crate::support::{World, files};

/// A library with one finding of each kind.
fn parcel_service() -> World {
    let world = World::without_uv();
    world
        .write(
            "pyproject.toml",
            r#"[project]
name = "parcel"
version = "1.0"
dependencies = [
    "requests",
    "toml",
    "pytest-mock",
]

[dependency-groups]
dev = ["pytest", "ruff"]

[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"
"#,
        )
        .write("src/parcel/__init__.py", "import requests\n")
        .write("src/parcel/labels.py", "import json\n\nimport yaml\n")
        .write("tests/test_parcel.py", "import pytest\n\nimport parcel\n");
    world
}

#[test]
fn every_finding_has_its_place_and_its_remedy() {
    let world = parcel_service();
    let before = files(&world.project());
    assert_snapshot!(world.dhtl(&["deps", "check"]).snapshot(), @"
    exit code: 1
    --- stdout
    Undeclared: imported, but not declared
    ✗ pyyaml (module `yaml`), needed by the project's packages
        imported at src/parcel/labels.py:3 (import)
        declare it with `uv add pyyaml`

    Misplaced: declared for the wrong part
    ✗ pytest-mock, needed by tests, documentation, examples or scripts
        declared at pyproject.toml:7 (pep621-dependencies)
        declare it with `uv add --group dev pytest-mock`, and remove it from `pyproject.toml:7`

    Unused: declared, but not used
    ✗ toml
        declared at pyproject.toml:6 (pep621-dependencies)
        remove it from `pyproject.toml:6`

    ✗ 6 dependencies declared, 3 findings
    --- stderr
    ");
    assert_eq!(files(&world.project()), before);
}

#[test]
fn json_has_the_same_findings() {
    let world = parcel_service();
    let document = world.dhtl(&["deps", "check", "--json"]).exits(1).json();
    let findings: Vec<_> = document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (
                one["kind"].as_str().unwrap(),
                one["distribution"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        findings,
        [
            ("undeclared", "pyyaml"),
            ("misplaced", "pytest-mock"),
            ("unused", "toml")
        ]
    );
    let place = document.pointer("/findings/0/evidence/0").unwrap();
    assert_eq!(place["path"], "src/parcel/labels.py");
    assert_eq!(place["line"], 3);
}

#[test]
fn what_is_ignored_is_said_and_no_reason_to_fail() {
    let world = parcel_service();
    let arguments = [
        "deps",
        "check",
        "--ignore",
        "yaml",
        "--ignore",
        "Pytest_Mock",
        "--ignore",
        "toml",
    ];
    assert_snapshot!(world.dhtl(&arguments).snapshot(), @"
    exit code: 0
    --- stdout
    Ignored: pytest-mock, pyyaml, toml
    ✓ 6 dependencies declared, nothing is amiss
    --- stderr
    ");
}

#[test]
fn a_broken_manifest_is_an_invalid_project() {
    let world = World::without_uv();
    world
        .write("pyproject.toml", "[project\n")
        .write("parcel.py", "import requests\n");
    let outcome = world.dhtl(&["deps", "check"]).exits(4);
    assert!(
        outcome
            .snapshot()
            .contains("`pyproject.toml:1` cannot be read")
    );
}

#[test]
fn a_folder_can_be_named_and_must_exist() {
    let world = parcel_service();
    world.write("tools/alone/a.py", "import idna\n");
    let named = world
        .dhtl(&["deps", "check", "tools/alone", "--root", "tools/alone"])
        .exits(1);
    assert!(named.snapshot().contains("idna"));
    world.dhtl(&["deps", "check", "nowhere"]).exits(2);
}
