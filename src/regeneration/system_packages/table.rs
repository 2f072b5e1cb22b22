//! The table of what packages provide and who needs it, as `capabilities.toml` has it.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use dhtl_project_model::DistributionName;
use toml_edit::{Document, TableLike};

use super::{Capability, PackageManager};

/// The table, read.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// Its rows, in the order of the file.
    pub(super) capabilities: Vec<Capability>,
    /// The distributions that have no wheels, or none in most of their releases, but for Windows.
    pub(super) without_wheels: BTreeSet<DistributionName>,
}

impl Table {
    /// The first capability that `is_wanted`.
    pub(super) fn find(&self, is_wanted: impl Fn(&Capability) -> bool) -> Option<&Capability> {
        self.capabilities
            .iter()
            .find(|capability| is_wanted(capability))
    }

    /// The capability that brings exactly this header, or else the folder it is in.
    pub(super) fn by_header(&self, header: &str) -> Option<&Capability> {
        let exactly = |one: &String| one == header;
        let by_folder = |one: &String| one.ends_with('/') && header.starts_with(one.as_str());
        self.find(|capability| capability.headers.iter().any(exactly))
            .or_else(|| self.find(|capability| capability.headers.iter().any(by_folder)))
    }
}

/// The built-in table.
pub(super) fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| read(TEXT).unwrap_or_default());
    &TABLE
}

const TEXT: &str = include_str!("capabilities.toml");
const WITHOUT_WHEELS: &str = "without-wheels";
/// What everything that has no wheels is built with.
const COMPILER: &str = "c-compiler";

/// None where the text is not TOML; a test makes sure that the built-in one is.
fn read(text: &str) -> Option<Table> {
    let document = Document::parse(text).ok()?;
    let mut table = Table::default();
    for (name, item) in document.as_table() {
        let row = item.as_table_like()?;
        if name == WITHOUT_WHEELS {
            table.without_wheels = names(row, "distributions").into_iter().collect();
        } else {
            table.capabilities.push(capability(name, row));
        }
    }
    let compiler = table
        .capabilities
        .iter_mut()
        .find(|capability| capability.name == COMPILER);
    if let Some(compiler) = compiler {
        compiler.build.extend(table.without_wheels.iter().cloned());
    }
    Some(table)
}

fn capability(name: &str, row: &dyn TableLike) -> Capability {
    Capability {
        name: name.to_owned(),
        provides: row
            .get("provides")
            .and_then(|item| item.as_str())
            .unwrap_or_default()
            .to_owned(),
        packages: PackageManager::ALL.map(|manager| packages(row, manager)),
        aliases: texts(row, "aliases"),
        build: names(row, "build"),
        run: names(row, "run"),
        unless: names(row, "unless"),
        headers: texts(row, "headers"),
        programs: texts(row, "programs"),
        pkg_config: texts(row, "pkg-config"),
        libraries: texts(row, "libraries"),
        shared: texts(row, "shared"),
    }
}

/// The older Red Hat systems call nearly everything as the newer ones do.
fn packages(row: &dyn TableLike, manager: PackageManager) -> Vec<String> {
    match manager {
        PackageManager::Yum if row.get("yum").is_none() => texts(row, "dnf"),
        _ => texts(row, manager.name()),
    }
}

fn names(row: &dyn TableLike, key: &str) -> Vec<DistributionName> {
    let texts = texts(row, key);
    texts
        .iter()
        .map(|text| DistributionName::new(text))
        .collect()
}

fn texts(row: &dyn TableLike, key: &str) -> Vec<String> {
    let array = row.get(key).and_then(|item| item.as_array());
    array
        .into_iter()
        .flatten()
        .filter_map(|value| value.as_str())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const KEYS: [&str; 18] = [
        "provides",
        "apt",
        "dnf",
        "yum",
        "apk",
        "pacman",
        "brew",
        "choco",
        "winget",
        "aliases",
        "build",
        "run",
        "unless",
        "headers",
        "programs",
        "pkg-config",
        "libraries",
        "shared",
    ];

    fn rows() -> Vec<(String, BTreeMap<String, Vec<String>>)> {
        let document = Document::parse(TEXT).unwrap();
        let rows = document.as_table().iter().map(|(name, item)| {
            let row = item.as_table_like().unwrap();
            let lists = row
                .iter()
                .map(|(key, _)| (key.to_owned(), texts(row, key)))
                .collect();
            (name.to_owned(), lists)
        });
        rows.collect()
    }

    #[test]
    fn rows_are_sorted_and_have_nothing_but_known_keys_in_order() {
        let document = Document::parse(TEXT).unwrap();
        let names: Vec<_> = document.as_table().iter().map(|(name, _)| name).collect();
        let (last, rows) = names.split_last().unwrap();
        assert_eq!(*last, WITHOUT_WHEELS);
        assert!(rows.is_sorted());
        for (name, item) in document.as_table() {
            if name == WITHOUT_WHEELS {
                continue;
            }
            let row = item.as_table_like().unwrap();
            let order = row
                .iter()
                .map(|(key, _)| KEYS.iter().position(|known| *known == key))
                .collect::<Vec<_>>();
            assert!(order.is_sorted() && !order.contains(&None), "{name}");
            let provides = row.get("provides").and_then(|item| item.as_str());
            assert!(provides.is_some_and(|text| !text.ends_with('.')), "{name}");
        }
    }

    #[test]
    fn lists_are_sorted_and_name_everything_once() {
        for (name, lists) in rows() {
            for (key, list) in lists {
                let mut distinct = list.clone();
                distinct.sort();
                distinct.dedup();
                assert_eq!(distinct.len(), list.len(), "{name}.{key}");
                // What is installed stands in the order of its weight.
                let is_packages = PackageManager::ALL.iter().any(|one| one.name() == key);
                assert!(is_packages || distinct == list, "{name}.{key}");
            }
        }
    }

    #[test]
    fn every_name_is_one() {
        let is_package = |text: &str| {
            let is_part = |one: char| one.is_ascii_alphanumeric() || "+-._@".contains(one);
            text.starts_with(|first: char| first.is_ascii_alphanumeric())
                && text.chars().all(is_part)
        };
        let managers = PackageManager::ALL.map(PackageManager::name);
        for (name, lists) in rows() {
            assert!(is_package(&name));
            for (key, list) in lists {
                for text in list {
                    let is_valid = match key.as_str() {
                        "build" | "run" | "unless" | "distributions" => {
                            DistributionName::new(&text).as_str() == text
                        }
                        "headers" => !text.starts_with('/') && !text.contains("//"),
                        key if managers.contains(&key) || key == "aliases" => is_package(&text),
                        _ => is_package(&text) && !text.starts_with("-l"),
                    };
                    assert!(is_valid, "{name}.{key}: {text}");
                }
            }
        }
    }

    #[test]
    fn nothing_is_brought_by_two() {
        for key in ["headers", "programs", "pkg-config", "libraries", "shared"] {
            let mut owners = BTreeMap::new();
            for (name, lists) in rows() {
                for text in lists.get(key).into_iter().flatten() {
                    let before = owners.insert(text.clone(), name.clone());
                    assert_eq!(before, None, "{key} {text}");
                }
            }
        }
    }

    #[test]
    fn the_table_is_read_whole() {
        assert_eq!(table().capabilities.len() + 1, rows().len());
        assert!(table().without_wheels.len() > 100);
        let compiler = table().find(|capability| capability.name == COMPILER);
        assert!(
            compiler
                .unwrap()
                .build
                .contains(&DistributionName::new("uwsgi"))
        );
        for capability in &table().capabilities {
            let has_package = PackageManager::ALL
                .iter()
                .any(|manager| !capability.packages(*manager).is_empty());
            assert!(has_package, "{}", capability.name);
        }
    }
}
