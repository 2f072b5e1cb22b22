//! What can be built and run of a project: `Project -> Survey`.
//!
//! Every language has a folder of its own that finds its stacks; what does not depend on a language,
//! such as services and processes, is added to them afterwards.
//!
//! **Invariant:** pure reading. Nothing of the project is run, nothing is written, versions come from
//! the table of releases in this crate and never from this machine, and every fact carries the file,
//! line and rule it rests on.

mod json;
mod places;
mod sources;
mod survey;
#[cfg(test)]
mod test_projects;
#[cfg(test)]
mod test_surveys;

mod node;
mod other_languages;
mod python;
mod run_time;
mod static_site;
mod versions;

pub use survey::{Findings, survey};
