//! `dhtl env-setup`.

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_regeneration::{Place, env_setup};

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::EnvSetupReport;

/// Say which environment variables are missing, and how to set them
#[derive(Debug, Args)]
pub(crate) struct EnvSetupArgs {}

/// Runs the command.
pub(crate) fn run(context: &Context, _args: &EnvSetupArgs) -> Result<ExitCode, Failure> {
    let setup = env_setup(Place {
        start: &context.current_folder()?,
        root: context.root.as_deref(),
        environment: &context.environment,
    })?;
    answer(context, &EnvSetupReport(setup), ExitCode::Success)
}
