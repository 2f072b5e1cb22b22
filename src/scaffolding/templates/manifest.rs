//! `template.toml`: what a template says about itself.
//!
//! ```toml
//! description = "A library"       # one line, for lists
//! includes = ["base"]             # templates whose files lie below those of this one
//! hidden = false                  # whether it is only there to be included
//!
//! [values]                        # what its files may refer to, besides the project itself
//! dependencies = ["typer>=0.15"]
//!
//! [when]                          # files that are made only where an expression holds
//! ".gitlab-ci.yml" = "'gitlab' in ci"
//! ```

use std::collections::BTreeMap;

use minijinja::Value;
use toml_edit::{Document, Item, TableLike};

use super::TemplateError;

/// The name of the file.
pub(super) const MANIFEST: &str = "template.toml";

/// What a template says about itself.
#[derive(Debug, Clone, Default)]
pub(super) struct Manifest {
    /// What it is for, in one line.
    pub(super) description: String,
    /// The templates whose files lie below those of this one.
    pub(super) includes: Vec<String>,
    /// Whether it is only there to be included.
    pub(super) hidden: bool,
    /// What its files may refer to.
    pub(super) values: BTreeMap<String, Value>,
    /// By path: the expression that has to hold for the file to be made.
    pub(super) when: BTreeMap<String, String>,
}

impl Manifest {
    /// Reads the manifest of `template`.
    pub(super) fn parse(template: &str, text: &[u8]) -> Result<Self, TemplateError> {
        Self::read(text).map_err(|problem| TemplateError::Manifest {
            template: template.to_owned(),
            problem,
        })
    }

    fn read(text: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned())?;
        let document = Document::parse(text).map_err(|error| error.message().to_owned())?;
        let mut manifest = Self::default();
        for (key, item) in document.as_table() {
            match key {
                "description" => manifest.description = one_line(key, item)?,
                "includes" => manifest.includes = texts(key, item)?,
                "hidden" => {
                    let hidden = item.as_bool();
                    manifest.hidden = hidden.ok_or("`hidden` has to be true or false")?;
                }
                "values" => {
                    for (name, item) in table(key, item)?.iter() {
                        manifest.values.insert(name.to_owned(), value(item)?);
                    }
                }
                "when" => {
                    for (path, item) in table(key, item)?.iter() {
                        let expression = one_line(&format!("when.{path}"), item)?;
                        manifest.when.insert(path.to_owned(), expression);
                    }
                }
                other => return Err(format!("unknown key `{other}`")),
            }
        }
        Ok(manifest)
    }
}

fn table<'a>(key: &str, item: &'a Item) -> Result<&'a dyn TableLike, String> {
    item.as_table_like()
        .ok_or_else(|| format!("`{key}` has to be a table"))
}

fn one_line(key: &str, item: &Item) -> Result<String, String> {
    let text = item
        .as_str()
        .filter(|text| !text.contains(char::is_control));
    text.map(str::to_owned)
        .ok_or_else(|| format!("`{key}` has to be a text of one line"))
}

fn texts(key: &str, item: &Item) -> Result<Vec<String>, String> {
    let problem = || format!("`{key}` has to be a list of names");
    let array = item.as_array().ok_or_else(problem)?;
    array
        .iter()
        .map(|value| value.as_str().map(str::to_owned).ok_or_else(problem))
        .collect()
}

fn value(item: &Item) -> Result<Value, String> {
    let value = item.as_value().map(plain);
    if let Some(value) = value {
        return value;
    }
    let table = item
        .as_table_like()
        .ok_or("tables in lists are written inline")?;
    let entries = table
        .iter()
        .map(|(key, item)| Ok((key.to_owned(), value_of(item)?)));
    Ok(entries.collect::<Result<BTreeMap<_, _>, String>>()?.into())
}

fn value_of(item: &Item) -> Result<Value, String> {
    value(item)
}

fn plain(value: &toml_edit::Value) -> Result<Value, String> {
    Ok(match value {
        toml_edit::Value::String(text) => text.value().as_str().into(),
        toml_edit::Value::Integer(number) => (*number.value()).into(),
        toml_edit::Value::Float(number) => (*number.value()).into(),
        toml_edit::Value::Boolean(truth) => (*truth.value()).into(),
        toml_edit::Value::Array(array) => {
            let values = array.iter().map(plain);
            values.collect::<Result<Vec<_>, String>>()?.into()
        }
        toml_edit::Value::InlineTable(table) => {
            let entries = table
                .iter()
                .map(|(key, value)| Ok((key.to_owned(), plain(value)?)));
            entries.collect::<Result<BTreeMap<_, _>, String>>()?.into()
        }
        toml_edit::Value::Datetime(_) => return Err("dates are written as texts".to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_of_it_is_read() {
        let manifest = Manifest::parse(
            "t",
            b"description = 'A thing'\nincludes = ['base']\nhidden = true\n\
              [values]\nlist = ['a', 1, { b = true }]\n[when]\n'a/b' = 'c'\n",
        )
        .unwrap();
        assert_eq!(manifest.description, "A thing");
        assert_eq!(manifest.includes, ["base"]);
        assert!(manifest.hidden);
        assert_eq!(manifest.when["a/b"], "c");
        assert_eq!(manifest.values["list"].to_string(), "['a', 1, {'b': True}]");
    }

    #[test]
    fn what_means_nothing_is_refused() {
        for text in [
            &b"\xff"[..],
            b"description = 1",
            b"description = 'a\\nb'\ndescription = 2",
            b"includes = 'base'",
            b"hidden = 'yes'",
            b"values = 1",
            b"[when]\na = 1",
            b"[values]\na = 2020-01-01",
            b"surprise = 1",
        ] {
            let error = Manifest::parse("t", text).unwrap_err();
            assert!(matches!(error, TemplateError::Manifest { .. }), "{error}");
        }
    }
}
