//! `dhtl config validate`.

use insta::assert_snapshot;

use super::config_show::{FORMAT_1, FORMAT_2};
use crate::support::{Outcome, World, files};

/// The verdict on `text`, which is left as it is.
fn validate(text: &str) -> Outcome {
    let world = World::new();
    world.write(".dhtconfig", text);
    let before = files(&world.project());
    let outcome = world.dhtl(&["config", "validate"]);
    assert_eq!(files(&world.project()), before);
    outcome
}

#[test]
fn both_formats_are_valid() {
    assert_snapshot!(validate(FORMAT_1).snapshot(), @"
    exit code: 0
    --- stdout
    ✓ [WORLD]/project/.dhtconfig is valid (format 1.0)
    --- stderr
    ");
    assert_snapshot!(validate(FORMAT_2).snapshot(), @"
    exit code: 0
    --- stdout
    ! `.dhtconfig:3:12`: `python.version` is not an exact version
        name the exact version, such as `3.11.7`, so that every machine gets the same
    ✓ [WORLD]/project/.dhtconfig is valid (format 2.0)
    --- stderr
    ");
}

#[test]
fn a_misspelled_key_has_its_place_and_a_hint() {
    let text = "version: \"2.0\"\npython:\n  versoin: 3.10\n";
    assert_snapshot!(validate(text).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    error: `.dhtconfig:3:3`: unknown key `python.versoin`

    hint: did you mean `version`? a key of your own begins with `x-`
    ");
}

#[test]
fn a_value_of_the_wrong_kind_has_its_place() {
    let text = "version: \"2.0\"\npython:\n  version: [3, 10]\n";
    assert_snapshot!(validate(text).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    error: `.dhtconfig:3:12`: `python.version` must be text, found a list

    hint: `dhtl config schema` prints what every key takes
    ");
}

#[test]
fn broken_yaml_has_its_place() {
    let text = "version: \"2.0\"\npython:\n  version: \"3.10\n";
    assert_snapshot!(validate(text).snapshot(), @"
    exit code: 4
    --- stdout
    --- stderr
    error: `.dhtconfig:3:12`: while scanning a quoted scalar, found unexpected end of stream

    hint: correct the line, then run `dhtl config validate`
    ");
}

#[test]
fn an_unknown_format_is_an_error() {
    assert_snapshot!(validate("version: \"7.0\"\n").snapshot(), @r#"
    exit code: 4
    --- stdout
    --- stderr
    error: `.dhtconfig:1:10`: format `7.0` is not supported

    hint: upgrade dhtl, or write `version: "2.0"` when the file is of that format
    "#);
}

#[test]
fn json_has_the_findings_as_data() {
    let world = World::new();
    world.write(".dhtconfig", FORMAT_2);
    let document = world
        .dhtl(&["config", "validate", "--json"])
        .exits(0)
        .json();
    assert_eq!(document["format"], "2.0");
    assert_eq!(document["valid"], true);
    let finding = &document["findings"][0];
    assert_eq!(
        (&finding["line"], &finding["column"]),
        (&3.into(), &12.into())
    );
    assert_eq!(
        (&finding["key"], &finding["severity"]),
        (&"python.version".into(), &"warning".into())
    );
}

#[test]
fn json_has_the_error_where_the_file_cannot_be_used() {
    let world = World::new();
    world.write(".dhtconfig", "version: \"2.0\"\npyhton:\n  version: 3.10\n");
    assert_snapshot!(world.dhtl(&["config", "validate", "--json"]).exits(4).answer(), @r#"
    {
      "error": {
        "message": "`.dhtconfig:2:1`: unknown key `pyhton`",
        "causes": [],
        "hint": "did you mean `python`? a key of your own begins with `x-`",
        "exit_code": 4
      }
    }
    "#);
}
