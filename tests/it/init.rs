//! `dhtl init`: adds what is missing, and nothing else.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;

use crate::real_sdists::sdist;
use crate::support::{World, files, python};

const PYPROJECT: &str = "\
# Ours.
[project]   # here
name = 'shop'
version = '1'
requires-python = '>=3.12'

[tool.ruff]
line-length = 99 # wide
";

fn shop() -> World {
    let world = World::new();
    world
        .write("pyproject.toml", PYPROJECT)
        .write("shop.py", "import os\n\nTOKEN = os.environ['SHOP_TOKEN']\n")
        .write("tests/test_shop.py", "import pytest\n");
    world
}

#[test]
fn a_project_gets_what_it_lacks_and_then_nothing() {
    let world = shop();
    assert_snapshot!(world.dhtl(&["init"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ .dhtconfig new: what dhtl is to know of the project
    ✓ .env.example new: the environment variables that the code reads
    ✓ .github/workflows/ci.yml new: what checks every change
    ✓ .gitignore new: what no commit is to hold
    ✓ .pre-commit-config.yaml new: what runs before every commit
    ✓ pyproject.toml added to: what tests import and nothing declares: pytest
        look at it with `git diff`, then record the environment with `dhtl setup`
    --- stderr
    ");
    let before = files(&world.project());
    assert_snapshot!(world.dhtl(&["init"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ Nothing is missing
    --- stderr
    ");
    assert_eq!(world.dhtl(&["init", "--dry-run"]).exits(0).stdout, "");
    assert_eq!(files(&world.project()), before);
    world.dhtl(&["config", "validate"]).exits(0);
}

#[test]
fn a_dry_run_prints_what_git_can_apply() {
    let world = shop();
    let before = files(&world.project());
    let diff = world.dhtl(&["init", "--dry-run"]).exits(0).stdout;
    assert_eq!(files(&world.project()), before);
    fs::write(world.path().join("init.diff"), diff).unwrap();
    world.git(&["apply", "--whitespace=nowarn", "../init.diff"]);
    let applied = files(&world.project());
    assert_ne!(applied, before);
    world.dhtl(&["init"]).exits(0).answers("Nothing is missing");
    assert_eq!(files(&world.project()), applied);
}

#[test]
fn the_edit_of_pyproject_keeps_comments_and_order() {
    let world = shop();
    world.dhtl(&["init"]).exits(0);
    let after = world.read("pyproject.toml");
    assert_eq!(
        after.replace("\n[dependency-groups]\ndev = [\"pytest\"]\n", ""),
        PYPROJECT
    );
    assert_ne!(after, PYPROJECT);
}

#[test]
fn what_is_there_is_replaced_by_force_only() {
    let world = shop();
    world.write(".gitignore", "mine\n");
    world.dhtl(&["init"]).exits(0);
    assert_eq!(world.read(".gitignore"), "mine\n");
    world
        .dhtl(&["init", "--force"])
        .exits(0)
        .answers(".gitignore");
    assert_ne!(world.read(".gitignore"), "mine\n");
    world
        .dhtl(&["init", "--force"])
        .exits(0)
        .answers("Nothing is missing");
}

#[test]
fn a_folder_without_a_project_is_none() {
    World::new().dhtl(&["init"]).exits(4).says("hint: ");
}

const TEN: [&str; 10] = [
    "black",
    "celery",
    "django",
    "flask",
    "httpie",
    "pydantic-settings",
    "requests",
    "rich",
    "scrapy",
    "sqlalchemy",
];

/// The project of the archive of `name`, in the folder of that name.
fn unpacked(world: &World, name: &str) -> std::path::PathBuf {
    let archive = sdist(world, name);
    let target = world.project().join(name);
    let args = [
        "-m",
        "tarfile",
        "-e",
        archive.to_str().unwrap(),
        target.to_str().unwrap(),
    ];
    world.run(python(), world.path(), &args).exits(0);
    fs::read_dir(&target)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path()
}

#[test]
fn ten_real_projects_get_new_files_only() {
    let world = World::new();
    for name in TEN {
        let folder = unpacked(&world, name);
        let before: BTreeMap<_, _> = files(&folder).into_iter().collect();
        world.dhtl_in(&folder, &["init"]).exits(0);
        let mut after: BTreeMap<_, _> = files(&folder).into_iter().collect();
        assert!(after.len() > before.len(), "{name}");
        for (path, text) in &before {
            assert_eq!(after.remove(path).as_ref(), Some(text), "{name}: {path:?}");
        }
        world.dhtl_in(&folder, &["config", "validate"]).exits(0);
        world
            .dhtl_in(&folder, &["init"])
            .exits(0)
            .answers("Nothing is missing");
        world.dhtl_in(&folder, &["detect"]).exits(0);
    }
}

/// What pytest finds in the project, in an environment of its own.
fn collected(world: &World, folder: &Path, with: &[&str]) -> Vec<String> {
    let uv = world
        .dhtl(&["tools", "--json"])
        .exits(0)
        .text("/tools/0/path");
    let mut args = vec![
        "run",
        "--quiet",
        "--no-project",
        "--with-editable",
        ".",
        "--with",
        "pytest",
    ];
    args.extend(with.iter().flat_map(|one| ["--with", one]));
    args.extend([
        "python",
        "-m",
        "pytest",
        "--collect-only",
        "--quiet",
        "-p",
        "no:cacheprovider",
    ]);
    let outcome = world.run(uv, folder, &args).exits(0);
    let tests = outcome.stdout.lines().filter(|line| line.contains("::"));
    tests.map(str::to_owned).collect()
}

#[test]
fn tests_are_collected_as_before() {
    let world = World::new();
    for (name, with) in [
        // Its tests use what later versions of pytest do not have.
        ("flask", &["pytest<9"][..]),
        (
            "requests",
            &["pytest-httpbin", "pytest-mock", "trustme", "pysocks"],
        ),
        (
            "httpie",
            &[
                "pytest-httpbin",
                "responses",
                "pytest-mock",
                "werkzeug<2.1.0",
                "flaky",
            ],
        ),
    ] {
        let folder = unpacked(&world, name);
        let before = collected(&world, &folder, with);
        assert!(!before.is_empty(), "{name}");
        world.dhtl_in(&folder, &["init"]).exits(0);
        assert_eq!(collected(&world, &folder, with), before, "{name}");
    }
}
