//! The licences that a new project can have.

use crate::TemplateError;
use crate::templates::{Catalogue, NewFile, Renderer, Template, TemplateFile, Values};

/// The folder of the catalogue that holds the texts.
const FOLDER: &str = "licenses";

/// A licence, by its identifier in the list of SPDX, as PEP 639 wants it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum License {
    /// MIT.
    Mit,
    /// Apache-2.0.
    Apache2,
    /// BSD-3-Clause.
    Bsd3Clause,
    /// GPL-3.0-or-later.
    Gpl3OrLater,
    /// GPL-3.0-only.
    Gpl3Only,
    /// MPL-2.0.
    Mpl2,
    /// Unlicense.
    Unlicense,
    /// All rights reserved.
    None,
}

impl License {
    /// Its identifier; none where all rights are reserved.
    #[must_use]
    pub fn identifier(self) -> Option<&'static str> {
        Some(match self {
            Self::Mit => "MIT",
            Self::Apache2 => "Apache-2.0",
            Self::Bsd3Clause => "BSD-3-Clause",
            Self::Gpl3OrLater => "GPL-3.0-or-later",
            Self::Gpl3Only => "GPL-3.0-only",
            Self::Mpl2 => "MPL-2.0",
            Self::Unlicense => "Unlicense",
            Self::None => return None,
        })
    }

    /// The file of its text in the catalogue.
    fn source(self) -> Option<&'static str> {
        Some(match self {
            Self::Mit => "MIT.txt.j2",
            Self::Apache2 => "Apache-2.0.txt",
            Self::Bsd3Clause => "BSD-3-Clause.txt.j2",
            Self::Gpl3OrLater | Self::Gpl3Only => "GPL-3.0.txt",
            Self::Mpl2 => "MPL-2.0.txt",
            Self::Unlicense => "Unlicense.txt",
            Self::None => return None,
        })
    }

    /// The file `LICENSE` of a project with `values`; none where all rights are reserved.
    pub(crate) fn file(
        self,
        catalogue: &Catalogue,
        values: &Values,
    ) -> Result<Option<NewFile>, TemplateError> {
        let Some(source) = self.source() else {
            return Ok(None);
        };
        let bytes = catalogue.text(FOLDER, source).unwrap_or_default().to_vec();
        let path = match source.strip_suffix(".j2") {
            Some(_) => "LICENSE.j2",
            None => "LICENSE",
        };
        let file = TemplateFile {
            path: path.to_owned(),
            bytes,
        };
        let template = Template::of_files(FOLDER, [file])?;
        Renderer::new(&template, values.clone()).file(path)
    }
}
