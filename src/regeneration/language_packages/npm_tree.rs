//! What is in `node_modules`, held against the lock of npm.
//!
//! Sources: "package-lock.json" in the documentation of npm, with "Hidden Lockfiles" there: npm
//! writes down in `node_modules/.package-lock.json` what it has installed.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value};

use crate::state::read_regular;

/// A package that is not as it is locked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PackageDifference {
    /// Where it is, relative to the folder: `node_modules/left-pad`.
    pub(crate) path: String,
    /// The version that is locked; none where it must not be there.
    pub(crate) expected: Option<String>,
    /// The version that is there; none where it is not.
    pub(crate) actual: Option<String>,
}

/// How `node_modules` in `folder` differs from `lock`; none where the lock cannot be read.
pub(super) fn differences(folder: &Path, lock: &[u8]) -> Option<Vec<PackageDifference>> {
    let locked = Locked::read(lock)?;
    let hidden = read_regular(&folder.join("node_modules/.package-lock.json")).unwrap_or_default();
    let hidden = Locked::read(&hidden).unwrap_or_default();
    let mut differences = Vec::new();
    for (path, wanted) in &locked.packages {
        let installed = hidden.packages.get(path);
        // npm itself believes in what it wrote down only as long as it is there.
        let is_there = || folder.join(path).join("package.json").is_file();
        let actual = installed.filter(|installed| installed.is_link || is_there());
        if actual.is_none() && (wanted.is_optional && installed.is_none()) {
            continue;
        }
        let is_same = actual
            .is_some_and(|actual| wanted.version.is_none() || wanted.version == actual.version);
        if !is_same {
            differences.push(PackageDifference {
                path: path.clone(),
                expected: Some(wanted.shown()),
                actual: actual.map(Package::shown),
            });
        }
    }
    // A lock of npm before version 7 does not list what peers ask for.
    let is_complete = locked.is_complete;
    let more = hidden.packages.iter();
    let more = more.filter(|(path, _)| is_complete && !locked.packages.contains_key(*path));
    differences.extend(more.map(|(path, package)| PackageDifference {
        path: path.clone(),
        expected: None,
        actual: Some(package.shown()),
    }));
    Some(differences)
}

/// The packages of a lock by their places.
#[derive(Debug, Default)]
struct Locked {
    packages: BTreeMap<String, Package>,
    /// Whether nothing else is installed.
    is_complete: bool,
}

#[derive(Debug, PartialEq, Eq)]
struct Package {
    version: Option<String>,
    /// Whether it leads to a folder of the project.
    is_link: bool,
    /// Whether it may be left out, because the platform is another or a setting says so.
    is_optional: bool,
}

impl Locked {
    fn read(text: &[u8]) -> Option<Self> {
        let lock: Value = serde_json::from_slice(text).ok()?;
        let mut packages = BTreeMap::new();
        if let Some(listed) = lock.get("packages").and_then(Value::as_object) {
            // The others are the folders that links lead to, with the root among them.
            let installed = listed
                .iter()
                .filter(|(path, _)| path.contains("node_modules/"))
                .filter(|(path, _)| is_inside(path));
            packages.extend(installed.map(|(path, package)| (path.clone(), Package::new(package))));
            return Some(Self {
                packages,
                is_complete: true,
            });
        }
        let nested = lock.get("dependencies").and_then(Value::as_object);
        add_nested(nested, "", &mut packages);
        lock.is_object().then_some(Self {
            packages,
            is_complete: false,
        })
    }
}

/// The packages of a lock of version 1, in which those below one stand inside it.
fn add_nested(
    nested: Option<&Map<String, Value>>,
    above: &str,
    packages: &mut BTreeMap<String, Package>,
) {
    for (name, package) in nested.into_iter().flatten() {
        let path = format!("{above}node_modules/{name}");
        if !is_inside(&path) {
            continue;
        }
        let below = package.get("dependencies").and_then(Value::as_object);
        add_nested(below, &format!("{path}/"), packages);
        packages.insert(path, Package::new(package));
    }
}

/// Whether a path stays below the folder that it is relative to.
fn is_inside(path: &str) -> bool {
    !path.starts_with('/') && path.split(['/', '\\']).all(|part| part != "..")
}

impl Package {
    fn new(value: &Value) -> Self {
        let is = |key: &str| value.get(key).and_then(Value::as_bool) == Some(true);
        let version = value.get("version").and_then(Value::as_str);
        // What came from elsewhere than a registry has its address there, in version 1.
        let version =
            version.filter(|version| version.starts_with(|first: char| first.is_ascii_digit()));
        Self {
            version: version.filter(|_| !is("link")).map(str::to_owned),
            is_link: is("link"),
            is_optional: ["optional", "devOptional", "peer", "extraneous"]
                .iter()
                .any(|key| is(key)),
        }
    }

    fn shown(&self) -> String {
        self.version
            .clone()
            .unwrap_or_else(|| "any version".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use proptest::prelude::*;

    use super::*;

    const LOCK: &str = r#"{"lockfileVersion": 3, "packages": {
        "": {"name": "web"},
        "apps/a": {"version": "0.1.0"},
        "node_modules/a": {"resolved": "apps/a", "link": true},
        "node_modules/left": {"version": "1.3.0"},
        "node_modules/left/node_modules/deep": {"version": "2.0.0", "dev": true},
        "node_modules/windows-only": {"version": "1.0.0", "optional": true},
        "node_modules/../../etc": {"version": "1.0.0"}
    }}"#;

    #[track_caller]
    fn check(lock: &str, hidden: &str, there: &[&str], expected: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let modules = folder.path().join("node_modules");
        fs::create_dir(&modules).unwrap();
        fs::write(modules.join(".package-lock.json"), hidden).unwrap();
        for path in there {
            let package = folder.path().join(path);
            fs::create_dir_all(&package).unwrap();
            fs::write(package.join("package.json"), "{}").unwrap();
        }
        let found = differences(folder.path(), lock.as_bytes()).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|one| {
                let [expected, actual] = [&one.expected, &one.actual]
                    .map(|version| version.as_deref().unwrap_or("nothing"));
                format!("{}: {actual} instead of {expected}", one.path)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_locked_and_there_is_no_difference() {
        let hidden = LOCK.replace("\"\": {\"name\": \"web\"},", "");
        let there = ["node_modules/left", "node_modules/left/node_modules/deep"];
        let without = hidden.replace("\"node_modules/windows-only\"", "\"elsewhere\"");
        check(LOCK, &without, &there, &[]);
        check(
            LOCK,
            &without.replace("1.3.0", "1.2.0"),
            &there,
            &["node_modules/left: 1.2.0 instead of 1.3.0"],
        );
        check(
            LOCK,
            &without,
            &there[..1],
            &["node_modules/left/node_modules/deep: nothing instead of 2.0.0"],
        );
        check(
            LOCK,
            &without.replace("\"elsewhere\"", "\"node_modules/more\""),
            &there,
            &["node_modules/more: 1.0.0 instead of nothing"],
        );
    }

    #[test]
    fn nothing_there_lacks_everything_but_what_is_optional() {
        check(
            LOCK,
            "",
            &[],
            &[
                "node_modules/a: nothing instead of any version",
                "node_modules/left: nothing instead of 1.3.0",
                "node_modules/left/node_modules/deep: nothing instead of 2.0.0",
            ],
        );
        check(
            r#"{"lockfileVersion": 3, "packages": {"": {}}}"#,
            "",
            &[],
            &[],
        );
    }

    #[test]
    fn locks_of_old_versions_are_read_too() {
        let lock = r#"{"lockfileVersion": 1, "dependencies": {
            "left": {"version": "1.3.0", "dependencies": {"deep": {"version": "2.0.0"}}},
            "forked": {"version": "git+ssh://git.example/forked.git#abc"}
        }}"#;
        let hidden = r#"{"packages": {
            "node_modules/left": {"version": "1.3.0"},
            "node_modules/left/node_modules/deep": {"version": "2.0.0"},
            "node_modules/peer": {"version": "1.0.0"},
            "node_modules/forked": {"version": "1.1.0"}
        }}"#;
        let there = [
            "node_modules/left",
            "node_modules/left/node_modules/deep",
            "node_modules/forked",
        ];
        check(lock, hidden, &there, &[]);
        check(
            lock,
            &hidden.replace("2.0.0", "2.1.0"),
            &there,
            &["node_modules/left/node_modules/deep: 2.1.0 instead of 2.0.0"],
        );
    }

    proptest! {
        #[test]
        fn what_is_installed_from_a_lock_agrees_with_it(
            names in prop::collection::btree_set("[a-z]{1,6}", 0..5),
            optional in any::<bool>(),
        ) {
            let packages: Map<String, Value> = names
                .iter()
                .map(|name| {
                    let package = serde_json::json!({"version": "1.0.0", "optional": optional});
                    (format!("node_modules/{name}"), package)
                })
                .collect();
            let lock = serde_json::json!({"packages": packages}).to_string();
            let there: Vec<_> = packages.keys().map(String::as_str).collect();
            check(&lock, &lock, &there, &[]);
            let missing = differences(Path::new("/nowhere"), lock.as_bytes()).unwrap();
            prop_assert_eq!(missing.len(), if optional { 0 } else { names.len() });
        }

        #[test]
        fn odd_text_is_read_without_a_panic(text in "[{}\\[\\]\":,a-z0-9./]{0,40}") {
            let _ = Locked::read(text.as_bytes());
        }
    }

    #[test]
    fn a_lock_that_is_none_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        for text in ["", "{", "[]", "null", "\u{feff}{}"] {
            assert_eq!(differences(folder.path(), text.as_bytes()), None, "{text}");
        }
        let deep = "{\"dependencies\":{\"a\":".repeat(10_000);
        assert_eq!(differences(folder.path(), deep.as_bytes()), None);
    }
}
