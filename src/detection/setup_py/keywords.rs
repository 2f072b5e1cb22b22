//! The keywords of the call of `setup`.
//!
//! Source: "Keywords" in the documentation of setuptools.

use dhtl_project_model::{Evidence, Found};

use super::Item;
use super::execute::Interpreter;
use super::value::Value;
use crate::paths;

impl<'a> Interpreter<'a> {
    /// Takes what a call of `setup` says; of several calls the first one counts.
    pub(super) fn setup(&mut self, keywords: Vec<(String, Value<'a>)>, line: u32) {
        if self.setup_py.call_line.is_some() {
            return;
        }
        self.setup_py.call_line = Some(line);
        for (keyword, value) in keywords {
            self.keyword(&keyword, value);
        }
    }

    fn keyword(&mut self, keyword: &str, value: Value<'a>) {
        match keyword {
            "name" => self.setup_py.name = self.found(&value, "project-name"),
            "python_requires" => {
                self.setup_py.python_requires = self.found(&value, "setup-py-python-requires");
                if let Value::Unknown(line) = value {
                    self.not_static(keyword, line);
                }
            }
            "install_requires" | "requires" => {
                let items = self.items(keyword, value);
                self.setup_py
                    .install_requires
                    .get_or_insert_default()
                    .extend(items);
            }
            "tests_require" => self.setup_py.tests_require = Some(self.items(keyword, value)),
            "setup_requires" => self.setup_py.setup_requires = Some(self.items(keyword, value)),
            "extras_require" => self.extras(keyword, value),
            "classifiers" => {
                let classifiers = value.elements().unwrap_or_default();
                for classifier in &classifiers {
                    let found = self.found(classifier, "classifier");
                    self.setup_py.classifiers.extend(found);
                }
            }
            "package_dir" => {
                if let Some(root) = value.get("") {
                    let found = self.found(root, "setup-py-package-dir");
                    self.setup_py.package_roots.extend(found);
                }
            }
            "packages" => {
                if let Value::FoundPackages(Some(place), line) = &value
                    && let Some(relative) = self.relative(place)
                {
                    let evidence =
                        Evidence::at(&self.setup_py.path, *line, "setup-py-find-packages");
                    self.setup_py.package_roots.push(Found {
                        value: relative,
                        evidence,
                    });
                }
            }
            "" => {
                if let Value::Unknown(line) = value {
                    self.problem("some arguments of `setup` are not static", line);
                }
            }
            _ => {}
        }
    }

    fn extras(&mut self, keyword: &str, value: Value<'a>) {
        match value {
            Value::Dict(entries) => {
                for (extra, value) in entries {
                    match value {
                        Value::Unknown(line) if extra.is_empty() => self.not_static(keyword, line),
                        value => {
                            let items = self.items(&format!("{keyword}[{extra}]"), value);
                            self.setup_py.extras_require.push((extra, items));
                        }
                    }
                }
            }
            Value::Unknown(line) => self.not_static(keyword, line),
            _ => {}
        }
    }

    /// The elements of a list of requirements, which may also be one string with lines.
    fn items(&mut self, keyword: &str, value: Value<'a>) -> Vec<Item> {
        let mut items = Vec::new();
        match value {
            Value::Text(text, line) => {
                let lines = text.lines().map(str::trim).filter(|text| !text.is_empty());
                items.extend(lines.map(|text| Item::Text(text.to_owned(), line)));
            }
            Value::File(path, line) => items.push(Item::File(path, line)),
            Value::List(elements) => {
                for element in elements {
                    items.extend(self.items(keyword, element));
                }
            }
            Value::Dict(_) => items.extend(
                value
                    .elements()
                    .unwrap_or_default()
                    .into_iter()
                    .flat_map(|element| self.items(keyword, element)),
            ),
            Value::Unknown(line) => self.not_static(keyword, line),
            _ => {}
        }
        items
    }

    fn not_static(&mut self, keyword: &str, line: u32) {
        let line = if line == 0 {
            self.setup_py.call_line.unwrap_or(1)
        } else {
            line
        };
        self.problem(
            format!("`{keyword}` is not static here, so this part is left out"),
            line,
        );
    }

    fn found(&self, value: &Value<'a>, rule: &'static str) -> Option<Found<String>> {
        let (text, line) = value.as_text()?;
        let evidence = Evidence::at(&self.setup_py.path, line, rule);
        Some(Found {
            value: text.to_owned(),
            evidence,
        })
    }

    /// A folder as seen from the folder of this file.
    fn relative(&self, place: &str) -> Option<String> {
        let place = paths::join(".", place)?;
        if self.folder == "." {
            return Some(place);
        }
        match place.strip_prefix(&self.folder) {
            Some("") => Some(".".to_owned()),
            Some(inner) if inner.starts_with('/') => Some(inner[1..].to_owned()),
            _ => Some(place),
        }
    }
}
