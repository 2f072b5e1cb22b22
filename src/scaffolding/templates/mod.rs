//! Templates of projects: folders of files, from which a description makes other files.
//!
//! A template is a folder with a `template.toml`. Files that end in `.j2` are rendered with
//! `MiniJinja` and lose that ending; all others are copied. Their paths are templates as well.
//!
//! **Invariant:** everything in here is data to data, except [`Template::read`], which only reads;
//! no path that comes out leads out of the folder that it is put into.

mod catalogue;
mod eject;
mod error;
mod file_path;
mod folder;
mod manifest;
mod rendering;
mod template;

pub use catalogue::{Catalogue, ListedTemplate, TemplateOrigin};
pub use eject::write_template;
pub use error::TemplateError;
pub use rendering::NewFile;
pub(crate) use rendering::{Renderer, Values};
pub use template::{Template, TemplateFile};
