//! `dhtl init`: what an existing project lacks, and only that.
//!
//! What is proposed follows the project: its checks are those that it has configured already, its
//! tests are run as it runs them, and a service that checks it elsewhere is left alone.
//!
//! **Invariants:** planning is reading; a file that is there is changed only by adding to it, unless
//! the user wants it replaced; a plan that was applied plans nothing more.

mod change;
mod ci;
mod error;
mod hooks;
mod ignored;
mod installation;
mod plan;
mod pyproject;
mod services;
mod survey;
#[cfg(test)]
mod tests;

pub use change::Change;
pub use error::InitError;
pub use plan::{Existing, InitPlan, InitRequest, plan_init};
