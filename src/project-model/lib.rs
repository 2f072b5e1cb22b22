//! The types and file formats that every part of dhtl shares.
//!
//! **Invariant:** nothing in here starts a process or opens a connection; the only files it knows
//! are those whose text it is handed.

mod cancel;
pub mod config;
mod diagnostic;
mod digest;
mod distribution_name;
mod env_file;
mod env_var;
mod environment;
mod evidence;
mod exit_code;
mod git_config;
mod git_setup;
mod import;
mod interpreter;
mod language_packages;
pub mod path_text;
mod platform;
mod progress;
mod project;
mod requirement;
pub mod stack;
mod static_test;
mod system_package;

pub use cancel::CancelToken;
pub use diagnostic::Diagnostic;
pub use digest::Digest;
pub use distribution_name::DistributionName;
pub use env_file::{EnvLine, env_lines, is_env_name};
pub use env_var::EnvVar;
pub use environment::{EnvironmentSpec, InterpreterSpec, Strategy};
pub use evidence::{Evidence, Found, Problem, ordered_problems};
pub use exit_code::ExitCode;
pub use git_config::{GitConfigEntry, parse_git_config};
pub use git_setup::{GitSetup, HookManager, HookTool, Submodule};
pub use import::{
    Condition, FileClass, ImportSite, ImportStatement, ImportedModule, Origin, UndeclaredImport,
};
pub use interpreter::{
    InterpreterConflict, InterpreterConstraint, InterpreterRequest, InterpreterSource,
};
pub use language_packages::{LanguageManager, LanguagePackages};
pub use platform::{Architecture, OperatingSystem, Platform};
pub use progress::{Progress, Silent, StepOutcome, StepTitle};
pub use project::{Exclusion, ImportRoot, Language, Project, PythonProject, SubProject};
pub use requirement::{
    Declaration, DeclarationFormat, LockFile, LockKind, Requirement, RequirementSource, Scope,
};
pub use static_test::{Comparison, StaticTest};
pub use system_package::{SystemPackageHint, SystemPackageManager};
