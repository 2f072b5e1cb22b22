//! Version catalogues of Gradle: names for plugins, libraries and versions.
//!
//! Source: "Version Catalogs" in the user manual of Gradle.

use std::collections::BTreeMap;

use dhtl_detection::formats::toml::{Node, TomlFile};

use super::super::draft;
use super::super::tokens::Token;
use crate::sources::Sources;

/// What the names of a catalogue stand for.
#[derive(Debug, Clone, Default)]
pub(super) struct Catalog {
    plugins: BTreeMap<String, String>,
    libraries: BTreeMap<String, String>,
    bundles: BTreeMap<String, Vec<String>>,
    versions: BTreeMap<String, String>,
}

/// What `libs.something` stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Entry {
    /// The identifier of a plugin.
    Plugin(String),
    /// The artifacts of libraries.
    Libraries(Vec<String>),
    /// A version.
    Version(String),
}

impl Catalog {
    /// The catalogue that holds for `folder`; one without names where there is none.
    pub(super) fn of(sources: &Sources<'_>, folder: &str) -> Self {
        let path = draft::nearest(sources.tree, folder, &["gradle/libs.versions.toml"]);
        let Some((path, text)) = path.and_then(|path| Some((path.clone(), sources.text(&path)?)))
        else {
            return Self::default();
        };
        match TomlFile::parse(&path, text) {
            Ok(file) => Self::read(&file),
            Err(problem) => {
                sources.report(problem);
                Self::default()
            }
        }
    }

    fn read(file: &TomlFile) -> Self {
        let table = |name: &str| file.get(&[name]).map(Node::entries).unwrap_or_default();
        let plugins = table("plugins").into_iter().filter_map(|(name, node)| {
            let id = node.get("id").and_then(Node::as_str);
            let id = id.or_else(|| node.as_str()?.split(':').next())?;
            Some((pointed(name), id.to_owned()))
        });
        let libraries = table("libraries").into_iter().filter_map(|(name, node)| {
            let module = node.get("module").and_then(Node::as_str).or(node.as_str());
            let artifact = module
                .and_then(|module| module.split(':').nth(1))
                .or_else(|| node.get("name")?.as_str())?;
            Some((pointed(name), artifact.to_owned()))
        });
        let bundles = table("bundles").into_iter().map(|(name, node)| {
            let names = node.texts().into_iter().map(|(name, _)| pointed(name));
            (pointed(name), names.collect())
        });
        let versions = table("versions")
            .into_iter()
            .filter_map(|(name, node)| Some((pointed(name), node.as_str()?.to_owned())));
        Self {
            plugins: plugins.collect(),
            libraries: libraries.collect(),
            bundles: bundles.collect(),
            versions: versions.collect(),
        }
    }

    /// What the tokens after `libs` stand for: `.plugins.spring.boot`, `.versions.java.get()`.
    pub(super) fn entry(&self, rest: &[Token<'_>]) -> Option<Entry> {
        const ENDS: [&str; 6] = ["get", "asProvider", "toInt", "map", "toString", "pluginId"];
        let mut words: Vec<&str> = Vec::new();
        for two in rest.chunks(2) {
            match two {
                [point, name] if point.is_sign('.') => match name.word() {
                    Some(word) if !ENDS.contains(&word) => words.push(word),
                    _ => break,
                },
                _ => break,
            }
        }
        let (first, others) = words.split_first()?;
        let name = others.join(".");
        match *first {
            "plugins" => self.plugins.get(&name).cloned().map(Entry::Plugin),
            "versions" => self.versions.get(&name).cloned().map(Entry::Version),
            "bundles" => {
                let names = self.bundles.get(&name)?.iter();
                let known = names.filter_map(|name| self.libraries.get(name).cloned());
                Some(Entry::Libraries(known.collect()))
            }
            _ => {
                let library = self.libraries.get(&words.join("."))?;
                Some(Entry::Libraries(vec![library.clone()]))
            }
        }
    }
}

/// A name as scripts write it: `spring.boot` of `spring-boot`.
fn pointed(name: &str) -> String {
    name.replace(['-', '_'], ".")
}

#[cfg(test)]
mod tests {
    use super::super::super::tokens::{GRADLE, tokens};
    use super::*;

    #[test]
    fn names_are_looked_up_as_scripts_write_them() {
        let text = "[versions]\njava = \"17\"\n[libraries]\na-web = { module = \"g:web\", version.ref = \"x\" }\n\
            b = \"g:bee:1\"\nc_c = { group = \"g\", name = \"sea\" }\n[bundles]\nall = [\"a-web\", \"b\"]\n\
            [plugins]\nboot = { id = \"x.boot\" }\nshort = \"y.z:1\"\n";
        let catalog = Catalog::read(&TomlFile::parse("x", text.to_owned()).unwrap());
        let entry = |text: &str| catalog.entry(&tokens(text, GRADLE));
        let libraries = |names: &[&str]| {
            Some(Entry::Libraries(
                names.iter().map(|name| (*name).to_owned()).collect(),
            ))
        };
        assert_eq!(entry(".a.web)"), libraries(&["web"]));
        assert_eq!(entry(".c.c"), libraries(&["sea"]));
        assert_eq!(entry(".bundles.all)"), libraries(&["web", "bee"]));
        assert_eq!(
            entry(".versions.java.get().toInt()"),
            Some(Entry::Version("17".to_owned()))
        );
        assert_eq!(
            entry(".plugins.boot)"),
            Some(Entry::Plugin("x.boot".to_owned()))
        );
        assert_eq!(
            entry(".plugins.short"),
            Some(Entry::Plugin("y.z".to_owned()))
        );
        assert_eq!(entry(".gone"), None);
        assert_eq!(entry(""), None);
    }
}
