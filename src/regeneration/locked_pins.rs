//! Which distributions a lock file names, in which versions, without the rest of what it says.

use std::collections::BTreeMap;

use dhtl_project_model::{DistributionName, LockKind};

use crate::locked_set::CompiledRequirements;

/// The distributions in the text of a lock file, each with one of its versions where it has any;
/// nothing where the text is garbled, for whoever follows the lock reports that.
///
/// Sources: the lock file formats of uv, Poetry, PDM and Pipenv; PEP 751.
pub(crate) fn locked_pins(
    kind: LockKind,
    text: &str,
) -> BTreeMap<DistributionName, Option<String>> {
    match kind {
        LockKind::Uv | LockKind::Poetry | LockKind::Pdm => of_tables(text, "[[package]]"),
        LockKind::Pylock => of_tables(text, "[[packages]]"),
        LockKind::Pipfile => of_pipfile(text),
        LockKind::HashedRequirements => CompiledRequirements::parse(text)
            .requirements
            .into_iter()
            .filter_map(|requirement| {
                Some((requirement.name.clone()?, requirement.exact_version()))
            })
            .collect(),
    }
}

/// The `name` and `version` of every table called `header`. Only the lines are looked at: a large
/// lock takes a TOML parser longer than everything else a run without work does.
fn of_tables(text: &str, header: &str) -> BTreeMap<DistributionName, Option<String>> {
    let mut pins = BTreeMap::new();
    let mut table: Option<Option<DistributionName>> = None;
    for line in text.lines().map(str::trim) {
        if line.starts_with('[') {
            table = (line == header).then_some(None);
        }
        let (Some(name), Some((key, value))) = (&mut table, line.split_once('=')) else {
            continue;
        };
        let value = value.trim().trim_matches(['"', '\'']);
        match (key.trim(), &name) {
            ("name", _) => {
                let own = DistributionName::new(value);
                pins.entry(own.clone()).or_insert(None);
                *name = Some(own);
            }
            ("version", Some(name)) => {
                pins.insert(name.clone(), Some(value.to_owned()));
            }
            _ => {}
        }
    }
    pins
}

fn of_pipfile(text: &str) -> BTreeMap<DistributionName, Option<String>> {
    let lock: serde_json::Value = serde_json::from_str(text).unwrap_or_default();
    let sections = lock.as_object().into_iter().flatten();
    let packages = sections
        .filter(|(section, _)| *section != "_meta")
        .filter_map(|(_, packages)| packages.as_object())
        .flatten();
    packages
        .map(|(name, package)| {
            let version = package.get("version").and_then(serde_json::Value::as_str);
            let version = version.and_then(|version| version.strip_prefix("=="));
            (DistributionName::new(name), version.map(str::to_owned))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(kind: LockKind, text: &str, expected: &str) {
        let pins = locked_pins(kind, text).into_iter();
        let pins = pins.map(|(name, version)| format!("{name}=={}", version.unwrap_or_default()));
        assert_eq!(pins.collect::<Vec<_>>().join(" "), expected);
    }

    #[test]
    fn every_kind_of_lock_is_understood() {
        let toml = "version = 1\nname = \"no\"\n[[package]]\nname = \"Flask\"\nversion = \"2.0\"\n\
                    [package.metadata]\nname = \"no\"\n[[package]]\nname = 'a_b'\n";
        check(LockKind::Uv, toml, "a-b== flask==2.0");
        check(
            LockKind::Pylock,
            "[[packages]]\nname=\"x\"\nversion=\"1\"\n",
            "x==1",
        );
        let json = r#"{"_meta": {"hash": {}}, "default": {"requests": {"version": "==2.31"}},
            "develop": {"pytest": {}}}"#;
        check(LockKind::Pipfile, json, "pytest== requests==2.31");
        check(LockKind::Pipfile, "{", "");
        let hashed = "x==1 \\\n    --hash=sha256:aa\n";
        check(LockKind::HashedRequirements, hashed, "x==1");
    }

    proptest! {
        #[test]
        fn any_text_is_read_without_a_panic(text in "(?s).{0,80}") {
            for kind in [
                LockKind::Uv,
                LockKind::Pylock,
                LockKind::Pipfile,
                LockKind::HashedRequirements,
            ] {
                let _ = locked_pins(kind, &text);
            }
        }
    }
}
