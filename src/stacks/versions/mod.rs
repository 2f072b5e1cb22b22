//! The releases of runtimes, and the one that a request comes to.
//!
//! A request is what a file says, in the notation of its ecosystem: `lts/iron`, `>=18 <21`, `~> 3.2`.
//! [`resolve`] takes all of them, the most binding first, and answers from the table of releases in
//! this crate; what is installed on this machine or published today never matters.

mod number;
mod range;
mod releases;
mod request;
mod resolve;
#[cfg(test)]
mod tests;
mod tool_files;

pub(crate) use resolve::{Statement, names_version, resolve};
pub(crate) use tool_files::{
    nearest_version_file, nearest_version_files, of_tool_files, version_file,
};
