//! Programs that are kept apart from the distributions of the project, and the wrappers in the
//! environment that start them.
//!
//! **Invariants:** no file that a distribution installed is overwritten or removed; a program is
//! installed beside its place and moved there when it is whole.

mod installer;
mod isolated;
mod register;
mod scripts;
mod wrapper;

pub(crate) use installer::{Freshness, Installer, Order};
pub(crate) use isolated::{Flaw, Isolated, Store, scripts_of};
pub(crate) use register::Register;
pub(crate) use scripts::{claimed_scripts, script_file, script_names, scripts_path};
pub(crate) use wrapper::{Wrapper, WrapperState};
