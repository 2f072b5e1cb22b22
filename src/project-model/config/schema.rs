//! The JSON Schema of format 2.0.

use schemars::generate::SchemaSettings;

use super::model::Config;

/// The JSON Schema of `.dhtconfig`, format 2.0, in Draft 2020-12.
///
/// The descriptions are the doc comments of [`Config`] and its sections. Unknown keys are allowed,
/// because the file may hold keys of the user's own. It is checked in as
/// `docs/dhtconfig.schema.json`.
#[must_use]
pub fn json_schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Config>()
        .to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> String {
        format!("{:#}\n", json_schema())
    }

    #[test]
    fn the_checked_in_schema_is_up_to_date() {
        let page = include_str!("../../../docs/dhtconfig.schema.json");
        // Compared as values: the order of the keys is not the same in every build.
        let checked_in: serde_json::Value = serde_json::from_str(page).unwrap();
        assert!(
            checked_in == json_schema(),
            "run `cargo test -p dhtl-project-model -- --ignored write_the_schema`"
        );
    }

    #[test]
    #[ignore = "writes `docs/dhtconfig.schema.json`; run it after a change of the format"]
    fn write_the_schema() {
        let path = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../docs/dhtconfig.schema.json"
        );
        std::fs::write(path, text()).unwrap();
    }
}
