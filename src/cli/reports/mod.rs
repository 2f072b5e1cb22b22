//! What commands answer: one value with two faces, text for people and JSON for programs.

mod config;
mod container;
mod dependencies;
mod env_setup;
mod env_template;
mod environment;
mod imports;
mod init;
mod lock_conflicts;
mod new;
mod plain;
mod plan;
mod project;
mod stacks;
mod templates;
mod tools;
mod validation;
mod verification;

pub(crate) use config::{ConfigCheckReport, ConfigReport, MigrationReport};
pub(crate) use container::{ContainerPlanReport, ContainerReport};
pub(crate) use dependencies::DependenciesReport;
pub(crate) use env_setup::EnvSetupReport;
pub(crate) use env_template::{EnvTemplateReport, TemplateOutcome};
pub(crate) use environment::{CaptureReport, EnvironmentReport};
pub(crate) use imports::ImportsReport;
pub(crate) use init::{InitOutcome, InitReport};
pub(crate) use new::{NewReport, RepositoryReport};
pub(crate) use plain::{CompletionsReport, FrozenToolsReport, SchemaReport};
pub(crate) use plan::PlanReport;
pub(crate) use project::{Detail, ProjectReport};
pub(crate) use templates::{EjectedReport, TemplateReport, TemplatesReport};
pub(crate) use tools::ToolsReport;
pub(crate) use validation::ValidationReport;
pub(crate) use verification::VerificationReport;
