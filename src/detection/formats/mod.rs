//! Readers that know the line of everything they read.

pub mod ini;
mod lines;
pub mod toml;
pub mod yaml;

pub use lines::LineIndex;
