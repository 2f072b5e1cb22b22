//! What the commands that bring a project into a new folder have in common.

use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use clap::Args;
use dhtl_project_model::ExitCode;
use dhtl_scaffolding::{BranchName, Surroundings};
use dhtl_tools::quote;

use super::regeneration::{Place, RegenerationArgs};
use crate::context::Context;
use crate::failure::Failure;

/// Where the project goes.
#[derive(Debug, Args)]
pub(crate) struct NewFolderArgs {
    /// The new folder; by default it is called as the project
    dir: Option<PathBuf>,
    /// The new folder, as an option
    #[arg(long, value_name = "DIR", conflicts_with = "dir")]
    into: Option<PathBuf>,
}

impl NewFolderArgs {
    /// The folder that was named.
    pub(crate) fn folder(&self) -> Option<&Path> {
        self.dir.as_deref().or(self.into.as_deref())
    }
}

/// How much of a repository is wanted.
#[derive(Debug, Args)]
pub(crate) struct ExtentArgs {
    /// Check out this branch or tag instead of the default branch
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: Option<BranchName>,
    /// Fetch no more than the last commits of one branch
    #[arg(long, value_name = "COMMITS")]
    pub(crate) depth: Option<NonZeroU32>,
}

/// Calls `act` with what a clone or a fork may use of the world around it.
pub(crate) fn with_surroundings<T>(
    context: &Context,
    act: impl FnOnce(Surroundings<'_>) -> T,
) -> T {
    act(Surroundings {
        environment: &context.environment,
        runner: &context.runner(),
        interactive: context.terminal.settings().interactive,
        cancel: &context.cancel,
        output: &|line| context.terminal.detail(line),
        notice: &|line| context.terminal.status(line),
    })
}

/// Makes the environment of the project in the new folder `place`, which is kept whatever comes of
/// it; then the user is told how to go on.
pub(crate) fn regenerate(
    context: &Context,
    regeneration: &RegenerationArgs,
    place: Place<'_>,
    heading: String,
) -> Result<ExitCode, Failure> {
    let folder = place.start.display().to_string();
    let how = format!("go on with `cd {}` and `dhtl regenerate`", quote(&folder));
    match regeneration.regenerate(context, place, Some(heading)) {
        Ok(ExitCode::Success) => Ok(ExitCode::Success),
        Ok(exit_code) => {
            context
                .terminal
                .status(&format!("The project is kept: {how}."));
            Ok(exit_code)
        }
        Err(failure) => Err(failure.hinted_besides(&format!("the project is kept: {how}"))),
    }
}
