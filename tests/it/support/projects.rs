//! Projects that several tests work with.

use super::World;

/// A project that can be installed, with an extra and a group. It has no tests: something to run them
/// with would be added, and what that needs changes with time.
pub(crate) fn parcel() -> World {
    let world = World::new();
    world
        .write(
            "pyproject.toml",
            r#"[project]
name = "parcel"
version = "1.0"
description = "Shows something"
requires-python = ">=3.9"
dependencies = ["idna==3.7"]

[build-system]
requires = ["flit_core>=3.11,<4"]
build-backend = "flit_core.buildapi"

[project.optional-dependencies]
yaml = ["pyyaml==6.0.2"]

[dependency-groups]
dev = ["iniconfig==2.0.0"]
"#,
        )
        .write("parcel/__init__.py", "import idna\n")
        .write("parcel/config.py", "import yaml\n")
        .write("examples/show.py", "import iniconfig\n\nimport parcel\n");
    world
}
