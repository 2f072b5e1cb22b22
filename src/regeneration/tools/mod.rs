//! Development tools in the exact versions that `.dhtconfig` pins.
//!
//! One that the locks bring is a distribution of the environment like any other. Any other is
//! installed in an environment of its own, with wrappers beside the project's programs, so that it
//! changes neither lock nor `venv_checksum`. Source: seed 001 sections 2.6 and 5B.

mod check;
mod path_order;
mod plan;
mod standing;
mod step;

pub(crate) use check::{check, check_order};
pub(crate) use path_order::{Overshadowed, overshadowed};
pub(crate) use plan::{Machinery, commands, findings};
pub(crate) use standing::{ToolFindings, isolated_versions};
