//! One `package.json`, read.
//!
//! Source: "package.json" in the documentation of npm, "Modules: Packages" in that of Node.js.

use std::collections::BTreeMap;

use dhtl_project_model::{Evidence, Found};

use crate::json::Node;
use crate::places;

/// One `package.json`.
#[derive(Debug, Clone)]
pub(crate) struct Package {
    /// Its folder.
    pub(crate) folder: String,
    /// The path of the file.
    pub(crate) path: String,
    /// What stands in it.
    pub(crate) manifest: Node,
    dependencies: BTreeMap<String, Dependency>,
}

/// Something that a package asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// Whether it is there while the package runs, and not only while it is made.
    pub(crate) is_for_production: bool,
    /// The accepted versions, as they are written.
    pub(crate) request: String,
    /// Where.
    pub(crate) line: u32,
}

impl Package {
    /// The package in `folder`, whose `package.json` holds `manifest`.
    pub(crate) fn new(folder: &str, manifest: Node) -> Self {
        let mut dependencies = BTreeMap::new();
        // What stands in both is there while the package runs.
        for (section, is_for_production) in [
            ("devDependencies", false),
            ("optionalDependencies", true),
            ("dependencies", true),
        ] {
            let listed = manifest.get(section).map_or(&[][..], Node::entries);
            for (name, request) in listed {
                let dependency = Dependency {
                    is_for_production,
                    request: request.text().unwrap_or_default().to_owned(),
                    line: request.line,
                };
                dependencies.insert(name.clone(), dependency);
            }
        }
        Self {
            folder: folder.to_owned(),
            path: places::inside(folder, "package.json"),
            manifest,
            dependencies,
        }
    }

    /// Evidence that is a line of the file.
    pub(crate) fn evidence(&self, line: u32, rule: &'static str) -> Evidence {
        Evidence::at(&self.path, line, rule)
    }

    /// The text under these keys, with its evidence.
    pub(crate) fn text(&self, keys: &[&str], rule: &'static str) -> Option<Found<String>> {
        let node = self.manifest.descend(keys)?;
        let value = node.text_or_number()?.trim();
        (!value.is_empty()).then(|| Found {
            value: value.to_owned(),
            evidence: self.evidence(node.line, rule),
        })
    }

    /// The name it gives itself.
    pub(crate) fn name(&self) -> Option<Found<String>> {
        self.text(&["name"], "package-json-name")
    }

    /// What a script does.
    pub(crate) fn script(&self, name: &str) -> Option<&str> {
        let script = self.manifest.descend(&["scripts", name])?.text()?.trim();
        // What `npm init` writes is no script.
        let is_placeholder = script.starts_with("echo \"Error: no test specified\"");
        (!script.is_empty() && !is_placeholder).then_some(script)
    }

    /// The evidence of a script.
    pub(crate) fn script_evidence(&self, name: &str, rule: &'static str) -> Evidence {
        let node = self.manifest.descend(&["scripts", name]);
        self.evidence(node.map_or(1, |node| node.line), rule)
    }

    /// The first of these scripts that there is.
    pub(crate) fn first_script<'name>(&self, names: &[&'name str]) -> Option<&'name str> {
        names
            .iter()
            .copied()
            .find(|name| self.script(name).is_some())
    }

    /// What it says about a package that it needs in any way.
    pub(crate) fn dependency(&self, name: &str) -> Option<&Dependency> {
        self.dependencies.get(name)
    }

    /// What it says about a package that it needs while it runs.
    pub(crate) fn production(&self, name: &str) -> Option<&Dependency> {
        self.dependency(name)
            .filter(|dependency| dependency.is_for_production)
    }

    /// The first of these packages that it needs in any way.
    pub(crate) fn first_dependency<'name>(&self, names: &[&'name str]) -> Option<&'name str> {
        names
            .iter()
            .copied()
            .find(|name| self.dependency(name).is_some())
    }

    /// All packages that it needs, by name.
    pub(crate) fn dependencies(&self) -> impl Iterator<Item = (&str, &Dependency)> {
        self.dependencies
            .iter()
            .map(|(name, dependency)| (name.as_str(), dependency))
    }

    /// The first number of the version of a package that it needs: 7 of `^7.5.0`.
    pub(crate) fn major(&self, name: &str) -> Option<u32> {
        let request = &self.dependency(name)?.request;
        let request = request.rsplit('@').next().unwrap_or(request);
        let start = request.find(|first: char| first.is_ascii_digit())?;
        let digits = &request[start..];
        let end = digits
            .find(|character: char| !character.is_ascii_digit())
            .unwrap_or(digits.len());
        digits[..end].parse().ok()
    }

    /// Whether it is never published.
    pub(crate) fn is_private(&self) -> bool {
        let private = self.manifest.get("private");
        private.is_some_and(|private| private.boolean() == Some(true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{self, Dialect};

    pub(crate) fn package(text: &str) -> Package {
        let (manifest, _) = json::parse("package.json", text, Dialect::Strict);
        Package::new(".", manifest.unwrap())
    }

    #[test]
    fn what_is_needed_while_it_runs_wins() {
        let package = package(
            r#"{"dependencies": {"a": "^7.1"}, "devDependencies": {"a": "6", "b": "npm:c@~12.0"}}"#,
        );
        assert!(package.production("a").is_some() && package.production("b").is_none());
        assert_eq!(package.major("a"), Some(7));
        assert_eq!(package.major("b"), Some(12));
        assert_eq!(package.major("c"), None);
    }

    #[test]
    fn placeholders_are_no_scripts() {
        let package = package(
            r#"{"scripts": {"test": "echo \"Error: no test specified\" && exit 1", "start": " "}}"#,
        );
        assert_eq!(package.first_script(&["test", "start"]), None);
    }

    #[test]
    fn odd_types_say_nothing() {
        let package = package(r#"{"name": ["x"], "scripts": [], "dependencies": {"a": 1}}"#);
        assert_eq!(package.name(), None);
        assert_eq!(package.script("start"), None);
        assert_eq!(package.major("a"), None);
    }
}
