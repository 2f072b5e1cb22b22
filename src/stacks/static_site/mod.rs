//! Pages that a web server hands out as they are.
//!
//! A `Staticfile` says so itself; a generator of sites leaves such pages; and a folder with an
//! `index.html` is one where nothing else in the project is an application. What belongs to a package of
//! Node.js is decided there.

mod generators;
mod hosting;
mod pages;
mod staticfile;
#[cfg(test)]
mod tests;

use dhtl_project_model::stack::Stack;

use crate::sources::Sources;

pub(crate) use hosting::{Hosting, of_folder as hosting};

/// The static sites of a project that are not part of one of `others`.
pub(crate) fn find(sources: &Sources<'_>, others: &[Stack]) -> Vec<Stack> {
    let found = staticfile::find(sources)
        .or_else(|| generators::find(sources, others))
        .or_else(|| pages::find(sources, others));
    found.into_iter().collect()
}
