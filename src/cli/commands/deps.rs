//! `dhtl deps`.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use dhtl_detection::{DependencyCheckRequest, DetectRequest, check_dependencies};
use dhtl_project_model::ExitCode;

use super::regeneration::answer;
use crate::context::Context;
use crate::failure::Failure;
use crate::reports::DependenciesReport;

/// Look after what a project depends on.
#[derive(Debug, Subcommand)]
pub(crate) enum DepsCommand {
    /// Find undeclared, unused and misplaced dependencies, without an environment
    Check(CheckArgs),
}

/// Find undeclared, unused and misplaced dependencies, without an environment
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The folder to look at; by default the current one
    path: Option<PathBuf>,
    /// Leave out findings about this distribution or module; may be given several times
    #[arg(long, value_name = "NAME")]
    ignore: Vec<String>,
}

/// Runs the command.
pub(crate) fn run(context: &Context, command: &DepsCommand) -> Result<ExitCode, Failure> {
    match command {
        DepsCommand::Check(args) => check(context, args),
    }
}

fn check(context: &Context, args: &CheckArgs) -> Result<ExitCode, Failure> {
    let start = match &args.path {
        Some(path) => path.clone(),
        None => context.current_folder()?,
    };
    let check = check_dependencies(&DependencyCheckRequest {
        detect: DetectRequest {
            start: &start,
            root: context.root.as_deref(),
            config_python: dhtl_regeneration::config_python(&start, context.root.as_deref())?,
        },
        ignored: &args.ignore,
    })?;
    let exit_code = if check.findings.is_empty() {
        ExitCode::Success
    } else {
        ExitCode::Findings
    };
    answer(context, &DependenciesReport(check), exit_code)
}
