//! Plans for small projects.

use std::fs;

use dhtl_detection::{DetectRequest, detect};
use proptest::prelude::*;

use super::*;
use crate::templates::{Catalogue, TemplateFile};

/// The real templates: what is proposed is what users get.
fn catalogue() -> Catalogue {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../templates");
    let base = crate::Template::read("base", &std::path::Path::new(folder).join("base")).unwrap();
    let manifest = fs::read(format!("{folder}/base/template.toml")).unwrap();
    let manifest = [("template.toml".to_owned(), manifest)];
    let files = base.files.into_iter().chain(manifest);
    Catalogue::built_in(files.map(|(path, bytes)| TemplateFile {
        path: format!("base/{path}"),
        bytes,
    }))
}

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn plan(folder: &tempfile::TempDir, existing: Existing) -> InitPlan {
    let project = detect(&DetectRequest {
        start: folder.path(),
        root: Some(folder.path()),
        config_python: None,
    })
    .unwrap();
    plan_init(&InitRequest {
        project: &project,
        stacks: &dhtl_project_model::stack::Survey::default(),
        catalogue: &catalogue(),
        ci: None,
        existing,
        env_example: None,
    })
    .unwrap()
}

fn paths(plan: &InitPlan) -> Vec<&str> {
    plan.changes
        .iter()
        .map(|change| change.path.as_str())
        .collect()
}

#[track_caller]
fn text<'a>(plan: &'a InitPlan, path: &str) -> &'a str {
    let change = plan.changes.iter().find(|change| change.path == path);
    &change
        .unwrap_or_else(|| panic!("no {path} in {plan:?}"))
        .after
}

const PYPROJECT: &str = "\
# Ours.
[project] # here
name = 'shop'
version = '1'
requires-python = '>=3.12'

[tool.black] # the form
line-length = 99
";

#[test]
fn a_bare_project_gets_all_and_then_nothing_more() {
    let folder = project(&[
        ("pyproject.toml", PYPROJECT),
        ("shop.py", ""),
        ("tests/test_shop.py", "import pytest\nimport shop\n"),
    ]);
    let first = plan(&folder, Existing::Keep);
    assert_eq!(
        paths(&first),
        [
            ".dhtconfig",
            ".github/workflows/ci.yml",
            ".gitignore",
            ".pre-commit-config.yaml",
            "pyproject.toml"
        ]
    );
    let hooks = text(&first, ".pre-commit-config.yaml");
    assert!(
        hooks.contains("entry: black") && !hooks.contains("ruff"),
        "{hooks}"
    );
    let workflow = text(&first, ".github/workflows/ci.yml");
    assert!(
        workflow.contains(r#"python-version: ["3.12", "3.13", "3.14"]"#),
        "{workflow}"
    );
    assert!(
        workflow.contains("python -m pytest") && !workflow.contains("mypy"),
        "{workflow}"
    );
    first.apply().unwrap();
    for existing in [Existing::Keep, Existing::Replace] {
        let again = plan(&folder, existing);
        assert_eq!(paths(&again), [""; 0], "{existing:?}");
    }
}

#[test]
fn an_edit_keeps_comments_order_and_line_ends() {
    let windows = PYPROJECT.replace('\n', "\r\n");
    for (pyproject, end) in [(PYPROJECT, "\n"), (&windows, "\r\n")] {
        let folder = project(&[
            ("pyproject.toml", pyproject),
            ("tests/test_a.py", "import pytest\n"),
        ]);
        let plan = plan(&folder, Existing::Keep);
        let after = text(&plan, "pyproject.toml");
        let added = format!("{end}[dependency-groups]{end}dev = [\"pytest\"]{end}");
        assert_eq!(after.replace(&added, ""), pyproject);
        assert_ne!(after, pyproject);
    }
}

#[test]
fn a_group_that_is_there_grows_as_it_is_written() {
    let pyproject = "[project]\nname = 'a'\nversion = '1'\n[dependency-groups]\ndev = [\n    'black', # form\n]\n";
    let folder = project(&[
        ("pyproject.toml", pyproject),
        ("tests/test_a.py", "import pytest\n"),
    ]);
    insta::assert_snapshot!(plan(&folder, Existing::Keep).changes.last().unwrap().diff(), @r#"
    --- a/pyproject.toml
    +++ b/pyproject.toml
    @@ -4,4 +4,5 @@
     [dependency-groups]
     dev = [
         'black', # form
    +    "pytest",
     ]
    "#);
}

#[test]
fn what_another_tool_looks_after_is_left_alone() {
    let test = ("tests/test_a.py", "import pytest\n");
    for (path, text) in [
        (
            "pyproject.toml",
            "[tool.poetry]\nname = 'a'\nversion = '1'\n",
        ),
        (
            "setup.py",
            "from setuptools import setup\nsetup(name='a')\n",
        ),
    ] {
        let folder = project(&[(path, text), test]);
        let plan = plan(&folder, Existing::Keep);
        assert!(!paths(&plan).contains(&path), "{plan:?}");
    }
    let folder = project(&[
        ("a.py", ""),
        test,
        (".travis.yml", "language: python\n"),
        ("lefthook.yml", "pre-commit:\n  commands: {}\n"),
    ]);
    let plan = plan(&folder, Existing::Keep);
    assert_eq!(paths(&plan), [".dhtconfig", ".gitignore"]);
    insta::assert_snapshot!(plan.notes.join("\n"), @"
    .travis.yml checks the project already
    hooks are installed by lefthook already
    ");
}

#[test]
fn what_is_there_is_replaced_by_force_only() {
    let folder = project(&[
        ("a.py", ""),
        (".gitignore", "mine\n"),
        ("tests/test_a.py", "import unittest\n"),
    ]);
    assert!(!paths(&plan(&folder, Existing::Keep)).contains(&".gitignore"));
    let plan = plan(&folder, Existing::Replace);
    assert_eq!(plan.changes[2].path, ".gitignore");
    assert_eq!(plan.changes[2].before.as_deref(), Some("mine\n"));
}

#[test]
fn nothing_is_ignored_that_is_there() {
    let folder = project(&[("build/make.py", ""), ("a.py", "")]);
    let plan = plan(&folder, Existing::Keep);
    let ignored = text(&plan, ".gitignore");
    assert!(
        !ignored.contains("/build/") && ignored.contains("/dist/"),
        "{ignored}"
    );
}

#[test]
fn what_changed_meanwhile_is_not_overwritten() {
    let folder = project(&[("a.py", "")]);
    let plan = plan(&folder, Existing::Keep);
    fs::write(folder.path().join(".gitignore"), "mine\n").unwrap();
    let error = plan.apply().unwrap_err();
    assert!(matches!(error, InitError::Changed { .. }), "{error}");
    assert_eq!(
        fs::read_to_string(folder.path().join(".gitignore")).unwrap(),
        "mine\n"
    );
}

#[cfg(unix)]
#[test]
fn nothing_is_written_through_a_link() {
    let outside = tempfile::tempdir().unwrap();
    let folder = project(&[("a.py", ""), ("tests/test_a.py", "import unittest\n")]);
    std::os::unix::fs::symlink(outside.path(), folder.path().join(".github")).unwrap();
    let error = plan(&folder, Existing::Keep).apply().unwrap_err();
    assert!(matches!(error, InitError::Linked { .. }), "{error}");
    assert_eq!(fs::read_dir(outside.path()).unwrap().count(), 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn applied_once_it_is_whole(
        names in proptest::collection::btree_set(
            proptest::sample::select(vec![
                "setup.cfg", "tox.ini", ".flake8", "ruff.toml", "requirements.txt", "requirements-dev.txt",
                ".travis.yml", ".pre-commit-config.yaml", ".gitignore", "build/x.py", "Pipfile", "uv.lock",
            ]),
            0..6,
        ),
        text in "[a-z\\[\\]=:'\", #\r\n-]{0,40}",
        pyproject in "(\\[project\\]\nname = 'a'\nversion = '1'\n)?(\\[dependency-groups\\]\n(dev = \\[('x', ?){0,2}\\]\n)?)?",
    ) {
        let mut files = vec![("a.py", ""), ("tests/test_a.py", "import pytest\nimport hypothesis\n")];
        files.push(("pyproject.toml", &pyproject));
        files.extend(names.iter().map(|name| (*name, text.as_str())));
        let folder = project(&files);
        let first = plan(&folder, Existing::Keep);
        for change in &first.changes {
            // An existing file is only added to.
            let before = change.before.as_deref().unwrap_or_default();
            prop_assert!(change.before.is_none() || change.path == "pyproject.toml");
            let kept = before.lines().filter(|line| !line.starts_with("dev = "));
            for line in kept {
                prop_assert!(change.after.contains(line), "{line:?} is not in {:?}", change.after);
            }
        }
        first.apply().unwrap();
        let second = plan(&folder, Existing::Keep);
        prop_assert_eq!(paths(&second), [""; 0], "after {:?}", first.changes);
    }
}
