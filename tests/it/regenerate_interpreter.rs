//! `dhtl regenerate`: which interpreter a project gets, and the reason that is given.

use serde_json::Value;

use crate::support::World;
#[cfg(target_os = "linux")]
use crate::support::skip_without;

fn plan(world: &World) -> Value {
    world
        .dhtl(&["regenerate", "--dry-run", "--json"])
        .exits(0)
        .json()
}

/// Whether this machine has Python 3.10 and a newer one; fetching them is not what is tested here.
#[cfg(target_os = "linux")]
fn has_old_and_new() -> bool {
    let world = World::new();
    world.write("requirements.txt", "");
    let newest = plan(&world)["interpreter"]["present"]["version"].clone();
    world.write(".python-version", "3.10\n");
    let is_here = plan(&world)["interpreter"].get("present").is_some();
    let has_both = is_here && !newest.as_str().unwrap_or("3.10").starts_with("3.10");
    if !has_both {
        skip_without("Python 3.10 and a newer one");
    }
    has_both
}

#[cfg(target_os = "linux")]
#[track_caller]
fn check(world: &World, reason: &str) {
    let plan = plan(world);
    assert_eq!(plan["interpreter_reason"], reason);
    let version = plan["interpreter"]["present"]["version"].as_str().unwrap();
    assert!(version.starts_with("3.10."), "{version}");
}

#[test]
#[cfg(target_os = "linux")]
fn a_pin_that_only_older_ones_have_wheels_for_decides() {
    if !has_old_and_new() {
        return;
    }
    let world = World::new();
    world
        .write("requirements.txt", "markupsafe==2.0.1\n")
        .write("app.py", "import markupsafe\n");
    let report = world.dhtl(&["regenerate", "--json"]).exits(0);
    let version = report.text("/validation/python_version");
    assert!(version.starts_with("3.10."), "{version}");
    let reason = report.text("/python_reason");
    assert!(
        reason.starts_with("`markupsafe==2.0.1`, which is pinned, has no wheel for 3."),
        "{reason}"
    );
}

#[test]
#[cfg(target_os = "linux")]
fn what_the_project_is_tried_with_decides() {
    if !has_old_and_new() {
        return;
    }
    let world = World::new();
    world
        .write("requirements.txt", "idna==3.7\n")
        .write("tox.ini", "[tox]\nenvlist = py310\n");
    check(&world, "the project is tried with it");
}

#[test]
#[cfg(target_os = "linux")]
fn the_day_of_the_last_commit_decides() {
    if !has_old_and_new() {
        return;
    }
    let day = "2022-06-01T12:00:00Z";
    let world = World::new()
        .set("GIT_AUTHOR_DATE", day)
        .set("GIT_COMMITTER_DATE", day);
    world.write("requirements.txt", "idna==3.3\n");
    world.git(&["init", "--quiet"]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "old"]);
    check(&world, "the newest from the time of the last commit");
}

#[test]
fn what_the_config_pins_is_the_reason_it_is_taken() {
    let world = World::new();
    world.write("requirements.txt", "idna==3.7\n");
    let before = plan(&world);
    let reason = before["interpreter_reason"].as_str().unwrap();
    assert!(
        ["the newest here", "the only one here"].contains(&reason),
        "{reason}"
    );
    let version = &before["interpreter"]["present"]["version"];
    let config = format!("version: \"2.0\"\npython:\n  version: {version}\n");
    world.write(".dhtconfig", config);
    let after = plan(&world);
    assert_eq!(after["interpreter_reason"], "`.dhtconfig` asks for it");
    assert_eq!(after["interpreter"], before["interpreter"]);
}
