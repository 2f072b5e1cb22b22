//! A template, as it was read.

use std::collections::BTreeMap;
use std::path::Path;

use super::manifest::{MANIFEST, Manifest};
use super::{TemplateError, folder};

/// A folder of files from which projects are made.
#[derive(Debug, Clone)]
pub struct Template {
    pub(super) name: String,
    pub(super) manifest: Manifest,
    /// By path below the template's folder; the manifest is not among them.
    pub(crate) files: BTreeMap<String, Vec<u8>>,
}

/// A file of a template, as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// Its path below the template's folder.
    pub path: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Template {
    /// Reads the folder `path`, which may be anybody's: links, and more than any honest template
    /// has, are refused.
    pub fn read(name: &str, path: &Path) -> Result<Self, TemplateError> {
        let files = folder::read(name, path)?;
        if !files.contains_key(MANIFEST) {
            return Err(TemplateError::NoManifest {
                path: path.to_owned(),
            });
        }
        Self::from_files(name, files)
    }

    /// A template of `files`, of which one is the manifest.
    pub(super) fn from_files(
        name: &str,
        mut files: BTreeMap<String, Vec<u8>>,
    ) -> Result<Self, TemplateError> {
        let manifest = files.remove(MANIFEST).unwrap_or_default();
        Ok(Self {
            name: name.to_owned(),
            manifest: Manifest::parse(name, &manifest)?,
            files,
        })
    }

    /// A template of `files` that says nothing about itself.
    pub(crate) fn of_files(
        name: &str,
        files: impl IntoIterator<Item = TemplateFile>,
    ) -> Result<Self, TemplateError> {
        let files = files.into_iter().map(|file| (file.path, file.bytes));
        Self::from_files(name, files.collect())
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is for, in one line.
    #[must_use]
    pub fn description(&self) -> &str {
        &self.manifest.description
    }

    /// The same template with the files and values of `below` where it has none of its own.
    pub(super) fn over(mut self, below: Self) -> Self {
        for (path, bytes) in below.files {
            self.files.entry(path).or_insert(bytes);
        }
        for (name, value) in below.manifest.values {
            self.manifest.values.entry(name).or_insert(value);
        }
        for (path, expression) in below.manifest.when {
            self.manifest.when.entry(path).or_insert(expression);
        }
        self
    }
}
