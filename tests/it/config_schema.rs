//! `dhtl config schema`.

use crate::support::World;

#[test]
fn the_schema_in_the_manual_is_the_one_that_is_printed() {
    let printed = World::new().dhtl(&["config", "schema"]).exits(0);
    assert_eq!(printed.stderr, "");
    let manual = include_str!("../../docs/dhtconfig.schema.json");
    // Not `assert_eq`: two screens of JSON help nobody.
    assert!(
        printed.stdout == manual,
        "update it with `dhtl config schema > docs/dhtconfig.schema.json`"
    );
}

#[test]
fn the_schema_is_the_same_with_json() {
    let world = World::new();
    let text = world.dhtl(&["config", "schema"]).exits(0);
    let json = world.dhtl(&["config", "schema", "--json"]).exits(0);
    assert_eq!(text.json(), json.json());
    assert!(
        text.text("/$schema").contains("json-schema.org"),
        "{}",
        text.stdout
    );
}
