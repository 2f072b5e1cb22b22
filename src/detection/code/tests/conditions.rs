//! When imports run.

use super::*;
use Condition::{Always, Conditional, Deferred, Guarded, TypeChecking};

#[test]
fn functions_and_lambdas_defer() {
    check_conditions(
        "import m1\ndef f():\n    import m2\nclass C:\n    import m3\n    async def g(self):\n        import m4\nh = lambda: __import__('m5')\n",
        &[
            ("m1", Always),
            ("m2", Deferred),
            ("m3", Always),
            ("m4", Deferred),
            ("m5", Deferred),
        ],
    );
}

#[test]
fn branches_make_conditional() {
    check_conditions(
        "import sys\nif sys.platform == 'win32':\n    import m1\nelif x:\n    import m2\nelse:\n    import m3\nmatch x:\n    case 1:\n        import m4\nm = __import__('m5') if x else None\n",
        &[
            ("m1", Conditional),
            ("m2", Conditional),
            ("m3", Conditional),
            ("m4", Conditional),
            ("m5", Conditional),
        ],
    );
}

#[test]
fn type_checking_is_told_from_run_time() {
    check_conditions(
        "import typing as t\nif t.TYPE_CHECKING:\n    import m1\nelse:\n    import m2\nif not TYPE_CHECKING:\n    import m3\nelse:\n    import m4\nif TYPE_CHECKING and x:\n    import m5\nif False:\n    import m6\nif TYPE_CHECKING:\n    def f():\n        import m7\n",
        &[
            ("m1", TypeChecking),
            ("m2", Always),
            ("m3", Always),
            ("m4", TypeChecking),
            ("m5", TypeChecking),
            ("m6", TypeChecking),
            ("m7", TypeChecking),
        ],
    );
}

#[test]
fn handled_failures_guard() {
    check_conditions(
        "try:\n    import m1\nexcept ImportError:\n    import m2\nelse:\n    import m3\nfinally:\n    import m4\ntry:\n    import m5\nexcept (ValueError, errors.ModuleNotFoundError) as e:\n    pass\ntry:\n    import m6\nexcept:\n    pass\ntry:\n    import m7\nexcept ValueError:\n    import m8\nwith contextlib.suppress(ImportError):\n    import m9\n",
        &[
            ("m1", Guarded),
            ("m2", Guarded),
            ("m3", Guarded),
            ("m4", Always),
            ("m5", Guarded),
            ("m6", Guarded),
            ("m7", Always),
            ("m8", Conditional),
            ("m9", Guarded),
        ],
    );
}

#[test]
fn a_guard_holds_for_the_rest_of_the_file() {
    check_conditions(
        "import m1\ntry:\n    import m1.a\n    import m2\nexcept ImportError:\n    raise\nfrom m2.constants import X\nimport m1.b\ndef f():\n    import m2.c\n",
        &[
            ("m1", Always),
            ("m1.a", Guarded),
            ("m1.b", Guarded),
            ("m2", Guarded),
            ("m2.c", Guarded),
            ("m2.constants", Guarded),
        ],
    );
}

#[test]
fn asking_first_guards_too() {
    check_conditions(
        "import pytest\npytest.importorskip('m1')\nimport m1.a\nfrom importlib.util import find_spec\nif find_spec('m2'):\n    import m2\n",
        &[("m1", Guarded), ("m1.a", Guarded), ("m2", Guarded)],
    );
}

#[test]
fn a_function_defined_under_a_guard_is_not_guarded() {
    check_conditions(
        "try:\n    import m1\n    def f():\n        import m2\nexcept ImportError:\n    pass\n",
        &[("m1", Guarded), ("m2", Deferred)],
    );
}

#[test]
fn dynamic_imports_count_when_they_name_a_module() {
    check_conditions(
        "import importlib\nimportlib.import_module('m1.a')\nimportlib.import_module(name)\nimportlib.import_module('.m2', 'pkg')\n__import__('m3 or so')\n",
        &[("m1.a", Always)],
    );
}

#[test]
fn stubs_are_for_type_checkers() {
    let facts = Files::new(&[("pkg/__init__.pyi", "import requests\n")]).scan();
    assert_eq!(
        sites(&facts),
        "requests ThirdParty TypeChecking pkg/__init__.pyi:1\n"
    );
}
