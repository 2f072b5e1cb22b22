//! Packages of the operating system: those that `.dhtconfig` lists, and those that distributions,
//! or builds that failed, are known to need.
//!
//! **Invariant:** everything here is pure but [`PackageManager::of`] and
//! [`PackageManager::missing`], which only ask.

mod capability;
mod package_manager;
mod proposal;
mod table;

pub use capability::Role;
pub(crate) use capability::{
    Capability, for_distribution_build, for_header, for_library, for_pkg_config, for_program,
    needed_by,
};
pub(crate) use package_manager::{PackageManager, Privilege};
pub(crate) use proposal::proposals;
pub use proposal::{PackageReason, ProposedPackage};
