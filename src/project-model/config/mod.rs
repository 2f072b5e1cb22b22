//! `.dhtconfig`, the file that holds what cannot be inferred.
//!
//! Formats 1.0 and 2.0 are read, 2.0 is written. [`Document::parse`] turns text into a [`Config`]
//! and remembers where everything stands, so that errors name line and column and
//! [`Document::rewrite`] keeps what it does not change.
//!
//! **Invariant:** whatever the text is, reading it ends with a value or a [`ConfigError`], never
//! with a panic; and what is written can be read and says what was asked for.

mod decode;
mod document;
mod edit;
mod error;
mod migrate;
mod model;
mod node;
mod reader;
mod render;
mod rewrite;
mod schema;
mod spelling;
#[cfg(test)]
mod tests;
mod tree;
mod v1;
mod validation;
mod warning;

pub use document::{Document, FormatVersion};
pub use error::ConfigError;
pub use migrate::migrate;
pub use model::{
    Binaries, Binary, Ci, Config, DarwinPackages, DependenciesSection, Docker, EnvTemplate,
    Fingerprint, Git, GitHooks, GoLanguage, Implementation, InferredDistribution, Languages,
    LinuxPackages, NodeLanguage, PlatformDeps, Preferences, ProjectSection, PythonSection,
    RustLanguage, Validation, WindowsPackages,
};
pub use render::render;
pub use schema::json_schema;
pub use warning::{ConfigWarning, ConfigWarningKind, Severity};

/// The name of the file, at the root of the project.
pub const FILE_NAME: &str = ".dhtconfig";
