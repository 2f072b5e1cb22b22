//! `dhtl validate-env --imports`, and the parts whose imports are left out.

use insta::assert_snapshot;

use crate::support::World;

/// A project with an import for every reason.
fn tangle() -> World {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write(".gitignore", "_build_stamp.py\n")
        .write(
            "tangle/__init__.py",
            "\
import sys
import os.path, idna
import idna.core
import idna.no_such_module
from . import config
from ._build_stamp import stamp
from .local_settings import KEY
import urllib2
if sys.version_info < (3,):
    import StringIO
try:
    import dhtl_fast_path
except ImportError:
    dhtl_fast_path = None
def f():
    return 1
    import dhtl_never
",
        )
        .write("tangle/config.py", "from . import __init__\n")
        .write("tools/helper.py", "")
        .write("scripts/run.py", "import helper\nimport tangle.config\n")
        .write("scripts/beside.py", "import run\n");
    world
}

#[test]
fn every_import_is_explained() {
    let world = tangle();
    world.dhtl(&["regenerate", "--no-system"]);
    let outcome = world.dhtl(&["validate-env", "--imports"]);
    let text = outcome.snapshot();
    let from = text.find("16 imported modules:").unwrap_or_default();
    let explanation = &text[from..];
    assert_snapshot!(explanation, @"
    16 imported modules: 8 found, 6 missing, 2 never reached here

    Of Python 2:
      - import urllib2 tangle/__init__.py:8: only Python 2 had it

    Made on each machine: generated, local or secret:
      - import ._build_stamp tangle/__init__.py:6: it would be `tangle/_build_stamp.py`, which git ignores
      - import .local_settings tangle/__init__.py:7: it holds settings of one user or machine

    Of the project, off the import path:
      - import helper scripts/run.py:1: the project has it elsewhere than on the import path of this file

    Not in the installed version, or made at run time:
      - import idna.no_such_module tangle/__init__.py:4: the installed `idna` has no such module

    Handled where it is missing:
      - import dhtl_fast_path tangle/__init__.py:12: the code copes without it
    --- stderr
    ");
}

#[test]
fn every_import_is_in_the_document() {
    let world = tangle();
    world.dhtl(&["regenerate", "--no-system"]);
    let document = world.dhtl(&["validate-env", "--imports", "--json"]).json();
    let statements = document["imports"]["statements"].as_array().unwrap();
    let lines = statements
        .iter()
        .filter(|one| one["path"] == "tangle/__init__.py")
        .map(|one| {
            let text = |key: &str| one[key].as_str().unwrap_or("-").to_owned();
            format!(
                "{} {}: {} {} {}",
                one["line"],
                text("module"),
                text("verdict"),
                text("found_in"),
                text("reason"),
            )
        })
        .collect::<Vec<_>>()
        .join("\n");
    assert_snapshot!(lines, @"
    1 sys: resolved standard-library -
    2 os.path: resolved standard-library -
    2 idna: resolved environment -
    3 idna.core: resolved environment -
    4 idna.no_such_module: missing - other-version
    5 .: resolved project -
    6 ._build_stamp: missing - generated-or-secret
    7 .local_settings: missing - generated-or-secret
    8 urllib2: missing - python-2
    10 StringIO: unreachable - -
    12 dhtl_fast_path: missing - guarded
    17 dhtl_never: unreachable - -
    ");
    assert!(document["verdict"].is_string(), "the proof is there, too");
}

#[test]
fn a_part_can_be_left_out() {
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("app.py", "import idna\n")
        .write("examples/a.py", "import iniconfig\n")
        .write("scripts/b.py", "import packaging\n");
    let skip = ["regenerate", "--skip-imports-of", "examples,scripts"];
    world.dhtl(&skip).exits(0);
    assert_eq!(world.installed(), ["idna 3.7"]);
    let unresolved = |args: &[&str]| {
        let document = world.dhtl(args).json();
        let list = document["closure"]["unresolved"].as_array().unwrap();
        list.iter()
            .map(|one| one["module"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        unresolved(&["validate-env", "--json"]),
        ["iniconfig", "packaging"]
    );
    let skip = ["validate-env", "--json", "--skip-imports-of", "examples"];
    assert_eq!(unresolved(&skip), ["packaging"]);

    world.dhtl(&["regenerate"]).exits(0);
    assert_eq!(unresolved(&["validate-env", "--json"]), [""; 0]);
}

#[test]
fn a_part_that_is_none_is_wrong_usage() {
    let world = World::new();
    world
        .dhtl(&["validate-env", "--skip-imports-of", "everything"])
        .exits(2);
}
