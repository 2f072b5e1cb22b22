//! Reads a folder and says what project it holds: `folder -> Project`.
//!
//! **Invariant:** pure reading. Nothing of the project is run, nothing is written, and every fact
//! carries the file, line and rule it rests on.

mod code;
mod declarations;
mod dependency_check;
mod detect;
mod error;
pub mod formats;
mod git_ignore;
mod git_setup;
mod import_list;
pub mod imports_table;
pub mod interpreter;
mod language_packages;
mod languages;
mod layout;
mod locks;
mod manifests;
mod metadata;
mod paths;
mod root;
mod setup_py;
mod sub_projects;
mod system_packages;
pub mod threads;
mod toolchain_files;
pub mod tree;

pub use code::javascript_tokens;
pub use code::nesting::depth_bound as syntax_depth_bound;
pub use code::{is_env_template, is_set_by_platform};
pub use dependency_check::{
    DependencyCheck, DependencyCheckError, DependencyCheckRequest, Finding, FindingKind, Part,
    check_dependencies,
};
pub use detect::{DetectRequest, detect, detect_any, detect_with_tree};
pub use error::DetectError;
pub use git_ignore::{Ignoring, ignoring};
pub use import_list::{import_statements, is_ignored};
pub use interpreter::{InterpreterError, decide};
pub use root::find_root;
pub use toolchain_files::{ToolchainRequest, toolchain_requests};
