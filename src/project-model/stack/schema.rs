//! The JSON Schema of what `dhtl detect --json` says about stacks.

use schemars::generate::SchemaSettings;

use super::Survey;

/// The JSON Schema of [`Survey`], in Draft 2020-12: the fields `stacks`, `workspaces`, `application`
/// and `deploy` of the answer of `dhtl detect --json`, which has others beside them.
///
/// It is checked in as `docs/detect.schema.json`.
#[must_use]
pub fn survey_schema() -> serde_json::Value {
    SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<Survey>()
        .to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_schema_is_up_to_date() {
        let page = include_str!("../../../docs/detect.schema.json");
        // Compared as values: the order of the keys is not the same in every build.
        let checked_in: serde_json::Value = serde_json::from_str(page).unwrap();
        assert!(
            checked_in == survey_schema(),
            "run `cargo test -p dhtl-project-model -- --ignored write_the_survey_schema`"
        );
    }

    #[test]
    fn a_deployment_has_the_fields_of_the_seed() {
        let schema = survey_schema();
        let fields = schema["$defs"]["DeployConfig"]["properties"]
            .as_object()
            .unwrap();
        let mut names: Vec<&str> = fields.keys().map(String::as_str).collect();
        names.sort_unstable();
        let expected = [
            "build_command",
            "environment",
            "install_path",
            "port",
            "start_command",
            "type",
        ];
        assert_eq!(names, expected);
    }

    #[test]
    #[ignore = "writes `docs/detect.schema.json`; run it after a change of the types"]
    fn write_the_survey_schema() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/detect.schema.json");
        std::fs::write(path, format!("{:#}\n", survey_schema())).unwrap();
    }
}
