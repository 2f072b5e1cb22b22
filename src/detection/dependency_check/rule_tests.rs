//! Rules that real projects taught, one small project each.

use std::fs;

use insta::assert_snapshot;

use super::tests::{check_folder, findings};
use super::{Finding, FindingKind};

const BUILD: &str = "[build-system]\nrequires = ['hatchling']\n";

/// The kinds and names of the findings about a project of `files`, in one line.
fn names(files: &[(&str, &str)]) -> String {
    let shown = findings(files);
    let heads = shown.lines().map(|line| {
        let head = line.split([':', '(']).next().unwrap_or_default();
        head.split_whitespace()
            .take(2)
            .collect::<Vec<_>>()
            .join(" ")
    });
    heads.collect::<Vec<_>>().join(", ")
}

#[test]
fn an_example_that_depends_on_the_project_around_it_is_judged_by_its_own_manifest() {
    let root = format!(
        "[project]\nname = 'shop'\ndependencies = ['click', 'attrs']\n\
         [project.optional-dependencies]\nweb = ['werkzeug']\n{BUILD}"
    );
    let example =
        format!("[project]\nname = 'demo'\ndependencies = ['shop[web]', 'rich']\n{BUILD}");
    let files = [
        ("pyproject.toml", root.as_str()),
        ("shop/__init__.py", "import attr, click, werkzeug\n"),
        ("examples/demo/pyproject.toml", example.as_str()),
        (
            "examples/demo/demo/__init__.py",
            "import click, rich, shop, werkzeug\n",
        ),
        ("examples/demo/tests/test_demo.py", "import attr, demo\n"),
    ];
    assert_snapshot!(findings(&files), @r"
    Undeclared click for Runtime: examples/demo/demo/__init__.py:1 (import); declare it with `uv add click` in `examples/demo`
    ");
}

#[test]
fn a_part_that_does_not_depend_on_the_project_around_it_shares_its_declarations() {
    let root = format!("[project]\nname = 'shop'\ndependencies = ['click']\n{BUILD}");
    let part = format!("[project]\nname = 'part'\ndependencies = []\n{BUILD}");
    let files = [
        ("pyproject.toml", root.as_str()),
        ("shop/__init__.py", "import click\n"),
        ("parts/part/pyproject.toml", part.as_str()),
        ("parts/part/part/__init__.py", "import click\n"),
    ];
    assert_eq!(findings(&files), "");
}

#[test]
fn a_word_of_english_is_no_mention() {
    let manifest = "[project]\nname = 'shop'\n[dependency-groups]\ndev = ['mock', 'freezegun']\n";
    let prose = "Tests mock the clock, see unittest.mock. They use freezegun.\n";
    let files = [
        ("pyproject.toml", manifest),
        ("README.md", prose),
        ("shop.py", "import json\n"),
    ];
    assert_eq!(names(&files), "Unused mock");
    let run = [("Makefile", "check:\n\tmock run\n")];
    assert_eq!(names(&[&files[..], &run[..]].concat()), "");
}

#[test]
fn modules_are_mentioned_as_they_are_written() {
    let requirements = ("requirements.txt", "dnspython\n");
    let job = |text| (".github/workflows/ci.yml", text);
    let code = ("app.py", "import json\n");
    assert_eq!(
        names(&[requirements, code, job("- name: Look DNS up\n")]),
        "Unused dnspython"
    );
    assert_eq!(names(&[requirements, code, job("- run: dns x\n")]), "");
}

#[test]
fn strings_of_tests_count_wherever_tests_lie() {
    let manifest = "[project]\nname = 'shop'\n[dependency-groups]\ndev = ['duckdb']\n";
    let test = "import json\nURL = 'duckdb:///'\n";
    let files = [("pyproject.toml", manifest), ("tests/core/test_a.py", test)];
    assert_eq!(names(&files), "");
    assert_eq!(names(&files[..1]), "Unused duckdb");
}

#[test]
fn uploaders_and_hooks_must_be_run_where_jobs_and_hooks_are_shown() {
    let manifest =
        "[project]\nname = 'shop'\n[dependency-groups]\ndev = ['codecov', 'pyupgrade', 'twine']\n";
    let files = [
        ("pyproject.toml", manifest),
        ("shop.py", "import json\n"),
        (
            ".github/workflows/ci.yml",
            "steps:\n- uses: codecov/codecov-action@v4\n",
        ),
        (".pre-commit-config.yaml", "repos: []\n"),
    ];
    assert_eq!(names(&files), "Unused codecov, Unused pyupgrade");
    assert_eq!(names(&files[..2]), "");
    let mut run = files;
    run[2].1 = "steps:\n- run: codecov\n";
    run[3].1 = "repos:\n- id: pyupgrade\n";
    assert_eq!(names(&run), "");
}

#[test]
fn what_deptry_is_told_to_ignore_is_left_in_peace() {
    let declared = "[project]\nname = 'shop'\ndependencies = ['peewee', 'toml']\n";
    let ignored = "[tool.deptry.per_rule_ignores]\nDEP002 = ['peewee']\n\
                   [tool.deptry.package_module_name_map]\ntoml = 'toml'\n";
    let manifest = format!("{declared}{ignored}");
    let code = ("shop.py", "import json\n");
    assert_eq!(
        names(&[("pyproject.toml", declared), code]),
        "Unused peewee, Unused toml"
    );
    assert_eq!(
        names(&[("pyproject.toml", manifest.as_str()), code]),
        "Unused toml"
    );
}

#[test]
fn a_parser_is_used_unless_every_soup_names_another() {
    let requirements = ("requirements.txt", "beautifulsoup4\nlxml\n");
    let open = "from bs4 import BeautifulSoup\nBeautifulSoup(page)\n";
    let named = "from bs4 import BeautifulSoup\nBeautifulSoup(page, 'html.parser')\n";
    assert_eq!(names(&[requirements, ("app.py", open)]), "");
    assert_eq!(names(&[requirements, ("app.py", named)]), "Unused lxml");
}

#[test]
fn absence_that_callers_handle_is_no_finding() {
    let load = "def load():\n    import psutil\n";
    let handled = format!("{load}try:\n    load()\nexcept ImportError:\n    pass\n");
    assert_eq!(names(&[("app.py", handled.as_str())]), "");
    let bare = format!("{load}load()\n");
    assert_eq!(names(&[("app.py", bare.as_str())]), "Undeclared psutil");
}

#[test]
fn tests_bring_modules_of_their_own() {
    let files = [
        (
            "tests/test_a.py",
            "import tree\nimport no_such_module_here\n",
        ),
        ("tests/support/tree/__init__.py", ""),
    ];
    assert_eq!(names(&files), "");
    assert_eq!(names(&files[..1]), "Undeclared dm-tree");
}

#[test]
fn an_unknown_fork_may_provide_what_it_forked() {
    let code = ("app.py", "import statsd\n");
    assert_eq!(
        names(&[("requirements.txt", "statsd-tags-unheard\n"), code]),
        ""
    );
    let used = ("app.py", "import statsd, statsd_tags_unheard\n");
    assert_eq!(
        names(&[("requirements.txt", "statsd-tags-unheard\n"), used]),
        "Undeclared statsd"
    );
    assert_eq!(
        names(&[("requirements.txt", "unheard\n"), code]),
        "Undeclared statsd, Unused unheard"
    );
}

#[test]
fn scripts_and_hatch_declare_in_their_own_ways() {
    let script = "# /// script\n# dependencies = ['tomlkit']\n# ///\nimport requests, tomlkit\n";
    assert_eq!(
        names(&[("scripts/release.py", script)]),
        "Undeclared requests"
    );
    let test = ("tests/test_a.py", "import pytest\n");
    assert_eq!(names(&[test]), "Undeclared pytest");
    let hatch = ("hatch.toml", "[envs.hatch-test]\nparallel = true\n");
    assert_eq!(names(&[test, hatch]), "");
}

#[test]
fn lists_that_ignore_rules_hide_still_declare() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("docs/conf.py", b"import yaml\n");
    write("docs/requirements.txt", b"pyyaml\npeewee\n");
    write(".gitignore", b"build\n");
    let names = || {
        let check = check_folder(folder.path(), &[]).unwrap();
        let name = |one: &Finding| (one.kind, one.name().to_owned());
        check.findings.iter().map(name).collect::<Vec<_>>()
    };
    assert_eq!(names(), [(FindingKind::Unused, "peewee".to_owned())]);
    write(".gitignore", b"*.txt\n");
    assert_eq!(names(), []);
    fs::remove_file(folder.path().join("docs/requirements.txt")).unwrap();
    assert_eq!(names(), [(FindingKind::Undeclared, "pyyaml".to_owned())]);
}

#[test]
fn bytes_that_are_no_text_are_no_module() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("a.py"), b"import caf\xe9\nimport idna\n").unwrap();
    let check = check_folder(folder.path(), &[]).unwrap();
    let names: Vec<_> = check.findings.iter().map(Finding::name).collect();
    assert_eq!(names, ["idna"]);
}
