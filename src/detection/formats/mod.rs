//! Readers that know the line of everything they read.

pub(crate) mod ini;
mod lines;
pub(crate) mod toml;
pub(crate) mod yaml;

pub(crate) use lines::LineIndex;
