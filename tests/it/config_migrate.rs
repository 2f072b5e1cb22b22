//! `dhtl config migrate`.

use insta::assert_snapshot;

use super::config_show::{FORMAT_1, FORMAT_2};
use crate::support::{World, files, listing};

#[test]
fn unknown_keys_and_comments_survive() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_1);
    assert_snapshot!(world.dhtl(&["config", "migrate"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ [WORLD]/project/.dhtconfig is in format 2.0 now
    --- stderr
    ");
    assert_snapshot!(world.read(".dhtconfig"), @r#"
    # Who looks after this: Ada.
    version: "2.0"

    project:
      type: "web-api"  # not what it looks like

    languages:
      node:
        version: 18.10   # the oldest that works

    env_template:
      required:
        - OPENAI_API_KEY

    x-house-rules:        # ours, not yours
      tabs: never

    # Platform-specific dependencies
    platform_deps:
      linux:
        apt: ["libpq-dev", "gcc"]
    "#);
    assert_eq!(listing(&world.project()), [".dhtconfig"]);
    world
        .dhtl(&["config", "validate"])
        .exits(0)
        .answers("format 2.0");
}

#[test]
fn a_dry_run_prints_the_new_text_and_leaves_the_file_alone() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_1);
    let outcome = world.dhtl(&["config", "migrate", "--dry-run"]).exits(0);
    assert_eq!(world.read(".dhtconfig"), FORMAT_1);
    world.dhtl(&["config", "migrate"]).exits(0);
    assert_eq!(world.read(".dhtconfig"), outcome.stdout);
}

#[test]
fn what_is_migrated_already_stays_as_it_is() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_2);
    let before = files(&world.project());
    assert_snapshot!(world.dhtl(&["config", "migrate"]).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ [WORLD]/project/.dhtconfig is in format 2.0 already
    --- stderr
    ");
    assert_eq!(files(&world.project()), before);
}

#[test]
fn a_second_migration_changes_nothing() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_1);
    world.dhtl(&["config", "migrate"]).exits(0);
    let once = world.read(".dhtconfig");
    let outcome = world.dhtl(&["config", "migrate", "--json"]).exits(0);
    assert_eq!(outcome.json()["changed"], false);
    assert_eq!(world.read(".dhtconfig"), once);
}

#[test]
fn a_broken_file_is_not_touched() {
    let world = World::new();
    let broken = "version: \"1.0\"\npython: {\n";
    world.write(".dhtconfig", broken);
    world
        .dhtl(&["config", "migrate"])
        .exits(4)
        .says(".dhtconfig:");
    assert_eq!(world.read(".dhtconfig"), broken);
    assert_eq!(listing(&world.project()), [".dhtconfig"]);
}
