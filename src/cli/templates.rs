//! The built-in templates: the folder `templates/`, embedded and handed down as bytes.

use std::path::PathBuf;

use dhtl_scaffolding::{Catalogue, TemplateFile};
use dhtl_tools::Home;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct Embedded;

/// Where a user keeps templates, below the home of dhtl.
const USER_FOLDER: &str = "templates";

/// The built-in templates, and those that the user keeps in `home`.
pub(crate) fn catalogue(home: &Home) -> Catalogue {
    let files = Embedded::iter().filter_map(|path| {
        let file = Embedded::get(&path)?;
        Some(TemplateFile {
            path: path.into_owned(),
            bytes: file.data.into_owned(),
        })
    });
    Catalogue::built_in(files).with_user_folder(user_folder(home))
}

/// Where the user keeps templates; it need not be there.
pub(crate) fn user_folder(home: &Home) -> PathBuf {
    home.path().join(USER_FOLDER)
}
