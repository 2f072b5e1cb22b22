//! What commands answer: one value with two faces, text for people and JSON for programs.

mod config;
mod environment;
mod plain;
mod plan;
mod project;
mod tools;
mod validation;

pub(crate) use config::{ConfigCheckReport, ConfigReport, MigrationReport};
pub(crate) use environment::{CaptureReport, EnvironmentReport};
pub(crate) use plain::{CompletionsReport, SchemaReport};
pub(crate) use plan::PlanReport;
pub(crate) use project::{Detail, ProjectReport};
pub(crate) use tools::ToolsReport;
pub(crate) use validation::ValidationReport;
