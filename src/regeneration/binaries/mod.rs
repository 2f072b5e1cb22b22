//! Programs of other languages that `.dhtconfig` requires: node, rust and the like.
//!
//! **Invariant:** programs are asked for their version only while an environment is made; what they
//! said is remembered with their size and time, so that proving it again only looks at files.
//!
//! Source: seed 001 section 1 (`binaries`) and phase 2, "Install Binary Tools".

mod asking;
mod capture;
mod check;
mod installers;
mod memory;
mod node;
mod own_toolchain;
mod plan;
mod standing;
mod step;
mod version;

pub(crate) use capture::capture;
pub(crate) use check::check;
pub(crate) use plan::commands;
pub(crate) use standing::BinaryFindings;
