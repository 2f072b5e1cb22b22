//! The environment of a project: what it must be (spec), how it gets there (plan, apply), and the
//! proof that it is what it must be.
//!
//! **Invariants:** spec, plan, closure and validation are pure functions from data to data. Nothing
//! of the project is written but `.venv` and `.dht/`, and a `.env` and a `.gitignore` where there are
//! none; only [`setup`] writes `.dhtconfig` and locks.

mod activation;
mod application;
mod as_of;
mod binaries;
mod capture;
mod checksum;
mod closure;
mod configuration;
mod container;
mod env_file;
mod env_setup;
mod env_template;
mod error;
mod expected;
mod failure;
mod files;
mod git;
mod git_check;
mod ground;
mod importers;
mod installed;
mod interpreters;
mod language_packages;
mod lock_conflicts;
mod lock_files;
mod lock_import;
mod locked_pins;
mod locked_set;
mod locks;
mod markers;
mod missing_files;
mod os_release;
mod place;
mod plan;
mod platform_needs;
mod programs;
mod proof;
mod regenerate;
mod repair;
mod report;
mod request;
mod resolution;
mod set_aside;
mod shortfalls;
mod spec;
mod state;
mod subject;
mod system_packages;
mod target;
mod tools;
mod tools_lock;
mod unmet;
mod uv;
mod validate_env;
mod validation;
mod verify_environment;

pub use capture::{Capture, SetupOptions, setup};
pub use closure::{
    Closure, CodePart, ExplainedImport, FoundIn, ImportReport, ImportVerdict, Need, Reason,
    UnresolvedImport, explain_imports,
};
pub use container::{Container, ContainerError, ContainerRun, container, regenerate_in_container};
pub use env_file::{EnvFileReport, EnvName};
pub use env_setup::{EnvSetup, EnvVarStatus, SetIn, env_setup};
pub use env_template::{EnvTemplate, env_template};
pub use error::RegenerationError;
pub use failure::{Cause, Diagnosis, Stage, UvFailure};
pub use files::FileCheck;
pub use ground::{preview, preview_for};
pub use interpreters::{Choice, Interpreter, InterpreterOrigin};
pub use lock_conflicts::{Asking, LockConflict, LockedVersion};
pub use place::Place;
pub use plan::{Plan, PlannedStep, PlannedTarget, StepId};
pub use regenerate::regenerate;
pub use repair::{RepairAction, RepairKind, Repaired, repair_env};
pub use report::{Report, Shortfall, StepSummary};
pub use request::{Fallbacks, Inferring, Request, Surroundings, SystemConsent, Versions};
pub use resolution::sources::Source;
pub use state::{read_regular, write_whole as write_file};
pub use subject::{config_python, parse_document};
pub use system_packages::{PackageReason, ProposedPackage, Role};
pub use target::{Target, UnknownTarget};
pub use tools_lock::{FrozenTools, freeze_tools};
pub use uv::Refresh;
pub use validate_env::{ValidateRequest, validate_env};
pub use validation::{Check, Difference, DifferenceKind, Validation, Verdict};
pub use verify_environment::{ExpectedFrom, Verification, VerificationError, verify_environment};
