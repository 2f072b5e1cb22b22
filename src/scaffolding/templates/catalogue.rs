//! Which templates there are: the built-in ones, and those of the user, which win.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::manifest::MANIFEST;
use super::{Template, TemplateError, TemplateFile};

/// The templates by name.
#[derive(Debug, Clone)]
pub struct Catalogue {
    /// By name, then by path below the template's folder.
    builtin: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    /// Holds a folder for each template of the user.
    user_folder: Option<PathBuf>,
}

/// A template in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ListedTemplate {
    /// Its name, which is a value of `--type`.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Whose it is.
    #[serde(flatten)]
    pub origin: TemplateOrigin,
}

/// Whose a template is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "origin")]
pub enum TemplateOrigin {
    /// It came with dhtl.
    BuiltIn,
    /// It is the user's.
    User {
        /// Its folder.
        #[serde(serialize_with = "dhtl_project_model::path_text::serialize")]
        folder: PathBuf,
    },
}

impl Catalogue {
    /// The templates in `files`, whose paths begin with a template's name. Folders without a
    /// manifest hold texts for others, and are no templates.
    #[must_use]
    pub fn built_in(files: impl IntoIterator<Item = TemplateFile>) -> Self {
        let mut builtin: BTreeMap<String, BTreeMap<String, Vec<u8>>> = BTreeMap::new();
        for file in files {
            if let Some((name, path)) = file.path.split_once('/') {
                let template = builtin.entry(name.to_owned()).or_default();
                template.insert(path.to_owned(), file.bytes);
            }
        }
        Self {
            builtin,
            user_folder: None,
        }
    }

    /// With the templates in `folder`, which need not be there.
    #[must_use]
    pub fn with_user_folder(mut self, folder: PathBuf) -> Self {
        self.user_folder = Some(folder);
        self
    }

    /// All templates that projects can be made from, by name. Of a user's template that cannot be
    /// read the description is the reason.
    #[must_use]
    pub fn list(&self) -> Vec<ListedTemplate> {
        let listed = self.names().into_iter().filter_map(|name| {
            let origin = self.origin(&name);
            let description = match self.own(&name) {
                Ok(template) if template.manifest.hidden => return None,
                Ok(template) => template.manifest.description,
                Err(error) => error.to_string(),
            };
            Some(ListedTemplate {
                name,
                description,
                origin,
            })
        });
        listed.collect()
    }

    /// The template called `name`, with all that it includes.
    pub fn find(&self, name: &str) -> Result<Template, TemplateError> {
        self.complete(self.own(name)?)
    }

    /// `template` with all that it includes, so that it stands alone.
    pub fn complete(&self, template: Template) -> Result<Template, TemplateError> {
        self.with_included(template, &mut Vec::new())
    }

    /// The text that a built-in folder without a manifest holds under `path`: `licenses/MIT.txt`.
    pub(crate) fn text(&self, folder: &str, path: &str) -> Option<&[u8]> {
        self.builtin.get(folder)?.get(path).map(Vec::as_slice)
    }

    /// The files of the template called `name`, with those that it includes and a manifest that
    /// includes nothing: what a user needs to go on from there.
    pub fn ejected(&self, name: &str) -> Result<Vec<TemplateFile>, TemplateError> {
        let own = self.raw(name)?;
        let whole = self.find(name)?;
        let manifest = own.get(MANIFEST).cloned().unwrap_or_default();
        let manifest = self.merged_manifest(name, &manifest)?;
        let file = |(path, bytes)| TemplateFile { path, bytes };
        let files = whole.files.into_iter().map(file);
        Ok(std::iter::once(file((MANIFEST.to_owned(), manifest)))
            .chain(files)
            .collect())
    }

    fn names(&self) -> Vec<String> {
        let is_template =
            |(_, files): &(&String, &BTreeMap<String, Vec<u8>>)| files.contains_key(MANIFEST);
        let builtin = self.builtin.iter().filter(is_template);
        let mut names: Vec<String> = builtin.map(|(name, _)| name.clone()).collect();
        let users = self
            .user_folder
            .iter()
            .flat_map(std::fs::read_dir)
            .flatten()
            .flatten();
        names.extend(
            users
                .filter(|entry| entry.path().join(MANIFEST).is_file())
                .filter_map(|entry| entry.file_name().into_string().ok()),
        );
        names.sort();
        names.dedup();
        names
    }

    fn with_included(
        &self,
        template: Template,
        chain: &mut Vec<String>,
    ) -> Result<Template, TemplateError> {
        chain.push(template.name.clone());
        let mut whole = template;
        for name in std::mem::take(&mut whole.manifest.includes) {
            // A template of the user may go beyond the built-in one of the same name.
            let is_own = chain.last() == Some(&name) && self.user_template(&name).is_some();
            if chain.contains(&name) && !is_own {
                return Err(TemplateError::Circle {
                    template: name,
                    chain: chain.clone(),
                });
            }
            let included = if is_own {
                self.builtin_template(&name)?
            } else {
                self.own(&name)?
            };
            whole = whole.over(self.with_included(included, chain)?);
        }
        chain.pop();
        Ok(whole)
    }

    fn origin(&self, name: &str) -> TemplateOrigin {
        self.user_template(name)
            .map_or(TemplateOrigin::BuiltIn, |folder| TemplateOrigin::User {
                folder,
            })
    }

    /// The folder of the user's template called `name`, where there is one.
    fn user_template(&self, name: &str) -> Option<PathBuf> {
        // A name is no path.
        let mut parts = Path::new(name).components();
        let is_plain = matches!(
            (parts.next(), parts.next()),
            (Some(std::path::Component::Normal(only)), None) if only == name
        );
        let folder = self.user_folder.as_ref().filter(|_| is_plain)?.join(name);
        folder.join(MANIFEST).is_file().then_some(folder)
    }

    /// The template itself, without what it includes.
    fn own(&self, name: &str) -> Result<Template, TemplateError> {
        match self.user_template(name) {
            Some(folder) => Template::read(name, &folder),
            None => self.builtin_template(name),
        }
    }

    fn raw(&self, name: &str) -> Result<BTreeMap<String, Vec<u8>>, TemplateError> {
        match self.user_template(name) {
            Some(folder) => super::folder::read(name, &folder),
            None => self
                .builtin
                .get(name)
                .filter(|files| files.contains_key(MANIFEST))
                .cloned()
                .ok_or_else(|| self.unknown(name)),
        }
    }

    fn builtin_template(&self, name: &str) -> Result<Template, TemplateError> {
        let files = self.builtin.get(name);
        let files = files.filter(|files| files.contains_key(MANIFEST));
        let files = files.ok_or_else(|| self.unknown(name))?;
        Template::from_files(name, files.clone())
    }

    fn unknown(&self, name: &str) -> TemplateError {
        TemplateError::Unknown {
            name: name.to_owned(),
            known: self.list().into_iter().map(|listed| listed.name).collect(),
        }
    }

    /// The manifest of `name` with the values and conditions of what it includes, comments kept.
    fn merged_manifest(&self, name: &str, text: &[u8]) -> Result<Vec<u8>, TemplateError> {
        let wrong = |problem: &str| TemplateError::Manifest {
            template: name.to_owned(),
            problem: problem.to_owned(),
        };
        let parse = |text: &[u8]| {
            let text = String::from_utf8_lossy(text);
            text.parse::<toml_edit::DocumentMut>()
                .map_err(|error| wrong(error.message()))
        };
        let mut merged = parse(text)?;
        let includes = self.own(name)?.manifest.includes;
        merged.remove("includes");
        for included in includes {
            let below = self.raw(&included)?;
            let below =
                self.merged_manifest(&included, below.get(MANIFEST).map_or(&[], Vec::as_slice))?;
            let below = parse(&below)?;
            for section in ["values", "when"] {
                let Some(source) = below.get(section).and_then(|item| item.as_table()) else {
                    continue;
                };
                let target = merged.entry(section).or_insert_with(toml_edit::table);
                let Some(target) = target.as_table_mut() else {
                    return Err(wrong("its sections are written as `[values]` and `[when]`"));
                };
                for (key, item) in source {
                    if let (false, Some((key, _))) =
                        (target.contains_key(key), source.get_key_value(key))
                    {
                        target.insert_formatted(key, item.clone());
                    }
                }
            }
        }
        Ok(merged.to_string().into_bytes())
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn built_in() -> Catalogue {
        let files = [
            (
                "base/template.toml",
                "hidden = true\n[values]\na = 1 # one\nb = 1\n[when]\nx = 'a == 1'\n",
            ),
            ("base/x", "base"),
            ("base/y", "base"),
            (
                "app/template.toml",
                "description = 'An app'\nincludes = ['base'] # all of it\n[values]\nb = 2\n",
            ),
            ("app/y", "app"),
            ("texts/z", "text"),
        ];
        Catalogue::built_in(files.map(|(path, text)| TemplateFile {
            path: path.to_owned(),
            bytes: text.as_bytes().to_vec(),
        }))
    }

    fn user(files: &[(&str, &str)]) -> (tempfile::TempDir, Catalogue) {
        let folder = tempfile::tempdir().unwrap();
        for (path, text) in files {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        let catalogue = built_in().with_user_folder(folder.path().to_owned());
        (folder, catalogue)
    }

    #[test]
    fn what_is_included_lies_below() {
        let app = built_in().find("app").unwrap();
        assert_eq!(app.files["x"], b"base");
        assert_eq!(app.files["y"], b"app");
        assert_eq!(app.manifest.values["a"].to_string(), "1");
        assert_eq!(app.manifest.values["b"].to_string(), "2");
        assert_eq!(app.manifest.when["x"], "a == 1");
        let names: Vec<_> = built_in().list().into_iter().map(|one| one.name).collect();
        assert_eq!(names, ["app"], "neither what is hidden nor texts");
    }

    #[test]
    fn the_users_win_and_may_go_beyond_ours() {
        let (_folder, catalogue) = user(&[
            (
                "app/template.toml",
                "description = 'Mine'\nincludes = ['app']\n",
            ),
            ("app/y", "mine"),
        ]);
        let app = catalogue.find("app").unwrap();
        assert_eq!(
            (app.files["x"].as_slice(), app.files["y"].as_slice()),
            (&b"base"[..], &b"mine"[..])
        );
        let listed = catalogue.list();
        assert_eq!(listed[0].description, "Mine");
        assert!(matches!(listed[0].origin, TemplateOrigin::User { .. }));
    }

    #[test]
    fn a_circle_and_a_path_are_no_templates() {
        let (_folder, catalogue) = user(&[
            ("one/template.toml", "includes = ['two']\n"),
            ("two/template.toml", "includes = ['one']\n"),
            ("three/template.toml", "includes = ['../one']\n"),
        ]);
        let error = catalogue.find("one").unwrap_err();
        assert!(matches!(error, TemplateError::Circle { .. }), "{error}");
        for name in ["../one", "", ".", "/", "texts", "three"] {
            let error = catalogue.find(name).unwrap_err();
            assert!(
                matches!(error, TemplateError::Unknown { .. }),
                "{name}: {error}"
            );
        }
    }

    #[test]
    fn an_ejected_template_stands_alone_and_makes_the_same() {
        let files = built_in().ejected("app").unwrap();
        let manifest = String::from_utf8(files[0].bytes.clone()).unwrap();
        insta::assert_snapshot!(manifest, @"
        description = 'An app'
        [values]
        b = 2
        a = 1 # one

        [when]
        x = 'a == 1'
        ");
        let files = files
            .into_iter()
            .map(|file| (file.path, file.bytes))
            .collect();
        let ejected = Template::from_files("app", files).unwrap();
        let whole = built_in().find("app").unwrap();
        assert_eq!(ejected.files, whole.files);
        assert_eq!(ejected.manifest.values, whole.manifest.values);
        assert_eq!(ejected.manifest.when, whole.manifest.when);
        assert!(ejected.manifest.includes.is_empty());
    }
}
