//! Reads a folder and says what project it holds: `folder -> Project`.
//!
//! **Invariant:** pure reading. Nothing of the project is run, nothing is written, and every fact
//! carries the file, line and rule it rests on.

mod code;
mod declarations;
mod detect;
mod error;
mod formats;
pub mod imports_table;
pub mod interpreter;
mod languages;
mod layout;
mod locks;
mod manifests;
mod metadata;
mod paths;
mod root;
mod setup_py;
mod sub_projects;
mod tree;

pub use detect::{DetectRequest, detect};
pub use error::DetectError;
pub use interpreter::{InterpreterError, decide};
pub use root::find_root;
