//! Whose modules are.

use super::*;
use Origin::{Own, StandardLibrary, ThirdParty};

#[test]
fn a_flat_layout_is_its_own() {
    check_origins(
        &[
            (
                "pkg/__init__.py",
                "import os.path, requests, pkg._version, pkg.core, single\n",
            ),
            ("pkg/core.py", ""),
            ("single.py", ""),
        ],
        "pkg/__init__.py",
        &[
            ("os.path", StandardLibrary),
            ("pkg._version", Own),
            ("pkg.core", Own),
            ("requests", ThirdParty),
            ("single", Own),
        ],
    );
}

#[test]
fn relative_imports_are_own_and_named_from_the_root() {
    let facts = Files::new(&[
        (
            "src/pkg/__init__.py",
            "from . import core\nfrom .sub.deep import x\n",
        ),
        ("src/pkg/core.py", ""),
        (
            "src/pkg/sub/__init__.py",
            "from .. import core\nfrom ..core import y\nfrom .... import z\n",
        ),
    ])
    .scan();
    let expected = "\
pkg [core] Own Always src/pkg/__init__.py:1
pkg [core] Own Always src/pkg/sub/__init__.py:1
pkg.core [y] Own Always src/pkg/sub/__init__.py:2
pkg.sub.deep [x] Own Always src/pkg/__init__.py:2
";
    assert_eq!(sites(&facts), expected);
}

#[test]
fn tests_of_a_library_do_not_make_it_own() {
    let files = [
        ("pkg/__init__.py", "import requests\n"),
        ("docs/requests/conf.py", ""),
        ("tests/requests/__init__.py", ""),
        (
            "tests/requests/test_get.py",
            "import requests\nfrom requests.adapters import x\n",
        ),
        ("tests/test_all.py", "import requests\n"),
    ];
    check_origins(&files, "pkg/__init__.py", &[("requests", ThirdParty)]);
    check_origins(
        &files,
        "tests/requests/test_get.py",
        &[("requests", ThirdParty), ("requests.adapters", ThirdParty)],
    );
    check_origins(&files, "tests/test_all.py", &[("requests", ThirdParty)]);
}

#[test]
fn modules_beside_a_test_are_own_for_it_alone() {
    let facts = Files::new(&[
        ("pkg/__init__.py", "import redis\n"),
        ("tests/redis.py", "x = 1\n"),
        ("tests/helpers.py", "import os\n"),
        ("tests/test_a.py", "import redis\nimport helpers\n"),
    ])
    .scan();
    let expected = "\
helpers Own Always tests/test_a.py:2
os StandardLibrary Always tests/helpers.py:1
redis Own Always tests/test_a.py:1
redis ThirdParty Always pkg/__init__.py:1
";
    assert_eq!(sites(&facts), expected);
}

#[test]
fn a_script_called_like_its_library_does_not_mean_itself() {
    check_origins(
        &[
            ("examples/celery.py", "from celery import Celery\n"),
            ("pkg/__init__.py", ""),
        ],
        "examples/celery.py",
        &[("celery", ThirdParty)],
    );
    check_origins(
        &[
            ("proj/__init__.py", "from .celery import app\n"),
            ("proj/celery.py", "from celery import Celery\n"),
            ("proj/tasks.py", "from celery import shared_task\n"),
        ],
        "proj/tasks.py",
        &[("celery", ThirdParty)],
    );
}

#[test]
fn namespaces_are_shared_with_distributions() {
    let facts = Files::new(&[(
        "google/cloud/mine/__init__.py",
        "import google.cloud.mine.api\nimport google.cloud.storage\nfrom google.cloud import mine, bigquery\nimport google.protobuf\n",
    )])
    .scan();
    let path = "google/cloud/mine/__init__.py";
    let expected = format!(
        "\
google.cloud [mine] Own Always {path}:3
google.cloud [bigquery] ThirdParty Always {path}:3
google.cloud.mine.api Own Always {path}:1
google.cloud.storage ThirdParty Always {path}:2
google.protobuf ThirdParty Always {path}:4
"
    );
    assert_eq!(sites(&facts), expected);
}

#[test]
fn an_old_namespace_package_is_shared_as_well() {
    let shared = "__import__('pkg_resources').declare_namespace(__name__)\n";
    check_origins(
        &[
            ("zope/__init__.py", shared),
            (
                "zope/mine/__init__.py",
                "import zope.interface, zope.mine.api\n",
            ),
        ],
        "zope/mine/__init__.py",
        &[("zope.interface", ThirdParty), ("zope.mine.api", Own)],
    );
}

#[test]
fn an_application_without_a_manifest_finds_its_modules() {
    let files = [
        ("backend/manage.py", "import app.models\n"),
        ("backend/app/__init__.py", ""),
        (
            "backend/app/models.py",
            "from core.config import settings\nimport app\n",
        ),
        ("backend/core/config.py", "import schema\n"),
        ("backend/schema.py", ""),
    ];
    check_origins(&files, "backend/manage.py", &[("app.models", Own)]);
    check_origins(
        &files,
        "backend/app/models.py",
        &[("app", Own), ("core.config", Own)],
    );
    check_origins(&files, "backend/core/config.py", &[("schema", ThirdParty)]);
}

#[test]
fn what_is_put_on_sys_path_is_own() {
    let files = [
        (
            "tools/run.py",
            "import os, sys\nHERE = os.path.dirname(os.path.abspath(__file__))\nsys.path.insert(0, os.path.join(HERE, '..', 'lib'))\nimport redis\n",
        ),
        ("lib/redis.py", ""),
        ("tools/other.py", "import redis\n"),
        (
            "tests/conftest.py",
            "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).resolve().parents[1] / 'lib'))\n",
        ),
        ("tests/unit/test_a.py", "import redis\n"),
    ];
    check_origins(
        &files,
        "tools/run.py",
        &[
            ("os", StandardLibrary),
            ("redis", Own),
            ("sys", StandardLibrary),
        ],
    );
    check_origins(&files, "tests/unit/test_a.py", &[("redis", Own)]);
    let facts = Files::new(&files).scan();
    assert!(
        sites(&facts).contains("redis ThirdParty Always tools/other.py:1"),
        "{}",
        sites(&facts)
    );
}

#[test]
fn compiled_and_generated_modules_are_own() {
    check_origins(
        &[
            (
                "pkg/__init__.py",
                "import _fast, _slow, pkg._core, my_project\n",
            ),
            ("_fast.pyx", ""),
            ("_slow.cpython-313-x86_64-linux-gnu.so", ""),
        ],
        "pkg/__init__.py",
        &[
            ("_fast", Own),
            ("_slow", Own),
            ("my_project", ThirdParty),
            ("pkg._core", Own),
        ],
    );
    let files = Files::new(&[("tests/test_a.py", "import my_project, yaml\n")]);
    let own_names = vec!["My.Project".to_owned(), "PyYAML".to_owned()];
    let facts = files.scan_with(&LayoutHints {
        own_names,
        ..LayoutHints::default()
    });
    assert!(
        facts.imports.iter().all(|import| import.origin == Own),
        "{}",
        sites(&facts)
    );
}

#[test]
fn crates_become_modules() {
    check_origins(
        &[
            (
                "pkg/__init__.py",
                "import _engine, fast_thing, other_crate\n",
            ),
            (
                "rust/Cargo.toml",
                "[package]\nname = \"x\"\n[lib]\nname = \"_engine\"\n[dependencies]\npyo3 = \"1\"\n",
            ),
            ("tool/Cargo.toml", "[package]\nname = \"other-crate\"\n"),
            (
                "pyproject.toml",
                "[tool.maturin]\nmodule-name = \"fast_thing._rust\"\n",
            ),
        ],
        "pkg/__init__.py",
        &[
            ("_engine", Own),
            ("fast_thing", Own),
            ("other_crate", ThirdParty),
        ],
    );
}

#[test]
fn a_vendored_tree_serves_the_package_around_it() {
    let files = [
        (
            "pkg/__init__.py",
            "from pkg._vendor import six\nimport six\n",
        ),
        ("pkg/_vendor/__init__.py", ""),
        ("pkg/_vendor/six.py", ""),
        ("tests/test_a.py", "import six\n"),
    ];
    let facts = Files::new(&files).scan();
    let expected = "\
pkg._vendor [six] Own Always pkg/__init__.py:1
six Own Always pkg/__init__.py:2
six ThirdParty Always tests/test_a.py:1
";
    assert_eq!(sites(&facts), expected);
}

#[test]
fn an_example_project_is_about_itself() {
    let files = [
        ("pyproject.toml", ""),
        ("pkg/__init__.py", "import redis\n"),
        ("examples/shop/pyproject.toml", ""),
        ("examples/shop/redis/__init__.py", ""),
        ("examples/shop/shop/__init__.py", "import redis\n"),
        ("libs/util/setup.py", "import setuptools\n"),
        ("libs/util/src/lib_util/__init__.py", ""),
        ("services/api/main.py", "import lib_util\n"),
    ];
    check_origins(&files, "services/api/main.py", &[("lib_util", Own)]);
    let facts = Files::new(&files).scan();
    let expected = "\
lib_util Own Always services/api/main.py:1
redis Own Always examples/shop/shop/__init__.py:1
redis ThirdParty Always pkg/__init__.py:1
setuptools ThirdParty Always libs/util/setup.py:1
";
    assert_eq!(sites(&facts), expected);
    let roots: Vec<_> = facts
        .import_roots
        .iter()
        .map(|root| (root.path.as_str(), root.modules.join(" ")))
        .collect();
    assert_eq!(
        roots,
        [
            (".", "pkg".to_owned()),
            ("libs/util/src", "lib_util".to_owned())
        ]
    );
}

#[test]
fn the_standard_library_yields_only_to_the_very_module() {
    check_origins(
        &[
            ("test/__init__.py", ""),
            ("test/tools.py", ""),
            (
                "test/test_a.py",
                "import test.tools\nimport test.support\nimport logging\n",
            ),
            ("test/logging/__init__.py", ""),
        ],
        "test/test_a.py",
        &[
            ("logging", StandardLibrary),
            ("test.support", StandardLibrary),
            ("test.tools", Own),
        ],
    );
}
