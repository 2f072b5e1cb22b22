//! The only place that starts external programs: find one, run it, log it, limit it, stop it.
//!
//! **Invariants:** a command line is a value ([`Invocation`]) that can be shown before it runs; no
//! child outlives a cancelled or timed-out run; nothing secret reaches a log, an error or a screen.
//!
//! [`uv`] is the one program that dhtl fetches by itself, and [`http`] how files come from the network.

mod environment;
mod error;
pub mod gh;
pub mod git;
mod home;
pub mod http;
mod invocation;
mod lines;
mod log;
mod process_tree;
mod quote;
mod redact;
mod runner;
mod scripted_runner;
mod shims;
mod supervision;
mod system_runner;
mod tool_list;
pub mod uv;

pub use environment::Environment;
pub use error::{FetchAttempt, ToolError};
pub use home::Home;
pub use invocation::{DEFAULT_TIMEOUT, Invocation};
pub use quote::quote;
pub use redact::Redactor;
pub use runner::{Completed, Runner, no_output};
pub use scripted_runner::ScriptedRunner;
pub use system_runner::SystemRunner;
pub use tool_list::{ToolInUse, ToolOrigin, tool_list};
