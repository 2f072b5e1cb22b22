//! Source distributions as their authors published them, from archive to working environment.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{World, python};

/// The archive of the newest version of `name`, fetched unless a run before has done so.
pub(crate) fn sdist(world: &World, name: &str) -> PathBuf {
    let folder = World::shared("sdists").join(name);
    if let Some(archive) = archive_in(&folder) {
        return archive;
    }
    let parent = folder.parent().unwrap();
    fs::create_dir_all(parent).unwrap();
    let download = tempfile::tempdir_in(parent).unwrap();
    let options = [
        "-m",
        "pip",
        "download",
        "--no-deps",
        "--no-binary",
        name,
        name,
    ];
    world.run(python(), download.path(), &options).exits(0);
    // A test of the same name in another process may have been faster; both have the same.
    let _ = fs::rename(download.path(), &folder);
    archive_in(&folder).expect("pip has put an archive there")
}

fn archive_in(folder: &Path) -> Option<PathBuf> {
    let entries = fs::read_dir(folder)
        .ok()?
        .map(|entry| entry.unwrap().path());
    entries
        .into_iter()
        .find(|path| path.to_string_lossy().ends_with(".tar.gz"))
}

/// Insists that the archive of `name` ends in an environment in which `module` works.
#[track_caller]
fn check(name: &str, module: &str) {
    let world = World::new();
    let archive = sdist(&world, name);
    let args = [
        "setup-from",
        archive.to_str().unwrap(),
        "project",
        "--json",
        "--no-system",
    ];
    let outcome = world.dhtl(&args).exits(0);
    let unresolved = outcome
        .json()
        .pointer("/validation/closure/unresolved")
        .cloned()
        .unwrap();
    let required = unresolved
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["need"] == "required");
    assert_eq!(required.collect::<Vec<_>>(), [&serde_json::Value::Null; 0]);

    let folder = world.project().join("project");
    let import = format!("import {module}");
    // Isolated and from elsewhere, so that what lies in the current folder proves nothing.
    let run = world.run(
        folder.join(VENV_PYTHON),
        &world.home(),
        &["-I", "-c", &import],
    );
    assert_eq!(run.exit_code, Some(0), "{}", run.snapshot());
    world.dhtl_in(&folder, &["validate-env"]).exits(0);
}

const VENV_PYTHON: &str = if cfg!(windows) {
    ".venv/Scripts/python.exe"
} else {
    ".venv/bin/python"
};

#[test]
fn flask() {
    check("flask", "flask");
}

#[test]
fn requests() {
    check("requests", "requests");
}

#[test]
fn httpie() {
    check("httpie", "httpie");
}

#[test]
fn black() {
    check("black", "black");
}

#[test]
fn django() {
    check("django", "django");
}

#[test]
fn rich() {
    check("rich", "rich");
}

#[test]
fn celery() {
    check("celery", "celery");
}

#[test]
fn scrapy() {
    check("scrapy", "scrapy");
}

#[test]
fn pydantic_settings() {
    check("pydantic-settings", "pydantic_settings");
}

#[test]
fn sqlalchemy() {
    check("sqlalchemy", "sqlalchemy");
}
