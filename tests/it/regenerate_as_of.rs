//! `dhtl regenerate`: what is unlocked is resolved as of the last commit.

use crate::support::World;

/// A repository whose only commit is of 2023-06-01, when idna 3.4 was the newest.
fn repository() -> World {
    let world = World::new()
        .set("GIT_AUTHOR_DATE", "2023-06-01T12:00:00Z")
        .set("GIT_COMMITTER_DATE", "2023-06-01T12:00:00Z");
    world
        .write("requirements.txt", "idna\n")
        .write("app.py", "import idna\n");
    world.git(&["init", "--quiet"]);
    world.git(&["add", "--all"]);
    world.git(&["commit", "--quiet", "--message", "old"]);
    world
}

#[test]
fn the_day_of_the_last_commit_decides() {
    let world = repository();
    let outcome = world.dhtl(&["regenerate"]).exits(0);
    assert!(
        outcome
            .stdout
            .contains("from requirements, resolved as of 2023-06-02: 1 distribution"),
        "{}",
        outcome.stdout
    );
    assert_eq!(world.installed(), ["idna 3.4"]);
    let again = world.dhtl(&["regenerate", "--json"]).exits(0).json();
    assert_eq!(again["unchanged"], true);
    assert_eq!(again["as_of"], "2023-06-02T12:00:00Z");
}

#[test]
fn the_newest_versions_are_there_for_the_asking() {
    let world = repository();
    let report = world
        .dhtl(&["regenerate", "--newest", "--json"])
        .exits(0)
        .json();
    assert!(report["as_of"].is_null());
    assert_ne!(world.installed(), ["idna 3.4"]);
}

#[test]
fn what_needs_newer_versions_gets_them_and_says_so() {
    let world = repository();
    world.write("requirements.txt", "idna>=3.7,<3.8\n");
    let outcome = world.dhtl(&["regenerate"]).exits(0);
    assert!(
        outcome
            .stdout
            .contains("! Not as declared: the versions as of 2023-06-02"),
        "{}",
        outcome.stdout
    );
    assert_eq!(world.installed(), ["idna 3.7"]);
}
