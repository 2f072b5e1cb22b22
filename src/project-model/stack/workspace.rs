//! What holds several stacks together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Evidence;

/// Several stacks under one roof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Workspace {
    /// Who holds them together.
    pub tool: WorkspaceTool,
    /// The folder of the workspace, relative to the root.
    pub folder: String,
    /// The folders of its members, relative to the root, in order.
    pub members: Vec<String>,
    /// What declares it.
    pub evidence: Evidence,
}

/// Who holds several stacks together.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "the names are those of tools")]
pub enum WorkspaceTool {
    Npm,
    Pnpm,
    Yarn,
    Bun,
    Turborepo,
    Nx,
    Moon,
    Lerna,
    Uv,
    Cargo,
    Go,
    Deno,
    Gradle,
    Maven,
    Dotnet,
    Mix,
}
