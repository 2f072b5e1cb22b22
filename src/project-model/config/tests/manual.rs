//! The page of the manual is true to the code.

use serde_json::Value;

use super::{parse, refusal};
use crate::Diagnostic as _;
use crate::config::{FormatVersion, json_schema};

const PAGE: &str = include_str!("../../../../docs/dhtconfig.md");

#[test]
fn the_examples_can_be_read() {
    let formats: Vec<FormatVersion> = blocks("yaml")
        .map(|example| {
            let document = parse(example);
            assert!(document.warnings().is_empty(), "{:?}", document.warnings());
            document.format()
        })
        .collect();
    assert_eq!(formats, [FormatVersion::V2, FormatVersion::V1]);
}

#[test]
fn the_errors_are_those_of_the_code() {
    let reports: Vec<String> = [
        "version: \"2.0\"\npyhton: {}\n",
        "version: \"2.0\"\npython:\n  version: \">=3.11\"\n",
        "version: \"2.0\"\nplatform_deps:\n  linux:\n    apt: libpq-dev\n",
        "# new\nversion: \"3.0\"\n",
    ]
    .into_iter()
    .map(|text| {
        let error = refusal(text);
        format!("{error}\nhint: {}\n", error.hint().unwrap())
    })
    .collect();
    assert_eq!(
        blocks("text").next().unwrap().replace("\r\n", "\n"),
        reports.join("\n")
    );
}

#[test]
fn every_key_is_described() {
    let schema = json_schema();
    let mut keys = Vec::new();
    collect(&schema, &schema, "", &mut keys);
    assert!(keys.len() > 60, "{keys:?}");
    let missing: Vec<&String> = keys
        .iter()
        .filter(|key| {
            !PAGE.contains(&format!("\n| `{key}` |"))
                && !PAGE.contains(&format!("\n| **`{key}`** |"))
        })
        .collect();
    assert!(
        missing.is_empty(),
        "docs/dhtconfig.md says nothing of {missing:?}"
    );
}

/// The code blocks of a language.
fn blocks(language: &str) -> impl Iterator<Item = &'static str> {
    PAGE.split("```")
        .skip(1)
        .step_by(2)
        .filter_map(move |block| {
            let (first, code) = block.split_once('\n')?;
            (first.trim_end() == language).then_some(code)
        })
}

/// The paths of all keys that hold values, and of the sections at the top.
fn collect(schema: &Value, node: &Value, path: &str, keys: &mut Vec<String>) {
    let node = referenced(schema, node);
    if let Some(items) = node.get("items").filter(|items| is_section(schema, items)) {
        return collect(schema, items, &format!("{path}[]"), keys);
    }
    let Some(properties) = node.get("properties").and_then(Value::as_object) else {
        return keys.push(path.to_owned());
    };
    if !path.is_empty() && !path.contains('.') {
        keys.push(path.to_owned());
    }
    for (name, property) in properties {
        let path = if path.is_empty() {
            name.clone()
        } else {
            format!("{path}.{name}")
        };
        collect(schema, property, &path, keys);
    }
}

fn is_section(schema: &Value, node: &Value) -> bool {
    referenced(schema, node).get("properties").is_some()
}

/// What a reference refers to, also one that may be null.
fn referenced<'schema>(schema: &'schema Value, node: &'schema Value) -> &'schema Value {
    let first = node.get("anyOf").and_then(|any| any.get(0)).unwrap_or(node);
    let name = first
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|name| name.rsplit('/').next());
    name.map_or(first, |name| &schema["$defs"][name])
}
