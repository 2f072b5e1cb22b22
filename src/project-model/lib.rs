//! The types and file formats that every part of dhtl shares.
//!
//! **Invariant:** nothing in here starts a process or opens a connection; the only files it knows
//! are those whose text it is handed.

mod cancel;
pub mod config;
mod diagnostic;
mod digest;
mod distribution_name;
mod env_var;
mod environment;
mod evidence;
mod exit_code;
mod import;
mod interpreter;
pub mod path_text;
mod platform;
mod progress;
mod project;
mod requirement;

pub use cancel::CancelToken;
pub use diagnostic::Diagnostic;
pub use digest::Digest;
pub use distribution_name::DistributionName;
pub use env_var::EnvVar;
pub use environment::{EnvironmentSpec, InterpreterSpec, Strategy};
pub use evidence::{Evidence, Found, Problem};
pub use exit_code::ExitCode;
pub use import::{Condition, FileClass, ImportSite, ImportedModule, Origin, UndeclaredImport};
pub use interpreter::{
    InterpreterConflict, InterpreterConstraint, InterpreterRequest, InterpreterSource,
};
pub use platform::{Architecture, OperatingSystem, Platform};
pub use progress::{Progress, Silent, StepOutcome, StepTitle};
pub use project::{ImportRoot, Language, Project, PythonProject, SubProject};
pub use requirement::{
    Declaration, DeclarationFormat, LockFile, LockKind, Requirement, RequirementSource, Scope,
};
