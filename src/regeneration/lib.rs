//! The environment of a project: what it must be (spec), how it gets there (plan, apply), and the
//! proof that it is what it must be.
//!
//! **Invariants:** spec, plan, closure and validation are pure functions from data to data. Nothing
//! of the project is written but `.venv` and `.dht/`; only [`setup`] writes `.dhtconfig` and locks.

mod application;
mod as_of;
mod capture;
mod checksum;
mod closure;
mod configuration;
mod error;
mod failure;
mod fetching;
mod importers;
mod inference;
mod installation;
mod installed;
mod interpreters;
mod lock_import;
mod locked_set;
mod markers;
mod os_release;
mod plan;
mod proof;
mod regenerate;
mod report;
mod request;
mod resolution;
mod shortfalls;
mod sources;
mod spec;
mod state;
mod subject;
mod system_packages;
mod uv;
mod validate_env;
mod validation;

pub use capture::{Capture, SetupOptions, setup};
pub use closure::{Closure, Need, UnresolvedImport};
pub use error::RegenerationError;
pub use failure::UvFailure;
pub use interpreters::{Choice, Interpreter, InterpreterOrigin};
pub use plan::{Plan, PlannedStep, StepId};
pub use regenerate::{preview, regenerate};
pub use report::{Report, Shortfall, StepSummary};
pub use request::{Fallbacks, Request, Surroundings, SystemConsent, Versions};
pub use sources::Source;
pub use state::{read_regular, write_whole as write_file};
pub use subject::{config_python, parse_document};
pub use uv::Refresh;
pub use validate_env::{ValidateRequest, validate_env};
pub use validation::{Check, Difference, Validation, Verdict};
