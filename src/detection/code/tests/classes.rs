//! What part of a project files belong to.

use super::*;
use FileClass::{Docs, Examples, Package, Scripts, Tests};

#[test]
fn paths_tell_the_class() {
    let expected = [
        ("app.py", Package),
        ("benchmarks/b.py", Examples),
        ("conftest.py", Tests),
        ("docs/conf.py", Docs),
        ("examples/a.py", Examples),
        ("notebooks/a.py", Examples),
        ("pkg/__init__.py", Package),
        ("pkg/core/tests/test_x.py", Tests),
        ("pkg/docs/__init__.py", Package),
        ("pkg/test/__init__.py", Package),
        ("pkg/test/client.py", Package),
        ("pkg/test_utils.py", Tests),
        ("scripts/a.py", Scripts),
        ("setup.py", Scripts),
        ("src/ns/mod.py", Package),
        ("test/unit/test_a.py", Tests),
    ];
    let files: Vec<_> = expected
        .iter()
        .map(|(path, _)| (*path, "import os\n"))
        .collect();
    let facts = Files::new(&files).scan();
    let found: Vec<_> = facts.imports[0]
        .sites
        .iter()
        .map(|site| (site.path.as_str(), site.class))
        .collect();
    assert_eq!(found, expected);
}
