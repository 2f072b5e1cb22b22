//! `dhtl config show`.

use insta::assert_snapshot;

use crate::support::{World, files};

/// As seed 000 section 4 writes it, with a key of the user's own.
pub(crate) const FORMAT_1: &str = r#"# Who looks after this: Ada.
version: "1.0"

project:
  type: "web-api"  # not what it looks like

python:
  # for psycopg
  system_packages: ["libpq-dev", "gcc"]

languages:
  node:
    version: 18.10   # the oldest that works

required_secrets:
  - OPENAI_API_KEY

x-house-rules:        # ours, not yours
  tabs: never
"#;

/// The shortest that says something about Python.
pub(crate) const FORMAT_2: &str = r#"version: "2.0"
python:
  version: 3.10
dependencies:
  strategy: uv
"#;

#[test]
fn format_1_is_shown_as_format_2() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_1);
    let before = files(&world.project());
    assert_snapshot!(world.dhtl(&["config", "show"]).snapshot(), @r#"
    exit code: 0
    --- stdout
    # .dhtconfig v2.0 - Deterministic Environment Specification
    version: "2.0"

    # Project metadata (overrides detection)
    project:
      type: "web-api"

    # Platform-specific dependencies
    platform_deps:
      linux:
        apt: ["libpq-dev", "gcc"]

    # Multi-language support
    languages:
      node:
        version: "18.10"

    # Environment variables (names only, never values)
    env_template:
      required:
        - "OPENAI_API_KEY"
    --- stderr
    "#);
    assert_eq!(files(&world.project()), before);
}

#[test]
fn a_version_that_looks_like_a_number_stays_as_it_was_written() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_2);
    let outcome = world.dhtl(&["config", "show", "--json"]).exits(0);
    assert_eq!(outcome.text("/python/version"), "3.10");
    assert_snapshot!(world.dhtl(&["config", "show"]).snapshot(), @r#"
    exit code: 0
    --- stdout
    # .dhtconfig v2.0 - Deterministic Environment Specification
    version: "2.0"

    # Python environment specification
    python:
      version: "3.10"

    # Lock file strategy
    dependencies:
      strategy: "uv"
    --- stderr
    warning: `.dhtconfig:3:12`: `python.version` is not an exact version
    "#);
}

#[test]
fn the_file_of_the_project_around_is_shown() {
    let world = World::new();
    world
        .write(".dhtconfig", FORMAT_2)
        .write("src/demo/__init__.py", "");
    let below = world.project().join("src/demo");
    let outcome = world
        .dhtl_in(&below, &["config", "show", "--json"])
        .exits(0);
    assert_eq!(outcome.text("/version"), "2.0");
}

#[test]
fn no_file_is_an_error() {
    let world = World::new();
    world.write("pyproject.toml", "");
    assert_snapshot!(world.dhtl(&["config", "show"]).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    error: failed to read `[WORLD]/project/.dhtconfig`: [OS ERROR]

    hint: write one with `dhtl setup`
    ");
    assert!(!world.has(".dhtconfig"));
}

#[test]
fn a_file_that_is_not_text_is_an_error() {
    let world = World::new();
    world.write(
        ".dhtconfig",
        b"version: \"2.0\"\npython:\n  version: \"\xff\"\n",
    );
    assert_snapshot!(world.dhtl(&["config", "show"]).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    error: `.dhtconfig:3`: the file is not UTF-8

    hint: save it as UTF-8 in your editor
    ");
}
