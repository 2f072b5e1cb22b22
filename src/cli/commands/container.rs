//! `dhtl regenerate --container`, and the offer of it.

use dhtl_project_model::ExitCode;
use dhtl_regeneration::{RegenerationError, container, regenerate_in_container};

use super::regeneration::{Place, RegenerationArgs, answer};
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::{ContainerPlanReport, ContainerReport};

/// Prints what the container would be and what would run in it.
pub(super) fn preview(
    context: &Context,
    place: Place<'_>,
    args: &RegenerationArgs,
) -> Result<ExitCode, Failure> {
    let arguments = arguments(context, args);
    let container = args.with_request(context, place, |request| {
        Ok(container(request, &arguments)?)
    })?;
    answer(context, &ContainerPlanReport(container), ExitCode::Success)
}

/// Makes the environment in a container, and prints what dhtl answered there.
pub(super) fn regenerate(
    context: &Context,
    place: Place<'_>,
    args: &RegenerationArgs,
) -> Result<ExitCode, Failure> {
    let arguments = arguments(context, args);
    let run = args.with_request(context, place, |request| {
        Ok(regenerate_in_container(request, &arguments)?)
    })?;
    let exit_code = exit_code(run.exit_code);
    answer(context, &ContainerReport(run), exit_code)
}

/// Whether the user wants a container where this machine has no interpreter that would do.
pub(super) fn is_wanted(
    context: &Context,
    args: &RegenerationArgs,
    error: &RegenerationError,
) -> bool {
    const QUESTION: &str = "This machine has no such interpreter and can get none. Make the \
        environment in a container?";
    error.is_lack_of_interpreter()
        && cfg!(target_os = "linux")
        && context.environment.find_program("docker").is_some()
        && args.confirm(context, QUESTION) == Some(true)
}

/// The arguments for dhtl in the container.
fn arguments(context: &Context, args: &RegenerationArgs) -> Vec<String> {
    let settings = context.terminal.settings();
    let mut arguments = args.without_system();
    if settings.format == dhtl_terminal::Format::Json {
        arguments.push("--json".to_owned());
    }
    arguments
}

/// What dhtl in the container ended with; what else ended the engine's client is a failure of it.
fn exit_code(code: Option<i32>) -> ExitCode {
    use ExitCode::{External, Findings, Interrupted, Invalid, Prerequisite, Success, Usage};
    let known = [
        Success,
        Findings,
        Usage,
        Prerequisite,
        Invalid,
        External,
        Interrupted,
    ];
    let same = known.into_iter().find(|known| Some(*known as i32) == code);
    same.unwrap_or(External)
}
