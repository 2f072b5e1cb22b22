//! Whole projects, checked.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use insta::assert_snapshot;
use proptest::prelude::*;

use super::*;

/// Checks a project of `files`, without findings about `ignored`.
fn checked(
    files: &[(&str, &str)],
    ignored: &[&str],
) -> Result<DependencyCheck, DependencyCheckError> {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    check_folder(folder.path(), ignored)
}

pub(super) fn check_folder(
    folder: &Path,
    ignored: &[&str],
) -> Result<DependencyCheck, DependencyCheckError> {
    let ignored: Vec<String> = ignored.iter().map(|name| (*name).to_owned()).collect();
    check_dependencies(&DependencyCheckRequest {
        detect: DetectRequest {
            start: folder,
            root: Some(folder),
            config_python: None,
        },
        ignored: &ignored,
    })
}

/// The findings about a project of `files`, one line each.
pub(super) fn findings(files: &[(&str, &str)]) -> String {
    let mut shown = String::new();
    for finding in checked(files, &[]).unwrap().findings {
        let first = finding.evidence.first().or(finding.declarations.first());
        let place = first.map(ToString::to_string).unwrap_or_default();
        let part = finding
            .needed_by
            .map(|part| format!(" for {part:?}"))
            .unwrap_or_default();
        let (kind, name) = (finding.kind, finding.name());
        writeln!(shown, "{kind:?} {name}{part}: {place}; {}", finding.remedy).unwrap();
    }
    shown
}

const LIBRARY: &str = "\
[project]
name = 'shop'
dependencies = ['flask', 'pytest-mock', 'attrs', 'pillow']
[project.optional-dependencies]
cache = ['redis', 'pylibmc']
[dependency-groups]
dev = ['pytest', 'responses', 'ruff', 'sqlalchemy', 'freezegun']
[build-system]
requires = ['hatchling']
build-backend = 'hatchling.build'
";

#[test]
fn every_kind_of_finding_has_its_place_and_its_remedy() {
    let files = [
        ("pyproject.toml", LIBRARY),
        (
            "shop/__init__.py",
            "import flask\nimport requests\nimport sqlalchemy\nimport redis\n",
        ),
        (
            "tests/test_shop.py",
            "import attr\nimport pytest\nimport responses\nimport yaml\n",
        ),
    ];
    assert_snapshot!(findings(&files), @r"
    Undeclared pyyaml for Development: tests/test_shop.py:4 (import); declare it with `uv add --group dev pyyaml`
    Undeclared requests for Runtime: shop/__init__.py:2 (import); declare it with `uv add requests`
    Misplaced attrs for Development: tests/test_shop.py:1 (import); declare it with `uv add --group dev attrs`, and remove it from `pyproject.toml:3`
    Misplaced pytest-mock for Development: pyproject.toml:3 (pep621-dependencies); declare it with `uv add --group dev pytest-mock`, and remove it from `pyproject.toml:3`
    Misplaced sqlalchemy for Runtime: shop/__init__.py:3 (import); declare it with `uv add sqlalchemy`: only development has it now
    Unused freezegun: pyproject.toml:7 (pep735-dependency-groups); remove it from `pyproject.toml:7`
    Unused pillow: pyproject.toml:3 (pep621-dependencies); remove it from `pyproject.toml:3`
    Unused pylibmc: pyproject.toml:5 (pep621-optional-dependencies); remove it from `pyproject.toml:5`
    ");
}

#[test]
fn what_need_not_be_there_is_no_finding() {
    let code = "\
try:
    import ujson
except ImportError:
    import json
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    import pandas
import sys
if sys.platform == 'win32':
    import win32api
if sys.version_info < (3,):
    import urllib2
    import six
import utils
try:
    import redis
except ImportError:
    redis = None
def cache():
    import redis.client
";
    let pyproject = "[project]\nname = 'shop'\ndependencies = []\n";
    let files = [("pyproject.toml", pyproject), ("shop/__init__.py", code)];
    assert_eq!(findings(&files), "");
}

#[test]
fn names_in_strings_and_settings_are_uses() {
    let requirements = "\
django
django-environ-nowhere
psycopg2
gunicorn
whitenoise
crispy-forms-unheard
asyncpg
kombu
eventlet
";
    let files = [
        ("requirements.txt", requirements),
        (
            "site/settings.py",
            "import django\nINSTALLED_APPS = ['crispy_forms_unheard']\n\
             URL = 'postgresql+asyncpg://db'\n# kombu is great\n",
        ),
        ("Procfile", "worker: celery --pool eventlet\n"),
    ];
    assert_snapshot!(findings(&files), @r"
    Unused django-environ-nowhere: requirements.txt:2 (requirements-file); remove it from `requirements.txt:2`
    Unused kombu: requirements.txt:8 (requirements-file); remove it from `requirements.txt:8`
    ");
}

#[test]
fn an_unknown_distribution_is_only_unused_when_every_import_is_explained() {
    let requirements = ("requirements.txt", "flask\nacme-unheard-of\n");
    let explained = [requirements, ("app.py", "import flask\n")];
    assert_snapshot!(findings(&explained), @r"
    Unused acme-unheard-of: requirements.txt:2 (requirements-file); remove it from `requirements.txt:2`
    ");
    let open = [
        requirements,
        ("app.py", "import flask\nimport nobody_knows_me\n"),
    ];
    assert_snapshot!(findings(&open), @r"
    Undeclared nobody_knows_me for Runtime: app.py:2 (import); declare the distribution that provides `nobody_knows_me`; its name is not known here
    ");
    let relative = [
        ("requirements.txt", "python-unheardof\n"),
        ("app.py", "import unheardof\n"),
    ];
    assert_eq!(findings(&relative), "");
}

#[test]
fn projects_within_a_project_have_their_own_declarations_and_those_around_them() {
    let files = [
        (
            "pyproject.toml",
            "[project]\nname = 'root'\ndependencies = ['attrs']\n",
        ),
        ("root/__init__.py", "import attr\n"),
        (
            "packages/a/pyproject.toml",
            "[project]\nname = 'a'\ndependencies = ['flask']\n[build-system]\nrequires = ['hatchling']\n",
        ),
        ("packages/a/a/__init__.py", "import attr, flask, requests\n"),
        (
            "packages/b/pyproject.toml",
            "[project]\nname = 'b'\ndependencies = []\n[build-system]\nrequires = ['hatchling']\n",
        ),
        ("packages/b/b/__init__.py", "import a\nimport flask\n"),
    ];
    assert_snapshot!(findings(&files), @r"
    Undeclared flask for Runtime: packages/b/b/__init__.py:2 (import); declare it with `uv add flask` in `packages/b`
    Undeclared requests for Runtime: packages/a/a/__init__.py:1 (import); declare it with `uv add requests` in `packages/a`
    ");
}

#[test]
fn a_module_that_a_test_writes_is_no_dependency() {
    let test = "\
def test_it(tmp_path):
    (tmp_path / 'made_up_here.py').touch()
    import made_up_here
    import made_up_there
";
    let files = [("tests/test_it.py", test)];
    let check = checked(&files, &[]).unwrap();
    let names: Vec<_> = check.findings.iter().map(Finding::name).collect();
    assert_eq!(names, ["made_up_there"]);
}

#[test]
fn a_plugin_module_finds_its_host() {
    let pyproject = "\
[project]
name = 'shop'
dependencies = []
[dependency-groups]
dev = ['pytest', 'sphinx']
[build-system]
requires = ['hatchling']
";
    let files = [
        ("pyproject.toml", pyproject),
        ("shop/__init__.py", "from shop import core\n"),
        ("shop/core.py", "import pytest\n"),
        ("shop/ext.py", "import sphinx\n"),
    ];
    assert_snapshot!(findings(&files), @r"
    Misplaced pytest for Runtime: shop/core.py:1 (import); declare it with `uv add pytest`: only development has it now
    ");
}

#[test]
fn compiled_lists_are_read_at_their_source() {
    let compiled = "\
# This file is autogenerated by pip-compile
flask==3.0
    # via -r requirements.in
werkzeug==3.0
    # via flask
markupsafe==2.1
    # via werkzeug
";
    let files = [
        ("requirements.in", "flask\npeewee\n"),
        ("requirements.txt", compiled),
        ("app.py", "import flask\nimport werkzeug\n"),
    ];
    assert_snapshot!(findings(&files), @r"
    Undeclared werkzeug for Runtime: app.py:2 (import); add `werkzeug` to `requirements.in`
    Unused peewee: requirements.in:2 (requirements-file); remove it from `requirements.in:2`
    ");
}

#[test]
fn what_cannot_be_read_is_never_blamed() {
    let setup = "\
from setuptools import setup
import secrets
setup(name='shop', install_requires=secrets.choice([['a'], ['b']]))
";
    let files = [
        ("setup.py", setup),
        ("shop/__init__.py", "import requests\n"),
    ];
    let check = checked(&files, &[]).unwrap();
    assert_eq!(check.findings, []);
    assert_eq!(check.unread.len(), 1);
}

#[test]
fn ignored_names_are_no_findings_and_are_listed() {
    let files = [("app.py", "import requests\nimport yaml\n")];
    let check = checked(&files, &["PyYAML", "unknown"]).unwrap();
    assert_eq!(check.ignored, ["pyyaml"]);
    let names: Vec<_> = check.findings.iter().map(Finding::name).collect();
    assert_eq!(names, ["requests"]);
}

#[test]
fn a_broken_manifest_and_other_languages_are_errors() {
    use dhtl_project_model::{Diagnostic as _, ExitCode};

    let error = checked(&[("pyproject.toml", "[project\n"), ("a.py", "")], &[]).unwrap_err();
    assert!(matches!(error, DependencyCheckError::BrokenManifest { .. }));
    assert_eq!(error.exit_code(), ExitCode::Invalid);
    assert!(
        error.to_string().starts_with("`pyproject.toml:1`"),
        "{error}"
    );
    let error = checked(&[("package.json", "{}"), ("index.js", "")], &[]).unwrap_err();
    assert!(matches!(error, DependencyCheckError::NoPython { .. }));
    assert!(error.hint().is_some());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn odd_files_never_panic(
        manifest in "[a-z\\[\\]='\", \n.#-]{0,60}",
        code in "(import |from |[a-z.]{1,3}|\n|    |if |try:|\"){0,30}",
        bytes in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("setup.cfg"), &manifest).unwrap();
        fs::write(folder.path().join("requirements.txt"), &manifest).unwrap();
        fs::write(folder.path().join("a.py"), &code).unwrap();
        fs::write(folder.path().join("b.py"), &bytes).unwrap();
        fs::write(folder.path().join("tox.ini"), &bytes).unwrap();
        let _ = check_folder(folder.path(), &[]);
    }
}
