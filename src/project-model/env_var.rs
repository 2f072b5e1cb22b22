//! Environment variables a project reads: names only, never values.

use serde::{Deserialize, Serialize};

use crate::Evidence;

/// An environment variable that the project's code or its templates name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EnvVar {
    /// The name, such as `DATABASE_URL`.
    pub name: String,
    /// Whether the code fails without it: it is read with no default somewhere.
    pub required: bool,
    /// Every place that reads or lists it.
    pub evidence: Vec<Evidence>,
}
