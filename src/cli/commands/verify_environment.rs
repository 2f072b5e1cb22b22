//! `dhtl verify-environment`.

use clap::Args;
use dhtl_project_model::{Digest, ExitCode};
use dhtl_regeneration::{Place, verify_environment};

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::VerificationReport;

/// Compare the digest of what is installed with a given or the recorded one
#[derive(Debug, Args)]
pub(crate) struct VerifyEnvironmentArgs {
    /// The digest to compare with, `sha256:` and 64 hexadecimal digits; by default the recorded one
    #[arg(long, value_name = "DIGEST")]
    checksum: Option<Digest>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, args: &VerifyEnvironmentArgs) -> Result<ExitCode, Failure> {
    let place = Place {
        start: &context.current_folder()?,
        root: context.root.as_deref(),
        environment: &context.environment,
    };
    let verification = verify_environment(place, args.checksum)?;
    let exit_code = verification.exit_code();
    answer(context, &VerificationReport(verification), exit_code)
}
