//! `dhtl validate-env`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{ValidateRequest, validate_env};

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::ValidationReport;

/// Check that the environment is what it must be
#[derive(Debug, Args)]
pub(crate) struct ValidateEnvArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &ValidateEnvArgs) -> Result<ExitCode, Failure> {
    let start = context.current_folder()?;
    let validation = validate_env(&ValidateRequest {
        start: &start,
        root: context.root.as_deref(),
        environment: &context.environment,
    })?;
    let exit_code = validation.exit_code();
    answer(context, &ValidationReport(validation), exit_code)
}
