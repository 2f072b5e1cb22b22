//! The runtimes of stacks, with the versions that are asked for.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Evidence, Found};

/// Something that runs or builds code.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Runtime {
    /// Node.js.
    Node,
    /// Python.
    Python,
    /// Go.
    Go,
    /// Deno.
    Deno,
    /// Bun.
    Bun,
    /// Rust.
    Rust,
    /// Java.
    Java,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// .NET.
    Dotnet,
    /// Elixir.
    Elixir,
    /// Erlang.
    Erlang,
    /// Swift.
    Swift,
    /// Gleam.
    Gleam,
    /// Zig.
    Zig,
    /// The compiler of Haskell, GHC.
    Haskell,
    /// Crystal.
    Crystal,
    /// Dart.
    Dart,
}

/// The version of a runtime that a stack needs, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RuntimeVersion {
    /// The runtime.
    pub runtime: Runtime,
    /// The version it comes to, as precise as it is asked for: `22`, `3.12`, `18.19.1`. It is taken
    /// from the table of releases in this program, never from the machine it runs on.
    pub version: Found<String>,
    /// Whether nothing asks for a version, so that it is the maintained default.
    pub is_default: bool,
    /// Everything that says something about it, the most binding first.
    pub statements: Vec<VersionStatement>,
}

/// What a file says about the version of a runtime.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionStatement {
    /// What it says, as it is written: `lts/iron`, `>=18 <21`, `3.12.1`.
    pub text: String,
    /// The newest release it accepts; none where the table knows none.
    pub accepts: Option<String>,
    /// Where.
    pub evidence: Evidence,
}
